//! The life of families.

use super::{A, B, C, Row, Site, get, keys, limits, opened, write, write_keys};
use crate::{Batch, Durability, FamilyId, FamilyKind, KeyRange, StoreError};
use FamilyKind::{LargeValues, PointLookups, Scans};

pub const ROWS: &[Row] = &[
    Row { name: "a new store has no families", run: none_at_first },
    Row { name: "families are listed by number with their kinds", run: listed },
    Row { name: "making a family again changes nothing", run: made_again },
    Row { name: "a family does not change its kind", run: other_kind },
    Row { name: "families are apart from each other", run: apart },
    Row { name: "a dropped family is gone with its keys", run: dropped },
    Row { name: "as many families as the limit allows, and no more", run: many },
];

fn none_at_first(site: &mut dyn Site) {
    let store = site.open();
    assert_eq!(store.families(), Ok(vec![]));
    assert_eq!(store.get(A, b"k").map(|_| ()), Err(StoreError::UnknownFamily(A)));
}

fn listed(site: &mut dyn Site) {
    let store = site.open();
    let number = |number| FamilyId(number);
    let made = [
        (number(300), Scans),
        (number(7), LargeValues),
        (number(u32::MAX), PointLookups),
        (number(0), Scans),
    ];
    store.create_families(&made[..2]).expect("families are made");
    store.create_families(&made[2..]).expect("families are made");
    let mut sorted = made.to_vec();
    sorted.sort();
    assert_eq!(store.families(), Ok(sorted));
    let families = store.statistics().expect("statistics are read").families;
    assert_eq!(families.into_iter().map(|one| one.family.0).collect::<Vec<_>>(), [0, 7, 300, u32::MAX]);
}

fn made_again(site: &mut dyn Site) {
    let store = opened(site);
    write_keys(&*store, A, &[b"k"]);
    let again = [(A, PointLookups), (FamilyId(9), Scans), (FamilyId(9), Scans)];
    store.create_families(&again).expect("families are made");
    store.create_families(&[]).expect("no families are made");
    assert_eq!(store.families().map(|families| families.len()), Ok(4));
    assert_eq!(keys(&*store, A), [b"k".to_vec()]);
}

fn other_kind(site: &mut dyn Site) {
    let store = opened(site);
    let rows: [(&[(FamilyId, FamilyKind)], FamilyId); 3] = [
        (&[(A, Scans)], A),
        (&[(FamilyId(8), Scans), (B, PointLookups)], B),
        (&[(FamilyId(8), Scans), (FamilyId(8), PointLookups)], FamilyId(8)),
    ];
    for (asked, refused) in rows {
        assert_eq!(store.create_families(asked), Err(StoreError::OtherKind(refused)));
        assert_eq!(store.families(), Ok(vec![(A, PointLookups), (B, Scans), (C, LargeValues)]));
    }
}

fn apart(site: &mut dyn Site) {
    let store = opened(site);
    for family in [A, B, C] {
        write(&*store, |batch| batch.put(family, b"k", &family.0.to_be_bytes()));
    }
    write(&*store, |batch| batch.delete_range(B, &KeyRange::all()));
    assert_eq!(get(&*store, A, b"k"), Some(A.0.to_be_bytes().to_vec()));
    assert_eq!(get(&*store, B, b"k"), None);
    assert_eq!(get(&*store, C, b"k"), Some(C.0.to_be_bytes().to_vec()));
}

fn dropped(site: &mut dyn Site) {
    let store = opened(site);
    write_keys(&*store, A, &[b"k"]);
    write_keys(&*store, B, &[b"k"]);
    let snapshot = store.snapshot().expect("a snapshot is taken");
    store.drop_families(&[B, FamilyId(77), B]).expect("families are dropped");
    assert_eq!(store.families(), Ok(vec![(A, PointLookups), (C, LargeValues)]));
    let mut batch = Batch::new();
    batch.put(A, b"half", b"");
    batch.put(B, b"k", b"");
    assert_eq!(store.write(&batch, Durability::Synced), Err(StoreError::UnknownFamily(B)));
    assert_eq!(store.get(B, b"k").map(|_| ()), Err(StoreError::UnknownFamily(B)));
    assert_eq!(snapshot.get(B, b"k").map(|_| ()), Err(StoreError::UnknownFamily(B)));
    assert_eq!(keys(&*snapshot, A), [b"k".to_vec()]);
    drop(snapshot);
    drop(store);
    let store = site.open();
    assert_eq!(store.families(), Ok(vec![(A, PointLookups), (C, LargeValues)]));
    assert_eq!(keys(&*store, A), [b"k".to_vec()]);
}

fn many(site: &mut dyn Site) {
    let store = site.open();
    let max = limits().families_max;
    let families: Vec<_> = (0..).map(|number| (FamilyId(number), Scans)).take(max).collect();
    store.create_families(&families).expect("families are made");
    let one_more = store.create_families(&[(FamilyId(1_000), Scans)]);
    assert_eq!(one_more, Err(StoreError::TooLarge { what: "families_max", size: max + 1, max }));
    write(&*store, |batch| {
        families.iter().for_each(|(family, _)| batch.put(*family, b"k", &family.0.to_be_bytes()));
    });
    drop(store);
    let store = site.open();
    assert_eq!(store.families().map(|families| families.len()), Ok(max));
    for (family, _) in families {
        assert_eq!(get(&*store, family, b"k"), Some(family.0.to_be_bytes().to_vec()));
    }
}
