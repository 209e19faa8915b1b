//! docs/HAZARDS.md names tests that exist.

use crate::{Finding, Workspace};

const FILE: &str = "docs/HAZARDS.md";

/// Each row of a table ends with tests, as `crate/test`, that exist under a folder of that name, or with the word open.
pub fn tests(workspace: &Workspace) -> Vec<Finding> {
    let Some(file) = workspace.file(FILE) else {
        return vec![Finding::whole(FILE, "missing", "the hazards and their controls stand there")];
    };
    let mut found = Vec::new();
    for (at, line) in file.text.lines().enumerate() {
        let Some(shown) = line.strip_suffix('|').and_then(|row| row.rsplit('|').next()) else { continue };
        let is_head = shown.trim() == "Shown by" || shown.chars().all(|letter| letter == '-');
        let tests = || shown.split('`').skip(1).step_by(2).filter_map(|name| name.split_once('/'));
        if !is_head && tests().next().is_none() && !shown.contains("*open*") {
            found.push(Finding::at(FILE, at + 1, "row", "name a test as `crate/test`, or say *open*"));
        }
        for (folder, test) in tests().filter(|(folder, test)| !exists(workspace, folder, test)) {
            let advice = "no such test: name the one that shows it now";
            found.push(Finding::at(FILE, at + 1, format!("{folder}/{test}"), advice));
        }
    }
    found
}

fn exists(workspace: &Workspace, folder: &str, test: &str) -> bool {
    let folder = format!("/{folder}/");
    let mut sources = workspace.sources.iter().filter(|source| format!("/{}", source.path).contains(&folder));
    sources.any(|source| !source.sequences(&format!("fn {test}")).is_empty())
}
