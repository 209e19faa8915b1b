//! Who wraps tenant keys: master keys at hand, or a key service elsewhere.

use std::fmt::Debug;

use zeroize::Zeroizing;

use crate::wrap::wrapping_key;
use crate::{CryptoError, Entropy, KeyId, Limits, Result, WrappingKey};

/// The root of the key tree.
pub trait KeySource: Debug + Send + Sync {
    /// Wraps a tenant key under the current master key. `bound_to` must be given again to unwrap it. At most 4096 bytes.
    fn wrap_key(&self, key: &WrappingKey, bound_to: &[u8], entropy: &dyn Entropy) -> Result<Vec<u8>>;

    /// Unwraps a tenant key, whichever master key it was wrapped under.
    fn unwrap_key(&self, wrapped: &[u8], bound_to: &[u8]) -> Result<WrappingKey>;

    /// Whether the key was wrapped under the current master key. If not, it is time to wrap it again.
    fn is_current(&self, wrapped: &[u8]) -> bool;
}

/// Master keys at hand. The first is the current one; the others only unwrap, until all tenant keys are wrapped again.
///
/// Their text, in a file or an environment variable, is one key after the other, each as 64 hexadecimal digits, with white space
/// between.
#[derive(Debug)]
pub struct MasterKeys(Vec<WrappingKey>);

impl MasterKeys {
    /// One new key.
    pub fn generate(entropy: &dyn Entropy) -> Result<Self> {
        Ok(Self(vec![WrappingKey::generate(entropy)?]))
    }

    /// The keys in a text.
    pub fn parse(text: &str, limits: &Limits) -> Result<Self> {
        let mut keys = Vec::new();
        for digits in text.split_ascii_whitespace() {
            if keys.len() >= limits.keys_max {
                return Err(CryptoError::Limit("master keys"));
            }
            keys.push(parse_key(digits)?);
        }
        if keys.is_empty() {
            Err(CryptoError::Malformed("a text without a master key"))
        } else {
            Ok(Self(keys))
        }
    }

    /// The text, one key a line; wiped when dropped.
    pub fn to_text(&self) -> Zeroizing<String> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        // As much as is needed: growing would leave a copy behind.
        let mut text = Zeroizing::new(String::with_capacity(self.0.len() * 65));
        for key in &self.0 {
            for byte in key.expose() {
                text.push(char::from(DIGITS[usize::from(byte >> 4)]));
                text.push(char::from(DIGITS[usize::from(byte & 15)]));
            }
            text.push('\n');
        }
        text
    }

    /// These keys behind a new one, which is current from now on.
    pub fn rotated(&self, entropy: &dyn Entropy, limits: &Limits) -> Result<Self> {
        if self.0.len() >= limits.keys_max {
            return Err(CryptoError::Limit("master keys"));
        }
        let mut keys = vec![WrappingKey::generate(entropy)?];
        keys.extend_from_slice(&self.0);
        Ok(Self(keys))
    }

    /// The current key alone, for when nothing is wrapped under the others any more.
    pub fn without_older(&self) -> Self {
        Self(self.0[..1].to_vec())
    }

    /// The names of the keys, the current one first.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> + '_ {
        self.0.iter().map(WrappingKey::id)
    }
}

fn parse_key(digits: &str) -> Result<WrappingKey> {
    let wrong = || CryptoError::Malformed("a master key is 64 hexadecimal digits");
    let digits = digits.as_bytes();
    let mut key = Zeroizing::new([0; 32]);
    if digits.len() != 2 * key.len() {
        return Err(wrong());
    }
    for (byte, pair) in key.iter_mut().zip(digits.chunks(2)) {
        for digit in pair {
            let value = char::from(*digit).to_digit(16).ok_or_else(wrong)?;
            *byte = *byte << 4 | value as u8;
        }
    }
    Ok(WrappingKey::from_bytes(*key))
}

impl KeySource for MasterKeys {
    fn wrap_key(&self, key: &WrappingKey, bound_to: &[u8], entropy: &dyn Entropy) -> Result<Vec<u8>> {
        let mut wrapped = Vec::new();
        self.0[0].wrap(key.expose(), bound_to, entropy, &mut wrapped)?;
        Ok(wrapped)
    }

    fn unwrap_key(&self, wrapped: &[u8], bound_to: &[u8]) -> Result<WrappingKey> {
        let id = wrapping_key(wrapped)?;
        let master = self.0.iter().find(|key| key.id() == id).ok_or(CryptoError::UnknownKey(id))?;
        master.unwrap_key(wrapped, bound_to).map(|key| WrappingKey::from_bytes(*key))
    }

    fn is_current(&self, wrapped: &[u8]) -> bool {
        wrapping_key(wrapped).is_ok_and(|id| id == self.0[0].id())
    }
}

#[cfg(test)]
mod tests;
