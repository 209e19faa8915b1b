//! An engine over a temporary directory, and what it answers.

use fornax::capabilities::TypeCapabilities;
use fornax::{
    Change, Committed, Engine, Error, Handling, JobState, Options, Principal, SearchRequest, Tenant,
    TenantId, Version,
};
use std::collections::BTreeSet;
use tempfile::TempDir;

pub struct Repository {
    engine: Engine,
    tenant: Tenant,
    _folder: TempDir,
}

/// What all pages of a search say together: `Type/id`.
pub struct Answer {
    pub matches: BTreeSet<String>,
    pub includes: BTreeSet<String>,
}

impl Repository {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::open(Options::at(folder.path())).unwrap();
        let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
        Self { engine, tenant, _folder: folder }
    }

    /// Every resource type, and its search parameters.
    pub fn capabilities(&self) -> Vec<TypeCapabilities> {
        self.engine.capabilities()
    }

    /// Writes a resource, and answers its `meta.lastUpdated`.
    pub fn put(&self, resource_type: &str, id: &str, body: &str) -> Result<String, Error> {
        let change = Change::update(resource_type, id, body.as_bytes().to_vec());
        match self.tenant.commit(&change, &me())? {
            Committed::Created(version) => Ok(format!("{:.3}", version.last_updated)),
            other => panic!("{resource_type}/{id} was there: {other:?}"),
        }
    }

    /// Waits until no job is left.
    pub fn finish_jobs(&self) {
        while let Some(job) = self.tenant.jobs().unwrap().into_iter().find(|job| !job.state.is_over()) {
            let job = self.tenant.wait_for_job(job.number).unwrap();
            assert_eq!(job.state, JobState::Completed, "{:?}", job.failure);
        }
        for parameter in self.tenant.search_parameters().unwrap() {
            assert_eq!(parameter.status, "in-force", "{}", parameter.url);
        }
    }

    /// All pages of a search; what is unknown is an error.
    pub fn search(&self, resource_type: &str, query: &str) -> Result<Answer, Error> {
        let request = SearchRequest {
            handling: Handling::Strict,
            ..SearchRequest::of(resource_type, format!("{query}&_count=1000"))
        };
        let name = |version: &Version| format!("{}/{}", version.resource_type, version.id);
        let mut page = self.tenant.search(&request, &me())?;
        let total = page.total;
        let mut answer = Answer { matches: BTreeSet::new(), includes: BTreeSet::new() };
        let mut count = 0;
        loop {
            count += page.matches.len();
            answer.matches.extend(page.matches.iter().map(name));
            answer.includes.extend(page.includes.iter().map(name));
            let Some(next) = page.next else { break };
            page = self.tenant.search_page(resource_type, &next, &me())?;
        }
        assert_eq!(count, answer.matches.len(), "{resource_type}?{query} finds some twice");
        assert!(total.is_none_or(|total| total == count as u64), "{resource_type}?{query}: {total:?} in all");
        Ok(answer)
    }
}

fn me() -> Principal {
    Principal::named("me")
}
