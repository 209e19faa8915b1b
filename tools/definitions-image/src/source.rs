//! The parts of FHIR's JSON that hold facts. Everything else in the package is left unread.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde::Deserialize;

use crate::ToolError;

/// The files that hold definitions, within the unpacked npm package.
const FILES: &[&str] = &[
    "dist/fhir/r4/profiles-types.json",
    "dist/fhir/r4/profiles-resources.json",
    "dist/fhir/r4/search-parameters.json",
    "dist/fhir/r4/valuesets.json",
    "dist/fhir/r4/v3-codesystems.json",
];

/// All definitions, in the order of the files.
#[derive(Debug, Default)]
pub struct Source {
    pub types: Vec<StructureDefinition>,
    pub parameters: Vec<SearchParameter>,
    pub compartments: Vec<CompartmentDefinition>,
    pub operations: Vec<OperationDefinition>,
    pub value_sets: Vec<ValueSet>,
}

impl Source {
    /// Reads the unpacked npm package.
    pub fn read(package: &Path) -> Result<Self, ToolError> {
        let mut source = Self::default();
        for file in FILES {
            let path = package.join(file);
            let failed = |error: std::io::Error| ToolError::Read { path: path.clone(), error };
            let reader = BufReader::new(File::open(&path).map_err(failed)?);
            let bundle: Bundle = serde_json::from_reader(reader).map_err(|error| failed(error.into()))?;
            for entry in bundle.entry {
                source.add(entry.resource);
            }
        }
        Ok(source)
    }

    fn add(&mut self, resource: Resource) {
        match resource {
            Resource::StructureDefinition(one) => self.types.push(one),
            Resource::SearchParameter(one) => self.parameters.push(one),
            Resource::CompartmentDefinition(one) => self.compartments.push(one),
            Resource::OperationDefinition(one) => self.operations.push(one),
            Resource::ValueSet(one) => self.value_sets.push(one),
            Resource::Other => {}
        }
    }
}

#[derive(Deserialize)]
struct Bundle {
    entry: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    resource: Resource,
}

#[derive(Deserialize)]
#[serde(tag = "resourceType")]
enum Resource {
    StructureDefinition(StructureDefinition),
    SearchParameter(SearchParameter),
    CompartmentDefinition(CompartmentDefinition),
    OperationDefinition(OperationDefinition),
    ValueSet(ValueSet),
    #[serde(other)]
    Other,
}

/// A type with all its elements.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StructureDefinition {
    pub name: String,
    pub kind: String,
    #[serde(rename = "abstract")]
    pub is_abstract: bool,
    /// Absent for `Element` and `Resource`.
    pub base_definition: Option<String>,
    pub derivation: Option<String>,
    pub snapshot: Snapshot,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Snapshot {
    pub element: Vec<ElementDefinition>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ElementDefinition {
    pub path: String,
    pub min: u32,
    pub max: String,
    #[serde(default, rename = "type")]
    pub types: Vec<TypeReference>,
    /// `#` and the path of the element whose content this one has.
    pub content_reference: Option<String>,
    pub binding: Option<Binding>,
    #[serde(default)]
    pub is_modifier: bool,
    #[serde(default)]
    pub is_summary: bool,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TypeReference {
    pub code: String,
    #[serde(default)]
    pub profile: Vec<String>,
    #[serde(default)]
    pub target_profile: Vec<String>,
    #[serde(default)]
    pub extension: Vec<Extension>,
}

/// The one extension that matters here has a URL or a URI as value.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Extension {
    pub url: String,
    #[serde(alias = "valueUrl", alias = "valueUri")]
    pub value: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Binding {
    pub strength: String,
    pub value_set: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchParameter {
    pub url: String,
    pub code: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub expression: Option<String>,
    pub xpath_usage: Option<String>,
    #[serde(default)]
    pub base: Vec<String>,
    #[serde(default)]
    pub target: Vec<String>,
    #[serde(default)]
    pub component: Vec<Component>,
    #[serde(default)]
    pub comparator: Vec<String>,
    #[serde(default)]
    pub modifier: Vec<String>,
    #[serde(default)]
    pub chain: Vec<String>,
    pub multiple_or: Option<bool>,
    pub multiple_and: Option<bool>,
    /// Not in the source: a correction sets it.
    #[serde(skip)]
    pub is_example: bool,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Component {
    pub definition: String,
    pub expression: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct ValueSet {
    pub url: String,
    pub compose: Option<Compose>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Compose {
    #[serde(default)]
    pub include: Vec<ComposeInclude>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct ComposeInclude {
    pub system: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct CompartmentDefinition {
    pub url: String,
    pub code: String,
    pub resource: Vec<CompartmentResource>,
    /// Not in the source: a correction sets it.
    #[serde(skip)]
    pub is_example: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub struct CompartmentResource {
    pub code: String,
    #[serde(default)]
    pub param: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OperationDefinition {
    pub url: String,
    pub code: String,
    pub affects_state: Option<bool>,
    pub resource: Vec<String>,
    pub system: bool,
    #[serde(rename = "type")]
    pub on_type: bool,
    pub instance: bool,
    #[serde(default)]
    pub parameter: Vec<OperationParameter>,
    /// Not in the source: a correction sets it.
    #[serde(skip)]
    pub is_example: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OperationParameter {
    pub name: String,
    #[serde(rename = "use")]
    pub direction: String,
    pub min: u32,
    pub max: String,
    #[serde(rename = "type")]
    pub type_name: Option<String>,
    #[serde(default)]
    pub target_profile: Vec<String>,
    pub search_type: Option<String>,
    pub binding: Option<Binding>,
    #[serde(default)]
    pub part: Vec<OperationParameter>,
}
