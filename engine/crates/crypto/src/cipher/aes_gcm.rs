//! AES-256-GCM, as `ring` has it.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hkdf::Prk;

use super::{FITS, KEY_BYTES, NONCE_BYTES, TAG_BYTES};
use crate::{CryptoError, Result};

pub(super) struct Primitive(LessSafeKey);

impl Primitive {
    pub fn derived(prk: &Prk, info: &[&[u8]]) -> Self {
        let okm = prk.expand(info, &AES_256_GCM).expect(FITS);
        Self(LessSafeKey::new(UnboundKey::from(okm)))
    }

    pub fn new(key: &[u8; KEY_BYTES]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key).expect("the key has the cipher's 32 bytes");
        Self(LessSafeKey::new(key))
    }

    /// Seals in place; answers the tag.
    pub fn seal(&self, nonce: [u8; NONCE_BYTES], aad: &[u8], bytes: &mut [u8]) -> Result<[u8; TAG_BYTES]> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self.0.seal_in_place_separate_tag(nonce, Aad::from(aad), bytes);
        let tag = tag.map_err(|_| CryptoError::TooLong)?;
        Ok(tag.as_ref().try_into().expect("a tag has 16 bytes"))
    }

    /// Opens what ends with its tag.
    pub fn open<'a>(
        &self,
        nonce: [u8; NONCE_BYTES],
        aad: &[u8],
        sealed: &'a mut [u8],
    ) -> Result<&'a mut [u8]> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.0.open_in_place(nonce, Aad::from(aad), sealed).map_err(|_| CryptoError::DoesNotOpen)
    }
}
