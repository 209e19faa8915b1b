//! What a Bundle of JSON holds, without a look into its resources.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

/// A Bundle's entries.
#[derive(Deserialize)]
pub struct Outline<'a> {
    #[serde(borrow, rename = "resourceType")]
    resource_type: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    entry: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    resource: Option<Head<'a>>,
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow, rename = "resourceType")]
    resource_type: Cow<'a, str>,
}

impl<'a> Outline<'a> {
    /// # Errors
    /// It is no batch and no transaction.
    pub fn parse(text: &'a str) -> Result<Self, String> {
        let outline: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let is_it = outline.resource_type == "Bundle"
            && matches!(outline.kind.as_deref(), Some("batch" | "transaction"));
        if is_it { Ok(outline) } else { Err("no Bundle of type batch or transaction".to_owned()) }
    }

    /// How many entries there are.
    pub fn entries(&self) -> u64 {
        self.entry.len() as u64
    }

    /// Whether it holds a Patient.
    pub fn has_patient(&self) -> bool {
        self.types().any(|resource_type| resource_type == "Patient")
    }

    /// Adds up how many there are of each type.
    pub fn count(&self, counts: &mut BTreeMap<String, u64>) {
        for resource_type in self.types() {
            *counts.entry(resource_type.to_owned()).or_insert(0) += 1;
        }
    }

    fn types(&self) -> impl Iterator<Item = &str> {
        self.entry.iter().filter_map(|entry| entry.resource.as_ref()).map(|head| &*head.resource_type)
    }
}
