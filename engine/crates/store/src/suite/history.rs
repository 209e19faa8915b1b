//! Histories against a plain map.

use std::collections::BTreeMap;

use super::{A, B, Owned, Site, entries, get, next, opened};
use crate::{Batch, Direction, Durability, FamilyId, KeyRange, Reader, Snapshot, Store};

type Model = BTreeMap<(FamilyId, Vec<u8>), Vec<u8>>;

/// Steps of one history, at most.
const STEPS_MAX: usize = 60;

/// One step of a history.
#[derive(Debug)]
enum Step {
    Write(Vec<Change>, Durability),
    TakeSnapshot,
    DropSnapshot(usize),
    Flush,
    Compact(FamilyId),
    Reopen,
}

#[derive(Debug)]
enum Change {
    Put(FamilyId, Vec<u8>, Vec<u8>),
    Delete(FamilyId, Vec<u8>),
    DeleteRange(FamilyId, KeyRange),
}

/// Reads `bytes`, whatever they are, as steps of a history, and compares the store and its snapshots with a plain map
/// after each step. For random bytes, from a property test or a fuzzer.
pub fn check_history(site: &mut dyn Site, bytes: &[u8]) {
    let mut store = opened(site);
    let mut model = Model::new();
    let mut snapshots: Vec<(Snapshot, Model)> = Vec::new();
    for step in Steps(bytes.iter()).take(STEPS_MAX) {
        match &step {
            Step::Write(changes, durability) => write(&*store, &mut model, changes, *durability),
            Step::TakeSnapshot => {
                let snapshot = store.snapshot().expect("a snapshot is taken");
                snapshots.push((snapshot, model.clone()));
            }
            Step::DropSnapshot(at) => {
                if !snapshots.is_empty() {
                    drop(snapshots.swap_remove(at % snapshots.len()));
                }
            }
            Step::Flush => store.flush().expect("the store is flushed"),
            Step::Compact(family) => {
                store.compact(*family, &KeyRange::all()).expect("the family is compacted");
            }
            Step::Reopen => {
                snapshots.clear();
                drop(store);
                store = site.open();
            }
        }
        compare(&*store, &model, &step);
        snapshots.iter().for_each(|(snapshot, model)| compare(&**snapshot, model, &step));
    }
}

fn write(store: &dyn Store, model: &mut Model, changes: &[Change], durability: Durability) {
    let mut batch = Batch::new();
    for change in changes {
        match change {
            Change::Put(family, key, value) => {
                batch.put(*family, key, value);
                model.insert((*family, key.clone()), value.clone());
            }
            Change::Delete(family, key) => {
                batch.delete(*family, key);
                model.remove(&(*family, key.clone()));
            }
            Change::DeleteRange(family, range) => {
                batch.delete_range(*family, range);
                model.retain(|(of, key), _| of != family || !range.contains(key));
            }
        }
    }
    store.write(&batch, durability).expect("the batch is written");
}

fn compare(reader: &dyn Reader, model: &Model, step: &Step) {
    for family in [A, B] {
        let of_family = |range: &KeyRange| -> Vec<Owned> {
            let within = model.iter().filter(|((of, key), _)| *of == family && range.contains(key));
            within.map(|((_, key), value)| (key.clone(), value.clone())).collect()
        };
        for range in [KeyRange::all(), KeyRange::prefix(&[1]), KeyRange::between(&[0, 1], &[2])] {
            let mut expected = of_family(&range);
            assert_eq!(entries(reader, family, &range, Direction::Forward), expected, "after {step:?}");
            expected.reverse();
            assert_eq!(entries(reader, family, &range, Direction::Reverse), expected, "after {step:?}");
        }
        compare_points(reader, family, &of_family(&KeyRange::all()));
    }
}

fn compare_points(reader: &dyn Reader, family: FamilyId, content: &[Owned]) {
    let asked: Vec<Vec<u8>> =
        (0..3).flat_map(|first| (0..3).map(move |second| vec![first, second])).collect();
    let expected =
        |asked: &Vec<u8>| content.iter().find(|(key, _)| key == asked).map(|(_, value)| value.clone());
    let together: Vec<&[u8]> = asked.iter().map(Vec::as_slice).collect();
    let found = reader.get_many(family, &together).expect("they are looked up");
    let mut cursor = reader.scan(family, &KeyRange::all(), Direction::Forward).expect("the scan begins");
    for (key, value) in asked.iter().zip(found) {
        assert_eq!(get(reader, family, key), expected(key));
        assert_eq!(value.map(|value| value.to_vec()), expected(key));
        cursor.seek(key).expect("the cursor seeks");
        assert_eq!(next(&mut *cursor).as_ref(), content.iter().find(|(found, _)| found >= key));
    }
}

/// Bytes read as steps; ends with the bytes.
struct Steps<'a>(std::slice::Iter<'a, u8>);

impl Iterator for Steps<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        Some(match self.byte()? % 16 {
            kind @ 0..=8 => {
                let count = self.byte()? % 6;
                let changes = (0..count).map_while(|_| self.change()).collect();
                Step::Write(changes, if kind % 2 == 0 { Durability::Synced } else { Durability::Buffered })
            }
            9..=11 => Step::TakeSnapshot,
            12 => Step::DropSnapshot(usize::from(self.byte()?)),
            13 => Step::Flush,
            14 => Step::Compact(self.family()?),
            _ => Step::Reopen,
        })
    }
}

impl Steps<'_> {
    fn byte(&mut self) -> Option<u8> {
        self.0.next().copied()
    }

    fn family(&mut self) -> Option<FamilyId> {
        Some(if self.byte()? % 2 == 0 { A } else { B })
    }

    /// At most two bytes out of three, so that keys meet.
    fn key(&mut self) -> Option<Vec<u8>> {
        let length = self.byte()? % 3;
        (0..length).map(|_| self.byte().map(|byte| byte % 3)).collect()
    }

    fn change(&mut self) -> Option<Change> {
        let family = self.family()?;
        Some(match self.byte()? % 12 {
            0..=6 => {
                let key = self.key()?;
                Change::Put(family, key, vec![self.byte()?; usize::from(self.byte()? % 5)])
            }
            7..=9 => Change::Delete(family, self.key()?),
            10 => Change::DeleteRange(family, KeyRange::between(&self.key()?, &self.key()?)),
            _ => Change::DeleteRange(family, KeyRange::prefix(&self.key()?)),
        })
    }
}
