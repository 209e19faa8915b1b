//! The words that selectors are made of.

use super::UNKNOWN;
use crate::characters::{is_name, is_space};
use crate::namespaces::{Namespace, split};

/// What is still to be read of a selector.
pub(super) struct Lexer<'s, 'n> {
    rest: &'s str,
    namespace: &'n dyn Fn(&str) -> Option<Namespace>,
}

impl<'s, 'n> Lexer<'s, 'n> {
    pub fn new(text: &'s str, namespace: &'n dyn Fn(&str) -> Option<Namespace>) -> Self {
        Self { rest: text.trim_matches(is_space), namespace }
    }

    pub fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Takes this if it comes next, and the white space after it.
    pub fn take(&mut self, word: &str) -> bool {
        match self.rest.strip_prefix(word) {
            Some(rest) => {
                self.rest = rest.trim_start_matches(is_space);
                true
            }
            None => false,
        }
    }

    /// Takes the characters up to the first that is not one of these.
    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'s str {
        let end = self.rest.find(|letter| !belongs(letter)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start_matches(is_space);
        word
    }

    fn name(&mut self) -> Result<&'s str, &'static str> {
        let name =
            self.take_while(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | ':'));
        // A name before a parenthesis is a function's, one before two colons an axis'.
        let is_other = self.rest.starts_with('(') || name.contains("::");
        if is_name(name) && !is_other { Ok(name) } else { Err(UNKNOWN) }
    }

    /// The name of an element, with its namespace.
    pub fn element(&mut self) -> Result<(Namespace, &'s str), &'static str> {
        let (prefix, local) = split(self.name()?).ok_or(UNKNOWN)?;
        let namespace = (self.namespace)(prefix).ok_or("a prefix that no namespace is declared for")?;
        Ok((namespace, local))
    }

    /// The name of an attribute: without a prefix, or with that which needs no declaration.
    pub fn attribute(&mut self) -> Result<&'s str, &'static str> {
        let name = self.name()?;
        match split(name) {
            Some(("" | "xml", _)) => Ok(name),
            _ => Err("an attribute of another namespace"),
        }
    }

    pub fn number(&mut self) -> Option<usize> {
        if !self.rest.starts_with(|letter: char| letter.is_ascii_digit()) {
            return None;
        }
        let digits = self.take_while(|letter| letter.is_ascii_digit());
        // No element has so many siblings.
        Some(digits.parse().unwrap_or(usize::MAX))
    }

    /// A text in quotes.
    pub fn literal(&mut self) -> Result<&'s str, &'static str> {
        let quote = self.rest.chars().next().filter(|quote| matches!(quote, '"' | '\'')).ok_or(UNKNOWN)?;
        let (literal, rest) = self.rest[1..].split_once(quote).ok_or(UNKNOWN)?;
        self.rest = rest.trim_start_matches(is_space);
        Ok(literal)
    }
}
