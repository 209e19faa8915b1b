//! Fornax: an embedded FHIR repository engine. Versioned resources per tenant, encrypted at rest, searchable the moment a write
//! is acknowledged.
//!
//! An [`Engine`] opens a directory; nothing exists in it without a [`Tenant`]. All calls are synchronous and may be made from any
//! thread.

mod as_of;
mod background;
mod binary;
mod bundle;
mod cancellation;
pub mod capabilities;
mod catch_up;
mod change;
mod clock;
mod commit;
mod contained;
mod core;
mod current;
mod document;
mod engine;
mod erase;
mod error;
mod families;
mod forget;
mod graphql;
mod group;
mod history;
mod identity;
mod import;
mod index;
mod integrity;
mod jobs;
mod keys;
mod lastn;
mod links;
mod log_edits;
mod long_queries;
mod open_tenant;
mod options;
mod page_token;
mod parallel;
mod parameters;
mod records;
mod reindex;
mod resource;
mod search;
mod search_run;
mod statistics;
mod subset;
mod tenant;
mod tenant_id;
mod tenants;
mod terminology;
mod time_zone;
mod types;
mod validate;
mod vault;
mod verify;
mod view;
mod write;
pub mod xml;

/// Requests that are carried out later, whatever a request is to who defers it: [`Tenant::defer`].
pub mod deferred {
    pub use crate::jobs::requests::{Due, Effect, Request};
}

pub use as_of::AsOf;
pub use binary::{BinaryContent, BinaryHead, BinaryUpload};
pub use cancellation::Cancellation;
pub use change::{
    BundleKind, BundleOptions, BundleResponse, Change, Committed, EntryResponse, Patch, PatchKind,
    ReturnBodies,
};
pub use engine::Engine;
pub use erase::{EraseScope, Erased};
pub use error::{Error, ErrorKind, Issue, Result, Severity};
pub use graphql::{GraphqlRequest, GraphqlResponse, GraphqlStatus};
pub use import::{ImportLines, ImportOptions, ImportReport, RefusedLine};
pub use integrity::ReferentialIntegrity;
pub use jobs::{Job, JobAction, JobState};
pub use options::{Limits, Options, TenantOptions};
pub use parameters::ParameterStatus;
pub use resource::{Operation, Read, Version, VersionId};
pub use search::{
    ContainedMatch, Handling, HistoryPage, HistoryRequest, HistoryScope, SearchPage, SearchRequest,
    SearchStep,
};
pub use statistics::{MemoryUse, Statistics, TenantStatistics, TypeStatistics};
pub use tenant::Tenant;
pub use tenant_id::{Principal, TenantId};
pub use verify::Verification;
