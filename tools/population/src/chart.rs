//! A patient's record under way: what its resources are written from.

use crate::calendar::Moment;
use crate::dice::Dice;
use crate::facilities::{Care, Facilities};
use crate::health::Health;
use crate::json::Place;
use crate::person::Person;
use crate::resources::Resources;
use crate::tables::{Billed, HealthProblem, Medication, Tables};
use crate::visits::{Visit, VisitKind};

/// What all writers see, and where they write.
pub struct Chart<'a> {
    pub(crate) tables: &'a Tables,
    pub(crate) facilities: &'a Facilities,
    pub(crate) person: &'a Person<'a>,
    pub(crate) health: &'a Health<'a>,
    pub(crate) out: &'a mut Resources,
    /// Decides what there is; what a resource says is decided by dice of its own, so that a change of one leaves the others.
    pub(crate) dice: Dice,
    pub(crate) patient: Place,
    pub(crate) coverage: Place,
    /// The Conditions of the lasting problems that were found so far.
    pub(crate) problems: Vec<Known>,
    /// What is taken until somebody says otherwise: the lasting problem, and the medicine.
    pub(crate) taken: Vec<(usize, usize)>,
    /// What the next Provenance vouches for.
    pub(crate) vouched: Vec<Place>,
    /// Months of age up to which all vaccines were thought of.
    pub(crate) vaccinated_months: f64,
    /// The year of the last influenza vaccine.
    pub(crate) influenza_year: i64,
}

/// A lasting problem that the record knows.
pub struct Known {
    /// Its position among the patient's lasting problems.
    pub(crate) lasting: usize,
    pub(crate) condition: Place,
}

/// A visit, with what was written of it.
pub struct Stay<'a> {
    pub(crate) visit: &'a Visit<'a>,
    pub(crate) encounter: Place,
    /// The encounter's type, by its position.
    pub(crate) visit_type: usize,
    pub(crate) diagnoses: Vec<Diagnosis<'a>>,
    pub(crate) done: Vec<Done<'a>>,
    pub(crate) prescribed: Vec<&'a Medication>,
    pub(crate) vaccines: Vec<usize>,
}

/// A Condition of a visit.
#[derive(Clone, Copy)]
pub struct Diagnosis<'a> {
    pub(crate) problem: &'a HealthProblem,
    pub(crate) condition: Place,
}

/// A Procedure of a visit.
#[derive(Clone, Copy)]
pub struct Done<'a> {
    pub(crate) procedure: &'a Billed,
    pub(crate) place: Place,
}

impl<'a> Chart<'a> {
    /// Who sees the patient at a visit.
    pub fn care(&self, visit: &Visit<'_>) -> &'a Care {
        let person: &'a Person<'a> = self.person;
        match visit.kind {
            VisitKind::Emergency | VisitKind::Inpatient | VisitKind::Delivery | VisitKind::Death => {
                &person.care.hospital
            }
            // Every third lasting problem is a specialist's.
            _ if visit.about.is_some_and(|about| about % 3 == 2) => &person.care.specialist,
            _ => &person.care.primary,
        }
    }

    /// A moment of a visit, so many minutes after its start but never after its end.
    pub fn during(visit: &Visit<'_>, minutes: i64) -> Moment {
        visit.start.plus_minutes(minutes).min(visit.end)
    }

    /// The patient's age at a visit, in whole years.
    pub fn years(&self, visit: &Visit<'_>) -> i64 {
        self.person.years(visit.start)
    }
}
