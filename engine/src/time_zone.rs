//! The time zone of a tenant, chosen when it is made: in it its documents are made and its searches read.

use fornax_index::TimeZone;
use fornax_store::{Batch, Durability, Store};

use crate::error::{Error, ErrorKind, Issue, Result};
use crate::families::Family;
use crate::records::{self, TimeZoneName, corrupted};
use crate::vault::{Vault, failed, state};

/// The zone that somebody names.
pub(crate) fn named(name: &str) -> Result<TimeZone> {
    TimeZone::named(name).ok_or_else(|| {
        let text = "there is no such time zone: a name like America/New_York, an offset like -05:00, or UTC";
        Error::new(ErrorKind::Invalid, Issue::error("value", text))
    })
}

/// Puts down the zone of a tenant that nobody knows of yet.
pub(crate) fn keep(vault: &Vault, store: &dyn Store, zone: &TimeZone) -> Result<()> {
    if zone.is_utc() {
        return Ok(());
    }
    let mut batch = Batch::new();
    let record = TimeZoneName(zone.name().to_owned());
    vault.put(&mut batch, Family::State, state::TIME_ZONE, &records::encode(&record)?)?;
    store.write(&batch, Durability::Synced).map_err(failed)
}

/// The zone that was put down.
pub(crate) fn read(vault: &Vault, store: &dyn Store) -> Result<TimeZone> {
    let Some(bytes) = vault.get(store, Family::State, state::TIME_ZONE)? else { return Ok(TimeZone::utc()) };
    let TimeZoneName(name) = records::decode(&bytes)?;
    TimeZone::named(&name).ok_or_else(|| corrupted("the tenant's time zone is not known any more"))
}
