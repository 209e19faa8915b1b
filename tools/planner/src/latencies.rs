//! How long calls took.

use serde::Serialize;

/// How many points stand for a distribution.
const POINTS: usize = 100;

/// How long calls took, in microseconds. No call at all: every figure is 0.
#[derive(Clone, Debug, PartialEq, Default, Serialize)]
pub struct Latencies {
    /// How many calls.
    pub calls: u64,
    /// The mean.
    pub mean_us: f64,
    /// The median.
    pub p50_us: f64,
    /// What 99 of 100 stay below.
    pub p99_us: f64,
    /// The squared coefficient of variation: variance over squared mean. Of the points: what fewer than one call in a hundred met
    /// with is left out, since a single pause would outweigh all else.
    pub variation: f64,
    /// The distribution as points of equal weight, in order.
    #[serde(skip)]
    pub points_us: Vec<f64>,
}

impl Latencies {
    /// Of single calls in microseconds, in any order.
    pub fn of(mut calls_us: Vec<f64>) -> Self {
        calls_us.retain(|call| call.is_finite() && *call >= 0.0);
        if calls_us.is_empty() {
            return Self::default();
        }
        calls_us.sort_unstable_by(f64::total_cmp);
        let count = calls_us.len() as f64;
        let mean_us = calls_us.iter().sum::<f64>() / count;
        let points_us: Vec<f64> =
            (0..POINTS).map(|point| quantile(&calls_us, (point as f64 + 0.5) / POINTS as f64)).collect();
        Self {
            calls: calls_us.len() as u64,
            mean_us,
            p50_us: quantile(&calls_us, 0.5),
            p99_us: quantile(&calls_us, 0.99),
            variation: variation(&points_us),
            points_us,
        }
    }
}

fn variation(points: &[f64]) -> f64 {
    let mean = points.iter().sum::<f64>() / POINTS as f64;
    let squares = points.iter().map(|point| (point - mean).powi(2)).sum::<f64>() / POINTS as f64;
    if mean > 0.0 { squares / (mean * mean) } else { 0.0 }
}

/// Of sorted values the one that such a share stays below, by straight lines between neighbours.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = share * sorted.len() as f64 - 0.5;
    let at = at.clamp(0.0, (sorted.len() - 1) as f64);
    let (low, part) = (at.floor() as usize, at.fract());
    let high = (low + 1).min(sorted.len() - 1);
    sorted[low] + (sorted[high] - sorted[low]) * part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_known_calls() {
        let hundred = Latencies::of((1..=100).rev().map(f64::from).collect());
        assert_eq!((hundred.calls, hundred.mean_us, hundred.p50_us), (100, 50.5, 50.5));
        assert!((hundred.p99_us - 99.5).abs() < 1e-9);
        assert_eq!(hundred.points_us.len(), POINTS);
        assert!(hundred.points_us.is_sorted());
        let same = Latencies::of(vec![7.0; 5]);
        assert_eq!((same.p50_us, same.p99_us, same.variation), (7.0, 7.0, 0.0));
    }

    #[test]
    fn none_and_nonsense_are_nothing() {
        assert_eq!(Latencies::of(Vec::new()), Latencies::default());
        assert_eq!(Latencies::of(vec![f64::NAN, -1.0]), Latencies::default());
    }
}
