//! Fuzz targets as plain functions: each takes any bytes, and panics when something that must hold does not.
//!
//! `cargo test` runs them over `corpus/` and over random bytes; cargo fuzz runs the same functions: see the README.

mod dates;
mod decimals;
mod documents;
mod edits;
mod primitives;
mod tree;
mod xml;

pub use dates::date;
pub use decimals::decimal;
pub use documents::document;
pub use edits::edits;
pub use primitives::primitive;
pub use xml::{xml, xml_patch};

/// Takes any bytes, and panics when it finds a mistake.
pub type Target = fn(&[u8]);

/// All targets by the names of their corpus folders.
pub const TARGETS: &[(&str, Target)] = &[
    ("date", date),
    ("decimal", decimal),
    ("document", document),
    ("edits", edits),
    ("primitive", primitive),
    ("xml", xml),
    ("xml_patch", xml_patch),
];

/// Runs a target over the files that the command line names.
pub fn replay(target: Target) -> std::io::Result<()> {
    for path in std::env::args_os().skip(1) {
        target(&std::fs::read(path)?);
    }
    Ok(())
}
