//! What FHIR's own definitions say of an operation, for those who tell what they support of it.

use fornax_definitions::{Definitions, Direction, OperationParameter, OperationType};

/// An operation as FHIR defines it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationDefinition {
    /// Whether calling it changes anything; `None`: nothing is said.
    pub affects_state: Option<bool>,
    /// What comes out, in the definition's order.
    pub outputs: Vec<Output>,
}

/// A parameter that comes out of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its name.
    pub name: &'static str,
    /// How often it is there at least.
    pub min: u32,
    /// How often it is there at most; `None`: any number.
    pub max: Option<u32>,
    /// FHIR's type of its value; `None`: it is made of parts.
    pub kind: Option<&'static str>,
    /// What it is made of.
    pub parts: Vec<Output>,
}

/// The operation that the release defines under a canonical URL.
pub fn released(url: &str) -> Option<OperationDefinition> {
    let definitions = fornax_definitions::r4();
    let operation = definitions.operations().iter().find(|one| one.url == url)?;
    let out = |parameter: &&OperationParameter| parameter.direction == Direction::Out;
    Some(OperationDefinition {
        affects_state: operation.affects_state,
        outputs: operation.parameters.iter().filter(out).map(|one| output(definitions, one)).collect(),
    })
}

fn output(definitions: &Definitions, parameter: &OperationParameter) -> Output {
    let kind = parameter.type_of.map(|type_of| match type_of {
        OperationType::Any => "Any",
        OperationType::Type(id) => definitions.type_of(id).name,
    });
    Output {
        name: parameter.name,
        min: parameter.min,
        max: parameter.max,
        kind,
        parts: parameter.parts.iter().map(|part| output(definitions, part)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_release_says() {
        let defined = |name| released(&format!("http://hl7.org/fhir/OperationDefinition/{name}"));
        let everything = defined("Patient-everything").expect("FHIR has it");
        assert_eq!(everything.affects_state, Some(false));
        let bundle = Output { name: "return", min: 1, max: Some(1), kind: Some("Bundle"), parts: Vec::new() };
        assert_eq!(everything.outputs, [bundle]);
        let translate = defined("ConceptMap-translate").expect("FHIR has it");
        let parts = translate.outputs.iter().find(|output| output.name == "match").expect("an output");
        assert_eq!((parts.kind, parts.max), (None, None));
        assert!(parts.parts.iter().any(|part| part.kind == Some("Coding")));
        assert_eq!(defined("Patient-nothing"), None);
    }
}
