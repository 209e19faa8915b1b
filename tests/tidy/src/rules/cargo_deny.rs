//! deny.toml keeps saying what the project decided.

use toml::{Table, Value};

use crate::{Finding, Workspace};

/// (table, key, value) that must stand as they are.
const PINNED: &[(&str, &str, &str)] = &[
    ("bans", "wildcards", "deny"),
    ("sources", "unknown-registry", "deny"),
    ("sources", "unknown-git", "deny"),
];

const BANNED: &[&str] = &["aws-lc-sys", "native-tls", "openssl-sys"];

/// The pinned values stand; the bans are there; an advisory is passed over only with a reason.
pub fn pinned(workspace: &Workspace) -> Vec<Finding> {
    let Some(file) = workspace.file("deny.toml") else {
        return vec![Finding::whole(
            "deny.toml",
            "missing",
            "licences, bans and advisories are decided there",
        )];
    };
    let Ok(table) = file.text.parse::<Table>() else {
        return vec![Finding::whole("deny.toml", "unreadable", "not TOML")];
    };
    let entry = |section: &str, key: &str| table.get(section).and_then(|section| section.get(key));
    let list = |section: &str, key: &str| entry(section, key).and_then(Value::as_array).cloned();
    let mut found = Vec::new();
    for (section, key, value) in PINNED {
        if entry(section, key).and_then(Value::as_str) != Some(value) {
            let subject = format!("{section}.{key}");
            found.push(Finding::whole("deny.toml", subject, format!("must be {value:?}")));
        }
    }
    let denied = list("bans", "deny").unwrap_or_else(Vec::new);
    for name in BANNED {
        let names = |ban: &Value| {
            ban.as_str() == Some(name) || ban.get("crate").and_then(Value::as_str) == Some(name)
        };
        if !denied.iter().any(names) {
            found.push(Finding::whole("deny.toml", *name, "must stand in bans.deny"));
        }
    }
    for passed in list("advisories", "ignore").unwrap_or_else(Vec::new) {
        if passed.get("reason").and_then(Value::as_str).is_none_or(str::is_empty) {
            let id = passed.get("id").or(Some(&passed)).and_then(Value::as_str).unwrap_or("?");
            found.push(Finding::whole("deny.toml", id, "passed over without a reason"));
        }
    }
    if list("licenses", "allow").is_none_or(|allowed| allowed.is_empty()) {
        found.push(Finding::whole("deny.toml", "licenses.allow", "name the licences that are allowed"));
    }
    found
}
