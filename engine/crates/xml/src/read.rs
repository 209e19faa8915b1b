//! From XML to JSON, in one pass.

mod list;
mod primitive;

use fornax_definitions::{Definitions, ElementId, JsonKind, TypeId};
use fornax_model::write::string_into;

use crate::Limits;
use crate::attributes::Attribute;
use crate::characters::is_blank;
use crate::encoding::decoded;
use crate::error::{Bound, Stop, XmlError, XmlFault};
use crate::form::{Form, child, resource_type};
use crate::namespaces::Namespace;
use crate::narrative::{Entities, copy};
use crate::place::Place;
use crate::source::{Piece, Source, Tag, Token};
use crate::value::decode;
use list::List;
use primitive::value_into;

/// Reads a resource in XML: its JSON, compact, in the order of the XML.
///
/// Takes what FHIR's XML format has (R4, page "XML") and nothing else: UTF-8, with a byte order mark or without;
/// each element in its namespace, in its place, with something in it. Comments outside of narratives are dropped;
/// whatever else would be lost is an error. Values are not looked into beyond what JSON asks of booleans and numbers,
/// nor are missing elements found: that is for validation, of the JSON. Takes time in proportion to the bytes.
pub fn to_json(xml: &[u8], definitions: &Definitions, limits: &Limits) -> Result<Vec<u8>, XmlError> {
    let text = decoded(xml, limits)?;
    let read = || {
        let source = Source::new(text, Namespace::None, limits)?;
        let out = Vec::with_capacity(text.len());
        Read { definitions, source, limits, out, narrative: String::new() }.document()
    };
    read().map_err(|stop| stop.located(text.as_bytes()))
}

fn refused(text: &'static str, at: usize, place: &Place<'_>) -> Stop {
    Stop::new(XmlFault::Structure(text), at).within(place)
}

/// Reading under way. It recurses as elements nest, up to [`Limits::depth_max`].
struct Read<'x> {
    definitions: &'x Definitions,
    source: Source<'x>,
    limits: &'x Limits,
    out: Vec<u8>,
    /// Kept for its memory.
    narrative: String,
}

/// An element whose content is being read.
struct Open<'x> {
    of: TypeId,
    /// The type's elements from the latest one on.
    ahead: &'x [ElementId],
    /// The latest one.
    latest: Option<ElementId>,
    list: Option<List<'x>>,
}

impl<'x> Read<'x> {
    fn document(mut self) -> Result<Vec<u8>, Stop> {
        let mut is_first = true;
        loop {
            match self.source.next()? {
                Token::Open(tag) if is_first => {
                    // A name that is no type's is found out further in.
                    self.resource(&tag, &Place::root(tag.name))?;
                    is_first = false;
                }
                Token::Open(tag) => return Err(Stop::syntax("a second outermost element", tag.at)),
                Token::End(_) if !is_first => return Ok(self.out),
                Token::End(at) => return Err(Stop::syntax("no element", at)),
                Token::Comment(_) => {}
                Token::Text(text) if is_blank(text.raw) => {}
                Token::Text(piece)
                | Token::Reference(piece)
                | Token::Literal(piece)
                | Token::Close(piece) => {
                    return Err(Stop::syntax("text outside of the outermost element", piece.at));
                }
            }
        }
    }

    /// Reads the element that a resource is.
    fn resource(&mut self, tag: &Tag<'x>, place: &Place<'_>) -> Result<(), Stop> {
        in_namespace(tag, Namespace::Fhir, place)?;
        let Some(of) = resource_type(self.definitions, tag.name) else {
            return Err(refused("not a type of resource", tag.at, place));
        };
        if let Some(attribute) = tag.attributes.first() {
            return Err(unknown(attribute, place));
        }
        self.out.extend_from_slice(b"{\"resourceType\":");
        string_into(&mut self.out, of.name);
        self.content(tag, of.id, place)?;
        self.out.push(b'}');
        Ok(())
    }

    /// Reads the elements within one, up to its end.
    fn content(&mut self, tag: &Tag<'x>, of: TypeId, place: &Place<'_>) -> Result<(), Stop> {
        let ahead = &self.definitions.type_of(of).elements;
        let mut open = Open { of, ahead, latest: None, list: None };
        while let Some(tag) = self.next_within(tag, place)? {
            self.child(&mut open, &tag, place)?;
        }
        open.end_list(&mut self.out);
        Ok(())
    }

    /// The next element within one; `None` at its end.
    fn next_within(&mut self, outer: &Tag<'x>, place: &Place<'_>) -> Result<Option<Tag<'x>>, Stop> {
        if outer.is_empty {
            return Ok(None);
        }
        loop {
            match self.source.next().map_err(|stop| stop.within(place))? {
                Token::Open(tag) => return Ok(Some(tag)),
                Token::Close(_) | Token::End(_) => return Ok(None),
                Token::Comment(_) => {}
                Token::Text(text) if is_blank(text.raw) => {}
                Token::Text(Piece { at, .. })
                | Token::Reference(Piece { at, .. })
                | Token::Literal(Piece { at, .. }) => {
                    return Err(refused("text between elements", at, place));
                }
            }
        }
    }

    fn child(&mut self, open: &mut Open<'x>, tag: &Tag<'x>, place: &Place<'_>) -> Result<(), Stop> {
        let found = child(self.definitions, open.of, tag.name).filter(|(_, form)| *form != Form::Attribute);
        let Some((child, form)) = found else {
            return Err(refused("an unknown element", tag.at, &place.element(tag.name)));
        };
        let here = place.element(child.element.name);
        if here.depth > self.limits.depth_max {
            return Err(Stop::limit(Bound::Depth, self.limits.depth_max, tag.at).within(&here));
        }
        let namespace = if form == Form::Xhtml { Namespace::Xhtml } else { Namespace::Fhir };
        in_namespace(tag, namespace, &here)?;
        let is_latest = open.latest == Some(child.element.id);
        if !child.element.is_array() {
            open.end_list(&mut self.out);
            if is_latest {
                return Err(refused("an element that can't be repeated", tag.at, &here));
            }
            open.advance(child.element.id, tag, &here)?;
            return self.single(tag, form, &here);
        }
        let mut list = match open.list.take() {
            Some(list) if is_latest => list,
            before => {
                if let Some(list) = before {
                    list.end(&mut self.out);
                }
                open.advance(child.element.id, tag, &here)?;
                List::begin(&mut self.out, tag.name)
            }
        };
        let item = here.item(list.len());
        self.item(&mut list, tag, form, &item)?;
        open.list = Some(list);
        Ok(())
    }

    /// Reads an element that is no list.
    fn single(&mut self, tag: &Tag<'x>, form: Form, place: &Place<'_>) -> Result<(), Stop> {
        let Form::Primitive(kind, of) = form else {
            name_into(&mut self.out, "", tag.name);
            return self.whole(tag, form, place);
        };
        let value = value(tag);
        if let Some(attribute) = value {
            name_into(&mut self.out, "", tag.name);
            self.value(attribute, kind, place)?;
        }
        if may_have_beside(tag) {
            let before = self.out.len();
            name_into(&mut self.out, "_", tag.name);
            if self.beside(tag, of, place)? {
                return Ok(());
            }
            self.out.truncate(before);
        }
        if value.is_some() { Ok(()) } else { Err(refused(EMPTY, tag.at, place)) }
    }

    /// Reads one of a list's items.
    fn item(
        &mut self,
        list: &mut List<'x>,
        tag: &Tag<'x>,
        form: Form,
        place: &Place<'_>,
    ) -> Result<(), Stop> {
        list.next(&mut self.out);
        let Form::Primitive(kind, of) = form else {
            list.has_value = true;
            return self.whole(tag, form, place);
        };
        let value = value(tag);
        match value {
            Some(attribute) => self.value(attribute, kind, place)?,
            None => self.out.extend_from_slice(b"null"),
        }
        list.has_value |= value.is_some();
        let before = self.out.len();
        if may_have_beside(tag) && self.beside(tag, of, place)? {
            list.beside(&self.out[before..]);
            self.out.truncate(before);
        } else if value.is_none() {
            return Err(refused(EMPTY, tag.at, place));
        }
        Ok(())
    }

    /// Reads what stands beside a primitive's value: its id and its extensions. Tells whether there are any; where not,
    /// nothing is written.
    fn beside(&mut self, tag: &Tag<'x>, of: TypeId, place: &Place<'_>) -> Result<bool, Stop> {
        self.out.push(b'{');
        self.attributes(tag, of, Some("value"), place)?;
        self.content(tag, of, place)?;
        if self.out.last() == Some(&b'{') {
            self.out.pop();
            return Ok(false);
        }
        self.out.push(b'}');
        Ok(true)
    }

    /// Reads an element that is one value in JSON.
    fn whole(&mut self, tag: &Tag<'x>, form: Form, place: &Place<'_>) -> Result<(), Stop> {
        match form {
            Form::Object(of) => self.object(tag, of, place),
            Form::Resource => self.wrapped(tag, place),
            Form::Xhtml => self.narrative(tag, place),
            Form::Bare | Form::Attribute | Form::Primitive(..) => self.bare(tag, place),
        }
    }

    fn object(&mut self, tag: &Tag<'x>, of: TypeId, place: &Place<'_>) -> Result<(), Stop> {
        self.out.push(b'{');
        self.attributes(tag, of, None, place)?;
        self.content(tag, of, place)?;
        if self.out.last() == Some(&b'{') {
            return Err(refused(EMPTY, tag.at, place));
        }
        self.out.push(b'}');
        Ok(())
    }

    /// Reads an element that does no more than hold a resource.
    fn wrapped(&mut self, tag: &Tag<'x>, place: &Place<'_>) -> Result<(), Stop> {
        if let Some(attribute) = tag.attributes.first() {
            return Err(unknown(attribute, place));
        }
        let Some(first) = self.next_within(tag, place)? else { return Err(refused(EMPTY, tag.at, place)) };
        self.resource(&first, place)?;
        match self.next_within(tag, place)? {
            Some(second) => Err(refused("a second resource in one element", second.at, place)),
            None => Ok(()),
        }
    }

    fn narrative(&mut self, tag: &Tag<'x>, place: &Place<'_>) -> Result<(), Stop> {
        let mut text = std::mem::take(&mut self.narrative);
        text.clear();
        copy(&mut self.source, tag, Entities::Xml, &mut text).map_err(|stop| stop.within(place))?;
        string_into(&mut self.out, &text);
        self.narrative = text;
        Ok(())
    }

    /// Reads an element that has a value and can't have anything else.
    fn bare(&mut self, tag: &Tag<'x>, place: &Place<'_>) -> Result<(), Stop> {
        if let Some(attribute) = tag.attributes.iter().find(|attribute| attribute.name != "value") {
            return Err(unknown(attribute, place));
        }
        let Some(attribute) = value(tag) else { return Err(refused(EMPTY, tag.at, place)) };
        self.value(attribute, JsonKind::String, place)?;
        match self.next_within(tag, place)? {
            Some(inner) => Err(refused("an unknown element", inner.at, &place.element(inner.name))),
            None => Ok(()),
        }
    }

    /// Reads the attributes that are elements of a type, but for one that was read already.
    fn attributes(
        &mut self,
        tag: &Tag<'x>,
        of: TypeId,
        done: Option<&str>,
        place: &Place<'_>,
    ) -> Result<(), Stop> {
        for attribute in tag.attributes.iter().filter(|attribute| done != Some(attribute.name)) {
            match child(self.definitions, of, attribute.name) {
                Some((child, Form::Attribute)) => {
                    name_into(&mut self.out, "", attribute.name);
                    self.value(attribute, JsonKind::String, &place.element(child.element.name))?;
                }
                _ => return Err(unknown(attribute, place)),
            }
        }
        Ok(())
    }

    fn value(&mut self, attribute: &Attribute<'x>, kind: JsonKind, place: &Place<'_>) -> Result<(), Stop> {
        let text = decode(attribute.raw, attribute.value_at).map_err(|stop| stop.within(place))?;
        value_into(&mut self.out, &text, kind)
            .map_err(|fault| Stop::new(XmlFault::Value(fault), attribute.at).within(place))
    }
}

impl<'x> Open<'x> {
    /// Goes on to an element, which must come behind the latest one.
    fn advance(&mut self, id: ElementId, tag: &Tag<'x>, place: &Place<'_>) -> Result<(), Stop> {
        match self.ahead.iter().position(|&ahead| ahead == id) {
            Some(at) => self.ahead = &self.ahead[at + 1..],
            None => return Err(refused("an element out of its order", tag.at, place)),
        }
        self.latest = Some(id);
        Ok(())
    }

    fn end_list(&mut self, out: &mut Vec<u8>) {
        if let Some(list) = self.list.take() {
            list.end(out);
        }
    }
}

const EMPTY: &str = "an element without a value or content";

fn in_namespace(tag: &Tag<'_>, namespace: Namespace, place: &Place<'_>) -> Result<(), Stop> {
    if tag.namespace == namespace {
        return Ok(());
    }
    let text = match namespace {
        Namespace::Xhtml => "not in the namespace http://www.w3.org/1999/xhtml",
        _ => "not in the namespace http://hl7.org/fhir",
    };
    Err(refused(text, tag.at, place))
}

fn unknown(attribute: &Attribute<'_>, place: &Place<'_>) -> Stop {
    refused("an unknown attribute", attribute.at, &place.element(attribute.name))
}

fn value<'t, 'x>(tag: &'t Tag<'x>) -> Option<&'t Attribute<'x>> {
    tag.attributes.iter().find(|attribute| attribute.name == "value")
}

/// Whether a primitive may have anything beside its value.
fn may_have_beside(tag: &Tag<'_>) -> bool {
    !tag.is_empty || tag.attributes.iter().any(|attribute| attribute.name != "value")
}

/// Appends a member's name; its value is to follow. The name is an element's: nothing in it needs an escape.
fn name_into(out: &mut Vec<u8>, before: &str, name: &str) {
    // No value ends in an opening bracket.
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    out.push(b'"');
    out.extend_from_slice(before.as_bytes());
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}
