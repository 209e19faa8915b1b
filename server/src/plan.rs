//! `fornax plan`: what machine a workload needs, by a calibration of this one.
//!
//! [`folder`] holds what is written meanwhile, [`calibrate`] measures the real engine behind the real server ([`endpoint`]) with
//! clients over loopback ([`clients`]), [`check`] runs the asked mix and compares; the model and the report are `fornax-planner`'s.

mod calibrate;
mod check;
mod clients;
mod connection;
mod endpoint;
mod folder;
mod interrupt;
mod population;
mod progress;
mod requests;
mod system;

use std::path::Path;
use std::time::Duration;

use fornax_planner::{PerKind, Report, Workload};

use crate::command_line::PlanOptions;
use crate::failure::Failure;
use crate::print::print;

/// How long the parts of a calibration take, as shares of what was given.
#[derive(Clone, Copy)]
pub(crate) struct Budget(Duration);

impl Budget {
    /// So many hundredths of it.
    pub(crate) fn percent(self, percent: u32) -> Duration {
        self.0 * percent / 100
    }
}

/// Plans, and tells the plan.
pub(crate) fn run(options: &PlanOptions) -> Result<(), Failure> {
    let workload = workload(options)?;
    // Told before a minute has gone by.
    for path in [&options.json, &options.html].into_iter().flatten() {
        if path.parent().is_some_and(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
            return Err(Failure::Options(format!("{}: there is no such folder", path.display())));
        }
    }
    let runtime = endpoint::runtime()?;
    let interrupt = interrupt::Interrupt::watch(&runtime)?;
    let folder = folder::Folder::make_in(&options.data)?;
    let rig = calibrate::Rig {
        workload,
        budget: Budget(Duration::from_secs(u64::from(options.time))),
        checks: if options.no_check { &[] } else { &check::UTILISATIONS },
        folder: folder.path(),
        runtime: &runtime,
        interrupt: &interrupt,
    };
    let outcome = rig.run();
    let removed = folder.remove();
    let (calibration, checks) = outcome?;
    removed?;
    let report = Report::new(workload, calibration, checks);
    if let Some(path) = &options.json {
        let json = report
            .json()
            .map_err(|error| Failure::Refused(format!("the report has no JSON form: {error}")))?;
        write(path, &(json + "\n"))?;
    }
    if let Some(path) = &options.html {
        write(path, &report.html())?;
    }
    print(&report.text())
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(Failure::io(format!("cannot write {}", path.display())))
}

fn workload(options: &PlanOptions) -> Result<Workload, Failure> {
    let rates = [
        ("--writes", options.writes),
        ("--reads", options.reads),
        ("--searches", options.searches),
        ("--exports", options.exports),
        ("--resources", options.resources),
        ("--versions", options.versions),
    ];
    for (name, value) in rates {
        if !value.is_finite() || value < 0.0 {
            return Err(Failure::Options(format!("{name} {value}: not a number from 0 on")));
        }
    }
    if options.versions < 1.0 {
        return Err(Failure::Options(format!(
            "--versions {}: at least the current one is kept",
            options.versions
        )));
    }
    Ok(Workload {
        patients: options.patients,
        resources_each: options.resources,
        tenants: options.tenants,
        versions_kept: options.versions,
        rates_s: PerKind {
            write: options.writes,
            read: options.reads,
            search: options.searches,
            export: options.exports,
        },
    })
}
