//! Bounds-checked reading of an image's bytes.

use crate::Coded;

/// Why bytes are no image that this build can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// The first bytes are not an image's.
    #[error("not a definitions image")]
    NotAnImage,
    /// Written by another build's tool.
    #[error("definitions image of format {0}, expected {expected}", expected = super::FORMAT)]
    Format(u8),
    /// The bytes don't say what an image says.
    #[error("damaged definitions image: {0}")]
    Damaged(&'static str),
}

/// A cursor over an image.
pub(super) struct Reader {
    rest: &'static [u8],
}

impl Reader {
    pub(super) fn new(bytes: &'static [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'static [u8], ImageError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(ImageError::Damaged("it ends early"))?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, ImageError> {
        let (byte, rest) = self.rest.split_first().ok_or(ImageError::Damaged("it ends early"))?;
        self.rest = rest;
        Ok(*byte)
    }

    pub(super) fn number(&mut self) -> Result<u32, ImageError> {
        let mut value = 0_u64;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return u32::try_from(value).map_err(|_| ImageError::Damaged("number too large"));
            }
        }
        Err(ImageError::Damaged("number too long"))
    }

    /// Zero is nothing; else one less.
    pub(super) fn optional(&mut self) -> Result<Option<u32>, ImageError> {
        Ok(self.number()?.checked_sub(1))
    }

    /// A count, and a capacity that the bytes left can justify: each row takes at least one.
    pub(super) fn count(&mut self) -> Result<(usize, usize), ImageError> {
        let count = self.number()? as usize;
        Ok((count, count.min(self.rest.len())))
    }

    /// A row's number, as it fits the numbers of types, elements and parameters.
    pub(super) fn row(&mut self, rows: usize) -> Result<u16, ImageError> {
        checked_row(self.number()?, rows)
    }

    pub(super) fn code<T: Coded>(&mut self) -> Result<T, ImageError> {
        T::from_byte(self.byte()?).ok_or(ImageError::Damaged("unknown code"))
    }

    pub(super) fn optional_code<T: Coded>(&mut self) -> Result<Option<T>, ImageError> {
        let Some(byte) = self.byte()?.checked_sub(1) else { return Ok(None) };
        T::from_byte(byte).map(Some).ok_or(ImageError::Damaged("unknown code"))
    }

    pub(super) fn truth(&mut self) -> Result<bool, ImageError> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(ImageError::Damaged("neither true nor false")),
        }
    }

    pub(super) fn optional_truth(&mut self) -> Result<Option<bool>, ImageError> {
        match self.byte()? {
            0 => Ok(None),
            1 => Ok(Some(false)),
            2 => Ok(Some(true)),
            _ => Err(ImageError::Damaged("neither true nor false")),
        }
    }

    /// Bits, none beyond those that have a meaning.
    pub(super) fn flags(&mut self, known: u8) -> Result<u8, ImageError> {
        let flags = self.byte()?;
        if flags & !known == 0 { Ok(flags) } else { Err(ImageError::Damaged("unknown flag")) }
    }
}

/// A row's number, if that table has it.
pub(super) fn checked_row(number: u32, rows: usize) -> Result<u16, ImageError> {
    match u16::try_from(number) {
        Ok(row) if usize::from(row) < rows => Ok(row),
        _ => Err(ImageError::Damaged("row out of range")),
    }
}
