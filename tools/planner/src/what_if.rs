//! What if there were more, or less.

use serde::Serialize;

use crate::{Model, Site, Workload};

/// Half, twice and ten times as much.
const FACTORS: [f64; 3] = [0.5, 2.0, 10.0];

/// Makes one figure so many times as large.
type Change = fn(&mut Workload, f64);

/// The workload with one figure changed, and what it would meet with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Variation {
    /// Which figure.
    pub what: &'static str,
    /// How many times as much.
    pub factor: f64,
    /// How busy this machine would be.
    pub utilisation: f64,
    /// Cores of the machine recommended then.
    pub cores: u32,
    /// Its memory in bytes.
    pub memory_bytes: f64,
    /// Its disk in bytes.
    pub disk_bytes: f64,
    /// Operations of its disk a second.
    pub io_s: f64,
    /// The 99th percentile of writes on it, in microseconds.
    pub write_p99_us: Option<f64>,
    /// The 99th percentile of searches on it, in microseconds.
    pub search_p99_us: Option<f64>,
}

/// The workload itself, then half, twice and ten times each of patients, writes, searches and tenants.
pub(crate) fn table(model: &Model<'_>, workload: &Workload) -> Vec<Variation> {
    let changes: [(&str, Change); 4] = [
        ("patients", |it, factor| it.patients = scaled(it.patients, factor)),
        ("writes", |it, factor| it.rates_s.write *= factor),
        ("searches", |it, factor| it.rates_s.search *= factor),
        ("tenants", |it, factor| it.tenants = scaled(it.tenants, factor).max(1)),
    ];
    let mut rows = vec![row(model, ("as asked", 1.0), workload)];
    for (what, change) in changes {
        for factor in FACTORS {
            let mut changed = *workload;
            change(&mut changed, factor);
            if changed != *workload {
                rows.push(row(model, (what, factor), &changed));
            }
        }
    }
    rows
}

fn scaled(count: u64, factor: f64) -> u64 {
    (count as f64 * factor).ceil() as u64
}

fn row(model: &Model<'_>, (what, factor): (&'static str, f64), workload: &Workload) -> Variation {
    let here = model.forecast(workload, &Site::of(&model.calibration().machine));
    let site = model.recommended(workload);
    let there = model.forecast(workload, &site);
    Variation {
        what,
        factor,
        utilisation: here.utilisation,
        cores: site.cores,
        memory_bytes: site.memory_bytes,
        disk_bytes: site.disk_bytes.unwrap_or(0.0),
        io_s: there.io.rate_s(),
        write_p99_us: there.kinds.write.p99_us,
        search_p99_us: there.kinds.search.p99_us,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::{calibration, workload};

    #[test]
    fn each_figure_is_varied() {
        let calibration = calibration();
        let rows = table(&Model::new(&calibration), &workload());
        // One tenant can't be halved.
        assert_eq!(rows.len(), 1 + 4 * 3 - 1);
        let of = |what, factor| rows.iter().find(|row| row.what == what && row.factor == factor).expect("it");
        assert!(of("patients", 10.0).disk_bytes > 4.0 * of("patients", 0.5).disk_bytes);
        assert!(of("searches", 10.0).utilisation > of("searches", 2.0).utilisation);
        assert!(of("tenants", 10.0).memory_bytes >= of("as asked", 1.0).memory_bytes);
    }
}
