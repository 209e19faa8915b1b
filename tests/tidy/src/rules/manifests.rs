//! What every crate takes from the workspace's manifest, and what that holds.

use toml::Value;

use crate::{Finding, Member, Workspace};

const INHERITED: &[&str] = &["version", "edition", "rust-version", "license", "publish"];

/// Lints that the house style rests on. A level of `warn` is an error in `.ci/run`.
const LINTS: &[(&str, &str)] = &[
    ("rust", "unsafe_code"),
    ("rust", "missing_docs"),
    ("clippy", "unwrap_used"),
    ("clippy", "todo"),
    ("clippy", "unimplemented"),
    ("clippy", "dbg_macro"),
    ("clippy", "print_stdout"),
    ("clippy", "print_stderr"),
];

/// Every crate is a member, takes its package data and lints from the workspace, and says in a line what it is; the
/// versions of all that it uses stand in the workspace's manifest.
pub fn inheritance(workspace: &Workspace) -> Vec<Finding> {
    let mut found = Vec::new();
    for member in &workspace.members {
        let package = member.manifest.get("package");
        let mut need = |subject: &str, is_there: bool, advice: &str| {
            if !is_there {
                found.push(Finding::whole(&member.path, format!("{}: {subject}", member.name), advice));
            }
        };
        for key in INHERITED {
            need(key, inherits(package.and_then(|package| package.get(key))), "take it from the workspace");
        }
        need("lints", inherits(member.manifest.get("lints")), "add `[lints] workspace = true`");
        need(
            "description",
            package.and_then(|package| package.get("description")).is_some(),
            "say what it is",
        );
        need("member", is_listed(workspace, member), "list its folder in the workspace's members");
        for edge in workspace.dependencies(member) {
            need(
                &edge.package,
                edge.inherited,
                "state the version in the workspace's manifest, and inherit it",
            );
        }
    }
    found
}

fn inherits(value: Option<&Value>) -> bool {
    value.and_then(|value| value.get("workspace")).and_then(Value::as_bool) == Some(true)
}

fn is_listed(workspace: &Workspace, member: &Member) -> bool {
    let listed = workspace.manifest.get("workspace").and_then(|table| table.get("members"));
    let mut patterns = listed.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    patterns.any(|pattern| match pattern.strip_suffix("/*") {
        Some(parent) => member.folder.rsplit_once('/').is_some_and(|(folder, _)| folder == parent),
        None => pattern == member.folder,
    })
}

/// The workspace's manifest sets the lints that the style rests on.
pub fn lints(workspace: &Workspace) -> Vec<Finding> {
    let table = workspace.manifest.get("workspace").and_then(|table| table.get("lints"));
    LINTS
        .iter()
        .filter(|(group, lint)| {
            let level = table.and_then(|table| table.get(group)).and_then(|group| group.get(lint));
            !matches!(level.and_then(Value::as_str), Some("warn" | "deny" | "forbid"))
        })
        .map(|(_, lint)| Finding::whole("Cargo.toml", *lint, "must be warn or deny in [workspace.lints]"))
        .collect()
}
