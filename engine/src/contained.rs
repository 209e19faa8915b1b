//! Searches for resources inside of others: the index knows which resources contain some of the types, and each of these is read
//! and judged.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::Arc;

use fornax_index::{IndexError, MatchContext, SearchValues};
use fornax_model::Node;
use fornax_postings::{Budget, Hit, Order, PageRequest, Position, Snapshot, Total};
use fornax_query::{Contained, ContainedAs, Query};
use serde::{Deserialize, Serialize};

use crate::core::{Core, index_failed};
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::records::{Rid, Seq, bug};
use crate::resource::Version;
use crate::search::ContainedMatch;
use crate::subset::Subset;
use crate::types::ResourceType;
use crate::view::View;
use crate::write;

/// Containers whose names are asked for at a time.
const CONTAINERS_AT_ONCE: usize = 1 << 16;
/// Containers whose bodies are read at a time.
const BODIES_AT_ONCE: usize = 16;
/// A body is read and judged in the time that so many documents of the index take to be looked at.
const DOCUMENTS_A_BODY: u64 = 4096;

/// Where a search goes on among containers, which come as they were written.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Place {
    /// The last container that is done with.
    after: Option<(Seq, Rid)>,
    /// How many matches of the next one are done with.
    passed: usize,
}

impl Place {
    /// Before the first container.
    pub(crate) const START: Self = Self { after: None, passed: 0 };
}

/// What a page still takes.
pub(crate) struct Room {
    pub entries: usize,
    pub bytes: usize,
    /// Whether nothing is on the page yet: the first match has room, whatever its size.
    pub is_untouched: bool,
}

/// What was found.
#[derive(Default)]
pub(crate) struct Found {
    /// What stands on the page as the container.
    pub containers: Vec<Version>,
    /// What stands on it as itself.
    pub contained: Vec<ContainedMatch>,
    /// Matches from the place on; all of them where they were to be counted.
    pub matches: u64,
    /// Where the next page begins; absent on the last.
    pub next: Option<Place>,
    /// Contained resources that have too many values to be judged.
    pub unjudged: usize,
}

/// A search for contained resources.
pub(crate) struct ContainedSearch<'a> {
    pub core: &'a Core,
    pub view: &'a View<'a>,
    /// Its terminology is resolved.
    pub query: &'a Query,
    pub budget: &'a Arc<Budget>,
}

/// A contained resource that matches.
struct Inner<'a> {
    resource_type: ResourceType,
    node: Node<'a>,
}

/// A page that is being filled.
struct Filling {
    room: Room,
    total: Total,
    /// What is done with.
    place: Place,
    found: Found,
}

impl ContainedSearch<'_> {
    /// The matches from a place on.
    pub(crate) fn run(&self, from: Place, room: Room, total: Total) -> Result<Found> {
        let View { index, seq, .. } = self.view;
        let snapshot = index.postings.snapshot(*seq).map_err(index_failed)?.within(Arc::clone(self.budget));
        let clause = index.indexer.containing(&self.query.types);
        let mut filling = Filling { room, total, place: from, found: Found::default() };
        let mut after = from.after.map(|(seq, rid)| Position::written(Hit { rid, seq }));
        loop {
            let order = Order::Written;
            let request = PageRequest { order, after, hits_max: CONTAINERS_AT_ONCE, total: Total::Uncounted };
            let containers = snapshot.page(&clause, &request).map_err(index_failed)?;
            let flow = self.judge(&containers.hits, &snapshot, &mut filling)?;
            after = containers.next;
            if flow.is_break() || after.is_none() {
                return Ok(filling.found);
            }
        }
    }

    fn judge(&self, hits: &[Hit], snapshot: &Snapshot, filling: &mut Filling) -> Result<ControlFlow<()>> {
        let places: Vec<(Rid, Seq)> = hits.iter().map(|hit| (hit.rid, hit.seq)).collect();
        let mut rest = &places[..];
        while !rest.is_empty() {
            let some = &rest[..rest.len().min(BODIES_AT_ONCE)];
            let versions = self.view.versions_within(some, self.core.limits.page_bytes_max)?;
            let read = versions.len();
            for (&(rid, seq), version) in some.iter().zip(versions) {
                snapshot.look_up(DOCUMENTS_A_BODY).map_err(index_failed)?;
                if self.take(version, filling)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
                filling.place = Place { after: Some((seq, rid)), passed: 0 };
            }
            rest = &rest[read..];
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Judges what one resource contains.
    fn take(&self, container: Version, filling: &mut Filling) -> Result<ControlFlow<()>> {
        let document = write::parse_stored(&container.body.text)?;
        let matching = self.matching(&container, document.root(), &mut filling.found.unjudged)?;
        if matching.is_empty() {
            return Ok(ControlFlow::Continue(()));
        }
        match self.query.contained_as {
            ContainedAs::Container => {
                if self.is_match_itself(&container, document.root())? {
                    return Ok(ControlFlow::Continue(()));
                }
                let bytes = container.body.text.len();
                filling.take((0, bytes), |found| {
                    found.containers.push(container);
                    Ok(())
                })
            }
            ContainedAs::Itself => {
                for (at, inner) in matching.iter().enumerate().skip(filling.place.passed) {
                    let add = |found: &mut Found| {
                        found.contained.push(self.shown(&container, inner)?);
                        Ok(())
                    };
                    if filling.take((at, inner.node.raw().len()), add)?.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
                Ok(ControlFlow::Continue(()))
            }
        }
    }

    /// What a resource contains and matches, in order.
    fn matching<'d>(
        &self,
        container: &Version,
        root: Node<'d>,
        unjudged: &mut usize,
    ) -> Result<Vec<Inner<'d>>> {
        let indexer = &self.view.index.indexer;
        let mut matching = Vec::new();
        for node in root.get("contained").into_iter().flat_map(Node::items) {
            let Some(name) = node.get("resourceType").and_then(Node::as_str) else { continue };
            let resource_type = self.core.types.named(&name)?;
            if !self.query.types.has(resource_type.id) {
                continue;
            }
            let values = match indexer.extract(resource_type.id, node) {
                Ok(values) => values,
                Err(IndexError::Parameter(error)) => {
                    return Err(bug("search values can't be found").caused_by(error));
                }
                Err(_) => {
                    *unjudged += 1;
                    continue;
                }
            };
            if self.is_match(container, &values)? {
                matching.push(Inner { resource_type, node });
            }
        }
        Ok(matching)
    }

    fn is_match(&self, container: &Version, values: &SearchValues) -> Result<bool> {
        let last_updated_us = container.last_updated.as_microsecond();
        let context = MatchContext { last_updated_us, now_us: self.view.now_ms * 1000 };
        let found = self.view.index.indexer.matches(self.query, values, &context);
        found.map_err(|error| match error {
            IndexError::Join => {
                let text = "the search asks what contained resources can't be asked";
                Error::new(ErrorKind::NotSupported, Issue::error("not-supported", text))
            }
            error => bug("a contained resource can't be judged").caused_by(error),
        })
    }

    /// Whether the container stands among the ordinary matches: it is not shown twice.
    fn is_match_itself(&self, container: &Version, root: Node<'_>) -> Result<bool> {
        let resource_type = self.core.types.named(container.resource_type)?;
        if self.query.contained != Contained::Both || !self.query.types.has(resource_type.id) {
            return Ok(false);
        }
        self.is_match(container, &write::extract(&self.view.index.indexer, resource_type, root)?)
    }

    fn shown(&self, container: &Version, inner: &Inner<'_>) -> Result<ContainedMatch> {
        let document = inner.node.to_document();
        let subset = Subset { core: self.core, query: self.query };
        Ok(ContainedMatch {
            container_type: container.resource_type,
            container_id: Arc::clone(&container.id),
            resource_type: inner.resource_type.name,
            id: inner.node.get("id").and_then(Node::as_str).map(Cow::into_owned),
            json: subset.apply_to_text(inner.resource_type.name, document.text())?,
        })
    }
}

impl Filling {
    /// Counts a match of the container that comes now, and puts it on the page where there is room.
    fn take(
        &mut self,
        (at, bytes): (usize, usize),
        add: impl FnOnce(&mut Found) -> Result<()>,
    ) -> Result<ControlFlow<()>> {
        self.found.matches += 1;
        if self.found.next.is_some() {
            return Ok(ControlFlow::Continue(()));
        }
        let is_too_large = bytes > self.room.bytes && !self.room.is_untouched;
        if self.room.entries == 0 || is_too_large {
            self.found.next = Some(Place { passed: at, ..self.place });
            let is_done = self.total == Total::Uncounted;
            return Ok(if is_done { ControlFlow::Break(()) } else { ControlFlow::Continue(()) });
        }
        self.room.entries -= 1;
        self.room.bytes = self.room.bytes.saturating_sub(bytes);
        self.room.is_untouched = false;
        add(&mut self.found)?;
        Ok(ControlFlow::Continue(()))
    }
}
