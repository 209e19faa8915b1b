//! What can go wrong: all of it ends the run, with a text.

use std::path::PathBuf;

/// Why the tool stopped.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// There is no such population.
    #[error("population: {0}")]
    Population(#[from] fornax_population::PopulationError),
    /// A file can't be read or written, or has not the form expected.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: std::io::Error,
    },
    /// Compressing or decompressing failed.
    #[error("zstd: {0}")]
    Zstd(std::io::Error),
    /// The codec failed.
    #[error("codec: {0}")]
    Codec(#[from] fornax_codec::CodecError),
    /// The codec did not give back what went in.
    #[error("a {0} came back changed")]
    Changed(String),
    /// The command line asks for something else than the tool does.
    #[error("usage: dictionary train FILE | show TYPE COUNT | measure FOLDER")]
    Usage,
}
