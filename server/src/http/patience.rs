//! How long a client may keep the server waiting for the next piece, in either direction.

use std::time::Duration;

/// What can be earned beyond the first allowance: without a bound, whoever was fast for a second could be slow for hours.
const EARNED_MAX: Duration = Duration::from_secs(60);

/// Time that a client has left to wait away. Each byte that moves earns some of it back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// The longest wait for a single piece.
    silence: Duration,
    bytes_per_s_min: usize,
    left: Duration,
}

impl Patience {
    pub(crate) fn new(silence: Duration, bytes_per_s_min: usize) -> Self {
        Self { silence, bytes_per_s_min, left: silence }
    }

    /// How long to wait for the next piece.
    pub(crate) fn next(&self) -> Duration {
        self.left.min(self.silence)
    }

    /// A piece came, or went, after a wait.
    pub(crate) fn moved(&mut self, bytes: usize, waited: Duration) {
        let earned = Duration::from_secs_f64(bytes as f64 / self.bytes_per_s_min.max(1) as f64);
        self.left = (self.left.saturating_sub(waited) + earned).min(self.silence + EARNED_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: Duration = Duration::from_secs(1);

    #[test]
    fn a_steady_client_may_take_hours_and_a_trickling_one_may_not() {
        let mut steady = Patience::new(30 * S, 100);
        for _ in 0..10_000 {
            assert_eq!(steady.next(), 30 * S);
            steady.moved(100, S);
        }
        let mut trickling = Patience::new(30 * S, 100);
        trickling.moved(1 << 30, S);
        let mut waited = Duration::ZERO;
        while trickling.next() > 20 * S {
            trickling.moved(1, 20 * S);
            waited += 20 * S;
        }
        assert!((60..=100).contains(&waited.as_secs()), "{waited:?}");
    }
}
