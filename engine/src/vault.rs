//! A tenant's records, sealed: the one place where plain records meet the store.

use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use fornax_crypto::{
    CryptoError, DataKey, Entropy, EpochRing, EpochSealer, IdKey, Limits, Place, Purpose, SystemEntropy,
    TenantKeys, TenantUuid, TokenKey,
};
use fornax_index::Identity;
use fornax_store::{Batch, Durability, Reader, Store, StoreError};
use parking_lot::Mutex;

use crate::error::{Error, ErrorKind, Issue, Result};
use crate::families::{Family, Placement};
use crate::records::{self, Epochs, corrupted};

/// Keys of the state family.
pub(crate) mod state {
    pub(crate) const EPOCHS: &[u8] = b"\x01";
    pub(crate) const HEAD: &[u8] = b"\x02";
    pub(crate) const INDEX: &[u8] = b"\x03";
    pub(crate) const CATALOG: &[u8] = b"\x04";
    pub(crate) const TYPES: &[u8] = b"\x05";
    /// What the keys of staged chunks begin with.
    pub(crate) const STAGED: &[u8] = b"\x06";
    pub(crate) const HISTORY_KEPT: &[u8] = b"\x07";
    pub(crate) const PARAMETERS: &[u8] = b"\x08";
    /// What the keys of jobs that are not over begin with.
    pub(crate) const JOBS: &[u8] = b"\x09";
    /// Of those that are.
    pub(crate) const PAST_JOBS: &[u8] = b"\x0a";
    pub(crate) const TIME_ZONE: &[u8] = b"\x0b";
    /// What the keys of requests that wait begin with.
    pub(crate) const REQUESTS: &[u8] = b"\x0c";
    /// Of the answers to those that are over.
    pub(crate) const ANSWERS: &[u8] = b"\x0d";
    /// What is to be purged or erased, while that is done.
    pub(crate) const REMOVALS: &[u8] = b"\x0f";
    pub(crate) const REFERENTIAL_INTEGRITY: &[u8] = b"\x0e";
}

/// Seals and opens the records of one tenant, for one opening of the store.
pub(crate) struct Vault {
    pub tenant: TenantUuid,
    pub placement: Placement,
    pub ids: IdKey,
    pub tokens: TokenKey,
    pub index_key: Arc<DataKey>,
    pub entropy: Arc<dyn Entropy>,
    store: Arc<dyn Store>,
    /// All epochs so far: what opens.
    ring: ArcSwap<EpochRing>,
    epochs: Mutex<Epochs>,
    sealer: OnceLock<EpochSealer>,
}

impl Vault {
    /// Opens the records of a tenant.
    pub(crate) fn open(keys: &TenantKeys, placement: Placement, store: Arc<dyn Store>) -> Result<Self> {
        let limits = Limits::default();
        let epochs = match store.get(placement.family(Family::State), state::EPOCHS).map_err(failed)? {
            Some(bytes) => records::decode(&bytes)?,
            None => Epochs::default(),
        };
        let ring = EpochRing::new(keys.versions(Purpose::Records), &epochs.0, limits).map_err(refused)?;
        let newest = |purpose| keys.newest(purpose).map(|(_, key)| key).map_err(refused);
        Ok(Self {
            tenant: keys.tenant(),
            placement,
            ids: newest(Purpose::Ids)?.id_key(),
            tokens: newest(Purpose::Tokens)?.token_key(limits),
            index_key: newest(Purpose::Index)?,
            entropy: Arc::new(SystemEntropy::new()),
            store,
            ring: ArcSwap::from_pointee(ring),
            epochs: Mutex::new(epochs),
            sealer: OnceLock::new(),
        })
    }

    /// What seals. The first call begins a new epoch, durably, so that no nonce comes twice whatever happened before; an
    /// opening that writes nothing uses none up.
    fn sealer(&self) -> Result<&EpochSealer> {
        if let Some(sealer) = self.sealer.get() {
            return Ok(sealer);
        }
        let mut epochs = self.epochs.lock();
        if let Some(sealer) = self.sealer.get() {
            return Ok(sealer);
        }
        let begun = self.ring.load().begin(&*self.entropy).map_err(refused)?;
        let mut next = epochs.clone();
        next.0.push(*begun.epoch());
        let mut batch = Batch::new();
        batch.put(self.placement.family(Family::State), state::EPOCHS, &records::encode(&next)?);
        self.store.write(&batch, Durability::Synced).map_err(failed)?;
        let (ring, sealer) = begun.kept();
        self.ring.store(Arc::new(ring));
        *epochs = next;
        Ok(self.sealer.get_or_init(|| sealer))
    }

    fn place<'a>(&self, family: Family, key: &'a [u8]) -> Place<'a> {
        Place { tenant: self.tenant, family: family as u16, key, version: 0 }
    }

    /// Adds a sealed record to a batch.
    pub(crate) fn put(&self, batch: &mut Batch, family: Family, key: &[u8], plain: &[u8]) -> Result<()> {
        self.put_parts(batch, family, key, &[plain])
    }

    /// The same of a record in parts.
    pub(crate) fn put_parts(
        &self,
        batch: &mut Batch,
        family: Family,
        key: &[u8],
        plain: &[&[u8]],
    ) -> Result<()> {
        let (sealer, place) = (self.sealer()?, self.place(family, key));
        let seal = |out: &mut Vec<u8>| sealer.seal_parts(&place, plain, out);
        batch.put_with(self.placement.family(family), key, seal).map_err(refused)
    }

    /// The plain bytes of a record.
    pub(crate) fn get(&self, reader: &dyn Reader, family: Family, key: &[u8]) -> Result<Option<Vec<u8>>> {
        match reader.get(self.placement.family(family), key).map_err(failed)? {
            None => Ok(None),
            Some(sealed) => self.open_record(family, key, &sealed).map(Some),
        }
    }

    /// Opens a record that was read from a scan.
    pub(crate) fn open_record(&self, family: Family, key: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
        let mut plain = Vec::with_capacity(sealed.len());
        self.ring
            .load()
            .open(&self.place(family, key), sealed, &mut plain)
            .map_err(|error| corrupted("a stored record does not open").caused_by(error))?;
        Ok(plain)
    }

    /// The digest that stands for a resource's type and id.
    pub(crate) fn id_digest(&self, resource_type: &str, id: &str) -> [u8; 16] {
        self.ids.digest(&[b"id", resource_type.as_bytes(), id.as_bytes()])
    }

    /// The digest that stands for a long query.
    pub(crate) fn query_digest(&self, query: &str) -> [u8; 16] {
        self.ids.digest(&[b"query", query.as_bytes()])
    }

    /// The digest that stands for an identity of a resource type. An identifier without a system is another than one of system "".
    pub(crate) fn identity_digest(&self, resource_type: &str, identity: Identity<'_>) -> [u8; 16] {
        let resource_type = resource_type.as_bytes();
        match identity {
            Identity::Identifier { system: Some(system), value } => {
                self.ids.digest(&[b"identifier", resource_type, system.as_bytes(), value.as_bytes()])
            }
            Identity::Identifier { system: None, value } => {
                self.ids.digest(&[b"identifier without system", resource_type, value.as_bytes()])
            }
            Identity::CanonicalUrl(url) => {
                self.ids.digest(&[b"canonical url", resource_type, url.as_bytes()])
            }
        }
    }
}

/// A failure of the store, as the facade tells it.
pub(crate) fn failed(error: StoreError) -> Error {
    let (kind, text) = match error {
        StoreError::Closed => (ErrorKind::Closed, "the repository is closed"),
        StoreError::Corrupted(_) => (ErrorKind::Corrupted, "stored data is damaged"),
        StoreError::Locked(_) => (ErrorKind::Conflict, "the directory is open elsewhere"),
        StoreError::TooLarge { .. } => (ErrorKind::Limit, "the change is too large"),
        _ => (ErrorKind::Io, "the repository could not read or write"),
    };
    Error::new(kind, Issue::error("exception", text)).caused_by(error)
}

/// A refusal of the key tree.
pub(crate) fn refused(error: CryptoError) -> Error {
    Error::new(ErrorKind::Io, Issue::error("exception", "the repository's keys can't be used"))
        .caused_by(error)
}
