//! What is loaded, and what is searched for: the same for every server.

mod folder;
mod outline;
mod pools;
mod values;

pub use pools::{Coding, Pools, Quantity, Target};
pub use values::{READ_TYPES, Values};

use std::collections::BTreeMap;
use std::path::Path;

use fornax_population::{Plan, Population, Resources};
use serde::{Deserialize, Serialize};

use self::folder::Folder;
use crate::Failure;

/// Bundles in an order in which each comes after those that it refers to: first what patients share, then the patients'.
pub struct Data {
    source: Source,
}

enum Source {
    Generated { population: Box<Population>, shared: Vec<Bundle> },
    Folder(Folder),
}

/// A Bundle to post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// JSON.
    pub text: String,
    /// How many entries it has.
    pub entries: u64,
}

/// What the data is, for the report.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct DataFacts {
    /// Such as `generated`.
    pub source: String,
    /// Of generated data.
    pub seed: Option<u64>,
    /// Bundles with a Patient.
    pub patient_bundles: u64,
    /// Bundles that come before them.
    pub shared_bundles: u64,
}

/// Patients whose values are searched for, spread over the data.
const SAMPLED: u64 = 200;

impl Data {
    /// A synthetic population.
    ///
    /// # Errors
    /// There can't be so many.
    pub fn generated(patients: u64, seed: u64) -> Result<Self, Failure> {
        let population =
            Population::new(Plan::new(seed, patients)).map_err(|error| Failure::Data(error.to_string()))?;
        // These grow with the square root of the patients' number: they can stay.
        let shared = population.facilities().map(|piece| Bundle::of(&piece)).collect();
        Ok(Self { source: Source::Generated { population: Box::new(population), shared } })
    }

    /// The Bundles in a folder.
    ///
    /// # Errors
    /// It holds none, or something that is not one.
    pub fn folder(path: &Path) -> Result<Self, Failure> {
        Ok(Self { source: Source::Folder(Folder::open(path)?) })
    }

    /// How many Bundles come first, one after the other.
    pub fn shared(&self) -> u64 {
        match &self.source {
            Source::Generated { shared, .. } => shared.len() as u64,
            Source::Folder(folder) => folder.shared() as u64,
        }
    }

    /// How many Bundles come after them, in any order.
    pub fn patients(&self) -> u64 {
        match &self.source {
            Source::Generated { population, .. } => population.plan().patients,
            Source::Folder(folder) => folder.patients() as u64,
        }
    }

    /// One of those that come first.
    ///
    /// # Errors
    /// It can't be read.
    pub fn shared_bundle(&self, number: u64) -> Result<Bundle, Failure> {
        match &self.source {
            Source::Generated { shared, .. } => Ok(shared[number as usize].clone()),
            Source::Folder(folder) => folder.shared_bundle(number as usize),
        }
    }

    /// One of those that come after them.
    ///
    /// # Errors
    /// It can't be read.
    pub fn patient_bundle(&self, number: u64) -> Result<Bundle, Failure> {
        match &self.source {
            Source::Generated { population, .. } => Ok(Bundle::of(&population.patient(number))),
            Source::Folder(folder) => folder.patient_bundle(number as usize),
        }
    }

    /// How many resources of each type a server holds that has taken all of it. An entry counts as one resource of its own:
    /// what puts the same id twice, or is created only if it is missing, is counted too often.
    ///
    /// # Errors
    /// Something can't be read.
    pub fn counts(&self) -> Result<BTreeMap<String, u64>, Failure> {
        let mut counts = BTreeMap::new();
        match &self.source {
            Source::Generated { population, .. } => {
                population.facilities().for_each(|piece| count(&piece, &mut counts));
                let mut resources = Resources::new();
                for number in 0..population.plan().patients {
                    population.fill_patient(number, &mut resources);
                    count(&resources, &mut counts);
                }
            }
            Source::Folder(folder) => folder.count(&mut counts)?,
        }
        Ok(counts)
    }

    /// The values of some patients, and of what they share.
    ///
    /// # Errors
    /// Something can't be read.
    pub fn pools(&self) -> Result<Pools, Failure> {
        let mut pools = Pools::default();
        for number in 0..self.shared() {
            pools.add_bundle(self.shared_bundle(number)?.text)?;
        }
        let step = (self.patients() / SAMPLED).max(1);
        for number in (0..self.patients()).step_by(step as usize) {
            pools.add_bundle(self.patient_bundle(number)?.text)?;
        }
        Ok(pools)
    }

    /// For the report.
    pub fn facts(&self) -> DataFacts {
        let (source, seed) = match &self.source {
            Source::Generated { population, .. } => ("generated".to_owned(), Some(population.plan().seed)),
            Source::Folder(folder) => (folder.name(), None),
        };
        DataFacts { source, seed, patient_bundles: self.patients(), shared_bundles: self.shared() }
    }
}

impl Bundle {
    fn of(resources: &Resources) -> Self {
        let mut text = String::new();
        resources.write_transaction(&mut text);
        Self { text, entries: resources.len() as u64 }
    }
}

fn count(resources: &Resources, counts: &mut BTreeMap<String, u64>) {
    for resource in resources.iter() {
        match counts.get_mut(resource.kind()) {
            Some(count) => *count += 1,
            None => drop(counts.insert(resource.kind().to_owned(), 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_generated_bundles_is_the_generated_data() {
        let generated = Data::generated(3, 5).expect("data");
        let path = tempfile::tempdir().expect("a folder");
        // The patients' names come first: the order follows from what is in them.
        for number in 0..generated.patients() {
            let bundle = generated.patient_bundle(number).expect("a Bundle");
            std::fs::write(path.path().join(format!("a{number}.json")), bundle.text).expect("a file");
        }
        std::fs::create_dir(path.path().join("b")).expect("a folder");
        for number in 0..generated.shared() {
            let bundle = generated.shared_bundle(number).expect("a Bundle");
            std::fs::write(path.path().join(format!("b/{number:04}.json")), bundle.text).expect("a file");
        }
        let folder = Data::folder(path.path()).expect("data");
        assert_eq!((folder.shared(), folder.patients()), (generated.shared(), generated.patients()));
        assert_eq!(folder.counts().expect("counts"), generated.counts().expect("counts"));
        assert_eq!(
            folder.patient_bundle(2).expect("a Bundle"),
            generated.patient_bundle(2).expect("a Bundle")
        );
        assert_eq!(folder.pools().expect("pools"), generated.pools().expect("pools"));
        let pools = generated.pools().expect("pools");
        assert_eq!(pools.patients.len(), 3);
        assert!(
            pools.subjects.iter().all(|subject| matches!(subject, Target::Id { .. })),
            "{:?}",
            pools.subjects
        );
    }

    #[test]
    fn a_folder_must_hold_bundles() {
        let path = tempfile::tempdir().expect("a folder");
        assert!(Data::folder(path.path()).is_err());
        std::fs::write(path.path().join("patient.json"), r#"{"resourceType":"Patient"}"#).expect("a file");
        assert!(Data::folder(path.path()).is_err());
    }
}
