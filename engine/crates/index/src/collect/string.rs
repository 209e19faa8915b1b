//! Values of string and URI parameters.

use fornax_model::Node;

use super::{Collector, Found};
use crate::shape::Shape;
use crate::values::{Span, Value};

/// The parts of a name that a search looks at, each for itself.
const NAME: &[&str] = &["text", "family", "given", "prefix", "suffix"];
/// The parts of an address.
const ADDRESS: &[&str] = &["text", "line", "city", "district", "state", "postalCode", "country"];

impl<'a> Collector<'a> {
    /// Texts, and the parts of names and addresses, each a value of its own.
    pub fn strings(&mut self, found: &Found<'a>) {
        match (found.shape(), found.node()) {
            (Shape::HumanName, Some(name)) => self.parts(name, NAME),
            (Shape::Address, Some(address)) => self.parts(address, ADDRESS),
            (Shape::CodeableConcept, Some(concept)) => self.parts(concept, &["text"]),
            (Shape::Text | Shape::Code | Shape::Uri | Shape::Canonical, _) => {
                if let Some(text) = found.text() {
                    self.string(&text);
                }
            }
            _ => {}
        }
    }

    fn parts(&mut self, element: Node<'a>, names: &[&str]) {
        for part in names.iter().filter_map(|name| element.get(name)) {
            if let Some(text) = part.as_str() {
                self.string(&text);
            }
            for text in part.items().filter_map(Node::as_str) {
                self.string(&text);
            }
        }
    }

    fn string(&mut self, text: &str) {
        let exact = self.keep(text);
        let folded = self.keep_folded(text);
        self.push(Value::String { folded, exact });
    }

    /// A whole URI, every letter and slash as written.
    pub fn uri(&mut self, found: &Found<'a>) {
        if !matches!(found.shape(), Shape::Uri | Shape::Canonical | Shape::Text | Shape::Code) {
            return;
        }
        if let Some(text) = found.text() {
            let uri = self.keep(&text);
            let bare = if found.shape() == Shape::Canonical { text.find('|') } else { None };
            let bare = bare.map(|at| Span { end: uri.start + at as u32, ..uri });
            self.push(Value::Uri { uri, bare });
        }
    }
}
