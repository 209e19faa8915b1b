//! `fornax reindex` and `fornax jobs`.

use std::fmt::Write;

use crate::administration::{Action, Answer, JobLine, Request, ask};
use crate::command_line::{JobOptions, JobsCommand, ReindexOptions};
use crate::failure::Failure;
use crate::print::print;

/// Builds an index anew.
pub(crate) fn reindex(options: &ReindexOptions) -> Result<(), Failure> {
    let waits = !options.background;
    let request = Request::Reindex { tenant: options.tenant.name.clone(), waits };
    let jobs = asked(options.tenant.directory.data.as_path(), &request)?;
    print(&table(&jobs))?;
    match jobs.iter().find(|job| waits && job.state != "completed") {
        None => Ok(()),
        Some(job) => Err(Failure::Refused(format!("job {} is {}", job.number, job.state))),
    }
}

/// Lists and controls jobs.
pub(crate) fn run(command: &JobsCommand) -> Result<(), Failure> {
    let (options, action) = match command {
        JobsCommand::List(tenant) => {
            let request = Request::Jobs { tenant: tenant.name.clone() };
            return print(&table(&asked(&tenant.directory.data, &request)?));
        }
        JobsCommand::Show(options) => (options, None),
        JobsCommand::Pause(options) => (options, Some(Action::Pause)),
        JobsCommand::Resume(options) => (options, Some(Action::Resume)),
        JobsCommand::Cancel(options) => (options, Some(Action::Cancel)),
        JobsCommand::Retry(options) => (options, Some(Action::Retry)),
    };
    let JobOptions { tenant, number } = options;
    let request = Request::Job { tenant: tenant.name.clone(), number: *number, action };
    print(&table(&asked(&tenant.directory.data, &request)?))
}

fn asked(directory: &std::path::Path, request: &Request) -> Result<Vec<JobLine>, Failure> {
    match ask(directory, request)? {
        Answer::Jobs(jobs) => Ok(jobs),
        _ => Err(Failure::unexpected_answer()),
    }
}

fn table(jobs: &[JobLine]) -> String {
    let mut text = String::new();
    for job in jobs {
        let JobLine { number, kind, state, done, total, created, ended, by, failure } = job;
        // Writing to a string can't fail.
        let _ = write!(
            text,
            "job {number}: {kind}, {state}, {done} of {total}, asked for by {by} at {created:.3}"
        );
        let _ = ended.map(|ended| write!(text, ", over at {ended:.3}"));
        let _ = failure.as_ref().map(|failure| write!(text, ": {failure}"));
        text.push('\n');
    }
    text
}
