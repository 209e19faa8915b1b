//! The server and the command line.
//!
//! [`run`] reads the command line and does one command. `serve` opens a directory, puts HTTP over it (`http`) and answers
//! the commands that administer it (`administration`); `load` is a client of any FHIR server (`load`); `plan` measures this machine (`plan`).
//!
//! Nothing here knows a rule of FHIR or looks into a resource: a request becomes a call of the engine, and what comes back
//! becomes a response; every failure is an OperationOutcome.

mod administration;
mod command_line;
mod compact;
mod control_socket;
mod failure;
mod generate;
mod http;
mod import;
mod jobs;
mod load;
mod log;
mod plan;
mod print;
mod serve;
mod stats;
mod tenant;
mod verify;

use std::process::ExitCode;

use clap::Parser;
use fornax::Engine;

use crate::command_line::{Command, CommandLine};
use crate::failure::Failure;

/// Does what the command line says. Exits with 0 when all went well, 1 when it did not, 2 when the command line is wrong.
pub fn run() -> ExitCode {
    let outcome = match CommandLine::parse().command {
        // Nobody's data is to be left in the clear by a build that was made to measure.
        _ if !Engine::encrypts() => {
            Err(Failure::Options("this build does not encrypt: it is for benchmarks alone".to_owned()))
        }
        Command::Serve(options) => serve::run(&options),
        Command::Load(options) => load::run(&options),
        Command::Import(options) => import::run(&options),
        Command::Generate(options) => generate::run(&options),
        Command::Plan(options) => plan::run(&options),
        Command::Tenant(command) => tenant::run(&command),
        Command::Stats(options) => stats::run(&options),
        Command::Compact(options) => compact::run(&options),
        Command::Verify(options) => verify::run(&options),
        Command::Reindex(options) => jobs::reindex(&options),
        Command::Jobs(command) => jobs::run(&command),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            failure.exit_code()
        }
    }
}
