//! All of it: what was asked, measured, predicted and checked.

use serde::Serialize;

use crate::headroom::{self, Headroom};
use crate::what_if::{self, Variation};
use crate::{
    Calibration, Check, Compared, Fit, Forecast, LoadPoint, Model, PerKind, Site, SyncPoint, Workload,
    curves, html, text, units,
};

/// A directory takes no more tenants unless it is told to.
const TENANTS_MAX: u64 = 50;
/// Predictions that are further off are told of.
const ERROR_PERCENT_MAX: f64 = 30.0;

/// All of it. As JSON, names bear their units: `_us` microseconds, `_ms` milliseconds, `_s` seconds or a second, `bytes` bytes; members
/// are added, and none changes its meaning, as long as `format` is the same.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// 1.
    pub format: u32,
    /// What was asked.
    pub workload: Workload,
    /// What was measured.
    pub calibration: Calibration,
    /// How the server's CPU for a request grows with the resources stored, by kind.
    pub cpu_growth: PerKind<Fit>,
    /// How the CPU for loading one resource grows.
    pub load_growth: Fit,
    /// The workload on the calibrated machine.
    pub here: Forecast,
    /// The machine that bears it well.
    pub recommended: Recommended,
    /// By how much things may grow on the calibrated machine.
    pub headroom_here: Vec<Headroom>,
    /// And on the recommended one.
    pub headroom_recommended: Vec<Headroom>,
    /// What if there were more, or less.
    pub what_if: Vec<Variation>,
    /// Latency against throughput on the calibrated machine.
    pub load_curve: Vec<LoadPoint>,
    /// What syncs cost writers on the calibrated machine.
    pub sync_curve: Vec<SyncPoint>,
    /// Predictions beside real runs; none where they were not asked for.
    pub checks: Vec<Check>,
    /// What to know before any figure is believed.
    pub notes: Vec<String>,
}

/// The machine that bears a workload well.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recommended {
    /// Cores like the calibrated ones, busy to 60 % at most.
    pub cores: u32,
    /// Memory in bytes: the process, a quarter more, and a quarter of the data.
    pub memory_bytes: f64,
    /// Disk in bytes, filled to four fifths at most, room to compact included.
    pub disk_bytes: f64,
    /// Operations of the disk a second.
    pub io_s: f64,
    /// The workload on it.
    pub forecast: Forecast,
}

impl Report {
    /// Of a workload, a calibration, and checks of its predictions.
    pub fn new(workload: Workload, calibration: Calibration, checks: Vec<Check>) -> Self {
        let model = Model::new(&calibration);
        let (site, best) = (Site::of(&calibration.machine), model.recommended(&workload));
        let (here, there) = (model.forecast(&workload, &site), model.forecast(&workload, &best));
        let notes = notes(&calibration, &workload, &here, &checks);
        Self {
            format: 1,
            cpu_growth: PerKind::from_fn(|kind| *model.cpu(kind)),
            load_growth: *model.load(),
            recommended: Recommended {
                cores: best.cores,
                memory_bytes: best.memory_bytes,
                disk_bytes: best.disk_bytes.unwrap_or(0.0),
                io_s: there.io.rate_s(),
                forecast: there,
            },
            headroom_here: headroom::of(&model, &workload, &site),
            headroom_recommended: headroom::of(&model, &workload, &best),
            what_if: what_if::table(&model, &workload),
            load_curve: curves::load(&model, &workload, &site),
            sync_curve: curves::syncs(&model, &workload, &site),
            here,
            workload,
            checks,
            notes,
            calibration,
        }
    }

    /// For people, in lines.
    pub fn text(&self) -> String {
        text::page(self)
    }

    /// For people, as one HTML page that needs nothing from elsewhere.
    pub fn html(&self) -> String {
        html::page(self)
    }

    /// For programs.
    ///
    /// # Errors
    /// When a figure has no JSON form, which would be a mistake here.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }
}

fn notes(calibration: &Calibration, workload: &Workload, here: &Forecast, checks: &[Check]) -> Vec<String> {
    let mut notes = Vec::new();
    if calibration.machine.build != "release" {
        notes.push(
            "This program was built without optimisation: no figure of CPU or latency is worth anything."
                .to_owned(),
        );
    }
    let others = calibration.machine.others_busy_cores;
    if others > 0.1 * f64::from(calibration.machine.cores) {
        notes.push(format!(
            "Others kept {} of {} cores busy during the calibration: latencies are too high, and checks too.",
            units::short(others),
            calibration.machine.cores
        ));
    }
    if here.beyond > 1.0 {
        let laws: Vec<String> =
            here.kinds.iter().map(|(kind, of)| format!("{} {}", kind.name(), of.growth.name())).collect();
        notes.push(format!(
            "The workload has {} times as many resources as the largest calibrated size, {}: what grows was extrapolated ({}). A \
             longer --time calibrates larger.",
            units::short(here.beyond),
            units::whole(calibration.largest()),
            laws.join(", ")
        ));
    }
    if here.utilisation >= 1.0 {
        notes.push(
            "This machine does not keep up with the workload: no latency can be told for it.".to_owned(),
        );
    }
    if workload.tenants > TENANTS_MAX {
        notes.push(format!(
            "A directory takes {TENANTS_MAX} tenants by default: plan several, each with its share of the memory for caches."
        ));
    }
    let worst = checks.iter().flat_map(errors).fold(0.0, |worst: f64, error| worst.max(error.abs()));
    if worst > ERROR_PERCENT_MAX {
        notes.push(format!(
            "A prediction was off by {} % in the check: keep that much in reserve.",
            units::whole(worst)
        ));
    }
    notes
}

fn errors(check: &Check) -> Vec<f64> {
    let kinds = check.kinds.iter().filter_map(|(_, kind)| *kind);
    let compared = kinds.flat_map(|kind| [kind.p50_us, kind.p99_us]).chain([check.utilisation]);
    compared.filter_map(|of: Compared| of.error_percent()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::model::tests::{calibration, workload};
    use crate::{Client, Latencies};

    pub(super) fn report() -> Report {
        let calibration = calibration();
        let model = Model::new(&calibration);
        let site = Site { client: Client::Beside, ..Site::of(&calibration.machine) };
        let scaled = model.at_utilisation(&workload(), &site, 0.5).expect("rates");
        let measured = PerKind::from_fn(|_| Latencies::of((100..300).map(f64::from).collect()));
        let check = Check::of(0.5, &model.forecast(&scaled, &site), (5.0, 0.47, &measured));
        Report::new(workload(), calibration, vec![check])
    }

    fn check_numbers(value: &Value, place: &str) {
        match value {
            Value::Object(members) => {
                members.iter().for_each(|(name, value)| check_numbers(value, &format!("{place}.{name}")));
            }
            Value::Array(items) => items.iter().for_each(|item| check_numbers(item, place)),
            Value::Number(number) => assert!(number.as_f64().expect("a number").is_finite(), "{place}"),
            // What can't be a number becomes null.
            Value::Null => assert!(
                ["_us", "limit", "error_percent", "export_s", "bytes_max"]
                    .iter()
                    .any(|end| place.ends_with(end))
                    || place.contains("_us.")
                    || place.contains(".kinds."),
                "{place} is nothing"
            ),
            Value::Bool(_) | Value::String(_) => {}
        }
    }

    #[test]
    fn json_has_finite_figures_whatever_is_asked() {
        for factor in [0.0, 1.0, 1e6] {
            let report = Report::new(workload().times(factor), calibration(), Vec::new());
            let json: Value = serde_json::from_str(&report.json().expect("JSON")).expect("JSON");
            check_numbers(&json, "report");
            assert_eq!(json["format"], 1);
        }
        let json: Value = serde_json::from_str(&report().json().expect("JSON")).expect("JSON");
        assert!(json["checks"][0]["kinds"]["read"]["p99_us"]["error_percent"].is_number());
        assert!(json["recommended"]["cores"].as_u64() >= Some(1));
    }

    #[test]
    fn text_and_page_have_every_part_and_no_nonsense() {
        for report in [report(), Report::new(workload().times(0.0), calibration(), Vec::new())] {
            for text in [report.text(), report.html()] {
                assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
                for part in ["Recommended", "Headroom", "What if", "Disk", "Memory", "Calibration"] {
                    assert!(text.contains(part), "{part}");
                }
            }
        }
    }

    #[test]
    fn the_page_needs_nothing_from_elsewhere_and_is_well_formed() {
        let mut report = report();
        report.notes.push("<script>alert(\"&\")</script>".to_owned());
        let page = report.html();
        assert!(page.contains("&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt;"));
        for banned in ["http:", "https:", "<script", "@import", "url(", "src="] {
            assert!(!page.contains(banned), "{banned}");
        }
        assert_eq!(page.matches("<svg").count(), 5);
        for tag in ["svg", "table", "tr", "td", "th", "section", "figure", "text", "g"] {
            let opened =
                page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
        }
    }

    #[test]
    fn what_limits_belief_is_noted() {
        let mut calibration = calibration();
        calibration.machine.build = "debug".to_owned();
        calibration.machine.others_busy_cores = 1.0;
        let crowded = Workload { tenants: 51, ..workload().times(1e3) };
        let notes = Report::new(crowded, calibration, report().checks).notes.join("\n");
        for part in
            ["without optimisation", "Others kept 1 of 2", "31.4 times", "keep up", "50 tenants", "off by"]
        {
            assert!(notes.contains(part), "{part} is missing in {notes}");
        }
    }
}
