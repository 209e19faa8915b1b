//! Writing of an image's bytes.

use fornax_definitions::Coded;

use crate::ToolError;

/// Bytes written so far.
#[derive(Debug, Default)]
pub struct Bytes(Vec<u8>);

impl Bytes {
    pub fn into_vec(self) -> Vec<u8> {
        self.0
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    /// Little-endian groups of seven bits.
    pub fn number(&mut self, number: usize) {
        let mut rest = number;
        while rest >= 0x80 {
            self.byte((rest & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        self.byte(rest as u8);
    }

    pub fn optional(&mut self, number: Option<usize>) {
        self.number(number.map_or(0, |number| number + 1));
    }

    pub fn code<T: Coded>(&mut self, member: T) -> Result<(), ToolError> {
        self.byte(place(member)?);
        Ok(())
    }

    pub fn optional_code<T: Coded>(&mut self, member: Option<T>) -> Result<(), ToolError> {
        let place = member.map(place).transpose()?;
        self.byte(place.map_or(0, |place| place + 1));
        Ok(())
    }

    pub fn truth(&mut self, value: bool) {
        self.byte(u8::from(value));
    }

    pub fn optional_truth(&mut self, truth: Option<bool>) {
        self.byte(truth.map_or(0, |truth| u8::from(truth) + 1));
    }

    /// Bits, the first one lowest.
    pub fn flags(&mut self, flags: &[bool]) {
        let bits = flags.iter().enumerate().map(|(place, flag)| u8::from(*flag) << place);
        self.byte(bits.sum());
    }

    /// The count, then each row.
    pub fn rows<T>(
        &mut self,
        rows: &[T],
        mut write: impl FnMut(&mut Self, &T) -> Result<(), ToolError>,
    ) -> Result<(), ToolError> {
        self.number(rows.len());
        rows.iter().try_for_each(|row| write(self, row))
    }
}

fn place<T: Coded>(member: T) -> Result<u8, ToolError> {
    let found = (0_u8..).zip(T::ALL).find(|(_, known)| **known == member);
    found.map(|(place, _)| place).ok_or_else(|| ToolError::UnknownCode(member.code().to_owned()))
}
