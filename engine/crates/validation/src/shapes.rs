//! What the check needs of the definitions, looked up once.

use std::borrow::Cow;
use std::sync::OnceLock;

use fornax_definitions::{Child, Definitions, Element, ElementId, Type, TypeId, TypeKind};
use fornax_model::{Node, Primitive};

use crate::check::Check;
use crate::{Issue, Limits};

/// The shapes of R4's types. The first call makes them from the definitions; each later one is a load.
pub fn r4() -> &'static Shapes {
    static R4: OnceLock<Shapes> = OnceLock::new();
    R4.get_or_init(|| Shapes::new(fornax_definitions::r4()))
}

/// The shapes that the types of one FHIR release have in JSON. Immutable.
#[derive(Debug)]
pub struct Shapes {
    definitions: &'static Definitions,
    /// By [`TypeId::index`].
    types: Box<[TypeShape]>,
    /// By [`ElementId::index`]: elements that JSON never has as members.
    absent: Box<[bool]>,
    extension: Option<TypeId>,
    /// `Resource.id`, which the definitions call a string.
    resource_id: Option<ElementId>,
}

/// What is known of a resource that has its shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape<'a> {
    /// The resource's type; never an abstract one.
    pub type_id: TypeId,
    /// The resource's id, where it has one.
    pub id: Option<Cow<'a, str>>,
}

#[derive(Debug)]
struct TypeShape {
    form: Form,
    required: Box<[ElementId]>,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Primitive(Primitive),
    /// An object with the elements of this type.
    Object(TypeId),
    /// An object with the elements of the type that its `resourceType` names.
    Resource,
}

/// What a member of an object is.
pub(crate) struct Member {
    pub element: &'static Element,
    /// The type that the member's name says.
    pub type_id: TypeId,
    pub form: Form,
    pub part: Part,
}

/// Which part of an element a member holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The element, or a primitive's value.
    Value,
    /// A primitive's id and extensions, in the member that starts with an underscore.
    Beside,
}

impl Shapes {
    fn new(definitions: &'static Definitions) -> Self {
        let shape = |of: &Type| TypeShape { form: form(of), required: required(definitions, of) };
        let mut absent = Vec::new();
        for of in definitions.types() {
            for element in definitions.elements(of.id) {
                absent.resize(absent.len().max(element.id.index() + 1), false);
                absent[element.id.index()] |= is_absent(of, element);
            }
        }
        let resource = definitions.type_named("Resource");
        let resource_id = resource.and_then(|of| definitions.element_named(of.id, "id"));
        Self {
            definitions,
            types: definitions.types().iter().map(shape).collect(),
            absent: absent.into(),
            extension: definitions.type_named("Extension").map(|of| of.id),
            resource_id: resource_id.map(|element| element.id),
        }
    }

    /// Checks a resource of any type that is not abstract, with all resources in it, in one pass.
    ///
    /// The root may be a resource within a document: paths begin with it. Issues come in the order of the document,
    /// those of an object as a whole after those of its members; [`Limits::issues_max`] of them mean that there may be
    /// more. Takes time in proportion to the resource's bytes, and allocates hardly anything where nothing is wrong.
    pub fn check<'a>(&self, root: Node<'a>, limits: &Limits) -> Result<Shape<'a>, Vec<Issue>> {
        let mut check = Check::new(self, limits);
        let type_id = check.root(root);
        let issues = check.finish();
        match type_id {
            Some(type_id) if issues.is_empty() => {
                Ok(Shape { type_id, id: root.get("id").and_then(Node::as_str) })
            }
            _ => Err(issues),
        }
    }

    /// A type that a resource can be of.
    pub(crate) fn resource_type(&self, name: &str) -> Option<&'static Type> {
        let of = self.definitions.type_named(name)?;
        (of.kind == TypeKind::Resource && !of.is_abstract).then_some(of)
    }

    pub(crate) fn type_of(&self, id: TypeId) -> &'static Type {
        self.definitions.type_of(id)
    }

    pub(crate) fn element(&self, id: ElementId) -> &'static Element {
        self.definitions.element(id)
    }

    pub(crate) fn is_extension(&self, id: TypeId) -> bool {
        self.extension == Some(id)
    }

    /// The elements without which no value of that type is whole.
    pub(crate) fn required(&self, id: TypeId) -> &[ElementId] {
        &self.types[id.index()].required
    }

    /// What a member of that name is within an object of that type; `None` where JSON can't have it.
    #[inline]
    pub(crate) fn member(&self, parent: TypeId, name: &str) -> Option<Member> {
        let (name, part) = match name.strip_prefix('_') {
            Some(name) => (name, Part::Beside),
            None => (name, Part::Value),
        };
        let Child { element, value } = self.definitions.child(parent, name)?;
        let form = match Some(element.id) == self.resource_id {
            true => Form::Primitive(Primitive::Id),
            false => self.types[value.profile.unwrap_or(value.type_id).index()].form,
        };
        let has_beside = matches!(form, Form::Primitive(_)) && value.system.is_none();
        let can_be = !self.absent[element.id.index()] && (part == Part::Value || has_beside);
        can_be.then_some(Member { element, type_id: value.type_id, form, part })
    }
}

fn form(of: &Type) -> Form {
    match of.kind {
        TypeKind::Resource => Form::Resource,
        TypeKind::Complex | TypeKind::Backbone => Form::Object(of.id),
        TypeKind::Primitive(_) => match Primitive::named(of.name) {
            Some(primitive) => Form::Primitive(primitive),
            // The definitions ship in this binary, and a test makes their shapes: no input can bring this about.
            None => panic!("{} is a primitive type that the model does not know", of.name),
        },
    }
}

/// Whether the element is no member of the object that JSON writes the type as: a primitive's value is not.
fn is_absent(of: &Type, element: &Element) -> bool {
    let is_own_value = matches!(of.kind, TypeKind::Primitive(_)) && element.name == "value";
    is_own_value || element.max == Some(0)
}

fn required(definitions: &Definitions, of: &Type) -> Box<[ElementId]> {
    let required = definitions.elements(of.id).filter(|element| element.min > 0 && !is_absent(of, element));
    required.map(|element| element.id).collect()
}
