//! Files that are put in past log and memory.

use super::{A, C, Row, Site, get, in_memory_and_in_files, keys, opened, write};
use crate::{Batch, Durability, FamilyId, KeyRange, StoreError};

pub const ROWS: &[Row] = &[
    Row { name: "what is ingested is there, between and over what was written", run: there },
    Row { name: "later edits win over what was ingested", run: later_edits },
    Row { name: "what is ingested survives, and what was buffered before may be lost", run: survives },
    Row { name: "what can't be ingested is refused as a whole", run: refused },
];

fn file(family: FamilyId, keys: &[&[u8]], value: &[u8]) -> Batch {
    let mut file = Batch::new();
    keys.iter().for_each(|key| file.put(family, key, value));
    file
}

fn there(site: &mut dyn Site) {
    in_memory_and_in_files(
        site,
        |store| {
            write(store, |batch| [b"a", b"c", b"e"].iter().for_each(|key| batch.put(C, *key, b"written")));
            let large = vec![7; 300 << 10];
            let files = [file(C, &[b"b", b"c"], b"ingested"), file(C, &[b"d", b"f"], &large)];
            let before = store.snapshot().expect("a snapshot");
            store.ingest(C, &files).expect("the files are ingested");
            assert_eq!(get(&*before, C, b"c").as_deref(), Some(&b"written"[..]));
        },
        |store| {
            assert_eq!(keys(store, C), [b"a", b"b", b"c", b"d", b"e", b"f"]);
            assert_eq!(get(store, C, b"a").as_deref(), Some(&b"written"[..]));
            assert_eq!(get(store, C, b"c").as_deref(), Some(&b"ingested"[..]));
            assert_eq!(get(store, C, b"f").map(|value| value.len()), Some(300 << 10));
        },
    );
}

fn later_edits(site: &mut dyn Site) {
    in_memory_and_in_files(
        site,
        |store| {
            store.ingest(A, &[file(A, &[b"a", b"b", b"c"], b"1")]).expect("the file is ingested");
            write(store, |batch| {
                batch.put(A, b"a", b"2");
                batch.delete(A, b"b");
            });
            store.ingest(A, &[file(A, &[b"d"], b"1")]).expect("the file is ingested");
            write(store, |batch| batch.delete_range(A, &KeyRange::from(b"d")));
        },
        |store| {
            assert_eq!(keys(store, A), [b"a", b"c"]);
            assert_eq!(get(store, A, b"a").as_deref(), Some(&b"2"[..]));
        },
    );
}

fn survives(site: &mut dyn Site) {
    let store = opened(site);
    let mut batch = Batch::new();
    batch.put(A, b"synced", b"1");
    store.write(&batch, Durability::Synced).expect("the batch is written");
    write(&*store, |batch| batch.put(A, b"buffered", b"1"));
    store.ingest(A, &[file(A, &[b"ingested"], b"1")]).expect("the file is ingested");
    site.crash(store);
    let store = site.open();
    assert!(get(&*store, A, b"synced").is_some());
    assert!(get(&*store, A, b"ingested").is_some());
}

fn refused(site: &mut dyn Site) {
    let store = opened(site);
    let mut deletion = file(A, &[b"a"], b"1");
    deletion.delete(A, b"b");
    let rows: [(&str, Vec<Batch>); 4] = [
        ("not in order", vec![file(A, &[b"b", b"a"], b"1")]),
        ("twice the same", vec![file(A, &[b"a"], b"1"), file(A, &[b"a"], b"1")]),
        ("another family", vec![file(A, &[b"a"], b"1"), file(C, &[b"b"], b"1")]),
        ("a deletion", vec![deletion]),
    ];
    for (name, files) in rows {
        assert!(matches!(store.ingest(A, &files), Err(StoreError::Bug(_))), "{name}");
    }
    let unknown = FamilyId(9);
    let outcome = store.ingest(unknown, &[file(unknown, &[b"a"], b"1")]);
    assert_eq!(outcome, Err(StoreError::UnknownFamily(unknown)));
    let long = vec![1; super::limits().key_bytes_max + 1];
    assert!(matches!(store.ingest(A, &[file(A, &[&long], b"1")]), Err(StoreError::TooLarge { .. })));
    store.ingest(A, &[]).expect("nothing is ingested");
    assert!(keys(&*store, A).is_empty());
}
