//! What is going on, to stderr.

use std::io::Write;

/// Tells what begins, in a line.
pub(crate) fn tell(text: &str) {
    // Where stderr is gone there is nobody left to tell.
    let _ = writeln!(std::io::stderr().lock(), "fornax plan: {text}");
}
