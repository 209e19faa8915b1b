//! Keys whose bytes sort as their values do, field by field.
//!
//! A fixed-length field is its big-endian bytes: `u8`, `u16`, `u32`, `u40` (5 bytes), `u64`; `i64` with its sign bit flipped;
//! `u64` descending as its complement. An escaped field is its bytes with each `00` written as `00 FF`, then `00 00`: it may be of
//! any length, sorts as the plain bytes do, and what follows it does not disturb that order. A field of fixed bytes stands as it is.

use smallvec::SmallVec;

use crate::{CodecError, Result};

/// The largest number that a `u40` field holds.
pub const U40_MAX: u64 = (1 << 40) - 1;

const ESCAPE: u8 = 0x00;
const ESCAPED_ZERO: u8 = 0xFF;
const END: u8 = 0x00;
const SIGN: u64 = 1 << 63;

/// Builds a key field by field. Keys up to 64 bytes need no allocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyWriter(SmallVec<[u8; 64]>);

impl KeyWriter {
    /// A key of no bytes.
    pub fn new() -> Self {
        Self::default()
    }

    /// The key so far.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Back to no bytes, to be used again.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// 1 byte.
    pub fn u8(&mut self, number: u8) -> &mut Self {
        self.fixed(&[number])
    }

    /// 2 bytes.
    pub fn u16(&mut self, number: u16) -> &mut Self {
        self.fixed(&number.to_be_bytes())
    }

    /// 4 bytes.
    pub fn u32(&mut self, number: u32) -> &mut Self {
        self.fixed(&number.to_be_bytes())
    }

    /// 5 bytes. Refuses numbers over [`U40_MAX`].
    pub fn u40(&mut self, number: u64) -> Result<&mut Self> {
        match number.to_be_bytes() {
            [0, 0, 0, low @ ..] => Ok(self.fixed(&low)),
            _ => Err(CodecError::Unencodable("a number over 40 bits")),
        }
    }

    /// 8 bytes.
    pub fn u64(&mut self, number: u64) -> &mut Self {
        self.fixed(&number.to_be_bytes())
    }

    /// 8 bytes that sort the largest number first.
    pub fn u64_descending(&mut self, number: u64) -> &mut Self {
        self.u64(!number)
    }

    /// 8 bytes that sort negative numbers first.
    pub fn i64(&mut self, number: i64) -> &mut Self {
        self.u64(number as u64 ^ SIGN)
    }

    /// The bytes as they are. Only for fields whose length the reader knows, or that come last.
    pub fn fixed(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// Bytes of any length, two more and one for each zero byte.
    pub fn escaped(&mut self, bytes: &[u8]) -> &mut Self {
        for (at, part) in bytes.split(|&byte| byte == ESCAPE).enumerate() {
            if at > 0 {
                self.fixed(&[ESCAPE, ESCAPED_ZERO]);
            }
            self.fixed(part);
        }
        self.fixed(&[ESCAPE, END])
    }
}

impl AsRef<[u8]> for KeyWriter {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Takes a key apart, in the order in which it was written.
#[derive(Clone, Copy, Debug)]
pub struct KeyReader<'a>(&'a [u8]);

impl<'a> KeyReader<'a> {
    /// Reads from the first byte on.
    pub fn new(key: &'a [u8]) -> Self {
        Self(key)
    }

    /// 1 byte.
    pub fn u8(&mut self) -> Result<u8> {
        self.fixed().map(u8::from_be_bytes)
    }

    /// 2 bytes.
    pub fn u16(&mut self) -> Result<u16> {
        self.fixed().map(u16::from_be_bytes)
    }

    /// 4 bytes.
    pub fn u32(&mut self) -> Result<u32> {
        self.fixed().map(u32::from_be_bytes)
    }

    /// 5 bytes.
    pub fn u40(&mut self) -> Result<u64> {
        let [a, b, c, d, e] = self.fixed()?;
        Ok(u64::from_be_bytes([0, 0, 0, a, b, c, d, e]))
    }

    /// 8 bytes.
    pub fn u64(&mut self) -> Result<u64> {
        self.fixed().map(u64::from_be_bytes)
    }

    /// 8 bytes that sort the largest number first.
    pub fn u64_descending(&mut self) -> Result<u64> {
        self.u64().map(|number| !number)
    }

    /// 8 bytes that sort negative numbers first.
    pub fn i64(&mut self) -> Result<i64> {
        self.u64().map(|number| (number ^ SIGN) as i64)
    }

    /// The next `N` bytes as they are.
    pub fn fixed<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (field, rest) =
            self.0.split_first_chunk().ok_or(CodecError::Damaged("a key ends within a field"))?;
        self.0 = rest;
        Ok(*field)
    }

    /// Bytes of any length.
    pub fn escaped(&mut self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        loop {
            let zero = self.0.iter().position(|&byte| byte == ESCAPE);
            let zero = zero.ok_or(CodecError::Damaged("a key ends within an escaped field"))?;
            bytes.extend_from_slice(&self.0[..zero]);
            self.0 = &self.0[zero + 1..];
            match self.u8()? {
                ESCAPED_ZERO => bytes.push(0),
                END => return Ok(bytes),
                _ => return Err(CodecError::Damaged("a key has an unknown escape")),
            }
        }
    }

    /// What has not been read.
    pub fn rest(self) -> &'a [u8] {
        self.0
    }

    /// Fails if something has not been read.
    pub fn end(self) -> Result<()> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(CodecError::Damaged("a key goes on after its last field"))
        }
    }
}

/// The first key after all that begin with `prefix`; `None` when there is none, for a prefix of `FF` bytes alone or of no bytes.
pub fn prefix_end(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|&byte| byte != 0xFF)?;
    let mut end = prefix[..=last].to_vec();
    end[last] += 1;
    Some(end)
}

#[cfg(test)]
mod tests;
