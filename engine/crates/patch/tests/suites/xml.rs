//! As much of FHIR's XML as the suite has: elements, ids, extensions and narratives.

use fornax_definitions::{JsonKind, TypeId, TypeKind, r4};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use serde_json::{Map, Value, json};

/// An element. Comments are left out.
#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    attributes: Vec<(String, String)>,
    content: Vec<Content>,
}

#[derive(Debug)]
enum Content {
    Element(Element),
    Text(String),
}

impl Element {
    fn of(start: &BytesStart<'_>) -> Self {
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.expect("an attribute");
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).expect("a value");
            (String::from_utf8(attribute.key.as_ref().to_vec()).expect("UTF-8"), value.into_owned())
        });
        let name = String::from_utf8(start.name().as_ref().to_vec()).expect("UTF-8");
        Self { name, attributes: attributes.collect(), content: Vec::new() }
    }

    pub fn children(&self) -> impl Iterator<Item = &Element> {
        self.content.iter().filter_map(|content| match content {
            Content::Element(element) => Some(element),
            Content::Text(_) => None,
        })
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, _)| found == name).map(|(_, value)| &**value)
    }

    /// As text, always written alike.
    fn text(&self) -> String {
        let mut text = format!("<{}", self.name);
        for (name, value) in &self.attributes {
            text += &format!(" {name}=\"{}\"", quick_xml::escape::escape(value));
        }
        text.push('>');
        for content in &self.content {
            match content {
                Content::Element(element) => text += &element.text(),
                Content::Text(part) => text += &quick_xml::escape::escape(part),
            }
        }
        text + &format!("</{}>", self.name)
    }
}

/// The outermost element.
pub fn parse(text: &str) -> Element {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    loop {
        let event = reader.read_event().expect("XML");
        let around = &mut open.last_mut().expect("what is open").content;
        match event {
            Event::Start(start) => open.push(Element::of(&start)),
            Event::Empty(start) => around.push(Content::Element(Element::of(&start))),
            Event::Text(part) => {
                around.push(Content::Text(part.xml10_content().expect("UTF-8").into_owned()));
            }
            Event::GeneralRef(reference) => {
                let name = reference.decode().expect("UTF-8");
                let text = quick_xml::escape::unescape(&format!("&{name};")).expect("an entity").into_owned();
                around.push(Content::Text(text));
            }
            Event::End(_) => {
                let closed = open.pop().expect("what is open");
                open.last_mut().expect("what is open").content.push(Content::Element(closed));
            }
            Event::Eof => {
                let mut outermost = open.pop().expect("what is open").content.into_iter();
                return outermost
                    .find_map(|content| match content {
                        Content::Element(element) => Some(element),
                        Content::Text(_) => None,
                    })
                    .expect("an element");
            }
            _ => {}
        }
    }
}

/// A resource as JSON.
pub fn to_json(resource: &Element) -> Value {
    let of = r4().type_named(&resource.name).expect("a type");
    let mut object = object(resource, of.id);
    object.insert("resourceType".to_owned(), json!(resource.name));
    Value::Object(object)
}

fn object(element: &Element, type_id: TypeId) -> Map<String, Value> {
    let mut object = Map::new();
    for (name, value) in &element.attributes {
        if matches!(&**name, "id" | "url") {
            object.insert(name.clone(), json!(value));
        }
    }
    for child in element.children() {
        let defined = r4().child(type_id, &child.name).unwrap_or_else(|| panic!("{}", child.name));
        let is_array = defined.element.is_array();
        let mut put = |name: String, value: Value| {
            if is_array {
                let list = object.entry(name).or_insert_with(|| json!([]));
                list.as_array_mut().expect("a list").push(value);
            } else {
                object.insert(name, value);
            }
        };
        let of = r4().type_of(defined.value.type_id);
        match of.kind {
            TypeKind::Primitive(_) if of.name == "xhtml" => put(child.name.clone(), json!(child.text())),
            TypeKind::Primitive(kind) => {
                let value = child.attribute("value").expect("a value");
                put(child.name.clone(), primitive(kind, value));
                if child.children().next().is_some() {
                    put(format!("_{}", child.name), Value::Object(self::object(child, of.id)));
                }
            }
            TypeKind::Resource => {
                put(child.name.clone(), to_json(child.children().next().expect("a resource")));
            }
            TypeKind::Complex | TypeKind::Backbone => {
                put(child.name.clone(), Value::Object(self::object(child, of.id)));
            }
        }
    }
    object
}

fn primitive(kind: JsonKind, text: &str) -> Value {
    match kind {
        JsonKind::String => json!(text),
        JsonKind::Boolean => json!(text == "true"),
        JsonKind::Integer | JsonKind::Decimal => serde_json::from_str(text).expect("a number"),
    }
}

/// JSON to be compared: narratives are written alike, and names have no order.
pub fn comparable(text: &str) -> Value {
    let mut value: Value = serde_json::from_str(text).expect("JSON");
    if let Some(div) = value.pointer_mut("/text/div") {
        *div = json!(parse(div.as_str().expect("a text")).text());
    }
    value
}
