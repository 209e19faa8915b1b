//! What is there after opening again.

use super::{A, B, C, Row, Site, Workload, get, keys, opened, write, write_keys};
use crate::{Batch, Durability, FamilyId, FamilyKind, KeyRange};

pub const ROWS: &[Row] = &[
    Row { name: "a synced write survives a crash", run: synced },
    Row { name: "a synced write takes all earlier writes along", run: earlier_too },
    Row { name: "sync makes buffered writes survive a crash", run: sync },
    Row { name: "a crash keeps a first part of the buffered writes, whole batches only", run: first_part },
    Row { name: "families survive a crash", run: families },
    Row { name: "removals survive a crash", run: removals },
    Row { name: "what is in files survives", run: files },
    Row { name: "a store opens again and again", run: again },
    Row { name: "a history of synced batches survives crashes at any point", run: history },
];

fn synced(site: &mut dyn Site) {
    let store = opened(site);
    let mut batch = Batch::new();
    [A, B, C].iter().for_each(|&family| batch.put(family, b"k", &vec![7; 70 << 10]));
    store.write(&batch, Durability::Synced).expect("the batch is written");
    site.crash(store);
    let store = site.open();
    for family in [A, B, C] {
        assert!(get(&*store, family, b"k") == Some(vec![7; 70 << 10]), "{family}");
    }
}

fn earlier_too(site: &mut dyn Site) {
    let store = opened(site);
    for number in 0..100_u8 {
        write_keys(&*store, B, &[&[number]]);
    }
    let mut batch = Batch::new();
    batch.put(A, b"last", b"");
    store.write(&batch, Durability::Synced).expect("the batch is written");
    site.crash(store);
    let store = site.open();
    assert_eq!(keys(&*store, B).len(), 100);
    assert_eq!(keys(&*store, A), [b"last".to_vec()]);
}

fn sync(site: &mut dyn Site) {
    let store = opened(site);
    write_keys(&*store, B, &[b"a", b"b"]);
    store.sync().expect("the store is synced");
    store.sync().expect("the store is synced again");
    site.crash(store);
    assert_eq!(keys(&*site.open(), B), [b"a".to_vec(), b"b".to_vec()]);
}

fn first_part(site: &mut dyn Site) {
    let store = opened(site);
    for number in 0..50_u8 {
        write(&*store, |batch| [A, B].iter().for_each(|&family| batch.put(family, &[number], b"")));
    }
    site.crash(store);
    let store = site.open();
    let left = keys(&*store, A);
    assert_eq!(keys(&*store, B), left);
    let first: Vec<_> = (0..50_u8).take(left.len()).map(|number| vec![number]).collect();
    assert_eq!(left, first);
}

fn families(site: &mut dyn Site) {
    let store = opened(site);
    let more: Vec<_> = (10..16).map(|number| (FamilyId(number), FamilyKind::LargeValues)).collect();
    store.create_families(&more).expect("families are made");
    store.drop_families(&[B, FamilyId(12)]).expect("families are dropped");
    let expected = store.families().expect("families are listed");
    site.crash(store);
    let store = site.open();
    assert_eq!(store.families(), Ok(expected));
    store.create_families(&[(B, FamilyKind::LargeValues)]).expect("the number is free for another kind");
    assert!(keys(&*store, B).is_empty());
}

fn removals(site: &mut dyn Site) {
    let store = opened(site);
    write_keys(&*store, B, &[b"a", b"b", b"c", b"d"]);
    store.flush().expect("the store is flushed");
    let mut batch = Batch::new();
    batch.delete(B, b"a");
    batch.delete_range(B, &KeyRange::between(b"c", b"d"));
    store.write(&batch, Durability::Synced).expect("the batch is written");
    site.crash(store);
    assert_eq!(keys(&*site.open(), B), [b"b".to_vec(), b"d".to_vec()]);
}

fn files(site: &mut dyn Site) {
    let store = opened(site);
    write(&*store, |batch| (0..200_u8).for_each(|number| batch.put(C, &[number], &vec![number; 20_000])));
    store.flush().expect("the store is flushed");
    store.compact(C, &KeyRange::all()).expect("the family is compacted");
    drop(store);
    let store = site.open();
    for number in 0..200_u8 {
        assert!(get(&*store, C, &[number]) == Some(vec![number; 20_000]), "{number}");
    }
}

fn again(site: &mut dyn Site) {
    drop(opened(site));
    for round in 0..6_u8 {
        let store = site.open();
        assert_eq!(keys(&*store, A).len(), usize::from(round));
        write_keys(&*store, A, &[&[round]]);
        store.sync().expect("the store is synced");
        if round % 2 == 0 { site.crash(store) } else { drop(store) }
    }
}

fn history(site: &mut dyn Site) {
    let mut workload = Workload::new(0);
    let mut acknowledged = 0;
    for round in 0..6 {
        let store = site.open();
        acknowledged = workload.recover(&*store, acknowledged, acknowledged).expect("the history holds");
        for _ in 0..10 + 7 * round {
            acknowledged = workload.step(&*store, Durability::Synced).expect("the step is written");
        }
        site.crash(store);
    }
    assert_eq!(workload.recover(&*site.open(), acknowledged, acknowledged), Ok(acknowledged));
}
