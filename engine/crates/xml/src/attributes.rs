//! The attributes of a tag, as they are written.

use crate::characters::{is_name, is_space};
use crate::error::Stop;

/// An attribute.
#[derive(Clone, Copy)]
pub(crate) struct Attribute<'x> {
    /// With its prefix.
    pub name: &'x str,
    /// Between the quotes, references not resolved.
    pub raw: &'x str,
    /// Bytes before the name.
    pub at: usize,
    /// Bytes before the value.
    pub value_at: usize,
}

/// What is still to be read of a tag, behind its name.
pub(crate) struct Attributes<'x> {
    rest: &'x str,
    /// Bytes of the text before the tag's end.
    end: usize,
}

impl<'x> Attributes<'x> {
    pub fn new(rest: &'x str, at: usize) -> Self {
        Self { rest, end: at + rest.len() }
    }

    /// The next one. That no two have the same name is for the caller to see to.
    pub fn next(&mut self) -> Result<Option<Attribute<'x>>, Stop> {
        let text = self.rest.trim_start_matches(is_space);
        let at = self.end - text.len();
        if text.is_empty() {
            return Ok(None);
        }
        if text.len() == self.rest.len() {
            return Err(Stop::syntax("no white space before an attribute", at));
        }
        let no_value = Stop::syntax("an attribute without a value in quotes", at);
        let is_end = |letter: char| letter == '=' || is_space(letter);
        let Some(end) = text.find(is_end) else { return Err(no_value) };
        let (name, rest) = text.split_at(end);
        if !is_name(name) {
            return Err(Stop::syntax("an attribute without a proper name", at));
        }
        let Some(value) = rest.trim_start_matches(is_space).strip_prefix('=') else { return Err(no_value) };
        let value = value.trim_start_matches(is_space);
        let Some(quote) = value.chars().next().filter(|quote| matches!(quote, '"' | '\'')) else {
            return Err(no_value);
        };
        let Some((raw, after)) = value[1..].split_once(quote) else { return Err(no_value) };
        if raw.contains('<') {
            return Err(Stop::syntax("a < in an attribute's value", at));
        }
        self.rest = after;
        Ok(Some(Attribute { name, raw, at, value_at: self.end - value.len() + 1 }))
    }
}
