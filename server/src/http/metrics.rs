//! Figures for operators: counted here, rendered in Prometheus' text format (version 0.0.4).
//!
//! Labels hold the method, the route's form and the tenant, never an id or a query.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use fornax::{Statistics, TenantStatistics};
use parking_lot::Mutex;

/// Upper bounds of the buckets that durations are counted in, in seconds.
const BUCKETS_S: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// What is counted of requests.
#[derive(Debug)]
pub(crate) struct Metrics {
    series: Mutex<BTreeMap<Series, Counts>>,
}

/// Requests that are counted together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Series {
    /// Empty when the request came to no tenant.
    pub tenant: String,
    pub method: &'static str,
    pub route: &'static str,
    pub status: u16,
}

/// What one request came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub duration: Duration,
    pub request_bytes: usize,
    pub response_bytes: usize,
}

#[derive(Debug, Default)]
struct Counts {
    /// Requests by the first bucket that holds them; the last is for those beyond all bounds.
    buckets: [u64; BUCKETS_S.len() + 1],
    seconds: f64,
    request_bytes: u64,
    response_bytes: u64,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        Self { series: Mutex::new(BTreeMap::new()) }
    }

    pub(crate) fn count(&self, series: Series, sample: Sample) {
        let seconds = sample.duration.as_secs_f64();
        let bucket = BUCKETS_S.partition_point(|&bound| bound < seconds);
        let mut all = self.series.lock();
        let counts = all.entry(series).or_default();
        counts.buckets[bucket] += 1;
        counts.seconds += seconds;
        counts.request_bytes += sample.request_bytes as u64;
        counts.response_bytes += sample.response_bytes as u64;
    }

    /// All figures; `load` is how many requests run and how many wait.
    pub(crate) fn render(&self, statistics: &Statistics, load: (usize, usize)) -> String {
        let mut text = Text(String::with_capacity(16 << 10));
        text.family("fornax_requests_running", "gauge", "Requests that the engine works on.");
        text.sample("fornax_requests_running", "", load.0);
        text.family("fornax_requests_waiting", "gauge", "Requests that wait for their turn.");
        text.sample("fornax_requests_waiting", "", load.1);
        self.render_requests(&mut text);
        render_statistics(&mut text, statistics);
        text.0
    }

    fn render_requests(&self, text: &mut Text) {
        let all = self.series.lock();
        text.family(
            "fornax_request_seconds",
            "histogram",
            "How long requests took, and how many there were.",
        );
        for (series, counts) in &*all {
            let labels = series.labels();
            let mut sum = 0;
            for (count, bound) in counts.buckets.iter().zip(BUCKETS_S) {
                sum += count;
                text.sample("fornax_request_seconds_bucket", &format!("{labels},le=\"{bound}\""), sum);
            }
            let count = sum + counts.buckets[BUCKETS_S.len()];
            text.sample("fornax_request_seconds_bucket", &format!("{labels},le=\"+Inf\""), count);
            text.sample("fornax_request_seconds_sum", &labels, counts.seconds);
            text.sample("fornax_request_seconds_count", &labels, count);
        }
        text.family("fornax_request_bytes_total", "counter", "Bytes of requests' bodies as received.");
        for (series, counts) in &*all {
            text.sample("fornax_request_bytes_total", &series.labels(), counts.request_bytes);
        }
        text.family("fornax_response_bytes_total", "counter", "Bytes of responses' bodies as sent.");
        for (series, counts) in &*all {
            text.sample("fornax_response_bytes_total", &series.labels(), counts.response_bytes);
        }
    }
}

fn render_statistics(text: &mut Text, statistics: &Statistics) {
    let Statistics { store_bytes, memory, tenants } = statistics;
    text.family("fornax_store_bytes", "gauge", "Bytes of the store's files, for all tenants together.");
    text.sample("fornax_store_bytes", "", store_bytes);
    text.family("fornax_memory_bytes", "gauge", "Memory in use, by purpose.");
    for one in memory {
        text.sample("fornax_memory_bytes", &format!("purpose=\"{}\"", one.purpose), one.bytes);
    }
    let label = |one: &TenantStatistics| format!("tenant=\"{}\"", one.tenant);
    text.family("fornax_resources", "gauge", "Resources that are there.");
    for one in tenants {
        for of_type in one.types.iter().filter(|of_type| of_type.resources > 0) {
            let labels = format!("{},type=\"{}\"", label(one), of_type.resource_type);
            text.sample("fornax_resources", &labels, of_type.resources);
        }
    }
    let mut of_each = |(name, kind, help): (&str, &str, &str), value: fn(&TenantStatistics) -> u64| {
        text.family(name, kind, help);
        tenants.iter().for_each(|one| text.sample(name, &label(one), value(one)));
    };
    let help = "Rows of the audit chain: commits, and actions of administrators.";
    of_each(("fornax_audit_rows_total", "counter", help), |one| one.audit_rows);
    let help = "Bytes of the tenant's files in the store.";
    of_each(("fornax_tenant_store_bytes", "gauge", help), |one| one.store_bytes);
    of_each(("fornax_index_bytes", "gauge", "Bytes of the index's files."), |one| one.index_bytes);
    let help = "Index documents not yet on disk.";
    of_each(("fornax_index_fresh_documents", "gauge", help), |one| one.fresh_documents as u64);
}

impl Series {
    fn labels(&self) -> String {
        let Self { tenant, method, route, status } = self;
        format!("tenant=\"{tenant}\",method=\"{method}\",route=\"{route}\",status=\"{status}\"")
    }
}

/// Lines of the text format.
struct Text(String);

impl Text {
    fn family(&mut self, name: &str, kind: &str, meaning: &str) {
        // Writing to a string can't fail.
        let _ = writeln!(self.0, "# HELP {name} {meaning}\n# TYPE {name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let _ = if labels.is_empty() {
            writeln!(self.0, "{name} {value}")
        } else {
            writeln!(self.0, "{name}{{{labels}}} {value}")
        };
    }
}

#[cfg(test)]
mod tests {
    use fornax::{MemoryUse, ReferentialIntegrity, TypeStatistics};

    use super::*;

    fn series(status: u16) -> Series {
        Series { tenant: "default".to_owned(), method: "GET", route: "/[type]", status }
    }

    fn nothing() -> Statistics {
        Statistics { store_bytes: 0, memory: Vec::new(), tenants: Vec::new() }
    }

    fn check(text: &str, line: &str) {
        assert!(text.lines().any(|found| found == line), "{line} is missing in:\n{text}");
    }

    #[test]
    fn requests_are_counted_in_cumulative_buckets() {
        let metrics = Metrics::new();
        for ms in [1, 2, 40_000] {
            let duration = Duration::from_millis(ms);
            metrics.count(series(200), Sample { duration, request_bytes: 10, response_bytes: 100 });
        }
        let text = metrics.render(&nothing(), (3, 4));
        let labels = "tenant=\"default\",method=\"GET\",route=\"/[type]\",status=\"200\"";
        check(&text, "fornax_requests_running 3");
        check(&text, "fornax_requests_waiting 4");
        check(&text, &format!("fornax_request_seconds_bucket{{{labels},le=\"0.001\"}} 1"));
        check(&text, &format!("fornax_request_seconds_bucket{{{labels},le=\"0.0025\"}} 2"));
        check(&text, &format!("fornax_request_seconds_bucket{{{labels},le=\"30\"}} 2"));
        check(&text, &format!("fornax_request_seconds_bucket{{{labels},le=\"+Inf\"}} 3"));
        check(&text, &format!("fornax_request_seconds_count{{{labels}}} 3"));
        check(&text, &format!("fornax_request_seconds_sum{{{labels}}} 40.003"));
        check(&text, &format!("fornax_response_bytes_total{{{labels}}} 300"));
    }

    #[test]
    fn tenants_have_their_own_figures() {
        let patients =
            TypeStatistics { resource_type: "Patient", resources: 3, versions: 4, store_bytes: 900 };
        let clinic = TenantStatistics {
            tenant: "clinic-1".parse().expect("a name"),
            time_zone: "UTC".to_owned(),
            referential_integrity: ReferentialIntegrity::Off,
            types: vec![patients],
            store_bytes: 800,
            index_bytes: 50,
            fresh_documents: 2,
            audit_rows: 7,
            last_updated: None,
            history_kept_from: None,
        };
        let pages = MemoryUse { purpose: "index pages", bytes: 12, bytes_max: Some(20) };
        let statistics = Statistics { store_bytes: 1_000, memory: vec![pages], tenants: vec![clinic] };
        let text = Metrics::new().render(&statistics, (0, 0));
        check(&text, "fornax_resources{tenant=\"clinic-1\",type=\"Patient\"} 3");
        check(&text, "fornax_audit_rows_total{tenant=\"clinic-1\"} 7");
        check(&text, "fornax_tenant_store_bytes{tenant=\"clinic-1\"} 800");
        check(&text, "fornax_index_bytes{tenant=\"clinic-1\"} 50");
        check(&text, "fornax_index_fresh_documents{tenant=\"clinic-1\"} 2");
        check(&text, "fornax_memory_bytes{purpose=\"index pages\"} 12");
        check(&text, "fornax_store_bytes 1000");
    }
}
