use super::{Batch, Edit};
use crate::{FamilyId, KeyRange, Limits, StoreError};

const A: FamilyId = FamilyId(1);
const B: FamilyId = FamilyId(2);

fn check(fill: impl Fn(&mut Batch), expected: &[Edit<'_>]) {
    let mut batch = Batch::new();
    for round in 0..2 {
        fill(&mut batch);
        let edits: Vec<_> = batch.edits().collect();
        assert!(edits == expected, "round {round}: {} edits", edits.len());
        assert_eq!((batch.len(), batch.is_empty()), (expected.len(), expected.is_empty()));
        batch.clear();
        assert_eq!((batch.len(), batch.byte_len(), batch.longest_key_bytes()), (0, 0, 0));
    }
}

#[test]
fn edits_come_back_in_order() {
    check(|_| (), &[]);
    check(|batch| batch.put(A, b"", b""), &[Edit::Put { family: A, key: b"", value: b"" }]);
    check(
        |batch| {
            batch.put(A, b"k", b"v1");
            batch.delete(B, b"k");
            batch.delete_range(A, &KeyRange::between(b"a", b"c"));
            batch.put(A, b"k", b"v2");
        },
        &[
            Edit::Put { family: A, key: b"k", value: b"v1" },
            Edit::Delete { family: B, key: b"k" },
            Edit::DeleteRange { family: A, start: b"a", end: Some(b"c") },
            Edit::Put { family: A, key: b"k", value: b"v2" },
        ],
    );
    check(
        |batch| batch.delete_range(A, &KeyRange::all()),
        &[Edit::DeleteRange { family: A, start: b"", end: None }],
    );
    check(|batch| batch.delete_range(A, &KeyRange::between(b"b", b"b")), &[]);
}

#[test]
fn limits_refuse_what_is_one_byte_over() {
    let limits = Limits { key_bytes_max: 4, value_bytes_max: 6, batch_bytes_max: 20, ..Limits::default() };
    let check = |fill: fn(&mut Batch), refused: Option<(&'static str, usize, usize)>| {
        let mut batch = Batch::new();
        fill(&mut batch);
        let expected =
            refused.map_or(Ok(()), |(what, size, max)| Err(StoreError::TooLarge { what, size, max }));
        assert_eq!(limits.check_batch(&batch), expected);
    };
    check(|batch| batch.put(A, b"1234", b"123456"), None);
    check(|batch| batch.put(A, b"12345", b""), Some(("key_bytes_max", 5, 4)));
    check(|batch| batch.delete(A, b"12345"), Some(("key_bytes_max", 5, 4)));
    check(|batch| batch.delete_range(A, &KeyRange::between(b"1", b"23456")), Some(("key_bytes_max", 5, 4)));
    check(|batch| batch.delete_range(A, &KeyRange::from(b"23456")), Some(("key_bytes_max", 5, 4)));
    check(|batch| batch.put(A, b"1", b"1234567"), Some(("value_bytes_max", 7, 6)));
    check(|batch| (0..2).for_each(|_| batch.put(A, b"1234", b"123456")), None);
    check(|batch| (0..3).for_each(|_| batch.put(A, b"1", b"123456")), Some(("batch_bytes_max", 21, 20)));
}

#[test]
fn debug_shows_no_content() {
    let mut batch = Batch::new();
    batch.put(A, b"secret", b"secret");
    assert_eq!(format!("{batch:?}"), "Batch(1 edits, 12 bytes)");
}
