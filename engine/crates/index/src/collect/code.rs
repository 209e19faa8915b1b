//! Values of token parameters.

use fornax_model::Node;

use super::{Collector, Found};
use crate::shape::Shape;
use crate::values::{CodeSource, Span, Value};

impl<'a> Collector<'a> {
    /// Codes with and without a system, identifiers, and texts that know of no system: contact points, booleans, URIs, numbers.
    /// Beside them what codes are called.
    pub fn codes(&mut self, found: &Found<'a>) {
        match (found.shape(), found.node()) {
            (Shape::Coding, Some(coding)) => self.coding(coding),
            (Shape::CodeableConcept, Some(concept)) => {
                for coding in concept.get("coding").into_iter().flat_map(Node::items) {
                    self.coding(coding);
                }
                self.coded_text(concept, "text");
            }
            (Shape::Identifier, Some(identifier)) => self.identifier(identifier),
            (Shape::ContactPoint, Some(contact)) => {
                let value = self.keep_member(contact, "value");
                self.code(None, value, CodeSource::Contact);
            }
            (Shape::Code, _) => self.primitive(found, CodeSource::Code),
            (Shape::Text, _) => self.primitive(found, CodeSource::Coding),
            (Shape::Boolean | Shape::Uri | Shape::Canonical | Shape::Number | Shape::Moment, _) => {
                self.primitive(found, CodeSource::Bare);
            }
            _ => {}
        }
    }

    fn coding(&mut self, coding: Node<'a>) {
        let system = self.keep_member(coding, "system");
        let code = self.keep_member(coding, "code");
        self.code(system, code, CodeSource::Coding);
        self.coded_text(coding, "display");
    }

    fn identifier(&mut self, identifier: Node<'a>) {
        let system = self.keep_member(identifier, "system");
        let value = self.keep_member(identifier, "value");
        self.code(system, value, CodeSource::Identifier);
        let Some(kind) = identifier.get("type") else { return };
        self.coded_text(kind, "text");
        for coding in kind.get("coding").into_iter().flat_map(Node::items) {
            let system = self.keep_member(coding, "system");
            let code = self.keep_member(coding, "code");
            if let (Some(system), Some(code), Some(value)) = (system, code, value) {
                self.push(Value::OfType { system, code, value });
            }
        }
    }

    fn coded_text(&mut self, element: Node<'a>, name: &str) {
        if let Some(text) = element.get(name).and_then(Node::as_str) {
            let folded = self.keep_folded(&text);
            if folded.start < folded.end {
                self.push(Value::CodedText(folded));
            }
        }
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
