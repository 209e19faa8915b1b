//! Names and values as they stand in a query string or a form, decoded.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

use crate::error::{Bound, Fault, Feature, Place, QueryError};
use crate::limits::Limits;

/// What stays readable in a link: unreserved characters, and those that separate within a value.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':')
    .remove(b'/')
    .remove(b',')
    .remove(b'*');

/// One `name=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Decoded; never empty.
    pub name: String,
    /// Decoded; empty when `=` or what follows it is absent.
    pub value: String,
    /// Counted from 1 over query string and form.
    pub position: usize,
}

impl Pair {
    /// Where the pair stands.
    pub(crate) fn place(&self) -> Place {
        Place { parameter: self.name.clone(), position: self.position, character: None }
    }

    /// Where a byte of the pair's value stands.
    pub(crate) fn place_at(&self, byte: usize) -> Place {
        let before = self.value.get(..byte).map_or(0, |before| before.chars().count());
        Place { character: Some(before + 1), ..self.place() }
    }

    /// The pair as refused for that fault.
    pub(crate) fn invalid(&self, fault: Fault) -> QueryError {
        QueryError::Invalid { place: self.place(), fault }
    }

    /// The pair as refused for asking that.
    pub(crate) fn not_supported(&self, feature: Feature) -> QueryError {
        QueryError::NotSupported { place: self.place(), feature }
    }
}

/// The parameters of a request, those of the query string first, in the order in which they were written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs(Vec<Pair>);

impl Pairs {
    /// Decodes a query string (without its `?`).
    pub fn of_query(query: &str, limits: &Limits) -> Result<Self, QueryError> {
        Self::of_query_and_form(query, b"", limits)
    }

    /// Decodes a query string and the form body that came with it (`application/x-www-form-urlencoded`).
    pub fn of_query_and_form(query: &str, form: &[u8], limits: &Limits) -> Result<Self, QueryError> {
        Bound::RequestBytes.holds(query.len() + form.len(), limits.request_bytes_max)?;
        let pieces = query.as_bytes().split(|&byte| byte == b'&').chain(form.split(|&byte| byte == b'&'));
        let mut pairs = Vec::new();
        for piece in pieces.filter(|piece| !piece.is_empty()) {
            Bound::Parameters.holds(pairs.len() + 1, limits.parameters_max)?;
            pairs.push(pair(piece, pairs.len() + 1, limits)?);
        }
        Ok(Self(pairs))
    }

    /// The pairs in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Pair> {
        self.0.iter()
    }
}

fn pair(piece: &[u8], position: usize, limits: &Limits) -> Result<Pair, QueryError> {
    let at = piece.iter().position(|&byte| byte == b'=');
    let (name, value) = at.map_or((piece, &b""[..]), |at| (&piece[..at], &piece[at + 1..]));
    let invalid = |parameter: &str, fault| {
        let place = Place { parameter: parameter.to_owned(), position, character: None };
        QueryError::Invalid { place, fault }
    };
    let name = decode(name).map_err(|fault| invalid("", fault))?;
    Bound::NameBytes.holds(name.len(), limits.name_bytes_max)?;
    if name.is_empty() {
        return Err(invalid("", Fault::Empty));
    }
    let value = decode(value).map_err(|fault| invalid(&name, fault))?;
    Ok(Pair { name, value, position })
}

fn decode(encoded: &[u8]) -> Result<String, Fault> {
    let is_hex = |at: usize| encoded.get(at).is_some_and(u8::is_ascii_hexdigit);
    let is_whole = |(at, &byte): (usize, &u8)| byte != b'%' || (is_hex(at + 1) && is_hex(at + 2));
    if !encoded.iter().enumerate().all(is_whole) {
        return Err(Fault::PercentEncoding);
    }
    let spaced: Vec<u8> = encoded.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }).collect();
    percent_decode(&spaced).decode_utf8().map(std::borrow::Cow::into_owned).map_err(|_| Fault::Utf8)
}

/// Appends `name=value` to a query string, encoded.
pub(crate) fn append(query: &mut String, name: &str, value: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    query.extend(utf8_percent_encode(name, ENCODED));
    query.push('=');
    query.extend(utf8_percent_encode(value, ENCODED));
}
