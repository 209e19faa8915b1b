//! End-to-end scenarios over HTTP against any FHIR R4 server: a load generator, and its report.
//!
//! A [`scenarios::Scenario`] is a few stages; in each, so many clients, each with one connection, do a
//! [`load::Workload`] for a while. [`data`] gives what is loaded and searched for, the same for every server; [`http`] sends requests
//! and says whether an answer is what was asked for; [`load`] measures; [`parity`] says whether two servers may be compared at all;
//! [`report`] tells what came of it. Nothing in here knows a server but by its base URL.

mod command_line;
pub mod data;
mod dice;
mod failure;
pub mod http;
pub mod load;
pub mod machine;
pub mod parity;
pub mod report;
pub mod scenarios;

pub use command_line::{CommandLine, Secret};
pub use failure::Failure;

use std::sync::Arc;

use serde::Deserialize;

use crate::data::Values;
use crate::http::{Connection, Expectation, Request, Server};
use crate::machine::{MachineFacts, ServerProcess, measure_disk};
use crate::parity::{ParityReport, Party};
use crate::report::{FORMAT, Report, ServerFacts};
use crate::scenarios::{Bench, Scenario};

/// Runs what the command line asks for, tells of each stage as it ends, and writes the report's files.
///
/// # Errors
/// Something can't be run at all. What fails while it runs is counted in the report.
pub async fn run(options: &CommandLine, told: &mut dyn FnMut(&str)) -> Result<Report, Failure> {
    let started = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let machine = MachineFacts::read();
    let disk = options.disk.as_deref().map(measure_disk).transpose()?;
    let server = options.server(&options.base)?;
    let process = ServerProcess::of(&options.server_pid)?;
    let data = options.data()?;
    let other = options.other_report()?;
    let mut report = Report {
        format: FORMAT,
        started,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        server: facts(&server).await?,
        machine,
        disk,
        data: data.facts(),
        parity: None,
        scenarios: Vec::new(),
    };
    let mut bench = Bench::new(server, process, data, options.pacing(), told);
    for scenario in &options.scenarios {
        match scenario {
            Scenario::Parity => {
                let parity = check_parity(&mut bench, options).await?;
                (bench.told)(&parity.text());
                report.parity = Some(parity);
            }
            scenario => report.scenarios.push(bench.run(*scenario).await?),
        }
        // After each one, so that a run that is broken off leaves what it has.
        write(options, &report, other.as_ref())?;
    }
    Ok(report)
}

fn write(options: &CommandLine, report: &Report, other: Option<&Report>) -> Result<(), Failure> {
    if let Some(path) = &options.json {
        let json = report.json().map_err(|error| Failure::Data(error.to_string()))?;
        std::fs::write(path, json).map_err(Failure::writing(path))?;
    }
    if let Some(path) = &options.html {
        std::fs::write(path, report.html(other)).map_err(Failure::writing(path))?;
    }
    Ok(())
}

async fn check_parity(bench: &mut Bench<'_>, options: &CommandLine) -> Result<ParityReport, Failure> {
    let counts = bench.data.counts()?;
    let values = bench.values().await?;
    let party = Party { connection: Connection::to(Arc::clone(&bench.server)), values: &values };
    let Some(base_url) = &options.against else {
        return parity::check(&counts, party, None).await;
    };
    let mut connection = Connection::to(Arc::new(options.server(base_url)?));
    let values = Values::locate(bench.pools()?, &mut connection).await?;
    parity::check(&counts, party, Some(Party { connection, values: &values })).await
}

/// What the server says of itself.
async fn facts(server: &Server) -> Result<ServerFacts, Failure> {
    #[derive(Deserialize)]
    struct Capabilities {
        software: Option<Software>,
        #[serde(rename = "fhirVersion")]
        fhir_version: Option<String>,
    }
    #[derive(Deserialize)]
    struct Software {
        name: String,
        version: Option<String>,
    }
    let base_url = server.base_url.to_string();
    let expectation = Expectation::Resource { resource_type: "CapabilityStatement".to_owned() };
    let request = Request::get("metadata", expectation);
    let answer = Connection::to(Arc::new(server.clone())).send(&request).await;
    let answer = answer.and_then(|answer| request.expectation.judge(&answer).map(|_| answer));
    let answer = answer.map_err(|fault| Failure::Server(format!("{base_url}/metadata: {fault}")))?;
    let said: Capabilities = serde_json::from_slice(&answer.body)
        .map_err(|error| Failure::Server(format!("{base_url}/metadata: {error}")))?;
    let software = said.software.map(|software| match software.version {
        Some(version) => format!("{} {version}", software.name),
        None => software.name,
    });
    Ok(ServerFacts { base_url, software, fhir_version: said.fhir_version })
}
