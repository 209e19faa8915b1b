//! A chain of records in which none can be changed, left out, put in or moved unseen.
//!
//! Each record's link is SHA-256 over `"fornax chain link" 00 link before (32) record`; the first one's "link before" is SHA-256
//! over `"fornax chain start" 00 tenant (16)`. A checkpoint signs a position and its link: Ed25519 over
//! `"fornax chain checkpoint" 00 tenant (16) position (u64, big-endian) link (32)`. The signing key's seed is HKDF-SHA256 of the audit
//! data key, with no salt, over `"fornax chain signing key" 00`. Links alone prove nothing against somebody who can write all of
//! them; the checkpoints do, as long as the public key is known from elsewhere.

use std::fmt;

use ring::digest::{Context, SHA256};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use crate::{CryptoError, DataKey, Result, TenantUuid};

/// Stands for a record and all before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Link(pub [u8; 32]);

impl Link {
    /// What the first record of a tenant's chain links to.
    pub fn start(tenant: TenantUuid) -> Self {
        Self::digest(&[b"fornax chain start\0", &tenant.0])
    }

    /// The link of `record`, which follows this one.
    pub fn next(&self, record: &[u8]) -> Self {
        Self::digest(&[b"fornax chain link\0", &self.0, record])
    }

    fn digest(parts: &[&[u8]]) -> Self {
        let mut context = Context::new(&SHA256);
        parts.iter().for_each(|part| context.update(part));
        let mut link = [0; 32];
        link.copy_from_slice(context.finish().as_ref());
        Self(link)
    }
}

/// How far a chain has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ChainPoint {
    /// How many records there are up to here.
    pub position: u64,
    /// The last one's link.
    pub link: Link,
}

impl ChainPoint {
    /// Before the first record.
    pub fn start(tenant: TenantUuid) -> Self {
        Self { position: 0, link: Link::start(tenant) }
    }

    /// After one more record.
    pub fn next(&self, record: &[u8]) -> Self {
        Self { position: self.position + 1, link: self.link.next(record) }
    }

    fn signed_bytes(&self, tenant: TenantUuid) -> Vec<u8> {
        [b"fornax chain checkpoint\0".as_slice(), &tenant.0, &self.position.to_be_bytes(), &self.link.0]
            .concat()
    }
}

/// A point that was signed when the chain had come that far.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Checkpoint {
    /// What was signed.
    pub point: ChainPoint,
    /// 64 bytes.
    pub signature: Vec<u8>,
}

/// Signs the checkpoints of one tenant.
pub struct CheckpointSigner {
    tenant: TenantUuid,
    key: Ed25519KeyPair,
}

impl CheckpointSigner {
    /// The signer that belongs to a tenant's audit key.
    pub fn new(tenant: TenantUuid, audit_key: &DataKey) -> Self {
        let seed = audit_key.derivation(&[], "fornax chain signing key", &[]).bytes();
        let key = Ed25519KeyPair::from_seed_unchecked(&*seed).expect("an Ed25519 seed is any 32 bytes");
        Self { tenant, key }
    }

    /// Signs a point.
    pub fn sign(&self, point: ChainPoint) -> Checkpoint {
        let signature = self.key.sign(&point.signed_bytes(self.tenant)).as_ref().to_vec();
        Checkpoint { point, signature }
    }

    /// What others check the signatures with.
    pub fn verifier(&self) -> CheckpointVerifier {
        let mut public_key = [0; 32];
        public_key.copy_from_slice(self.key.public_key().as_ref());
        CheckpointVerifier { tenant: self.tenant, public_key }
    }
}

impl fmt::Debug for CheckpointSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CheckpointSigner(..)")
    }
}

/// Checks the checkpoints of one tenant. Holds no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckpointVerifier {
    /// Whose chain it is.
    pub tenant: TenantUuid,
    /// Ed25519.
    pub public_key: [u8; 32],
}

impl CheckpointVerifier {
    /// Whether the signature is genuine.
    pub fn is_genuine(&self, checkpoint: &Checkpoint) -> bool {
        let signed = checkpoint.point.signed_bytes(self.tenant);
        UnparsedPublicKey::new(&ED25519, self.public_key).verify(&signed, &checkpoint.signature).is_ok()
    }

    /// Walks a chain from `start` (which the caller trusts) to its end, and answers the end. `rows` are the records after `start`
    /// with the links kept beside them; `checkpoints` those beyond `start`, by position.
    ///
    /// Fails with [`CryptoError::ChainBroken`] at the first record whose link is wrong, at a checkpoint that is forged or signs
    /// another link, and, if a checkpoint lies beyond the last record, at the first record that is missing; with the error of
    /// `rows` if that fails.
    pub fn verify<R, E>(
        &self,
        start: ChainPoint,
        rows: impl IntoIterator<Item = std::result::Result<(R, Link), E>>,
        checkpoints: &[Checkpoint],
    ) -> std::result::Result<ChainPoint, E>
    where
        R: AsRef<[u8]>,
        E: From<CryptoError>,
    {
        let mut point = start;
        let mut checkpoints = checkpoints.iter().peekable();
        for row in rows {
            let (record, link) = row?;
            point = point.next(record.as_ref());
            if point.link != link {
                return Err(broken(point.position).into());
            }
            while let Some(checkpoint) = checkpoints.next_if(|next| next.point.position <= point.position) {
                self.check(checkpoint, point)?;
            }
        }
        if checkpoints.next().is_some() {
            return Err(broken(point.position + 1).into());
        }
        Ok(point)
    }

    fn check(&self, checkpoint: &Checkpoint, point: ChainPoint) -> Result<()> {
        if checkpoint.point == point && self.is_genuine(checkpoint) {
            return Ok(());
        }
        Err(broken(checkpoint.point.position))
    }
}

fn broken(position: u64) -> CryptoError {
    CryptoError::ChainBroken { position }
}

#[cfg(test)]
mod tests;
