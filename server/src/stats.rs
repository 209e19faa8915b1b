//! `fornax stats`.

use std::fmt::Write;

use jiff::Timestamp;

use crate::administration::{Answer, MemoryStats, Request, Stats, TenantStats, TypeStats, ask};
use crate::command_line::StatsOptions;
use crate::failure::Failure;
use crate::print::print;

/// Shows what a directory holds.
pub(crate) fn run(options: &StatsOptions) -> Result<(), Failure> {
    let Answer::Stats(stats) = ask(&options.directory.data, &Request::Stats)? else {
        return Err(Failure::unexpected_answer());
    };
    if options.json {
        let json = serde_json::to_string_pretty(&stats);
        return print(&(json.map_err(|error| Failure::Refused(error.to_string()))? + "\n"));
    }
    print(&table(&stats))
}

fn table(stats: &Stats) -> String {
    let mut text = String::new();
    // Writing to a string can't fail.
    let _ = writeln!(text, "store: {} bytes on disk", stats.store_bytes);
    let _ = writeln!(text, "\nmemory {:>38} {:>14}", "bytes", "at most");
    for MemoryStats { purpose, bytes, bytes_max } in &stats.memory {
        let most = bytes_max.map_or_else(|| "-".to_owned(), |most| most.to_string());
        let _ = writeln!(text, "  {purpose:<28} {bytes:>14} {most:>14}");
    }
    for one in &stats.tenants {
        let _ = write!(text, "\n{}", of_tenant(one));
    }
    text
}

/// One tenant and its resource types.
pub(crate) fn of_tenant(one: &TenantStats) -> String {
    let mut text = String::new();
    let resources: u64 = one.types.values().map(|of_type| of_type.resources).sum();
    let versions: u64 = one.types.values().map(|of_type| of_type.versions).sum();
    let time =
        |time: Option<Timestamp>, none: &str| time.map_or_else(|| none.to_owned(), |time| time.to_string());
    // Writing to a string can't fail.
    let _ = writeln!(
        text,
        "tenant {}: {resources} resources in {versions} versions, last updated {}, history kept from {}, referential integrity {}, dates in {}",
        one.tenant,
        time(one.last_updated, "never"),
        time(one.history_kept_from, "the beginning"),
        one.referential_integrity,
        one.time_zone,
    );
    let _ = writeln!(
        text,
        "  {} audit rows; store {} bytes in files, index {} bytes in files and {} documents in memory",
        one.audit_rows, one.store_bytes, one.index_bytes, one.fresh_documents
    );
    if !one.types.is_empty() {
        let _ = writeln!(
            text,
            "  {:<32} {:>12} {:>12} {:>14}",
            "type", "resources", "versions", "bytes in files"
        );
    }
    for (name, TypeStats { resources, versions, store_bytes }) in &one.types {
        let _ = writeln!(text, "  {name:<32} {resources:>12} {versions:>12} {store_bytes:>14}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, line: &str) {
        assert!(text.lines().any(|found| found == line), "{line} is missing in:\n{text}");
    }

    #[test]
    fn memory_tenants_and_types_have_their_lines() {
        let of_type = TypeStats { resources: 3, versions: 5, store_bytes: 1_200 };
        let one = TenantStats {
            tenant: "clinic".to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
            referential_integrity: "check".to_owned(),
            types: [("Patient".to_owned(), of_type)].into(),
            audit_rows: 9,
            last_updated: Some("2026-01-02T03:04:05Z".parse().expect("a time")),
            history_kept_from: None,
            store_bytes: 2_000,
            index_bytes: 100,
            fresh_documents: 2,
        };
        let pages = MemoryStats { purpose: "index pages".to_owned(), bytes: 7, bytes_max: Some(8) };
        let text = table(&Stats { store_bytes: 5, memory: vec![pages], tenants: vec![one] });
        check(&text, "store: 5 bytes on disk");
        check(&text, "  index pages                               7              8");
        check(
            &text,
            "tenant clinic: 3 resources in 5 versions, last updated 2026-01-02T03:04:05Z, history kept from the beginning, referential integrity check, dates in Europe/Berlin",
        );
        check(
            &text,
            "  9 audit rows; store 2000 bytes in files, index 100 bytes in files and 2 documents in memory",
        );
        check(&text, "  Patient                                     3            5           1200");
    }
}
