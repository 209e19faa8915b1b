//! The types that describe a schema, and their fields.

use super::MetaField;

/// One of the types that describe a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MetaKind {
    Schema,
    Type,
    Field,
    InputValue,
    EnumValue,
    Directive,
}

/// A field of such a type.
#[derive(Debug)]
pub(crate) struct MetaMember {
    pub field: MetaField,
    /// What it is; absent for a scalar.
    pub yields: Option<MetaKind>,
    /// Takes `includeDeprecated`: nothing is deprecated here.
    pub has_deprecation: bool,
}

/// A scalar's type, or how often an object is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A scalar or enum of that name.
    Scalar(&'static str),
    /// The same, always there.
    ScalarAlways(&'static str),
    /// Several of them, always there.
    Scalars(&'static str),
    Maybe(MetaKind),
    Always(MetaKind),
    /// A list that is always there.
    Many(MetaKind),
    /// A list that may be absent.
    MaybeMany(MetaKind),
}

use MetaKind::{Directive, EnumValue, Field, InputValue, Schema, Type};
use Shape::{Always, Many, Maybe, MaybeMany, Scalar, ScalarAlways, Scalars};

/// Type, field, what it is.
pub(crate) const MEMBERS: &[(MetaKind, &str, Shape)] = &[
    (Schema, "description", Scalar("String")),
    (Schema, "types", Many(Type)),
    (Schema, "queryType", Always(Type)),
    (Schema, "mutationType", Maybe(Type)),
    (Schema, "subscriptionType", Maybe(Type)),
    (Schema, "directives", Many(Directive)),
    (Type, "kind", ScalarAlways("__TypeKind")),
    (Type, "name", Scalar("String")),
    (Type, "description", Scalar("String")),
    (Type, "specifiedByURL", Scalar("String")),
    (Type, "fields", MaybeMany(Field)),
    (Type, "interfaces", MaybeMany(Type)),
    (Type, "possibleTypes", MaybeMany(Type)),
    (Type, "enumValues", MaybeMany(EnumValue)),
    (Type, "inputFields", MaybeMany(InputValue)),
    (Type, "ofType", Maybe(Type)),
    (Type, "isOneOf", Scalar("Boolean")),
    (Field, "name", ScalarAlways("String")),
    (Field, "description", Scalar("String")),
    (Field, "args", Many(InputValue)),
    (Field, "type", Always(Type)),
    (Field, "isDeprecated", ScalarAlways("Boolean")),
    (Field, "deprecationReason", Scalar("String")),
    (InputValue, "name", ScalarAlways("String")),
    (InputValue, "description", Scalar("String")),
    (InputValue, "type", Always(Type)),
    (InputValue, "defaultValue", Scalar("String")),
    (InputValue, "isDeprecated", ScalarAlways("Boolean")),
    (InputValue, "deprecationReason", Scalar("String")),
    (EnumValue, "name", ScalarAlways("String")),
    (EnumValue, "description", Scalar("String")),
    (EnumValue, "isDeprecated", ScalarAlways("Boolean")),
    (EnumValue, "deprecationReason", Scalar("String")),
    (Directive, "name", ScalarAlways("String")),
    (Directive, "description", Scalar("String")),
    (Directive, "isRepeatable", ScalarAlways("Boolean")),
    (Directive, "locations", Scalars("__DirectiveLocation")),
    (Directive, "args", Many(InputValue)),
];

/// Those that take `includeDeprecated`.
pub(crate) const DEPRECATING: &[&str] = &["args", "enumValues", "fields", "inputFields"];

/// The values of `__TypeKind`.
pub(crate) const TYPE_KINDS: &[&str] =
    &["SCALAR", "OBJECT", "INTERFACE", "UNION", "ENUM", "INPUT_OBJECT", "LIST", "NON_NULL"];

/// The values of `__DirectiveLocation`.
pub(crate) const LOCATIONS: &[&str] = &[
    "QUERY",
    "MUTATION",
    "SUBSCRIPTION",
    "FIELD",
    "FRAGMENT_DEFINITION",
    "FRAGMENT_SPREAD",
    "INLINE_FRAGMENT",
    "VARIABLE_DEFINITION",
    "SCHEMA",
    "SCALAR",
    "OBJECT",
    "FIELD_DEFINITION",
    "ARGUMENT_DEFINITION",
    "INTERFACE",
    "UNION",
    "ENUM",
    "ENUM_VALUE",
    "INPUT_OBJECT",
    "INPUT_FIELD_DEFINITION",
];

/// A directive: its name, the name and type of its argument, and where it may stand.
pub(crate) struct DirectiveRow {
    pub name: &'static str,
    pub argument: Option<(&'static str, &'static str)>,
    pub locations: &'static [&'static str],
}

const EVERYWHERE: &[&str] = &["FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"];

/// All directives.
pub(crate) const DIRECTIVES: &[DirectiveRow] = &[
    DirectiveRow { name: "include", argument: Some(("if", "Boolean")), locations: EVERYWHERE },
    DirectiveRow { name: "skip", argument: Some(("if", "Boolean")), locations: EVERYWHERE },
    DirectiveRow { name: "flatten", argument: None, locations: &["FIELD"] },
    DirectiveRow { name: "first", argument: None, locations: &["FIELD"] },
    DirectiveRow { name: "singleton", argument: None, locations: &["FIELD"] },
    DirectiveRow { name: "slice", argument: Some(("fhirpath", "String")), locations: &["FIELD"] },
];

impl MetaKind {
    pub const ALL: &'static [Self] = &[Schema, Type, Field, InputValue, EnumValue, Directive];

    pub fn name(self) -> &'static str {
        match self {
            Schema => "__Schema",
            Type => "__Type",
            Field => "__Field",
            InputValue => "__InputValue",
            EnumValue => "__EnumValue",
            Directive => "__Directive",
        }
    }
}

/// A field of that name.
pub(crate) fn member(kind: MetaKind, name: &str) -> Option<MetaMember> {
    let row = MEMBERS.iter().find(|row| row.0 == kind && row.1 == name)?;
    let yields = match row.2 {
        Scalar(_) | ScalarAlways(_) | Scalars(_) => None,
        Maybe(inner) | Always(inner) | Many(inner) | MaybeMany(inner) => Some(inner),
    };
    let has_deprecation = DEPRECATING.contains(&row.1);
    Some(MetaMember { field: MetaField::Member(row.1), yields, has_deprecation })
}
