//! One search measured, and how times are told.

use std::fs;
use std::time::{Duration, Instant};

use fornax::{SearchRequest, Tenant};
use fornax_benches::load::me;

/// A search by its path and query string, or by a form.
#[derive(Clone, Debug)]
pub struct Search {
    pub path: &'static str,
    pub query: String,
    /// Sent as a form where it is long.
    pub form: String,
}

impl Search {
    pub fn of(path: &'static str, query: impl Into<String>) -> Self {
        Self { path, query: query.into(), form: String::new() }
    }

    fn request(&self) -> SearchRequest {
        SearchRequest {
            form: self.form.clone().into_bytes(),
            ..SearchRequest::of(self.path, self.query.clone())
        }
    }

    /// Answers how many match, how many came on the first page, and how long it took.
    pub fn run(&self, tenant: &Tenant) -> (u64, usize, Duration) {
        let started = Instant::now();
        let page = tenant.search(&self.request(), &me()).unwrap_or_else(|error| panic!("{self:?}: {error}"));
        (page.total.unwrap_or(0), page.matches.len(), started.elapsed())
    }

    /// Reads all pages; answers how many came, and how long it took.
    pub fn download(&self, tenant: &Tenant) -> (usize, Duration) {
        let started = Instant::now();
        let mut page =
            tenant.search(&self.request(), &me()).unwrap_or_else(|error| panic!("{self:?}: {error}"));
        let mut count = page.matches.len();
        while let Some(token) = page.next {
            page = tenant.search_page(&page.path, &token, &me()).unwrap();
            count += page.matches.len();
        }
        (count, started.elapsed())
    }
}

/// CPU time that this thread has used.
pub fn thread_cpu() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split_whitespace().next().unwrap().parse().unwrap())
}

pub fn shown(duration: Duration) -> String {
    let us = duration.as_secs_f64() * 1e6;
    match us {
        ..1_000.0 => format!("{us:.0} µs"),
        ..10_000.0 => format!("{:.1} ms", us / 1e3),
        _ => format!("{:.0} ms", us / 1e3),
    }
}

/// Of sorted times, the one below which so many in a hundred lie.
pub fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let at = (sorted.len() * percent).div_ceil(100).clamp(1, sorted.len());
    sorted[at - 1]
}
