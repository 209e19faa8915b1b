//! The program `scenarios`: see `scenarios --help`.

use std::process::ExitCode;

use clap::Parser;
use fornax_scenarios::{CommandLine, Failure, run};

#[allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that reports on the terminal")]
fn main() -> ExitCode {
    let options = CommandLine::parse();
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::io("cannot start threads"))
        .and_then(|runtime| runtime.block_on(run(&options, &mut |text| println!("{text}"))));
    match outcome {
        Ok(report) if report.is_clean() => ExitCode::SUCCESS,
        Ok(_) => {
            eprintln!("there were failures: they are counted above");
            ExitCode::FAILURE
        }
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(2)
        }
    }
}
