//! How long requests took, corrected for those that were never sent because the client waited.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// Durations in microseconds, to three digits. A histogram of an hour takes some 100 KiB, however many values it holds.
#[derive(Clone, Debug)]
pub struct Latencies(Histogram<u64>);

/// The values that so many in a hundred stay within, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Quantiles {
    /// Half of them.
    pub p50: f64,
    /// Nine in ten.
    pub p90: f64,
    /// All but one in a hundred.
    pub p99: f64,
    /// All but one in a thousand.
    pub p99_9: f64,
    /// All.
    pub max: f64,
}

/// The longest that is told apart; what is longer counts as this.
const LONGEST_US: u64 = 3_600_000_000;
const DIGITS: u8 = 3;

impl Default for Latencies {
    fn default() -> Self {
        let histogram = Histogram::new_with_bounds(1, LONGEST_US, DIGITS);
        Self(histogram.expect("the bounds are constants that a histogram takes"))
    }
}

impl Latencies {
    /// Counts one.
    pub fn record(&mut self, duration: Duration) {
        // A duration of more microseconds than fit is beyond the longest as well.
        self.0.saturating_record(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX).max(1));
    }

    /// Counts all of another one.
    pub fn add(&mut self, other: &Self) {
        self.0.add(&other.0).expect("both have the same bounds");
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The one in the middle.
    pub fn median(&self) -> Duration {
        Duration::from_micros(self.0.value_at_quantile(0.5))
    }

    /// With what a client omits that waits for an answer before it sends again (coordinated omission): after an answer that took
    /// several times as long as usually lies between two requests, the requests that should have been sent meanwhile are counted
    /// too, each with what was left to wait.
    pub fn corrected(&self, usual_gap: Duration) -> Self {
        let gap_us = u64::try_from(usual_gap.as_micros()).unwrap_or(u64::MAX);
        if gap_us == 0 { self.clone() } else { Self(self.0.clone_correct(gap_us)) }
    }

    /// What it comes to.
    pub fn quantiles(&self) -> Quantiles {
        // Upper ends of the histogram's steps must not lie beyond the largest value.
        let at = |quantile: f64| self.0.value_at_quantile(quantile).min(self.0.max()) as f64 / 1e3;
        Quantiles {
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p99_9: at(0.999),
            max: self.0.max() as f64 / 1e3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_ms(values: &[u64]) -> Latencies {
        let mut latencies = Latencies::default();
        values.iter().for_each(|ms| latencies.record(Duration::from_millis(*ms)));
        latencies
    }

    #[test]
    fn a_stall_counts_for_all_that_it_kept_from_being_sent() {
        // A hundred answers in 1 ms each, then one in 100 ms: 99 requests were not sent.
        let mut values = [1; 100];
        let plain = of_ms(&values);
        assert_eq!(plain.corrected(Duration::from_millis(1)).count(), 100, "nothing was omitted");
        values[99] = 100;
        let stalled = of_ms(&values);
        assert_eq!(stalled.quantiles().p90, 1.0);
        let corrected = stalled.corrected(Duration::from_millis(1));
        assert_eq!(corrected.count(), 99 + 100);
        assert!((79.0..81.5).contains(&corrected.quantiles().p90), "{:?}", corrected.quantiles());
    }

    #[test]
    fn what_is_slow_as_a_rule_omits_nothing() {
        let slow = of_ms(&[100; 50]);
        let corrected = slow.corrected(Duration::from_millis(100));
        assert_eq!(corrected.count(), 50);
        assert_eq!(slow.corrected(Duration::ZERO).count(), 50);
    }

    #[test]
    fn quantiles_are_in_milliseconds_and_end_at_the_longest() {
        let quantiles = of_ms(&(1..=1000).collect::<Vec<_>>()).quantiles();
        let near = |value: f64, expected: f64| assert!((value / expected - 1.0).abs() < 0.002, "{value}");
        near(quantiles.p50, 500.0);
        near(quantiles.p90, 900.0);
        near(quantiles.p99, 990.0);
        near(quantiles.p99_9, 999.0);
        near(quantiles.max, 1000.0);
        assert_eq!(Latencies::default().quantiles(), Quantiles::default());
        assert!(of_ms(&[u64::MAX / 1_000_000]).quantiles().max <= 3_604_000.0);
    }

    #[test]
    fn sums() {
        let mut all = of_ms(&[1, 2]);
        all.add(&of_ms(&[3]));
        assert_eq!((all.count(), all.median()), (3, of_ms(&[2]).median()));
    }
}
