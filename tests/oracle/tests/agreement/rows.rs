//! Histories that were kept: those on which both agree, and those on which they do not yet. A disagreement that is gone fails as
//! well: its file moves to the others.

use std::path::{Path, PathBuf};

use fornax_oracle::history::notation::parse;

use crate::rig::Rig;

fn rows(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    // There may be none.
    let files = std::fs::read_dir(folder).into_iter().flatten().map(|file| file.unwrap().path());
    let mut rows: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|end| end == "txt")).collect();
    rows.sort();
    rows
}

#[test]
fn kept_histories_agree() {
    for fresh_documents_max in [40_000, 1] {
        let rig = Rig { fresh_documents_max };
        let mut failed = Vec::new();
        for row in rows("rows") {
            let steps = parse(&std::fs::read_to_string(&row).unwrap()).unwrap();
            if let Err(disagreement) = rig.run(&steps) {
                failed.push(format!("{}: {disagreement}", row.display()));
            }
        }
        assert!(!rows("rows").is_empty() && failed.is_empty(), "{}", failed.join("\n\n"));
    }
}

#[test]
fn disagreements_are_known() {
    let rig = Rig { fresh_documents_max: 40_000 };
    for row in rows("rows/disagreements") {
        let steps = parse(&std::fs::read_to_string(&row).unwrap()).unwrap();
        let result = rig.run(&steps);
        assert!(result.is_err(), "{} agrees now: move it to rows", row.display());
        println!("{}: {}\n", row.display(), result.unwrap_err());
    }
}
