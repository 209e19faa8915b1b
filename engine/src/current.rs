//! Reads of what is current, without a snapshot: most of what is asked of a repository.
//!
//! A version's record never changes while it is kept, so a version that is looked up under the commit that its id names is the one that
//! was current when the id was read. Where that commit is not published yet, or was forgotten meanwhile, only a [`View`] can tell.

use fornax_store::AtOnce;

use crate::core::Core;
use crate::error::Result;
use crate::families::Family;
use crate::keys;
use crate::records::{self, IdRecord, Newest, Rid, VersionHead};
use crate::resource::{Read, Version};
use crate::vault::failed;
use crate::view::{View, read_of, version_of};

/// Where a read may look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    Disk,
    /// For callers that may not wait.
    Memory,
}

/// Reads the current version.
pub(crate) fn read(core: &Core, resource_type: &str, id: &str) -> Result<Read> {
    match (Lookup { core, reach: Reach::Disk }).read(resource_type, id)? {
        Some(read) => Ok(read),
        None => View::now(core)?.read(resource_type, id),
    }
}

/// The same, if it takes no waiting.
pub(crate) fn read_at_once(core: &Core, resource_type: &str, id: &str) -> Result<Option<Read>> {
    Lookup { core, reach: Reach::Memory }.read(resource_type, id)
}

/// Each call sees the state of its own moment. `None`: it can't tell.
struct Lookup<'a> {
    core: &'a Core,
    reach: Reach,
}

impl Lookup<'_> {
    fn read(&self, resource_type: &str, id: &str) -> Result<Option<Read>> {
        // Before the id is read: what it names was current then, if it was published.
        let published = self.core.published();
        let digest = self.core.vault.id_digest(resource_type, id);
        let record = match self.get(Family::Ids, &digest)? {
            AtOnce::Unknown => return Ok(None),
            AtOnce::Known(None) => return Ok(Some(Read::Missing)),
            AtOnce::Known(Some(bytes)) => records::decode::<IdRecord>(&bytes)?,
        };
        match record {
            IdRecord { newest: None, .. } => Ok(Some(Read::Missing)),
            IdRecord { newest: Some(newest), .. } if newest.seq > published => Ok(None),
            IdRecord { rid, newest: Some(newest) } => {
                let version = self.version(rid, newest)?;
                version.map(|version| read_of(version, resource_type, id)).transpose()
            }
        }
    }

    fn version(&self, rid: Rid, Newest { seq, .. }: Newest) -> Result<Option<Version>> {
        let AtOnce::Known(Some(plain)) = self.get(Family::Versions, keys::version(rid, seq).as_bytes())?
        else {
            return Ok(None);
        };
        let (head, compressed) = records::decode_head::<VersionHead>(&plain)?;
        let committed_ms = match head.last_updated_ms {
            Some(ms) => ms,
            None => match self.get(Family::Log, keys::commit_time(seq).as_bytes())? {
                AtOnce::Known(Some(time)) => records::decode(&time)?,
                AtOnce::Known(None) | AtOnce::Unknown => return Ok(None),
            },
        };
        version_of(self.core, rid, (head, committed_ms), compressed).map(Some)
    }

    /// The plain bytes of a record.
    fn get(&self, family: Family, key: &[u8]) -> Result<AtOnce<Vec<u8>>> {
        let Core { vault, store, .. } = self.core;
        let placed = vault.placement.family(family);
        let sealed = match self.reach {
            Reach::Disk => AtOnce::Known(store.get(placed, key).map_err(failed)?),
            Reach::Memory => store.get_at_once(placed, key).map_err(failed)?,
        };
        Ok(match sealed {
            AtOnce::Known(Some(sealed)) => AtOnce::Known(Some(vault.open_record(family, key, &sealed)?)),
            AtOnce::Known(None) => AtOnce::Known(None),
            AtOnce::Unknown => AtOnce::Unknown,
        })
    }
}
