use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fornax_store::suite::{self, Site};
use fornax_store::{
    AtOnce, Batch, Direction, Durability, FamilyId, FamilyKind, KeyRange, Reader, Store, StoreError,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::Config;
use tempfile::TempDir;

use super::RocksStore;
use crate::RocksOptions;

const A: FamilyId = FamilyId(1);
/// Batches in [`filled`] that are synced, and that are not.
const SYNCED: u8 = 20;
const BUFFERED: u8 = 5;

struct Folder(TempDir);

impl Site for Folder {
    fn open(&mut self) -> Arc<dyn Store> {
        let options = RocksOptions { limits: suite::limits(), ..RocksOptions::at(self.0.path()) };
        Arc::new(RocksStore::open(&options).expect("the store opens"))
    }
}

fn site() -> Folder {
    Folder(tempfile::tempdir().unwrap())
}

#[test]
fn passes_the_suite() {
    suite::check(site);
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(24) })]

    #[test]
    fn agrees_with_a_plain_map(history in vec(any::<u8>(), 0..300)) {
        suite::check_history(&mut site(), &history);
    }
}

fn options(path: &Path) -> RocksOptions {
    RocksOptions { families: vec![(A, FamilyKind::PointLookups)], ..RocksOptions::at(path) }
}

fn value(number: u8) -> Vec<u8> {
    (0..300_u16).map(|at| at as u8 ^ number).collect()
}

/// A store with one key a batch, closed again, and the length of its log when the last batch had been synced.
fn filled(path: &Path) -> u64 {
    let store = RocksStore::open(&options(path)).unwrap();
    let mut synced_bytes = 0;
    let mut batch = Batch::new();
    for number in 0..SYNCED + BUFFERED {
        batch.clear();
        batch.put(A, &[number], &value(number));
        if number < SYNCED {
            store.write(&batch, Durability::Synced).unwrap();
            synced_bytes = log(path).metadata().unwrap().len();
        } else {
            store.write(&batch, Durability::Buffered).unwrap();
        }
    }
    synced_bytes
}

fn file(folder: &Path, extension: &str) -> PathBuf {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|found| found == extension)).collect();
    found.sort();
    found.pop().unwrap()
}

/// The newest write-ahead log.
fn log(path: &Path) -> PathBuf {
    file(&path.join("db"), "log")
}

fn flip(file: &Path, at: u64) {
    let mut bytes = fs::read(file).unwrap();
    bytes[at as usize] ^= 0x10;
    fs::write(file, bytes).unwrap();
}

fn cut(file: &Path, length: u64) {
    fs::File::options().write(true).open(file).unwrap().set_len(length).unwrap();
}

/// How many keys are there; they must be the first ones, with their values.
fn first_keys(store: &RocksStore) -> Result<u8, StoreError> {
    let mut cursor = store.scan(A, &KeyRange::all(), Direction::Forward)?;
    let mut count = 0;
    while let Some((key, found)) = cursor.next()? {
        assert!(key == [count] && found == value(count), "key {count}");
        count += 1;
    }
    Ok(count)
}

#[test]
fn what_only_the_disk_knows_is_not_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = RocksStore::open(&options(folder.path())).unwrap();
    let mut batch = Batch::new();
    batch.put(A, b"key", b"value");
    store.write(&batch, Durability::Synced).unwrap();
    store.flush().unwrap();
    drop(store);
    let store = RocksStore::open(&options(folder.path())).unwrap();
    let known = |store: &RocksStore| matches!(store.get_at_once(A, b"key").unwrap(), AtOnce::Known(_));
    assert!(!known(&store), "no block was read yet");
    assert!(store.get(A, b"key").unwrap().is_some());
    assert!(known(&store));
}

#[test]
fn a_torn_log_is_recovered_and_a_lossy_recovery_refused() {
    type Damage = fn(&Path, u64);
    let check = |name: &str, damage: Damage, expected: Option<u8>| {
        let folder = tempfile::tempdir().unwrap();
        let synced_bytes = filled(folder.path());
        damage(folder.path(), synced_bytes);
        let found = folder.path().join("found-logs");
        let Some(expected) = expected else {
            let damaged = fs::read(log(folder.path())).unwrap();
            let kept = found.join(log(folder.path()).file_name().unwrap());
            // However often it is tried, and with the evidence kept.
            for _ in 0..2 {
                let opened = RocksStore::open(&options(folder.path())).map(|_| ());
                assert!(matches!(opened, Err(StoreError::Corrupted(_))), "{name}: {opened:?}");
                assert!(fs::read(&kept).unwrap() == damaged, "{name}");
            }
            return;
        };
        for _ in 0..2 {
            let store =
                RocksStore::open(&options(folder.path())).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(first_keys(&store), Ok(expected), "{name}");
            assert!(!found.exists(), "{name}");
        }
    };
    let all = SYNCED + BUFFERED;
    check("untouched", |_, _| (), Some(all));
    check(
        "last write torn",
        |path, _| cut(&log(path), log(path).metadata().unwrap().len() - 1),
        Some(all - 1),
    );
    check("cut to what was synced", |path, synced| cut(&log(path), synced), Some(SYNCED));
    check("cut behind what was synced", |path, synced| cut(&log(path), synced + 3), Some(SYNCED));
    check("a bit flipped behind what was synced", |path, synced| flip(&log(path), synced + 50), Some(SYNCED));
    check("cut in what was synced", |path, synced| cut(&log(path), synced - 1), None);
    check("cut to nothing", |path, _| cut(&log(path), 0), None);
    check("a bit flipped in the first record", |path, _| flip(&log(path), 50), None);
    check("a bit flipped in the middle", |path, synced| flip(&log(path), synced / 2), None);
    check("a bit flipped in the last synced record", |path, synced| flip(&log(path), synced - 50), None);
    check(
        "a bit flipped in the middle, and no witness",
        |path, _| {
            flip(&log(path), 50);
            fs::remove_file(path.join("acknowledged")).unwrap();
        },
        Some(0),
    );
}

#[test]
fn a_log_that_is_gone_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path());
    fs::remove_file(log(folder.path())).unwrap();
    let opened = RocksStore::open(&options(folder.path())).map(|_| ());
    assert!(matches!(opened, Err(StoreError::Corrupted(_))), "{opened:?}");
}

#[test]
fn a_bad_byte_in_a_file_is_an_error_and_never_a_wrong_answer() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path());
    RocksStore::open(&options(folder.path())).unwrap().flush().unwrap();
    let table = file(&folder.path().join("db"), "sst");
    let mut noticed = 0;
    let positions = (0..table.metadata().unwrap().len()).step_by(131);
    for at in positions.clone() {
        flip(&table, at);
        let read = RocksStore::open(&options(folder.path())).and_then(|store| first_keys(&store));
        match read {
            Ok(count) => assert_eq!(count, SYNCED + BUFFERED, "byte {at}"),
            Err(StoreError::Corrupted(_)) => noticed += 1,
            Err(other) => panic!("byte {at}: {other}"),
        }
        flip(&table, at);
    }
    assert!(noticed > positions.count() / 2);
    assert_eq!(first_keys(&RocksStore::open(&options(folder.path())).unwrap()), Ok(SYNCED + BUFFERED));
}

#[test]
fn a_directory_is_open_once() {
    let folder = tempfile::tempdir().unwrap();
    let locked = || matches!(RocksStore::open(&options(folder.path())), Err(StoreError::Locked(_)));
    let store = RocksStore::open(&options(folder.path())).unwrap();
    let snapshot = store.snapshot().unwrap();
    assert!(locked());
    drop(store);
    assert!(locked());
    drop(snapshot);
    assert!(!locked());
}

#[test]
fn families_asked_for_at_opening_are_there_and_keep_their_kind() {
    let folder = tempfile::tempdir().unwrap();
    let open = |families: &[(FamilyId, FamilyKind)]| {
        let options = RocksOptions { families: families.to_vec(), ..RocksOptions::at(folder.path()) };
        RocksStore::open(&options).and_then(|store| store.families())
    };
    let (a, b) = ((A, FamilyKind::Scans), (FamilyId(2), FamilyKind::LargeValues));
    assert_eq!(open(&[a]), Ok(vec![a]));
    assert_eq!(open(&[b]), Ok(vec![a, b]));
    assert_eq!(open(&[]), Ok(vec![a, b]));
    assert_eq!(open(&[(A, FamilyKind::LargeValues)]), Err(StoreError::OtherKind(A)));
}

#[test]
fn memory_and_disk_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let store = RocksStore::open(&options(folder.path())).unwrap();
    let before = store.statistics().unwrap();
    let mut batch = Batch::new();
    (0..100_u8).for_each(|number| batch.put(A, &[number], &[number; 10_000]));
    store.write(&batch, Durability::Synced).unwrap();
    let written = store.statistics().unwrap();
    assert!(written.memory_bytes() > before.memory_bytes() + 1_000_000, "{before:?} {written:?}");
    assert!(written.disk_bytes > before.disk_bytes + 1_000_000, "{before:?} {written:?}");
    store.flush().unwrap();
    let family = store.statistics().unwrap().families[0];
    assert_eq!((family.family, family.keys_estimate), (A, 100));
    let kilobytes = |bytes: u64| bytes / 1_000;
    assert!((1_000..1_100).contains(&kilobytes(family.file_bytes)), "{family:?}");
    let half = KeyRange::between(&[0], &[50]);
    let bytes = store.range_bytes(A, &[KeyRange::all(), half, KeyRange::between(&[200], &[201])]).unwrap();
    assert!((900..1_100).contains(&kilobytes(bytes[0])), "{bytes:?}");
    assert!((400..600).contains(&kilobytes(bytes[1])), "{bytes:?}");
    assert!(kilobytes(bytes[2]) < 50, "{bytes:?}");
}

#[test]
fn large_values_that_were_removed_give_their_space_back() {
    const COUNT: u32 = 300;
    const BYTES: usize = 100 << 10;
    let folder = tempfile::tempdir().unwrap();
    let options = RocksOptions { families: vec![(A, FamilyKind::LargeValues)], ..options(folder.path()) };
    let store = RocksStore::open(&options).unwrap();
    let disk_bytes = || store.statistics().unwrap().disk_bytes as usize;
    for number in 0..COUNT {
        let mut batch = Batch::new();
        batch.put(A, &number.to_be_bytes(), &vec![number as u8; BYTES]);
        store.write(&batch, Durability::Buffered).unwrap();
    }
    store.flush().unwrap();
    assert!(disk_bytes() > COUNT as usize * BYTES);
    let mut batch = Batch::new();
    (0..COUNT).filter(|number| number % 3 != 0).for_each(|number| batch.delete(A, &number.to_be_bytes()));
    store.write(&batch, Durability::Buffered).unwrap();
    store.flush().unwrap();
    store.compact(A, &KeyRange::all()).unwrap();
    let left = COUNT as usize / 3 * BYTES;
    assert!(disk_bytes() < left * 11 / 10, "{} bytes for {left}", disk_bytes());
    assert_eq!(store.get(A, &3_u32.to_be_bytes()).unwrap().as_deref(), Some(&vec![3; BYTES][..]));
}
