//! What search parameters' expressions lead to, read from their text.

use fornax_definitions::{Definitions, Element, TypeId};

/// One alternative of an expression: `Observation.subject.where(resolve() is Patient)`.
pub(crate) struct Path<'a> {
    /// Names of elements; functions that only filter are left out.
    names: Vec<&'a str>,
    /// By `as` or `ofType`.
    pub cast: Option<&'a str>,
}

impl<'a> Path<'a> {
    /// The alternatives of an expression.
    pub fn all(expression: &'a str) -> impl Iterator<Item = Self> {
        split(expression, '|').map(|path| Self::read(path.trim()))
    }

    fn read(text: &'a str) -> Self {
        if let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
            return Self::read(inner);
        }
        let (text, mut cast) = match text.rsplit_once(" as ") {
            Some((text, cast)) if !cast.contains(['(', ')']) => (text, Some(cast.trim())),
            _ => (text, None),
        };
        let mut names = Vec::new();
        for part in split(text, '.') {
            match part.trim().split_once('(') {
                None => names.push(part.trim()),
                Some(("as" | "ofType", rest)) => cast = rest.strip_suffix(')'),
                Some(_) => {}
            }
        }
        Self { names, cast }
    }

    /// Whether it starts at a type, or at one that all derive from.
    pub fn starts_at(&self, resource_type: &str) -> bool {
        let first = self.names.first();
        first.is_some_and(|first| [resource_type, "Resource", "DomainResource"].contains(first))
    }

    /// The elements where it ends, from a type on; none where it can't be followed.
    pub fn elements(&self, definitions: &'a Definitions, source: TypeId) -> Vec<&'a Element> {
        let (mut types, mut elements) = (vec![source], Vec::new());
        for name in &self.names[1..] {
            elements = types.iter().filter_map(|of| definitions.element_named(*of, name)).collect();
            let of_all = elements.iter().flat_map(|element: &&Element| element.types.iter());
            types = of_all.map(|one| one.type_id).collect();
        }
        elements
    }
}

/// Splits at a character that stands outside parentheses.
fn split(text: &str, at: char) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    text.split(move |letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && letter == at
    })
}
