//! A change, prepared on its caller's side: parsed, checked, its search values found, compressed. Nothing in it depends on
//! which commit it becomes, but for the conditions that the sequencer checks again.

use std::sync::Arc;

use fornax_model::{Bound, Document, Limits as ModelLimits, Node, ParseFault};
use fornax_validation::Severity;

use crate::change::{Action, Expected, Text, Whose};
use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::parameters;
use crate::resource::{Body, Version};
use crate::types::ResourceType;
use crate::view::View;
use crate::write::body::{BodySource, Outlives, OwnReferences, PreparedBody, References};
use crate::write::condition::{Condition, Criteria, Found};
use crate::write::labels::{Labels, Standing};
use crate::write::matching::{Matching, nothing_to_match};
use crate::write::patch::{check_version, current, patched};
use crate::write::provenance::with_provenance;
use crate::{Change, Principal};

/// Changes that become one commit.
pub(crate) struct Work {
    pub principal: Principal,
    pub writes: Vec<PreparedWrite>,
    /// What must still hold when the commit is made.
    pub conditions: Vec<Condition>,
    pub versioning: Versioning,
}

/// Which writes make versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Versioning {
    /// Those that change something.
    WhereChanged,
    /// All: the last one is a Provenance that tells of the others.
    Always,
}

impl Work {
    pub(crate) fn new(principal: &Principal, writes: Vec<PreparedWrite>, conditions: Vec<Condition>) -> Self {
        Self { principal: principal.clone(), writes, conditions, versioning: Versioning::WhereChanged }
    }

    /// How many of the writes somebody has asked for, from the first on: a Provenance that came with them is not one.
    pub(crate) fn told(&self) -> usize {
        match self.versioning {
            Versioning::WhereChanged => self.writes.len(),
            Versioning::Always => self.writes.len().saturating_sub(1),
        }
    }

    /// Whether it holds only as long as nobody writes to some type.
    pub(crate) fn rests_on_a_type(&self) -> bool {
        self.conditions.iter().any(|condition| matches!(condition, Condition::Untouched { .. }))
    }
}

/// One resource's change.
pub(crate) struct PreparedWrite {
    pub resource_type: ResourceType,
    pub id: Arc<str>,
    pub digest: [u8; 16],
    pub content: Content,
    pub expected: Expected,
    /// What an update saw, whose labels outlive it.
    pub standing: Option<Standing>,
}

pub(crate) enum Content {
    Put(Box<PreparedBody>),
    Delete,
}

impl PreparedWrite {
    pub(crate) fn new(core: &Core, resource_type: ResourceType, id: &str, content: Content) -> Self {
        let digest = core.vault.id_digest(resource_type.name, id);
        Self { resource_type, id: id.into(), digest, content, expected: Expected::Anything, standing: None }
    }
}

impl PreparedWrite {
    /// The body as it will be stored; that of a deletion is empty.
    pub(crate) fn body(&self) -> Body {
        match &self.content {
            Content::Put(prepared) => prepared.body.clone(),
            Content::Delete => Body::default(),
        }
    }

    /// Its references stand within an entry of a Bundle.
    pub(crate) fn stands_in(&mut self, entry: &str) {
        if let Content::Put(prepared) = &mut self.content {
            for link in prepared.links.iter_mut().flatten() {
                let inner = link.place.split_once('.').map_or("", |(_, inner)| inner);
                link.place = format!("{entry}.{inner}").into();
            }
        }
    }

    /// Bytes of the body as compressed.
    pub(crate) fn bytes(&self) -> usize {
        match &self.content {
            Content::Put(prepared) => prepared.compressed.len(),
            Content::Delete => 0,
        }
    }
}

/// A change is work for the sequencer, or was decided by what is already there.
pub(crate) enum Prepared {
    Work(Work),
    Existing(Version),
}

/// Prepares one change, with the Provenance that came with it.
pub(crate) fn prepare(core: &Core, change: &Change, principal: &Principal) -> Result<Prepared> {
    let prepared = prepare_alone(core, change, principal)?;
    match (prepared, &change.provenance) {
        (Prepared::Work(work), Some(provenance)) => {
            with_provenance(core, work, provenance, &change.own_bases).map(Prepared::Work)
        }
        (prepared, _) => Ok(prepared),
    }
}

fn prepare_alone(core: &Core, change: &Change, principal: &Principal) -> Result<Prepared> {
    let mut conditions = Vec::new();
    let mut write = match &change.action {
        Action::Create { resource_type, id, body, if_none_exist } => {
            let resource_type = core.types.named(resource_type)?;
            if let Some(criteria) = if_none_exist {
                let criteria = Criteria::parse(core, resource_type, criteria, &change.own_bases)?;
                let (condition, found) = criteria.find(core, &View::now(core)?)?;
                match found {
                    Found::None => conditions.push(condition),
                    Found::One(version) => return Ok(Prepared::Existing(version)),
                    Found::Several => return Err(several_match()),
                }
            }
            let id = id.as_ref().map_or_else(|| core.new_id(), |id| Ok(id.clone()))?;
            put(core, (resource_type, &id, IdRule::Ours), (body, Outlives::Nothing), &change.own_bases)?
        }
        Action::Update { resource_type, whose: Whose::Id(id), body } => {
            let resource_type = core.types.named(resource_type)?;
            check_id(id)?;
            put(core, (resource_type, id, IdRule::MustBe), (body, Outlives::Labels), &change.own_bases)?
        }
        Action::Update { resource_type, whose: Whose::Matching(criteria), body } => {
            let resource_type = core.types.named(resource_type)?;
            let document = parse(core, body)?;
            let matching = Matching { core, resource_type, criteria, own_bases: &change.own_bases };
            let (target, condition) = matching.update(&View::now(core)?, document.root())?;
            conditions.extend([condition].into_iter().chain(target.condition));
            put_target(core, (resource_type, &target.id), &document, &change.own_bases)?
        }
        Action::Patch { resource_type, whose, patch } => {
            let resource_type = core.types.named(resource_type)?;
            let view = View::now(core)?;
            let version = match whose {
                Whose::Id(id) => current(&view, resource_type, id)?,
                Whose::Matching(criteria) => {
                    let matching = Matching { core, resource_type, criteria, own_bases: &change.own_bases };
                    let (version, condition) = matching.one(&view)?;
                    conditions.push(condition);
                    version
                }
            };
            check_version(change.expected, &version)?;
            let patched = Text::of(patched(core, &version, patch)?);
            let target = (resource_type, &*version.id, IdRule::MustBe);
            let write = put(core, target, (&patched, Outlives::Nothing), &change.own_bases)?;
            conditions.push(Condition::Current { digest: write.digest, version: version.version.0 });
            write
        }
        Action::Delete { resource_type, whose } => {
            let resource_type = core.types.named(resource_type)?;
            let id = match whose {
                Whose::Id(id) => Some(id.clone()),
                Whose::Matching(criteria) => {
                    let matching = Matching { core, resource_type, criteria, own_bases: &change.own_bases };
                    let (mut found, condition) = matching.all(&View::now(core)?, 1)?;
                    conditions.push(condition);
                    found.pop().map(|version| version.id.to_string())
                }
            };
            let deletion = |id: String| PreparedWrite::new(core, resource_type, &id, Content::Delete);
            let Some(write) = id.map(deletion) else {
                if let Expected::Version(_) = change.expected {
                    return Err(nothing_to_match());
                }
                let work = Work::new(principal, Vec::new(), conditions);
                return Ok(Prepared::Work(work));
            };
            write
        }
        Action::DeleteAll { resource_type, criteria, at_most } => {
            let resource_type = core.types.named(resource_type)?;
            let matching = Matching { core, resource_type, criteria, own_bases: &change.own_bases };
            let (found, condition) = matching.all(&View::now(core)?, *at_most)?;
            let deletion =
                |version: &Version| PreparedWrite::new(core, resource_type, &version.id, Content::Delete);
            let writes = found.iter().map(deletion).collect();
            let work = Work::new(principal, writes, vec![condition]);
            return Ok(Prepared::Work(work));
        }
    };
    // Where criteria say that it is new, that holds as well.
    if change.expected != Expected::Anything {
        write.expected = change.expected;
    }
    Ok(Prepared::Work(Work::new(principal, vec![write], conditions)))
}

/// Prepares a body for what a conditional update is about.
pub(crate) fn put_target(
    core: &Core,
    (resource_type, id): (ResourceType, &str),
    document: &Document,
    own_bases: &[String],
) -> Result<PreparedWrite> {
    let outlives = Outlives::Labels;
    let source = BodySource { node: document.root(), whole: Some(document), resource_type, id, outlives };
    put_node(core, resource_type, &source, IdRule::Ours, &OwnReferences(own_bases))
}

/// What the id in a body has to do with the one that it is stored under.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum IdRule {
    /// It is replaced.
    Ours,
    /// It must be there and the same.
    MustBe,
}

fn put(
    core: &Core,
    (resource_type, id, rule): (ResourceType, &str, IdRule),
    (body, outlives): (&Text, Outlives),
    own_bases: &[String],
) -> Result<PreparedWrite> {
    let document = parse(core, body)?;
    let source = BodySource { node: document.root(), whole: Some(&document), resource_type, id, outlives };
    put_node(core, resource_type, &source, rule, &OwnReferences(own_bases))
}

fn parse(core: &Core, body: &Text) -> Result<Document> {
    body.parse(&resource_limits(core)).map_err(|error| parse_failed(&error))
}

/// What a resource may be when it is parsed.
pub(crate) fn resource_limits(core: &Core) -> ModelLimits {
    ModelLimits {
        document_bytes_max: core.limits.resource_bytes_max,
        depth_max: core.limits.depth_max as usize,
        ..ModelLimits::default()
    }
}

/// Prepares a resource that stands in a request of its own or in a Bundle.
pub(crate) fn put_node(
    core: &Core,
    expected: ResourceType,
    source: &BodySource<'_>,
    rule: IdRule,
    references: &dyn References,
) -> Result<PreparedWrite> {
    check_shape(source.node, expected)?;
    let given = source.node.get("id").and_then(Node::as_str);
    if rule == IdRule::MustBe && given.as_deref() != Some(source.id) {
        let what = if given.is_none() {
            "the resource has no id"
        } else {
            "the resource's id is not the one in the URL"
        };
        return Err(Error::new(
            ErrorKind::Invalid,
            Issue::error("value", what).at(format!("{}.id", expected.name)),
        ));
    }
    if expected.name == parameters::SEARCH_PARAMETER {
        parameters::check(core, source.node)?;
    }
    let standing = match source.outlives {
        Outlives::Labels => Some(Standing::now(core, expected, source.id)?),
        Outlives::Nothing => None,
    };
    let nothing = Labels::default();
    let outliving = standing.as_ref().map_or(&nothing, |standing| &standing.labels);
    let body = PreparedBody::of(core, source, references, outliving)?;
    let write = PreparedWrite::new(core, expected, source.id, Content::Put(Box::new(body)));
    Ok(PreparedWrite { standing, ..write })
}

pub(crate) fn check_shape(node: Node<'_>, expected: ResourceType) -> Result<()> {
    let checked = fornax_validation::r4().check(node, &fornax_validation::Limits::default());
    let shape = checked.map_err(|issues| {
        Error::with_issues(ErrorKind::Unprocessable, issues.into_iter().map(issue).collect())
    })?;
    if shape.type_id != expected.id {
        let issue =
            Issue::error("invariant", "the resource's type is not the one in the URL").at("resourceType");
        return Err(Error::new(ErrorKind::Invalid, issue));
    }
    Ok(())
}

fn issue(issue: fornax_validation::Issue) -> Issue {
    debug_assert!(matches!(issue.severity, Severity::Fatal | Severity::Error));
    let made = Issue::error(issue.code.code(), issue.message);
    if issue.path.is_empty() { made } else { made.at(issue.path) }
}

/// A body that is not JSON, or passes a bound.
pub(crate) fn parse_failed(error: &fornax_model::ParseError) -> Error {
    let kind = match error.fault {
        ParseFault::Limit { bound: Bound::DocumentBytes, .. } => ErrorKind::Limit,
        _ => ErrorKind::Invalid,
    };
    let issue = Issue::error("structure", error.to_string());
    Error::new(kind, if error.path.is_empty() { issue } else { issue.at(&error.path) })
}

/// An id as R4 has it: 1 to 64 letters, digits, hyphens and dots.
pub(crate) fn check_id(id: &str) -> Result<()> {
    if fornax_model::Primitive::Id.check_text(id).is_ok() {
        return Ok(());
    }
    let issue = Issue::error("value", "an id is 1 to 64 letters, digits, hyphens and dots");
    Err(Error::new(ErrorKind::Invalid, issue))
}

pub(crate) fn several_match() -> Error {
    let issue = Issue::error("multiple-matches", "the criteria match several resources");
    Error::new(ErrorKind::Precondition, issue)
}
