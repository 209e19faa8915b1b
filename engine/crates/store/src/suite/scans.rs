//! Order, bounds and directions of scans.

use super::{A, B, C, Row, Site, entries, in_memory_and_in_files, next, write, write_keys};
use crate::{Direction, KeyRange, StoreError};
use Direction::{Forward, Reverse};

pub const ROWS: &[Row] = &[
    Row { name: "scans keep to their range and direction", run: ranges },
    Row { name: "scans of an empty family end at once", run: nothing },
    Row { name: "keys are ordered as bytes", run: byte_order },
    Row { name: "a cursor seeks either way and stays in its range", run: seeks },
    Row { name: "a scan sees the state at its beginning", run: scan_is_a_snapshot },
    Row { name: "scans pass over removed keys", run: removed_keys },
];

const KEYS: &[&[u8]] = &[b"", b"a", b"a\0", b"a\xff", b"b", b"ba", b"bb", b"c", b"\xff", b"\xff\xff"];

fn ranges(site: &mut dyn Site) {
    let rows = [
        KeyRange::all(),
        KeyRange::prefix(b""),
        KeyRange::prefix(b"a"),
        KeyRange::prefix(b"b"),
        KeyRange::prefix(b"bz"),
        KeyRange::prefix(b"\xff"),
        KeyRange::from(b""),
        KeyRange::from(b"b"),
        KeyRange::from(b"bz"),
        KeyRange::from(b"\xff\xff\xff"),
        KeyRange::between(b"", b"b"),
        KeyRange::between(b"", b""),
        KeyRange::between(b"a", b"a\0"),
        KeyRange::between(b"a", b"c"),
        KeyRange::between(b"aa", b"bab"),
        KeyRange::between(b"c", b"a"),
        KeyRange::between(b"d", b"\xff"),
    ];
    in_memory_and_in_files(
        site,
        |store| [A, B, C].iter().for_each(|&family| write_keys(store, family, KEYS)),
        |store| {
            for (range, family) in rows.iter().flat_map(|range| [A, B, C].map(|family| (range, family))) {
                let mut expected: Vec<_> = KEYS
                    .iter()
                    .filter(|key| range.contains(key))
                    .map(|key| (key.to_vec(), key.to_vec()))
                    .collect();
                assert_eq!(entries(store, family, range, Forward), expected, "{range:?}");
                expected.reverse();
                assert_eq!(entries(store, family, range, Reverse), expected, "{range:?}, reverse");
            }
        },
    );
}

fn nothing(site: &mut dyn Site) {
    in_memory_and_in_files(
        site,
        |_| (),
        |store| {
            for direction in [Forward, Reverse] {
                let mut cursor = store.scan(B, &KeyRange::all(), direction).expect("the scan begins");
                assert_eq!((next(&mut *cursor), next(&mut *cursor)), (None, None));
            }
        },
    );
}

fn byte_order(site: &mut dyn Site) {
    let keys: Vec<Vec<u8>> = (0..=u8::MAX).flat_map(|byte| [vec![byte], vec![byte, !byte]]).collect();
    in_memory_and_in_files(
        site,
        |store| keys.iter().for_each(|key| write_keys(store, B, &[key])),
        |store| {
            let mut sorted = keys.clone();
            sorted.sort();
            assert_eq!(super::keys(store, B), sorted);
        },
    );
}

fn seeks(site: &mut dyn Site) {
    type Seek<'a> = (&'a KeyRange, Direction, &'a [u8], Option<&'a [u8]>);
    // The range, the direction, the key sought, the key that comes next.
    let all = KeyRange::all();
    let b_to_d = KeyRange::between(b"b", b"d");
    let rows: &[Seek<'_>] = &[
        (&all, Forward, b"", Some(b"b")),
        (&all, Forward, b"c", Some(b"c")),
        (&all, Forward, b"c\0", Some(b"d")),
        (&all, Forward, b"z", None),
        (&all, Reverse, b"z", Some(b"e")),
        (&all, Reverse, b"d", Some(b"d")),
        (&all, Reverse, b"cz", Some(b"c")),
        (&all, Reverse, b"a", None),
        (&b_to_d, Forward, b"", Some(b"b")),
        (&b_to_d, Forward, b"c", Some(b"c")),
        (&b_to_d, Forward, b"ca", None),
        (&b_to_d, Forward, b"d", None),
        (&b_to_d, Forward, b"z", None),
        (&b_to_d, Reverse, b"z", Some(b"c")),
        (&b_to_d, Reverse, b"d", Some(b"c")),
        (&b_to_d, Reverse, b"b", Some(b"b")),
        (&b_to_d, Reverse, b"a", None),
    ];
    in_memory_and_in_files(
        site,
        |store| write_keys(store, B, &[b"b", b"c", b"d", b"e"]),
        |store| {
            for (range, direction, key, expected) in rows {
                // From the beginning, from the middle, and from the end of the scan.
                for steps in [0, 1, 9] {
                    let mut cursor = store.scan(B, range, *direction).expect("the scan begins");
                    (0..steps).for_each(|_| drop(next(&mut *cursor)));
                    cursor.seek(key).expect("the cursor seeks");
                    let found = next(&mut *cursor).map(|(key, _)| key);
                    assert_eq!(found.as_deref(), *expected, "{range:?} {direction:?} {key:?} after {steps}");
                }
            }
            let mut cursor = store.scan(B, &KeyRange::between(b"d", b"b"), Forward).expect("the scan begins");
            cursor.seek(b"c").expect("the cursor seeks");
            assert_eq!(next(&mut *cursor), None, "a key between the bounds of an empty range");
        },
    );
}

fn scan_is_a_snapshot(site: &mut dyn Site) {
    let store = super::opened(site);
    write_keys(&*store, B, &[b"a", b"b", b"c"]);
    let mut cursor = store.scan(B, &KeyRange::all(), Forward).expect("the scan begins");
    assert!(next(&mut *cursor).is_some());
    write(&*store, |batch| {
        batch.put(B, b"b", b"new");
        batch.put(B, b"bb", b"new");
        batch.delete(B, b"c");
    });
    assert_eq!(next(&mut *cursor), Some((b"b".to_vec(), b"b".to_vec())));
    assert_eq!(next(&mut *cursor), Some((b"c".to_vec(), b"c".to_vec())));
    assert_eq!(next(&mut *cursor), None);
    let missing = store.scan(crate::FamilyId(99), &KeyRange::all(), Forward).map(|_| ());
    assert_eq!(missing, Err(StoreError::UnknownFamily(crate::FamilyId(99))));
}

fn removed_keys(site: &mut dyn Site) {
    let keys: Vec<[u8; 2]> = (0..500_u16).map(u16::to_be_bytes).collect();
    in_memory_and_in_files(
        site,
        |store| {
            write(store, |batch| keys.iter().for_each(|key| batch.put(B, key, key)));
            write(store, |batch| {
                keys.iter().filter(|key| key[1] % 50 != 7).for_each(|key| batch.delete(B, key));
            });
        },
        |store| {
            let left: Vec<_> = keys.iter().filter(|key| key[1] % 50 == 7).map(|key| key.to_vec()).collect();
            assert_eq!(super::keys(store, B), left);
            let mut backwards = entries(store, B, &KeyRange::all(), Reverse);
            backwards.reverse();
            assert_eq!(backwards.into_iter().map(|(key, _)| key).collect::<Vec<_>>(), left);
        },
    );
}
