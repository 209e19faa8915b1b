//! A history of numbered batches from which any lost, half, doubled or reordered batch can be told afterwards.

use std::collections::BTreeMap;

use crate::{Batch, Direction, Durability, Edit, FamilyId, FamilyKind, KeyRange, Reader, Store, StoreError};

/// The families that every workload writes to.
pub const FAMILIES: [(FamilyId, FamilyKind); 3] = [
    (FamilyId(101), FamilyKind::PointLookups),
    (FamilyId(102), FamilyKind::Scans),
    (FamilyId(103), FamilyKind::LargeValues),
];

/// The keys of all families with their values.
type Content = BTreeMap<(FamilyId, Vec<u8>), Vec<u8>>;

/// The key under which each family holds the number of the last batch.
const LAST: &[u8] = b"last";

/// One writer's history. Several writers with different names can share a store.
pub struct Workload {
    name: u8,
    /// The number of the last batch that was handed to a store.
    last: u64,
}

impl Workload {
    /// A writer that has not written yet. Its keys begin with its name.
    pub fn new(name: u8) -> Self {
        Self { name, last: 0 }
    }

    /// Hands the next batch to a store, and returns its number when the store has acknowledged it.
    pub fn step(&mut self, store: &dyn Store, durability: Durability) -> Result<u64, StoreError> {
        self.last += 1;
        store.write(&self.batch(self.last), durability)?;
        Ok(self.last)
    }

    /// Makes the families if they are missing, compares all this writer's keys with what the first n batches leave, and
    /// goes on from n, which it returns.
    ///
    /// Fails, saying how, unless n is at least `acknowledged` and at most `attempted`.
    pub fn recover(&mut self, store: &dyn Store, acknowledged: u64, attempted: u64) -> Result<u64, String> {
        store.create_families(&FAMILIES).map_err(|error| error.to_string())?;
        let found = self.content(store).map_err(|error| error.to_string())?;
        let last = match found.get(&(FAMILIES[0].0, self.key(LAST))) {
            None => 0,
            Some(bytes) => u64::from_be_bytes(bytes.as_slice().try_into().map_err(|_| "the number is torn")?),
        };
        if last < acknowledged || last > attempted {
            return Err(format!("{last} batches are there, of {acknowledged} to {attempted}"));
        }
        let expected = self.expected(last);
        let differing = expected.iter().find(|(at, value)| found.get(at) != Some(value)).map(|(at, _)| at);
        let surplus = found.keys().find(|at| !expected.contains_key(at));
        match (differing, surplus) {
            (None, None) => {
                self.last = last;
                Ok(last)
            }
            (Some(at), _) => Err(format!("after {last} batches {at:?} is missing or wrong")),
            (_, Some(at)) => Err(format!("after {last} batches {at:?} is still there")),
        }
    }

    fn key(&self, rest: &[u8]) -> Vec<u8> {
        [&[self.name], rest].concat()
    }

    /// Batch `number`: a few new keys of several sizes, the number itself, and the removal of older keys.
    fn batch(&self, number: u64) -> Batch {
        let mut batch = Batch::new();
        for (family, _) in FAMILIES {
            batch.put(family, &self.key(LAST), &number.to_be_bytes());
            for part in 0..=number % 4 {
                batch.put(family, &self.numbered(number, part), &value(number, part));
            }
            if number.is_multiple_of(3) {
                batch.delete(family, &self.numbered(number / 2, 0));
            }
            if number.is_multiple_of(10) {
                let (start, end) = (self.numbered(number / 3, 0), self.numbered(number / 3 + 3, 0));
                batch.delete_range(family, &KeyRange::between(&start, &end));
            }
        }
        batch
    }

    fn numbered(&self, number: u64, part: u64) -> Vec<u8> {
        self.key(&[&number.to_be_bytes()[..], &part.to_be_bytes()[..]].concat())
    }

    fn expected(&self, last: u64) -> Content {
        let mut state = Content::new();
        for number in 1..=last {
            for edit in self.batch(number).edits() {
                match edit {
                    Edit::Put { family, key, value } => {
                        drop(state.insert((family, key.to_vec()), value.to_vec()));
                    }
                    Edit::Delete { family, key } => drop(state.remove(&(family, key.to_vec()))),
                    Edit::DeleteRange { family, start, end } => {
                        let range =
                            end.map_or_else(|| KeyRange::from(start), |end| KeyRange::between(start, end));
                        state.retain(|(of, key), _| *of != family || !range.contains(key));
                    }
                }
            }
        }
        state
    }

    fn content(&self, reader: &dyn Reader) -> Result<Content, StoreError> {
        let mut content = Content::new();
        for (family, _) in FAMILIES {
            let mut cursor = reader.scan(family, &KeyRange::prefix(&[self.name]), Direction::Forward)?;
            while let Some((key, value)) = cursor.next()? {
                content.insert((family, key.to_vec()), value.to_vec());
            }
        }
        Ok(content)
    }
}

/// Mostly small, every 23rd large enough to be kept apart.
fn value(number: u64, part: u64) -> Vec<u8> {
    let size = if number.is_multiple_of(23) { 70_000 } else { (number * 37 + part * 101) % 600 };
    (0..size).map(|at| (at ^ number ^ (part << 5)) as u8).collect()
}
