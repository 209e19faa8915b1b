//! A Provenance that comes with a write (`X-Provenance`): it becomes part of the same commit, and points to the versions that this makes.

use fornax_model::{Edits, Node};

use crate::change::Text;
use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::records::bug;
use crate::view::View;
use crate::write::body::{BodySource, Outlives, OwnReferences};
use crate::write::condition::Condition;
use crate::write::prepare::{
    Content, IdRule, PreparedWrite, Versioning, Work, parse_failed, put_node, resource_limits,
};

const PROVENANCE: &str = "Provenance";

/// The same work with its Provenance, which comes last. Where nothing is written there is none.
///
/// # Errors
/// `Invalid`: it is no Provenance, or names a target. `Unprocessable`: it lacks what every Provenance has.
pub(crate) fn with_provenance(
    core: &Core,
    mut work: Work,
    provenance: &Text,
    own_bases: &[String],
) -> Result<Work> {
    let view = View::now(core)?;
    let mut targets = Vec::with_capacity(work.writes.len());
    for write in &work.writes {
        let newest = view.id(write.resource_type.name, &write.id)?.and_then(|record| record.newest);
        let newest = newest.filter(|newest| newest.seq <= view.seq);
        // The number that it will have, as long as nobody writes it before.
        let version = newest.map_or(0, |newest| newest.version);
        work.conditions.push(Condition::Newest { digest: write.digest, version });
        let is_there = newest.is_some_and(|newest| !newest.is_deleted);
        if is_there || !matches!(write.content, Content::Delete) {
            targets.push(format!("{}/{}/_history/{}", write.resource_type.name, write.id, version + 1));
        }
    }
    if !targets.is_empty() {
        work.writes.push(prepared(core, provenance, &targets, own_bases)?);
        work.versioning = Versioning::Always;
    }
    Ok(work)
}

fn prepared(
    core: &Core,
    provenance: &Text,
    targets: &[String],
    own_bases: &[String],
) -> Result<PreparedWrite> {
    let limits = resource_limits(core);
    let document = provenance.parse(&limits).map_err(|error| within(&parse_failed(&error)))?;
    let root = document.root();
    let resource_type = core.types.named(PROVENANCE)?;
    let is_provenance = |named: &Node<'_>| named.as_str().as_deref() == Some(PROVENANCE);
    let named = root.get("resourceType").filter(is_provenance);
    let Some(named) = named else {
        return Err(invalid("X-Provenance takes a Provenance as JSON"));
    };
    if root.get("target").is_some() {
        return Err(invalid("a Provenance in X-Provenance has no target: that is what is written"));
    }
    let mut list = Vec::new();
    for target in targets {
        list.extend_from_slice(if list.is_empty() { b"[{\"reference\":" } else { b",{\"reference\":" });
        fornax_model::write::string_into(&mut list, target);
        list.push(b'}');
    }
    list.push(b']');
    let mut edits = Edits::of(root);
    let edited = edits.insert_after(named, "target", &list).and_then(|()| edits.apply());
    let bytes = edited.map_err(|error| bug("a Provenance can't be edited").caused_by(error))?;
    let whole = Text::of(bytes).parse(&limits).map_err(|error| within(&parse_failed(&error)))?;
    let (id, outlives) = (core.new_id()?, Outlives::Nothing);
    let source = BodySource { node: whole.root(), whole: Some(&whole), resource_type, id: &id, outlives };
    let write = put_node(core, resource_type, &source, IdRule::Ours, &OwnReferences(own_bases));
    write.map_err(|error| within(&error))
}

/// The same failure, which says that it is not about the body.
fn within(error: &Error) -> Error {
    let issues = error.issues().iter().cloned().map(|issue| {
        let text = format!("X-Provenance: {}", issue.diagnostics);
        Issue { diagnostics: text, ..issue }
    });
    Error::with_issues(error.kind(), issues.collect())
}

fn invalid(text: &str) -> Error {
    Error::new(ErrorKind::Invalid, Issue::error("value", text))
}
