//! From what expressions select to values, by the parameter's kind and the element's shape.
//!
//! Which elements a kind of parameter reads, and how, is R4's (search, the tables of the sections on parameter types). A value
//! that is none of its type (a date that does not exist, a number of more than 37 digits, a period that ends before it
//! begins) is not searchable and is passed over: judging it is validation's part.

mod code;
mod date;
mod number;
mod position;
mod reference;
mod string;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use fornax_definitions::{Definitions, SearchKind, TypeId};
use fornax_fhirpath::{Element, Environment, Extracted, Item, Part, Value as Computed};
use fornax_model::{Node, NodeId};

use crate::columns::Columns;
use crate::document::is_asked_for;
use crate::error::IndexError;
use crate::fold::{FOLDED_BYTES_MAX, fold_into};
use crate::limits::Limits;
use crate::number::Stretch;
use crate::plan::{RowId, TypePlan};
use crate::shape::{Shape, Shapes};
use crate::texts::{TextKinds, Texts, read_texts};
use crate::values::{Entry, LocalReference, PartEntry, SearchValues, Span, UnitText, Value};
use crate::zone::TimeZone;

/// What reading needs to know beside the resource.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub definitions: &'a Definitions,
    pub shapes: &'a Shapes,
    pub text_kinds: &'a TextKinds,
    pub limits: &'a Limits,
    pub zone: &'a Arc<TimeZone>,
}

/// Reads all search values of a resource.
pub(crate) fn collect<'a>(
    reading: Reading<'a>,
    plan: &'a Arc<TypePlan>,
    root: Node<'a>,
) -> Result<SearchValues, IndexError> {
    let resource = Element::new(root, plan.resource);
    let mut collector = Collector::new(reading, plan);
    let id = root.get("id").and_then(Node::as_str).unwrap_or(Cow::Borrowed(""));
    let id = collector.keep(&id);
    plan.extraction.extract(resource, &Environment::of(resource), &mut |found| collector.take(found))?;
    for added in &plan.added {
        let (mut found, mut count) = (Vec::new(), 0);
        let values_max = reading.limits.added_values_max;
        let mut take = |one| {
            count += 1;
            if count <= values_max {
                found.push(one);
            }
        };
        // What fails on a resource, or selects too much of it, has no value there.
        let extracted = added.extract(resource, &Environment::of(resource), &mut take);
        if extracted.is_ok() && count <= values_max {
            found.into_iter().for_each(|one| collector.take(one));
        }
    }
    let Reading { definitions, text_kinds, limits, .. } = reading;
    let texts = read_texts((definitions, text_kinds), (root, plan.resource), limits.words_max);
    let values = collector.finish(Arc::clone(plan), id, texts)?;
    Ok(SearchValues { contained: contained_types(definitions, root), ..values })
}

/// The names of the types that a resource contains.
fn contained_types(definitions: &Definitions, root: Node<'_>) -> Box<[&'static str]> {
    let contained = root.get("contained").into_iter().flat_map(Node::items);
    let name = |one: Node<'_>| {
        let name = one.get("resourceType").and_then(Node::as_str)?;
        Some(definitions.type_of(definitions.type_named(&name)?.id).name)
    };
    let mut names: Vec<&'static str> = contained.filter_map(name).collect();
    names.sort_unstable();
    names.dedup();
    names.into()
}

struct Collector<'a> {
    reading: Reading<'a>,
    plan: &'a TypePlan,
    row: RowId,
    text: String,
    entries: Vec<Entry>,
    /// Of which part of a composite the values are that are read now.
    part: Option<(NodeId, u8)>,
    parts: Vec<PartEntry>,
    stretches: Vec<Stretch>,
    units: Vec<UnitText>,
    references: Vec<LocalReference>,
    places: HashMap<(TypeId, Box<str>), u32>,
    /// Too much was found: the rest is not read.
    is_over: bool,
}

/// What a parameter selected: an element of that shape, or a computed text.
enum Found<'a> {
    Element(Shape, Element<'a>),
    Computed(Shape, Cow<'a, str>),
}

impl<'a> Collector<'a> {
    fn new(reading: Reading<'a>, plan: &'a TypePlan) -> Self {
        Self {
            reading,
            plan,
            row: RowId::FIRST,
            text: String::with_capacity(512),
            entries: Vec::with_capacity(32),
            part: None,
            parts: Vec::new(),
            stretches: Vec::new(),
            units: Vec::new(),
            references: Vec::new(),
            places: HashMap::new(),
            is_over: false,
        }
    }

    fn take(&mut self, extracted: Extracted<'a>) {
        let Some(row) = self.plan.find(extracted.parameter).filter(|_| !self.is_over) else { return };
        let Some(found) = self.found(extracted.item) else { return };
        self.row = row;
        let (kind, part) = match (&self.plan.row(row).columns, extracted.part) {
            (Columns::Composite(components), Part::Component { index, instance }) => {
                let Some(component) = components.get(usize::from(index)) else { return };
                (component.kind, Some((instance, index)))
            }
            (Columns::Composite(_), Part::Whole) => return,
            _ => (self.plan.row(row).kind, None),
        };
        self.part = part;
        match kind {
            SearchKind::Token => self.codes(&found),
            SearchKind::String => self.strings(&found),
            SearchKind::Uri => self.uri(&found),
            SearchKind::Date => self.date(&found),
            SearchKind::Number | SearchKind::Quantity => self.number(&found),
            SearchKind::Reference => self.reference(&found),
            SearchKind::Special => self.position(&found),
            SearchKind::Composite => {}
        }
    }

    fn found(&self, item: Item<'a>) -> Option<Found<'a>> {
        Some(match item {
            Item::Element(element) => {
                let (shape, element) = self.valued(element)?;
                Found::Element(shape, element)
            }
            Item::Target(_) => return None,
            Item::Value(value) => {
                let shape = match &value {
                    Computed::Boolean(_) => Shape::Boolean,
                    Computed::Integer(_) | Computed::Decimal(_) => Shape::Number,
                    Computed::String(_) => Shape::Text,
                    Computed::Date(_) | Computed::DateTime(_) => Shape::Moment,
                    Computed::Time(_) | Computed::Quantity(_) => return None,
                };
                Found::Computed(shape, Cow::Owned(value.to_string()))
            }
        })
    }

    /// The element, or the value of an extension: that is what a parameter on an extension means.
    fn valued(&self, element: Element<'a>) -> Option<(Shape, Element<'a>)> {
        let Reading { definitions, shapes, .. } = self.reading;
        match shapes.of(element.type_id) {
            Shape::Extension => {
                let mut members = element.node?.members().filter(|(name, _)| name.starts_with("value"));
                let (name, value) = members.next()?;
                let of = definitions.child(element.type_id, &name)?.value.type_id;
                Some((shapes.of(of), Element::new(value, of)))
            }
            shape => Some((shape, element)),
        }
    }

    fn push(&mut self, value: Value) {
        let row = self.row;
        if self.entries.len() + self.parts.len() >= self.reading.limits.values_max {
            self.is_over = true;
            return;
        }
        match self.part {
            None => self.entries.push(Entry { row, value }),
            Some((instance, component)) if is_asked_for(value) => {
                self.parts.push(PartEntry { row, instance, component, value });
            }
            Some(_) => {}
        }
    }

    /// Keeps a text. One beyond what a span can hold is too much.
    fn keep(&mut self, text: &str) -> Span {
        let start = self.text.len() as u32;
        if self.text.len() + text.len() > u32::MAX as usize {
            self.is_over = true;
            return Span { start, end: start };
        }
        self.text.push_str(text);
        Span { start, end: self.text.len() as u32 }
    }

    /// Keeps a text folded.
    fn keep_folded(&mut self, text: &str) -> Span {
        let start = self.text.len() as u32;
        if self.text.len() + 4 * FOLDED_BYTES_MAX > u32::MAX as usize {
            self.is_over = true;
            return Span { start, end: start };
        }
        fold_into(&mut self.text, text);
        Span { start, end: self.text.len() as u32 }
    }

    fn keep_member(&mut self, element: Node<'a>, name: &str) -> Option<Span> {
        let text = element.get(name).and_then(Node::as_str).filter(|text| !text.is_empty())?;
        Some(self.keep(&text))
    }

    /// How many combinations of their components' values the composites have.
    fn combinations(&mut self) -> usize {
        self.parts.sort_by_key(|part| (part.row, part.instance, part.component));
        let instances = self.parts.chunk_by(|one, next| (one.row, one.instance) == (next.row, next.instance));
        let of_one = |parts: &[PartEntry]| {
            let components = parts.chunk_by(|one, next| one.component == next.component);
            components.fold(1, |product: usize, values| product.saturating_mul(values.len()))
        };
        instances.fold(0, |sum: usize, parts| sum.saturating_add(of_one(parts)))
    }

    fn finish(mut self, plan: Arc<TypePlan>, id: Span, texts: Texts) -> Result<SearchValues, IndexError> {
        let combinations_max = self.reading.limits.combinations_max;
        if self.combinations() > combinations_max {
            return Err(IndexError::Combinations { max: combinations_max });
        }
        if self.is_over {
            return Err(IndexError::Values { max: self.reading.limits.values_max });
        }
        self.entries.sort_by_key(|entry| entry.row);
        self.text.shrink_to_fit();
        Ok(SearchValues {
            plan,
            zone: Arc::clone(self.reading.zone),
            text: self.text,
            id,
            entries: self.entries.into(),
            parts: self.parts.into(),
            stretches: self.stretches.into(),
            units: self.units.into(),
            references: self.references.into(),
            texts,
            contained: Box::default(),
        })
    }
}

impl<'a> Found<'a> {
    fn shape(&self) -> Shape {
        match self {
            Self::Element(shape, _) | Self::Computed(shape, _) => *shape,
        }
    }

    /// The JSON value of an element; absent of a computed value and of a primitive that has only extensions.
    fn node(&self) -> Option<Node<'a>> {
        match self {
            Self::Element(_, element) => element.node,
            Self::Computed(..) => None,
        }
    }

    /// The text of a primitive: of a string its content, of a number or boolean what is written.
    fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Computed(_, text) => Some(Cow::Borrowed(text)),
            Self::Element(_, element) => {
                let node = element.node?;
                let bare = || {
                    let bool = node.as_bool().map(|value| if value { "true" } else { "false" });
                    node.as_number().or(bool).map(Cow::Borrowed)
                };
                node.as_str().or_else(bare).filter(|text| !text.is_empty())
            }
        }
    }
}
