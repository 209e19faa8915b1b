//! The answer before it is written: values in the order of the query, with places for what is still to be read.

use std::ops::Range;

use fornax_definitions::TypeId;

use crate::plan::Field;

/// A value.
#[derive(Debug)]
pub(crate) enum Value<'p> {
    Null,
    /// JSON, as these bytes of [`Answer::scalars`].
    Scalar(Range<usize>),
    Object(Vec<Entry<'p>>),
    List(Vec<Value<'p>>),
    /// Items with a name each.
    Sliced(Vec<(String, Value<'p>)>),
    /// What [`Answer::slots`] has there.
    Slot(usize),
}

/// A member.
#[derive(Debug)]
pub(crate) struct Entry<'p> {
    pub field: &'p Field,
    /// Whether there can be several.
    pub is_list: bool,
    /// The type of its values, where they have one.
    pub of: Option<TypeId>,
    pub value: Value<'p>,
}

/// All that was found.
#[derive(Debug, Default)]
pub(crate) struct Answer<'p> {
    pub scalars: Vec<u8>,
    pub slots: Vec<Value<'p>>,
}

impl<'p> Answer<'p> {
    pub fn slot(&mut self) -> usize {
        self.slots.push(Value::Null);
        self.slots.len() - 1
    }

    /// Keeps JSON bytes.
    pub fn raw(&mut self, json: &[u8]) -> Value<'p> {
        let start = self.scalars.len();
        self.scalars.extend_from_slice(json);
        Value::Scalar(start..self.scalars.len())
    }

    /// Keeps a text as a JSON string.
    pub fn text(&mut self, text: &str) -> Value<'p> {
        let start = self.scalars.len();
        fornax_model::write::string_into(&mut self.scalars, text);
        Value::Scalar(start..self.scalars.len())
    }

    pub fn boolean(&mut self, value: bool) -> Value<'p> {
        self.raw(if value { b"true" } else { b"false" })
    }
}
