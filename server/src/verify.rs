//! `fornax verify`.

use std::fmt::Write;

use crate::administration::{Answer, Request, Verified, ask};
use crate::command_line::VerifyOptions;
use crate::failure::Failure;
use crate::print::print;

/// Verifies a directory. Fails when anything does not agree.
pub(crate) fn run(options: &VerifyOptions) -> Result<(), Failure> {
    let request = Request::Verify { tenant: options.tenant.clone() };
    let Answer::Verified(all) = ask(&options.directory.data, &request)? else {
        return Err(Failure::unexpected_answer());
    };
    print(&table(&all))?;
    match all.iter().map(|one| one.findings_total).sum() {
        0_u64 => Ok(()),
        findings => Err(Failure::Refused(format!("{findings} findings"))),
    }
}

fn table(all: &[Verified]) -> String {
    let mut text = String::new();
    for one in all {
        let Verified { tenant, resources, versions, commits, findings, findings_total } = one;
        // Writing to a string can't fail.
        let _ = writeln!(
            text,
            "tenant {tenant}: {resources} resources, {versions} versions, {commits} commits, {findings_total} findings"
        );
        for finding in findings {
            let _ = writeln!(text, "  {finding}");
        }
    }
    text
}
