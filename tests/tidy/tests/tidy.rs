//! Each rule of the house style holds in this checkout.

use std::path::Path;

use fornax_tidy::rules::RULES;
use fornax_tidy::{EXCEPTIONS, Workspace, judge};

fn check(name: &str) {
    // Asked when it runs, not when it is built: checkouts share a target directory, and each is to be judged by itself.
    let root = Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says it"))
        .join("../..")
        .canonicalize()
        .expect("the workspace's root");
    let workspace = Workspace::load(&root).expect("a readable workspace");
    let rule = RULES.iter().find(|rule| rule.name == name).expect("a rule of that name");
    let verdict = judge(rule, &workspace, EXCEPTIONS);
    let broken: Vec<String> = verdict.broken.iter().map(ToString::to_string).collect();
    assert!(broken.is_empty(), "{name} is broken:\n{}", broken.join("\n"));
    assert!(verdict.unneeded.is_empty(), "exceptions no longer needed, remove them: {:#?}", verdict.unneeded);
}

/// A test per rule, named like it, and the list of those names.
macro_rules! rules {
    ($($name:ident)*) => {
        $(#[test] fn $name() { check(stringify!($name)); })*
        const TESTED: &[&str] = &[$(stringify!($name)),*];
    };
}

rules! {
    layer_edges
    layer_rows
    outside_crates
    lock_file
    lock_sources
    manifest_inheritance
    workspace_lints
    cargo_deny
    pure_clippy
    pure_paths
    function_lines
    file_lines
    parameters
    boolean_parameters
    facade_items
    names
    task_markers
    silent_defaults
    ignored_tests
    waiting_tests
    silenced_lints
    top_folders
    hazard_tests
    home_paths
    registry_hosts
}

#[test]
fn every_rule_is_tested_here() {
    assert_eq!(RULES.iter().map(|rule| rule.name).collect::<Vec<_>>(), TESTED);
}

#[test]
fn every_exception_is_of_a_rule() {
    for exception in EXCEPTIONS {
        assert!(RULES.iter().any(|rule| rule.name == exception.rule), "{exception:?}");
        assert!(!exception.reason.is_empty(), "{exception:?}");
    }
}
