//! Files sealed page by page, so that any page opens alone.
//!
//! Each file has a key of its own: HKDF-SHA256 of the data key, with the file's random salt, over
//! `"fornax page key" 00 name`. So a page of one file never opens in another, and page numbers can be nonces. A sealed page is the
//! ciphertext and a 16-byte tag: AES-256-GCM, nonce = 4 zero bytes and the page's number (u64, big-endian), AAD = one byte, 0 for
//! an inner page and 1 for the last one. Since only the last page opens as the last, a file cut between pages is found out.

use std::fmt;

use crate::cipher::{Cipher, SALT_BYTES, counting_nonce};
use crate::{DataKey, Result};

const DOMAIN: &str = "fornax page key";

/// Where a page stands in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PagePlace {
    /// Others follow.
    Inner,
    /// The file ends with it. A file has exactly one, even an empty file.
    Last,
}

impl PagePlace {
    fn aad(self) -> [u8; 1] {
        match self {
            Self::Inner => [0],
            Self::Last => [1],
        }
    }
}

/// Seals and opens the pages of one file. A page number must be sealed once only: a file is written front to back and never
/// again under the same salt.
pub struct PageKey(Cipher);

impl DataKey {
    /// The key of the file with this salt and name. Costs about 1 us.
    pub fn page_key(&self, salt: &[u8; SALT_BYTES], name: &[u8]) -> PageKey {
        PageKey(self.derivation(salt, DOMAIN, name).cipher())
    }
}

impl PageKey {
    /// Appends the sealed page, 16 bytes longer than `plain`, to `out`.
    pub fn seal_page(&self, page: u64, place: PagePlace, plain: &[u8], out: &mut Vec<u8>) -> Result<()> {
        self.0.seal(counting_nonce(page), &place.aad(), &[plain], out)
    }

    /// Opens a sealed page where it lies. On failure its bytes have no meaning any more.
    pub fn open_page<'a>(&self, page: u64, place: PagePlace, sealed: &'a mut [u8]) -> Result<&'a mut [u8]> {
        self.0.open(counting_nonce(page), &place.aad(), sealed)
    }
}

impl fmt::Debug for PageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PageKey(..)")
    }
}

#[cfg(test)]
mod tests;
