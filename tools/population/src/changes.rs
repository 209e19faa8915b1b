//! What happens to a record later: some resources change, some go.

use crate::PopulationError;
use crate::dice::{Dice, seed_of};
use crate::resources::{Resource, Resources, write_request};

/// How many of all resources change, and how many go, in percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    updates: u8,
    deletes: u8,
}

impl Rates {
    /// No more can be deleted, as only that can go which nothing refers to: results that stand in no report, vaccinations,
    /// answers of payers and such. They are half of all resources, and hardly ever less than this share of one patient's.
    pub const DELETES_MAX: u8 = 30;
    /// No more can change and go together: some remain as they were.
    pub const TOGETHER_MAX: u8 = 90;

    /// Rates in percent of all of the patients' resources. Each patient comes as near to them as whole resources allow.
    ///
    /// # Errors
    ///
    /// Beyond [`Rates::DELETES_MAX`] and [`Rates::TOGETHER_MAX`].
    pub fn new(updates: u8, deletes: u8) -> Result<Self, PopulationError> {
        let (deletes_max, together_max) = (Self::DELETES_MAX, Self::TOGETHER_MAX);
        if deletes > deletes_max || updates.saturating_add(deletes) > together_max {
            return Err(PopulationError::Rates { updates, deletes, together_max, deletes_max });
        }
        Ok(Self { updates, deletes })
    }
}

/// One change.
#[derive(Clone, Copy)]
pub enum Change<'a> {
    /// The resource has a new body.
    Update(Resource<'a>),
    /// The resource is gone; its body is what it was.
    Delete(Resource<'a>),
}

/// The changes of one patient's resources.
pub struct Changes {
    /// All resources, those that change in their later form.
    resources: Resources,
    chosen: Vec<(usize, Kind)>,
}

#[derive(Clone, Copy)]
enum Kind {
    Update,
    Delete,
}

impl Default for Changes {
    fn default() -> Self {
        Self::new()
    }
}

impl Changes {
    /// None yet. Filled again and again, its memory is reused.
    pub fn new() -> Self {
        Self { resources: Resources::new(), chosen: Vec::new() }
    }

    /// Chooses what changes, and has the record written with it.
    pub(crate) fn fill(&mut self, seed: u64, rates: Rates, mut write: impl FnMut(&[bool], &mut Resources)) {
        write(&[], &mut self.resources);
        let count = self.resources.len();
        let mut leaf = vec![true; count];
        for target in self.resources.iter().flat_map(Resource::targets) {
            leaf[target] = false;
        }
        let mut dice = Dice::new(seed_of(!seed, u64::MAX));
        let mut drawn: Vec<(u64, usize)> = (0..count).map(|position| (dice.bits(), position)).collect();
        drawn.sort_unstable();
        let mut share = |percent: u8| {
            let exact = count as u64 * u64::from(percent);
            (exact / 100 + u64::from(dice.below(100) < exact % 100)) as usize
        };
        let (updates, deletes) = (share(rates.updates), share(rates.deletes));
        self.chosen.clear();
        let deleted = drawn.iter().filter(|(_, position)| leaf[*position]).take(deletes);
        self.chosen.extend(deleted.map(|(_, position)| (*position, Kind::Delete)));
        let mut free = vec![true; count];
        self.chosen.iter().for_each(|(position, _)| free[*position] = false);
        let updated = drawn.iter().filter(|(_, position)| free[*position]).take(updates);
        self.chosen.extend(updated.map(|(_, position)| (*position, Kind::Update)));
        self.chosen.sort_unstable_by_key(|(position, _)| *position);
        let mut changed = vec![false; count];
        for (position, kind) in &self.chosen {
            changed[*position] = matches!(kind, Kind::Update);
        }
        write(&changed, &mut self.resources);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.chosen.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    /// All of them, in the order of the resources.
    pub fn iter(&self) -> impl Iterator<Item = Change<'_>> {
        self.chosen.iter().filter_map(|(position, kind)| {
            let resource = self.resources.get(*position)?;
            Some(match kind {
                Kind::Update => Change::Update(resource),
                Kind::Delete => Change::Delete(resource),
            })
        })
    }

    /// Appends one batch Bundle, in one line: a `PUT` to `Type/id` for each update, a `DELETE` for each delete. References are
    /// written as `Type/id`.
    pub fn write_batch(&self, out: &mut String) {
        out.push_str(r#"{"resourceType":"Bundle","type":"batch","entry":["#);
        for (at, change) in self.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            match change {
                Change::Update(resource) => resource.write_batch_entry(out),
                Change::Delete(resource) => {
                    out.push('{');
                    write_request("DELETE", resource.kind(), resource.id(), out);
                    out.push('}');
                }
            }
        }
        out.push_str("]}");
    }
}
