//! Building the index, and searching it.

use std::hint::black_box;

use fornax_postings::{MergeWorth, Postings, Snapshot};
use fornax_search::{Limits, Source, Start};

use crate::clinic::{self, Clinic, Unkept};
use crate::fhir::query;
use crate::measuring::{Group, measure_once, measure_warm};

pub const BUILDING: Group = Group { name: "building", run: build };
pub const SEARCHING: Group = Group { name: "searching", run: search };

const SEGMENTS: usize = 8;

fn build() {
    let documents = Clinic::new().index_documents();
    let pending = || {
        let postings = clinic::postings();
        clinic::apply(&postings, documents.clone());
        postings
    };
    let in_segments = || {
        let postings = clinic::postings();
        for part in documents.chunks(documents.len().div_ceil(SEGMENTS)) {
            clinic::apply(&postings, part.to_vec());
            postings.flush(0, &Unkept).unwrap();
        }
        postings
    };
    measure_once("postings: build a segment in memory", pending, |postings| {
        drop(black_box(clinic::snapshot(postings)));
    });
    measure_once("postings: flush a sealed segment", pending, |postings| {
        assert!(postings.flush(0, &Unkept).unwrap());
    });
    measure_once("postings: merge sealed segments", in_segments, |postings| {
        assert!(postings.merge(0, MergeWorth::Third, &Unkept).unwrap());
    });
}

/// What is searched, in what order. Each finds something.
const SEARCHES: &[(&str, &str)] = &[
    ("search: count, a token", "Observation?code=http://loinc.org|8867-4&_summary=count"),
    (
        "search: count, and of two tokens",
        "Observation?code=http://loinc.org|8867-4&category=vital-signs&_summary=count",
    ),
    ("search: count, not a token", "Observation?code:not=http://loinc.org|8867-4&_summary=count"),
    ("search: count, two dates", "Encounter?date=ge2020-01-01&date=lt2024-06-15&_summary=count"),
    ("search: page, all of a type", "Observation?_total=none"),
    ("search: page, and what it refers to", "Encounter?date=ge2020&_include=Encounter:subject"),
    ("search: page, joined", "Observation?patient.gender=female&code=http://loinc.org|8867-4"),
    ("search: page, quantity", "Observation?code=http://loinc.org|8867-4&value-quantity=gt70"),
    ("search: page, sorted by date", "Observation?category=laboratory&_sort=-date"),
    ("search: page, the start of a name", "Patient?name=a"),
];
/// The first search that an index meets.
const FIRST: &str = "Observation?category=laboratory&date=ge2020&_sort=-date";
const HITS: usize = 20;
/// One run of a search is short: its few larger allocations would make it wander.
const ROUNDS: usize = 20;

fn search() {
    let clinic = Clinic::new();
    // What the search in memory needs is built by the snapshot, and not by a search.
    let snapshot = || clinic::snapshot(&filled(&clinic));
    measure_once("search: page, nothing cached", snapshot, |snapshot| run(&clinic, snapshot, FIRST)());
    let snapshot = snapshot();
    for (name, text) in SEARCHES {
        let mut once = run(&clinic, &snapshot, text);
        measure_warm(name, || (0..ROUNDS).for_each(|_| once()));
    }
}

/// Three quarters on disk, in one segment, and the rest in memory.
fn filled(clinic: &Clinic) -> Postings {
    let (postings, mut documents) = (clinic::postings(), clinic.index_documents());
    let fresh = documents.split_off(documents.len() / 4 * 3);
    clinic::apply(&postings, documents);
    postings.flush(0, &Unkept).unwrap();
    clinic::apply(&postings, fresh);
    postings
}

fn run<'a>(clinic: &'a Clinic, snapshot: &'a Snapshot, text: &str) -> impl FnMut() + 'a {
    let (query, limits) = (query(text), Limits::default());
    move || {
        let source =
            Source { snapshot, indexer: &clinic.indexer, context: clinic.context(), limits: &limits };
        let page =
            fornax_search::run(&query, &source, &Start::default(), HITS, &mut |hits| hits.len()).unwrap();
        assert!(page.total.map_or(!page.hits.is_empty(), |total| total > 0), "a search that finds nothing");
        black_box(page);
    }
}
