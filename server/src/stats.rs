//! `fornax stats`.

use std::fmt::Write;

use crate::administration::{Answer, Request, Stats, ask};
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
    for one in &stats.tenants {
        let total: u64 = one.resources.values().sum();
        let _ = writeln!(
            text,
            "\ntenant {}: {total} resources, {} commits, index {} bytes on disk and {} documents in memory",
            one.tenant, one.commits, one.index_bytes, one.fresh_documents
        );
        for (name, count) in &one.resources {
            let _ = writeln!(text, "  {name:<32} {count:>12}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::administration::TenantStats;

    #[test]
    fn each_tenant_has_its_types() {
        let one = TenantStats {
            tenant: "clinic".to_owned(),
            resources: [("Patient".to_owned(), 3), ("Basic".to_owned(), 4)].into(),
            commits: 9,
            index_bytes: 100,
            fresh_documents: 2,
        };
        let text = table(&Stats { store_bytes: 5, tenants: vec![one] });
        assert!(text.contains("tenant clinic: 7 resources, 9 commits, index 100 bytes"), "{text}");
        assert!(text.contains("  Patient                                     3\n"), "{text}");
    }
}
