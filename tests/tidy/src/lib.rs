//! The house style as rules over the workspace's own text.
//!
//! A rule is a function from a [`Workspace`] to its breaches. `tests/tidy.rs` runs each rule on the checkout,
//! `tests/rows.rs` runs each on small inputs, good and bad, so that a rule which never fires is found out.

mod exceptions_table;
mod layers_table;
mod outside_table;
pub mod rules;
mod source;
mod workspace;

pub use exceptions_table::{EXCEPTIONS, Exception};
pub use layers_table::{Column, LAYERS, Layer, PLANNED};
pub use outside_table::{OUTSIDE, Users};
pub use source::Source;
pub use workspace::{Dependency, Kind, Member, TextFile, TidyError, Workspace};

/// One breach of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file, relative to the workspace's root.
    pub path: String,
    /// One-based; absent when the breach is the file's as a whole.
    pub line: Option<usize>,
    /// What breaks the rule: a function, an edge, a word. Stable under edits elsewhere in the file.
    pub subject: String,
    /// What is wrong and what to do about it.
    pub advice: String,
}

impl Finding {
    /// A breach by a whole file.
    pub fn whole(path: &str, subject: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line: None, subject: subject.into(), advice: advice.into() }
    }

    /// A breach in one line.
    pub fn at(path: &str, line: usize, subject: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { line: Some(line), ..Self::whole(path, subject, advice) }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(out, "{}:{line}: {}: {}", self.path, self.subject, self.advice),
            None => write!(out, "{}: {}: {}", self.path, self.subject, self.advice),
        }
    }
}

/// A rule and the name under which exceptions refer to it.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Snake case, unique.
    pub name: &'static str,
    /// All breaches in the workspace, in the order of its files.
    pub check: fn(&Workspace) -> Vec<Finding>,
}

/// What is left of a rule's findings after the exceptions: both lists must be empty.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Breaches that no exception covers.
    pub broken: Vec<Finding>,
    /// Exceptions that cover nothing any more.
    pub unneeded: Vec<&'static Exception>,
}

/// Holds a rule's findings against the exceptions made for it.
pub fn judge(rule: &Rule, workspace: &Workspace, exceptions: &'static [Exception]) -> Verdict {
    let findings = (rule.check)(workspace);
    let mine = || exceptions.iter().filter(|exception| exception.rule == rule.name);
    Verdict {
        unneeded: mine()
            .filter(|exception| !findings.iter().any(|finding| exception.covers(finding)))
            .collect(),
        broken: findings
            .iter()
            .filter(|finding| !mine().any(|exception| exception.covers(finding)))
            .cloned()
            .collect(),
    }
}
