//! Tokens that clients carry and can neither read nor change: page links above all.
//!
//! The text is URL-safe base64 without padding of `01 salt (16) ciphertext tag (16)`. Each token has a key of its own, HMAC-SHA256
//! of the salt under the token key, and so a nonce of zeros: there is no bound on the number of tokens as there is with random
//! nonces. The plain bytes are `expiry (5 bytes, big-endian, seconds since 1970) payload`; AAD = `tenant (16) grant (the rest)`. Token
//! key: HKDF-SHA256 of the data key, with no salt, over `"fornax token key" 00`.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use zeroize::Zeroizing;

use crate::cipher::{Cipher, KEY_BYTES, TAG_BYTES};
use crate::entropy::draw;
use crate::place::AadBytes;
use crate::{CryptoError, DataKey, Entropy, Limits, Result, TenantUuid};

const DOMAIN: &str = "fornax token key";
const FORMAT: u8 = 1;
const SALT_BYTES: usize = 16;
const EXPIRY_BYTES: usize = 5;
const AROUND_BYTES: usize = 1 + SALT_BYTES + EXPIRY_BYTES + TAG_BYTES;
const NONCE: [u8; 12] = [0; 12];

/// Whom a token is for: another tenant or grant can't open it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenHolder<'a> {
    /// The tenant.
    pub tenant: TenantUuid,
    /// What the holder may do, in the caller's own form.
    pub grant: &'a [u8],
}

impl TokenHolder<'_> {
    fn aad(&self) -> AadBytes {
        let mut aad = AadBytes::new();
        aad.extend_from_slice(&self.tenant.0);
        aad.extend_from_slice(self.grant);
        aad
    }
}

/// Makes and opens tokens. Tokens of another key do not open, so a new data key ends all tokens.
pub struct TokenKey {
    key: hmac::Key,
    bytes_max: usize,
}

impl DataKey {
    /// The token key that belongs to this data key.
    pub fn token_key(&self, limits: Limits) -> TokenKey {
        let key = self.derivation(&[], DOMAIN, &[]).bytes();
        TokenKey { key: hmac::Key::new(hmac::HMAC_SHA256, &*key), bytes_max: limits.token_bytes_max }
    }
}

impl TokenKey {
    /// A token that carries `payload` until `expires_s` (seconds since 1970, below 2^40). It has 51 characters, and 4 for each
    /// 3 bytes of the payload.
    pub fn seal(
        &self,
        holder: &TokenHolder<'_>,
        expires_s: u64,
        payload: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<String> {
        let [0, 0, 0, expiry @ ..] = expires_s.to_be_bytes() else {
            return Err(CryptoError::Limit("the expiry of a token"));
        };
        if payload.len() > self.bytes_max {
            return Err(CryptoError::Limit("the bytes of a token"));
        }
        let salt = draw::<SALT_BYTES>(entropy)?;
        let plain = [&expiry, payload].concat();
        let mut token = Vec::with_capacity(AROUND_BYTES + payload.len());
        token.push(FORMAT);
        token.extend_from_slice(&salt);
        self.cipher(&salt).seal(NONCE, &holder.aad(), &[&plain], &mut token)?;
        Ok(URL_SAFE_NO_PAD.encode(token))
    }

    /// What the token carries. Fails with [`CryptoError::DoesNotOpen`] for a token that is not genuine or is another holder's,
    /// and with [`CryptoError::Expired`] from its expiry on.
    pub fn open(&self, holder: &TokenHolder<'_>, token: &str, now_s: u64) -> Result<Vec<u8>> {
        let characters_max = (AROUND_BYTES + self.bytes_max).div_ceil(3) * 4;
        if token.len() > characters_max {
            return Err(CryptoError::DoesNotOpen);
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| CryptoError::DoesNotOpen)?;
        let Some((&[FORMAT], rest)) = bytes.split_first_chunk::<1>() else {
            return Err(CryptoError::DoesNotOpen);
        };
        let (salt, sealed) = rest.split_first_chunk::<SALT_BYTES>().ok_or(CryptoError::DoesNotOpen)?;
        let mut plain = Vec::new();
        self.cipher(salt).open_onto(NONCE, &holder.aad(), sealed, &mut plain)?;
        let (expiry, payload) = plain.split_first_chunk::<EXPIRY_BYTES>().ok_or(CryptoError::DoesNotOpen)?;
        let [a, b, c, d, e] = *expiry;
        if now_s >= u64::from_be_bytes([0, 0, 0, a, b, c, d, e]) {
            return Err(CryptoError::Expired);
        }
        Ok(payload.to_vec())
    }

    fn cipher(&self, salt: &[u8; SALT_BYTES]) -> Cipher {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        key.copy_from_slice(hmac::sign(&self.key, salt).as_ref());
        Cipher::new(&key)
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey(..)")
    }
}

#[cfg(test)]
mod tests;
