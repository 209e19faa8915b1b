//! What references within a Bundle become: other entries, resources found by criteria, or themselves.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use fornax_definitions::TypeKind;
use fornax_index::SearchValues;
use fornax_model::{Document, Node};

use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::types::ResourceType;
use crate::view::View;
use crate::write::{
    BodySource, Condition, Criteria, LinkKind, Outlives, References, reference_nodes, relative_to, values_of,
};

/// References of one Bundle.
pub(crate) struct BundleReferences<'a> {
    pub core: &'a Core,
    pub view: &'a View<'a>,
    /// Base URLs under which an absolute reference is a local one, without a slash at the end.
    pub own_bases: &'a [String],
    entries: FullUrls,
    criteria: CriteriaRule<'a>,
    found: RefCell<Resolved>,
}

/// What the entries of a Bundle are called.
#[derive(Default)]
pub(crate) struct FullUrls {
    /// A `fullUrl`, or its `Type/id`, to the `Type/id` that the resource is stored under.
    pub stored: HashMap<String, String>,
    /// `Type/id` that belongs to several, under different bases: nobody can say which one a reference means.
    pub ambiguous: HashSet<String>,
}

/// What becomes of a reference that is criteria.
pub(crate) enum CriteriaRule<'a> {
    /// It stays as it is: in a batch.
    Kept,
    /// It is resolved, as things stand after these writes: in a transaction.
    Resolved(Vec<OwnWrite<'a>>),
}

/// References of a resource that is patched: those that stood in it before stay as they are.
pub(crate) struct OnlyNew<'a> {
    before: &'a HashSet<String>,
    references: &'a dyn References,
}

impl<'a> OnlyNew<'a> {
    /// The others are rewritten as these say.
    pub(crate) fn beside(before: &'a HashSet<String>, references: &'a dyn References) -> Self {
        Self { before, references }
    }
}

/// The texts of all references of a resource.
pub(crate) fn reference_texts(resource: Node<'_>) -> HashSet<String> {
    reference_nodes(resource).into_iter().filter_map(Node::as_str).map(Cow::into_owned).collect()
}

impl References for OnlyNew<'_> {
    fn rewrite(&self, reference: &str) -> Result<Option<String>> {
        if self.before.contains(reference) { Ok(None) } else { self.references.rewrite(reference) }
    }

    fn has_links(&self) -> bool {
        self.references.has_links()
    }

    fn link(&self, text: &str, kind: LinkKind) -> Result<Option<String>> {
        self.references.link(text, kind)
    }
}

/// What a transaction makes of one resource.
pub(crate) struct OwnWrite<'a> {
    pub resource_type: ResourceType,
    pub id: String,
    pub becomes: Becomes<'a>,
}

/// What becomes of it.
pub(crate) enum Becomes<'a> {
    Deleted,
    Written(Node<'a>),
    Patched(Rc<Patched>),
}

/// A patched resource.
pub(crate) struct Patched {
    pub document: Document,
    /// The references that stood in it before.
    pub before: HashSet<String>,
}

/// The resources of one type that a transaction writes.
#[derive(Default)]
struct OwnValues {
    /// Deleted ones among them.
    ids: HashSet<String>,
    /// What the others will be found by.
    values: Vec<(String, SearchValues)>,
}

#[derive(Default)]
struct Resolved {
    own: HashMap<u16, Rc<OwnValues>>,
    targets: HashMap<String, String>,
    conditions: Vec<Condition>,
    unresolved: Vec<Issue>,
}

/// Issues about references that are told at once.
const UNRESOLVED_MAX: usize = 50;

impl<'a> BundleReferences<'a> {
    pub(crate) fn new(
        core: &'a Core,
        view: &'a View<'a>,
        own_bases: &'a [String],
        entries: FullUrls,
        criteria: CriteriaRule<'a>,
    ) -> Self {
        Self { core, view, own_bases, entries, criteria, found: RefCell::default() }
    }

    /// Resolves the references of a resource.
    pub(crate) fn resolve(&self, resource: Node<'_>) -> Result<()> {
        for reference in reference_nodes(resource) {
            self.rewrite(&reference.as_str().unwrap_or(Cow::Borrowed("")))?;
        }
        Ok(())
    }

    /// Tells all references so far that match nothing, or several.
    pub(crate) fn check(&self) -> Result<()> {
        let found = self.found.borrow();
        if found.unresolved.is_empty() {
            return Ok(());
        }
        Err(Error::with_issues(ErrorKind::Precondition, found.unresolved.clone()))
    }

    /// What must still hold when the transaction is committed; or what [`Self::check`] tells.
    pub(crate) fn finish(self) -> Result<Vec<Condition>> {
        self.check()?;
        Ok(self.found.into_inner().conditions)
    }

    /// `Type/id` of the one resource that the criteria match. What can't be resolved is remembered, so that all are told at once.
    fn target(&self, reference: &str, resource_type: &str, criteria: &str) -> Result<Option<String>> {
        if let Some(target) = self.found.borrow().targets.get(reference) {
            return Ok(Some(target.clone()));
        }
        let resource_type = self.core.types.named(resource_type)?;
        let criteria = Criteria::parse(self.core, resource_type, criteria, self.own_bases)?;
        // The last step of a transaction's order: what it writes itself counts as written.
        let own = self.own_values(resource_type)?;
        let (condition, found) = criteria.first_two(self.core, self.view, &own.ids)?;
        let mut ids: Vec<String> = found.iter().map(|version| version.id.to_string()).collect();
        for (id, values) in &own.values {
            if criteria.are_met_by(self.core, values)? {
                ids.push(id.clone());
            }
        }
        let mut remembered = self.found.borrow_mut();
        let problem = match &ids[..] {
            [id] => {
                let target = format!("{}/{id}", resource_type.name);
                remembered.targets.insert(reference.to_owned(), target.clone());
                remembered.conditions.push(condition);
                return Ok(Some(target));
            }
            [] => ("not-found", "nothing matches the conditional reference"),
            _ => ("multiple-matches", "several resources match the conditional reference"),
        };
        if remembered.unresolved.len() < UNRESOLVED_MAX {
            // The client's own reference, told back to him: it names what he must send first.
            remembered.unresolved.push(Issue::error(problem.0, format!("{}: {reference}", problem.1)));
        }
        remembered.targets.insert(reference.to_owned(), reference.to_owned());
        Ok(None)
    }

    /// What the transaction writes of a type; found out at the first reference that asks.
    fn own_values(&self, resource_type: ResourceType) -> Result<Rc<OwnValues>> {
        let CriteriaRule::Resolved(writes) = &self.criteria else { return Ok(Rc::default()) };
        if let Some(known) = self.found.borrow().own.get(&resource_type.number) {
            return Ok(Rc::clone(known));
        }
        let mut own = OwnValues::default();
        for write in writes.iter().filter(|write| write.resource_type.number == resource_type.number) {
            let OwnWrite { id, becomes, .. } = write;
            own.ids.insert(id.clone());
            let source = |node, outlives| BodySource { node, whole: None, resource_type, id, outlives };
            let values = match becomes {
                Becomes::Deleted => None,
                Becomes::Written(node) => {
                    values_of(self.core, &source(*node, Outlives::Labels), &Literal(self))?
                }
                Becomes::Patched(patched) => {
                    let references = Literal(self);
                    let references = OnlyNew::beside(&patched.before, &references);
                    values_of(self.core, &source(patched.document.root(), Outlives::Nothing), &references)?
                }
            };
            own.values.extend(values.map(|values| (id.clone(), values)));
        }
        let own = Rc::new(own);
        self.found.borrow_mut().own.insert(resource_type.number, Rc::clone(&own));
        Ok(own)
    }

    /// What a reference becomes that is no criteria.
    fn literal(&self, reference: &str) -> Option<String> {
        if reference.starts_with('#') {
            return None;
        }
        let entry = self.entries.stored.get(reference).cloned();
        entry.or_else(|| relative_to(self.own_bases, reference).map(ToOwned::to_owned))
    }
}

/// References that are literal; criteria stay as they are.
struct Literal<'a, 'b>(&'b BundleReferences<'a>);

impl References for Literal<'_, '_> {
    fn rewrite(&self, reference: &str) -> Result<Option<String>> {
        Ok(self.0.literal(reference))
    }
}

impl References for BundleReferences<'_> {
    fn rewrite(&self, reference: &str) -> Result<Option<String>> {
        if self.entries.ambiguous.contains(reference) {
            let text = "a reference fits the fullUrls of several entries, under different bases";
            return Err(Error::new(ErrorKind::Invalid, Issue::error("value", text)));
        }
        let relative = relative_to(self.own_bases, reference).unwrap_or(reference);
        if matches!(self.criteria, CriteriaRule::Resolved(_))
            && !self.entries.stored.contains_key(reference)
            && let Some((resource_type, criteria)) = relative.split_once('?')
            && is_resource_type(self.core, resource_type)
        {
            return self.target(reference, resource_type, criteria);
        }
        Ok(self.literal(reference))
    }

    fn has_links(&self) -> bool {
        !self.entries.stored.is_empty()
    }

    /// A location is rewritten as a reference is. A name only where it is an entry's temporary one: `http://…` may be the canonical URL of
    /// just that resource, and stays true wherever it is stored.
    fn link(&self, text: &str, kind: LinkKind) -> Result<Option<String>> {
        let is_meant = match kind {
            LinkKind::Location => !self.entries.ambiguous.contains(text),
            LinkKind::Name => text.starts_with("urn:"),
        };
        Ok(self.entries.stored.get(text).filter(|_| is_meant).cloned())
    }
}

fn is_resource_type(core: &Core, name: &str) -> bool {
    core.definitions.type_named(name).is_some_and(|named| named.kind == TypeKind::Resource)
}
