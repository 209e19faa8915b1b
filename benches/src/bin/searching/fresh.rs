//! What the first search after writes waits for.

use std::time::Duration;

use fornax::{BundleOptions, Tenant};
use fornax_benches::load::me;

use crate::measured::{Search, percentile, shown};

const ROUNDS: usize = 11;

pub fn measure(tenant: &Tenant) {
    println!(
        "| first search after so many writes in one commit | p50 | most | the next one |\n|---|---|---|---|"
    );
    for writes in [0, 100, 1_000] {
        let search = Search::of("Basic", "code=fresh&_count=20");
        let (mut first, mut next): (Vec<Duration>, Vec<Duration>) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            write(tenant, writes);
            first.push(search.run(tenant).2);
            next.push(search.run(tenant).2);
        }
        first.sort_unstable();
        next.sort_unstable();
        let (p50, most, then) = (percentile(&first, 50), percentile(&first, 100), percentile(&next, 50));
        println!("| {writes} | {} | {} | {} |", shown(p50), shown(most), shown(then));
    }
    println!();
}

fn write(tenant: &Tenant, count: usize) {
    let entry = r#"{"resource":{"resourceType":"Basic","code":{"coding":[{"system":"urn:b","code":"fresh"}],"text":"fresh"}},"request":{"method":"POST","url":"Basic"}}"#;
    if count == 0 {
        return;
    }
    let entries = vec![entry; count].join(",");
    let bundle = format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{entries}]}}"#);
    tenant.process_bundle(bundle.into_bytes(), &BundleOptions::default(), &me()).unwrap();
}
