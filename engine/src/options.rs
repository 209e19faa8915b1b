//! What an engine is opened with, and its limits.

use std::path::PathBuf;

use crate::integrity::ReferentialIntegrity;

/// Where an engine lies and what it may use.
#[derive(Clone, Debug)]
pub struct Options {
    /// The directory. It belongs to one process at a time.
    pub directory: PathBuf,
    /// Bytes of store blocks kept in memory. Default 64 MiB.
    pub cache_bytes: usize,
    /// Bytes of written entries kept in memory before they go to files. Default 64 MiB.
    pub write_buffer_bytes: usize,
    /// Bytes of index pages, columns, dictionary entries and bitmaps kept in memory. Default 96 MiB.
    pub index_cache_bytes: u64,
    /// What the tenant `default` is made with, where the directory is set up.
    pub default_tenant: TenantOptions,
    /// Whether an update that repeats the current version to the byte, white space and server-made metadata aside, makes a version. By
    /// default it does not.
    pub versions_unchanged: bool,
    /// Whether an update, patch or delete of a resource that is there must name its version ([`crate::Change::if_match`]); in Bundles, too,
    /// but not in imports. By default it need not.
    pub if_match_required: bool,
    /// Bounds on what one call may ask for.
    pub limits: Limits,
}

impl Options {
    /// The defaults for a directory, which is made when it is missing.
    pub fn at(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            cache_bytes: 64 << 20,
            write_buffer_bytes: 64 << 20,
            index_cache_bytes: 96 << 20,
            default_tenant: TenantOptions::default(),
            versions_unchanged: false,
            if_match_required: false,
            limits: Limits::default(),
        }
    }

    /// The same, with so many bytes for caches and write buffers together: two sevenths for blocks of the store, as many for
    /// written entries, up to 256 MiB, and the rest for the index. A search is fast as long as the columns that it reads
    /// stay in memory: 2 to 8 bytes a resource for each end of each parameter that is sorted by or compared.
    #[must_use]
    pub fn memory_bytes(self, bytes: usize) -> Self {
        let cache_bytes = bytes / 7 * 2;
        let write_buffer_bytes = cache_bytes.min(256 << 20);
        let index_cache_bytes = (bytes - cache_bytes - write_buffer_bytes) as u64;
        Self { cache_bytes, write_buffer_bytes, index_cache_bytes, ..self }
    }
}

/// What a tenant is made with.
#[derive(Clone, Debug)]
pub struct TenantOptions {
    /// The zone of dates and times that name none, in resources and in searches: `UTC`, an offset (`-05:00`), or a name in IANA's
    /// database (`America/New_York`). It keeps that. Default UTC.
    pub time_zone: String,
    /// What it asks of references. Default nothing.
    pub referential_integrity: ReferentialIntegrity,
}

impl Default for TenantOptions {
    fn default() -> Self {
        Self { time_zone: "UTC".to_owned(), referential_integrity: ReferentialIntegrity::Off }
    }
}

/// Bounds; each has a test that hits it.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of one resource. Default 16 MiB.
    pub resource_bytes_max: usize,
    /// Bytes of one Bundle. Default 128 MiB.
    pub bundle_bytes_max: usize,
    /// Entries of one Bundle. Default 100,000.
    pub bundle_entries_max: usize,
    /// Identifiers, and canonical URL, of one resource. Default 1,000.
    pub identities_max: usize,
    /// Bytes of bodies on one page of a search or a history, after which it ends early; one resource always fits. Default
    /// 32 MiB.
    pub page_bytes_max: usize,
    /// Bytes of bodies in the answer to one Bundle; reads beyond it are refused. Default 64 MiB.
    pub bundle_response_bytes_max: usize,
    /// How deep JSON may nest. Default 64.
    pub depth_max: u32,
    /// Resources that `_include` and `_revinclude` add to one page. Default 1,000.
    pub includes_max: usize,
    /// Resources of one document that `$document` makes. Default 1,000.
    pub document_entries_max: usize,
    /// Observations among which `$lastn` looks for the last ones: some 20 ms for each thousand. Default 10,000.
    pub last_observations_max: u64,
    /// Index documents that one search may look at, each as often as it does; beyond it the search fails. Default 500 million.
    pub search_documents_max: u64,
    /// How long one search may look, in milliseconds; beyond it the search fails. Default 30 s.
    pub search_ms_max: u64,
    /// Versions on a page of history. Default 20 when not asked for, at most 1,000.
    pub history_page_max: u32,
    /// How long a page token holds, in seconds. Default one day.
    pub page_token_s: u64,
    /// Tenants of one directory. Default 50.
    pub tenants_max: usize,
    /// SearchParameter resources of one tenant that are searched by; the ones written before are not. Default 1,000.
    pub search_parameters_max: usize,
    /// Jobs of one tenant that wait or run. Default 100.
    pub jobs_max: usize,
    /// Jobs of one tenant that are over and still told of. Default 1,000.
    pub past_jobs_max: usize,
    /// How long a job that is over is told of, in days. Default 30.
    pub past_jobs_days: u32,
    /// Bytes of one tenant's requests that wait to be carried out later; and of the answers to those that were: beyond it the oldest go.
    /// Default 1 GiB.
    pub deferred_bytes_max: u64,
    /// Jobs of all tenants that run at once, deferred requests aside. Default 1.
    pub running_jobs_max: usize,
    /// Index documents not yet on disk, for each tenant; a writer that would pass it waits for a flush. Default 40,000.
    pub fresh_documents_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            resource_bytes_max: 16 << 20,
            bundle_bytes_max: 128 << 20,
            bundle_entries_max: 100_000,
            identities_max: 1_000,
            page_bytes_max: 32 << 20,
            bundle_response_bytes_max: 64 << 20,
            depth_max: 64,
            includes_max: 1_000,
            document_entries_max: 1_000,
            last_observations_max: 10_000,
            search_documents_max: 500_000_000,
            search_ms_max: 30_000,
            history_page_max: 1_000,
            page_token_s: 86_400,
            tenants_max: 50,
            search_parameters_max: 1_000,
            jobs_max: 100,
            past_jobs_max: 1_000,
            past_jobs_days: 30,
            deferred_bytes_max: 1 << 30,
            running_jobs_max: 1,
            fresh_documents_max: 40_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_shared_out_whole() {
        for mib in [32, 224, 10_000] {
            let options = Options::at("x").memory_bytes(mib << 20);
            let sum = options.cache_bytes + options.write_buffer_bytes + options.index_cache_bytes as usize;
            assert_eq!(sum, mib << 20);
        }
        let (default, same) = (Options::at("x"), Options::at("x").memory_bytes(224 << 20));
        assert_eq!(
            (same.cache_bytes, same.index_cache_bytes),
            (default.cache_bytes, default.index_cache_bytes)
        );
    }
}
