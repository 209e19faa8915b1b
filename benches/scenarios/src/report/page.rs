//! The report as one HTML page that needs nothing else.

use std::collections::HashSet;
use std::fmt::Write;

use super::{Report, Row, ScenarioReport, StageReport, beside, chart, grouped, shown};
use crate::parity::ParityReport;

const STYLE: &str = include_str!("page.css");
const HEAD: [&str; 12] = [
    "kind",
    "requests",
    "failed",
    "a second",
    "resources/s",
    "p50",
    "p90",
    "p99",
    "p99.9",
    "longest",
    "mean total",
    "p99 as measured",
];

/// A text as it stands in HTML, also within quotes.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter => out.push(letter),
        }
    }
    out
}

// Writing to a string can't fail, so what it answers is dropped in this file.

impl Report {
    /// As a page, beside a report of another server if there is one.
    pub fn html(&self, other: Option<&Self>) -> String {
        let title = self.server.software.as_deref().unwrap_or(&self.server.base_url);
        let mut out = String::new();
        let _ = write!(
            out,
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\"><title>Scenarios: {title}</title>\
             <style>{STYLE}</style></head>\n<body><h1>Scenarios: {title}</h1>",
            title = escaped(title)
        );
        let verdict = if self.is_clean() {
            "<p class=\"good\">Every request was answered as asked.</p>"
        } else {
            "<p class=\"bad\">Not every request was answered as asked: see below.</p>"
        };
        out.push_str(verdict);
        self.write_facts(&mut out);
        if let Some(parity) = &self.parity {
            write_parity(&mut out, parity);
        }
        for scenario in &self.scenarios {
            write_scenario(&mut out, scenario);
        }
        if let Some(other) = other {
            beside::write(&mut out, self, other);
        }
        out.push_str(
            "<p class=\"soft\">Times are in milliseconds, of good answers only. Where clients send on an answer, they are \
             corrected for the requests that a stalled client did not send (coordinated omission); at a fixed rate they count \
             from when a request was due. Compare figures of one machine and one hour only.</p></body></html>\n",
        );
        out
    }

    fn write_facts(&self, out: &mut String) {
        let machine = &self.machine;
        let known = |value: &Option<String>| value.clone().unwrap_or_else(|| "not known".to_owned());
        let data = &self.data;
        let seed = data.seed.map_or_else(String::new, |seed| format!(", seed {seed}"));
        let mut facts = vec![
            ("server", self.server.base_url.clone()),
            ("software", known(&self.server.software)),
            ("FHIR", known(&self.server.fhir_version)),
            ("begun", self.started.clone()),
            ("data", format!("{}{seed}: {} patients", data.source, grouped(data.patient_bundles))),
            ("processor", format!("{}, {} cores", known(&machine.cpu), machine.cores)),
            ("kernel", known(&machine.kernel)),
        ];
        facts.extend(machine.memory_mib.map(|mib| ("memory", format!("{} MiB", grouped(mib)))));
        facts.extend(machine.load_before.map(|load| ("load before", shown(load))));
        facts.extend(self.disk.map(|disk| {
            let (rate, median, p99) =
                (shown(disk.syncs_per_second), shown(disk.median_ms), shown(disk.p99_ms));
            ("disk", format!("{rate} syncs of 4 KiB a second, median {median} ms, p99 {p99} ms"))
        }));
        out.push_str("<dl>");
        for (name, value) in facts {
            let _ = write!(out, "<dt>{name}</dt><dd>{}</dd>", escaped(&value));
        }
        out.push_str("</dl>");
    }
}

fn write_parity(out: &mut String, parity: &ParityReport) {
    let (class, verdict) = if parity.holds() { ("good", "holds") } else { ("bad", "does not hold") };
    let _ = write!(out, "<h2>Parity</h2><p class=\"{class}\">Parity {verdict}.</p>");
    let _ = write!(out, "<p class=\"soft\">{}</p>", escaped(&parity.checked()));
    if !parity.differences.is_empty() {
        out.push_str("<ul>");
        parity.differences.iter().for_each(|difference| {
            let _ = write!(out, "<li>{}</li>", escaped(difference));
        });
        out.push_str("</ul>");
    }
}

fn write_scenario(out: &mut String, scenario: &ScenarioReport) {
    let _ =
        write!(out, "<h2>{}</h2><p class=\"soft\">{}</p>", escaped(&scenario.name), escaped(&scenario.about));
    if scenario.stages.len() > 1 {
        out.push_str(&overview_chart(&scenario.stages));
        write_overview(out, &scenario.stages);
    }
    for stage in scenario.stages.iter().filter(|stage| is_told_apart(scenario, stage)) {
        let _ = write!(out, "<h3>{}</h3>", escaped(&stage.headline()));
        if stage.rows.len() > 1 {
            out.push_str(&chart::latencies(&stage.rows));
        }
        write_rows(out, &stage.rows, &stage.all);
    }
    for stage in &scenario.stages {
        write_failures(out, stage);
    }
}

/// Latencies, where each stage is another kind of request; else how much more clients get.
fn overview_chart(stages: &[StageReport]) -> String {
    let rows: Vec<&Row> =
        stages.iter().filter(|stage| stage.rows.len() == 1).flat_map(|stage| &stage.rows).collect();
    let labels: HashSet<String> = rows.iter().map(|row| row.label()).collect();
    if labels.len() > 1 && labels.len() == rows.len() {
        chart::latencies(rows)
    } else {
        chart::throughputs(stages)
    }
}

/// A stage with one row is told by the overview of all stages.
fn is_told_apart(scenario: &ScenarioReport, stage: &StageReport) -> bool {
    scenario.stages.len() == 1 || stage.rows.len() > 1
}

fn write_overview(out: &mut String, stages: &[StageReport]) {
    out.push_str("<div class=\"wide\"><table><tr>");
    for name in ["stage", "clients"].into_iter().chain(HEAD.into_iter().skip(1)) {
        let _ = write!(out, "<th>{name}</th>");
    }
    out.push_str("<th>server CPU-s</th><th>CPU us a request</th><th>peak MiB</th></tr>");
    for stage in stages {
        let _ = write!(out, "<tr><td>{}</td><td>{}</td>", escaped(&stage.name), stage.clients);
        write_cells(out, &stage.all);
        let usage = stage.server.as_ref();
        let cells = [
            usage.map(|usage| shown(usage.cpu_seconds)),
            usage.and_then(|usage| usage.cpu_us_per_request).map(shown),
            usage.map(|usage| shown(usage.peak_mib)),
        ];
        for cell in cells {
            let _ = write!(out, "<td>{}</td>", cell.as_deref().unwrap_or("–"));
        }
        out.push_str("</tr>");
    }
    out.push_str("</table></div>");
}

fn write_rows(out: &mut String, rows: &[Row], all: &Row) {
    out.push_str("<div class=\"wide\"><table><tr>");
    HEAD.iter().for_each(|name| {
        let _ = write!(out, "<th>{name}</th>");
    });
    out.push_str("</tr>");
    let mut group = "";
    for row in rows {
        if row.group != group {
            group = &row.group;
            let _ = write!(
                out,
                "<tr class=\"group\"><td colspan=\"{}\">{}</td></tr>",
                HEAD.len(),
                escaped(group)
            );
        }
        let _ = write!(out, "<tr><td>{}</td>", escaped(&row.name));
        write_cells(out, row);
        out.push_str("</tr>");
    }
    if rows.len() > 1 {
        out.push_str("<tr class=\"all\"><td>all</td>");
        write_cells(out, all);
        out.push_str("</tr>");
    }
    out.push_str("</table></div>");
}

/// All but the first of [`HEAD`].
fn write_cells(out: &mut String, row: &Row) {
    let cells = row.cells();
    for (at, cell) in cells.iter().enumerate().skip(1) {
        let class = if at == 2 && row.failures > 0 { " class=\"bad\"" } else { "" };
        let _ = write!(out, "<td{class}>{cell}</td>");
    }
    let _ = write!(out, "<td>{}</td>", shown(row.as_measured_ms.p99));
}

fn write_failures(out: &mut String, stage: &StageReport) {
    if stage.not_sent > 0 || stage.all.requests == 0 {
        let _ = write!(out, "<p class=\"bad\">{}</p>", escaped(&stage.headline()));
    }
    for row in stage.rows.iter().filter(|row| row.failures > 0) {
        let _ = write!(
            out,
            "<p class=\"bad\">{} {}: {}</p><pre>{}</pre>",
            escaped(&stage.name),
            escaped(&row.name),
            escaped(&row.why()),
            escaped(row.first_failure.as_deref().unwrap_or("no example"))
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use crate::parity::ParityReport;

    #[test]
    fn a_page_shows_every_row_and_hides_no_failure() {
        let mut report = sample();
        report.parity =
            Some(ParityReport { differences: vec!["Patient: 3 < 4".to_owned()], ..ParityReport::default() });
        let html = report.html(None);
        for expected in [
            "Not every request was answered as asked",
            "A page &lt;of&gt; 20",
            "<td>Observation?code=a&amp;b</td>",
            "3 x status 500",
            "GET x: 500 &lt;oops&gt;",
            "<td class=\"bad\">3</td>",
            "Parity does not hold",
            "Patient: 3 &lt; 4",
            "<h3>8 clients",
        ] {
            assert!(html.contains(expected), "{expected} in {html}");
        }
        assert_eq!(html.matches("<svg").count(), 1 + 2, "one of the stages, and one in each");
        assert!(!html.contains("http-equiv") && !html.contains("src="), "nothing is fetched");
        for tag in ["table", "tr", "td", "div", "svg", "p", "dl"] {
            let opened =
                html.matches(&format!("<{tag}>")).count() + html.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, html.matches(&format!("</{tag}>")).count(), "{tag}");
        }
    }
}
