//! A stage as text for the terminal: Markdown, so that it can be kept.

use std::fmt::Write;

use super::{Row, StageReport, grouped, shown};

const HEAD: [&str; 11] = [
    "",
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
];

impl StageReport {
    /// A line on the stage, its table, and what failed.
    pub fn text(&self) -> String {
        let mut out = self.headline();
        // Writing to a string can't fail.
        let _ = write!(out, "\n\n| {} |\n|{}\n", HEAD.join(" | "), "---|".repeat(HEAD.len()));
        let single = self.rows.len() == 1;
        for row in self.rows.iter().chain((!single).then_some(&self.all)) {
            let _ = writeln!(out, "| {} |", row.cells().join(" | "));
        }
        for row in self.rows.iter().filter(|row| row.failures > 0) {
            let _ = writeln!(out, "- {}: {}", row.name, row.why());
            if let Some(example) = &row.first_failure {
                let _ = writeln!(out, "  {}", example.replace('\n', " "));
            }
        }
        out
    }

    /// Clients, time, and what the server used.
    pub fn headline(&self) -> String {
        let mut parts = Vec::new();
        if !self.name.is_empty() {
            parts.push(self.name.clone());
        }
        let clients = clients(self.clients);
        if !self.name.ends_with(&clients) {
            parts.push(clients);
        }
        if let Some(rate) = self.rate {
            parts.push(format!("{} requests a second asked for", shown(rate)));
        }
        parts.push(format!("{} s", shown(self.seconds)));
        if let Some(usage) = &self.server {
            parts.push(format!("server {} CPU-s", shown(usage.cpu_seconds)));
            parts.extend(usage.cpu_us_per_request.map(|us| format!("{} us of CPU a request", shown(us))));
            if usage.cpu_seconds > 0.0 && self.all.resources > 0 {
                let rate = self.all.resources as f64 / usage.cpu_seconds;
                parts.push(format!("{} resources a CPU-s", shown(rate)));
            }
            let (resident, peak) = (shown(usage.resident_mib), shown(usage.peak_mib));
            parts.push(format!("{resident} MiB of memory, {peak} at its peak"));
        }
        if self.all.requests == 0 {
            parts.push("NOTHING WAS MEASURED".to_owned());
        }
        if self.not_sent > 0 {
            parts.push(format!("{} requests NOT SENT, for want of a free client", grouped(self.not_sent)));
        }
        parts.join(" · ")
    }
}

/// How many there are, in words.
pub fn clients(count: usize) -> String {
    if count == 1 { "1 client".to_owned() } else { format!("{count} clients") }
}

impl Row {
    /// The name, told from the same one in other groups.
    pub(super) fn label(&self) -> String {
        if self.group.is_empty() { self.name.clone() } else { format!("{}: {}", self.group, self.name) }
    }

    /// As in [`HEAD`].
    pub(super) fn cells(&self) -> [String; 11] {
        let ms = &self.latency_ms;
        [
            // A bar would end the cell.
            self.label().replace('|', "\\|"),
            grouped(self.requests),
            grouped(self.failures),
            shown(self.per_second),
            shown(self.resources_per_second),
            shown(ms.p50),
            shown(ms.p90),
            shown(ms.p99),
            shown(ms.p99_9),
            shown(ms.max),
            self.total_mean.map_or_else(String::new, shown),
        ]
    }

    /// Each fault and how often.
    pub(super) fn why(&self) -> String {
        let faults = self.faults.iter().map(|(fault, count)| format!("{} x {fault}", grouped(*count)));
        faults.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;

    #[test]
    fn a_table_with_all_rows_and_what_failed() {
        let mut report = sample();
        let stage = &mut report.scenarios[0].stages[0];
        stage.rows[1].name = "Observation?code=system|code".to_owned();
        let text = stage.text();
        assert!(text.starts_with("1 client · 2.00 s\n"), "{text}");
        let row = "| token: Observation?code=a&b | 1,200 | 3 | 600 | 12,000 | 1.00 | 2.00 | 4.00 | 8.00 | 16.0 | 7.50 |";
        assert!(text.contains(row), "{text}");
        assert!(text.contains("date: Observation?code=system\\|code"), "{text}");
        assert!(text.contains("| all | 1,200 | 3 |"), "{text}");
        assert!(text.contains("- Observation?code=a&b: 3 x status 500\n  GET x: 500 <oops>\n"), "{text}");
        stage.not_sent = 7;
        assert!(stage.headline().contains("7 requests NOT SENT"));
    }
}
