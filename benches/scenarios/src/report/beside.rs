//! Two servers' figures beside each other.

use std::fmt::Write;

use super::page::escaped;
use super::{Report, Row, ScenarioReport, StageReport, grouped, shown};

const HEAD: [&str; 12] = [
    "kind",
    "a second",
    "other",
    "times",
    "p50",
    "other",
    "p99",
    "other",
    "CPU us a request",
    "other",
    "failed",
    "other",
];

// Writing to a string can't fail, so what it answers is dropped in this file.

/// What both reports have, a table for each scenario, and why they may be no comparison.
pub fn write(out: &mut String, own: &Report, other: &Report) {
    let name = other.server.software.as_deref().unwrap_or(&other.server.base_url);
    let _ = write!(
        out,
        "<h2>Beside {}</h2><p class=\"soft\">{}, begun {}</p>",
        escaped(name),
        escaped(&other.server.base_url),
        escaped(&other.started)
    );
    for doubt in doubts(own, other) {
        let _ = write!(out, "<p class=\"bad\">{}</p>", escaped(&doubt));
    }
    for scenario in &own.scenarios {
        let Some(others) = other.scenarios.iter().find(|others| others.name == scenario.name) else {
            continue;
        };
        let _ = write!(out, "<h3>{}</h3><div class=\"wide\"><table><tr>", escaped(&scenario.name));
        HEAD.iter().for_each(|name| {
            let _ = write!(out, "<th>{name}</th>");
        });
        out.push_str("</tr>");
        stages_of_both(scenario, others).for_each(|(own, other)| write_stages(out, own, other));
        out.push_str("</table></div>");
    }
}

fn stages_of_both<'a>(
    own: &'a ScenarioReport,
    other: &'a ScenarioReport,
) -> impl Iterator<Item = (&'a StageReport, &'a StageReport)> {
    let pair =
        |stage: &'a StageReport| Some((stage, other.stages.iter().find(|others| others.name == stage.name)?));
    own.stages.iter().filter_map(pair)
}

/// What differs that should not.
fn doubts(own: &Report, other: &Report) -> Vec<String> {
    let mut doubts = Vec::new();
    let mut doubt = |is_there: bool, text: &str| {
        if is_there {
            doubts.push(text.to_owned());
        }
    };
    doubt(own.data != other.data, "The data is not the same: these figures can't be compared.");
    let (one, next) = (&own.machine, &other.machine);
    let is_same_machine = (one.cores, &one.cpu, one.memory_mib) == (next.cores, &next.cpu, next.memory_mib);
    doubt(!is_same_machine, "The machine is not the same: these figures can't be compared.");
    let is_otherwise_paced = |scenario: &ScenarioReport| {
        let others = other.scenarios.iter().find(|others| others.name == scenario.name);
        let mut stages = others.into_iter().flat_map(|others| stages_of_both(scenario, others));
        stages.any(|(one, next)| (one.clients, one.rate) != (next.clients, next.rate))
    };
    let is_otherwise_paced = own.scenarios.iter().any(is_otherwise_paced);
    doubt(is_otherwise_paced, "Clients or rates are not the same: these figures can't be compared.");
    for (report, whose) in [(own, "this"), (other, "the other")] {
        let holds = report.parity.as_ref().map(crate::parity::ParityReport::holds);
        doubt(holds.is_none(), &format!("Parity was not checked in {whose} report."));
        doubt(holds == Some(false), &format!("Parity does not hold in {whose} report."));
    }
    doubts
}

fn write_stages(out: &mut String, own: &StageReport, other: &StageReport) {
    let name = if own.name.is_empty() { "all" } else { &own.name };
    let cpu = |stage: &StageReport| stage.server.and_then(|usage| usage.cpu_us_per_request).map(shown);
    write_pair(out, name, [&own.all, &other.all], [cpu(own), cpu(other)]);
    if own.rows.len() > 1 {
        for row in &own.rows {
            let is_it = |other: &&Row| (&other.group, &other.name) == (&row.group, &row.name);
            if let Some(others) = other.rows.iter().find(is_it) {
                write_pair(out, &row.label(), [row, others], [None, None]);
            }
        }
    }
}

fn write_pair(
    out: &mut String,
    name: &str,
    [own, other]: [&Row; 2],
    [own_cpu, other_cpu]: [Option<String>; 2],
) {
    let times = (other.per_second > 0.0).then(|| shown(own.per_second / other.per_second));
    let unknown = || "–".to_owned();
    let cells = [
        shown(own.per_second),
        shown(other.per_second),
        times.unwrap_or_else(unknown),
        shown(own.latency_ms.p50),
        shown(other.latency_ms.p50),
        shown(own.latency_ms.p99),
        shown(other.latency_ms.p99),
        own_cpu.unwrap_or_else(unknown),
        other_cpu.unwrap_or_else(unknown),
        grouped(own.failures),
        grouped(other.failures),
    ];
    let _ = write!(out, "<tr><td>{}</td>", escaped(name));
    cells.iter().for_each(|cell| {
        let _ = write!(out, "<td>{cell}</td>");
    });
    out.push_str("</tr>");
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::*;

    #[test]
    fn rows_of_both_stand_in_one_line_and_doubts_above_them() {
        let (own, mut other) = (sample(), sample());
        let mut html = String::new();
        other.scenarios[0].stages[0].rows[0].per_second = 200.0;
        other.data.patient_bundles += 1;
        other.scenarios[0].stages[1].rate = Some(5.0);
        other.server.base_url = "http://<other>".to_owned();
        write(&mut html, &own, &other);
        assert!(html.contains("Beside http://&lt;other&gt;"), "{html}");
        assert!(html.contains("The data is not the same") && !html.contains("The machine"), "{html}");
        assert!(html.contains("Clients or rates are not the same"), "{html}");
        assert!(html.contains("Parity was not checked in this report."), "{html}");
        let line = "<td>token: Observation?code=a&amp;b</td><td>600</td><td>200</td><td>3.00</td>";
        assert!(html.contains(line), "{html}");
        assert_eq!(
            html.matches("</tr>").count(),
            1 + 2 * 3,
            "a head, and two stages with two rows and their sum"
        );
    }
}
