//! What can go wrong: all of it ends the run, with a text.

use std::path::PathBuf;

/// Why the tool stopped.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// A table is not well formed.
    #[error("table {0}")]
    Table(String),
    /// A template is not well formed, or asks for what is not there.
    #[error("template: {0}")]
    Template(String),
    /// A template makes something that is not JSON.
    #[error("template {name} makes no JSON: {source}: {text}")]
    NoJson {
        /// The template.
        name: &'static str,
        /// What is wrong.
        source: serde_json::Error,
        /// What it made.
        text: String,
    },
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
    #[error("usage: dictionary train FILE | show NAME COUNT | measure FOLDER")]
    Usage,
}
