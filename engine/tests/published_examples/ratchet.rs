//! Files of what is known to be otherwise: what is new fails, and so does what has gone.

use std::collections::BTreeSet;
use std::path::PathBuf;

/// The lines of a ratchet: `row`, or `row  # why`; a line that begins with `#` is a comment.
pub fn read(file: &str) -> Vec<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/published_examples/ratchets").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split("  # ").next().unwrap().trim_end().to_owned()).collect()
}

/// What differs from the file; nothing when all is as known.
pub fn differences(file: &str, found: &BTreeSet<String>) -> Vec<String> {
    let rows = read(file);
    let known: BTreeSet<String> = rows.iter().cloned().collect();
    assert_eq!(rows.len(), known.len(), "{file} has a row twice");
    let new = found.difference(&known).map(|row| format!("{file}: new: {row}"));
    let gone = known.difference(found).map(|row| format!("{file}: gone, take it out: {row}"));
    new.chain(gone).collect()
}
