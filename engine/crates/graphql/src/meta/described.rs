//! What the definitions say of a schema's types, fields and arguments.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::rc::Rc;

use fornax_definitions::{Definitions, Derivation, SearchKind, TypeId, TypeKind};

use super::members_table::{DEPRECATING, DIRECTIVES, LOCATIONS, MEMBERS, MetaKind, Shape, TYPE_KINDS};
use crate::plan::{ConnectionField, EdgeField, SearchForm};
use crate::scope;
use crate::search_query;
use crate::type_names;

/// A schema to describe.
pub(crate) struct Description<'a> {
    pub definitions: &'a Definitions,
    /// The type that queries start on; absent for the whole system.
    pub root: Option<TypeId>,
    pub resources: &'a [TypeId],
}

/// A part of the description.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Schema,
    Type(Type),
    Field(FieldOf),
    Input(Input),
    EnumValue(&'static str),
    Directive(usize),
}

/// What a member of a part is.
#[derive(Clone, Debug)]
pub(crate) enum Described {
    Null,
    Boolean(bool),
    Text(Cow<'static, str>),
    Texts(&'static [&'static str]),
    Node(Node),
    Nodes(Vec<Node>),
}

#[derive(Clone, Debug)]
pub(crate) enum Type {
    Named(Named),
    List(Rc<Type>),
    NonNull(Rc<Type>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    Query,
    Fhir(TypeId),
    Connection(TypeId),
    Edge(TypeId),
    Scalar(&'static str),
    ResourceType,
    Meta(MetaKind),
    TypeKind,
    DirectiveLocation,
}

#[derive(Clone, Debug)]
pub(crate) struct FieldOf {
    name: Cow<'static, str>,
    of: Type,
    takes: Takes,
}

/// A field's arguments.
#[derive(Clone, Copy, Debug)]
enum Takes {
    Nothing,
    Id,
    /// What picks items of a list, by the scalars of that type.
    Filter(TypeId),
    Search(SearchForm, TypeId),
    /// What refers to a resource.
    Reverse,
    Resolve,
    Deprecation,
}

#[derive(Clone, Debug)]
pub(crate) struct Input {
    name: Cow<'static, str>,
    of: Type,
}

impl Node {
    /// What kind of part it is.
    pub fn kind(&self) -> MetaKind {
        match self {
            Self::Schema => MetaKind::Schema,
            Self::Type(_) => MetaKind::Type,
            Self::Field(_) => MetaKind::Field,
            Self::Input(_) => MetaKind::InputValue,
            Self::EnumValue(_) => MetaKind::EnumValue,
            Self::Directive(_) => MetaKind::Directive,
        }
    }
}

impl Type {
    fn scalar(name: &'static str) -> Self {
        Self::Named(Named::Scalar(name))
    }

    fn list(self) -> Self {
        Self::List(Rc::new(self))
    }

    fn always(self) -> Self {
        Self::NonNull(Rc::new(self))
    }
}

impl FieldOf {
    fn plain(name: impl Into<Cow<'static, str>>, of: Type) -> Self {
        Self { name: name.into(), of, takes: Takes::Nothing }
    }
}

fn input(name: impl Into<Cow<'static, str>>, of: Type) -> Node {
    Node::Input(Input { name: name.into(), of })
}

fn text(text: impl Into<Cow<'static, str>>) -> Described {
    Described::Text(text.into())
}

impl Description<'_> {
    /// A member of a part; null for what nothing is said of.
    pub fn member(&self, node: &Node, name: &str) -> Described {
        match node {
            Node::Schema => self.of_schema(name),
            Node::Type(of) => self.of_type(of, name),
            Node::Field(field) => match name {
                "name" => text(field.name.clone()),
                "args" => Described::Nodes(self.arguments(field.takes)),
                "type" => Described::Node(Node::Type(field.of.clone())),
                "isDeprecated" => Described::Boolean(false),
                _ => Described::Null,
            },
            Node::Input(input) => match name {
                "name" => text(input.name.clone()),
                "type" => Described::Node(Node::Type(input.of.clone())),
                "isDeprecated" => Described::Boolean(false),
                _ => Described::Null,
            },
            Node::EnumValue(value) => match name {
                "name" => text(*value),
                "isDeprecated" => Described::Boolean(false),
                _ => Described::Null,
            },
            Node::Directive(place) => {
                let row = &DIRECTIVES[*place];
                match name {
                    "name" => text(row.name),
                    "isRepeatable" => Described::Boolean(false),
                    "locations" => Described::Texts(row.locations),
                    "args" => {
                        let argument = |(name, of)| input(name, Type::scalar(of).always());
                        Described::Nodes(row.argument.map(argument).into_iter().collect())
                    }
                    _ => Described::Null,
                }
            }
        }
    }

    /// The type of that name.
    pub fn type_named(&self, name: &str) -> Described {
        let found = self.types().into_iter().find(|&one| self.name(one) == name);
        found.map_or(Described::Null, |one| Described::Node(Node::Type(Type::Named(one))))
    }

    fn of_schema(&self, name: &str) -> Described {
        let node = |one| Node::Type(Type::Named(one));
        match name {
            "types" => Described::Nodes(self.types().into_iter().map(node).collect()),
            "queryType" => Described::Node(node(self.root.map_or(Named::Query, Named::Fhir))),
            "directives" => Described::Nodes((0..DIRECTIVES.len()).map(Node::Directive).collect()),
            _ => Described::Null,
        }
    }

    fn types(&self) -> Vec<Named> {
        let mut types = if self.root.is_none() { vec![Named::Query] } else { Vec::new() };
        let (mut scalars, mut objects) =
            (BTreeSet::from(["Boolean", "Float", "ID", "Int", "String"]), Vec::new());
        for of in self.definitions.types() {
            match of.kind {
                TypeKind::Primitive(_) => {
                    if let Cow::Borrowed(name) = type_names::name_of(of) {
                        scalars.insert(name);
                    }
                }
                _ if of.derivation == Derivation::Constraint => {}
                TypeKind::Resource if of.is_abstract && of.name != "Resource" => {}
                TypeKind::Complex if of.is_abstract && of.name != "Element" => {}
                _ => objects.push(Named::Fhir(of.id)),
            }
        }
        types.extend(objects);
        types.extend(self.resources.iter().flat_map(|&of| [Named::Connection(of), Named::Edge(of)]));
        types.extend(scalars.into_iter().map(Named::Scalar));
        types.extend([Named::ResourceType, Named::TypeKind, Named::DirectiveLocation]);
        types.extend(MetaKind::ALL.iter().map(|&kind| Named::Meta(kind)));
        types
    }

    fn name(&self, named: Named) -> Cow<'static, str> {
        let called = |of: TypeId| self.definitions.type_of(of).name;
        match named {
            Named::Query => Cow::Borrowed("Query"),
            Named::Fhir(of) => type_names::name_of(self.definitions.type_of(of)),
            Named::Connection(of) => Cow::Owned(format!("{}Connection", called(of))),
            Named::Edge(of) => Cow::Owned(format!("{}Edge", called(of))),
            Named::Scalar(name) => Cow::Borrowed(name),
            Named::ResourceType => Cow::Borrowed("ResourceType"),
            Named::Meta(kind) => Cow::Borrowed(kind.name()),
            Named::TypeKind => Cow::Borrowed("__TypeKind"),
            Named::DirectiveLocation => Cow::Borrowed("__DirectiveLocation"),
        }
    }

    fn of_type(&self, of: &Type, name: &str) -> Described {
        let named = match of {
            Type::List(inner) | Type::NonNull(inner) => {
                return match name {
                    "kind" => text(if matches!(of, Type::List(_)) { "LIST" } else { "NON_NULL" }),
                    "ofType" => Described::Node(Node::Type(Type::clone(inner))),
                    _ => Described::Null,
                };
            }
            Type::Named(named) => *named,
        };
        let kind = self.kind(named);
        match (name, kind) {
            ("kind", _) => text(kind),
            ("name", _) => text(self.name(named)),
            ("fields", "OBJECT" | "INTERFACE") => {
                Described::Nodes(self.fields(named).into_iter().map(Node::Field).collect())
            }
            ("interfaces", "OBJECT" | "INTERFACE") => Described::Nodes(self.interfaces(named)),
            ("possibleTypes", "INTERFACE") => {
                let node = |&of: &TypeId| Node::Type(Type::Named(Named::Fhir(of)));
                Described::Nodes(self.resources.iter().map(node).collect())
            }
            ("enumValues", "ENUM") => Described::Nodes(self.values(named)),
            _ => Described::Null,
        }
    }

    fn kind(&self, named: Named) -> &'static str {
        match named {
            Named::Fhir(of) => {
                let of = self.definitions.type_of(of);
                if of.kind == TypeKind::Resource && of.is_abstract { "INTERFACE" } else { "OBJECT" }
            }
            Named::Scalar(_) => "SCALAR",
            Named::ResourceType | Named::TypeKind | Named::DirectiveLocation => "ENUM",
            Named::Query | Named::Connection(_) | Named::Edge(_) | Named::Meta(_) => "OBJECT",
        }
    }

    fn interfaces(&self, named: Named) -> Vec<Node> {
        let resource = self.definitions.type_named("Resource").map(|of| Named::Fhir(of.id));
        match named {
            Named::Fhir(of) if type_names::is_resource(self.definitions, of) => {
                let other = resource.filter(|&resource| resource != named);
                other.into_iter().map(|one| Node::Type(Type::Named(one))).collect()
            }
            _ => Vec::new(),
        }
    }

    fn values(&self, named: Named) -> Vec<Node> {
        match named {
            Named::ResourceType => {
                let names = self.resources.iter().map(|&of| self.definitions.type_of(of).name);
                names.map(Node::EnumValue).collect()
            }
            Named::TypeKind => TYPE_KINDS.iter().copied().map(Node::EnumValue).collect(),
            _ => LOCATIONS.iter().copied().map(Node::EnumValue).collect(),
        }
    }

    fn fields(&self, named: Named) -> Vec<FieldOf> {
        match named {
            Named::Query => self.query_fields(),
            Named::Fhir(of) => self.fhir_fields(of),
            Named::Connection(of) => ConnectionField::ALL
                .iter()
                .map(|&(name, field)| {
                    let of = match field {
                        ConnectionField::Count | ConnectionField::Offset | ConnectionField::PageSize => {
                            Type::scalar("Int")
                        }
                        ConnectionField::Edges => Type::Named(Named::Edge(of)).list(),
                        _ => Type::scalar("ID"),
                    };
                    FieldOf::plain(name, of)
                })
                .collect(),
            Named::Edge(of) => EdgeField::ALL
                .iter()
                .map(|&(name, field)| {
                    let of = match field {
                        EdgeField::Mode => Type::scalar("code"),
                        EdgeField::Score => Type::scalar("Float"),
                        EdgeField::Resource => Type::Named(Named::Fhir(of)),
                    };
                    FieldOf::plain(name, of)
                })
                .collect(),
            Named::Meta(kind) => meta_fields(kind),
            _ => Vec::new(),
        }
    }

    fn query_fields(&self) -> Vec<FieldOf> {
        let mut fields = Vec::new();
        for &of in self.resources {
            let name = self.definitions.type_of(of).name;
            let resource = Type::Named(Named::Fhir(of));
            fields.push(FieldOf { name: Cow::Borrowed(name), of: resource.clone(), takes: Takes::Id });
            fields.push(FieldOf {
                name: Cow::Owned(format!("{name}List")),
                of: resource.list(),
                takes: Takes::Search(SearchForm::List, of),
            });
            fields.push(FieldOf {
                name: Cow::Owned(format!("{name}Connection")),
                of: Type::Named(Named::Connection(of)),
                takes: Takes::Search(SearchForm::Connection, of),
            });
        }
        fields
    }

    fn fhir_fields(&self, of: TypeId) -> Vec<FieldOf> {
        let definitions = self.definitions;
        let is_resource = type_names::is_resource(definitions, of);
        let mut fields = Vec::new();
        if is_resource {
            fields.push(FieldOf::plain("resourceType", Type::scalar("code")));
        }
        for element in definitions.elements(of) {
            for (name, value) in definitions.member_names(element) {
                let is_leaf = type_names::is_leaf(definitions, value.type_id);
                let wrap = |of: Type| if element.is_array() { of.list() } else { of };
                if is_leaf && scope::has_extra(definitions, of, &name) {
                    let extra = definitions.type_named("Element").map(|of| Type::Named(Named::Fhir(of.id)));
                    fields.extend(extra.map(|extra| FieldOf::plain(format!("_{name}"), wrap(extra))));
                }
                // A single value takes them as well: they are left out here as there is little use in them.
                let is_filtered = element.is_array() && !is_leaf;
                let takes = if is_filtered { Takes::Filter(value.type_id) } else { Takes::Nothing };
                let of = wrap(self.value_type(value.type_id));
                fields.push(FieldOf { name: Cow::Owned(name), of, takes });
            }
        }
        if scope::is_reference(definitions, of) {
            let resource = definitions.type_named("Resource").map(|of| Type::Named(Named::Fhir(of.id)));
            let field = |of| FieldOf { name: Cow::Borrowed("resource"), of, takes: Takes::Resolve };
            fields.extend(resource.map(field));
        }
        if is_resource && !definitions.type_of(of).is_abstract {
            fields.extend(self.reverse_fields(of));
        }
        fields
    }

    fn value_type(&self, of: TypeId) -> Type {
        let found = self.definitions.type_of(of);
        match (found.kind, type_names::name_of(found)) {
            (TypeKind::Primitive(_), Cow::Borrowed(name)) => Type::scalar(name),
            _ => Type::Named(Named::Fhir(of)),
        }
    }

    fn reverse_fields(&self, around: TypeId) -> Vec<FieldOf> {
        let definitions = self.definitions;
        let refers = |&&of: &&TypeId| {
            let mut parameters = definitions.parameters(of);
            parameters.any(|one| one.kind == SearchKind::Reference && definitions.may_refer_to(one, around))
        };
        let field = |&of: &TypeId| {
            let name = definitions.type_of(of).name;
            let list = Type::Named(Named::Fhir(of)).list();
            let connection = Type::Named(Named::Connection(of));
            [(format!("{name}List"), list), (format!("{name}Connection"), connection)]
                .map(|(name, of)| FieldOf { name: Cow::Owned(name), of, takes: Takes::Reverse })
        };
        self.resources.iter().filter(refers).flat_map(field).collect()
    }

    fn arguments(&self, takes: Takes) -> Vec<Node> {
        let string = || Type::scalar("String");
        match takes {
            Takes::Nothing => Vec::new(),
            Takes::Id => vec![input("id", Type::scalar("ID").always())],
            Takes::Deprecation => vec![input("includeDeprecated", Type::scalar("Boolean"))],
            Takes::Resolve => vec![
                input("optional", Type::scalar("Boolean")),
                input("type", Type::Named(Named::ResourceType)),
            ],
            Takes::Filter(of) => self.filter_arguments(of),
            Takes::Reverse => vec![
                input("_reference", string().always()),
                input("_count", Type::scalar("Int")),
                input("_sort", string().list()),
                input("_filter", string()),
                input("fhirpath", string()),
            ],
            Takes::Search(form, of) => self.search_arguments(form, of),
        }
    }

    fn filter_arguments(&self, of: TypeId) -> Vec<Node> {
        let mut arguments = vec![
            input("fhirpath", Type::scalar("String")),
            input("_offset", Type::scalar("Int")),
            input("_count", Type::scalar("Int")),
        ];
        if self.definitions.type_of(of).is_abstract {
            return arguments;
        }
        for element in self.definitions.elements(of) {
            for (name, value) in self.definitions.member_names(element) {
                if type_names::is_leaf(self.definitions, value.type_id) {
                    arguments.push(input(name, self.value_type(value.type_id)));
                }
            }
        }
        arguments
    }

    fn search_arguments(&self, form: SearchForm, of: TypeId) -> Vec<Node> {
        let strings = || Type::scalar("String").list();
        let mut arguments = vec![
            input("fhirpath", Type::scalar("String")),
            input("_count", Type::scalar("Int")),
            input("_sort", strings()),
        ];
        match form {
            SearchForm::List => arguments.push(input("_offset", Type::scalar("Int"))),
            SearchForm::Connection => arguments.push(input("_cursor", Type::scalar("ID"))),
        }
        for parameter in self.definitions.parameters(of) {
            if search_query::is_argument(&parameter.code) {
                arguments.push(input(type_names::argument_of(&parameter.code), strings()));
            }
        }
        arguments
    }
}

fn meta_fields(kind: MetaKind) -> Vec<FieldOf> {
    let rows = MEMBERS.iter().filter(|row| row.0 == kind);
    let node = |kind: MetaKind| Type::Named(Named::Meta(kind));
    let scalar = |name: &'static str| match name {
        "__TypeKind" => Type::Named(Named::TypeKind),
        "__DirectiveLocation" => Type::Named(Named::DirectiveLocation),
        other => Type::scalar(other),
    };
    rows.map(|&(_, name, shape)| {
        let of = match shape {
            Shape::Scalar(name) => scalar(name),
            Shape::ScalarAlways(name) => scalar(name).always(),
            Shape::Scalars(name) => scalar(name).always().list().always(),
            Shape::Maybe(kind) => node(kind),
            Shape::Always(kind) => node(kind).always(),
            Shape::Many(kind) => node(kind).always().list().always(),
            Shape::MaybeMany(kind) => node(kind).always().list(),
        };
        let takes = if DEPRECATING.contains(&name) { Takes::Deprecation } else { Takes::Nothing };
        FieldOf { name: Cow::Borrowed(name), of, takes }
    })
    .collect()
}
