//! What can go wrong, one variant per thing a caller does differently.

/// A failure of writing or reading bytes. No text holds any of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// A record of another version: to be read as that one, or written by a newer Fornax.
    #[error("record version {found} where {expected} is expected")]
    Version {
        /// The version in the record.
        found: u8,
        /// The version asked for.
        expected: u8,
    },
    /// Compressed with a dictionary that this binary does not hold: it was written by a newer Fornax.
    #[error("compressed with dictionary {0}, which is not known")]
    UnknownDictionary(u8),
    /// More bytes than the caller, or the format, allows.
    #[error("{bytes} bytes, at most {max} are allowed")]
    TooLong {
        /// How many there are, or would be.
        bytes: u64,
        /// How many are allowed.
        max: u64,
    },
    /// The bytes are not what was written: cut, altered, or of another type.
    #[error("bytes do not decode: {0}")]
    Damaged(&'static str),
    /// A value that its format can't hold: a defect of the caller's type or number.
    #[error("a value does not encode: {0}")]
    Unencodable(&'static str),
}

/// A result of this crate.
pub type Result<T> = std::result::Result<T, CodecError>;
