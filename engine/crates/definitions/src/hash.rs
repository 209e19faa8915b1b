//! A hash for tables whose keys are ours, and for telling images apart. Not for keys that an enemy chooses.

const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

/// Each step is a bijection of the state, so two inputs that differ in one word never meet.
pub(crate) fn hash64(seed: u64, bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let mut state = seed.wrapping_add(1).wrapping_mul(MULTIPLIER);
    for word in words.iter().chain([&last]) {
        state = (state ^ u64::from_le_bytes(*word)).wrapping_mul(MULTIPLIER);
        state ^= state >> 32;
    }
    state
}
