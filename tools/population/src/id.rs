//! Ids that follow from a seed and a position.

use crate::dice::{Dice, seed_of};

/// A UUID in its usual form: 36 lowercase characters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Id([u8; 36]);

const HEX: &[u8; 16] = b"0123456789abcdef";

impl Id {
    /// The id of the `position`-th resource under a seed.
    pub fn at(seed: u64, position: u64) -> Self {
        let mut dice = Dice::new(seed_of(seed, position));
        let (high, low) = (dice.bits(), dice.bits());
        // Version 4 and the variant of RFC 9562.
        let high = high & !0xF000 | 0x4000;
        let low = low & !(3 << 62) | 2 << 62;
        let mut text = [b'-'; 36];
        let mut at = 0;
        for digit in 0..32 {
            at += usize::from(matches!(digit, 8 | 12 | 16 | 20));
            let half = if digit < 16 { high } else { low };
            text[at] = HEX[(half >> (60 - 4 * (digit % 16)) & 15) as usize];
            at += 1;
        }
        Self(text)
    }

    /// Its characters.
    pub fn as_str(&self) -> &str {
        // All of them are ASCII.
        std::str::from_utf8(&self.0).unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_uuids() {
        for position in 0..100 {
            let id = Id::at(1, position);
            let groups: Vec<&str> = id.as_str().split('-').collect();
            assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
            assert!(groups[2].starts_with('4') && "89ab".contains(&groups[3][..1]), "{}", id.as_str());
        }
    }
}
