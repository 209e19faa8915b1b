//! Tokens of further pages: sealed, bound to the tenant and to what they continue, valid over a restart, for a time.

use fornax_crypto::{CryptoError, TokenHolder};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::records;

/// What a token continues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Search,
    History,
}

impl Kind {
    fn grant(self) -> &'static [u8] {
        match self {
            Self::Search => b"search",
            Self::History => b"history",
        }
    }
}

/// A token that continues from `position`.
pub(crate) fn seal<T: Serialize>(core: &Core, kind: Kind, position: &T) -> Result<String> {
    let holder = TokenHolder { tenant: core.vault.tenant, grant: kind.grant() };
    let expires_s = core.clock.now_ms().max(0) as u64 / 1000 + core.limits.page_token_s;
    let payload = records::encode(position)?;
    core.vault
        .tokens
        .seal(&holder, expires_s, &payload, &*core.vault.entropy)
        .map_err(|error| records::bug("a page token can't be made").caused_by(error))
}

/// What a token continues from.
pub(crate) fn open<T: DeserializeOwned>(core: &Core, kind: Kind, token: &str) -> Result<T> {
    let holder = TokenHolder { tenant: core.vault.tenant, grant: kind.grant() };
    let now_s = core.clock.now_ms().max(0) as u64 / 1000;
    let payload = core.vault.tokens.open(&holder, token, now_s).map_err(|error| match error {
        CryptoError::Expired => {
            Error::new(ErrorKind::Gone, Issue::error("expired", "the page link has expired; search again"))
        }
        _ => Error::new(
            ErrorKind::Invalid,
            Issue::error("value", "the page link is not one of this repository's"),
        ),
    })?;
    records::decode(&payload)
}
