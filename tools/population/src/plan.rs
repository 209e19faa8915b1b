//! What a population is made from.

use crate::{Day, PopulationError};

/// What a population is made from: equal plans make equal populations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Where chance starts from.
    pub seed: u64,
    /// How many patients there are; the number of facilities follows from it. At most [`Plan::PATIENTS_MAX`].
    pub patients: u64,
    /// The day by which everything has happened. From 2000-01-01 to 2100-01-01.
    pub until: Day,
}

impl Plan {
    /// The last day unless another one is asked for: 2026-01-01. There is no clock here.
    pub const UNTIL: Day = Day(20_454);
    /// A million million.
    pub const PATIENTS_MAX: u64 = 1_000_000_000_000;

    /// So many patients until [`Plan::UNTIL`].
    pub fn new(seed: u64, patients: u64) -> Self {
        Self { seed, patients, until: Self::UNTIL }
    }

    /// Whether such a population can be made.
    pub(crate) fn check(&self) -> Result<(), PopulationError> {
        const FIRST: Day = Day(10_957);
        const LAST: Day = Day(47_482);
        if self.patients > Self::PATIENTS_MAX {
            return Err(PopulationError::Patients { asked: self.patients, max: Self::PATIENTS_MAX });
        }
        if !(FIRST..=LAST).contains(&self.until) {
            return Err(PopulationError::Until(self.until));
        }
        Ok(())
    }
}
