//! What a search parameter is, and which there are.

use crate::parameters_table::TABLE;

/// How a value is searched (search.html#ptypes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Folded, by its start.
    String,
    /// A code and where it is from.
    Token,
    /// A resource.
    Reference,
    /// An interval of time.
    Date,
    /// A number with a unit.
    Quantity,
    /// Character by character.
    Uri,
    /// Several of these, of one element.
    Composite,
}

/// What the element at a path is: how its value is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// `string`.
    String,
    /// `HumanName`, all of its parts.
    HumanName,
    /// `Address`, all of its parts.
    Address,
    /// `CodeableConcept`.
    CodeableConcept,
    /// `Coding`.
    Coding,
    /// `Identifier`.
    Identifier,
    /// `ContactPoint`.
    ContactPoint,
    /// `code`, and the system of the value set that it is bound to.
    Code(&'static str),
    /// `boolean`.
    Boolean,
    /// Whether there is a value that is not `false`: `Patient.deceased`.
    Existence,
    /// The logical id of the resource.
    Id,
    /// `Reference`.
    Reference,
    /// `date`, `dateTime`, `instant`, `Period` or `Timing`.
    Time,
    /// When the version was made.
    LastUpdated,
    /// `Quantity`.
    Quantity,
    /// `uri`.
    Uri,
    /// `canonical`.
    Canonical,
    /// Whatever has the components.
    Composite,
}

impl Element {
    /// The kind of the parameters over such an element.
    pub fn kind(self) -> Kind {
        match self {
            Self::String | Self::HumanName | Self::Address => Kind::String,
            Self::CodeableConcept
            | Self::Coding
            | Self::Identifier
            | Self::ContactPoint
            | Self::Code(_)
            | Self::Boolean
            | Self::Existence
            | Self::Id => Kind::Token,
            Self::Reference => Kind::Reference,
            Self::Time | Self::LastUpdated => Kind::Date,
            Self::Quantity => Kind::Quantity,
            Self::Uri | Self::Canonical => Kind::Uri,
            Self::Composite => Kind::Composite,
        }
    }
}

/// A search parameter of a resource type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The resource type; `Resource` for one that all types have.
    pub resource_type: &'static str,
    /// Its name in a URL.
    pub code: &'static str,
    /// What is at its paths.
    pub element: Element,
    /// Where its values are, by [`crate::json::Json::at`].
    pub paths: &'static [&'static str],
    /// Types that its references may point to; others at the same place are not its values. `Resource`: all.
    pub targets: &'static [&'static str],
    /// The components of a composite, within what is at its paths.
    pub components: &'static [Component],
}

/// A component of a composite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Component {
    /// What is at its paths.
    pub element: Element,
    /// Where its values are, from the element that has the components.
    pub paths: &'static [&'static str],
}

impl Parameter {
    /// Whether its references may point to a type.
    pub fn may_point_to(&self, resource_type: &str) -> bool {
        self.target_types().any(|target| target == resource_type)
    }

    /// The types that its references may point to.
    pub fn target_types(&self) -> impl Iterator<Item = &'static str> {
        let all: Vec<&'static str> =
            if self.targets == ["Resource"] { resource_types() } else { self.targets.to_vec() };
        all.into_iter()
    }
}

/// A parameter of a type, by its code.
pub fn parameter(resource_type: &str, code: &str) -> Option<&'static Parameter> {
    parameters(resource_type).find(|parameter| parameter.code == code)
}

/// All parameters of a type.
pub fn parameters(resource_type: &str) -> impl Iterator<Item = &'static Parameter> {
    TABLE.iter().filter(move |row| row.resource_type == resource_type || row.resource_type == "Resource")
}

/// The resource types that the oracle knows.
pub fn resource_types() -> Vec<&'static str> {
    let mut all: Vec<&'static str> = TABLE.iter().map(|row| row.resource_type).collect();
    all.retain(|name| *name != "Resource");
    all.dedup();
    all
}

/// Whether the oracle knows a resource type.
pub fn is_resource_type(resource_type: &str) -> bool {
    TABLE.iter().any(|row| row.resource_type == resource_type) && resource_type != "Resource"
}
