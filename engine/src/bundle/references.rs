//! What references within a Bundle become: other entries, resources found by criteria, or themselves.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

use fornax_definitions::TypeKind;
use fornax_model::Node;

use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::view::View;
use crate::write::{Condition, Found, References, find, reference_nodes, relative_to};

/// References of one Bundle.
pub(crate) struct BundleReferences<'a> {
    pub core: &'a Core,
    pub view: &'a View<'a>,
    /// Base URLs under which an absolute reference is a local one, without a slash at the end.
    pub own_bases: &'a [String],
    /// `fullUrl` to `Type/id`.
    pub entries: HashMap<String, String>,
    /// Criteria are resolved in a transaction only.
    pub resolves_criteria: bool,
    found: RefCell<Criteria>,
}

#[derive(Default)]
struct Criteria {
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
        entries: HashMap<String, String>,
        resolves_criteria: bool,
    ) -> Self {
        Self { core, view, own_bases, entries, resolves_criteria, found: RefCell::default() }
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
        let (condition, found) = find(self.core, self.view, resource_type, criteria)?;
        let mut remembered = self.found.borrow_mut();
        let problem = match found {
            Found::One(version) => {
                let target = format!("{}/{}", resource_type.name, version.id);
                remembered.targets.insert(reference.to_owned(), target.clone());
                remembered.conditions.push(condition);
                return Ok(Some(target));
            }
            Found::None => ("not-found", "nothing matches the conditional reference"),
            Found::Several => ("multiple-matches", "several resources match the conditional reference"),
        };
        if remembered.unresolved.len() < UNRESOLVED_MAX {
            // The client's own reference, told back to him: it names what he must send first.
            remembered.unresolved.push(Issue::error(problem.0, format!("{}: {reference}", problem.1)));
        }
        remembered.targets.insert(reference.to_owned(), reference.to_owned());
        Ok(None)
    }
}

impl References for BundleReferences<'_> {
    fn rewrite(&self, reference: &str) -> Result<Option<String>> {
        if reference.starts_with('#') {
            return Ok(None);
        }
        if let Some(target) = self.entries.get(reference) {
            return Ok(Some(target.clone()));
        }
        let own = relative_to(self.own_bases, reference);
        let relative = own.unwrap_or(reference);
        if self.resolves_criteria
            && let Some((resource_type, criteria)) = relative.split_once('?')
            && is_resource_type(self.core, resource_type)
        {
            return self.target(reference, resource_type, criteria);
        }
        Ok(own.map(ToOwned::to_owned))
    }
}

fn is_resource_type(core: &Core, name: &str) -> bool {
    core.definitions.type_named(name).is_some_and(|named| named.kind == TypeKind::Resource)
}
