use std::io;

/// What can go wrong in the index, one variant per thing a caller does differently.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system failed a read or a write. The index on disk is as it was.
    #[error("index input or output failed: {0}")]
    Io(#[from] io::Error),
    /// The files are not those that the manifest names, or do not open: rebuild from the store.
    #[error("the index is damaged: {0}")]
    Damaged(&'static str),
    /// The manifest is not the one that the caller's tag names: rebuild from the store.
    #[error("the index manifest is not the one that was last kept")]
    Stale,
    /// The index was written for another schema, dictionary kind or context: rebuild from the store.
    #[error("the index has another form: {0}")]
    OtherForm(&'static str),
    /// A caller broke the contract of a call; nothing was changed.
    #[error("wrong use of the index: {0}")]
    Misuse(&'static str),
    /// A snapshot from before the history that is kept.
    #[error("the index does not reach back so far")]
    Gone,
    /// A limit of [`crate::Limits`] was reached.
    #[error("index limit reached: {0}")]
    Limit(&'static str),
    /// A search looked at more than its budget allows.
    #[error("the search looked at more than {documents_max} documents")]
    Budget {
        /// What it was allowed.
        documents_max: u64,
    },
    /// A search was ended by who asked, or by the time.
    #[error("the search was stopped")]
    Stopped,
    /// Tantivy refused for a reason of its own.
    #[error("index engine: {0}")]
    Engine(tantivy::TantivyError),
}

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

impl From<tantivy::TantivyError> for Error {
    fn from(error: tantivy::TantivyError) -> Self {
        use tantivy::TantivyError as T;
        use tantivy::directory::error::{OpenReadError, OpenWriteError};
        match error {
            T::IoError(inner) => Self::from_shared(&inner),
            T::OpenReadError(OpenReadError::IoError { io_error, .. }) => Self::from_shared(&io_error),
            T::OpenWriteError(OpenWriteError::IoError { io_error, .. }) => Self::from_shared(&io_error),
            T::OpenReadError(OpenReadError::FileDoesNotExist(_)) => {
                Self::Damaged("a segment file is missing")
            }
            T::DataCorruption(_) => Self::Damaged("a segment does not decode"),
            other => Self::Engine(other),
        }
    }
}

impl Error {
    /// Tantivy shares its I/O errors; a page that does not open arrives as `InvalidData`.
    fn from_shared(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
                Self::Damaged("a page does not open")
            }
            kind => Self::Io(io::Error::new(kind, error.to_string())),
        }
    }

    /// Whether rebuilding the index from the store is the cure.
    pub fn wants_rebuild(&self) -> bool {
        matches!(self, Self::Damaged(_) | Self::Stale | Self::OtherForm(_))
    }
}
