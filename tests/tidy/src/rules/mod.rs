//! The rules, a file per subject.

pub mod cargo_deny;
pub mod hazards;
pub mod layers;
pub mod lock;
pub mod manifests;
pub mod names;
pub mod places;
pub mod purity;
pub mod sizes;
pub mod words;

use crate::Rule;

/// Every rule there is.
pub const RULES: &[Rule] = &[
    Rule { name: "layer_edges", check: layers::edges },
    Rule { name: "layer_rows", check: layers::rows },
    Rule { name: "outside_crates", check: layers::outside },
    Rule { name: "lock_file", check: lock::banned },
    Rule { name: "lock_sources", check: lock::sources },
    Rule { name: "manifest_inheritance", check: manifests::inheritance },
    Rule { name: "workspace_lints", check: manifests::lints },
    Rule { name: "cargo_deny", check: cargo_deny::pinned },
    Rule { name: "pure_clippy", check: purity::clippy },
    Rule { name: "pure_paths", check: purity::paths },
    Rule { name: "function_lines", check: sizes::function_lines },
    Rule { name: "file_lines", check: sizes::file_lines },
    Rule { name: "parameters", check: sizes::parameters },
    Rule { name: "boolean_parameters", check: sizes::boolean_parameters },
    Rule { name: "facade_items", check: sizes::facade_items },
    Rule { name: "names", check: names::vague },
    Rule { name: "task_markers", check: words::task_markers },
    Rule { name: "silent_defaults", check: words::silent_defaults },
    Rule { name: "ignored_tests", check: words::ignored_tests },
    Rule { name: "waiting_tests", check: words::waiting_tests },
    Rule { name: "silenced_lints", check: words::silenced_lints },
    Rule { name: "top_folders", check: places::top_folders },
    Rule { name: "hazard_tests", check: hazards::tests },
    Rule { name: "home_paths", check: places::home_paths },
    Rule { name: "registry_hosts", check: places::registry_hosts },
];
