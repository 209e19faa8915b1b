//! The members of a List whose histories are asked for.

use fornax_model::Node;

use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::records::Rid;
use crate::resource::{Read, VersionId};
use crate::view::View;
use crate::write::parse_stored;

/// Members of a List that are looked up: one search of the records each for every page.
const MEMBERS_MAX: usize = 10_000;

/// A resource that a List names, and the version, if it names one.
pub(super) type Member = (Rid, Option<VersionId>);

/// What the List of that id names, as of the view. References to elsewhere, and to what never was, have no history here.
///
/// # Errors
/// `NotFound`: there is no such List. `NotSupported`: a list by its function. `Limit`: it has too many items.
pub(super) fn members(core: &Core, view: &View<'_>, id: &str) -> Result<Vec<Member>> {
    if id.starts_with('$') {
        let issue =
            Issue::error("not-supported", "_list takes the id of a List: functional lists are not supported");
        return Err(Error::new(ErrorKind::NotSupported, issue));
    }
    let Read::Current(list) = view.read("List", id)? else {
        let issue = Issue::error("not-found", "_list names no List that is there");
        return Err(Error::new(ErrorKind::NotFound, issue));
    };
    let body = parse_stored(&list.body.text)?;
    let mut members = Vec::new();
    for entry in body.root().get("entry").into_iter().flat_map(Node::items) {
        let reference = entry.get("item").and_then(|item| item.get("reference")).and_then(Node::as_str);
        let Some(reference) = reference else { continue };
        if members.len() == MEMBERS_MAX {
            let text = format!("the List has more than {MEMBERS_MAX} items");
            return Err(Error::new(ErrorKind::Limit, Issue::error("too-costly", text)));
        }
        members.extend(member(core, view, &reference)?);
    }
    members.sort_unstable();
    members.dedup();
    Ok(members)
}

/// What `Type/id` or `Type/id/_history/version` stands for.
fn member(core: &Core, view: &View<'_>, reference: &str) -> Result<Option<Member>> {
    let mut parts = reference.split('/');
    let (Some(name), Some(id)) = (parts.next(), parts.next()) else { return Ok(None) };
    let version = match (parts.next(), parts.next(), parts.next()) {
        (None, ..) => None,
        (Some("_history"), Some(number), None) => match number.parse() {
            Ok(number) => Some(VersionId(number)),
            Err(_) => return Ok(None),
        },
        _ => return Ok(None),
    };
    let Ok(resource_type) = core.types.named(name) else { return Ok(None) };
    Ok(view.id(resource_type.name, id)?.map(|record| (record.rid, version)))
}
