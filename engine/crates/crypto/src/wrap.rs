//! Keys wrapped under keys.
//!
//! A wrapped key is `01 wrapping key's id (8) nonce (12) ciphertext (32) tag (16)`, 69 bytes: AES-256-GCM under the wrapping key with a
//! random nonce; AAD = the first 9 bytes and what the key is bound to. The id is the first 8 bytes of HKDF-SHA256 of the
//! wrapping key, with no salt, over `"fornax key id" 00`; the cipher's key the same over `"fornax wrapping key" 00`.

use std::fmt;

use zeroize::Zeroizing;

use crate::cipher::{Derivation, KEY_BYTES, KeyBytes, NONCE_BYTES, TAG_BYTES};
use crate::entropy::draw;
use crate::place::AadBytes;
use crate::{CryptoError, Entropy, Result};

const FORMAT: u8 = 1;
const HEAD_BYTES: usize = 1 + 8;
pub(crate) const WRAPPED_BYTES: usize = HEAD_BYTES + NONCE_BYTES + KEY_BYTES + TAG_BYTES;

/// Names a wrapping key without telling it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyId(pub [u8; 8]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A key that wraps other keys: a master key or a tenant key. Wiped when dropped, never printed.
#[derive(Clone)]
pub struct WrappingKey(KeyBytes);

impl WrappingKey {
    /// A new key.
    pub fn generate(entropy: &dyn Entropy) -> Result<Self> {
        Ok(Self(Zeroizing::new(draw(entropy)?)))
    }

    /// A key that came from elsewhere, as from a key service.
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The key itself, for whoever wraps it.
    pub fn expose(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// Its name.
    pub fn id(&self) -> KeyId {
        let mut id = [0; 8];
        id.copy_from_slice(&self.derivation("fornax key id", &[]).bytes()[..8]);
        KeyId(id)
    }

    pub(crate) fn derivation<'a>(&'a self, domain: &'static str, rest: &'a [u8]) -> Derivation<'a> {
        Derivation { secret: &*self.0, salt: &[], domain, rest }
    }

    /// Appends the wrapped key to `out`.
    pub(crate) fn wrap(
        &self,
        key: &[u8; KEY_BYTES],
        bound_to: &[u8],
        entropy: &dyn Entropy,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let nonce = draw(entropy)?;
        let head = self.head();
        out.extend_from_slice(&head);
        out.extend_from_slice(&nonce);
        self.derivation("fornax wrapping key", &[]).cipher().seal(nonce, &aad(&head, bound_to), &[key], out)
    }

    /// The key that was wrapped under this one.
    pub(crate) fn unwrap_key(&self, wrapped: &[u8], bound_to: &[u8]) -> Result<KeyBytes> {
        let id = wrapping_key(wrapped)?;
        let head = self.head();
        if head[1..] != id.0 {
            return Err(CryptoError::UnknownKey(id));
        }
        let sealed = &wrapped[HEAD_BYTES..];
        let (nonce, sealed) = sealed.split_first_chunk().ok_or(CryptoError::DoesNotOpen)?;
        let mut sealed = Zeroizing::new(sealed.to_vec());
        let cipher = self.derivation("fornax wrapping key", &[]).cipher();
        let plain = cipher.open(*nonce, &aad(&head, bound_to), &mut sealed)?;
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        if plain.len() != KEY_BYTES {
            return Err(CryptoError::DoesNotOpen);
        }
        key.copy_from_slice(plain);
        Ok(key)
    }

    fn head(&self) -> [u8; HEAD_BYTES] {
        let [a, b, c, d, e, f, g, h] = self.id().0;
        [FORMAT, a, b, c, d, e, f, g, h]
    }
}

/// Which key a key is wrapped under.
pub(crate) fn wrapping_key(wrapped: &[u8]) -> Result<KeyId> {
    match wrapped {
        [FORMAT, a, b, c, d, e, f, g, h, ..] if wrapped.len() == WRAPPED_BYTES => {
            Ok(KeyId([*a, *b, *c, *d, *e, *f, *g, *h]))
        }
        _ => Err(CryptoError::Malformed("a wrapped key of another form or length")),
    }
}

fn aad(head: &[u8; HEAD_BYTES], bound_to: &[u8]) -> AadBytes {
    let mut aad = AadBytes::new();
    aad.extend_from_slice(head);
    aad.extend_from_slice(bound_to);
    aad
}

impl fmt::Debug for WrappingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WrappingKey({})", self.id())
    }
}

#[cfg(test)]
mod tests;
