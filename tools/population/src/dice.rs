//! Chance that repeats itself: the same seed gives the same numbers on every machine.

/// A stream of numbers (SplitMix64).
#[derive(Clone)]
pub struct Dice(u64);

const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

fn scramble(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

/// The seed of the `position`-th thing under a seed: what is made from it needs nothing of what is made from the others.
pub fn seed_of(seed: u64, position: u64) -> u64 {
    scramble(scramble(seed.wrapping_add(STEP)) ^ scramble(position.wrapping_mul(STEP).wrapping_add(1)))
}

impl Dice {
    /// The stream that belongs to `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// All 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        scramble(self.0)
    }

    /// A number below `count`, which is not 0.
    pub fn below(&mut self, count: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(count)) >> 64) as u64
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(high.abs_diff(low) + 1) as i64
    }

    /// A number from 0 up to 1, 1 excluded.
    pub fn fraction(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number around 0, of deviation 1, never beyond 3.5: a sum of four even chances, so that no machine's `ln` decides.
    pub fn deviation(&mut self) -> f64 {
        const MEAN: f64 = 131_070.0;
        const DEVIATION: f64 = 37_837.2;
        let bits = self.bits();
        let sum: u64 = (0..4).map(|quarter| bits >> (16 * quarter) & 0xFFFF).sum();
        (sum as f64 - MEAN) / DEVIATION
    }

    /// Whether something of so many percent happens.
    pub fn happens(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Whether something of so many in a thousand happens.
    pub fn per_mille(&mut self, rate: u64) -> bool {
        self.below(1000) < rate
    }

    /// One of the items, each as often.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len() as u64) as usize]
    }

    /// One of the items, the first ones more often: in real data few codes make up most of all.
    pub fn favour<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let count = items.len() as u64;
        &items[self.below(count).min(self.below(count)) as usize]
    }

    /// One of the items, each as often as its weight says; none if no item has any.
    pub fn weigh<'a, T>(&mut self, items: &'a [T], weight: impl Fn(&T) -> u64) -> Option<&'a T> {
        let all: u64 = items.iter().map(&weight).sum();
        if all == 0 {
            return None;
        }
        let mut left = self.below(all);
        items.iter().find(|item| {
            let own = weight(item);
            let found = left < own;
            left = left.saturating_sub(own);
            found
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_are_even() {
        let mut dice = Dice::new(1);
        let mut seen = [0u32; 6];
        (0..6000).for_each(|_| seen[dice.below(6) as usize] += 1);
        assert!(seen.iter().all(|count| (850..1150).contains(count)), "{seen:?}");
        let weighed = (0..4000).filter(|_| dice.weigh(&[1u64, 0, 3], |weight| *weight) == Some(&3)).count();
        assert!((2850..3150).contains(&weighed), "{weighed}");
        assert!(dice.weigh(&[0u64], |weight| *weight).is_none());
    }

    #[test]
    fn deviations_have_the_deviation_1() {
        let mut dice = Dice::new(2);
        let all: Vec<f64> = (0..10_000).map(|_| dice.deviation()).collect();
        let mean = all.iter().sum::<f64>() / 10_000.0;
        let square = all.iter().map(|one| one * one).sum::<f64>() / 10_000.0;
        assert!(mean.abs() < 0.05 && (square - 1.0).abs() < 0.05, "{mean} {square}");
    }

    #[test]
    fn seeds_do_not_repeat() {
        let mut seeds: Vec<u64> =
            (0..100).flat_map(|seed| (0..100).map(move |at| seed_of(seed, at))).collect();
        seeds.sort_unstable();
        seeds.dedup();
        assert_eq!(seeds.len(), 10_000);
    }
}
