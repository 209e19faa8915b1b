//! The keys of one tenant: a tenant key, wrapped by the key source, wraps a data key for each purpose.
//!
//! A key set, the form in which they are kept, is, big-endian:
//! ```text
//! "FXKS" 01 00 00 00   tenant (16)   tenant key's version (u32)
//! length (u16)   tenant key, as the key source wrapped it
//! count (u16)    that many of: purpose (u8)  version (u32)  data key, wrapped under the tenant key (69)
//! HMAC-SHA256 (32) of all before it
//! ```
//! A wrapped tenant key is bound to `"fornax tenant key" 00 tenant (16) version (u32)`, a data key to
//! `"fornax data key" 00 tenant (16) purpose (u8) version (u32)`. The HMAC's key is HKDF-SHA256 of the tenant key, with no salt, over
//! `"fornax key set" 00`.
//!
//! Whoever destroys all copies of a key set has destroyed all that was sealed under it, wherever it lies.

use std::sync::Arc;

use ring::hmac;

use crate::wrap::WRAPPED_BYTES;
use crate::{
    CryptoError, DataKey, Entropy, KeySource, Limits, Result, TenantUuid, VersionedKey, WrappingKey,
};

const MAGIC: [u8; 8] = *b"FXKS\x01\0\0\0";
const MAC_BYTES: usize = 32;
const WRAPPED_TENANT_KEY_BYTES_MAX: usize = 4096;

/// What a data key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Sealing what the store keeps.
    Records = 1,
    /// Digests of ids. A new key means that all keys are written again.
    Ids = 2,
    /// Sealing the search index's files.
    Index = 3,
    /// Sealing audit rows and signing checkpoints.
    Audit = 4,
    /// Tokens that clients carry.
    Tokens = 5,
    /// Sealing files that leave the store: exports, backups, spilled sorts.
    Files = 6,
}

impl Purpose {
    /// All purposes. A new tenant has one key for each.
    pub const ALL: [Self; 6] =
        [Self::Records, Self::Ids, Self::Index, Self::Audit, Self::Tokens, Self::Files];

    fn from_byte(byte: u8) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|purpose| *purpose as u8 == byte);
        found.ok_or(CryptoError::Malformed("a key set holds a key for an unknown purpose"))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Records => "records",
            Self::Ids => "ids",
            Self::Index => "index",
            Self::Audit => "audit",
            Self::Tokens => "tokens",
            Self::Files => "files",
        }
    }
}

/// A tenant's keys, unwrapped. What changes them changes this copy: it counts once [`TenantKeys::to_bytes`] is kept.
#[derive(Clone, Debug)]
pub struct TenantKeys {
    tenant: TenantUuid,
    version: u32,
    key: WrappingKey,
    /// `key` as the source wrapped it.
    wrapped: Vec<u8>,
    /// In the order of purpose and version.
    data: Vec<DataKeyEntry>,
    limits: Limits,
}

#[derive(Clone, Debug)]
struct DataKeyEntry {
    purpose: Purpose,
    version: u32,
    key: Arc<DataKey>,
}

impl TenantKeys {
    /// New keys for a new tenant, each of version 1.
    pub fn generate(
        tenant: TenantUuid,
        source: &dyn KeySource,
        entropy: &dyn Entropy,
        limits: Limits,
    ) -> Result<Self> {
        let (version, key) = (1, WrappingKey::generate(entropy)?);
        let wrapped = source.wrap_key(&key, &tenant_key_place(tenant, version), entropy)?;
        let mut keys = Self { tenant, version, key, wrapped, data: Vec::new(), limits };
        for purpose in Purpose::ALL {
            keys.rotate(purpose, entropy)?;
        }
        Ok(keys)
    }

    /// The keys in a key set of that tenant.
    pub fn open(bytes: &[u8], tenant: TenantUuid, source: &dyn KeySource, limits: Limits) -> Result<Self> {
        let mut reader = Reader(bytes);
        if reader.take::<8>()? != MAGIC {
            return Err(CryptoError::Malformed("a key set of another form"));
        }
        if TenantUuid(reader.take()?) != tenant {
            return Err(CryptoError::Malformed("a key set of another tenant"));
        }
        let version = reader.u32()?;
        let length = usize::from(reader.u16()?);
        let wrapped = reader.slice(length)?.to_vec();
        let key = source.unwrap_key(&wrapped, &tenant_key_place(tenant, version))?;
        let (signed, mac) = bytes.split_last_chunk::<MAC_BYTES>().ok_or(CryptoError::DoesNotOpen)?;
        hmac::verify(&mac_key(&key), signed, mac).map_err(|_| CryptoError::DoesNotOpen)?;
        let mut keys = Self { tenant, version, key, wrapped, data: Vec::new(), limits };
        for _ in 0..reader.u16()? {
            keys.read_entry(&mut reader)?;
        }
        if reader.0.len() == MAC_BYTES { Ok(keys) } else { Err(CryptoError::DoesNotOpen) }
    }

    fn read_entry(&mut self, reader: &mut Reader<'_>) -> Result<()> {
        let purpose = Purpose::from_byte(reader.take::<1>()?[0])?;
        let version = reader.u32()?;
        let wrapped = reader.slice(WRAPPED_BYTES)?;
        let key = self.key.unwrap_key(wrapped, &data_key_place(self.tenant, purpose, version))?;
        self.add(purpose, version, DataKey::from_bytes(key))
    }

    fn add(&mut self, purpose: Purpose, version: u32, key: DataKey) -> Result<()> {
        if self.data.len() >= self.limits.keys_max {
            return Err(CryptoError::Limit("data keys of a tenant"));
        }
        let at = self.data.partition_point(|entry| (entry.purpose, entry.version) < (purpose, version));
        self.data.insert(at, DataKeyEntry { purpose, version, key: Arc::new(key) });
        Ok(())
    }

    /// The key set, to be kept.
    pub fn to_bytes(&self, entropy: &dyn Entropy) -> Result<Vec<u8>> {
        let length = u16::try_from(self.wrapped.len())
            .ok()
            .filter(|_| self.wrapped.len() <= WRAPPED_TENANT_KEY_BYTES_MAX)
            .ok_or(CryptoError::Limit("bytes of a wrapped tenant key"))?;
        let count =
            u16::try_from(self.data.len()).map_err(|_| CryptoError::Limit("data keys of a tenant"))?;
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&self.tenant.0);
        bytes.extend_from_slice(&self.version.to_be_bytes());
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(&self.wrapped);
        bytes.extend_from_slice(&count.to_be_bytes());
        for entry in &self.data {
            bytes.push(entry.purpose as u8);
            bytes.extend_from_slice(&entry.version.to_be_bytes());
            let place = data_key_place(self.tenant, entry.purpose, entry.version);
            self.key.wrap(entry.key.bytes(), &place, entropy, &mut bytes)?;
        }
        let mac = hmac::sign(&mac_key(&self.key), &bytes);
        bytes.extend_from_slice(mac.as_ref());
        Ok(bytes)
    }

    /// Whose keys they are.
    pub fn tenant(&self) -> TenantUuid {
        self.tenant
    }

    /// The newest key for a purpose, and its version.
    pub fn newest(&self, purpose: Purpose) -> Result<VersionedKey> {
        self.versions(purpose).pop().ok_or(CryptoError::NoDataKey { purpose: purpose.name(), version: 1 })
    }

    /// The key of that version for a purpose.
    pub fn key(&self, purpose: Purpose, version: u32) -> Result<Arc<DataKey>> {
        let found = self.versions(purpose).into_iter().find(|(at, _)| *at == version);
        found.map(|(_, key)| key).ok_or(CryptoError::NoDataKey { purpose: purpose.name(), version })
    }

    /// All keys for a purpose, by version.
    pub fn versions(&self, purpose: Purpose) -> Vec<VersionedKey> {
        let of_purpose = self.data.iter().filter(|entry| entry.purpose == purpose);
        of_purpose.map(|entry| (entry.version, Arc::clone(&entry.key))).collect()
    }

    /// Adds a new key for a purpose and answers its version. The older ones stay, for what is sealed under them.
    pub fn rotate(&mut self, purpose: Purpose, entropy: &dyn Entropy) -> Result<u32> {
        let newest = self.versions(purpose).last().map_or(0, |(version, _)| *version);
        let version = newest.checked_add(1).ok_or(CryptoError::Limit("versions of a data key"))?;
        self.add(purpose, version, DataKey::generate(entropy)?)?;
        Ok(version)
    }

    /// Lets go of all keys for a purpose but the newest: what is sealed under them can't be read any more.
    pub fn retire_older(&mut self, purpose: Purpose) {
        let newest = self.versions(purpose).last().map(|(version, _)| *version);
        self.data.retain(|entry| entry.purpose != purpose || Some(entry.version) == newest);
    }

    /// Whether the tenant key is wrapped under the source's current master key.
    pub fn is_current(&self, source: &dyn KeySource) -> bool {
        source.is_current(&self.wrapped)
    }

    /// Takes a new tenant key and wraps it under the source's current master key. Data keys, and so all that is sealed, stay as
    /// they are.
    pub fn rotate_tenant_key(&mut self, source: &dyn KeySource, entropy: &dyn Entropy) -> Result<()> {
        let version = self.version.checked_add(1).ok_or(CryptoError::Limit("versions of a tenant key"))?;
        let key = WrappingKey::generate(entropy)?;
        let wrapped = source.wrap_key(&key, &tenant_key_place(self.tenant, version), entropy)?;
        (self.version, self.key, self.wrapped) = (version, key, wrapped);
        Ok(())
    }
}

fn tenant_key_place(tenant: TenantUuid, version: u32) -> Vec<u8> {
    [b"fornax tenant key\0".as_slice(), &tenant.0, &version.to_be_bytes()].concat()
}

fn data_key_place(tenant: TenantUuid, purpose: Purpose, version: u32) -> Vec<u8> {
    [b"fornax data key\0".as_slice(), &tenant.0, &[purpose as u8], &version.to_be_bytes()].concat()
}

fn mac_key(tenant_key: &WrappingKey) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, &*tenant_key.derivation("fornax key set", &[]).bytes())
}

/// Reads a key set front to back.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn slice(&mut self, bytes: usize) -> Result<&'a [u8]> {
        let (field, rest) =
            self.0.split_at_checked(bytes).ok_or(CryptoError::Malformed("a key set is cut"))?;
        self.0 = rest;
        Ok(field)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut field = [0; N];
        field.copy_from_slice(self.slice(N)?);
        Ok(field)
    }

    fn u16(&mut self) -> Result<u16> {
        self.take().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Result<u32> {
        self.take().map(u32::from_be_bytes)
    }
}

#[cfg(test)]
mod tests;
