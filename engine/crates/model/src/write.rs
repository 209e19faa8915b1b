//! Writes JSON: what the engine itself has to say, with stored bodies spliced in as they are.
//!
//! A writer appends to a buffer and closes its bracket when it is dropped; while an inner one lives, the outer can't be
//! written to, so that brackets and commas always match. FHIR knows no empty objects and arrays: one that received
//! nothing, and its name with it, is taken back. Only the outermost stays, empty or not.

use crate::text::escape_into;

/// Writes an object.
#[derive(Debug)]
pub struct ObjectWriter<'a>(Container<'a>);

/// Writes an array.
#[derive(Debug)]
pub struct ArrayWriter<'a>(Container<'a>);

/// What both share: the buffer, and what to do at the end.
#[derive(Debug)]
struct Container<'a> {
    out: &'a mut Vec<u8>,
    close: u8,
    /// Bytes to go back to when nothing was written; `None` of the outermost.
    before: Option<usize>,
}

impl<'a> ObjectWriter<'a> {
    /// Begins an outermost object at the end of the buffer.
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Self(Container::open(out, b'{', None))
    }

    /// Writes a string member.
    pub fn string(&mut self, name: &str, text: &str) {
        string_into(self.name(name), text);
    }

    /// Writes a whole number.
    pub fn integer(&mut self, name: &str, number: i64) {
        self.name(name).extend_from_slice(number.to_string().as_bytes());
    }

    /// Writes a boolean.
    pub fn boolean(&mut self, name: &str, value: bool) {
        self.name(name).extend_from_slice(if value { b"true" } else { b"false" });
    }

    /// Writes a value that is JSON already: one value, which is not checked.
    pub fn raw(&mut self, name: &str, json: &[u8]) {
        self.name(name).extend_from_slice(json);
    }

    /// Begins an object within.
    pub fn object(&mut self, name: &str) -> ObjectWriter<'_> {
        let before = self.0.out.len();
        ObjectWriter(Container::open(self.name(name), b'{', Some(before)))
    }

    /// Begins an array within.
    pub fn array(&mut self, name: &str) -> ArrayWriter<'_> {
        let before = self.0.out.len();
        ArrayWriter(Container::open(self.name(name), b'[', Some(before)))
    }

    /// Writes a name; its value is to follow.
    fn name(&mut self, name: &str) -> &mut Vec<u8> {
        let out = self.0.next();
        string_into(out, name);
        out.push(b':');
        out
    }
}

impl<'a> ArrayWriter<'a> {
    /// Begins an outermost array at the end of the buffer.
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Self(Container::open(out, b'[', None))
    }

    /// Writes a string item.
    pub fn string(&mut self, text: &str) {
        string_into(self.0.next(), text);
    }

    /// Writes an item that is JSON already: one value, which is not checked.
    pub fn raw(&mut self, json: &[u8]) {
        self.0.next().extend_from_slice(json);
    }

    /// Begins an object within.
    pub fn object(&mut self) -> ObjectWriter<'_> {
        let before = self.0.out.len();
        ObjectWriter(Container::open(self.0.next(), b'{', Some(before)))
    }
}

impl<'a> Container<'a> {
    fn open(out: &'a mut Vec<u8>, bracket: u8, before: Option<usize>) -> Self {
        out.push(bracket);
        // Both pairs of brackets are two apart in ASCII.
        Self { out, close: bracket + 2, before }
    }

    fn is_empty(&self) -> bool {
        // No value ends in an opening bracket.
        self.out.last() == Some(&(self.close - 2))
    }

    /// Makes ready for another value.
    fn next(&mut self) -> &mut Vec<u8> {
        if !self.is_empty() {
            self.out.push(b',');
        }
        self.out
    }
}

impl Drop for Container<'_> {
    fn drop(&mut self) {
        match self.before {
            Some(before) if self.is_empty() => self.out.truncate(before),
            _ => self.out.push(self.close),
        }
    }
}

/// Appends a string with its quotes.
pub fn string_into(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    escape_into(out, text);
    out.push(b'"');
}

#[cfg(test)]
mod tests;
