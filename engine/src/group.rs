//! Who is in a group.

use fornax_model::Node;

use crate::error::Result;
use crate::resource::Version;
use crate::write::{local_reference, parse_stored};

/// The type of the members that are asked for.
pub(crate) const PATIENT: &str = "Patient";

/// Ids of the patients that a version of a Group has as members; not of those who are not members any more (`inactive`).
pub(crate) fn patients(version: &Version) -> Result<Vec<String>> {
    let document = parse_stored(&version.body.text)?;
    let members = document.root().get("member").into_iter().flat_map(Node::items);
    let active = members.filter(|member| member.get("inactive").and_then(Node::as_bool) != Some(true));
    let names = active.filter_map(|member| member.get("entity")?.get("reference")?.as_str());
    let id = |name: &str| match local_reference(name) {
        Some((PATIENT, id)) => Some(id.to_owned()),
        _ => None,
    };
    Ok(names.filter_map(|name| id(&name)).collect())
}
