//! Digests that stand for ids in keys, so that keys hold no patient data.
//!
//! HMAC-SHA256, its first 16 bytes, over each part's length (u64, big-endian) and bytes. Key: HKDF-SHA256 of the data key, with no
//! salt, over `"fornax id key" 00`.

use std::fmt;

use ring::hmac;

use crate::DataKey;

const DOMAIN: &str = "fornax id key";
const DIGEST_BYTES: usize = 16;

/// Makes digests that nobody can make or test without the key.
pub struct IdKey(hmac::Key);

impl DataKey {
    /// The id key that belongs to this data key.
    pub fn id_key(&self) -> IdKey {
        let key = self.derivation(&[], DOMAIN, &[]).bytes();
        IdKey(hmac::Key::new(hmac::HMAC_SHA256, &*key))
    }
}

impl IdKey {
    /// The digest of a list of parts: `["ab", "c"]` and `["a", "bc"]` have different ones.
    pub fn digest(&self, parts: &[&[u8]]) -> [u8; DIGEST_BYTES] {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut digest = [0; DIGEST_BYTES];
        digest.copy_from_slice(&context.sign().as_ref()[..DIGEST_BYTES]);
        digest
    }
}

impl fmt::Debug for IdKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdKey(..)")
    }
}

#[cfg(test)]
mod tests;
