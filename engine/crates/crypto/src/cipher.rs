//! The two primitives that all else stands on: HKDF-SHA256 and AES-256-GCM, as `ring` has them.

#[cfg(not(fornax_null_cipher))]
mod aes_gcm;
#[cfg(fornax_null_cipher)]
mod null;

#[cfg(not(fornax_null_cipher))]
use aes_gcm::Primitive;
#[cfg(fornax_null_cipher)]
use null::Primitive;
use ring::hkdf::{HKDF_SHA256, Prk, Salt};
use zeroize::Zeroizing;

use crate::Result;

/// Whether what is sealed is encrypted: in every build but those that measure what that costs.
pub const IS_ENCRYPTED: bool = cfg!(not(fornax_null_cipher));

pub(crate) const KEY_BYTES: usize = 32;
pub(crate) const NONCE_BYTES: usize = 12;
pub(crate) const TAG_BYTES: usize = 16;
pub(crate) const SALT_BYTES: usize = 32;

/// Key bytes that are wiped when they go.
pub(crate) type KeyBytes = Zeroizing<[u8; KEY_BYTES]>;

/// Why the lengths below can't be refused.
const FITS: &str = "HKDF-SHA256 gives up to 8160 bytes, and 32 are asked for";

/// What HKDF derives a key from. The info is the domain, a zero byte, and `rest`: a domain holds no zero byte, so no two
/// uses share an info.
pub(crate) struct Derivation<'a> {
    pub secret: &'a [u8],
    pub salt: &'a [u8],
    pub domain: &'static str,
    pub rest: &'a [u8],
}

impl Derivation<'_> {
    fn extract(&self) -> Prk {
        Salt::new(HKDF_SHA256, self.salt).extract(self.secret)
    }

    fn info(&self) -> [&[u8]; 3] {
        [self.domain.as_bytes(), b"\0", self.rest]
    }

    /// 32 bytes, as a key for something else.
    pub(crate) fn bytes(&self) -> KeyBytes {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        let info = self.info();
        self.extract().expand(&info, HKDF_SHA256).and_then(|okm| okm.fill(&mut *bytes)).expect(FITS);
        bytes
    }

    /// A cipher, its key never in our hands. Costs about 1 us.
    pub(crate) fn cipher(&self) -> Cipher {
        Cipher(Primitive::derived(&self.extract(), &self.info()))
    }
}

/// AES-256-GCM under one key. The caller answers for the nonces.
pub(crate) struct Cipher(Primitive);

impl Cipher {
    /// A cipher under this very key.
    pub(crate) fn new(key: &[u8; KEY_BYTES]) -> Self {
        Self(Primitive::new(key))
    }

    /// Appends ciphertext and tag to `out`, which stays as it was on failure.
    pub(crate) fn seal(
        &self,
        nonce: [u8; NONCE_BYTES],
        aad: &[u8],
        plain: &[&[u8]],
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let start = out.len();
        out.reserve(plain.iter().map(|part| part.len()).sum::<usize>() + TAG_BYTES);
        plain.iter().for_each(|part| out.extend_from_slice(part));
        let tag = self.0.seal(nonce, aad, &mut out[start..]);
        match &tag {
            Ok(tag) => out.extend_from_slice(tag),
            Err(_) => out.truncate(start),
        }
        tag.map(|_| ())
    }

    /// Opens ciphertext and tag where they lie; what remains on failure has no meaning.
    pub(crate) fn open<'a>(
        &self,
        nonce: [u8; NONCE_BYTES],
        aad: &[u8],
        sealed: &'a mut [u8],
    ) -> Result<&'a mut [u8]> {
        self.0.open(nonce, aad, sealed)
    }

    /// Opens ciphertext and tag, and appends the plain bytes to `out`, which stays as it was on failure.
    pub(crate) fn open_onto(
        &self,
        nonce: [u8; NONCE_BYTES],
        aad: &[u8],
        sealed: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let start = out.len();
        out.extend_from_slice(sealed);
        let opened = self.open(nonce, aad, &mut out[start..]).map(|plain| plain.len());
        out.truncate(start + opened.as_ref().copied().unwrap_or(0));
        opened.map(|_| ())
    }
}

/// A nonce that counts: the number, big-endian, in the last eight bytes.
pub(crate) fn counting_nonce(number: u64) -> [u8; NONCE_BYTES] {
    let mut nonce = [0; NONCE_BYTES];
    nonce[NONCE_BYTES - 8..].copy_from_slice(&number.to_be_bytes());
    nonce
}

#[cfg(test)]
mod tests;
