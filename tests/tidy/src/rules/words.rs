//! Words that don't belong: in code, in comments, in attributes.

use crate::{Finding, LAYERS, Source, TextFile, Workspace};

/// Spelled apart so that this file does not break its own rule.
const MARKERS: &[&str] =
    &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("HA", "CK"), concat!("X", "XX")];

const WRITTEN_BY_HAND: &[&str] =
    &[".rs", ".toml", ".md", ".sh", ".py", ".mjs", ".js", ".yml", "Makefile", ".ci/run"];

/// A marker of work left over names its issue: `#12` stands on the same line.
pub fn task_markers(workspace: &Workspace) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in
        workspace.files.iter().filter(|file| WRITTEN_BY_HAND.iter().any(|end| file.path.ends_with(end)))
    {
        for (at, line) in file.text.lines().enumerate() {
            let marker = MARKERS
                .iter()
                .find(|marker| line.split(|c: char| !c.is_alphanumeric()).any(|w| w == **marker));
            if let Some(marker) = marker.filter(|_| !names_issue(line)) {
                found.push(Finding::at(&file.path, at + 1, *marker, "do it, or name the issue as #N"));
            }
        }
    }
    found
}

fn names_issue(line: &str) -> bool {
    line.split('#').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// No default stands in for a value that failed to decode or was not configured.
pub fn silent_defaults(workspace: &Workspace) -> Vec<Finding> {
    let shipped =
        workspace.sources.iter().filter(|s| s.path.starts_with("engine/") || s.path.starts_with("server/"));
    let advice = "a missing or broken value is an error, or an absence that the code names: match on it";
    each_sequence(shipped, &["unwrap_or_default"], advice, |source, line| !source.is_test(line))
}

/// Every test runs, doc tests included.
pub fn ignored_tests(workspace: &Workspace) -> Vec<Finding> {
    let advice = "a test that does not run is none: make it run, or remove it";
    let mut found = Vec::new();
    for source in &workspace.sources {
        let ignored = source.attributes().filter(|(_, words)| {
            words.first() == Some(&"ignore")
                || (words.first() == Some(&"cfg_attr") && words.contains(&"ignore"))
        });
        found.extend(ignored.map(|(line, _)| Finding::at(&source.path, line, "ignore", advice)));
        for (line, text) in doc_fences(workspace.file(&source.path)) {
            if text.contains("ignore") {
                found.push(Finding::at(&source.path, line, "ignore", advice));
            }
        }
    }
    found
}

fn doc_fences(file: Option<&TextFile>) -> impl Iterator<Item = (usize, &str)> {
    let lines = file.into_iter().flat_map(|file| file.text.lines().enumerate());
    lines.filter_map(|(at, line)| {
        let comment = line.trim_start().strip_prefix("//")?;
        Some((at + 1, comment.split_once("```")?.1))
    })
}

/// No test sleeps or reads a clock: it waits for the event itself.
pub fn waiting_tests(workspace: &Workspace) -> Vec<Finding> {
    let patterns = ["thread : : sleep", "time : : sleep", "Instant : : now", "SystemTime : : now"];
    let advice = "a test waits for the event itself, and a timing is a benchmark";
    let tests = workspace.sources.iter().filter(|source| !is_timing(source));
    each_sequence(tests, &patterns, advice, |source, line| {
        source.path.starts_with("tests/") || source.is_test(line)
    })
}

/// Benchmarks and examples measure; they assert nothing.
fn is_timing(source: &Source) -> bool {
    source.path.split('/').any(|folder| matches!(folder, "benches" | "examples"))
}

/// The lints that hold the style up are not switched off in code that ships, and unsafe code is nowhere allowed but in
/// crates that give a reason.
pub fn silenced_lints(workspace: &Workspace) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in &workspace.sources {
        let crate_name = workspace.member_of(&source.path).map(|member| member.name.as_str());
        let layer = LAYERS.iter().find(|layer| Some(layer.package) == crate_name);
        let may_be_unsafe = layer.is_some_and(|layer| layer.unsafe_because.is_some());
        for (line, words) in source.attributes() {
            if !matches!(words.first(), Some(&"allow" | &"expect")) {
                continue;
            }
            let ships = is_shipped(&source.path) && !source.is_test(line);
            let held_up = |word: &&&str| {
                let upholds =
                    matches!(**word, "missing_docs" | "dead_code" | "disallowed_methods" | "unwrap_used")
                        || word.starts_with("unused");
                (upholds && ships) || (**word == "unsafe_code" && !may_be_unsafe)
            };
            let silenced = words.iter().filter(held_up);
            found.extend(
                silenced.map(|lint| Finding::at(&source.path, line, *lint, "mend what the lint found")),
            );
        }
    }
    found
}

fn is_shipped(path: &str) -> bool {
    ["engine/", "server/", "tools/"].iter().any(|folder| path.starts_with(folder))
}

fn each_sequence<'a>(
    sources: impl Iterator<Item = &'a Source>,
    patterns: &[&str],
    advice: &str,
    applies: impl Fn(&Source, usize) -> bool,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in sources {
        for pattern in patterns {
            let lines = source.sequences(pattern).into_iter().filter(|&line| applies(source, line));
            found.extend(lines.map(|line| Finding::at(&source.path, line, pattern.replace(' ', ""), advice)));
        }
    }
    found
}
