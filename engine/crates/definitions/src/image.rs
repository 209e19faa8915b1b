//! The image: the definitions of one FHIR release as bytes.
//!
//! `tools/definitions-image` writes it, [`Definitions::decode`](crate::Definitions::decode) reads it, and it ships
//! inside the binary. All of it is little-endian; a *number* is an unsigned LEB128 of at most 32 bits; a *string* is the
//! number of a row in the string table; a *type*, *parameter* and so on is the number of a row in its table; `x?` is a
//! number (for codes a byte), zero when absent and else one more than `x`; `x*` is a count and that many `x`; a *code* is
//! a byte, the place in [`Coded::ALL`](crate::Coded::ALL).
//!
//! ```text
//! image      "FXDEFS" format:u8 0:u8 fingerprint:u64 payload
//! payload    text:* release:string type* target-list* type-list* element* members parameter* compartment* operation*
//!            value-set*
//! text       all lengths (number* in bytes), then all bytes, UTF-8
//! type       name:string kind:code derivation:code abstract:u8 base:type?           (base before derived)
//! target-list  type*
//! type-list    (type profile:type? system:code? target-list)*                        (never empty)
//! element    name:string flags:u8 min:number max:number? type-list binding
//!            flags: 1 choice, 2 modifier, 4 summary
//! binding    strength:code? [value-set:string?]                                      (the set only if there is a strength)
//! members    for each type: element*
//! parameter  url:string code:string kind:code expression:string? usage:code? base:target-list targets:target-list
//!            component* comparator:code* modifier:code* chain:string* multiple-or:truth multiple-and:truth example:u8
//!            (URLs ascending)
//! component  parameter expression:string
//! compartment  url:string type example:u8 (type code:string*)*                       (types ascending)
//! operation  url:string code:string resources:target-list flags:u8 affects-state:truth op-parameter*
//!            flags: 1 system, 2 type, 4 instance, 8 example
//! op-parameter name:string direction:code min:number max:number? of targets:target-list search-kind:code? binding
//!            op-parameter*                                                           (at most 8 deep)
//! value-set  url:string system:string*                                                (URLs ascending; bound to elements of type code)
//! of         0 nothing, 1 any, else type + 2
//! truth      0 not said, 1 false, 2 true
//! ```
//!
//! The fingerprint is [`fingerprint`] of the payload. Nothing follows the payload.

mod decode;
mod reader;

pub use reader::ImageError;

pub(crate) use decode::{CodeValueSet, Decoded, decode};

/// The first bytes of an image.
pub const MAGIC: &[u8; 6] = b"FXDEFS";

/// The format described here.
pub const FORMAT: u8 = 2;

/// Bytes before the payload.
pub const HEADER_BYTES: usize = 16;

/// How deep an operation's parameters may nest.
pub(crate) const PARTS_DEPTH_MAX: u8 = 8;

/// Tells images apart; no protection against anyone who means harm.
pub fn fingerprint(payload: &[u8]) -> u64 {
    crate::hash::hash64(payload.len() as u64, payload)
}
