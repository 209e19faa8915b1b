//! A tenant, as callers hold it.

use std::sync::Arc;

use jiff::Timestamp;

use crate::Change;
use crate::as_of::{self, AsOf};
use crate::binary::{BinaryHead, BinaryUpload};
use crate::bundle;
use crate::cancellation::Cancellation;
use crate::capabilities::TypeCapabilities;
use crate::change::{BundleOptions, BundleResponse, Committed};
use crate::commit::commit;
use crate::core::Core;
use crate::current;
use crate::deferred;
use crate::document;
use crate::erase::{self, EraseScope, Erased};
use crate::error::{Issue, Result};
use crate::forget;
use crate::graphql::{self, GraphqlRequest, GraphqlResponse};
use crate::history;
use crate::import::{self, ImportLines, ImportOptions, ImportReport};
use crate::integrity::{self, ReferentialIntegrity};
use crate::jobs::{Job, JobAction};
use crate::lastn;
use crate::parameters::{self, ParameterStatus};
use crate::resource::{Read, Version, VersionId};
use crate::search::{HistoryPage, HistoryRequest, HistoryScope, SearchPage, SearchRequest};
use crate::search_run;
use crate::statistics::{self, TenantStatistics};
use crate::subset;
use crate::tenant_id::{Principal, TenantId};
use crate::validate;
use crate::vault::failed;
use crate::verify::{self, Verification};
use crate::view::View;
use crate::write::{check_id, difference};

/// One tenant of an engine. Cheap to clone; every call may block.
#[derive(Clone)]
pub struct Tenant {
    core: Arc<Core>,
    cancellation: Cancellation,
}

impl Tenant {
    pub(crate) fn of(core: Arc<Core>) -> Self {
        Self { core, cancellation: Cancellation::new() }
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.core
    }

    /// The same tenant, whose searches end when they are given up: with the kind `Limit`.
    pub fn until(&self, cancellation: &Cancellation) -> Self {
        Self { cancellation: cancellation.clone(), ..self.clone() }
    }

    /// Its name.
    pub fn id(&self) -> &TenantId {
        &self.core.id
    }

    /// Commits one change: durable, audited and searchable when it returns.
    ///
    /// # Errors
    /// `Invalid`, `Unprocessable`: the resource, with the element's path. `Precondition`: If-Match or the criteria do not hold.
    /// `PreconditionRequired`: see [`crate::Options::if_match_required`].
    /// `NotSupported`: no such resource type. `Limit`: the resource is too large. `Busy`: others are in the way.
    pub fn commit(&self, change: &Change, principal: &Principal) -> Result<Committed> {
        self.core.check_open()?;
        let committed = commit(&self.core, change, principal)?;
        self.go_by_parameters();
        Ok(committed)
    }

    /// What it asks of references.
    pub fn referential_integrity(&self) -> ReferentialIntegrity {
        self.core.integrity.mode()
    }

    /// Asks something else of references from now on: it is durable, and holds for every write that is not done, when this returns.
    /// [`ReferentialIntegrity::Block`] reads all that is there first, while others write.
    ///
    /// # Errors
    /// `Precondition`: to `Block`, and there are references that lead nowhere; it says of which types, and nothing has changed.
    pub fn set_referential_integrity(&self, mode: ReferentialIntegrity) -> Result<()> {
        integrity::set(&self.core, mode)
    }

    /// Goes by SearchParameter resources that were just written. What was committed is, whatever becomes of this: it is tried again
    /// from the background.
    fn go_by_parameters(&self) {
        if let Err(error) = parameters::refresh(&self.core) {
            tracing::error!(error = %error, cause = ?std::error::Error::source(&error), "search parameters could not be read");
        }
    }

    /// Begins to take the content of a Binary resource; nothing is written before its change is committed.
    ///
    /// # Errors
    /// `Invalid`: the id can't be one.
    pub fn begin_binary(&self, head: &BinaryHead) -> Result<BinaryUpload> {
        self.core.check_open()?;
        let id = match &head.id {
            Some(id) => check_id(id).map(|()| id.clone()),
            None => self.core.new_id(),
        };
        Ok(BinaryUpload::begin(id?, head, self.core.limits.resource_bytes_max))
    }

    /// Processes a Bundle of type batch or transaction. A transaction of 2,000 entries or more is staged: other writers do not
    /// wait for it.
    ///
    /// # Errors
    /// As [`Tenant::commit`] for a transaction, of which then nothing is written; a batch fails entry by entry.
    pub fn process_bundle(
        &self,
        body: Vec<u8>,
        options: &BundleOptions,
        principal: &Principal,
    ) -> Result<BundleResponse> {
        self.core.check_open()?;
        let processed = bundle::process(&self.core, body, options, principal, &self.cancellation)?;
        self.go_by_parameters();
        Ok(processed)
    }

    /// Answers a GraphQL query, of one resource or of the system, as of the last commit (docs/GRAPHQL.md).
    ///
    /// # Errors
    /// `NotFound`, `Gone`: there is no such resource. `Invalid`: the variables are no JSON. What is wrong with the query is in the answer.
    pub fn graphql(
        &self,
        instance: Option<(&str, &str)>,
        request: &GraphqlRequest,
        _principal: &Principal,
    ) -> Result<GraphqlResponse> {
        self.core.check_open()?;
        graphql::graphql(&self.core, instance, request, &self.cancellation)
    }

    /// A Composition and all that it refers to, as a Bundle of the type document, in JSON: what is contained, and other documents that it
    /// relates to, aside. Each resource is there once; `base` is what their full URLs begin with, without a slash at the end. What these refer
    /// to in turn is not in it: it may be about others.
    ///
    /// # Errors
    /// `NotFound`, `Gone`: there is no such Composition. `Unprocessable`: it refers to what is not here, at the place that the issue names.
    /// `Limit`: the document is too large.
    pub fn document(&self, composition: &str, base: &str, _principal: &Principal) -> Result<Vec<u8>> {
        self.core.check_open()?;
        document::document(&self.core, composition, base)
    }

    /// What makes the newer of two versions of the older, as a FHIRPath Patch: a Parameters resource, in JSON. They may be of two
    /// resources, whose ids are not compared. Of `meta` what the server makes is left out.
    ///
    /// # Errors
    /// `Unprocessable`: they are not of one type, or one has no content, or what its type does not define. `Limit`: it takes more operations
    /// than a patch may have.
    pub fn diff(&self, older: &Version, newer: &Version) -> Result<Vec<u8>> {
        self.core.check_open()?;
        difference(older, newer)
    }

    /// What is wrong with a resource that is JSON, alone or among Parameters as `resource`; nothing: all is well. It is not written.
    /// `resource_type` and `id` say what it is to be.
    ///
    /// # Errors
    /// `Invalid`: it is no JSON, or no resource. `NotSupported`: no such type, or by a profile.
    pub fn validate(
        &self,
        resource_type: Option<&str>,
        id: Option<&str>,
        body: Vec<u8>,
    ) -> Result<Vec<Issue>> {
        self.core.check_open()?;
        validate::validate(&self.core, resource_type, id, body)
    }

    /// Imports many resources at once, one a line, each as if it was put, for less than by transactions
    /// (docs/PERFORMANCE.md). Each commit holds many lines, and is durable, audited and searchable as a whole; others
    /// write and search meanwhile. A line that can't be imported is refused alone, up to a number of such.
    ///
    /// # Errors
    /// `Invalid`: the options. All else that goes wrong is in the report, beside what was committed until then.
    pub fn import(
        &self,
        lines: &mut ImportLines<'_>,
        options: &ImportOptions,
        principal: &Principal,
    ) -> Result<ImportReport> {
        self.core.check_open()?;
        import::import(&self.core, lines, options, principal)
    }

    /// Reads the current version.
    ///
    /// # Errors
    /// `NotSupported`: no such resource type.
    pub fn read(&self, resource_type: &str, id: &str, _principal: &Principal) -> Result<Read> {
        self.core.check_open()?;
        current::read(&self.core, self.core.types.named(resource_type)?.name, id)
    }

    /// Reads the current version if that needs no disk, for callers that must not block. `None`: [`Tenant::read`] can tell.
    ///
    /// # Errors
    /// As [`Tenant::read`].
    pub fn read_at_once(
        &self,
        resource_type: &str,
        id: &str,
        _principal: &Principal,
    ) -> Result<Option<Read>> {
        self.core.check_open()?;
        current::read_at_once(&self.core, self.core.types.named(resource_type)?.name, id)
    }

    /// Reads the version that was current at a moment of the past.
    ///
    /// # Errors
    /// `NotSupported`: no such resource type. `Invalid`: the moment has not come. `Gone`: the history kept does not reach back
    /// so far.
    pub fn read_as_of(
        &self,
        resource_type: &str,
        id: &str,
        as_of: AsOf,
        _principal: &Principal,
    ) -> Result<Read> {
        self.core.check_open()?;
        as_of::view(&self.core, Some(as_of))?.read(self.core.types.named(resource_type)?.name, id)
    }

    /// Reads one version. A version that marks a deletion is [`Read::Deleted`].
    ///
    /// # Errors
    /// `NotSupported`: no such resource type.
    pub fn vread(
        &self,
        resource_type: &str,
        id: &str,
        version: VersionId,
        _principal: &Principal,
    ) -> Result<Read> {
        self.core.check_open()?;
        vread(&self.core, resource_type, id, version)
    }

    /// A version that was read, with only what `_elements` and `_summary` of the query string ask for.
    ///
    /// # Errors
    /// `Invalid`: one of them, which is named.
    pub fn narrowed(&self, version: Version, query: &str) -> Result<Version> {
        self.core.check_open()?;
        subset::narrowed(&self.core, version, query)
    }

    /// The first page of a history, newest first.
    ///
    /// # Errors
    /// `NotFound`: the resource never was, or there is no such List. `NotSupported`: no such resource type. `Invalid`: the moment has not
    /// come. `Gone`: the history kept does not reach back so far. `Limit`: it takes too long, or the List is too long.
    pub fn history(
        &self,
        scope: &HistoryScope,
        request: &HistoryRequest,
        _principal: &Principal,
    ) -> Result<HistoryPage> {
        self.core.check_open()?;
        history::first(&self.core, scope, request, &search_run::budget(&self.core, &self.cancellation))
    }

    /// A later page of a history, by the token of the page before.
    ///
    /// # Errors
    /// `Gone`: the token has expired. `Invalid`: it is not one of this history's.
    pub fn history_page(
        &self,
        scope: &HistoryScope,
        token: &str,
        _principal: &Principal,
    ) -> Result<HistoryPage> {
        self.core.check_open()?;
        history::next(&self.core, scope, token, &search_run::budget(&self.core, &self.cancellation))
    }

    /// The first page of a search. Later pages show the same snapshot.
    ///
    /// # Errors
    /// `Invalid`: a parameter, which is named. `NotSupported`: FHIR has it, Fornax has not yet; or no such resource type.
    /// `Limit`: it would look at too much, or took too long. `Gone`: it is asked as of before the history kept.
    pub fn search(&self, request: &SearchRequest, _principal: &Principal) -> Result<SearchPage> {
        self.core.check_open()?;
        search_run::first(&self.core, request, search_run::budget(&self.core, &self.cancellation))
    }

    /// The last `max` Observations of each code among those that a search finds, the newest first, all on one page; of those whose times are
    /// equal, all. Codes are one that share a coding, if only by way of others (R4, OperationDefinition Observation-lastn).
    ///
    /// # Errors
    /// As [`Tenant::search`]. `Invalid`: it is no search of Observations by their subject. `Limit`: it finds more than
    /// `last_observations_max`, or the page is too large.
    pub fn last_observations(
        &self,
        request: &SearchRequest,
        max: u32,
        _principal: &Principal,
    ) -> Result<SearchPage> {
        self.core.check_open()?;
        lastn::lastn(&self.core, request, max, &search_run::budget(&self.core, &self.cancellation))
    }

    /// A later page of a search, by its path and the token of the page before.
    ///
    /// # Errors
    /// `Gone`: the token has expired, or the history kept does not reach back so far. `Invalid`: it is not one of this tenant's.
    pub fn search_page(&self, path: &str, token: &str, _principal: &Principal) -> Result<SearchPage> {
        self.core.check_open()?;
        search_run::next(&self.core, path, token, search_run::budget(&self.core, &self.cancellation))
    }

    /// Reads everything, and compares what the records and the index say of each other, as of the last commit. Takes long, and
    /// some 40 bytes of memory a resource; others go on meanwhile.
    ///
    /// # Errors
    /// `Corrupted`, `Io`: where the store itself can't be read on. What else is wrong is in the answer.
    pub fn verify(&self) -> Result<Verification> {
        self.core.check_open()?;
        verify::verify(&self.core)
    }

    /// Whether a write of what is there must name its version.
    pub fn requires_if_match(&self) -> bool {
        self.core.if_match_required
    }

    /// What is supported, by resource type: the release's search parameters and the tenant's own.
    pub fn capabilities(&self) -> Result<Arc<[TypeCapabilities]>> {
        self.core.check_open()?;
        Ok(self.core.index().capabilities())
    }

    /// The tenant's own search parameters in the order of their URLs, and whether it is searched by them.
    pub fn search_parameters(&self) -> Result<Vec<ParameterStatus>> {
        self.core.check_open()?;
        Ok(self.core.parameters.statuses())
    }

    /// Asks for the index to be built anew beside the one that is searched, from all versions kept. A job does it.
    ///
    /// # Errors
    /// `Limit`: too many jobs wait.
    pub fn reindex(&self, principal: &Principal) -> Result<Job> {
        self.core.check_open()?;
        self.core.jobs.ask_reindex(&self.core, principal.name())
    }

    /// Its jobs, the newest first: those that are not over, and of those that are as many as the limits keep.
    pub fn jobs(&self) -> Result<Vec<Job>> {
        self.core.check_open()?;
        self.core.jobs.all(&self.core)
    }

    /// One of its jobs.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn job(&self, number: u64) -> Result<Job> {
        self.core.check_open()?;
        self.core.jobs.one(&self.core, number)
    }

    /// Asks something of a job.
    ///
    /// # Errors
    /// `NotFound`. `Conflict`: not of one that stands so.
    pub fn control_job(&self, number: u64, action: JobAction) -> Result<Job> {
        self.core.check_open()?;
        self.core.jobs.control(&self.core, number, action)
    }

    /// Keeps a request, durably, to be carried out when it is [due](Self::due_request): a job of the kind `request`. Its bytes are sealed.
    ///
    /// # Errors
    /// `Busy`: too many wait, or too much.
    pub fn defer(&self, request: &deferred::Request, principal: &Principal) -> Result<Job> {
        self.core.check_open()?;
        self.core.jobs.defer(&self.core, request, principal.name())
    }

    /// The request that has waited longest, for this caller to carry out and to [answer](Self::answer_request); its job runs from here
    /// on. `None`: none waits.
    pub fn due_request(&self) -> Result<Option<deferred::Due>> {
        self.core.check_open()?;
        self.core.jobs.due_request(&self.core)
    }

    /// Completes the job of a request with its answer, which is sealed and kept as long as past jobs are. Where the job was called off
    /// meanwhile, nothing is kept.
    pub fn answer_request(&self, number: u64, answer: &[u8]) -> Result<()> {
        self.core.check_open()?;
        self.core.jobs.answer_request(&self.core, number, answer)
    }

    /// The answer to a request that was carried out.
    ///
    /// # Errors
    /// `NotFound`: there is none, or none any more.
    pub fn request_answer(&self, number: u64) -> Result<Vec<u8>> {
        self.core.check_open()?;
        self.core.jobs.request_answer(&self.core, number)
    }

    /// Waits until a job is over or paused, or until the wait is [given up](Tenant::until).
    ///
    /// # Errors
    /// `NotFound`. `Limit`: given up.
    pub fn wait_for_job(&self, number: u64) -> Result<Job> {
        self.core.check_open()?;
        self.core.jobs.wait(&self.core, number, &self.cancellation)
    }

    /// Sizes, for operators.
    pub fn statistics(&self) -> Result<TenantStatistics> {
        self.core.check_open()?;
        statistics::of_tenant(&self.core, &self.core.store.statistics().map_err(failed)?)
    }

    /// Forgets, for good, every version that was replaced up to a time: what was current then stays, and so does what tells
    /// that a resource was deleted. Answers how many versions went. Snapshots of before are [`ErrorKind::Gone`] from then on.
    /// Makes an audit row. Takes some microseconds a version, and others go on meanwhile. Space comes back by
    /// [`Tenant::compact`], and in time by itself.
    ///
    /// [`ErrorKind::Gone`]: crate::ErrorKind::Gone
    pub fn forget_history(&self, before: Timestamp, principal: &Principal) -> Result<u64> {
        self.core.check_open()?;
        forget::forget(&self.core, before.as_millisecond(), principal)
    }

    /// Purges what was replaced of one resource, all of it or one version: nothing finds it any more, and its bytes go with the next
    /// [compaction](Tenant::compact). The newest version stays. Answers how many versions went. Makes an audit row.
    ///
    /// # Errors
    /// `NotFound`: there is no such resource or version. `Conflict`: it is the newest version.
    pub fn purge_history(
        &self,
        resource_type: &str,
        id: &str,
        version: Option<VersionId>,
        principal: &Principal,
    ) -> Result<u64> {
        self.core.check_open()?;
        erase::purge(&self.core, (resource_type, id), version, principal)
    }

    /// Erases a resource with all its versions, or a patient with all that was ever in its compartment, as if it had never been: nothing finds
    /// it any more, and its bytes go with the next [compaction](Tenant::compact). Makes audit rows. Called again it goes on where it was cut
    /// off.
    ///
    /// # Errors
    /// `NotFound`: there never was such a resource. `NotSupported`: no compartment is erased of this type. `Conflict`: others write to it
    /// all the while, or refer to it where the tenant blocks that; then nothing is gone.
    pub fn erase(
        &self,
        resource_type: &str,
        id: &str,
        scope: EraseScope,
        principal: &Principal,
    ) -> Result<Erased> {
        self.core.check_open()?;
        let for_whom = (principal, &self.cancellation);
        let erased = erase::erase(&self.core, (resource_type, id), scope, for_whom)?;
        self.go_by_parameters();
        Ok(erased)
    }

    /// Gives the disk space of forgotten and deleted versions back. Rewrites what holds such; others go on meanwhile.
    pub fn compact(&self) -> Result<()> {
        self.core.check_open()?;
        forget::compact(&self.core)
    }
}

pub(crate) fn vread(core: &Core, resource_type: &str, id: &str, version: VersionId) -> Result<Read> {
    let view = View::now(core)?;
    let resource_type = core.types.named(resource_type)?;
    let Some(record) = view.id(resource_type.name, id)? else { return Ok(Read::Missing) };
    let found = view.numbered(record.rid, version)?;
    Ok(match found {
        None => Read::Missing,
        Some(version) if version.operation == crate::Operation::Delete => Read::Deleted(version),
        Some(version) => Read::Current(version),
    })
}
