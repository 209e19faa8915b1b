use super::*;
use crate::SeededEntropy;

fn wrapping(seed: u64) -> WrappingKey {
    WrappingKey::generate(&SeededEntropy::new(seed)).unwrap()
}

fn wrapped(seed: u64, bound_to: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    wrapping(1).wrap(&[7; 32], bound_to, &SeededEntropy::new(seed), &mut out).unwrap();
    out
}

#[test]
fn a_key_comes_back_where_it_is_bound() {
    let bytes = wrapped(2, b"here");
    assert_eq!(bytes.len(), WRAPPED_BYTES);
    assert_eq!(wrapping_key(&bytes).unwrap(), wrapping(1).id());
    assert_eq!(*wrapping(1).unwrap_key(&bytes, b"here").unwrap(), [7; 32]);
    assert!(matches!(wrapping(1).unwrap_key(&bytes, b"there"), Err(CryptoError::DoesNotOpen)));
    match wrapping(2).unwrap_key(&bytes, b"here") {
        Err(CryptoError::UnknownKey(id)) => assert_eq!(id, wrapping(1).id()),
        other => panic!("{other:?}"),
    }
    assert_ne!(bytes, wrapped(3, b"here"), "another nonce");
}

#[test]
fn every_flipped_byte_and_every_length_is_found() {
    let bytes = wrapped(2, b"here");
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        match wrapping(1).unwrap_key(&flipped, b"here") {
            Err(CryptoError::Malformed(_)) if at == 0 => {}
            Err(CryptoError::UnknownKey(_)) if (1..HEAD_BYTES).contains(&at) => {}
            Err(CryptoError::DoesNotOpen) if at >= HEAD_BYTES => {}
            other => panic!("byte {at}: {other:?}"),
        }
        assert!(matches!(wrapping(1).unwrap_key(&bytes[..at], b"here"), Err(CryptoError::Malformed(_))));
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert!(matches!(wrapping(1).unwrap_key(&longer, b"here"), Err(CryptoError::Malformed(_))));
}
