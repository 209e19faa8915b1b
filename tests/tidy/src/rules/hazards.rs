//! docs/HAZARDS.md and docs/REST.md name tests that exist.

use crate::{Finding, Workspace};

const HAZARDS: &str = "docs/HAZARDS.md";
/// What is shown of FHIR's RESTful API.
const REST: &str = "docs/REST.md";

/// Each row of a table ends with tests, as `crate/test`, that exist under a folder of that name, or with the word open.
pub fn tests(workspace: &Workspace) -> Vec<Finding> {
    let mut found = Vec::new();
    if workspace.file(HAZARDS).is_none() {
        found.push(Finding::whole(HAZARDS, "missing", "the hazards and their controls stand there"));
    }
    for name in [HAZARDS, REST] {
        found.extend(workspace.file(name).map_or_else(Vec::new, |file| rows(workspace, name, &file.text)));
    }
    found
}

fn rows(workspace: &Workspace, name: &str, text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let Some(shown) = line.strip_suffix('|').and_then(|row| row.rsplit('|').next()) else { continue };
        let is_head = shown.trim() == "Shown by" || shown.chars().all(|letter| letter == '-');
        let tests = || shown.split('`').skip(1).step_by(2).filter_map(|name| name.split_once('/'));
        if !is_head && tests().next().is_none() && !shown.contains("*open*") {
            found.push(Finding::at(name, at + 1, "row", "name a test as `crate/test`, or say *open*"));
        }
        for (folder, test) in tests().filter(|(folder, test)| !exists(workspace, folder, test)) {
            let advice = "no such test: name the one that shows it now";
            found.push(Finding::at(name, at + 1, format!("{folder}/{test}"), advice));
        }
    }
    found
}

fn exists(workspace: &Workspace, folder: &str, test: &str) -> bool {
    let folder = format!("/{folder}/");
    let mut sources = workspace.sources.iter().filter(|source| format!("/{}", source.path).contains(&folder));
    sources.any(|source| !source.sequences(&format!("fn {test}")).is_empty())
}
