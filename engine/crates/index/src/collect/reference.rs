//! Values of reference parameters.

use fornax_definitions::TypeId;
use fornax_fhirpath::type_in_text;
use fornax_model::Node;

use super::{Collector, Found};
use crate::shape::Shape;
use crate::values::{LocalReference, Value};

impl<'a> Collector<'a> {
    /// References and canonical URLs. What a resource contains itself is no target of a search.
    pub fn reference(&mut self, found: &Found<'a>) {
        match (found.shape(), found.node()) {
            (Shape::Reference, Some(reference)) => {
                if let Some(text) = reference.get("reference").and_then(Node::as_str) {
                    self.target(&text, None);
                }
                if let Some(identifier) = reference.get("identifier") {
                    let system = self.keep_member(identifier, "system");
                    let value = self.keep_member(identifier, "value");
                    if system.is_some() || value.is_some() {
                        self.push(Value::Identifier { system, value });
                    }
                }
            }
            (Shape::Canonical, _) => {
                if let Some(text) = found.text() {
                    let (url, version) = match text.split_once('|') {
                        Some((url, version)) => (url, Some(version)),
                        None => (&*text, None),
                    };
                    self.target(url, version);
                }
            }
            (Shape::Uri | Shape::Text | Shape::Code, _) => {
                if let Some(text) = found.text() {
                    self.target(&text, None);
                }
            }
            _ => {}
        }
    }

    fn target(&mut self, text: &str, version: Option<&str>) {
        if text.is_empty() || text.starts_with('#') {
            return;
        }
        let value = match self.local(text).filter(|_| version.is_none()) {
            Some((resource, id, version)) => Value::Local {
                target: self.place(resource, id),
                version: version.map(|version| self.keep(version)),
            },
            None => {
                let (url, version) = match (text.split_once("/_history/"), version) {
                    (Some((url, version)), None) => (url, Some(version)),
                    _ => (text, version),
                };
                Value::Url { url: self.keep(url), version: version.map(|version| self.keep(version)) }
            }
        };
        self.push(value);
    }

    /// Reads `Type/id` and `Type/id/_history/version`.
    fn local<'t>(&self, text: &'t str) -> Option<(TypeId, &'t str, Option<&'t str>)> {
        let (path, version) = match text.split_once("/_history/") {
            Some((path, version)) => (path, Some(version)),
            None => (text, None),
        };
        let (_, id) = path.split_once('/').filter(|(_, id)| !id.contains('/'))?;
        Some((type_in_text(self.reading.definitions, path)?, id, version))
    }

    fn place(&mut self, resource: TypeId, id: &str) -> u32 {
        let references = &mut self.references;
        *self.places.entry((resource, id.into())).or_insert_with_key(|(_, id)| {
            references.push(LocalReference { resource, id: id.clone() });
            references.len() as u32 - 1
        })
    }
}
