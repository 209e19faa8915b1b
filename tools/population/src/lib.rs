//! A synthetic population: FHIR resources of people who never lived, the same for the same seed.
//!
//! A [`Plan`] says how many patients there are; a [`Population`] makes their resources. The `n`-th patient's resources follow
//! from the plan and `n` alone, so patients can be made in any order, by any number of threads, in constant memory. What patients
//! share (Organizations, Locations, Practitioners, PractitionerRoles, Medications) comes first, in pieces.
//!
//! A patient has about 315 resources of 1.5 kB, half of them fewer than 265, a few more than 1,500: a record of four to fourteen
//! years, with lasting problems from before it. Bodies are R4, and follow US Core 6.1 where it has a profile.
//!
//! Codes and names are facts from the tables in `tables/`; each life is made up. No value is that of a person who lives: social
//! security numbers begin with 999, telephone numbers with 555, and addresses are drawn by lot.

mod allergy_intolerance;
mod calendar;
mod care_plan;
mod changes;
mod chart;
mod claim;
mod concept;
mod condition;
mod coverage;
mod datatype;
mod device;
mod diagnostic_report;
mod dice;
mod document_reference;
mod encounter;
mod error;
mod explanation_of_benefit;
mod facilities;
mod health;
mod id;
mod imaging_study;
mod immunization;
mod json;
mod laboratory;
mod medication_request;
mod note;
mod observation;
mod patient;
mod person;
mod plan;
mod procedure;
mod provenance;
mod record;
mod related_person;
mod resources;
mod rows;
mod service_request;
mod social_history;
mod survey;
mod tables;
mod visits;
mod vital_signs;

pub use calendar::Day;
pub use changes::{Change, Changes, Rates};
pub use error::PopulationError;
pub use plan::Plan;
pub use resources::{Resource, Resources};

use facilities::Facilities;
use record::Sources;
use tables::Tables;

/// The people of a plan, and what they share.
pub struct Population {
    plan: Plan,
    tables: Tables,
    facilities: Facilities,
}

impl Population {
    /// The population of a plan.
    ///
    /// # Errors
    ///
    /// When the plan asks for too many patients, or for a day too early or too late.
    pub fn new(plan: Plan) -> Result<Self, PopulationError> {
        plan.check()?;
        Ok(Self { plan, tables: Tables::new()?, facilities: Facilities::new(&plan) })
    }

    /// What it was made from.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// In how many pieces the facilities come. They grow with the square root of the number of patients: about 18 resources for
    /// each of `8 + √patients / 4` sites, but no more than 600 sites, and some 140 payers and medicines.
    pub fn facility_pieces(&self) -> u64 {
        self.facilities.pieces()
    }

    /// The resources that patients share, piece by piece. No piece refers to another one.
    pub fn facilities(&self) -> impl Iterator<Item = Resources> {
        (0..self.facility_pieces()).map(|piece| {
            let mut resources = Resources::new();
            self.facilities.write_piece(&self.tables, piece, &mut resources);
            resources
        })
    }

    /// The resources of the `number`-th patient, from 0. They refer to each other and to facilities.
    pub fn patient(&self, number: u64) -> Resources {
        let mut resources = Resources::new();
        self.fill_patient(number, &mut resources);
        resources
    }

    /// The same in the place of what `resources` held, whose memory is reused.
    pub fn fill_patient(&self, number: u64, resources: &mut Resources) {
        record::write(&self.sources(), number, &[], resources);
    }

    /// What happens later to the resources of the `number`-th patient. Only that is deleted which nothing refers to.
    pub fn changes(&self, number: u64, rates: Rates) -> Changes {
        let mut changes = Changes::new();
        self.fill_changes(number, rates, &mut changes);
        changes
    }

    /// The same in the place of what `changes` held, whose memory is reused.
    pub fn fill_changes(&self, number: u64, rates: Rates, changes: &mut Changes) {
        let seed = dice::seed_of(self.plan.seed, number);
        let sources = self.sources();
        changes.fill(seed, rates, |changed, out| record::write(&sources, number, changed, out));
    }

    fn sources(&self) -> Sources<'_> {
        Sources { plan: &self.plan, tables: &self.tables, facilities: &self.facilities }
    }
}
