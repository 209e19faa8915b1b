//! Points of curves: latency against throughput, and what syncs cost.

use serde::Serialize;

use crate::{Model, PerKind, Site, Workload};

/// How busy the cores are at the points of the curve.
const UTILISATIONS: [f64; 14] = [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.96];

/// The asked mix at other rates, on the calibrated machine.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LoadPoint {
    /// How many times the asked rates.
    pub factor: f64,
    /// Requests of all kinds a second.
    pub requests_s: f64,
    /// How busy the cores are.
    pub utilisation: f64,
    /// The median by kind, in microseconds; absent for what is not asked.
    pub p50_us: PerKind<Option<f64>>,
    /// The 99th percentile by kind, in microseconds.
    pub p99_us: PerKind<Option<f64>>,
}

/// Writes alone at some rate, on the calibrated machine.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SyncPoint {
    /// Writes a second.
    pub writes_s: f64,
    /// Syncs a second.
    pub syncs_s: f64,
    /// Syncs for each write.
    pub a_commit: f64,
    /// The median of writes, in microseconds.
    pub p50_us: Option<f64>,
    /// The 99th percentile of writes, in microseconds.
    pub p99_us: Option<f64>,
}

/// Latency against throughput; empty where no rate is asked.
pub(crate) fn load(model: &Model<'_>, workload: &Workload, site: &Site) -> Vec<LoadPoint> {
    let total = |of: &Workload| {
        of.requests_s(model.calibration().page_resources).iter().map(|(_, rate)| rate).sum::<f64>()
    };
    let asked = total(workload);
    let point = |utilisation| {
        let scaled = model.at_utilisation(workload, site, utilisation)?;
        let forecast = model.forecast(&scaled, site);
        let if_asked = |kind, value: Option<f64>| value.filter(|_| *scaled.rates_s.of(kind) > 0.0);
        Some(LoadPoint {
            factor: total(&scaled) / asked,
            requests_s: total(&scaled),
            utilisation: forecast.utilisation,
            p50_us: PerKind::from_fn(|kind| if_asked(kind, forecast.kinds.of(kind).p50_us)),
            p99_us: PerKind::from_fn(|kind| if_asked(kind, forecast.kinds.of(kind).p99_us)),
        })
    };
    UTILISATIONS.into_iter().filter_map(point).collect()
}

/// What syncs cost writers, from one a second up to as many as the cores bear.
pub(crate) fn syncs(model: &Model<'_>, workload: &Workload, site: &Site) -> Vec<SyncPoint> {
    let of = |writes_s: f64| {
        let alone = Workload { rates_s: PerKind { write: writes_s, ..PerKind::default() }, ..*workload };
        model.forecast(&alone, site)
    };
    let rates = (0..).map(|step| 10f64.powf(f64::from(step) / 4.0)).take(25);
    rates
        .map(|writes_s| (writes_s, of(writes_s)))
        .take_while(|(_, forecast)| forecast.utilisation < 0.95)
        .map(|(writes_s, forecast)| SyncPoint {
            writes_s,
            syncs_s: forecast.syncs.rate_s,
            a_commit: forecast.syncs.a_commit,
            p50_us: forecast.kinds.write.p50_us,
            p99_us: forecast.kinds.write.p99_us,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::{calibration, workload};

    #[test]
    fn curves_rise() {
        let calibration = calibration();
        let (model, site) = (Model::new(&calibration), Site::of(&calibration.machine));
        let points = load(&model, &workload(), &site);
        assert_eq!(points.len(), UTILISATIONS.len());
        assert!(points.is_sorted_by(|one, next| one.requests_s < next.requests_s));
        assert!(
            points[13].p99_us.read > points[6].p99_us.read && points[6].p99_us.read > points[0].p99_us.read
        );
        assert!(load(&model, &workload().times(0.0), &site).is_empty());
        let points = syncs(&model, &workload(), &site);
        assert!(points.len() > 10 && points.is_sorted_by(|one, next| one.a_commit > next.a_commit));
    }
}
