//! Where random bytes come from.

use ring::rand::{SecureRandom, SystemRandom};

use crate::{CryptoError, Result};

/// A source of random bytes that nobody can foretell.
pub trait Entropy: Send + Sync {
    /// Fills all of `bytes`, or fails and leaves them without meaning.
    fn fill(&self, bytes: &mut [u8]) -> Result<()>;
}

/// The operating system's random bytes.
#[derive(Debug)]
pub struct SystemEntropy(SystemRandom);

impl SystemEntropy {
    /// Opens nothing and reads nothing yet.
    pub fn new() -> Self {
        Self(SystemRandom::new())
    }
}

impl Default for SystemEntropy {
    fn default() -> Self {
        Self::new()
    }
}

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        self.0.fill(bytes).map_err(|_| CryptoError::NoEntropy)
    }
}

/// An array of random bytes.
pub(crate) fn draw<const N: usize>(entropy: &dyn Entropy) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes)?;
    Ok(bytes)
}

/// The same bytes for the same seed: for tests only, it protects nothing.
#[cfg(feature = "seeded")]
#[derive(Debug)]
pub struct SeededEntropy {
    seed: u64,
    blocks: std::sync::atomic::AtomicU64,
}

#[cfg(feature = "seeded")]
impl SeededEntropy {
    /// Starts the sequence that belongs to `seed`.
    pub fn new(seed: u64) -> Self {
        Self { seed, blocks: std::sync::atomic::AtomicU64::new(0) }
    }
}

#[cfg(feature = "seeded")]
impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        for chunk in bytes.chunks_mut(32) {
            let block = self.blocks.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let input = [self.seed.to_be_bytes(), block.to_be_bytes()].concat();
            let digest = ring::digest::digest(&ring::digest::SHA256, &input);
            chunk.copy_from_slice(&digest.as_ref()[..chunk.len()]);
        }
        Ok(())
    }
}
