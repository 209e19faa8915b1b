//! Sizes, for operators: of a directory, its tenants, their resource types, and the memory in use.

use std::sync::Arc;

use fornax_store::{KeyRange, Statistics as StoreStatistics};
use jiff::Timestamp;

use crate::core::{Core, index_failed};
use crate::engine::{index_cache_budget, index_pages_bytes};
use crate::error::Result;
use crate::families::{Family, Placement};
use crate::integrity::ReferentialIntegrity;
use crate::keys;
use crate::open_tenant::Shared;
use crate::options::Options;
use crate::records::TypeHead;
use crate::tenant_id::TenantId;
use crate::vault::failed;
use crate::view::{View, timestamp};

/// Sizes of a directory.
#[derive(Clone, Debug)]
pub struct Statistics {
    /// Bytes of the store's files, log included, for all tenants together; indexes not included.
    pub store_bytes: u64,
    /// What memory is used for, by purpose.
    pub memory: Vec<MemoryUse>,
    /// By name.
    pub tenants: Vec<TenantStatistics>,
}

/// Memory for one purpose, shared by all tenants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryUse {
    /// In a few words.
    pub purpose: &'static str,
    /// Bytes in use.
    pub bytes: u64,
    /// The budget in bytes; absent where use follows from the data.
    pub bytes_max: Option<u64>,
}

/// Sizes of one tenant.
#[derive(Clone, Debug)]
pub struct TenantStatistics {
    /// The tenant.
    pub tenant: TenantId,
    /// The zone of dates and times that name none.
    pub time_zone: String,
    /// What it asks of references.
    pub referential_integrity: ReferentialIntegrity,
    /// By name; types that never had a resource are left out.
    pub types: Vec<TypeStatistics>,
    /// Bytes of its files in the store; what was written last is in memory and the log, and is not counted.
    pub store_bytes: u64,
    /// Bytes of its index's files.
    pub index_bytes: u64,
    /// Index documents not yet on disk.
    pub fresh_documents: usize,
    /// Rows of the audit chain: one for each commit, and for each action of an administrator.
    pub audit_rows: u64,
    /// When the last commit was made; absent before the first.
    pub last_updated: Option<Timestamp>,
    /// The history is kept from here on; absent: all of it.
    pub history_kept_from: Option<Timestamp>,
}

/// Sizes of one resource type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeStatistics {
    /// The resource type.
    pub resource_type: &'static str,
    /// Resources that are there.
    pub resources: u64,
    /// Versions kept, deletions included.
    pub versions: u64,
    /// Bytes of the versions in files, roughly; without bodies over 64 KiB.
    pub store_bytes: u64,
}

/// Sizes of these tenants and of what they share.
pub(crate) fn of(shared: &Shared, options: &Options, cores: &[Arc<Core>]) -> Result<Statistics> {
    let store = shared.store.statistics().map_err(failed)?;
    let caches = shared.caches.bytes();
    let index = index_cache_budget(options);
    let used = |purpose, bytes, bytes_max| MemoryUse { purpose, bytes, bytes_max };
    let memory = vec![
        used("store blocks", store.cache_bytes, Some(options.cache_bytes as u64)),
        used("store write buffers", store.write_buffer_bytes, Some(options.write_buffer_bytes as u64)),
        used("store open files", store.open_file_bytes, None),
        used("index pages", shared.pages.bytes(), Some(index_pages_bytes(options))),
        used("index columns", caches.columns, Some(index.columns_bytes)),
        used("index dictionary entries", caches.terms, Some(index.terms_bytes)),
        used("index bitmaps", caches.bits, Some(index.bits_bytes)),
    ];
    let tenants = cores.iter().map(|core| of_tenant(core, &store)).collect::<Result<_>>()?;
    Ok(Statistics { store_bytes: store.disk_bytes, memory, tenants })
}

/// Sizes of a tenant; `store` are those of all.
pub(crate) fn of_tenant(core: &Core, store: &StoreStatistics) -> Result<TenantStatistics> {
    let head = core.sequencer.between_groups(core, |state| state.head.clone());
    let types: Vec<(u16, TypeHead)> =
        head.types.into_iter().filter(|(_, of_type)| of_type.versions > 0).collect();
    let range = |&(number, _): &(u16, TypeHead)| {
        let (first, end) = (keys::rid(number, 0), keys::rid(number + 1, 0));
        KeyRange::between(keys::rid_prefix(first).as_bytes(), keys::rid_prefix(end).as_bytes())
    };
    let ranges: Vec<_> = types.iter().map(range).collect();
    let versions = core.vault.placement.family(Family::Versions);
    let bytes = core.store.range_bytes(versions, &ranges).map_err(failed)?;
    let of_type = |((number, of_type), store_bytes): ((u16, TypeHead), u64)| {
        Ok(TypeStatistics {
            resource_type: core.types.numbered(number)?.name,
            resources: of_type.current,
            versions: of_type.versions.saturating_sub(core.retention.forgotten(Some(number))),
            store_bytes,
        })
    };
    let mut types = types.into_iter().zip(bytes).map(of_type).collect::<Result<Vec<_>>>()?;
    types.sort_unstable_by_key(|of_type| of_type.resource_type);
    let own = store.families.iter().filter(|of| core.vault.placement == Placement::holding(of.family));
    Ok(TenantStatistics {
        tenant: core.id.clone(),
        time_zone: core.released.zone().name().to_owned(),
        referential_integrity: core.integrity.mode(),
        types,
        store_bytes: own.map(|of| of.file_bytes).sum(),
        index_bytes: core.index().postings.disk_bytes().map_err(index_failed)?,
        fresh_documents: core.index().postings.fresh_documents(),
        audit_rows: head.audit.position,
        last_updated: (head.seq > 0).then(|| timestamp(head.last_updated_ms)).transpose()?,
        history_kept_from: history_kept_from(core)?,
    })
}

fn history_kept_from(core: &Core) -> Result<Option<Timestamp>> {
    let floor = core.retention.floor();
    if floor == 0 {
        return Ok(None);
    }
    // The commit itself may have nothing left that it names.
    let view = View::now(core)?;
    match view.commits_from(floor, 1)?.pop() {
        Some(seq) => timestamp(view.log(seq)?.last_updated_ms).map(Some),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests panic")]

    use crate::{Change, Engine, Options, Principal, TenantId};

    #[test]
    fn each_tenant_and_type_has_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::open(Options::at(folder.path())).unwrap();
        let me = Principal::named("me");
        let other: TenantId = "other".parse().unwrap();
        engine.create_tenant(&other).unwrap();
        let put = |tenant: &TenantId, id: &str, note: &str| {
            let body = format!(r#"{{"resourceType":"Basic","id":"{id}","code":{{"text":"{note}"}}}}"#);
            let change = Change::update("Basic", id, body.into_bytes());
            engine.tenant(tenant).unwrap().commit(&change, &me).unwrap();
        };
        // What does not compress.
        let note: String =
            (0..5_000_u64).map(|n| format!("{:x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15))).collect();
        let default = TenantId::default_tenant();
        put(&default, "a", "before");
        put(&default, "a", &note);
        put(&default, "b", "x");
        put(&other, "c", "x");
        engine.tenant(&default).unwrap().core().store.flush().unwrap();
        let statistics = engine.statistics().unwrap();
        let of = |at: usize| {
            let tenant = &statistics.tenants[at];
            let basic = tenant.types[0];
            assert_eq!((tenant.types.len(), basic.resource_type), (1, "Basic"));
            assert!(tenant.history_kept_from.is_none());
            (tenant.tenant.as_str(), basic.resources, basic.versions, tenant.audit_rows, tenant.store_bytes)
        };
        assert_eq!(of(0).0, "default");
        assert_eq!((of(0).1, of(0).2, of(0).3), (2, 3, 3));
        assert_eq!((of(1).0, of(1).1, of(1).2, of(1).3), ("other", 1, 1, 1));
        assert!(of(0).4 > of(1).4 + 40_000, "{statistics:?}");
        assert!(statistics.store_bytes >= of(0).4 + of(1).4, "{statistics:?}");
        assert!(
            statistics.memory.iter().all(|memory| memory.bytes_max.is_none_or(|max| memory.bytes <= max))
        );
        let before = engine.statistics_of_open().unwrap().tenants[0].last_updated.unwrap();
        engine.tenant(&default).unwrap().forget_history(before, &me).unwrap();
        let after = engine.statistics().unwrap();
        assert_eq!(after.tenants[0].types[0].versions, 2);
        assert_eq!(after.tenants[0].history_kept_from, Some(before));
    }
}
