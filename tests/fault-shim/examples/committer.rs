//! Commits into a directory until it is done or fails. For the fault tests of the engine.
//!
//! `committer FOLDER COMMITS STAGED`: goes on where the directory left off, and commits so many small resources more; one
//! transaction of STAGED entries, if that is not 0, in their midst. Prints `small NUMBER` and `staged` after each
//! acknowledgement, and at its end `done`, or `failed` and the kind of the failure.

#![allow(clippy::print_stdout, reason = "its output is its report")]

use std::process::ExitCode;

use fornax::{BundleOptions, Change, Engine, Error, Options, Principal, Read, Tenant, TenantId};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, commits, staged] = arguments.as_slice() else { return ExitCode::from(2) };
    let (Ok(commits), Ok(staged)) = (commits.parse(), staged.parse()) else { return ExitCode::from(2) };
    match run(folder, commits, staged) {
        Ok(()) => println!("done"),
        Err(error) => println!("failed {:?}", error.kind()),
    }
    ExitCode::SUCCESS
}

fn run(folder: &str, commits: usize, staged: usize) -> Result<(), Error> {
    let engine = Engine::open(Options::at(folder))?;
    let tenant = engine.tenant(&TenantId::default_tenant())?;
    let principal = Principal::named("committer");
    let first = first_free(&tenant, &principal)?;
    for number in first..first + commits {
        let change =
            Change::update("Basic", format!("small-{number}"), resource("small", number).into_bytes());
        tenant.commit(&change, &principal)?;
        println!("small {number}");
        if number == first + commits / 2 && staged > 0 {
            tenant.process_bundle(transaction(staged).into_bytes(), &BundleOptions::default(), &principal)?;
            println!("staged");
        }
    }
    engine.close()
}

fn first_free(tenant: &Tenant, principal: &Principal) -> Result<usize, Error> {
    let mut number = 0;
    while let Read::Current(_) = tenant.read("Basic", &format!("small-{number}"), principal)? {
        number += 1;
    }
    Ok(number)
}

fn resource(kind: &str, number: usize) -> String {
    format!(
        r#"{{"resourceType":"Basic","id":"{kind}-{number}","code":{{"text":"x"}},"identifier":[{{"system":"urn:{kind}","value":"{number}"}}]}}"#
    )
}

fn transaction(entries: usize) -> String {
    let entry = |number| {
        let resource = resource("staged", number);
        format!(r#"{{"resource":{resource},"request":{{"method":"PUT","url":"Basic/staged-{number}"}}}}"#)
    };
    let entries: Vec<String> = (0..entries).map(entry).collect();
    format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#, entries.join(","))
}
