//! What the lock file may hold, at any depth.

use toml::{Table, Value};

use crate::{Finding, Workspace};

/// One TLS and one cryptography library: ring. These would bring a second one, or a C tool chain.
const BANNED: &[&str] = &["aws-lc-rs", "aws-lc-sys", "native-tls", "openssl", "openssl-sys"];

/// The only source that a locked package may come from. It is an address for Cargo's own use, the same everywhere.
const SOURCE: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// No banned package is locked.
pub fn banned(workspace: &Workspace) -> Vec<Finding> {
    packages(workspace, |package| {
        let name = package.get("name").and_then(Value::as_str).unwrap_or("?");
        let advice = "banned: find who brings it with `cargo tree -i`, and turn that feature off";
        BANNED.contains(&name).then(|| Finding::whole("Cargo.lock", name, advice))
    })
}

/// Every locked package comes from the registry or is ours.
pub fn sources(workspace: &Workspace) -> Vec<Finding> {
    packages(workspace, |package| {
        let name = package.get("name").and_then(Value::as_str).unwrap_or("?");
        let source = package.get("source").and_then(Value::as_str)?;
        (source != SOURCE)
            .then(|| Finding::whole("Cargo.lock", name, "comes from elsewhere than the registry"))
    })
}

fn packages(workspace: &Workspace, judge: impl Fn(&Table) -> Option<Finding>) -> Vec<Finding> {
    let Some(file) = workspace.file("Cargo.lock") else {
        return vec![Finding::whole("Cargo.lock", "missing", "the lock file is part of the project")];
    };
    let Ok(lock) = file.text.parse::<Table>() else {
        return vec![Finding::whole("Cargo.lock", "unreadable", "not TOML")];
    };
    let packages = lock.get("package").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    packages.iter().filter_map(Value::as_table).filter_map(judge).collect()
}
