//! Who bears an identifier or a canonical URL: one key for each bearer, so that adding one reads and rewrites nothing.

use fornax_store::{Direction, KeyRange, Reader};

use crate::error::Result;
use crate::families::Family;
use crate::keys;
use crate::records::Rid;
use crate::vault::{Vault, failed};

/// An identity of a resource type, by its digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct IdentityKey {
    pub type_number: u16,
    pub digest: [u8; 16],
}

/// The resources that bear an identity and are to be kept, in ascending order, no more than `count`.
pub(crate) fn bearers(
    vault: &Vault,
    reader: &dyn Reader,
    identity: &IdentityKey,
    count: usize,
    mut is_kept: impl FnMut(Rid) -> Result<bool>,
) -> Result<Vec<Rid>> {
    let range = KeyRange::prefix(keys::identity_prefix(identity).as_bytes());
    let family = vault.placement.family(Family::Identity);
    let mut cursor = reader.scan(family, &range, Direction::Forward).map_err(failed)?;
    let mut rids = Vec::new();
    while rids.len() < count
        && let Some((key, sealed)) = cursor.next().map_err(failed)?
    {
        // The value is empty; that it opens says that the key was put here.
        vault.open_record(Family::Identity, key, sealed)?;
        let rid = keys::read_identity_rid(key)?;
        if is_kept(rid)? {
            rids.push(rid);
        }
    }
    Ok(rids)
}
