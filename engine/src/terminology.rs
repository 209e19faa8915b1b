//! What a search asks of code systems and value sets: answered from the tenant's own CodeSystem and ValueSet resources, as of the
//! commit that is searched.
//!
//! Before a query is run, `:in`, `:above` and `:below` become the codes that they stand for.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use fornax_model::{Document, Limits as ModelLimits, Node};
use fornax_postings::Budget;
use fornax_query::{Condition, Limits, Query, TokenValue, Types, Values};

use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::records::{BODY_BYTES_MAX, bug, corrupted};
use crate::resource::{Read, Version};
use crate::search_run;
use crate::view::View;

/// Resources of one canonical URL that are looked at, for its versions.
const VERSIONS_MAX: usize = 100;
/// How deep value sets may include each other.
const DEPTH_MAX: usize = 8;

/// A code of a system; `None`: every code of it.
type Code = (String, Option<String>);

/// Puts codes in place of what a query asks of code systems and value sets.
///
/// # Errors
/// `Invalid`: one that is not here, or says what can't be followed; `Limit`: too many codes. Each names the parameter.
pub(crate) fn resolve(core: &Core, view: &View<'_>, query: &mut Query, budget: &Arc<Budget>) -> Result<()> {
    let known = Known::default();
    let mut codes = 0;
    for filter in &mut query.filters {
        let terminology = Terminology { core, view, budget, parameter: &filter.name, known: &known };
        terminology.condition(&mut filter.condition, &mut codes)?;
    }
    Ok(())
}

struct Terminology<'a> {
    core: &'a Core,
    view: &'a View<'a>,
    budget: &'a Arc<Budget>,
    /// The parameter that asks, as the client wrote it.
    parameter: &'a str,
    known: &'a Known,
}

/// What was read for one search: each value set and code system once.
#[derive(Default)]
struct Known {
    value_sets: RefCell<HashMap<String, Rc<BTreeSet<Code>>>>,
    hierarchies: RefCell<HashMap<String, Rc<Hierarchy>>>,
    /// Value sets that are being read: one that comes again includes itself.
    open: RefCell<Vec<String>>,
}

impl Terminology<'_> {
    fn condition(&self, condition: &mut Condition, codes: &mut usize) -> Result<()> {
        match condition {
            Condition::Has { values, .. } => {
                if let Some(found) = self.codes(values)? {
                    *codes += found.len();
                    self.check(*codes)?;
                    *values = Values::Token(found.into_iter().map(token).collect());
                }
                Ok(())
            }
            Condition::Present(_) | Condition::Is { .. } | Condition::IsMember { .. } => Ok(()),
            Condition::Refers { targets: described, .. } | Condition::ByType(described) => {
                described.iter_mut().try_for_each(|one| self.condition(&mut one.condition, codes))
            }
            Condition::Referred { source, .. } => self.condition(&mut source.condition, codes),
            Condition::Not(condition) => self.condition(condition, codes),
            Condition::All(conditions) | Condition::Any(conditions) => {
                conditions.iter_mut().try_for_each(|condition| self.condition(condition, codes))
            }
        }
    }

    /// The codes that values stand for; `None`: they are no question of terminology.
    fn codes(&self, values: &Values) -> Result<Option<BTreeSet<Code>>> {
        let mut codes = BTreeSet::new();
        match values {
            Values::InSet(urls) => {
                for url in urls {
                    codes.extend(self.value_set(url)?.iter().cloned());
                }
            }
            Values::CodesBelow(asked) => {
                for (system, code) in asked {
                    let hierarchy = self.hierarchy(system)?;
                    let below = reached(&hierarchy.children, code);
                    codes.extend(below.into_iter().map(|code| (system.clone(), Some(code))));
                }
            }
            Values::CodesAbove(asked) => {
                for (system, code) in asked {
                    let hierarchy = self.hierarchy(system)?;
                    let above = reached(&hierarchy.parents, code);
                    codes.extend(above.into_iter().map(|code| (system.clone(), Some(code))));
                }
            }
            _ => return Ok(None),
        }
        Ok(Some(codes))
    }

    fn value_set(&self, url: &str) -> Result<Rc<BTreeSet<Code>>> {
        if let Some(codes) = self.known.value_sets.borrow().get(url) {
            return Ok(Rc::clone(codes));
        }
        let is_open = self.known.open.borrow().iter().any(|open| open == url);
        if is_open || self.known.open.borrow().len() >= DEPTH_MAX {
            return Err(self.invalid("names value sets that include themselves, or each other too deep"));
        }
        self.known.open.borrow_mut().push(url.to_owned());
        let codes = Rc::new(self.read_value_set(url)?);
        self.known.open.borrow_mut().pop();
        self.known.value_sets.borrow_mut().insert(url.to_owned(), Rc::clone(&codes));
        Ok(codes)
    }

    fn read_value_set(&self, url: &str) -> Result<BTreeSet<Code>> {
        let version = self.resource("ValueSet", url)?;
        let version = version.ok_or_else(|| self.invalid("names a value set that is not here"))?;
        let document = parsed(&version)?;
        let root = document.root();
        let Some(compose) = root.get("compose") else { return self.expansion(root) };
        let mut codes = BTreeSet::new();
        for include in items(compose, "include") {
            codes.extend(self.included(include)?);
            self.check(codes.len())?;
        }
        for exclude in items(compose, "exclude") {
            for (system, code) in self.included(exclude)? {
                self.exclude(&mut codes, &system, code)?;
            }
        }
        Ok(codes)
    }

    /// The codes of a value set that says them one by one.
    fn expansion(&self, value_set: Node<'_>) -> Result<BTreeSet<Code>> {
        let expansion = value_set.get("expansion");
        let expansion = expansion.ok_or_else(|| self.invalid("names a value set without content"))?;
        let (mut codes, mut open) = (BTreeSet::new(), vec![expansion]);
        while let Some(node) = open.pop() {
            open.extend(items(node, "contains"));
            if let (Some(system), Some(code)) = (text(node, "system"), text(node, "code")) {
                codes.insert((system, Some(code)));
            }
        }
        Ok(codes)
    }

    /// What one include or exclude names: what its system and all of its value sets have.
    fn included(&self, include: Node<'_>) -> Result<BTreeSet<Code>> {
        let mut codes: Option<BTreeSet<Code>> = match text(include, "system") {
            None => None,
            Some(system) => Some(self.of_system(&system, include)?),
        };
        for url in items(include, "valueSet").filter_map(Node::as_str) {
            let other = self.value_set(&url)?;
            codes = Some(match codes {
                None => BTreeSet::clone(&other),
                Some(codes) => in_both(&codes, &other),
            });
        }
        codes.ok_or_else(|| self.invalid("names a value set that includes nothing"))
    }

    fn of_system(&self, system: &str, include: Node<'_>) -> Result<BTreeSet<Code>> {
        let of = |code: String| (system.to_owned(), Some(code));
        let listed: Vec<String> =
            items(include, "concept").filter_map(|concept| text(concept, "code")).collect();
        if !listed.is_empty() {
            return Ok(listed.into_iter().map(of).collect());
        }
        let mut codes: Option<BTreeSet<String>> = None;
        for filter in items(include, "filter") {
            let (property, op, value) = (text(filter, "property"), text(filter, "op"), text(filter, "value"));
            let (Some("concept" | "code"), Some(op @ ("is-a" | "descendent-of")), Some(value)) =
                (property.as_deref(), op.as_deref(), value)
            else {
                return Err(self.invalid("names a value set by filters that can't be followed here"));
            };
            let mut below = reached(&self.hierarchy(system)?.children, &value);
            if op == "descendent-of" {
                below.remove(&value);
            }
            codes = Some(codes.map_or_else(|| below.clone(), |codes| &codes & &below));
        }
        Ok(match codes {
            None => BTreeSet::from([(system.to_owned(), None)]),
            Some(codes) => codes.into_iter().map(of).collect(),
        })
    }

    fn exclude(&self, codes: &mut BTreeSet<Code>, system: &str, code: Option<String>) -> Result<()> {
        let Some(code) = code else {
            codes.retain(|(of, _)| of != system);
            return Ok(());
        };
        // A whole system without one of its codes is all of the others.
        if codes.remove(&(system.to_owned(), None)) {
            let all = self.hierarchy(system)?;
            codes.extend(all.codes.iter().map(|code| (system.to_owned(), Some(code.clone()))));
            self.check(codes.len())?;
        }
        codes.remove(&(system.to_owned(), Some(code)));
        Ok(())
    }

    fn hierarchy(&self, system: &str) -> Result<Rc<Hierarchy>> {
        if let Some(hierarchy) = self.known.hierarchies.borrow().get(system) {
            return Ok(Rc::clone(hierarchy));
        }
        let version = self.of_url("CodeSystem", system)?;
        let version = version.ok_or_else(|| self.invalid("needs a code system that is not here"))?;
        let document = parsed(&version)?;
        if text(document.root(), "content").as_deref() != Some("complete") {
            return Err(self.invalid("needs a code system whose content is not all here"));
        }
        let hierarchy = Rc::new(Hierarchy::of(document.root()));
        self.known.hierarchies.borrow_mut().insert(system.to_owned(), Rc::clone(&hierarchy));
        Ok(hierarchy)
    }

    fn check(&self, codes: usize) -> Result<()> {
        if codes > Limits::default().values_max {
            return Err(self.refused(ErrorKind::Limit, "too-costly", "stands for too many codes"));
        }
        Ok(())
    }

    /// The resource of a canonical URL, or of `Type/id`.
    fn resource(&self, resource_type: &'static str, url: &str) -> Result<Option<Version>> {
        let relative = url.strip_prefix(resource_type).and_then(|rest| rest.strip_prefix('/'));
        let Some(id) = relative else { return self.of_url(resource_type, url) };
        Ok(match self.view.read(resource_type, id)? {
            Read::Current(version) => Some(version),
            _ => None,
        })
    }

    /// The resource of a canonical URL as of the commit that is searched: that of the version named, else the one last written.
    fn of_url(&self, resource_type: &str, url: &str) -> Result<Option<Version>> {
        let (url, wanted) = match url.split_once('|') {
            Some((url, version)) => (url, Some(version)),
            None => (url, None),
        };
        let resource_type = self.core.types.named(resource_type)?;
        let parameter = self.core.definitions.parameter_of_release(resource_type.id, "url");
        let parameter = parameter.ok_or_else(|| bug("canonical resources have no parameter url"))?.id;
        let mut query = Query::all(Types::One(resource_type.id));
        query.within = Some(Condition::Has { parameter, values: Values::Uri(vec![url.to_owned()]) });
        let versions = search_run::matches((self.core, self.view), &query, VERSIONS_MAX, self.budget)?;
        let mut newest: Option<Version> = None;
        for version in versions {
            let is_wanted = match wanted {
                None => true,
                Some(wanted) => text(parsed(&version)?.root(), "version").as_deref() == Some(wanted),
            };
            if is_wanted && newest.as_ref().is_none_or(|newest| version.last_updated >= newest.last_updated) {
                newest = Some(version);
            }
        }
        Ok(newest)
    }

    fn invalid(&self, text: &str) -> Error {
        self.refused(ErrorKind::Invalid, "not-found", text)
    }

    fn refused(&self, kind: ErrorKind, code: &'static str, text: &str) -> Error {
        Error::new(kind, Issue::error(code, format!("'{}' {text}", self.parameter)))
    }
}

/// The codes of a code system, and what lies right below and above each.
#[derive(Default)]
struct Hierarchy {
    codes: BTreeSet<String>,
    children: BTreeMap<String, Vec<String>>,
    parents: BTreeMap<String, Vec<String>>,
}

impl Hierarchy {
    /// By how concepts are nested, and by the properties `parent` and `child`.
    fn of(code_system: Node<'_>) -> Self {
        let mut hierarchy = Self::default();
        let mut open: Vec<(Option<String>, Node<'_>)> =
            items(code_system, "concept").map(|concept| (None, concept)).collect();
        while let Some((parent, concept)) = open.pop() {
            let Some(code) = text(concept, "code") else { continue };
            if let Some(parent) = parent {
                hierarchy.link(&parent, &code);
            }
            for property in items(concept, "property") {
                match (text(property, "code").as_deref(), text(property, "valueCode")) {
                    (Some("parent"), Some(parent)) => hierarchy.link(&parent, &code),
                    (Some("child"), Some(child)) => hierarchy.link(&code, &child),
                    _ => {}
                }
            }
            open.extend(items(concept, "concept").map(|inner| (Some(code.clone()), inner)));
            hierarchy.codes.insert(code);
        }
        hierarchy
    }

    fn link(&mut self, parent: &str, child: &str) {
        self.children.entry(parent.to_owned()).or_default().push(child.to_owned());
        self.parents.entry(child.to_owned()).or_default().push(parent.to_owned());
    }
}

/// A code and all that steps lead to from it.
fn reached(steps: &BTreeMap<String, Vec<String>>, from: &str) -> BTreeSet<String> {
    let (mut reached, mut open) = (BTreeSet::new(), vec![from.to_owned()]);
    while let Some(code) = open.pop() {
        open.extend(steps.get(&code).into_iter().flatten().filter(|next| !reached.contains(*next)).cloned());
        reached.insert(code);
    }
    reached
}

fn in_both(one: &BTreeSet<Code>, other: &BTreeSet<Code>) -> BTreeSet<Code> {
    let within = |(system, code): &&Code, other: &BTreeSet<Code>| {
        other.contains(&(system.clone(), code.clone())) || other.contains(&(system.clone(), None))
    };
    let of_one = one.iter().filter(|code| within(code, other));
    let of_other = other.iter().filter(|code| within(code, one));
    of_one.chain(of_other).cloned().collect()
}

fn token((system, code): Code) -> TokenValue {
    match code {
        None => TokenValue::System(system),
        Some(code) => TokenValue::Coding { system, code },
    }
}

fn parsed(version: &Version) -> Result<Document> {
    let limits = ModelLimits { document_bytes_max: BODY_BYTES_MAX, ..ModelLimits::default() };
    Document::parse_shared(Arc::clone(&version.body.text), &limits)
        .map_err(|error| corrupted("a stored body is not JSON").caused_by(error))
}

fn items<'a>(node: Node<'a>, name: &str) -> impl Iterator<Item = Node<'a>> {
    node.get(name).into_iter().flat_map(Node::items)
}

fn text(node: Node<'_>, name: &str) -> Option<String> {
    node.get(name).and_then(Node::as_str).map(std::borrow::Cow::into_owned)
}
