//! What is in a patient's compartment, or ever was.

use std::collections::BTreeMap;

use super::removal::{Extent, Removal};
use super::{Target, versions_of};
use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::records::{Rid, Seq};
use crate::resource::{Operation, Version};
use crate::search_run;
use crate::view::View;
use crate::write::{extract, parse_stored};

/// Versions of one compartment that are known at a time: some 32 bytes each.
const VERSIONS_MAX: usize = 5_000_000;

/// What goes with a patient.
#[derive(Default)]
pub(super) struct Members {
    /// Resources that are in the compartment, or were until they were deleted.
    pub whole: Vec<Target>,
    /// Versions that were in it, of resources that are not any more.
    pub versions: Vec<Removal>,
    /// What is about another patient too: `Type/id`.
    pub kept: Vec<String>,
}

/// All but the patient itself.
///
/// # Errors
/// `NotSupported`: of another type than Patient. `Limit`: there are too many versions.
pub(super) fn members(core: &Core, patient: &Target) -> Result<Members> {
    if patient.resource_type.name != "Patient" {
        let issue = Issue::error("not-supported", "compartments are erased of a Patient");
        return Err(Error::new(ErrorKind::NotSupported, issue));
    }
    let view = View::now(core)?;
    let own = view.id(patient.resource_type.name, &patient.id)?.map(|record| record.rid);
    let mut ever: BTreeMap<Rid, Vec<Seq>> = BTreeMap::new();
    let mut versions = 0;
    search_run::each_ever((core, &view), &format!("Patient/{}/*", patient.id), |(rid, seq)| {
        versions += 1;
        if versions > VERSIONS_MAX {
            let issue = Issue::error("too-costly", "the compartment has too many versions");
            return Err(Error::new(ErrorKind::Limit, issue));
        }
        if Some(rid) != own {
            ever.entry(rid).or_default().push(seq);
        }
        Ok(())
    })?;
    let mut members = Members::default();
    for (rid, within) in ever {
        let Some((last, version)) = last_with_body(&view, rid)? else { continue };
        let resource_type = core.types.named(version.resource_type)?;
        // Another patient's record is in the compartment where it has a link to this one.
        let is_patient = resource_type.number == patient.resource_type.number;
        if within.contains(&last) {
            if is_patient || names_another(core, &view, &version, patient)? {
                members.kept.push(format!("{}/{}", version.resource_type, version.id));
            } else {
                members.whole.push(Target { resource_type, id: version.id.to_string() });
            }
            continue;
        }
        if is_patient {
            continue;
        }
        let mut versions = versions_of(&view, rid)?;
        versions.retain(|(seq, _)| within.contains(seq));
        members.versions.push(Removal { rid, versions, extent: Extent::Versions });
    }
    Ok(members)
}

/// The newest version, or the one before where that is a deletion.
fn last_with_body(view: &View<'_>, rid: Rid) -> Result<Option<(Seq, Version)>> {
    for seq in view.commits_of(rid, view.seq, 2)? {
        let version = view.version(rid, seq)?;
        if version.operation != Operation::Delete {
            return Ok(Some((seq, version)));
        }
    }
    Ok(None)
}

/// Whether a resource refers to another patient than this one.
fn names_another(core: &Core, view: &View<'_>, version: &Version, patient: &Target) -> Result<bool> {
    let body = parse_stored(&version.body.text)?;
    let resource_type = core.types.named(version.resource_type)?;
    let values = extract(&view.index.indexer, resource_type, body.root())?;
    let mut references = values.references().iter();
    Ok(references
        .any(|reference| reference.resource == patient.resource_type.id && *reference.id != *patient.id))
}
