//! What batches do, and what refuses them.

use super::{A, B, C, Row, Site, get, in_memory_and_in_files, keys, limits, opened, write, write_keys};
use crate::{AtOnce, Batch, Durability, FamilyId, KeyRange, Store, StoreError};

pub const ROWS: &[Row] = &[
    Row { name: "a later edit of a batch wins", run: later_wins },
    Row { name: "a batch touches all its families", run: all_families },
    Row { name: "an unknown family refuses the whole batch and closes nothing", run: unknown_family },
    Row { name: "an empty batch is fine", run: empty_batch },
    Row { name: "empty keys and empty values are stored", run: empty_keys_and_values },
    Row { name: "values of every size come back as they were", run: value_sizes },
    Row { name: "range deletes remove their range only", run: range_deletes },
    Row { name: "a key is there again after a range delete", run: put_after_range_delete },
    Row { name: "what is told at once is so", run: at_once },
    Row { name: "get_many answers in the order asked", run: get_many },
    Row { name: "sizes at their limits pass and one more is refused", run: sizes },
];

fn at_once(site: &mut dyn Site) {
    let told = |store: &dyn Store, key: &[u8]| {
        let told = store.get_at_once(A, key).expect("the key is looked up");
        match told {
            AtOnce::Known(value) => Some(value.map(|value| value.to_vec())),
            AtOnce::Unknown => None,
        }
    };
    let store = opened(site);
    write_keys(&*store, A, &[b"here"]);
    assert_eq!(told(&*store, b"here"), Some(Some(b"here".to_vec())), "just written");
    assert_eq!(told(&*store, b"not here"), Some(None));
    store.flush().expect("the store is flushed");
    for key in [&b"here"[..], b"not here"] {
        // Where it is not known, reading it brings it into memory.
        let known = told(&*store, key);
        let read = get(&*store, A, key);
        assert!(known.is_none_or(|known| known == read));
        assert_eq!(told(&*store, key), Some(read));
    }
    let outcome = store.get_at_once(FamilyId(9), b"here").map(|_| ());
    assert_eq!(outcome, Err(StoreError::UnknownFamily(FamilyId(9))));
}

fn later_wins(site: &mut dyn Site) {
    let all: &[(&[u8], Option<&[u8]>)] =
        &[(b"a", Some(b"2")), (b"b", None), (b"c", Some(b"3")), (b"d", None)];
    in_memory_and_in_files(
        site,
        |store| {
            write(store, |batch| {
                batch.put(A, b"a", b"1");
                batch.put(A, b"a", b"2");
                batch.put(A, b"b", b"1");
                batch.delete(A, b"b");
                batch.put(A, b"c", b"1");
                batch.delete(A, b"c");
                batch.put(A, b"c", b"3");
                batch.put(A, b"d", b"1");
                batch.delete_range(A, &KeyRange::from(b"d"));
            });
        },
        |store| {
            all.iter().for_each(|(key, value)| assert_eq!(get(store, A, key).as_deref(), *value, "{key:?}"));
        },
    );
}

fn all_families(site: &mut dyn Site) {
    in_memory_and_in_files(
        site,
        |store| {
            write(store, |batch| {
                batch.put(A, b"k", b"a");
                batch.put(B, b"k", b"b");
                batch.put(C, b"k", b"c");
                batch.put(C, b"gone", b"c");
            });
            write(store, |batch| {
                batch.delete(C, b"gone");
                batch.delete(B, b"never there");
            });
        },
        |store| {
            for (family, value) in [(A, b"a"), (B, b"b"), (C, b"c")] {
                assert_eq!(
                    super::entries(store, family, &KeyRange::all(), crate::Direction::Forward),
                    [(b"k".to_vec(), value.to_vec())]
                );
            }
        },
    );
}

fn unknown_family(site: &mut dyn Site) {
    let store = opened(site);
    let unknown = FamilyId(99);
    let mut batch = Batch::new();
    batch.put(A, b"k", b"v");
    batch.put(unknown, b"k", b"v");
    for durability in [Durability::Buffered, Durability::Synced] {
        assert_eq!(store.write(&batch, durability), Err(StoreError::UnknownFamily(unknown)));
    }
    assert_eq!(get(&*store, A, b"k"), None);
    assert_eq!(store.get(unknown, b"k").map(|_| ()), Err(StoreError::UnknownFamily(unknown)));
    assert_eq!(store.get_many(unknown, &[b"k"]).map(|_| ()), Err(StoreError::UnknownFamily(unknown)));
    assert_eq!(store.compact(unknown, &KeyRange::all()), Err(StoreError::UnknownFamily(unknown)));
    write_keys(&*store, A, &[b"k"]);
    assert_eq!(get(&*store, A, b"k").as_deref(), Some(&b"k"[..]));
}

fn empty_batch(site: &mut dyn Site) {
    let store = opened(site);
    for durability in [Durability::Buffered, Durability::Synced] {
        store.write(&Batch::new(), durability).expect("the empty batch is written");
    }
    assert!(keys(&*store, A).is_empty());
}

fn empty_keys_and_values(site: &mut dyn Site) {
    in_memory_and_in_files(
        site,
        |store| {
            write(store, |batch| {
                for family in [A, B, C] {
                    batch.put(family, b"", b"");
                    batch.put(family, b"k", b"");
                }
                batch.delete(B, b"");
            });
        },
        |store| {
            assert_eq!((get(store, A, b""), get(store, A, b"k")), (Some(vec![]), Some(vec![])));
            assert_eq!((get(store, B, b""), keys(store, B)), (None, vec![b"k".to_vec()]));
            assert_eq!(keys(store, C), [vec![], b"k".to_vec()]);
        },
    );
}

fn value_sizes(site: &mut dyn Site) {
    let sizes = [
        0,
        1,
        4095,
        4096,
        32 << 10,
        (64 << 10) - 1,
        64 << 10,
        (64 << 10) + 1,
        1 << 20,
        limits().value_bytes_max,
    ];
    let value = |size: usize| -> Vec<u8> { (0..size).map(|at| (at * 31 + size) as u8).collect() };
    in_memory_and_in_files(
        site,
        |store| {
            for (family, size) in [A, B, C].into_iter().flat_map(|family| sizes.map(|size| (family, size))) {
                write(store, |batch| batch.put(family, &size.to_be_bytes(), &value(size)));
            }
        },
        |store| {
            for (family, size) in [A, B, C].into_iter().flat_map(|family| sizes.map(|size| (family, size))) {
                let same = get(store, family, &size.to_be_bytes()) == Some(value(size));
                assert!(same, "{size} bytes in {family}");
            }
        },
    );
}

fn range_deletes(site: &mut dyn Site) {
    const KEYS: &[&[u8]] = &[b"", b"a", b"ab", b"b", b"b\xff", b"c", b"\xff", b"\xff\xff"];
    let ranges = [
        KeyRange::between(b"a", b"b"),
        KeyRange::between(b"b", b"a"),
        KeyRange::between(b"a", b"a"),
        KeyRange::between(b"", b"b"),
        KeyRange::prefix(b"b"),
        KeyRange::prefix(b"\xff"),
        KeyRange::from(b"c"),
        KeyRange::all(),
    ];
    let store = opened(site);
    for flushed in [false, true] {
        for range in &ranges {
            write_keys(&*store, B, KEYS);
            if flushed {
                store.flush().expect("the store is flushed");
            }
            write(&*store, |batch| batch.delete_range(B, range));
            let left: Vec<_> =
                KEYS.iter().filter(|key| !range.contains(key)).map(|key| key.to_vec()).collect();
            assert_eq!(keys(&*store, B), left, "{range:?}");
            for key in KEYS {
                assert_eq!(get(&*store, B, key).is_none(), range.contains(key), "{range:?} {key:?}");
            }
        }
    }
}

fn put_after_range_delete(site: &mut dyn Site) {
    in_memory_and_in_files(
        site,
        |store| {
            write_keys(store, B, &[b"a", b"b", b"c"]);
            write(store, |batch| batch.delete_range(B, &KeyRange::all()));
            write_keys(store, B, &[b"b"]);
        },
        |store| assert_eq!(keys(store, B), [b"b".to_vec()]),
    );
}

fn get_many(site: &mut dyn Site) {
    const KEYS: &[&[u8]] = &[b"a", b"b", b"c"];
    let rows: &[&[&[u8]]] = &[
        &[],
        &[b"a"],
        &[b"a", b"b", b"c"],
        &[b"c", b"a", b"b"],
        &[b"x", b"a", b"a", b"", b"c"],
        &[b"a", b"aa", b"b"],
    ];
    in_memory_and_in_files(
        site,
        |store| [A, B, C].iter().for_each(|&family| write_keys(store, family, KEYS)),
        |store| {
            for (family, asked) in
                [A, B, C].into_iter().flat_map(|family| rows.iter().map(move |row| (family, row)))
            {
                let snapshot = store.snapshot().expect("a snapshot is taken");
                for found in [store.get_many(family, asked), snapshot.get_many(family, asked)] {
                    let found = found.expect("they are looked up");
                    let expected = asked.iter().map(|key| KEYS.contains(key).then_some(*key));
                    assert!(found.iter().map(|value| value.as_deref()).eq(expected), "{asked:?}");
                }
            }
        },
    );
}

fn sizes(site: &mut dyn Site) {
    let store = opened(site);
    let limits = limits();
    let check = |key: usize, value: usize, puts: usize, refused: Option<&str>| {
        let mut batch = Batch::new();
        (0..puts).for_each(|_| batch.put(C, &vec![1; key], &vec![2; value]));
        let what = match store.write(&batch, Durability::Buffered) {
            Ok(()) => None,
            Err(StoreError::TooLarge { what, .. }) => Some(what),
            Err(other) => panic!("{other}"),
        };
        assert_eq!(what, refused, "{puts} of {key} and {value}");
    };
    check(limits.key_bytes_max, 1, 1, None);
    check(limits.key_bytes_max + 1, 1, 1, Some("key_bytes_max"));
    check(1, limits.value_bytes_max, 1, None);
    check(1, limits.value_bytes_max + 1, 1, Some("value_bytes_max"));
    check(0, limits.batch_bytes_max / 2, 2, None);
    check(0, limits.batch_bytes_max / 2 + 1, 2, Some("batch_bytes_max"));
    let many = |keys: usize| store.get_many(C, &vec![&b"k"[..]; keys]).map(|found| found.len());
    assert_eq!(many(limits.get_keys_max), Ok(limits.get_keys_max));
    assert!(matches!(many(limits.get_keys_max + 1), Err(StoreError::TooLarge { what: "get_keys_max", .. })));
}
