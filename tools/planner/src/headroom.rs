//! How much more a machine would bear.

use serde::Serialize;

use crate::{Model, Site, Workload};

/// From this utilisation on requests wait for each other too long.
const UTILISATION_MAX: f64 = 0.9;
/// Beyond this nobody asks.
const FACTOR_MAX: f64 = 1e4;

/// What grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// All rates together.
    AllRates,
    /// Writes alone.
    Writes,
    /// Reads alone.
    Reads,
    /// Searches alone.
    Searches,
    /// Exports alone.
    Exports,
    /// Patients.
    Patients,
}

/// What is exhausted first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Cores are busy for nine tenths of the time.
    Cpu,
    /// The process takes all memory.
    Memory,
    /// The disk is full.
    Disk,
}

/// By how much one thing may grow until a limit is met.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Headroom {
    /// What grows.
    pub subject: Subject,
    /// To so many times as much; below 1 it is too much already.
    pub factor: f64,
    /// Which limit is met; none within ten thousand times as much.
    pub limit: Option<Limit>,
}

impl Subject {
    const ALL: [Self; 6] =
        [Self::AllRates, Self::Writes, Self::Reads, Self::Searches, Self::Exports, Self::Patients];

    /// As a table's row has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::AllRates => "all rates",
            Self::Writes => "writes",
            Self::Reads => "reads",
            Self::Searches => "searches",
            Self::Exports => "exports",
            Self::Patients => "patients",
        }
    }

    fn times(self, workload: &Workload, factor: f64) -> Workload {
        let mut changed = *workload;
        match self {
            Self::AllRates => return workload.times(factor),
            Self::Writes => changed.rates_s.write *= factor,
            Self::Reads => changed.rates_s.read *= factor,
            Self::Searches => changed.rates_s.search *= factor,
            Self::Exports => changed.rates_s.export *= factor,
            Self::Patients => changed.patients = (workload.patients as f64 * factor) as u64,
        }
        changed
    }
}

impl Limit {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Memory => "memory",
            Self::Disk => "disk",
        }
    }

    fn met(model: &Model<'_>, workload: &Workload, site: &Site) -> Option<Self> {
        if model.busy_cores(workload, site) > UTILISATION_MAX * f64::from(site.cores) {
            Some(Self::Cpu)
        } else if model.memory(workload).all() > site.memory_bytes {
            Some(Self::Memory)
        } else if site.disk_bytes.is_some_and(|bytes| model.disk(workload).all() > bytes) {
            Some(Self::Disk)
        } else {
            None
        }
    }
}

/// Of everything that is asked for.
pub(crate) fn of(model: &Model<'_>, workload: &Workload, site: &Site) -> Vec<Headroom> {
    let asked = |subject: &Subject| subject.times(workload, 2.0) != *workload;
    Subject::ALL.into_iter().filter(asked).map(|subject| one(model, workload, site, subject)).collect()
}

fn one(model: &Model<'_>, workload: &Workload, site: &Site, subject: Subject) -> Headroom {
    let met = |factor| Limit::met(model, &subject.times(workload, factor), site);
    if met(FACTOR_MAX).is_none() {
        return Headroom { subject, factor: FACTOR_MAX, limit: None };
    }
    let (mut low, mut high) = (0.0, FACTOR_MAX);
    for _ in 0..48 {
        // By halves of the exponent while the range is wide.
        let middle = if low > 0.0 { f64::sqrt(low * high) } else { high / 16.0 };
        if met(middle).is_none() { low = middle } else { high = middle }
    }
    Headroom { subject, factor: low, limit: met(high) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::{calibration, workload};

    #[test]
    fn the_first_limit_is_found() {
        let calibration = calibration();
        let model = Model::new(&calibration);
        let site = Site::of(&calibration.machine);
        let rows = of(&model, &workload(), &site);
        assert_eq!(rows.len(), 6);
        let row = |subject| rows.iter().find(|row| row.subject == subject).expect("a row");
        let all = row(Subject::AllRates);
        assert_eq!(all.limit, Some(Limit::Cpu));
        let there = model.forecast(&workload().times(all.factor), &site).utilisation;
        assert!((there - UTILISATION_MAX).abs() < 1e-2, "{there}");
        assert!(row(Subject::Reads).factor > all.factor);
        assert_eq!(row(Subject::Patients).limit, Some(Limit::Disk));
        let small = Site { memory_bytes: 1e6, ..site };
        let none = of(&model, &workload(), &small);
        assert!(none.iter().all(|row| row.limit == Some(Limit::Memory) && row.factor < 1.0), "{none:?}");
    }

    #[test]
    fn what_is_not_asked_has_no_row() {
        let calibration = calibration();
        let site = Site::of(&calibration.machine);
        let rows = of(&Model::new(&calibration), &workload().times(0.0), &site);
        assert_eq!(rows.iter().map(|row| row.subject).collect::<Vec<_>>(), [Subject::Patients]);
    }
}
