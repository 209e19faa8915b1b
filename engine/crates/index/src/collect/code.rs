//! Values of token parameters.

use fornax_model::Node;

use super::{Collector, Found};
use crate::shape::Shape;
use crate::values::{CodeSource, Span, Value};

impl<'a> Collector<'a> {
    /// Codes with and without a system, identifiers, and texts that know of no system: contact points, booleans, URIs, numbers.
    /// Letters count as they are written: whether a system minds their case is not known here.
    pub fn codes(&mut self, found: &Found<'a>) {
        match (found.shape(), found.node()) {
            (Shape::Coding, Some(coding)) => self.coding(coding),
            (Shape::CodeableConcept, Some(concept)) => {
                for coding in concept.get("coding").into_iter().flat_map(Node::items) {
                    self.coding(coding);
                }
            }
            (Shape::Identifier, Some(identifier)) => {
                let system = self.keep_member(identifier, "system");
                let value = self.keep_member(identifier, "value");
                self.code(system, value, CodeSource::Identifier);
            }
            (Shape::ContactPoint, Some(contact)) => {
                let value = self.keep_member(contact, "value");
                self.code(None, value, CodeSource::Bare);
            }
            (Shape::Text, _) => self.primitive(found, CodeSource::Coded),
            (Shape::Boolean | Shape::Uri | Shape::Canonical | Shape::Number | Shape::Moment, _) => {
                self.primitive(found, CodeSource::Bare);
            }
            _ => {}
        }
    }

    fn coding(&mut self, coding: Node<'a>) {
        let system = self.keep_member(coding, "system");
        let code = self.keep_member(coding, "code");
        self.code(system, code, CodeSource::Coded);
    }

    fn primitive(&mut self, found: &Found<'a>, source: CodeSource) {
        if let Some(text) = found.text() {
            let code = self.keep(&text);
            self.code(None, Some(code), source);
        }
    }

    fn code(&mut self, system: Option<Span>, code: Option<Span>, source: CodeSource) {
        if system.is_some() || code.is_some() {
            self.push(Value::Code { system, code, source });
        }
    }
}
