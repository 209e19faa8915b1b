//! Results, to stdout.

use std::io::Write;

use crate::failure::Failure;

/// Prints a result. Where the reader is gone there is nothing left to do, and nothing is wrong.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::io("cannot write to stdout")(error))
        }
        _ => Ok(()),
    }
}
