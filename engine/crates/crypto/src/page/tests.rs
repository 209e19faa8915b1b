use super::*;
use crate::{CryptoError, SeededEntropy};

const SALT: [u8; 32] = [3; 32];

fn key(salt: u8, name: &[u8]) -> PageKey {
    DataKey::generate(&SeededEntropy::new(1)).unwrap().page_key(&[salt; 32], name)
}

fn sealed(plain: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    key(SALT[0], b"file").seal_page(7, PagePlace::Inner, plain, &mut out).unwrap();
    out
}

#[test]
fn pages_of_all_lengths_come_back() {
    for length in [0, 1, 15, 16, 17, 4095, 4096, 16384] {
        let plain: Vec<u8> = (0..length).map(|at| at as u8).collect();
        let mut page = sealed(&plain);
        assert_eq!(page.len(), length + 16);
        assert_eq!(key(SALT[0], b"file").open_page(7, PagePlace::Inner, &mut page).unwrap(), plain);
    }
}

#[test]
fn a_page_opens_at_its_place_only() {
    let rows = [
        ("another salt", key(4, b"file"), 7, PagePlace::Inner),
        ("another name", key(3, b"fil"), 7, PagePlace::Inner),
        ("another page", key(3, b"file"), 8, PagePlace::Inner),
        ("the end of a cut file", key(3, b"file"), 7, PagePlace::Last),
    ];
    for (what, key, page, place) in rows {
        let opened = key.open_page(page, place, &mut sealed(b"some plain text")).map(|plain| plain.to_vec());
        assert!(matches!(opened, Err(CryptoError::DoesNotOpen)), "{what}");
    }
}

#[test]
fn every_flipped_byte_and_every_cut_is_found() {
    let whole = sealed(b"some plain text");
    let open = |mut page: Vec<u8>| {
        key(3, b"file").open_page(7, PagePlace::Inner, &mut page).map(|plain| plain.to_vec())
    };
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        assert!(open(flipped).is_err(), "byte {at}");
        assert!(open(whole[..at].to_vec()).is_err(), "cut at {at}");
    }
    assert_eq!(open(whole).unwrap(), b"some plain text");
}
