//! The commands that administer a directory: what is asked and answered, and who carries it out. A running server is asked
//! through its control socket; where none runs, the directory is opened here. The handlers are the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fornax::{
    Engine, ErrorKind, Job, JobAction, Options, Principal, Statistics, TenantId, TenantOptions,
    TenantStatistics, TypeStatistics,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::control_socket;
use crate::failure::Failure;
use crate::import;

/// Who does, in the audit chain, what these commands do.
pub(crate) const ADMINISTRATOR: &str = "administrator";

/// What is asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    TenantCreate {
        name: String,
        /// Nothing: the default one.
        time_zone: Option<String>,
        /// The same.
        referential_integrity: Option<String>,
    },
    TenantChange {
        name: String,
        referential_integrity: String,
    },
    TenantList,
    TenantShow {
        name: String,
    },
    TenantDrop {
        name: String,
    },
    Stats,
    Compact {
        /// Of one tenant, or of all.
        tenant: Option<String>,
        /// What was replaced up to then is forgotten first.
        forget_history_before: Option<Timestamp>,
    },
    /// Of one tenant, or of all.
    Verify {
        tenant: Option<String>,
    },
    Import {
        tenant: String,
        /// From the root.
        files: Vec<PathBuf>,
    },
    Reindex {
        tenant: String,
        /// What is answered is the job as it ended.
        waits: bool,
    },
    Jobs {
        tenant: String,
    },
    Job {
        tenant: String,
        number: u64,
        action: Option<Action>,
    },
}

/// What is asked of a job.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Action {
    Pause,
    Resume,
    Cancel,
    Retry,
}

/// What is answered.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    Done,
    Tenants(Vec<String>),
    Tenant(TenantStats),
    Stats(Stats),
    Compacted(Vec<Compacted>),
    Verified(Vec<Verified>),
    /// By file; those behind one that stopped were not begun.
    Imported(Vec<Imported>),
    Jobs(Vec<JobLine>),
    /// Why it was not done, for the one who asked.
    Refused(String),
}

/// What a directory holds.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stats {
    /// Bytes of the store's files, for all tenants together.
    pub store_bytes: u64,
    pub memory: Vec<MemoryStats>,
    pub tenants: Vec<TenantStats>,
}

/// Memory for one purpose.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MemoryStats {
    pub purpose: String,
    pub bytes: u64,
    /// The budget, where there is one.
    pub bytes_max: Option<u64>,
}

/// What compacting a tenant did.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Compacted {
    pub tenant: String,
    /// Versions that were forgotten.
    pub versions_forgotten: u64,
    /// Bytes of its files in the store and of its index, before and after.
    pub bytes: (u64, u64),
    /// Why it was not done to the end.
    pub failed: Option<String>,
}

/// What a verification found in a tenant.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Verified {
    pub tenant: String,
    /// Resources that are there.
    pub resources: u64,
    /// Versions, deletions included.
    pub versions: u64,
    pub commits: u64,
    /// The first of them.
    pub findings: Vec<String>,
    pub findings_total: u64,
}

/// What came of a file that was imported.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Imported {
    pub file: PathBuf,
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    /// Numbers of lines, and why they were refused.
    pub refused: Vec<(u64, String)>,
    /// Why it stopped, and up to which line it came.
    pub stopped: Option<(u64, String)>,
}

/// What a tenant holds.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TenantStats {
    pub tenant: String,
    /// The zone of dates and times that name none.
    pub time_zone: String,
    /// What it asks of references: off, check or block.
    pub referential_integrity: String,
    /// By resource type; those that never had a resource are left out.
    pub types: BTreeMap<String, TypeStats>,
    /// One row for each commit, and for each action of an administrator.
    pub audit_rows: u64,
    /// When the last commit was made.
    pub last_updated: Option<Timestamp>,
    /// Nothing: all of it.
    pub history_kept_from: Option<Timestamp>,
    /// Bytes of its files in the store.
    pub store_bytes: u64,
    /// Bytes of its index's files.
    pub index_bytes: u64,
    /// Index documents not yet on disk.
    pub fresh_documents: usize,
}

/// What there is of a resource type.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TypeStats {
    /// Resources that are there.
    pub resources: u64,
    /// Versions kept, deletions included.
    pub versions: u64,
    /// Bytes of the versions in files, roughly; without bodies over 64 KiB.
    pub store_bytes: u64,
}

/// A job.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct JobLine {
    pub number: u64,
    pub kind: String,
    pub state: String,
    pub done: u64,
    pub total: u64,
    pub created: Timestamp,
    pub ended: Option<Timestamp>,
    pub by: String,
    pub failure: Option<String>,
}

/// Asks whoever owns the directory.
pub(crate) fn ask(directory: &Path, request: &Request) -> Result<Answer, Failure> {
    let answer = match control_socket::ask(directory, request)? {
        Some(answer) => answer,
        None => answer_here(directory, request)?,
    };
    match answer {
        Answer::Refused(why) => Err(Failure::Refused(why)),
        answer => Ok(answer),
    }
}

/// Opens the directory for this one request. One that is not there yet is not made: a mistyped name would make a new one.
fn answer_here(directory: &Path, request: &Request) -> Result<Answer, Failure> {
    let shown = directory.display();
    if !directory.join("keys").is_dir() {
        return Err(Failure::Refused(format!("{shown} is no directory of Fornax; `fornax serve` makes one")));
    }
    let opening = format!("cannot open {shown}");
    let engine = Engine::open(Options::at(directory)).map_err(Failure::engine(opening))?;
    let answer = answer(&engine, request);
    engine.close().map_err(Failure::engine("the directory did not close cleanly"))?;
    Ok(answer)
}

/// Carries a request out.
pub(crate) fn answer(engine: &Engine, request: &Request) -> Answer {
    let outcome = match request {
        Request::TenantCreate { name, time_zone, referential_integrity } => {
            create_tenant(engine, name, (time_zone.as_ref(), referential_integrity.as_deref()))
                .map(|()| Answer::Done)
        }
        Request::TenantChange { name, referential_integrity } => {
            change_tenant(engine, name, referential_integrity).map(|()| Answer::Done)
        }
        Request::TenantDrop { name } => {
            name.parse().and_then(|id| engine.drop_tenant(&id)).map(|()| Answer::Done)
        }
        Request::TenantList => {
            Ok(Answer::Tenants(engine.tenants().iter().map(ToString::to_string).collect()))
        }
        Request::Verify { tenant } => verify(engine, tenant.as_deref()).map(Answer::Verified),
        Request::TenantShow { name } => name
            .parse()
            .and_then(|id| engine.tenant(&id)?.statistics())
            .map(|one| Answer::Tenant(TenantStats::of(&one))),
        Request::Stats => engine.statistics().map(|statistics| Answer::Stats(Stats::of(&statistics))),
        Request::Compact { tenant, forget_history_before } => {
            compact(engine, tenant.as_deref(), *forget_history_before).map(Answer::Compacted)
        }
        Request::Import { tenant, files } => import::files(engine, tenant, files).map(Answer::Imported),
        Request::Reindex { tenant, waits } => reindex(engine, tenant, *waits).map(|job| Answer::of_job(&job)),
        Request::Jobs { tenant } => tenant
            .parse()
            .and_then(|id| engine.tenant(&id)?.jobs())
            .map(|jobs| Answer::Jobs(jobs.iter().map(JobLine::of).collect())),
        Request::Job { tenant, number, action } => tenant
            .parse()
            .and_then(|id| {
                let tenant = engine.tenant(&id)?;
                match action {
                    None => tenant.job(*number),
                    Some(action) => tenant.control_job(*number, action.of_engine()),
                }
            })
            .map(|job| Answer::of_job(&job)),
    };
    outcome.unwrap_or_else(|error| {
        if matches!(error.kind(), ErrorKind::Io | ErrorKind::Corrupted | ErrorKind::Bug) {
            tracing::error!(cause = ?std::error::Error::source(&error), "a command failed");
        }
        Answer::Refused(error.to_string())
    })
}

fn create_tenant(
    engine: &Engine,
    name: &str,
    (time_zone, referential_integrity): (Option<&String>, Option<&str>),
) -> fornax::Result<()> {
    let mut options = TenantOptions::default();
    if let Some(time_zone) = time_zone {
        options.time_zone.clone_from(time_zone);
    }
    if let Some(mode) = referential_integrity {
        options.referential_integrity = mode.parse()?;
    }
    engine.create_tenant_with(&name.parse()?, &options)
}

fn change_tenant(engine: &Engine, name: &str, referential_integrity: &str) -> fornax::Result<()> {
    engine.tenant(&name.parse()?)?.set_referential_integrity(referential_integrity.parse()?)
}

fn reindex(engine: &Engine, tenant: &str, waits: bool) -> fornax::Result<Job> {
    let tenant = engine.tenant(&tenant.parse()?)?;
    let job = tenant.reindex(&Principal::named(ADMINISTRATOR))?;
    if waits { tenant.wait_for_job(job.number) } else { Ok(job) }
}

fn verify(engine: &Engine, tenant: Option<&str>) -> fornax::Result<Vec<Verified>> {
    let of = |id: &TenantId| {
        let found = engine.tenant(id)?.verify()?;
        Ok(Verified {
            tenant: found.tenant.to_string(),
            resources: found.resources,
            versions: found.versions,
            commits: found.commits,
            findings: found.findings,
            findings_total: found.findings_total,
        })
    };
    chosen(engine, tenant)?.iter().map(of).collect()
}

fn compact(
    engine: &Engine,
    tenant: Option<&str>,
    forget_history_before: Option<Timestamp>,
) -> fornax::Result<Vec<Compacted>> {
    let mut all = Vec::new();
    for id in chosen(engine, tenant)? {
        let mut done =
            Compacted { tenant: id.to_string(), versions_forgotten: 0, bytes: (0, 0), failed: None };
        // What was done of the others is told in any case.
        if let Err(error) = compact_one(engine, &id, forget_history_before, &mut done) {
            tracing::error!(tenant = %id, cause = ?std::error::Error::source(&error), "a tenant could not be compacted");
            done.failed = Some(error.to_string());
        }
        all.push(done);
    }
    Ok(all)
}

fn compact_one(
    engine: &Engine,
    id: &TenantId,
    forget_history_before: Option<Timestamp>,
    done: &mut Compacted,
) -> fornax::Result<()> {
    let tenant = engine.tenant(id)?;
    let bytes = || tenant.statistics().map(|one| one.store_bytes + one.index_bytes);
    done.bytes.0 = bytes()?;
    if let Some(time) = forget_history_before {
        done.versions_forgotten = tenant.forget_history(time, &Principal::named(ADMINISTRATOR))?;
    }
    tenant.compact()?;
    done.bytes.1 = bytes()?;
    Ok(())
}

/// One tenant, or all.
fn chosen(engine: &Engine, tenant: Option<&str>) -> fornax::Result<Vec<TenantId>> {
    match tenant {
        Some(name) => Ok(vec![name.parse()?]),
        None => Ok(engine.tenants()),
    }
}

impl Stats {
    fn of(all: &Statistics) -> Self {
        let memory = all.memory.iter().map(|use_| MemoryStats {
            purpose: use_.purpose.to_owned(),
            bytes: use_.bytes,
            bytes_max: use_.bytes_max,
        });
        Self {
            store_bytes: all.store_bytes,
            memory: memory.collect(),
            tenants: all.tenants.iter().map(TenantStats::of).collect(),
        }
    }
}

impl Action {
    fn of_engine(self) -> JobAction {
        match self {
            Self::Pause => JobAction::Pause,
            Self::Resume => JobAction::Resume,
            Self::Cancel => JobAction::Cancel,
            Self::Retry => JobAction::Retry,
        }
    }
}

impl Answer {
    fn of_job(job: &Job) -> Self {
        Self::Jobs(vec![JobLine::of(job)])
    }
}

impl JobLine {
    fn of(job: &Job) -> Self {
        Self {
            number: job.number,
            kind: job.kind.to_owned(),
            state: job.state.name().to_owned(),
            done: job.done,
            total: job.total,
            created: job.created,
            ended: job.ended,
            by: job.by.clone(),
            failure: job.failure.clone(),
        }
    }
}

impl TenantStats {
    fn of(one: &TenantStatistics) -> Self {
        let types = one.types.iter().map(|of_type| {
            let TypeStatistics { resource_type, resources, versions, store_bytes } = *of_type;
            (resource_type.to_owned(), TypeStats { resources, versions, store_bytes })
        });
        Self {
            tenant: one.tenant.to_string(),
            time_zone: one.time_zone.clone(),
            referential_integrity: one.referential_integrity.to_string(),
            types: types.collect(),
            audit_rows: one.audit_rows,
            last_updated: one.last_updated,
            history_kept_from: one.history_kept_from,
            store_bytes: one.store_bytes,
            index_bytes: one.index_bytes,
            fresh_documents: one.fresh_documents,
        }
    }
}
