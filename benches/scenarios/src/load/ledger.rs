//! What came of the requests of a stage, by row. Its size depends on the number of rows alone.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::{Latencies, locked};
use crate::http::{Fault, Page};
use crate::report::Row;

/// What a row is called, and with which others it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowName {
    /// Such as `date`.
    pub group: String,
    /// Such as `Patient?birthdate=gt`.
    pub name: String,
}

impl RowName {
    /// A row within a group.
    pub fn new(group: impl Into<String>, name: impl Into<String>) -> Self {
        Self { group: group.into(), name: name.into() }
    }
}

/// One request that was answered, or was not.
pub struct Sample {
    /// When it was sent or, at a fixed rate, when it should have been.
    pub started: Instant,
    /// When its answer was there.
    pub ended: Instant,
    /// Since the same client's request before, of the same row.
    pub gap: Option<Duration>,
    /// Whether it was sent in the time that counts. Only failures are recorded that were not.
    pub is_measured: bool,
    /// What came of it.
    pub outcome: Result<Page, Fault>,
    /// What a failed one was answered.
    pub failure: Option<String>,
}

/// All rows of a stage.
pub struct Ledger {
    rows: Vec<(RowName, Mutex<Tally>)>,
    /// The last answer's time.
    ended: Mutex<Option<Instant>>,
}

#[derive(Default)]
struct Tally {
    /// Of good answers only: an error is often quicker, and nobody's gain.
    latencies: Latencies,
    gaps: Latencies,
    faults: BTreeMap<Fault, u64>,
    first_failure: Option<String>,
    resources: u64,
    totals: u64,
    totals_sum: u64,
}

/// How the rows of a stage are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Correction {
    /// Latencies count from when a request was sent: what was omitted is added.
    ByGaps,
    /// Latencies count from when a request should have been sent: nothing was omitted.
    None,
}

impl Ledger {
    /// An empty one.
    pub fn new(rows: Vec<RowName>) -> Self {
        let rows = rows.into_iter().map(|row| (row, Mutex::default())).collect();
        Self { rows, ended: Mutex::new(None) }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Counts a request.
    pub fn record(&self, row: usize, sample: Sample) {
        let mut tally = locked(&self.rows[row].1);
        if let Some(gap) = sample.gap {
            tally.gaps.record(gap);
        }
        match sample.outcome {
            Ok(page) => {
                tally.latencies.record(sample.ended.saturating_duration_since(sample.started));
                tally.resources += page.resources;
                if let Some(total) = page.total {
                    tally.totals += 1;
                    tally.totals_sum += total;
                }
            }
            Err(fault) => {
                *tally.faults.entry(fault).or_insert(0) += 1;
                tally.first_failure = tally.first_failure.take().or(sample.failure);
            }
        }
        drop(tally);
        if !sample.is_measured {
            return;
        }
        let mut ended = locked(&self.ended);
        *ended = (*ended).max(Some(sample.ended));
    }

    /// When the last answer was there.
    pub fn ended(&self) -> Option<Instant> {
        *locked(&self.ended)
    }

    /// Every row that had a request, and all of them together as `all`, in so many seconds.
    pub fn rows(&self, seconds: f64, correction: Correction) -> (Vec<Row>, Row) {
        let mut rows = Vec::new();
        let mut all = Tally::default();
        let mut all_corrected = Latencies::default();
        for (name, tally) in &self.rows {
            let tally = locked(tally);
            let corrected = match correction {
                Correction::ByGaps => tally.latencies.corrected(tally.gaps.median()),
                Correction::None => tally.latencies.clone(),
            };
            if tally.requests() > 0 {
                rows.push(tally.row(name, &corrected, seconds));
            }
            // What is usual differs by row, so the rows are corrected before they are put together.
            all_corrected.add(&corrected);
            all.add(&tally);
        }
        let all = all.row(&RowName::new("", "all"), &all_corrected, seconds);
        (rows, all)
    }
}

impl Tally {
    fn requests(&self) -> u64 {
        self.latencies.count() + self.faults.values().sum::<u64>()
    }

    fn add(&mut self, other: &Self) {
        self.latencies.add(&other.latencies);
        for (fault, count) in &other.faults {
            *self.faults.entry(*fault).or_insert(0) += count;
        }
        self.resources += other.resources;
        self.totals += other.totals;
        self.totals_sum += other.totals_sum;
    }

    fn row(&self, name: &RowName, corrected: &Latencies, seconds: f64) -> Row {
        let per_second = |count: u64| if seconds > 0.0 { count as f64 / seconds } else { 0.0 };
        Row {
            group: name.group.clone(),
            name: name.name.clone(),
            requests: self.requests(),
            failures: self.faults.values().sum(),
            faults: self.faults.iter().map(|(fault, count)| (fault.to_string(), *count)).collect(),
            first_failure: self.first_failure.clone(),
            per_second: per_second(self.latencies.count()),
            resources: self.resources,
            resources_per_second: per_second(self.resources),
            total_mean: (self.totals > 0).then(|| self.totals_sum as f64 / self.totals as f64),
            latency_ms: corrected.quantiles(),
            as_measured_ms: self.latencies.quantiles(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(start: Instant, ms: u64, outcome: Result<Page, Fault>) -> Sample {
        let gap = Some(Duration::from_millis(2));
        let ended = start + Duration::from_millis(ms);
        Sample { started: start, ended, gap, is_measured: true, outcome, failure: None }
    }

    #[test]
    fn rows_count_what_came_and_keep_failures_apart() {
        let ledger = Ledger::new(["a", "b", "unused"].map(|name| RowName::new("g", name)).to_vec());
        let start = Instant::now();
        let page = Page { total: Some(5), resources: 3, ..Page::default() };
        ledger.record(0, sample(start, 2, Ok(page.clone())));
        ledger.record(0, sample(start, 20, Ok(page)));
        let failed =
            Sample { failure: Some("why".to_owned()), ..sample(start, 900, Err(Fault::Status(500))) };
        ledger.record(1, failed);
        ledger.record(1, sample(start, 1, Err(Fault::NoTotal)));

        let (rows, all) = ledger.rows(2.0, Correction::ByGaps);
        assert_eq!(rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((rows[0].requests, rows[0].failures, rows[0].resources), (2, 0, 6));
        assert_eq!(
            (rows[0].per_second, rows[0].resources_per_second, rows[0].total_mean),
            (1.0, 3.0, Some(5.0))
        );
        assert!(rows[0].latency_ms.p50 > rows[0].as_measured_ms.p50, "{:?}", rows[0]);
        assert_eq!(rows[0].latency_ms.max, rows[0].as_measured_ms.max);
        assert_eq!((rows[1].requests, rows[1].failures, rows[1].per_second), (2, 2, 0.0));
        assert_eq!(
            rows[1].faults.iter().map(|(why, _)| why.as_str()).collect::<Vec<_>>(),
            ["status 500", "no total"]
        );
        assert_eq!(rows[1].first_failure.as_deref(), Some("why"));
        assert_eq!((all.requests, all.failures, all.resources), (4, 2, 6));
        assert_eq!(ledger.ended(), Some(start + Duration::from_millis(900)));

        let early = Sample { is_measured: false, ..sample(start, 5000, Err(Fault::Lost)) };
        ledger.record(2, early);
        assert_eq!(ledger.ended(), Some(start + Duration::from_millis(900)));
        let (rows, all) = ledger.rows(2.0, Correction::None);
        assert_eq!((rows[2].failures, all.failures), (1, 3), "a failure counts whenever it is");
        assert_eq!(rows[0].latency_ms, rows[0].as_measured_ms);
    }
}
