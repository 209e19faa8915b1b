//! Values on disk: a version byte, then the value in `bincode`'s form.
//!
//! The form (bincode 2, its standard configuration, over serde): unsigned numbers up to 250 are one byte, larger ones a marker
//! (`FB`, `FC`, `FD`) and 2, 4 or 8 bytes, little-endian; signed ones are folded to unsigned (0, -1, 1, -2 are 0, 1, 2, 3); `u8` and
//! `i8` are the byte; floats their 4 or 8 bytes; a sequence, a map or a string is its length as such a number and its elements;
//! a struct, a tuple or an array is its fields in order, with no length; an option is `00`, or `01` and the value; an enum is its
//! variant's index and fields.
//!
//! So the order of fields and variants is the format: changing it takes a new version. Not for types that are untagged,
//! flattened or skip fields, nor for sequences of elements that take no bytes.

use bincode::config::{Configuration, Limit, LittleEndian, Varint};
use bincode::error::DecodeError;
use serde::{Deserialize, Serialize};

use crate::{CodecError, Result};

/// No record is longer.
pub const RECORD_BYTES_MAX: usize = 64 << 20;
/// No head is longer.
pub const HEAD_BYTES_MAX: usize = 64 << 10;

/// How many bytes of numbers, widened, and of strings a value may claim. Chosen by the record's own length, so that a length
/// within a damaged record can't ask for more memory than some times its bytes. A number claims its full width, at most
/// [`WIDTH`] times its bytes.
type Claiming<const N: usize> = Configuration<LittleEndian, Varint, Limit<N>>;

const WIDTH: usize = 16;
const SMALL_BYTES: usize = HEAD_BYTES_MAX;

/// The record of `value`.
pub fn encode<T: Serialize>(version: u8, value: &T) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    encode_onto(version, value, &mut bytes)?;
    Ok(bytes)
}

/// Appends the record of `value` to `out`, which stays as it was on failure.
pub fn encode_onto<T: Serialize>(version: u8, value: &T, out: &mut Vec<u8>) -> Result<()> {
    let start = out.len();
    out.push(version);
    let written = bincode::serde::encode_into_std_write(value, out, bincode::config::standard())
        .map_err(|_| CodecError::Unencodable("its type has a form that records do not have"))
        .and_then(|_| within(out.len() - start, RECORD_BYTES_MAX));
    if written.is_err() {
        out.truncate(start);
    }
    written
}

/// The version of a record, for a reader of several.
pub fn version(bytes: &[u8]) -> Result<u8> {
    bytes.first().copied().ok_or(CodecError::Damaged("a record of no bytes"))
}

/// The value of a record of this version and at most `bytes_max` bytes. Strings and byte slices may borrow from `bytes`.
pub fn decode<'de, T: Deserialize<'de>>(version: u8, bytes: &'de [u8], bytes_max: usize) -> Result<T> {
    within(bytes.len(), bytes_max.min(RECORD_BYTES_MAX))?;
    expect(version, bytes)?;
    let (value, rest) = if bytes.len() <= SMALL_BYTES {
        decode_value::<T, { SMALL_BYTES * WIDTH }>(&bytes[1..])?
    } else {
        decode_value::<T, { RECORD_BYTES_MAX * WIDTH }>(&bytes[1..])?
    };
    if rest.is_empty() { Ok(value) } else { Err(CodecError::Damaged("a record goes on after its value")) }
}

/// The value of a record that bytes of the caller's own follow, and these bytes. The record is at most [`HEAD_BYTES_MAX`] long.
pub fn decode_head<'de, T: Deserialize<'de>>(version: u8, bytes: &'de [u8]) -> Result<(T, &'de [u8])> {
    expect(version, bytes)?;
    let (value, rest) = decode_value::<T, { SMALL_BYTES * WIDTH }>(&bytes[1..])?;
    within(bytes.len() - rest.len(), HEAD_BYTES_MAX)?;
    Ok((value, rest))
}

fn expect(version: u8, bytes: &[u8]) -> Result<()> {
    match self::version(bytes)? {
        found if found == version => Ok(()),
        found => Err(CodecError::Version { found, expected: version }),
    }
}

fn decode_value<'de, T: Deserialize<'de>, const N: usize>(bytes: &'de [u8]) -> Result<(T, &'de [u8])> {
    let claiming: Claiming<N> = bincode::config::standard().with_limit::<N>();
    match bincode::serde::borrow_decode_from_slice(bytes, claiming) {
        Ok((value, read)) => Ok((value, &bytes[read..])),
        Err(DecodeError::UnexpectedEnd { .. } | DecodeError::LimitExceeded) => {
            Err(CodecError::Damaged("a record ends within its value"))
        }
        Err(_) => Err(CodecError::Damaged("a record holds another type")),
    }
}

fn within(bytes: usize, max: usize) -> Result<()> {
    if bytes <= max { Ok(()) } else { Err(CodecError::TooLong { bytes: bytes as u64, max: max as u64 }) }
}

#[cfg(test)]
mod tests;
