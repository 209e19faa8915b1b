//! What ends a run before its end.

use std::path::Path;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// What was asked for makes no sense.
    #[error("{0}")]
    Options(String),
    /// The data can't be used.
    #[error("{0}")]
    Data(String),
    /// The server is not there, or does not do what everything else rests on.
    #[error("{0}")]
    Server(String),
    /// A file or a thread.
    #[error("{doing}: {source}")]
    Io {
        /// What was tried.
        doing: String,
        /// What came of it.
        source: std::io::Error,
    },
}

impl Failure {
    /// Says what was tried when something failed.
    pub fn io(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let doing = doing.into();
        |source| Self::Io { doing, source }
    }

    /// The same of reading a file.
    pub fn reading(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        Self::io(format!("cannot read {}", path.display()))
    }

    /// The same of writing a file.
    pub fn writing(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        Self::io(format!("cannot write {}", path.display()))
    }
}
