//! Where files lie, and what places they must not name.

use crate::{Finding, Workspace};

const TOP_FOLDERS: &[&str] = &["engine", "server", "tools", "benches", "fuzz", "tests", "docs", ".ci"];

/// Absolute paths that exist on one machine only. Spelled apart so that this file does not break its own rule.
const HOMES: &[&str] =
    &[concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/wo", "rk/"), concat!("/Us", "ers/")];

/// Hosts that packages are fetched from: each user has their own. What Cargo itself writes into the lock file is
/// judged by the rule on the lock file.
const REGISTRIES: &[&str] = &[
    concat!("://regis", "try."),
    concat!("://in", "dex.crates.io"),
    concat!("://sta", "tic.crates.io"),
    concat!("://py", "pi."),
    concat!("://pro", "xy.golang.org"),
    concat!("arti", "factory"),
    concat!("://mir", "ror"),
];

/// The top of the project holds the agreed folders only.
pub fn top_folders(workspace: &Workspace) -> Vec<Finding> {
    let strange = workspace.top_folders.iter().filter(|folder| !TOP_FOLDERS.contains(&folder.as_str()));
    strange
        .map(|folder| {
            Finding::whole(folder, folder, format!("the top holds {} only", TOP_FOLDERS.join(", ")))
        })
        .collect()
}

/// No text names a path of somebody's machine.
pub fn home_paths(workspace: &Workspace) -> Vec<Finding> {
    // Within a longer path or an address the same letters mean something else.
    let starts_path = |line: &str, at: usize| {
        !line[..at]
            .ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ')' | '}' | '*'))
    };
    each_line(
        workspace,
        HOMES,
        "names one machine: use $HOME, a relative path or a temporary folder",
        starts_path,
    )
}

/// No text names a host that packages come from.
pub fn registry_hosts(workspace: &Workspace) -> Vec<Finding> {
    let advice = "leave it to the package manager's own settings";
    let mut found = each_line(workspace, REGISTRIES, advice, |_, _| true);
    for file in workspace.files.iter().filter(|file| file.path.ends_with("package-lock.json")) {
        for (at, line) in
            file.text.lines().enumerate().filter(|(_, line)| line.contains("\"resolved\": \"http"))
        {
            if !REGISTRIES.iter().any(|host| line.contains(host)) {
                found.push(Finding::at(&file.path, at + 1, "resolved", advice));
            }
        }
    }
    found
}

fn each_line(
    workspace: &Workspace,
    needles: &[&str],
    advice: &str,
    counts: impl Fn(&str, usize) -> bool,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in &workspace.files {
        for (number, line) in file.text.lines().enumerate() {
            for needle in needles {
                if line.match_indices(needle).any(|(at, _)| counts(line, at)) {
                    found.push(Finding::at(&file.path, number + 1, *needle, advice));
                }
            }
        }
    }
    found
}
