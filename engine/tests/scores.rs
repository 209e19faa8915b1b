//! Scores of searches by words, and pages in their order.

#![allow(clippy::unwrap_used, reason = "tests panic")]

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use fornax::{Change, Engine, Options, Principal, SearchPage, SearchRequest, Tenant, TenantId};
use serde_json::json;

const RESOURCES: usize = 240;
const WORDS: [&str; 6] = ["fever", "cough", "rash", "pain", "left", "arm"];

fn me() -> Principal {
    Principal::named("me")
}

fn open(folder: &Path, page_bytes_max: usize) -> (Engine, Tenant) {
    let mut options = Options::at(folder);
    options.limits.page_bytes_max = page_bytes_max;
    let engine = Engine::open(options).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    (engine, tenant)
}

/// Always the same words for a number: some more often than others, in texts of many lengths.
fn text(number: usize) -> String {
    let mixed = |n: usize| (n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) % 97;
    let length = 1 + mixed(number) % 14;
    let words = (0..length).map(|n| WORDS[mixed(number * 31 + n) % (1 + mixed(number + n) % WORDS.len())]);
    words.collect::<Vec<_>>().join(" ")
}

fn write(tenant: &Tenant, id: &str, text: &str) {
    let body = json!({ "resourceType": "Observation", "id": id, "status": "final", "code": { "text": "finding" },
                       "valueString": text });
    tenant.commit(&Change::update("Observation", id, body.to_string().into_bytes()), &me()).unwrap();
}

fn filled(folder: &Path, page_bytes_max: usize) -> (Engine, Tenant) {
    let (engine, tenant) = open(folder, page_bytes_max);
    (0..RESOURCES).for_each(|number| write(&tenant, &format!("o{number}"), &text(number)));
    (engine, tenant)
}

fn search(tenant: &Tenant, query: &str) -> SearchPage {
    tenant.search(&SearchRequest::of("Observation", query), &me()).unwrap()
}

/// The ids of a page, each with its score.
fn scored(page: &SearchPage) -> Vec<(String, f64)> {
    let ids = page.matches.iter().map(|version| version.id.to_string());
    ids.zip(page.scores.clone().unwrap()).collect()
}

const QUERIES: [&str; 3] = [
    "_content=fever+OR+%22left+arm%22+OR+ras*&_sort=_score",
    "_content=fever+cough&_sort=-_score",
    "value-string:text=rash,pain&_sort=_score,-_id",
];

#[test]
fn pages_by_score_go_on_while_others_write() {
    let folder = tempfile::tempdir().unwrap();
    let (mut engine, mut tenant) = filled(folder.path(), usize::MAX);
    for (round, query) in QUERIES.into_iter().enumerate() {
        let whole = search(&tenant, &format!("{query}&_count=1000"));
        let expected = scored(&whole);
        assert!(expected.len() > 40, "{query}: only {} matches", expected.len());
        assert!(expected.iter().all(|(_, score)| (0.0..1.0).contains(score)));

        let mut page = search(&tenant, &format!("{query}&_count=11"));
        let mut seen = scored(&page);
        let mut turn = 0;
        while let Some(next) = page.next {
            turn += 1;
            let is_done = AtomicBool::new(false);
            page = std::thread::scope(|scope| {
                scope.spawn(|| {
                    // What was found changes and goes, and what is written since has the same words.
                    let mut number = turn * 1000 + round * 100_000;
                    while !is_done.load(Ordering::Relaxed) {
                        number += 1;
                        write(&tenant, &format!("new{number}"), &text(number));
                        write(&tenant, &format!("o{}", number % RESOURCES), "fever left arm");
                    }
                });
                let page = tenant.search_page("Observation", &next, &me());
                is_done.store(true, Ordering::Relaxed);
                page.unwrap()
            });
            assert_eq!(page.total, whole.total);
            seen.extend(scored(&page));
            match turn {
                2 => tenant.compact().unwrap(),
                3 => {
                    drop(tenant);
                    engine.close().unwrap();
                    drop(engine);
                    (engine, tenant) = open(folder.path(), usize::MAX);
                }
                _ => {}
            }
        }
        assert_eq!(seen, expected, "{query}");
        (0..RESOURCES).for_each(|number| write(&tenant, &format!("o{number}"), &text(number)));
    }
    drop(tenant);
    engine.close().unwrap();
}

/// Where bodies are large a page ends early: the next one goes on behind it.
#[test]
fn pages_by_score_that_end_early_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, tenant) = filled(folder.path(), 2_000);
    for query in QUERIES {
        let mut page = search(&tenant, &format!("{query}&_count=1000"));
        let (mut seen, total) = (scored(&page), page.total.unwrap());
        assert!((seen.len() as u64) < total, "{query}: one page");
        while let Some(next) = page.next {
            write(&tenant, &format!("more{}", seen.len()), "fever cough rash pain");
            page = tenant.search_page("Observation", &next, &me()).unwrap();
            seen.extend(scored(&page));
        }
        assert_eq!(seen.len() as u64, total);
        let is_descending = !query.contains("-_score");
        let in_order = |two: &[(String, f64)]| {
            if is_descending { two[0].1 >= two[1].1 } else { two[0].1 <= two[1].1 }
        };
        assert!(seen.windows(2).all(in_order), "{query}: {seen:?}");
        let mut ids: Vec<&String> = seen.iter().map(|(id, _)| id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len() as u64, total, "{query}: each once");
        for number in 0..RESOURCES {
            let _ = tenant.commit(&Change::delete("Observation", format!("more{number}")), &me());
        }
    }
    drop(tenant);
    engine.close().unwrap();
}

#[test]
fn what_asks_for_no_words_has_no_scores() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, tenant) = open(folder.path(), usize::MAX);
    write(&tenant, "a", "fever");
    for query in ["status=final", "_content=NOT+cough", "", "_content=fever&_summary=count"] {
        assert!(search(&tenant, query).scores.is_none(), "{query}");
    }
    let page = search(&tenant, "_sort=_score");
    assert_eq!((page.matches.len(), page.warnings.len(), page.applied.as_str()), (1, 1, ""));
    for query in ["_content=fever", "value-string:text=fever&_sort=_id", "_content=fever&_elements=id"] {
        let scores = search(&tenant, query).scores.unwrap();
        assert!(scores.len() == 1 && scores[0] > 0.0, "{query}: {scores:?}");
    }
    drop(tenant);
    engine.close().unwrap();
}
