use proptest::prelude::*;

use super::*;
use crate::SeededEntropy;

fn key(seed: u64) -> IdKey {
    DataKey::generate(&SeededEntropy::new(seed)).unwrap().id_key()
}

#[test]
fn lists_that_read_alike_differ() {
    let rows: &[&[&[u8]]] = &[
        &[],
        &[b""],
        &[b"", b""],
        &[b"abc"],
        &[b"ab", b"c"],
        &[b"a", b"bc"],
        &[b"abc", b""],
        &[b"", b"abc"],
    ];
    let digests: Vec<_> = rows.iter().map(|parts| key(1).digest(parts)).collect();
    for (at, digest) in digests.iter().enumerate() {
        assert!(!digests[..at].contains(digest), "{:?}", rows[at]);
    }
}

#[test]
fn keys_differ() {
    assert_ne!(key(1).digest(&[b"a"]), key(2).digest(&[b"a"]));
}

proptest! {
    #[test]
    fn equal_lists_alone_are_equal(a: Vec<Vec<u8>>, b: Vec<Vec<u8>>) {
        let digest = |parts: &[Vec<u8>]| {
            let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
            key(1).digest(&parts)
        };
        prop_assert_eq!(a == b, digest(&a) == digest(&b));
        prop_assert_eq!(digest(&a), digest(&a.clone()));
    }
}
