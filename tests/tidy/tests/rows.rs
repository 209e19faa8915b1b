//! Each rule fires on what it is there for, and on nothing else.

use fornax_tidy::rules::RULES;
use fornax_tidy::{Exception, Finding, Rule, TextFile, TidyError, Workspace, judge};

fn rule(name: &str) -> &'static Rule {
    RULES.iter().find(|rule| rule.name == name).unwrap_or_else(|| panic!("no rule {name}"))
}

fn workspace(files: &[(&str, &str)]) -> Workspace {
    let file = |(path, text): &(&str, &str)| TextFile { path: (*path).to_owned(), text: (*text).to_owned() };
    Workspace::of(files.iter().map(file).collect()).expect("files that parse")
}

fn findings(name: &str, files: &[(&str, &str)]) -> Vec<Finding> {
    (rule(name).check)(&workspace(files))
}

/// The subjects that a rule finds in a workspace of these files.
#[track_caller]
fn check(name: &str, files: &[(&str, &str)], subjects: &[&str]) {
    let found = findings(name, files);
    assert_eq!(
        found.iter().map(|finding| finding.subject.as_str()).collect::<Vec<_>>(),
        subjects,
        "{found:#?}"
    );
}

fn manifest(name: &str, rest: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\ndescription = \"x\"\nversion.workspace = true\nedition.workspace = true\n\
         rust-version.workspace = true\nlicense.workspace = true\npublish.workspace = true\n[lints]\n\
         workspace = true\n{rest}"
    )
}

#[test]
fn every_rule_has_rows() {
    for rule in RULES {
        assert!(
            include_str!("rows.rs").contains(&format!("#[test]\nfn {}() {{", rule.name)),
            "{}",
            rule.name
        );
    }
}

#[test]
fn layer_edges() {
    let model = |rest: &str| manifest("fornax-model", rest);
    let check_model = |rest: &str, subjects: &[&str]| {
        check("layer_edges", &[("engine/crates/model/Cargo.toml", &model(rest))], subjects);
    };
    check_model("", &[]);
    check_model("[dependencies]\nsmallvec.workspace = true", &[]);
    check_model("[dependencies]\nfornax-search.workspace = true", &["fornax-model -> fornax-search"]);
    check_model("[dev-dependencies]\nfornax-codec.workspace = true", &["fornax-model -> fornax-codec"]);
    check_model("[build-dependencies]\nfornax-codec.workspace = true", &["fornax-model -> fornax-codec"]);
    check_model("[target.'cfg(unix)'.dependencies]\nfornax.workspace = true", &["fornax-model -> fornax"]);
    check_model(
        "[dependencies]\nm = { package = \"fornax-codec\", path = \"x\" }",
        &["fornax-model -> fornax-codec"],
    );
    let root = "[workspace.dependencies]\nm = { package = \"fornax-codec\", path = \"x\" }";
    let renamed = model("[dependencies]\nm.workspace = true");
    let files = [("Cargo.toml", root), ("engine/crates/model/Cargo.toml", &renamed)];
    check("layer_edges", &files, &["fornax-model -> fornax-codec"]);
    check(
        "layer_edges",
        &[("engine/crates/blob/Cargo.toml", &manifest("fornax-blob", ""))],
        &["fornax-blob"],
    );
    let uses = manifest("fornax-fhirpath", "[dependencies]\nfornax-model.workspace = true");
    check("layer_edges", &[("engine/crates/fhirpath/Cargo.toml", &uses)], &[]);
    let oracle = |section: &str| manifest("fornax-oracle", &format!("[{section}]\nfornax.workspace = true"));
    check("layer_edges", &[("tests/oracle/Cargo.toml", &oracle("dev-dependencies"))], &[]);
    check(
        "layer_edges",
        &[("tests/oracle/Cargo.toml", &oracle("dependencies"))],
        &["fornax-oracle -> fornax"],
    );
}

#[test]
fn layer_rows() {
    let subjects = |files: &[(&str, &str)]| -> Vec<String> {
        findings("layer_rows", files).into_iter().map(|finding| finding.subject).collect()
    };
    assert!(subjects(&[]).contains(&"fornax-model".to_owned()), "a row without a crate");
    let model = manifest("fornax-model", "");
    assert!(!subjects(&[("engine/crates/model/Cargo.toml", &model)]).contains(&"fornax-model".to_owned()));
    assert!(subjects(&[("engine/crates/models/Cargo.toml", &model)]).contains(&"fornax-model".to_owned()));
    for planned in fornax_tidy::PLANNED {
        assert!(!subjects(&[]).contains(&(*planned).to_owned()), "{planned} is planned");
        let here = manifest(planned, "");
        assert!(
            subjects(&[("somewhere/Cargo.toml", &here)]).contains(&(*planned).to_owned()),
            "{planned} is here"
        );
    }
}

#[test]
fn outside_crates() {
    let edge = |package: &str, section: &str, outside: &str, subjects: &[&str]| {
        let manifest = manifest(package, &format!("[{section}]\n{outside}.workspace = true"));
        check("outside_crates", &[("x/Cargo.toml", &manifest)], subjects);
    };
    edge("fornax-rocks", "dependencies", "rocksdb", &[]);
    edge("fornax-store", "dependencies", "rocksdb", &["fornax-store -> rocksdb"]);
    edge("fornax-store", "dev-dependencies", "rocksdb", &["fornax-store -> rocksdb"]);
    edge("fornax-benches", "dev-dependencies", "rocksdb", &[]);
    edge("fornax-search", "dependencies", "tantivy", &["fornax-search -> tantivy"]);
    edge("fornax-store", "dependencies", "parking_lot", &[]);
    edge("fornax-model", "dependencies", "parking_lot", &["fornax-model -> parking_lot"]);
    edge("fornax-codec", "dependencies", "parking_lot", &["fornax-codec -> parking_lot"]);
    edge("fornax-model", "dev-dependencies", "parking_lot", &[]);
    edge("fornax-model", "dependencies", "proptest", &["fornax-model -> proptest"]);
    edge("fornax-model", "dev-dependencies", "proptest", &[]);
    edge("fornax-model", "dependencies", "never-heard-of", &["fornax-model -> never-heard-of"]);
    edge("fornax-model", "dependencies", "thiserror", &[]);
    edge("fornax-fhirpath", "dependencies", "serde_json", &[]);
    edge("fornax-crypto", "dependencies", "serde_json", &["fornax-crypto -> serde_json"]);
    edge("fornax-crypto", "dev-dependencies", "serde_json", &[]);
}

#[test]
fn lock_file() {
    let lock = |name: &str| format!("version = 4\n[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\n");
    check("lock_file", &[("Cargo.lock", &lock("ring"))], &[]);
    check("lock_file", &[("Cargo.lock", &lock("aws-lc-sys"))], &["aws-lc-sys"]);
    check("lock_file", &[("Cargo.lock", &lock("openssl-sys"))], &["openssl-sys"]);
    check("lock_file", &[], &["missing"]);
    check("lock_file", &[("Cargo.lock", "[")], &["unreadable"]);
}

#[test]
fn lock_sources() {
    let lock = |source: &str| format!("[[package]]\nname = \"x\"\nversion = \"1.0.0\"\n{source}");
    check("lock_sources", &[("Cargo.lock", &lock(""))], &[]);
    let from_index = lock("source = \"registry+https://github.com/rust-lang/crates.io-index\"");
    check("lock_sources", &[("Cargo.lock", &from_index)], &[]);
    check("lock_sources", &[("Cargo.lock", &lock("source = \"git+https://example.org/x\""))], &["x"]);
}

#[test]
fn manifest_inheritance() {
    let root = ("Cargo.toml", "[workspace]\nmembers = [\"engine/crates/*\", \"fuzz\"]");
    let good = manifest("a", "[dependencies]\nserde.workspace = true");
    check("manifest_inheritance", &[root, ("engine/crates/a/Cargo.toml", &good)], &[]);
    check("manifest_inheritance", &[root, ("fuzz/Cargo.toml", &good)], &[]);
    check("manifest_inheritance", &[root, ("tests/a/Cargo.toml", &good)], &["a: member"]);
    check("manifest_inheritance", &[root, ("engine/crates/a/b/Cargo.toml", &good)], &["a: member"]);
    let own_version = manifest("a", "[dev-dependencies]\nserde = \"1\"");
    check("manifest_inheritance", &[root, ("fuzz/Cargo.toml", &own_version)], &["a: serde"]);
    let lone = "[package]\nname = \"a\"\nversion = \"1.0.0\"\nedition = \"2021\"";
    let all = ["version", "edition", "rust-version", "license", "publish", "lints", "description"];
    check(
        "manifest_inheritance",
        &[root, ("fuzz/Cargo.toml", lone)],
        &all.map(|key| format!("a: {key}")).each_ref().map(String::as_str),
    );
}

#[test]
fn workspace_lints() {
    let all = "[workspace.lints.rust]\nunsafe_code = \"deny\"\nmissing_docs = \"warn\"\n[workspace.lints.clippy]\n\
               unwrap_used = \"warn\"\ntodo = \"warn\"\nunimplemented = \"warn\"\ndbg_macro = \"warn\"\n\
               print_stdout = \"warn\"\nprint_stderr = \"warn\"\n";
    check("workspace_lints", &[("Cargo.toml", all)], &[]);
    check("workspace_lints", &[("Cargo.toml", &all.replace("\"deny\"", "\"allow\""))], &["unsafe_code"]);
    check("workspace_lints", &[("Cargo.toml", &all.replace("todo = \"warn\"\n", ""))], &["todo"]);
}

#[test]
fn cargo_deny() {
    let all = "[advisories]\nignore = [{ id = \"RUSTSEC-1\", reason = \"x\" }]\n[licenses]\nallow = [\"MIT\"]\n\
               [bans]\nwildcards = \"deny\"\ndeny = [{ crate = \"aws-lc-sys\" }, \"native-tls\", \"openssl-sys\"]\n\
               [sources]\nunknown-registry = \"deny\"\nunknown-git = \"deny\"\n";
    let edited = |from: &str, to: &str, subjects: &[&str]| {
        assert!(all.contains(from));
        check("cargo_deny", &[("deny.toml", &all.replace(from, to))], subjects);
    };
    check("cargo_deny", &[("deny.toml", all)], &[]);
    edited("unknown-git = \"deny\"", "unknown-git = \"allow\"", &["sources.unknown-git"]);
    edited("wildcards = \"deny\"\n", "", &["bans.wildcards"]);
    edited("\"openssl-sys\"", "", &["openssl-sys"]);
    edited(", reason = \"x\"", "", &["RUSTSEC-1"]);
    edited("{ id = \"RUSTSEC-1\", reason = \"x\" }", "\"RUSTSEC-1\"", &["RUSTSEC-1"]);
    edited("allow = [\"MIT\"]", "", &["licenses.allow"]);
    check("cargo_deny", &[], &["missing"]);
}

/// A pure crate's `clippy.toml`, as the workspace's own crates have it.
fn pure_clippy_text() -> String {
    let package = std::env::var("CARGO_MANIFEST_DIR").expect("cargo says it");
    std::fs::read_to_string(format!("{package}/../../engine/crates/model/clippy.toml"))
        .expect("a readable file")
}

#[test]
fn pure_clippy() {
    let (model, codec) = (manifest("fornax-model", ""), manifest("fornax-codec", ""));
    let text = pure_clippy_text();
    let edited = text.replace("std::env::var\"", "std::env::vars\"");
    let with = |files: &[(&str, &str)], subjects: &[&str]| {
        let mut all =
            vec![("engine/crates/model/Cargo.toml", &*model), ("engine/crates/codec/Cargo.toml", &*codec)];
        all.extend_from_slice(files);
        check("pure_clippy", &all, subjects);
    };
    let (at_model, at_codec) = ("engine/crates/model/clippy.toml", "engine/crates/codec/clippy.toml");
    with(&[(at_model, &text), (at_codec, &text)], &[]);
    with(&[(at_model, &text)], &["missing"]);
    with(&[(at_model, &text), (at_codec, &edited)], &["std::env::var", "differs"]);
    let impure = manifest("fornax-store", "");
    check("pure_clippy", &[("engine/crates/store/Cargo.toml", &impure)], &[]);
}

#[test]
fn pure_paths() {
    let manifest = manifest("fornax-model", "");
    let with = |path: &str, text: &str, subjects: &[&str]| {
        check("pure_paths", &[("engine/crates/model/Cargo.toml", &manifest), (path, text)], subjects);
    };
    let lib = "engine/crates/model/src/lib.rs";
    with(lib, "use std::fmt;", &[]);
    with(lib, "use std::fs;", &["std::fs"]);
    with(lib, "use std::{fmt, fs::File};", &["std::fs"]);
    with(lib, "use std::net::*;", &["std::net"]);
    with(lib, "use std::time::{Duration, Instant as Now};", &["std::time::Instant"]);
    with(lib, "fn f() { std::thread::yield_now(); }", &["std::thread"]);
    with(lib, "fn f(at: std::time::SystemTime) {}", &["std::time::SystemTime"]);
    with(lib, "fn f() -> std::time::Duration { todo() }", &[]);
    with(lib, "#[cfg(test)]\nmod tests { use std::fs; }", &[]);
    with("engine/crates/model/tests/rows.rs", "use std::fs;", &[]);
    with("engine/crates/store/src/lib.rs", "use std::fs;", &[]);
}

#[test]
fn function_lines() {
    let body = |lines: usize| format!("fn f() {{\n{}}}", "    g();\n".repeat(lines - 2));
    let src = "engine/crates/model/src/lib.rs";
    check("function_lines", &[(src, &body(100))], &[]);
    check("function_lines", &[(src, &body(101))], &["f"]);
    check("function_lines", &[(src, &format!("struct S;\nimpl S {{ {} }}", body(101)))], &["f"]);
    check("function_lines", &[(src, &format!("trait T {{ {} }}", body(101)))], &["f"]);
    check("function_lines", &[(src, &format!("fn g() {{ {} }}", body(101)))], &["g", "f"]);
    check("function_lines", &[(src, &format!("#[cfg(test)]\nmod tests {{ {} }}", body(101)))], &[]);
    check("function_lines", &[(src, "trait T { fn f(&self); }")], &[]);
    check("function_lines", &[("tests/http/src/lib.rs", &body(101))], &["f"]);
    check("function_lines", &[("tests/http/tests/crud.rs", &body(101))], &[]);
    check("function_lines", &[("engine/crates/model/src/tests.rs", &body(101))], &[]);
}

#[test]
fn file_lines() {
    let file = |lines: usize| "const A: u8 = 0;\n".repeat(lines);
    let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", file(900));
    check("file_lines", &[("server/src/a.rs", &file(800))], &[]);
    check("file_lines", &[("server/src/a.rs", &file(801))], &["file"]);
    check("file_lines", &[("server/src/a_table.rs", &file(801))], &[]);
    check("file_lines", &[("server/src/a.rs", &(file(800) + &tests))], &[]);
    check("file_lines", &[("server/src/a.rs", &(file(801) + &tests))], &["file"]);
    check("file_lines", &[("server/tests/a.rs", &file(801))], &[]);
}

#[test]
fn parameters() {
    let src = "server/src/a.rs";
    check("parameters", &[(src, "fn f(a: u8, b: u8, c: u8, d: u8, e: u8) {}")], &[]);
    check("parameters", &[(src, "fn f(a: u8, b: u8, c: u8, d: u8, e: u8, g: u8) {}")], &["f"]);
    check("parameters", &[(src, "impl S { fn f(&self, a: u8, b: u8, c: u8, d: u8, e: u8) {} }")], &[]);
    check(
        "parameters",
        &[(src, "impl S { fn f(&self, a: u8, b: u8, c: u8, d: u8, e: u8, g: u8) {} }")],
        &["f"],
    );
}

#[test]
fn facade_items() {
    let facade = "engine/src/lib.rs";
    let used = |count: usize| {
        let names: Vec<String> = (0..count).map(|n| format!("N{n}")).collect();
        format!("mod a;\nuse b::C;\npub use a::{{{}}};\npub struct S;\n", names.join(", "))
    };
    check("facade_items", &[(facade, &used(59))], &[]);
    check("facade_items", &[(facade, &used(60))], &["facade"]);
    check("facade_items", &[("server/src/lib.rs", &used(60))], &[]);
    check("facade_items", &[(facade, "pub use a::*;")], &["facade"]);
}

#[test]
fn boolean_parameters() {
    let src = "server/src/a.rs";
    check("boolean_parameters", &[(src, "pub fn f(strict: bool) {}")], &["f"]);
    check("boolean_parameters", &[(src, "fn f(strict: bool) {}")], &[]);
    check("boolean_parameters", &[(src, "pub(crate) fn f(strict: bool) {}")], &[]);
    check("boolean_parameters", &[(src, "impl S { pub fn f(&self, strict: bool) {} }")], &["f"]);
    check(
        "boolean_parameters",
        &[(src, "pub struct S; impl S { pub fn f(&self, strict: bool) {} }")],
        &["f"],
    );
    check(
        "boolean_parameters",
        &[(src, "pub(crate) struct S; impl S { pub fn f(&self, strict: bool) {} }")],
        &[],
    );
    check("boolean_parameters", &[(src, "enum S {} impl S { pub fn f(&self, strict: bool) {} }")], &[]);
    check("boolean_parameters", &[(src, "impl S { pub fn f(&self, value: bool) {} }")], &[]);
    check("boolean_parameters", &[(src, "pub trait T { fn f(&self, strict: bool); }")], &["f"]);
    check("boolean_parameters", &[(src, "trait T { fn f(&self, strict: bool); }")], &[]);
    check("boolean_parameters", &[(src, "impl T for S { fn f(&self, strict: bool) {} }")], &[]);
}

#[test]
fn names() {
    check("names", &[("server/src/utils.rs", "")], &["utils"]);
    check("names", &[("server/src/service_request.rs", "")], &[]);
    check("names", &[("server/src/request.rs", "struct TenantManager;")], &["TenantManager"]);
    check(
        "names",
        &[("server/src/request.rs", "trait BaseStore {} enum StoreImpl {}")],
        &["BaseStore", "StoreImpl"],
    );
    check("names", &[("server/src/request.rs", "mod common { struct Helper; }")], &["common", "Helper"]);
    check("names", &[("server/src/request.rs", "type CodecV2 = u8;")], &["CodecV2"]);
    check("names", &[("server/src/codec_v2.rs", "")], &["codec_v2"]);
    check(
        "names",
        &[("server/src/request.rs", "struct BaseUrl; struct Database; struct Base64; struct V2Message;")],
        &[],
    );
    check("names", &[("tools/x/Cargo.toml", &manifest("fornax-common", ""))], &["fornax-common"]);
}

#[test]
fn task_markers() {
    let marker = concat!("TO", "DO");
    check("task_markers", &[("server/src/a.rs", &format!("// {marker}: later"))], &[marker]);
    check("task_markers", &[("server/src/a.rs", &format!("// {marker}(#12): later"))], &[]);
    check("task_markers", &[("Makefile", &format!("# {marker} # nothing"))], &[marker]);
    check("task_markers", &[("fuzz/corpus/a.json", &format!("\"{marker}\""))], &[]);
    check("task_markers", &[("server/src/a.rs", "// METHODOLOGY")], &[]);
}

#[test]
fn silent_defaults() {
    let call = "fn f() { g().unwrap_or_default(); }";
    check("silent_defaults", &[("engine/src/a.rs", call)], &["unwrap_or_default"]);
    check(
        "silent_defaults",
        &[("server/src/a.rs", "fn f() { m!(x.unwrap_or_default()) }")],
        &["unwrap_or_default"],
    );
    check(
        "silent_defaults",
        &[("engine/src/a.rs", "// unwrap_or_default\nconst A: &str = \"unwrap_or_default\";")],
        &[],
    );
    check("silent_defaults", &[("engine/src/a.rs", &format!("#[cfg(test)]\nmod tests {{ {call} }}"))], &[]);
    check("silent_defaults", &[("tools/x/src/a.rs", call)], &[]);
}

#[test]
fn ignored_tests() {
    check("ignored_tests", &[("engine/src/a.rs", "#[test]\n#[ignore]\nfn f() {}")], &["ignore"]);
    check("ignored_tests", &[("engine/src/a.rs", "#[test]\n#[ignore = \"slow\"]\nfn f() {}")], &["ignore"]);
    check("ignored_tests", &[("engine/src/a.rs", "#[cfg_attr(unix, ignore)]\nfn f() {}")], &["ignore"]);
    check("ignored_tests", &[("engine/src/a.rs", "//! ```ignore\n//! x\n//! ```\n")], &["ignore"]);
    check("ignored_tests", &[("engine/src/a.rs", "//! ```\n//! x\n//! ```\nfn ignore() {}")], &[]);
}

#[test]
fn waiting_tests() {
    let sleep = "fn f() { std::thread::sleep(d); }";
    check("waiting_tests", &[("engine/tests/a.rs", sleep)], &["thread::sleep"]);
    check("waiting_tests", &[("tests/http/src/lib.rs", sleep)], &["thread::sleep"]);
    check(
        "waiting_tests",
        &[("engine/src/a.rs", &format!("#[cfg(test)]\nmod tests {{ {sleep} }}"))],
        &["thread::sleep"],
    );
    check("waiting_tests", &[("engine/src/a.rs", sleep)], &[]);
    check("waiting_tests", &[("engine/tests/a.rs", "fn f() { Instant::now(); }")], &["Instant::now"]);
    check("waiting_tests", &[("benches/benches/a.rs", "fn f() { Instant::now(); }")], &[]);
}

#[test]
fn silenced_lints() {
    check("silenced_lints", &[("engine/src/a.rs", "#![allow(missing_docs)]")], &["missing_docs"]);
    check("silenced_lints", &[("engine/src/a.rs", "#[allow(unsafe_code)]\nfn f() {}")], &["unsafe_code"]);
    check(
        "silenced_lints",
        &[("engine/src/a.rs", "#[expect(dead_code, unused_mut)]\nfn f() {}")],
        &["dead_code", "unused_mut"],
    );
    check(
        "silenced_lints",
        &[("engine/src/a.rs", "#[allow(clippy::unwrap_used)]\nfn f() {}")],
        &["unwrap_used"],
    );
    check("silenced_lints", &[("engine/src/a.rs", "#[allow(clippy::too_many_lines)]\nfn f() {}")], &[]);
    check("silenced_lints", &[("engine/tests/a.rs", "#![allow(clippy::unwrap_used)]")], &[]);
    check("silenced_lints", &[("benches/src/bin/a.rs", "#![allow(clippy::unwrap_used)]")], &[]);
    check("silenced_lints", &[("benches/src/bin/a.rs", "#![allow(unsafe_code)]")], &["unsafe_code"]);
    check("silenced_lints", &[("engine/src/a.rs", "#[cfg(test)]\n#[allow(dead_code)]\nmod tests {}")], &[]);
}

#[test]
fn top_folders() {
    check("top_folders", &[("engine/src/a.rs", ""), (".ci/run", ""), ("README.md", "")], &[]);
    check("top_folders", &[("scripts/a.sh", ""), ("src/lib.rs", "")], &["scripts", "src"]);
}

#[test]
fn hazard_tests() {
    let table = |shown: &str| format!("| How | Control | Shown by |\n|---|---|---|\n| a | b | {shown} |\n");
    let test = ("engine/crates/store/src/tests.rs", "#[test]\nfn it_is_there() {}");
    let with = |shown: &str, subjects: &[&str]| {
        check("hazard_tests", &[("docs/HAZARDS.md", &table(shown)), test], subjects);
    };
    with("`store/it_is_there`", &[]);
    with("*open* (engine)", &[]);
    with("`store/it_is_gone`, `store/it_is_there`", &["store/it_is_gone"]);
    with("`rocks/it_is_there`", &["rocks/it_is_there"]);
    with("somebody looked", &["row"]);
    with("", &["row"]);
    check("hazard_tests", &[], &["missing"]);
}

#[test]
fn home_paths() {
    let home = concat!("/ho", "me/");
    check("home_paths", &[("README.md", &format!("see {home}ada/fornax"))], &[home]);
    check("home_paths", &[("README.md", &format!("\"{home}ada\""))], &[home]);
    check("home_paths", &[("README.md", &format!("https://example.org{home}page"))], &[]);
    check("home_paths", &[("README.md", "$HOME/.cache and ../shared")], &[]);
}

#[test]
fn registry_hosts() {
    let host = concat!("://regis", "try.");
    check(
        "registry_hosts",
        &[("tests/x/package-lock.json", &format!("\"resolved\": \"https{host}npmjs.org/x\""))],
        &[host],
    );
    check(
        "registry_hosts",
        &[("tests/x/package-lock.json", "\"resolved\": \"https://example.org/x\"")],
        &["resolved"],
    );
    check("registry_hosts", &[("README.md", "https://example.org/registry")], &[]);
}

#[test]
fn exceptions_cover_one_finding_and_must_be_needed() {
    const MADE: &[Exception] =
        &[Exception { rule: "parameters", path: "server/src/a.rs", subject: "f", reason: "x" }];
    let wide = "fn f(a: u8, b: u8, c: u8, d: u8, e: u8, g: u8) {}";
    let verdict = |text: &str| {
        let verdict = judge(rule("parameters"), &workspace(&[("server/src/a.rs", text)]), MADE);
        (verdict.broken.len(), verdict.unneeded.len())
    };
    assert_eq!(verdict(wide), (0, 0));
    assert_eq!(verdict(&wide.replace("fn f", "fn g")), (1, 1));
    assert_eq!(verdict("fn f() {}"), (0, 1));
    assert_eq!(judge(rule("names"), &workspace(&[]), MADE).unneeded.len(), 0, "another rule's exception");
}

#[test]
fn what_does_not_parse_is_an_error() {
    let of = |path: &str, text: &str| {
        Workspace::of(vec![TextFile { path: path.to_owned(), text: text.to_owned() }])
    };
    assert!(matches!(of("a/Cargo.toml", "["), Err(TidyError::Manifest { .. })));
    assert!(matches!(of("a/src/lib.rs", "fn"), Err(TidyError::Rust { .. })));
}
