//! Running a search: a request to a query, hits to versions, and the token of the next page.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::slice::from_ref;
use std::sync::Arc;
use std::time::Duration;

use fornax_definitions::{Definitions, ParameterId};
use fornax_index::{ClauseContext, Kin, Resources};
use fornax_postings::{Budget, Clause, Hit, RidSet, Snapshot, Total};
use fornax_query::{Contained, Context, Limits, Pairs, Query, QueryError, Scope, Summary, Types};
use fornax_search::{Completeness, PageToken, SearchError, Source, Start};
use serde::{Deserialize, Serialize};

use crate::as_of::{self, AsOf};
use crate::cancellation::Cancellation;
use crate::contained::{self, ContainedSearch};
use crate::core::{Core, index_failed};
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::group;
use crate::keys;
use crate::long_queries::{QUERY_BYTES_IN_LINK_MAX, QueryDigest};
use crate::page_token;
use crate::records::{Rid, Seq, bug};
use crate::resource::{Operation, Version};
use crate::search::{Handling, SearchPage, SearchRequest, SearchStep};
use crate::subset::Subset;
use crate::terminology;
use crate::types::ResourceType;
use crate::view::View;

/// Where a search goes on: what a page token holds.
#[derive(Serialize, Deserialize)]
struct Cursor {
    page: PageToken,
    /// The query, where it is too long to stand there.
    long_query: Option<QueryDigest>,
    /// Where the pages before started, the last last, as far as they are remembered.
    earlier: Vec<Stop>,
    own_bases: Vec<String>,
    /// The tenant's own search parameters that the query goes by.
    parameters: Vec<u16>,
    /// When the search began: what is about now is so on all pages.
    now_ms: i64,
    /// Where it goes on among resources that contain others, where nothing else is left.
    contained: Option<contained::Place>,
}

/// Where a page starts: among ordinary matches, or then among resources that contain others.
type Stop = (Start, Option<contained::Place>);

/// How many pages one can go back: some 30 bytes of a token each.
const EARLIER_MAX: usize = 16;

/// One search under way.
struct Run<'a> {
    core: &'a Core,
    view: View<'a>,
    scope: Scope,
    query: Query,
    own_bases: &'a [String],
    budget: Arc<Budget>,
    /// Where it is among resources that contain others; absent where ordinary matches come first.
    contained: Option<contained::Place>,
}

/// The first page.
pub(crate) fn first(core: &Core, request: &SearchRequest, budget: Arc<Budget>) -> Result<SearchPage> {
    let (query, scope, view) = read(core, request)?;
    let contained = (query.contained == Contained::Alone).then_some(contained::Place::START);
    let own_bases = &request.own_bases;
    Run { core, view, scope, query, own_bases, budget, contained }.page(&Start::default(), &[])
}

/// What a request asks, over what, and the commit as of which it is answered.
pub(crate) fn read<'a>(core: &'a Core, request: &SearchRequest) -> Result<(Query, Scope, View<'a>)> {
    let handling = match request.handling {
        Handling::Lenient => fornax_query::Handling::Lenient,
        Handling::Strict => fornax_query::Handling::Strict,
    };
    let limits = Limits::default();
    let read = |definitions: &Definitions| {
        let context = Context { definitions, bases: &request.own_bases, handling, limits: &limits };
        let scope = Scope::parse(&request.path, definitions)?;
        let pairs = Pairs::of_query_and_form(&request.query, &request.form, &limits)?;
        Ok((Query::parse(&scope, &pairs, &context)?, scope))
    };
    loop {
        let index = core.index();
        let (mut query, scope) = read(index.definitions()).map_err(|error| refused(&error))?;
        let view = as_of::view(core, moment(request, &mut query)?)?;
        // Else the query was read by what has been replaced meanwhile.
        if Arc::ptr_eq(&view.index, &index) {
            return Ok((query, scope, view));
        }
    }
}

/// The moment as of which a search is asked, by the request or its query string.
fn moment(request: &SearchRequest, query: &mut Query) -> Result<Option<AsOf>> {
    match (request.as_of, query.as_of_us) {
        (Some(_), Some(_)) => {
            let issue = Issue::error("value", "the request and its query string both say as of when");
            Err(Error::new(ErrorKind::Invalid, issue))
        }
        (None, Some(micros)) => AsOf::of_micros(micros).map(Some),
        (as_of, None) => {
            // What is applied is told.
            if let Some(AsOf::Instant(instant)) = as_of {
                query.as_of_us = Some(instant.as_microsecond());
            }
            Ok(as_of)
        }
    }
}

/// A later page.
pub(crate) fn next(core: &Core, path: &str, token: &str, budget: Arc<Budget>) -> Result<SearchPage> {
    let Cursor { mut page, long_query, contained, earlier, own_bases, parameters, now_ms } =
        page_token::open(core, page_token::Kind::Search, token)?;
    if let Some(digest) = long_query {
        page.query = core.long_queries.get(&digest)?.to_string();
    }
    if page.path != path {
        let issue = Issue::error("value", "the page link is for another search");
        return Err(Error::new(ErrorKind::Invalid, issue));
    }
    let handling = fornax_query::Handling::Strict;
    let (limits, view) = (Limits::default(), View::at(core, page.seq)?.at_time(now_ms));
    let definitions = view.index.definitions();
    let context = Context { definitions, bases: &own_bases, handling, limits: &limits };
    let read = || {
        let scope = Scope::parse(path, core.definitions)?;
        Ok((Query::parse(&scope, &Pairs::of_query(&page.query, &limits)?, &context)?, scope))
    };
    let (query, scope) = read().map_err(|error| refused(&error))?;
    if own_parameters(&view, &query) != parameters {
        let text = "a search parameter has been replaced since; begin the search again";
        return Err(Error::new(ErrorKind::Gone, Issue::error("expired", text)));
    }
    Run { core, view, scope, query, own_bases: &own_bases, budget, contained }.page(&page.start, &earlier)
}

/// The numbers of the tenant's own search parameters that a query goes by.
fn own_parameters(view: &View<'_>, query: &Query) -> Vec<u16> {
    let definitions = view.index.definitions();
    let parameters = query.parameters().into_iter();
    parameters.filter(|id| !definitions.is_of_release(*id)).map(ParameterId::number).collect()
}

/// What one search may do, or all of one Bundle, from now on.
pub(crate) fn budget(core: &Core, cancellation: &Cancellation) -> Arc<Budget> {
    let (clock, cancellation) = (Arc::clone(&core.clock), cancellation.clone());
    let until_ms = clock.now_ms().saturating_add_unsigned(core.limits.search_ms_max);
    let stop = move || cancellation.is_cancelled() || clock.now_ms() > until_ms;
    Arc::new(Budget::new(core.limits.search_documents_max, stop))
}

/// The first so many matches whose ids are not passed over.
pub(crate) fn first_matches(
    count: usize,
    (core, view): (&Core, &View<'_>),
    query: &Query,
    passed_over: &HashSet<String>,
) -> Result<Vec<Version>> {
    let budget = budget(core, &Cancellation::new());
    let (mut found, mut start) = (Vec::new(), Some(Start::default()));
    while let Some(from) = start.take().filter(|_| found.len() < count) {
        let page = find((core, view), query, &from, MATCHES_AT_ONCE, &budget)?;
        let versions = view.versions(&places(&page.hits))?;
        found.extend(versions.into_iter().filter(|version| !passed_over.contains(&*version.id)));
        start = page.next;
    }
    found.truncate(count);
    Ok(found)
}

/// The first matches, no more than that, as of the view.
pub(crate) fn matches(
    place: (&Core, &View<'_>),
    query: &Query,
    count: usize,
    budget: &Arc<Budget>,
) -> Result<Vec<Version>> {
    let page = find(place, query, &Start::default(), count, budget)?;
    place.1.versions(&places(&page.hits))
}

/// Matches of criteria that are read at a time; most criteria match no more than one.
const MATCHES_AT_ONCE: usize = 16;

/// Calls `each` with the place of every resource of a type that the index has, so many looked up at a time.
pub(crate) fn each_hit(
    core: &Core,
    view: &View<'_>,
    resource_type: ResourceType,
    hits_at_once: usize,
    mut each: impl FnMut((Rid, Seq)),
) -> Result<()> {
    let mut query = Query::all(Types::One(resource_type.id));
    query.total = fornax_query::Total::None;
    let budget = Arc::new(Budget::unlimited());
    let mut start = Some(Start::default());
    while let Some(from) = start {
        let found = find((core, view), &query, &from, hits_at_once, &budget)?;
        places(&found.hits).into_iter().for_each(&mut each);
        start = found.next;
    }
    Ok(())
}

/// Calls `each` with the place of every version that is or ever was on a path, as long as it is kept, until one fails.
pub(crate) fn each_ever(
    (core, view): (&Core, &View<'_>),
    path: &str,
    mut each: impl FnMut((Rid, Seq)) -> Result<()>,
) -> Result<()> {
    let limits = Limits::default();
    let definitions = view.index.definitions();
    let context =
        Context { definitions, bases: &[], handling: fornax_query::Handling::Strict, limits: &limits };
    let read = || {
        let scope = Scope::parse(path, definitions)?;
        Query::parse(&scope, &Pairs::of_query("_total=none", &limits)?, &context)
    };
    let query = read().map_err(|error| refused(&error))?;
    let snapshot = view.index.postings.snapshot(view.seq).map_err(index_failed)?.with_superseded();
    let mut start = Some(Start::default());
    while let Some(from) = start {
        let found = run((core, view), &snapshot, &query, (&from, HITS_AT_ONCE), &mut |hits| hits.len())?;
        places(&found.hits).into_iter().try_for_each(&mut each)?;
        start = found.next;
    }
    Ok(())
}

/// Hits looked up at a time where all are wanted.
const HITS_AT_ONCE: usize = 1_000;

/// At most so many matches from `start` on.
pub(crate) fn find(
    place: (&Core, &View<'_>),
    query: &Query,
    start: &Start,
    hits_max: usize,
    budget: &Arc<Budget>,
) -> Result<fornax_search::SearchPage> {
    find_fitting(place, query, (start, hits_max), budget, &mut |hits| hits.len())
}

/// The same, of which only so many of the first are wanted as `fitting` tells.
fn find_fitting(
    (core, view): (&Core, &View<'_>),
    query: &Query,
    (start, hits_max): (&Start, usize),
    budget: &Arc<Budget>,
    fitting: &mut dyn FnMut(&[Hit]) -> usize,
) -> Result<fornax_search::SearchPage> {
    let snapshot = view.index.postings.snapshot(view.seq).map_err(index_failed)?.within(Arc::clone(budget));
    run((core, view), &snapshot, query, (start, hits_max), fitting)
}

/// Runs a query over one snapshot of the index.
fn run(
    (core, view): (&Core, &View<'_>),
    snapshot: &Snapshot,
    query: &Query,
    (start, hits_max): (&Start, usize),
    fitting: &mut dyn FnMut(&[Hit]) -> usize,
) -> Result<fornax_search::SearchPage> {
    let resources = Known {
        core,
        view,
        snapshot,
        newest: RefCell::default(),
        members: RefCell::default(),
        failed: RefCell::new(None),
    };
    let limits = fornax_search::Limits { included_max: core.limits.includes_max };
    let context = ClauseContext { resources: &resources, now_us: view.now_ms * 1000 };
    let source = Source { snapshot, indexer: &view.index.indexer, context, limits: &limits };
    let found = fornax_search::run(query, &source, start, hits_max, fitting).map_err(search_failed);
    match resources.failed.into_inner() {
        Some(error) => Err(error),
        None => found,
    }
}

/// Ordinary matches, where none are left or none are asked for.
fn nothing(start: &Start) -> fornax_search::SearchPage {
    fornax_search::SearchPage {
        hits: Vec::new(),
        scores: None,
        weights: None,
        total: start.total,
        next: None,
        included: Vec::new(),
        completeness: Completeness::Whole,
        steps: Vec::new(),
    }
}

pub(crate) fn places(hits: &[Hit]) -> Vec<(Rid, Seq)> {
    hits.iter().map(|hit| (hit.rid, hit.seq)).collect()
}

fn search_failed(error: SearchError) -> Error {
    match error {
        SearchError::Index(error) => index_failed(error),
        SearchError::Query(error) => bug("a query can't be brought to the index").caused_by(error),
    }
}

impl Run<'_> {
    /// The page from `start` on; `earlier` are the starts of those before.
    fn page(&self, start: &Start, earlier: &[Stop]) -> Result<SearchPage> {
        let hits_max = self.query.page_size(&Limits::default()) as usize;
        let bytes_max = self.core.limits.page_bytes_max;
        let place = (self.core, &self.view);
        let mut resolved = self.query.clone();
        terminology::resolve(self.core, &self.view, &mut resolved, &self.budget)?;
        let mut matches = Ok(Vec::new());
        let mut found = match self.contained {
            None => find_fitting(place, &resolved, (start, hits_max), &self.budget, &mut |hits| {
                matches = self.view.versions_within(&places(hits), bytes_max);
                matches.as_ref().map_or(0, Vec::len)
            })?,
            Some(_) => nothing(start),
        };
        let mut matches = matches?;
        let inside = self.inside(&resolved, start, (&mut found, &matches))?;
        matches.extend(inside.containers);
        let includes = self.view.versions_within(&places(&found.included), bytes_max)?;
        let applied = self.query.to_query_string(self.view.index.definitions());
        let mut warnings: Vec<Issue> = self
            .query
            .ignored
            .iter()
            .map(|ignored| Issue::warning("not-supported", ignored.to_string()))
            .collect();
        if includes.len() < found.included.len() || matches!(found.completeness, Completeness::Cut { .. }) {
            let text = format!("only the first {} included resources are here", includes.len());
            warnings.push(Issue::warning("too-costly", text));
        }
        if inside.unjudged > 0 {
            let text = format!("{} contained resources have too many values to be searched", inside.unjudged);
            warnings.push(Issue::warning("too-costly", text));
        }
        let next = match (found.next, inside.next) {
            (Some(start), _) => Some((start, None)),
            (None, Some(place)) => Some((Start { total: found.total, ..Start::default() }, Some(place))),
            (None, None) => None,
        };
        let subset = Subset { core: self.core, query: &self.query };
        // Words weigh the same when it is come back to.
        let this = (Start { weights: found.weights, ..start.clone() }, self.contained);
        Ok(SearchPage {
            path: self.scope.to_path(self.core.definitions),
            matches: subset.apply(matches)?,
            scores: found.scores,
            contained: inside.contained,
            includes,
            commit: self.view.seq,
            total: found.total,
            next: next.map(|next| self.token(next, &[earlier, from_ref(&this)].concat())).transpose()?,
            previous: earlier.split_last().map(|(last, rest)| self.token(last.clone(), rest)).transpose()?,
            applied,
            warnings,
            steps: found.steps.into_iter().map(SearchStep::from).collect(),
        })
    }

    /// The matches inside of other resources that the page has room for; adds them to the total.
    fn inside(
        &self,
        resolved: &Query,
        start: &Start,
        (found, matches): (&mut fornax_search::SearchPage, &[Version]),
    ) -> Result<contained::Found> {
        let wants_count = self.query.summary == Summary::Count;
        let wants_total = wants_count || self.query.total != fornax_query::Total::None;
        let total = if wants_total && start.total.is_none() { Total::Counted } else { Total::Uncounted };
        if self.query.contained == Contained::Unsearched
            || (found.next.is_some() && total == Total::Uncounted)
        {
            return Ok(contained::Found::default());
        }
        let hits_max = self.query.page_size(&Limits::default()) as usize;
        let is_full = wants_count || found.next.is_some();
        let bytes: usize = matches.iter().map(|version| version.body.text.len()).sum();
        let room = contained::Room {
            entries: if is_full { 0 } else { hits_max.saturating_sub(matches.len()) },
            bytes: self.core.limits.page_bytes_max.saturating_sub(bytes),
            is_untouched: matches.is_empty(),
        };
        let (before, begun_ms) = (self.budget.spent(), self.core.clock.now_ms());
        let search =
            ContainedSearch { core: self.core, view: &self.view, query: resolved, budget: &self.budget };
        let mut inside = search.run(self.contained.unwrap_or(contained::Place::START), room, total)?;
        if total == Total::Counted {
            found.total = Some(found.total.unwrap_or(0) + inside.matches);
        }
        match &mut found.next {
            Some(next) => next.total = found.total,
            None if wants_count => inside.next = None,
            None => {}
        }
        if self.query.is_explained {
            found.steps.push(fornax_search::Step {
                what: "contained".to_owned(),
                documents_at_most: None,
                found: Some(inside.matches),
                looked_at: self.budget.spent() - before,
                elapsed: Duration::from_millis((self.core.clock.now_ms() - begun_ms).max(0) as u64),
            });
        }
        Ok(inside)
    }

    fn token(&self, (start, contained): Stop, earlier: &[Stop]) -> Result<String> {
        let mut query = self.query.to_query_string(self.view.index.definitions());
        let mut long_query = None;
        if query.len() > QUERY_BYTES_IN_LINK_MAX {
            long_query = Some(self.core.long_queries.keep(&self.core.vault, &query));
            query.clear();
        }
        let page =
            PageToken { path: self.scope.to_path(self.core.definitions), query, seq: self.view.seq, start };
        let parameters = own_parameters(&self.view, &self.query);
        let now_ms = self.view.now_ms;
        let earlier = earlier[earlier.len().saturating_sub(EARLIER_MAX)..].to_vec();
        let own_bases = self.own_bases.to_vec();
        let cursor = Cursor { page, long_query, contained, earlier, own_bases, parameters, now_ms };
        page_token::seal(self.core, page_token::Kind::Search, &cursor)
    }
}

impl From<fornax_search::Step> for SearchStep {
    fn from(step: fornax_search::Step) -> Self {
        let fornax_search::Step { what, documents_at_most, found, looked_at, elapsed } = step;
        Self { what, documents_at_most, found, looked_at, elapsed }
    }
}

/// Knows resources by their records, as of the view.
struct Known<'a> {
    core: &'a Core,
    view: &'a View<'a>,
    snapshot: &'a Snapshot,
    /// What the records of ids said beside their rids.
    newest: RefCell<HashMap<Rid, Seq>>,
    /// Of groups.
    members: RefCell<HashMap<Rid, Arc<RidSet>>>,
    /// The first failure: what was found then is not to be trusted.
    failed: RefCell<Option<Error>>,
}

impl Known<'_> {
    /// One more look-up, where there may be one: a search that has failed goes no further.
    fn counted(&self) -> Option<()> {
        let has_failed = self.failed.borrow().is_some();
        if has_failed { None } else { self.trusted(self.snapshot.look_up(1).map(Some).map_err(index_failed)) }
    }

    /// The members of a group that are patients and are here.
    fn patients_in(&self, group: Rid) -> Result<Option<RidSet>> {
        let Some(version) = self.view.as_it_stood(group)?.filter(|one| one.operation != Operation::Delete)
        else {
            return Ok(None);
        };
        let patient = self.core.types.named(group::PATIENT)?.id;
        let ids = group::patients(&version)?;
        let rids: RidSet = ids.iter().filter_map(|id| self.rid(patient, id)).collect();
        let here = vec![self.view.index.indexer.of_type(patient), Clause::Rids(Arc::new(rids))];
        self.snapshot.rids(&Clause::And(here)).map(Some).map_err(index_failed)
    }

    fn trusted<T>(&self, found: Result<Option<T>>) -> Option<T> {
        found.unwrap_or_else(|error| {
            self.failed.borrow_mut().get_or_insert(error);
            None
        })
    }
}

impl Resources for Known<'_> {
    fn rid(&self, resource: fornax_definitions::TypeId, id: &str) -> Option<Rid> {
        self.counted()?;
        let resource_type = self.core.types.defined(resource)?;
        let record = self.trusted(self.view.id(resource_type.name, id))?;
        if let Some(newest) = record.newest.filter(|newest| newest.seq <= self.view.seq) {
            self.newest.borrow_mut().insert(record.rid, newest.seq);
        }
        Some(record.rid)
    }

    fn newest(&self, rid: Rid) -> Option<Seq> {
        if let Some(seq) = self.newest.borrow().get(&rid) {
            return Some(*seq);
        }
        self.counted()?;
        self.trusted(self.view.commits_of(rid, self.view.seq, 1).map(|commits| commits.first().copied()))
    }

    fn kin(&self, rid: Rid, kin: Kin) -> Vec<Rid> {
        let found = fornax_search::kin((self.snapshot, &self.view.index.indexer), self, rid, kin);
        let found = self.trusted(found.map(Some).map_err(search_failed));
        found.into_iter().flatten().collect()
    }

    fn members(&self, group: Rid) -> Arc<RidSet> {
        if let Some(known) = self.members.borrow().get(&group) {
            return Arc::clone(known);
        }
        // Of a group that is not here nobody is one.
        let found = self.trusted(self.patients_in(group)).map_or_else(Arc::default, Arc::new);
        self.members.borrow_mut().insert(group, Arc::clone(&found));
        found
    }

    fn resource(&self, rid: Rid) -> Option<fornax_definitions::TypeId> {
        self.trusted(self.core.types.numbered(keys::type_number(rid)).map(|found| Some(found.id)))
    }
}

/// A search that can't be read, as the facade tells it.
pub(crate) fn refused(error: &QueryError) -> Error {
    let (kind, code) = match error {
        QueryError::Invalid { .. } => (ErrorKind::Invalid, "value"),
        QueryError::Unknown { .. } => (ErrorKind::Invalid, "not-supported"),
        QueryError::UnknownType => {
            let issue = Issue::error("not-supported", "there is no such resource type");
            return Error::new(ErrorKind::NotSupported, issue);
        }
        QueryError::NoCompartment | QueryError::NotSupported { .. } => {
            (ErrorKind::NotSupported, "not-supported")
        }
        QueryError::NotReady { .. } => (ErrorKind::NotSupported, "transient"),
        QueryError::Limit { .. } => (ErrorKind::Limit, "too-costly"),
    };
    Error::new(kind, Issue::error(code, error.to_string()))
}
