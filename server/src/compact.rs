//! `fornax compact`.

use std::fmt::Write;

use crate::administration::{Answer, Compacted, Request, ask};
use crate::command_line::CompactOptions;
use crate::failure::Failure;
use crate::print::print;

/// Gives disk space back.
pub(crate) fn run(options: &CompactOptions) -> Result<(), Failure> {
    let request = Request::Compact {
        tenant: options.tenant.clone(),
        forget_history_before: options.forget_history_before,
    };
    let Answer::Compacted(all) = ask(&options.directory.data, &request)? else {
        return Err(Failure::unexpected_answer());
    };
    let mut text = String::new();
    let mut failures = 0;
    for Compacted { tenant, versions_forgotten, bytes: (before, after), failed } in all {
        // Writing to a string can't fail.
        let _ = match failed {
            None => writeln!(
                text,
                "tenant {tenant}: {versions_forgotten} versions forgotten, {before} bytes on disk before, {after} after"
            ),
            Some(why) => {
                failures += 1;
                writeln!(text, "tenant {tenant}: {versions_forgotten} versions forgotten, then: {why}")
            }
        };
    }
    print(&text)?;
    match failures {
        0 => Ok(()),
        failures => Err(Failure::Refused(format!("{failures} tenants were not compacted"))),
    }
}
