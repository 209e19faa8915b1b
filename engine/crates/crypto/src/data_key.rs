//! The key for one purpose of one tenant.

use std::fmt;

use zeroize::Zeroizing;

use crate::cipher::{Derivation, KEY_BYTES, KeyBytes};
use crate::entropy::draw;
use crate::{Entropy, Result};

/// 32 random bytes that keys for use are derived from; wiped when dropped, never printed.
pub struct DataKey(KeyBytes);

impl DataKey {
    /// A new key.
    pub fn generate(entropy: &dyn Entropy) -> Result<Self> {
        Ok(Self(Zeroizing::new(draw(entropy)?)))
    }

    pub(crate) fn from_bytes(bytes: KeyBytes) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    pub(crate) fn derivation<'a>(
        &'a self,
        salt: &'a [u8],
        domain: &'static str,
        rest: &'a [u8],
    ) -> Derivation<'a> {
        Derivation { secret: &*self.0, salt, domain, rest }
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(..)")
    }
}
