//! The bytes of terms: the search parameter's number (two bytes, big-endian), a byte for the form where there are several,
//! and the parts.
//!
//! | field | after the parameter |
//! |---|---|
//! | kind | (no parameter) the resource type's name; `#` and the name of a type that it contains |
//! | presence | nothing: it has a value; 1: it has numbers in exact columns; 2: it has aligned components |
//! | token | 1 code · 2 system, code · 3 code that has no system · 4 system, empty where it goes without saying · 5 unit system, unit code · 6 unit's code or name · |
//! | | 7, 8, 9 as 1, 2, 3 with a code whose case does not count, folded · 10 system and code of an identifier's type, its value |
//! | string | the folded string; of tokens what a code is called |
//! | exact | the string |
//! | reference | 1 rid · 2 rid, version · 3 URL · 4 URL, version · of its identifier: 5 value · 6 system, value · 7 value that has no |
//! | | system · 8 system |
//! | uri | the URI |
//! | date | the year, month or day that holds all of the stretch |
//!
//! A rid is eight bytes, big-endian. The last part is bytes to the end; a part before it has its length in front, in two
//! bytes. A part longer than [`PART_BYTES_MAX`] (a URI: [`URI_BYTES_MAX`]) is cut there and followed by 16 bytes of its hash, which makes it longer than
//! any that is whole.

use fornax_definitions::ParameterId;
use fornax_postings::{Clause, Field, Rid};

use crate::fold::start_of;
use crate::hash::hash64;

/// Bytes of a part that stand as they are.
pub(crate) const PART_BYTES_MAX: usize = 256;
/// Bytes of a URI that stand as they are: paths are compared by their starts.
pub(crate) const URI_BYTES_MAX: usize = 2048;

/// The term of the kind field that says that a resource of that type is contained.
pub(crate) fn contained_kind(name: &str) -> Vec<u8> {
    [b"#", name.as_bytes()].concat()
}

/// A term of one parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Term<'a> {
    Present,
    ExactNumbers,
    Aligned,
    Code(&'a str),
    Coding(&'a str, &'a str),
    CodeWithoutSystem(&'a str),
    /// Folded, as the next two.
    FoldedCode(&'a str),
    FoldedCoding(&'a str, &'a str),
    FoldedCodeWithoutSystem(&'a str),
    OfType([&'a str; 3]),
    System(&'a str),
    UnitCoding(&'a str, &'a str),
    UnitCodeOrName(&'a str),
    /// Already folded and cut.
    Folded(&'a str),
    Exact(&'a str),
    Local(Rid),
    LocalVersion(Rid, &'a str),
    Url(&'a str),
    UrlVersion(&'a str, &'a str),
    IdentifierValue(&'a str),
    Identifier(&'a str, &'a str),
    IdentifierWithoutSystem(&'a str),
    IdentifierSystem(&'a str),
    Uri(&'a str),
    /// The start of a URI.
    UriStart(&'a str),
    CalendarUnit(&'a str),
}

impl Term<'_> {
    /// Writes the term over what `out` holds, and says which field it is of.
    pub fn write(self, parameter: ParameterId, out: &mut Vec<u8>) -> Field {
        out.clear();
        out.extend((parameter.index() as u16).to_be_bytes());
        match self {
            Self::Present => Field::Presence,
            Self::ExactNumbers => form(out, Field::Presence, 1),
            Self::Aligned => form(out, Field::Presence, 2),
            Self::Code(code) => one(out, Field::Token, CODE, code),
            Self::Coding(system, code) => two(out, Field::Token, 2, [system, code]),
            Self::CodeWithoutSystem(code) => one(out, Field::Token, 3, code),
            Self::System(system) => one(out, Field::Token, 4, system),
            Self::FoldedCode(code) => one(out, Field::Token, FOLDED_CODE, code),
            Self::FoldedCoding(system, code) => two(out, Field::Token, 8, [system, code]),
            Self::FoldedCodeWithoutSystem(code) => one(out, Field::Token, 9, code),
            Self::OfType([system, code, value]) => {
                form(out, Field::Token, 10);
                sized(out, system);
                sized(out, code);
                last(out, value);
                Field::Token
            }
            Self::UnitCoding(system, code) => two(out, Field::Token, 5, [system, code]),
            Self::UnitCodeOrName(text) => one(out, Field::Token, 6, text),
            Self::Folded(text) => {
                out.extend(text.as_bytes());
                Field::String
            }
            Self::Exact(text) => {
                last(out, text);
                Field::Exact
            }
            Self::Local(rid) => {
                form(out, Field::Reference, LOCAL);
                out.extend(rid.to_be_bytes());
                Field::Reference
            }
            Self::LocalVersion(rid, version) => {
                form(out, Field::Reference, 2);
                out.extend(rid.to_be_bytes());
                last(out, version);
                Field::Reference
            }
            Self::Url(url) => one(out, Field::Reference, 3, url),
            Self::UrlVersion(url, version) => two(out, Field::Reference, 4, [url, version]),
            Self::IdentifierValue(value) => one(out, Field::Reference, 5, value),
            Self::Identifier(system, value) => two(out, Field::Reference, 6, [system, value]),
            Self::IdentifierWithoutSystem(value) => one(out, Field::Reference, 7, value),
            Self::IdentifierSystem(system) => one(out, Field::Reference, 8, system),
            Self::Uri(uri) => {
                cut(out, uri, URI_BYTES_MAX);
                Field::Uri
            }
            Self::UriStart(start) => {
                out.extend(start.as_bytes());
                Field::Uri
            }
            Self::CalendarUnit(text) => {
                last(out, text);
                Field::Date
            }
        }
    }

    /// Documents with the term; for a folded string or the start of a URI, with one that starts so.
    pub fn clause(self, parameter: ParameterId) -> Clause {
        let mut bytes = Vec::new();
        let field = self.write(parameter, &mut bytes);
        match self {
            Self::Folded(_) | Self::UriStart(_) => Clause::Prefix(field, bytes.into()),
            _ => Clause::Term(field, bytes.into()),
        }
    }
}

fn form(out: &mut Vec<u8>, field: Field, form: u8) -> Field {
    out.push(form);
    field
}

fn one(out: &mut Vec<u8>, field: Field, form: u8, part: &str) -> Field {
    out.push(form);
    last(out, part);
    field
}

fn two(out: &mut Vec<u8>, field: Field, form: u8, parts: [&str; 2]) -> Field {
    out.push(form);
    sized(out, parts[0]);
    last(out, parts[1]);
    field
}

/// A part with its length in front.
fn sized(out: &mut Vec<u8>, part: &str) {
    let length_at = out.len();
    out.extend([0; 2]);
    last(out, part);
    let length = (out.len() - length_at - 2) as u16;
    out[length_at..length_at + 2].copy_from_slice(&length.to_be_bytes());
}

fn last(out: &mut Vec<u8>, part: &str) {
    cut(out, part, PART_BYTES_MAX);
}

fn cut(out: &mut Vec<u8>, part: &str, bytes_max: usize) {
    if part.len() <= bytes_max {
        out.extend(part.as_bytes());
        return;
    }
    // Never shorter than the longest whole part, wherever the cut falls between characters.
    out.extend(start_of(part, bytes_max).as_bytes());
    out.extend(hash64(1, &[part]).to_be_bytes());
    out.extend(hash64(2, &[part]).to_be_bytes());
}

/// The form of references that name a resource by its rid.
pub(crate) const LOCAL: u8 = 1;
/// The forms of terms that hold a code alone.
pub(crate) const CODE: u8 = 1;
pub(crate) const FOLDED_CODE: u8 = 7;

/// What every term of a parameter in that form starts with.
pub(crate) fn start_of_form(parameter: ParameterId, form: u8) -> Vec<u8> {
    let [high, low] = (parameter.index() as u16).to_be_bytes();
    vec![high, low, form]
}

#[cfg(test)]
mod tests;
