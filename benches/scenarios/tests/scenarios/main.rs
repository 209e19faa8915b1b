//! Every scenario runs for a moment against a server made for it.

mod fake_server;

use clap::Parser;
use fake_server::FakeServer;
use fornax_scenarios::report::Report;
use fornax_scenarios::{CommandLine, Failure, run};

async fn run_with(base_url: &str, arguments: &str) -> Result<Report, Failure> {
    let common = ["scenarios", "--base", base_url, "--patients", "2", "--clients", "2", "--warm-up", "0"];
    let options = CommandLine::try_parse_from(common.into_iter().chain(arguments.split_whitespace()));
    run(&options.expect("options"), &mut |_| {}).await
}

async fn loaded() -> FakeServer {
    let server = FakeServer::start().await;
    let report = run_with(&server.base_url(), "import").await.expect("a report");
    assert!(report.is_clean(), "{report:?}");
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scenario_makes_load_and_is_reported() {
    let server = FakeServer::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (json, html) = (at("report.json"), at("report.html"));
    let arguments = format!(
        "import parity search analytic read ours crud small-transactions mixed --seconds 0.4 --apart --json {json} --html {html} \
         --disk {} --server-pid {}",
        folder.path().display(),
        std::process::id()
    );
    let report = run_with(&server.base_url(), &arguments).await.expect("a report");

    // So short a stage may have no request on a busy machine, and the report is not called clean then.
    let mut stages = report.scenarios.iter().flat_map(|scenario| &scenario.stages);
    assert!(stages.all(|stage| stage.all.failures == 0), "{}", report.json().expect("JSON"));
    assert!(report.parity.as_ref().is_some_and(|parity| parity.types > 20 && parity.resources > 100));
    assert_eq!(report.server.software.as_deref(), Some("fake 1"));
    assert!(report.disk.is_some());
    let names: Vec<&str> = report.scenarios.iter().map(|scenario| scenario.name.as_str()).collect();
    assert_eq!(
        names,
        ["import", "search", "analytic", "read", "ours", "crud", "small-transactions", "mixed"]
    );
    for scenario in &report.scenarios {
        assert!(scenario.stages.iter().any(|stage| stage.all.requests > 0), "{}", scenario.name);
        assert!(scenario.stages.iter().all(|stage| stage.server.is_some()), "{}", scenario.name);
    }
    let imported: u64 = report.scenarios[0].stages.iter().map(|stage| stage.all.resources).sum();
    assert!(imported > 300, "{imported}");

    let written: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(json).expect("a file")).expect("JSON");
    assert_eq!(written["scenarios"].as_array().map(Vec::len), Some(8));
    assert!(std::fs::read_to_string(html).expect("a file").contains("Scenarios: fake 1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_refuses_and_what_rests_on_it_is_counted() {
    let server = FakeServer::start().await;
    server.refuse("Encounter");
    let report = run_with(&server.base_url(), "crud --seconds 0.5").await.expect("a report");
    assert!(!report.is_clean());
    let stage = &report.scenarios[0].stages[0];
    let row = |group: &str, name: &str| stage.rows.iter().find(|row| row.group == group && row.name == name);
    let refused = row("create", "Encounter").expect("a row");
    assert_eq!((refused.failures, refused.per_second), (refused.requests, 0.0));
    assert_eq!(refused.faults, [("status 500".to_owned(), refused.requests)]);
    assert!(refused.first_failure.as_deref().is_some_and(|text| text.contains("refused")), "{refused:?}");
    let built_on_it = row("create", "Observation").expect("a row");
    assert_eq!(built_on_it.failures, built_on_it.requests, "{built_on_it:?}");
    assert!(row("read", "Encounter").is_none());
    assert_eq!(server.count("Patient"), 0, "an iteration that is cut short by the end deletes what it made");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_a_fixed_rate_every_request_that_was_due_is_accounted_for() {
    let server = loaded().await;
    let report = run_with(&server.base_url(), "mixed --seconds 0.5 --rate 200").await.expect("a report");
    let stage = &report.scenarios[0].stages[0];
    assert_eq!((stage.all.requests + stage.not_sent, stage.all.failures), (100, 0));
    assert_eq!(stage.all.latency_ms, stage.all.as_measured_ms, "nothing is omitted, so nothing is corrected");
}

#[tokio::test(flavor = "multi_thread")]
async fn parity_holds_between_equals_only() {
    let (one, other) = (loaded().await, loaded().await);
    let arguments = format!("parity --against {}", other.base_url());
    let report = run_with(&one.base_url(), &arguments).await.expect("a report");
    let parity = report.parity.as_ref().expect("a verdict");
    assert!(parity.holds() && parity.compared > 100, "{parity:?}");

    other.forget_one("Observation");
    let report = run_with(&one.base_url(), &arguments).await.expect("a report");
    let parity = report.parity.as_ref().expect("a verdict");
    assert!(parity.differences.iter().any(|text| text.contains("Observation?code")), "{parity:?}");
    assert!(!report.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_server_there_is_no_report() {
    let nobody = "http://127.0.0.1:9/r4";
    assert!(matches!(run_with(nobody, "read").await, Err(Failure::Server(_))));
}
