//! Chance that repeats itself: the same seed gives the same resources on every machine.

/// A stream of numbers (SplitMix64).
pub struct Dice(u64);

impl Dice {
    /// The stream that belongs to `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// All 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = high.abs_diff(low).saturating_add(1);
        low + (self.bits() % span) as i64
    }

    /// One of the items, the first ones more often: in real data few codes make up most of all.
    pub fn favour<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let count = items.len() as u64;
        &items[(self.bits() % count).min(self.bits() % count) as usize]
    }

    /// One of the items, each as often.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[(self.bits() % items.len() as u64) as usize]
    }

    /// Whether something of so many percent happens.
    pub fn happens(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }

    /// That many characters of an alphabet.
    pub fn text(&mut self, alphabet: &[u8], characters: usize) -> String {
        (0..characters).map(|_| char::from(*self.pick(alphabet))).collect()
    }

    /// A random UUID.
    pub fn uuid(&mut self) -> String {
        let (high, low) = (self.bits(), self.bits());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xFFFF,
            high & 0xFFF,
            0x8000 | (low >> 48) & 0x3FFF,
            low & 0xFFFF_FFFF_FFFF
        )
    }
}
