//! What sealed bytes are bound to: a record opens at its own place only.

use smallvec::SmallVec;

/// A tenant, by a random number that is never given twice, even if a tenant of the same name comes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct TenantUuid(pub [u8; 16]);

/// Where a record lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// Whose it is.
    pub tenant: TenantUuid,
    /// What kind of record it is: a number of the caller's that never changes, not the store's for a column family.
    pub family: u16,
    /// The key that it is kept under, without what depends on the placement.
    pub key: &'a [u8],
    /// Which state of what the key names; 0 where the key says all.
    pub version: u64,
}

/// Authenticated bytes that are built for one call.
pub(crate) type AadBytes = SmallVec<[u8; 128]>;

impl Place<'_> {
    /// `tenant (16) family (u16) version (u64) key (the rest)`, big-endian: all but the last have a fixed length, so no two places
    /// give the same bytes.
    pub(crate) fn aad(&self) -> AadBytes {
        let mut aad = AadBytes::new();
        aad.extend_from_slice(&self.tenant.0);
        aad.extend_from_slice(&self.family.to_be_bytes());
        aad.extend_from_slice(&self.version.to_be_bytes());
        aad.extend_from_slice(self.key);
        aad
    }
}
