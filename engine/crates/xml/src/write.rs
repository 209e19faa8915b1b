//! From JSON to XML.

mod markup;
mod rows;

use fornax_definitions::{Definitions, JsonKind, TypeId};
use fornax_model::{Kind, Node};

use crate::Limits;
use crate::error::{WriteError, WriteFault, XmlFault};
use crate::form::{Form, resource_type};
use crate::namespaces::{FHIR, Namespace};
use crate::narrative::{Entities, copy_whole};
use crate::place::Place;
use crate::source::Source;
use markup::Markup;
use rows::{Row, Rows};

/// How XML is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// In one line, but for narratives that have more.
    Compact,
    /// A line per element, with two spaces for each element around it; narratives stay as they are.
    Pretty,
}

/// Writes a resource as XML: UTF-8, with a declaration.
///
/// Elements come in the order of the definitions, whatever that of the JSON is. What [`to_json`](crate::to_json) makes
/// of it are the same values, decimals as written; narratives without a namespace get theirs, and entities of HTML that
/// XML does not know become numbers. What JSON allows and XML can't hold is an error: control characters, and narratives
/// that are not well-formed XHTML with all its prefixes declared. So is XML of more than
/// [`Limits::document_bytes_max`]. Takes time in proportion to the bytes.
pub fn to_xml(
    root: Node<'_>,
    definitions: &Definitions,
    layout: Layout,
    limits: &Limits,
) -> Result<Vec<u8>, WriteError> {
    to_text(root, definitions, layout, limits).map(String::into_bytes)
}

/// The same as text.
pub(crate) fn to_text(
    root: Node<'_>,
    definitions: &Definitions,
    layout: Layout,
    limits: &Limits,
) -> Result<String, WriteError> {
    let bytes_max = limits.document_bytes_max;
    let mut markup = Markup::new(layout, root.raw().len().min(bytes_max));
    markup.declaration();
    let mut write = Write { definitions, limits, markup };
    write.resource(root, Some(FHIR), None)?;
    let text = write.markup.finish();
    if text.len() > bytes_max {
        return Err(WriteError { fault: WriteFault::Bytes(bytes_max), path: String::new() });
    }
    Ok(text)
}

fn refused(text: &'static str, place: &Place<'_>) -> WriteError {
    failed(WriteFault::Structure(text), place)
}

fn failed(fault: WriteFault, place: &Place<'_>) -> WriteError {
    WriteError { fault, path: place.to_string() }
}

/// Writing under way. It recurses as the resource's elements nest, up to [`Limits::depth_max`].
struct Write<'w> {
    definitions: &'w Definitions,
    limits: &'w Limits,
    markup: Markup,
}

impl<'w> Write<'w> {
    /// Writes the element that a resource is. Without a place it is the outermost one.
    fn resource(
        &mut self,
        node: Node<'_>,
        namespace: Option<&str>,
        place: Option<&Place<'_>>,
    ) -> Result<(), WriteError> {
        let nowhere = Place::root("Resource");
        let name = node.get("resourceType").and_then(Node::as_str);
        let Some(of) = name.and_then(|name| resource_type(self.definitions, &name)) else {
            return Err(refused("not a resource", place.unwrap_or(&nowhere)));
        };
        let root = Place::root(of.name);
        let place = place.unwrap_or(&root);
        let rows = self.rows(node, of.id, place)?;
        self.markup.open(of.name);
        if let Some(namespace) = namespace {
            self.attribute("xmlns", namespace, place)?;
        }
        self.content(&rows, place)?;
        self.markup.close(of.name);
        Ok(())
    }

    fn rows<'n>(&self, node: Node<'n>, of: TypeId, place: &Place<'_>) -> Result<Rows<'n, 'w>, WriteError> {
        if place.depth > self.limits.depth_max {
            return Err(failed(WriteFault::Depth(self.limits.depth_max), place));
        }
        if node.kind() != Kind::Object {
            return Err(refused("must be an object", place));
        }
        Rows::of(node, self.definitions, of).map_err(|(name, text)| refused(text, &place.element(&name)))
    }

    /// Writes all rows that are elements.
    fn content(&mut self, rows: &Rows<'_, '_>, place: &Place<'_>) -> Result<(), WriteError> {
        for row in rows.iter().filter(|row| row.form != Form::Attribute) {
            let here = place.element(row.element.name);
            if !row.element.is_array() {
                self.element(row, row.value, row.beside, &here)?;
                continue;
            }
            for part in [row.value, row.beside].into_iter().flatten() {
                if part.kind() != Kind::Array {
                    return Err(refused("must be an array", &here));
                }
            }
            let items = |part: Option<Node<'_>>| part.map_or(0, |part| part.items().count());
            let (mut values, mut besides) = (row.value.map(Node::items), row.beside.map(Node::items));
            for index in 0..items(row.value).max(items(row.beside)) {
                let value = values.as_mut().and_then(Iterator::next);
                let beside = besides.as_mut().and_then(Iterator::next);
                self.element(row, value, beside, &here.item(index))?;
            }
        }
        Ok(())
    }

    fn element(
        &mut self,
        row: &Row<'_, '_>,
        value: Option<Node<'_>>,
        beside: Option<Node<'_>>,
        place: &Place<'_>,
    ) -> Result<(), WriteError> {
        let bytes_max = self.limits.document_bytes_max;
        if self.markup.bytes() > bytes_max {
            return Err(failed(WriteFault::Bytes(bytes_max), place));
        }
        let unless_null = |node: &Node<'_>| node.kind() != Kind::Null;
        let (value, beside) = (value.filter(unless_null), beside.filter(unless_null));
        if let Form::Primitive(kind, of) = row.form {
            return self.primitive(row, (value, kind), (beside, of), place);
        }
        let (Some(value), None) = (value, beside) else {
            return Err(refused("must be one value, with nothing beside it", place));
        };
        match row.form {
            Form::Object(of) => self.object(&row.name, value, of, place),
            Form::Xhtml => self.narrative(value, place),
            Form::Resource => {
                self.markup.open(&row.name);
                self.resource(value, None, Some(place))?;
                self.markup.close(&row.name);
                Ok(())
            }
            Form::Bare | Form::Attribute | Form::Primitive(..) => {
                self.markup.open(&row.name);
                self.value("value", value, JsonKind::String, place)?;
                self.markup.close(&row.name);
                Ok(())
            }
        }
    }

    fn primitive(
        &mut self,
        row: &Row<'_, '_>,
        (value, kind): (Option<Node<'_>>, JsonKind),
        (beside, of): (Option<Node<'_>>, TypeId),
        place: &Place<'_>,
    ) -> Result<(), WriteError> {
        let rows = beside.map(|beside| self.rows(beside, of, place)).transpose()?;
        if value.is_none() && rows.as_ref().is_none_or(Rows::is_empty) {
            return Err(refused("must have a value or something beside it", place));
        }
        self.markup.open(&row.name);
        if let Some(rows) = &rows {
            self.attributes(rows, place)?;
        }
        if let Some(value) = value {
            self.value("value", value, kind, place)?;
        }
        if let Some(rows) = &rows {
            self.content(rows, place)?;
        }
        self.markup.close(&row.name);
        Ok(())
    }

    fn object(
        &mut self,
        name: &str,
        node: Node<'_>,
        of: TypeId,
        place: &Place<'_>,
    ) -> Result<(), WriteError> {
        let rows = self.rows(node, of, place)?;
        if rows.is_empty() {
            return Err(refused("must not be empty", place));
        }
        self.markup.open(name);
        self.attributes(&rows, place)?;
        self.content(&rows, place)?;
        self.markup.close(name);
        Ok(())
    }

    fn attributes(&mut self, rows: &Rows<'_, '_>, place: &Place<'_>) -> Result<(), WriteError> {
        for row in rows.iter().filter(|row| row.form == Form::Attribute) {
            let here = place.element(row.element.name);
            let (Some(value), None) = (row.value, row.beside) else {
                return Err(refused("must be one value, with nothing beside it", &here));
            };
            self.value(&row.name, value, JsonKind::String, &here)?;
        }
        Ok(())
    }

    fn value(
        &mut self,
        name: &str,
        node: Node<'_>,
        kind: JsonKind,
        place: &Place<'_>,
    ) -> Result<(), WriteError> {
        match (kind, node.kind()) {
            (JsonKind::Boolean, Kind::Bool) | (JsonKind::Integer | JsonKind::Decimal, Kind::Number) => {
                // Either is ASCII that needs no escape.
                self.attribute(name, &String::from_utf8_lossy(node.raw()), place)
            }
            (JsonKind::String, Kind::String) => match node.as_str() {
                Some(text) if !text.is_empty() => self.attribute(name, &text, place),
                _ => Err(refused("must not be empty", place)),
            },
            (JsonKind::Boolean, _) => Err(refused("must be a JSON boolean", place)),
            (JsonKind::Integer | JsonKind::Decimal, _) => Err(refused("must be a JSON number", place)),
            (JsonKind::String, _) => Err(refused("must be a JSON string", place)),
        }
    }

    fn attribute(&mut self, name: &str, text: &str, place: &Place<'_>) -> Result<(), WriteError> {
        if self.markup.attribute(name, text) {
            return Ok(());
        }
        Err(failed(WriteFault::Character, place))
    }

    fn narrative(&mut self, node: Node<'_>, place: &Place<'_>) -> Result<(), WriteError> {
        let Some(text) = node.as_str() else { return Err(refused("must be a JSON string", place)) };
        if crate::characters::forbidden(&text).is_some() {
            return Err(failed(WriteFault::Character, place));
        }
        let out = self.markup.raw();
        // Without a declaration it can only be meant as XHTML.
        let copied = Source::new(&text, Namespace::Xhtml, self.limits)
            .and_then(|mut source| copy_whole(&mut source, Entities::Html, out));
        copied.map_err(|stop| match stop.fault {
            XmlFault::Limit { .. } => refused("XHTML over a limit", place),
            _ => refused("must be XHTML in one div", place),
        })
    }
}
