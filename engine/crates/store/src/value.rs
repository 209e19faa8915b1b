//! Values as a store hands them out.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A value that was read. It may pin memory of the store: keep it briefly, or copy it.
pub struct Value<'a>(Held<'a>);

enum Held<'a> {
    Shared(Arc<[u8]>),
    Pinned(Box<dyn AsRef<[u8]> + Send + Sync + 'a>),
}

impl<'a> Value<'a> {
    /// A value that others hold too.
    pub fn shared(bytes: Arc<[u8]>) -> Self {
        Self(Held::Shared(bytes))
    }

    /// A value in memory that the store keeps in place for as long as `pin` lives.
    pub fn pinned(pin: impl AsRef<[u8]> + Send + Sync + 'a) -> Self {
        Self(Held::Pinned(Box::new(pin)))
    }
}

impl Deref for Value<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Held::Shared(bytes) => bytes,
            Held::Pinned(pin) => (**pin).as_ref(),
        }
    }
}

/// Shows the length only: values may be secret.
impl fmt::Debug for Value<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Value({} bytes)", self.len())
    }
}
