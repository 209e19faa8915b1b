//! What the tenant is searched by, as the document refers to it.

use std::collections::{HashMap, HashSet};

use fornax::capabilities::{ParameterCapabilities, TypeCapabilities};

/// The tenant's search parameters, under keys that the document's syntax allows.
pub(super) struct SearchParameters<'a> {
    /// In the order in which types have them first.
    all: Vec<(String, &'a ParameterCapabilities)>,
    /// By canonical URL.
    keys: HashMap<&'a str, String>,
}

impl<'a> SearchParameters<'a> {
    pub(super) fn of(types: &'a [TypeCapabilities]) -> Self {
        let (mut all, mut keys, mut taken) = (Vec::new(), HashMap::new(), HashSet::new());
        for parameter in types.iter().flat_map(|one| &one.parameters) {
            if keys.contains_key(&*parameter.url) {
                continue;
            }
            let end = parameter.url.rsplit(['/', ':']).next().unwrap_or("");
            let allowed = |letter: char| {
                if letter.is_ascii_alphanumeric() || "._-".contains(letter) { letter } else { '_' }
            };
            let plain = format!("search.{}", end.chars().map(allowed).collect::<String>());
            let numbered = (2..).map(|number| format!("{plain}.{number}"));
            let key = std::iter::once(plain.clone()).chain(numbered).find(|key| !taken.contains(key));
            let Some(key) = key else { continue };
            taken.insert(key.clone());
            keys.insert(&*parameter.url, key.clone());
            all.push((key, parameter));
        }
        Self { all, keys }
    }

    /// The keys of what a type is searched by.
    pub(super) fn of_type(&self, one: &'a TypeCapabilities) -> impl Iterator<Item = &str> {
        one.parameters.iter().filter_map(|parameter| self.keys.get(&*parameter.url)).map(String::as_str)
    }

    /// The keys of what all types are searched by.
    pub(super) fn of_all(&self) -> impl Iterator<Item = &str> {
        self.all.iter().filter(|(_, parameter)| parameter.is_of_all).map(|(key, _)| key.as_str())
    }

    /// All of them, with their keys.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &'a ParameterCapabilities)> {
        self.all.iter().map(|(key, parameter)| (key.as_str(), *parameter))
    }
}
