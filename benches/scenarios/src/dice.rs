//! Chance that is the same in every run, so that every server is asked for the same.

/// A small generator (xorshift64).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// One that starts from a number of which any will do.
    pub fn new(seed: u64) -> Self {
        // Odd, hence not zero, which the generator would never leave.
        Self(seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `end`; 0 when that is 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        // The high bits are the better ones.
        ((self.0 >> 11) % (end.max(1) as u64)) as usize
    }

    /// One of these, if there is any.
    pub fn pick<'a, T>(&mut self, values: &'a [T]) -> Option<&'a T> {
        let at = self.below(values.len());
        values.get(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_picks_the_same_and_all_are_picked() {
        let picks = |seed| (0..200).map(|_| 0).scan(Dice::new(seed), |dice, _| Some(dice.below(7)));
        assert!(picks(3).eq(picks(3)));
        assert!(picks(3).ne(picks(4)));
        assert!((0..7).all(|value| picks(0).any(|picked| picked == value)));
        assert_eq!(Dice::new(1).pick::<u8>(&[]), None);
    }
}
