//! Hashes that are part of the index's layout: the same in every build, unlike the standard library's.

const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

/// A 64-bit hash of parts, which are told apart. Not for secrets, nor against an adversary.
pub(crate) fn hash64<T: AsRef<[u8]>>(seed: u64, parts: &[T]) -> u64 {
    let mut hash = seed ^ FACTOR;
    for part in parts {
        let part = part.as_ref();
        hash = mix(hash, part.len() as u64);
        for chunk in part.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            hash = mix(hash, u64::from_le_bytes(word));
        }
    }
    mix(hash, FACTOR)
}

/// Multiplies to 128 bits and folds, so that every bit of both sides reaches every bit of the result.
fn mix(hash: u64, word: u64) -> u64 {
    let product = u128::from(hash ^ word.rotate_left(29)) * u128::from(word ^ FACTOR | 1);
    (product as u64) ^ ((product >> 64) as u64) ^ hash.rotate_left(23)
}
