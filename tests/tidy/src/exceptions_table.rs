//! The only list of exceptions. It only shrinks: one that is no longer needed fails its rule's test.

use crate::Finding;

/// A breach that is allowed to stay for now.
#[derive(Debug)]
pub struct Exception {
    /// The rule's name.
    pub rule: &'static str,
    /// The file, relative to the workspace's root.
    pub path: &'static str,
    /// The finding's subject.
    pub subject: &'static str,
    /// Why it stays.
    pub reason: &'static str,
}

impl Exception {
    /// Whether this exception was made for that finding.
    pub fn covers(&self, finding: &Finding) -> bool {
        self.path == finding.path && self.subject == finding.subject
    }
}

/// All exceptions of the workspace.
pub const EXCEPTIONS: &[Exception] = &[Exception {
    rule: "waiting_tests",
    path: "tests/fault-shim/src/faults.rs",
    subject: "thread::sleep",
    reason: "a slow disk is one of the faults that it injects",
}];
