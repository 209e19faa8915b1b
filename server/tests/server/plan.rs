//! `fornax plan`: a calibration of a second, what it tells, and that it leaves nothing behind.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::FORNAX;

fn plan(time: &str, data: &Path, options: &[&str]) -> Command {
    let mut command = Command::new(FORNAX);
    command.args(["plan", "--time", time, "--patients", "8", "--data"]).arg(data).args(options);
    command
}

fn run(data: &Path, options: &[&str]) -> Output {
    plan("1", data, options).output().expect("the command runs")
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).expect("a folder").next().is_none()
}

/// The figure at a path of names and positions.
fn figure(report: &Value, path: &str) -> f64 {
    let place = |value: &Value, name: &str| match name.parse::<usize>() {
        Ok(position) => value[position].clone(),
        Err(_) => value[name].clone(),
    };
    let found = path.split('.').fold(report.clone(), |value, name| place(&value, name));
    found.as_f64().unwrap_or_else(|| panic!("{path} is {found}"))
}

#[test]
fn a_plan_has_figures_a_page_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, json, html) =
        (folder.path().join("data"), folder.path().join("plan.json"), folder.path().join("plan.html"));
    std::fs::create_dir(&data).expect("a folder");
    let files = ["--json", json.to_str().expect("UTF-8"), "--html", html.to_str().expect("UTF-8")];
    let output = run(&data, &files);
    let progress = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{progress}");
    assert!(progress.contains("fornax plan: syncs of this disk"), "{progress}");
    assert!(is_empty(&data));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    for part in ["Recommended: ", "Requests", "Headroom", "What if", "Check: predicted and measured"] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    let report: Value = serde_json::from_slice(&std::fs::read(&json).expect("the report")).expect("JSON");
    assert_eq!(report["format"], 1);
    for path in [
        "recommended.cores",
        "recommended.memory_bytes",
        "recommended.disk_bytes",
        "recommended.io_s",
        "here.utilisation",
        "here.kinds.write.p99_us",
        "here.kinds.read.p50_us",
        "here.kinds.search.cpu_us",
        "here.kinds.export.cpu_us",
        "calibration.sync.p50_us",
        "calibration.sizes.0.resources",
        "calibration.sizes.0.load.rate_s",
        "calibration.sizes.0.calls.search.server_cpu_us",
        "calibration.sizes.0.bytes_each.bodies",
        "calibration.commits.1.rate_s",
        "calibration.memory.peak_bytes",
        "calibration.memory.tenant_bytes",
        "calibration.crowd.rate_s",
        "calibration.opening_ms",
        "headroom_here.0.factor",
        "what_if.1.cores",
        "load_curve.3.requests_s",
        "sync_curve.3.syncs_s",
        "checks.0.utilisation.measured",
        "checks.1.utilisation.predicted",
    ] {
        let found = figure(&report, path);
        assert!(found.is_finite() && found > 0.0, "{path} is {found}");
    }
    let page = std::fs::read_to_string(&html).expect("the page");
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<svg"));
    for banned in ["http:", "https:", "<script", "<link", "src=", "@import", "url(", "NaN"] {
        assert!(!page.contains(banned), "{banned}");
    }
}

#[test]
fn nothing_asked_is_planned_without_a_check() {
    let folder = tempfile::tempdir().expect("a folder");
    let none = ["--writes", "0", "--reads", "0", "--searches", "0", "--exports", "0", "--no-check"];
    let output = run(folder.path(), &none);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(!text.contains("NaN") && !text.contains("Check:"), "{text}");
    assert!(is_empty(folder.path()));
}

#[test]
fn what_is_wrong_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("missing");
    let output = run(&missing, &[]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("cannot make") && text.contains("missing"), "{text}");
    for wrong in [
        ["--writes", "-1"],
        ["--reads", "NaN"],
        ["--versions", "0.5"],
        ["--tenants", "0"],
        ["--json", "missing/x"],
    ] {
        let output = run(folder.path(), &[&format!("{}={}", wrong[0], wrong[1])]);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
    }
    assert!(is_empty(folder.path()));
}

#[test]
fn an_interrupt_ends_it_and_leaves_nothing_behind() {
    use std::io::{BufRead, BufReader};

    let folder = tempfile::tempdir().expect("a folder");
    let mut child = plan("600", folder.path(), &[])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut line = String::new();
    lines.read_line(&mut line).expect("progress");
    assert!(!is_empty(folder.path()), "{line}");
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    let mut rest = String::new();
    while lines.read_line(&mut rest).expect("progress") > 0 {}
    assert_eq!(child.wait().expect("an exit").code(), Some(1), "{rest}");
    assert!(rest.contains("interrupted"), "{rest}");
    assert!(is_empty(folder.path()));
}
