//! Why a command failed, for the one who typed it.

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

/// What a failed command ends with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The options don't fit together: exit code 2.
    #[error("{0}")]
    Options(String),
    /// The engine refused.
    #[error("{doing}: {source}")]
    Engine { doing: String, source: fornax::Error },
    /// The operating system refused.
    #[error("{doing}: {source}")]
    Io { doing: String, source: std::io::Error },
    /// The running server refused.
    #[error("{0}")]
    Refused(String),
}

impl Failure {
    /// An error of the operating system while doing something: `cannot listen on 127.0.0.1:8080`.
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let doing = doing.into();
        |source| Self::Io { doing, source }
    }

    /// An error of the engine while doing something.
    pub(crate) fn engine(doing: impl Into<String>) -> impl FnOnce(fornax::Error) -> Self {
        let doing = doing.into();
        |source| Self::Engine { doing, source }
    }

    /// The server that runs on the directory speaks otherwise: it is of another version.
    pub(crate) fn unexpected_answer() -> Self {
        Self::Refused("the server's answer is not understood: it may be of another version".to_owned())
    }

    /// Tells the failure and what caused it on stderr, a line each.
    pub(crate) fn print(&self) {
        let mut err = std::io::stderr().lock();
        // Where stderr is gone there is nobody left to tell.
        let _ = writeln!(err, "fornax: {self}");
        let mut cause = self.cause();
        while let Some(error) = cause {
            let _ = writeln!(err, "  because: {error}");
            cause = error.source();
        }
    }

    /// What lies below the texts that [`std::fmt::Display`] shows.
    fn cause(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Engine { source, .. } => source.source(),
            Self::Io { source, .. } => source.source(),
            Self::Options(_) | Self::Refused(_) => None,
        }
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Options(_) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}
