//! What a run comes to: as JSON, as a page, and as text for the terminal.
//!
//! The JSON's shape is that of these structures, and [`FORMAT`] counts its changes that a reader must know of. Latencies are in
//! milliseconds. What is not known is `null`.

mod beside;
mod chart;
mod page;
mod text;

pub use text::clients;

use serde::{Deserialize, Serialize};

use crate::data::DataFacts;
use crate::load::Quantiles;
use crate::machine::{DiskFacts, MachineFacts, ServerUsage};
use crate::parity::ParityReport;

/// The version of the JSON's shape.
pub const FORMAT: u32 = 1;

/// A whole run.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Report {
    /// [`FORMAT`].
    pub format: u32,
    /// When it was begun, in UTC.
    pub started: String,
    /// This program's version.
    pub program: String,
    /// Who was measured.
    pub server: ServerFacts,
    /// On what.
    pub machine: MachineFacts,
    /// How fast the disk syncs that was named.
    pub disk: Option<DiskFacts>,
    /// With what.
    pub data: DataFacts,
    /// Whether it holds the data, where that was asked.
    pub parity: Option<ParityReport>,
    /// In the order in which they ran.
    pub scenarios: Vec<ScenarioReport>,
}

/// What a server says of itself.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct ServerFacts {
    /// Where it is.
    pub base_url: String,
    /// `CapabilityStatement.software`, name and version.
    pub software: Option<String>,
    /// `CapabilityStatement.fhirVersion`.
    pub fhir_version: Option<String>,
}

/// A scenario.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ScenarioReport {
    /// As it is typed.
    pub name: String,
    /// What it does.
    pub about: String,
    /// One after the other.
    pub stages: Vec<StageReport>,
}

/// A part of a scenario.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct StageReport {
    /// Empty, when it is the only one.
    pub name: String,
    /// Connections, each with one request at a time.
    pub clients: usize,
    /// Requests a second that were to be sent; `null`, when each client sent the next one on an answer.
    pub rate: Option<f64>,
    /// From its start to the last answer.
    pub seconds: f64,
    /// Requests that were due at the rate, and for which no client was free before the end.
    pub not_sent: u64,
    /// What the server used, where its process was named.
    pub server: Option<ServerUsage>,
    /// All rows together.
    pub all: Row,
    /// Each kind of request.
    pub rows: Vec<Row>,
}

/// Requests of one kind.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Row {
    /// What it stands with.
    pub group: String,
    /// What it is.
    pub name: String,
    /// Sent, and answered well or badly or not at all.
    pub requests: u64,
    /// Of these, not answered as asked.
    pub failures: u64,
    /// Why, and how often.
    pub faults: Vec<(String, u64)>,
    /// An example.
    pub first_failure: Option<String>,
    /// Good answers.
    pub per_second: f64,
    /// In good answers: entries that match, entries that were processed, resources that were read.
    pub resources: u64,
    /// The same by time.
    pub resources_per_second: f64,
    /// Of searches whose answer has a total.
    pub total_mean: Option<f64>,
    /// Of good answers, corrected for coordinated omission.
    pub latency_ms: Quantiles,
    /// The same as they came.
    pub as_measured_ms: Quantiles,
}

impl Report {
    /// Whether every request was answered as asked, and the data is there where that was checked. A stage without a request says
    /// nothing, which is not the same as that all went well.
    pub fn is_clean(&self) -> bool {
        let mut stages = self.scenarios.iter().flat_map(|scenario| &scenario.stages);
        let holds = self.parity.as_ref().is_none_or(ParityReport::holds);
        holds && stages.all(|stage| stage.all.requests > 0 && stage.all.failures == 0 && stage.not_sent == 0)
    }

    /// What [`Report::json`] wrote.
    ///
    /// # Errors
    /// It is no report, or one of another shape.
    pub fn parse(json: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        let head: Head = serde_json::from_str(json).map_err(|error| error.to_string())?;
        if head.format != FORMAT {
            return Err(format!("a report of format {}, not {FORMAT}", head.format));
        }
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    /// As JSON.
    ///
    /// # Errors
    /// It holds what JSON can't, which would be a mistake in here.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }
}

/// A number as short as it can be told.
fn shown(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size < 1.0 => format!("{value:.3}"),
        size if size < 10.0 => format!("{value:.2}"),
        size if size < 100.0 => format!("{value:.1}"),
        _ => grouped(value.round() as u64),
    }
}

/// A whole number, its thousands apart.
fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (value, expected) in [
            (0.0, "0"),
            (0.0456, "0.046"),
            (1.234, "1.23"),
            (12.34, "12.3"),
            (1234.5, "1,235"),
            (1e6, "1,000,000"),
        ] {
            assert_eq!(shown(value), expected);
        }
    }

    /// A run with one stage, for the renderings.
    pub(super) fn sample() -> Report {
        let row = |group: &str, name: &str, failures: u64| Row {
            group: group.to_owned(),
            name: name.to_owned(),
            requests: 1200,
            failures,
            faults: if failures > 0 { vec![("status 500".to_owned(), failures)] } else { Vec::new() },
            first_failure: (failures > 0).then(|| "GET x: 500 <oops>".to_owned()),
            per_second: 600.0,
            resources: 24_000,
            resources_per_second: 12_000.0,
            total_mean: Some(7.5),
            latency_ms: Quantiles { p50: 1.0, p90: 2.0, p99: 4.0, p99_9: 8.0, max: 16.0 },
            as_measured_ms: Quantiles { p50: 1.0, p90: 2.0, p99: 3.0, p99_9: 8.0, max: 16.0 },
        };
        let stage = |clients: usize| StageReport {
            name: text::clients(clients),
            clients,
            rate: None,
            seconds: 2.0,
            not_sent: 0,
            server: None,
            all: row("", "all", 3),
            rows: vec![row("token", "Observation?code=a&b", 3), row("date", "Patient?birthdate", 0)],
        };
        Report {
            format: FORMAT,
            started: "2026-01-02T03:04:05Z".to_owned(),
            program: "0.1.0".to_owned(),
            server: ServerFacts { base_url: "http://h:1/fhir".to_owned(), ..ServerFacts::default() },
            machine: MachineFacts { cores: 2, cpu: None, memory_mib: None, kernel: None, load_before: None },
            disk: None,
            data: DataFacts {
                source: "generated".to_owned(),
                seed: Some(1),
                patient_bundles: 3,
                shared_bundles: 9,
            },
            parity: None,
            scenarios: vec![ScenarioReport {
                name: "search".to_owned(),
                about: "A page <of> 20".to_owned(),
                stages: vec![stage(1), stage(8)],
            }],
        }
    }

    #[test]
    fn failures_make_a_run_unclean() {
        let mut report = sample();
        assert!(!report.is_clean());
        report.scenarios[0].stages.iter_mut().for_each(|stage| stage.all.failures = 0);
        assert!(report.is_clean());
        report.scenarios[0].stages[0].not_sent = 1;
        assert!(!report.is_clean());
        report.scenarios[0].stages[0].not_sent = 0;
        report.scenarios[0].stages[0].all.requests = 0;
        assert!(!report.is_clean());
    }

    #[test]
    fn a_report_is_read_as_it_was_written() {
        let json = sample().json().expect("JSON");
        assert_eq!(Report::parse(&json).expect("a report").json().expect("JSON"), json);
        assert!(Report::parse(&json.replace("\"format\": 1", "\"format\": 0")).is_err());
    }

    #[test]
    fn json_has_the_documented_names() {
        let json: serde_json::Value = serde_json::from_str(&sample().json().expect("JSON")).expect("JSON");
        assert_eq!(json["format"], FORMAT);
        let row = &json["scenarios"][0]["stages"][0]["rows"][0];
        assert_eq!((&row["latency_ms"]["p99_9"], &row["as_measured_ms"]["p99"]), (&8.0.into(), &3.0.into()));
        assert_eq!(row["faults"][0], serde_json::json!(["status 500", 3]));
    }
}
