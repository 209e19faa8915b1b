//! A body on its way into the store: id and references set, server-made metadata taken out, search values found.

use std::borrow::Cow;
use std::sync::Arc;

use fornax_index::{Indexer, SearchValues};
use fornax_model::{Document, Edits, Kind, Limits as ModelLimits, Node};

use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::links::{Link, links};
use crate::records::{BODY_BYTES_MAX, bug, corrupted};
use crate::resource::{Body, Splice};
use crate::types::ResourceType;
use crate::write::compact::{compact, is_compact};
use crate::write::hyperlinks::{self, LinkKind};
use crate::write::labels::{Labels, Standing};
use crate::write::prepare::check_shape;

/// A resource in a request.
#[derive(Clone, Copy)]
pub(crate) struct BodySource<'a> {
    /// The resource; its shape was checked.
    pub node: Node<'a>,
    /// The document of which it is the root, where it has one of its own.
    pub whole: Option<&'a Document>,
    pub resource_type: ResourceType,
    /// The id that it is stored under.
    pub id: &'a str,
    pub outlives: Outlives,
}

/// What of the version before outlives a write that does not name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outlives {
    /// Of an update: its tags and security labels.
    Labels,
    /// Of a create there is none, and a patch says what becomes of all.
    Nothing,
}

impl BodySource<'_> {
    /// The resource as it came, as a document without anything around it.
    fn document(&self) -> Document {
        match self.whole.filter(|whole| whole.bytes().len() == self.node.raw().len()) {
            Some(whole) => whole.clone(),
            None => self.node.to_document(),
        }
    }
}

/// What a reference in a request stands for.
pub(crate) trait References {
    /// The text to store instead; `None`: it stays as it is.
    fn rewrite(&self, reference: &str) -> Result<Option<String>>;

    /// Whether other links than references may be rewritten as well.
    fn has_links(&self) -> bool {
        false
    }

    /// The text to store instead of another link; `None`: it stays as it is.
    fn link(&self, _text: &str, _kind: LinkKind) -> Result<Option<String>> {
        Ok(None)
    }
}

/// References outside a Bundle: those under the tenant's own base URLs become relative.
pub(crate) struct OwnReferences<'a>(pub &'a [String]);

impl References for OwnReferences<'_> {
    fn rewrite(&self, reference: &str) -> Result<Option<String>> {
        Ok(relative_to(self.0, reference).map(ToOwned::to_owned))
    }
}

/// What follows one of the bases, if the reference or URL begins with one.
pub(crate) fn relative_to<'r>(bases: &[String], reference: &'r str) -> Option<&'r str> {
    bases.iter().find_map(|base| reference.strip_prefix(base.as_str())?.strip_prefix('/'))
}

/// The type and id that a stored reference names: `Type/id`, or a version of it; `None`: what is elsewhere, or within the resource.
pub(crate) fn local_reference(reference: &str) -> Option<(&str, &str)> {
    let path = reference.split_once("/_history/").map_or(reference, |(path, _)| path);
    let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphabetic());
    path.split_once('/').filter(|(name, id)| is_name(name) && !id.is_empty() && !id.contains('/'))
}

/// A body ready to be sealed.
pub(crate) struct PreparedBody {
    pub body: Body,
    pub compressed: Vec<u8>,
    pub values: SearchValues,
    /// Digests of identifiers and canonical URLs.
    pub identities: Vec<[u8; 16]>,
    /// What it refers to; `None`: nobody asked for it.
    pub links: Option<Vec<Link>>,
}

impl PreparedBody {
    pub(crate) fn of(
        core: &Core,
        source: &BodySource<'_>,
        references: &dyn References,
        outliving: &Labels,
    ) -> Result<Self> {
        let limits =
            ModelLimits { document_bytes_max: core.limits.resource_bytes_max, ..ModelLimits::default() };
        let too_large =
            || Error::new(ErrorKind::Limit, Issue::error("too-long", "the resource is too large"));
        let document = match edited(core, source, references, outliving)? {
            None if source.node.raw().len() > core.limits.resource_bytes_max => return Err(too_large()),
            None => source.document(),
            Some(bytes) => Document::parse(bytes, &limits).map_err(|error| too_large().caused_by(error))?,
        };
        let root = document.root();
        let values = extract(&core.index().indexer, source.resource_type, root)?;
        let identity = |identity| core.vault.identity_digest(source.resource_type.name, identity);
        let mut identities: Vec<_> = values.identities().map(identity).collect();
        identities.sort_unstable();
        identities.dedup();
        if identities.len() > core.limits.identities_max {
            let text = format!("the resource bears more than {} identifiers", core.limits.identities_max);
            return Err(Error::new(ErrorKind::Limit, Issue::error("too-costly", text)));
        }
        let asks = core.integrity.is_on();
        let links = asks.then(|| links(core, source.resource_type, root)).transpose()?;
        let splice = splice(root)?;
        let mut compressed = Vec::new();
        core.compression
            .compress(document.bytes(), &mut compressed)
            .map_err(|error| bug("a body does not compress").caused_by(error))?;
        let body = Body { text: Arc::clone(document.text()), splice };
        Ok(Self { body, compressed, values, identities, links })
    }
}

/// What a resource will be found by, with its references as these have them; `None`: its shape is wrong, as its preparation will
/// tell.
pub(crate) fn values_of(
    core: &Core,
    source: &BodySource<'_>,
    references: &dyn References,
) -> Result<Option<SearchValues>> {
    if check_shape(source.node, source.resource_type).is_err() {
        return Ok(None);
    }
    let outliving = match source.outlives {
        Outlives::Labels => Standing::now(core, source.resource_type, source.id)?.labels,
        Outlives::Nothing => Labels::default(),
    };
    let document = match edited(core, source, references, &outliving)? {
        None => source.document(),
        Some(bytes) => Document::parse(bytes, &ModelLimits::default())
            .map_err(|error| bug("an edited resource is no JSON").caused_by(error))?,
    };
    extract(&core.index().indexer, source.resource_type, document.root()).map(Some)
}

/// A body that was parsed before.
pub(crate) fn parse_stored(text: &Arc<String>) -> Result<Document> {
    let limits = ModelLimits { document_bytes_max: BODY_BYTES_MAX, ..ModelLimits::default() };
    Document::parse_shared(Arc::clone(text), &limits)
        .map_err(|error| corrupted("a stored body is not JSON").caused_by(error))
}

/// All search values of a resource.
pub(crate) fn extract(
    indexer: &Indexer,
    resource_type: ResourceType,
    root: Node<'_>,
) -> Result<SearchValues> {
    let values = indexer.extract(resource_type.id, root);
    values.map_err(|error| bug("search values can't be found").caused_by(error))
}

/// Members of `meta` that the server makes.
const MADE_HERE: [&str; 2] = ["versionId", "lastUpdated"];

/// The bytes to store: with the id, with the labels that outlive it, without `meta.versionId` and `meta.lastUpdated`, references
/// rewritten, white space gone; `None`: as they came.
fn edited(
    core: &Core,
    source: &BodySource<'_>,
    references: &dyn References,
    outliving: &Labels,
) -> Result<Option<Vec<u8>>> {
    let root = source.node;
    let edit = |outcome: std::result::Result<(), fornax_model::EditError>| {
        outcome.map_err(|error| bug("a resource can't be edited").caused_by(error))
    };
    let mut edits = Edits::of(root);
    match root.get("id") {
        Some(id) if id.as_str().as_deref() == Some(source.id) => {}
        Some(id) => edit(edits.replace_with_string(id, source.id))?,
        None => {
            let resource_type = root.get("resourceType").ok_or_else(|| bug("a resource without a type"))?;
            let mut json = Vec::new();
            fornax_model::write::string_into(&mut json, source.id);
            edit(edits.insert_after(resource_type, "id", &json))?;
        }
    }
    let mut kept_meta = root.get("meta");
    if let Some(meta) = root.get("meta") {
        let is_made_here = |name: &str| MADE_HERE.contains(&name);
        let mut names = meta.members().map(|(name, _)| name).peekable();
        if names.peek().is_some() && names.all(|name| is_made_here(&name)) {
            kept_meta = None;
            if outliving.is_empty() {
                edit(edits.remove(meta))?;
            }
        } else {
            for made_here in MADE_HERE.iter().filter_map(|name| meta.get(name)) {
                edit(edits.remove(made_here))?;
            }
        }
    }
    edit(outliving.outlive(root, kept_meta, &mut edits))?;
    for reference in reference_nodes(root) {
        let text = reference.as_str().unwrap_or(Cow::Borrowed(""));
        if let Some(stored) = references.rewrite(&text)? {
            edit(edits.replace_with_string(reference, &stored))?;
        }
    }
    let of_type = (root, source.resource_type.id);
    for (link, stored) in hyperlinks::rewritten(core.definitions, of_type, references)? {
        edit(edits.replace_with_string(link, &stored))?;
    }
    if edits.is_empty() {
        return Ok((!is_compact(root.raw())).then(|| compact(root.raw())));
    }
    let bytes = edits.apply().map_err(|error| bug("a resource can't be edited").caused_by(error))?;
    Ok(Some(if is_compact(&bytes) { bytes } else { compact(&bytes) }))
}

/// Whether it is a Bundle that is stored: its entries name each other, whatever they are called elsewhere.
pub(crate) fn names_its_own(root: Node<'_>) -> bool {
    root.get("resourceType").and_then(Node::as_str).as_deref() == Some("Bundle")
}

/// Every `reference` of the resource, wherever it is; of a Bundle none.
pub(crate) fn reference_nodes(root: Node<'_>) -> Vec<Node<'_>> {
    let mut found = Vec::new();
    if names_its_own(root) {
        return found;
    }
    let mut waiting = vec![root];
    while let Some(node) = waiting.pop() {
        match node.kind() {
            Kind::Object => waiting.extend(node.members().map(|(_, child)| child)),
            Kind::Array => waiting.extend(node.items()),
            Kind::String if node.name().as_deref() == Some("reference") => found.push(node),
            _ => {}
        }
    }
    found
}

/// Where the version goes in the bytes to store.
pub(crate) fn splice(root: Node<'_>) -> Result<Splice> {
    let at = |at: usize| u32::try_from(at).map_err(|_| bug("a resource beyond 4 GiB"));
    let start = root.span().start;
    if let Some(meta) = root.get("meta") {
        let inside = at(meta.span().start - start + 1)?;
        let is_empty = meta.members().next().is_none();
        return Ok(if is_empty { Splice::IntoEmptyMeta(inside) } else { Splice::IntoMeta(inside) });
    }
    let id = root.get("id").ok_or_else(|| bug("a resource without an id"))?;
    Ok(Splice::WholeMeta(at(id.span().end - start)?))
}
