//! `_elements` and `_summary`: parts of resources.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use fornax_model::{Document, Edits, Kind, Limits as ModelLimits, Node};
use fornax_query::{Context, Handling, Limits as QueryLimits, Pairs, Query, Scope, Summary};

use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::records::{BODY_BYTES_MAX, bug, corrupted};
use crate::resource::{Body, Version};
use crate::search_run::refused;
use crate::write::splice;

/// Which top-level members of each resource a query wants.
pub(crate) struct Subset<'a> {
    pub core: &'a Core,
    pub query: &'a Query,
}

/// What every subset keeps.
const ALWAYS: [&str; 3] = ["resourceType", "id", "meta"];

impl Subset<'_> {
    /// The members wanted of resources of a type, as JSON names them; primitives' `_` companions go with them.
    fn members(&self, resource_type: &str) -> Result<HashSet<String>> {
        let Self { core, query } = self;
        let definitions = core.definitions;
        let mut members: HashSet<String> = ALWAYS.iter().map(|name| (*name).to_owned()).collect();
        for element in definitions.elements(core.types.named(resource_type)?.id) {
            let is_asked = query.elements.iter().any(|asked| asked == element.name);
            let is_wanted = match query.summary {
                Summary::False | Summary::Count => is_asked || element.min > 0,
                Summary::True => element.is_summary,
                Summary::Text => element.name == "text" || element.min > 0,
                Summary::Data => element.name != "text",
            };
            for (name, _) in definitions.member_names(element) {
                if is_wanted || query.elements.contains(&name) {
                    members.insert(name);
                }
            }
        }
        Ok(members)
    }

    /// The versions with only the members wanted, each marked as SUBSETTED.
    pub(crate) fn apply(&self, versions: Vec<Version>) -> Result<Vec<Version>> {
        if self.query.summary == Summary::False && self.query.elements.is_empty() {
            return Ok(versions);
        }
        let mut by_type: HashMap<&'static str, HashSet<String>> = HashMap::new();
        let cut_one = |version: Version| {
            let members = match by_type.entry(version.resource_type) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(self.members(version.resource_type)?),
            };
            let document = cut(&version.body.text, members)?;
            let body = Body { text: Arc::clone(document.text()), splice: splice(document.root())? };
            Ok(Version { body, ..version })
        };
        versions.into_iter().map(cut_one).collect()
    }
}

impl Subset<'_> {
    /// The same of the text of a resource that has no version of its own.
    pub(crate) fn apply_to_text(&self, resource_type: &str, text: &Arc<String>) -> Result<Arc<String>> {
        if self.query.summary == Summary::False && self.query.elements.is_empty() {
            return Ok(Arc::clone(text));
        }
        Ok(Arc::clone(cut(text, &self.members(resource_type)?)?.text()))
    }
}

/// The version with only what `_elements` and `_summary` of a read's query string ask for; other parameters are not looked at.
pub(crate) fn narrowed(core: &Core, version: Version, query: &str) -> Result<Version> {
    let is_subset = |pair: &&str| matches!(pair.split('=').next(), Some("_elements" | "_summary"));
    let asked = query.split('&').filter(is_subset).collect::<Vec<_>>().join("&");
    if asked.is_empty() {
        return Ok(version);
    }
    let resource_type = core.types.named(version.resource_type)?;
    let limits = QueryLimits::default();
    let handling = Handling::Strict;
    let context = Context { definitions: core.definitions, bases: &[], handling, limits: &limits };
    let query = Pairs::of_query(&asked, &limits)
        .and_then(|pairs| Query::parse(&Scope::of(resource_type.id), &pairs, &context))
        .map_err(|error| refused(&error))?;
    if query.summary == Summary::Count {
        let issue = Issue::error("value", "_summary=count is for searches");
        return Err(Error::new(ErrorKind::Invalid, issue));
    }
    let subset = Subset { core, query: &query };
    subset.apply(vec![version])?.pop().ok_or_else(|| bug("a resource was lost while it was cut"))
}

fn cut(text: &Arc<String>, members: &HashSet<String>) -> Result<Document> {
    let limits = ModelLimits { document_bytes_max: BODY_BYTES_MAX, ..ModelLimits::default() };
    let not_json = |error| corrupted("a stored body is not JSON").caused_by(error);
    let document = Document::parse_shared(Arc::clone(text), &limits).map_err(not_json)?;
    let root = document.root();
    let mut edits = Edits::of(root);
    let edit = |outcome: std::result::Result<(), fornax_model::EditError>| {
        outcome.map_err(|error| bug("a resource can't be cut").caused_by(error))
    };
    for (name, node) in root.members() {
        if !members.contains(name.strip_prefix('_').unwrap_or(&name)) {
            edit(edits.remove(node))?;
        }
    }
    edit(mark(&mut edits, root))?;
    let bytes = edits.apply().map_err(|error| bug("a resource can't be cut").caused_by(error))?;
    Document::parse(bytes, &limits).map_err(not_json)
}

const TAG: &[u8] =
    br#"{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}"#;

/// Adds the tag that says that something is left out.
fn mark<'a>(edits: &mut Edits<'a>, root: Node<'a>) -> std::result::Result<(), fornax_model::EditError> {
    let list = |tags: &[&[u8]]| [b"[".as_slice(), &tags.join(&b','), b"]"].concat();
    let Some(meta) = root.get("meta") else {
        let Some(id) = root.get("id") else { return Ok(()) };
        let meta = [b"{\"tag\":".as_slice(), &list(&[TAG]), b"}"].concat();
        return edits.insert_after(id, "meta", &meta);
    };
    match meta.get("tag").filter(|tag| tag.kind() == Kind::Array) {
        None => edits.insert_last(meta, "tag", &list(&[TAG])),
        Some(tags) => {
            let kept: Vec<&[u8]> = tags.items().map(Node::raw).chain([TAG]).collect();
            edits.replace(tags, list(&kept))
        }
    }
}
