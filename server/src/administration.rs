//! The commands that administer a directory: what is asked and answered, and who carries it out. A running server is asked
//! through its control socket; where none runs, the directory is opened here. The handlers are the same.

use std::collections::BTreeMap;
use std::path::Path;

use fornax::{Engine, ErrorKind, Options, TenantId, TenantStatistics};
use serde::{Deserialize, Serialize};

use crate::control_socket;
use crate::failure::Failure;

/// What is asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    TenantCreate {
        name: String,
    },
    TenantList,
    TenantDrop {
        name: String,
    },
    Stats,
    /// Of one tenant, or of all.
    Verify {
        tenant: Option<String>,
    },
}

/// What is answered.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    Done,
    Tenants(Vec<String>),
    Stats(Stats),
    Verified(Vec<Verified>),
    /// Why it was not done, for the one who asked.
    Refused(String),
}

/// What a directory holds.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stats {
    /// Bytes of the store's files, for all tenants together.
    pub store_bytes: u64,
    pub tenants: Vec<TenantStats>,
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

/// What a tenant holds.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TenantStats {
    pub tenant: String,
    /// Resources that are there, by type.
    pub resources: BTreeMap<String, u64>,
    /// Commits since it was made.
    pub commits: u64,
    /// Bytes of its index's files.
    pub index_bytes: u64,
    /// Index documents not yet on disk.
    pub fresh_documents: usize,
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
        Request::TenantCreate { name } => {
            name.parse().and_then(|id| engine.create_tenant(&id)).map(|()| Answer::Done)
        }
        Request::TenantDrop { name } => {
            name.parse().and_then(|id| engine.drop_tenant(&id)).map(|()| Answer::Done)
        }
        Request::TenantList => {
            Ok(Answer::Tenants(engine.tenants().iter().map(ToString::to_string).collect()))
        }
        Request::Verify { tenant } => verify(engine, tenant.as_deref()).map(Answer::Verified),
        Request::Stats => Ok(Answer::Stats(Stats::of(&engine.statistics()))),
    };
    outcome.unwrap_or_else(|error| {
        if matches!(error.kind(), ErrorKind::Io | ErrorKind::Corrupted | ErrorKind::Bug) {
            tracing::error!(cause = ?std::error::Error::source(&error), "a command failed");
        }
        Answer::Refused(error.to_string())
    })
}

fn verify(engine: &Engine, tenant: Option<&str>) -> fornax::Result<Vec<Verified>> {
    let tenants = match tenant {
        Some(name) => vec![name.parse()?],
        None => engine.tenants(),
    };
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
    tenants.iter().map(of).collect()
}

impl Stats {
    fn of(all: &[TenantStatistics]) -> Self {
        let tenant = |one: &TenantStatistics| TenantStats {
            tenant: one.tenant.to_string(),
            resources: one.resources.iter().map(|&(name, count)| (name.to_owned(), count)).collect(),
            commits: one.commits,
            index_bytes: one.index_bytes,
            fresh_documents: one.fresh_documents,
        };
        Self {
            store_bytes: all.first().map_or(0, |one| one.disk_bytes),
            tenants: all.iter().map(tenant).collect(),
        }
    }
}
