//! What goes for good, by name: versions of one resource (purging), or resources as if they had never been (erasing). The bytes go with
//! the next compaction; nothing finds them before.

mod compartment;
mod removal;

use removal::{Extent, Removal, remove};

use crate::cancellation::Cancellation;
use crate::change::Expected;
use crate::commit::{contended, sequence};
use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::integrity::ReferentialIntegrity;
use crate::records::{Rid, Seq};
use crate::resource::VersionId;
use crate::tenant_id::Principal;
use crate::types::ResourceType;
use crate::view::View;
use crate::write::{Content, PreparedWrite, Work};

/// How much is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EraseScope {
    /// One resource.
    Resource,
    /// A Patient and all that is or ever was in its compartment. What is also about another patient stays, and is told.
    Compartment,
}

/// What was erased.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Resources that are gone.
    pub resources: u64,
    /// Versions that are gone, of these and of others that once were in the compartment.
    pub versions: u64,
    /// Resources of the compartment that are about another patient too, and stay: `Type/id`.
    pub kept: Vec<String>,
}

/// How often a resource is deleted that somebody writes again meanwhile.
const TRIES: usize = 8;
/// Resources that are deleted by one commit: others wait no longer than that.
const DELETED_AT_ONCE: usize = 10_000;
/// Resources that are erased at a time.
const RESOURCES_AT_ONCE: usize = 500;

/// Purges what was replaced of one resource: all of it, or one version. Answers how many versions went.
pub(crate) fn purge(
    core: &Core,
    (resource_type, id): (&str, &str),
    version: Option<VersionId>,
    principal: &Principal,
) -> Result<u64> {
    let _alone = core.retention.sweeping.lock();
    let view = View::now(core)?;
    let resource_type = core.types.named(resource_type)?;
    let rid = view.id(resource_type.name, id)?.map(|record| record.rid).ok_or_else(not_found)?;
    let mut versions = versions_of(&view, rid)?;
    let newest = versions.pop().ok_or_else(not_found)?.0;
    if let Some(wanted) = version {
        let (seq, _) = view.numbered_at(rid, wanted)?.ok_or_else(not_found)?;
        if seq == newest {
            let text = "the newest version stays; the whole resource can be deleted, or erased";
            return Err(Error::new(ErrorKind::Conflict, Issue::error("business-rule", text)));
        }
        versions.retain(|(one, _)| *one == seq);
    }
    drop(view);
    if versions.is_empty() {
        return Ok(0);
    }
    remove(core, vec![Removal { rid, versions, extent: Extent::Versions }], principal)
}

/// At opening: finishes what was cut off.
pub(crate) fn finish(core: &Core) -> Result<()> {
    removal::finish(core)
}

/// Erases a resource, or a compartment.
pub(crate) fn erase(
    core: &Core,
    (resource_type, id): (&str, &str),
    scope: EraseScope,
    (principal, own): (&Principal, &Cancellation),
) -> Result<Erased> {
    let erased = erase_all(core, (resource_type, id), scope, principal);
    // Also where it was cut off: some may be gone.
    core.jobs.forget_answers(core, own)?;
    erased
}

fn erase_all(
    core: &Core,
    (resource_type, id): (&str, &str),
    scope: EraseScope,
    principal: &Principal,
) -> Result<Erased> {
    let resource_type = core.types.named(resource_type)?;
    let target = Target { resource_type, id: id.to_owned() };
    let _alone = core.retention.sweeping.lock();
    let members = match scope {
        EraseScope::Resource => compartment::Members::default(),
        EraseScope::Compartment => compartment::members(core, &target)?,
    };
    let compartment::Members { mut whole, versions, kept } = members;
    let mut erased = Erased { kept, ..Erased::default() };
    // The root comes last: whoever is cut off can begin again.
    whole.push(target);
    // What refers to one another must go at once where nothing may be left that refers to what is gone.
    let at_once = match core.integrity.mode() {
        ReferentialIntegrity::Block => whole.len(),
        ReferentialIntegrity::Off | ReferentialIntegrity::Check => DELETED_AT_ONCE,
    };
    // Before anything is removed: this may be refused.
    for some in whole.chunks(at_once) {
        delete(core, some, principal)?;
    }
    if !versions.is_empty() {
        erased.versions += remove(core, versions, principal)?;
    }
    for some in whole.chunks(RESOURCES_AT_ONCE) {
        let (resources, versions) = erase_some(core, some, principal)?;
        erased.resources += resources;
        erased.versions += versions;
    }
    if erased.versions == 0 {
        return Err(not_found());
    }
    Ok(erased)
}

/// A resource by its name.
pub(super) struct Target {
    pub resource_type: ResourceType,
    pub id: String,
}

/// The deletion of what is there, whatever its version.
fn deletion(core: &Core, target: &Target) -> PreparedWrite {
    let write = PreparedWrite::new(core, target.resource_type, &target.id, Content::Delete);
    PreparedWrite { expected: Expected::Whatever, ..write }
}

/// Deletes what is there, all at once.
fn delete(core: &Core, targets: &[Target], principal: &Principal) -> Result<()> {
    for _ in 0..TRIES {
        let writes = targets.iter().map(|target| deletion(core, target)).collect();
        if sequence(core, Work::new(principal, writes, Vec::new()))?.is_some() {
            return Ok(());
        }
    }
    Err(contended())
}

/// Removes deleted resources; answers how many, and how many versions.
fn erase_some(core: &Core, targets: &[Target], principal: &Principal) -> Result<(u64, u64)> {
    let (mut resources, mut versions) = (0, 0);
    for _ in 0..TRIES {
        let view = View::now(core)?;
        let mut removals = Vec::new();
        let mut again = Vec::new();
        for target in targets {
            let Some(record) = view.id(target.resource_type.name, &target.id)? else { continue };
            let of = versions_of(&view, record.rid)?;
            match (of.last(), record.newest) {
                (None, _) | (_, None) => {}
                (Some((newest, _)), Some(known)) if known.is_deleted && known.seq == *newest => {
                    let id_digest = core.vault.id_digest(target.resource_type.name, &target.id);
                    let extent = Extent::Whole { id_digest, deleted_by: *newest };
                    removals.push(Removal { rid: record.rid, versions: of, extent });
                }
                _ => again.push(target),
            }
        }
        drop(view);
        if removals.is_empty() && again.is_empty() {
            return Ok((resources, versions));
        }
        resources += removals.len() as u64;
        versions += remove(core, removals, principal)?;
        // Somebody has written them meanwhile.
        for target in again {
            delete(core, std::slice::from_ref(target), principal)?;
        }
    }
    Err(contended())
}

/// The commits of a resource's versions, the oldest first, each with that of the next newer one.
fn versions_of(view: &View<'_>, rid: Rid) -> Result<Vec<(Seq, Option<Seq>)>> {
    let mut newest_first = view.commits_of(rid, view.seq, usize::MAX)?;
    newest_first.reverse();
    let next = newest_first.iter().skip(1).copied().map(Some).chain([None]);
    Ok(newest_first.iter().copied().zip(next).collect())
}

fn not_found() -> Error {
    Error::new(ErrorKind::NotFound, Issue::error("not-found", "there is no such resource or version"))
}

#[cfg(test)]
mod tests;
