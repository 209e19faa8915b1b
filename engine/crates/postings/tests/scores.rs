//! Scores: what they are, and that pages by them fit together while the index changes.

#![allow(clippy::unwrap_used, reason = "tests panic")]

mod support;

use std::sync::Arc;

use fornax_crypto::{DataKey, SystemEntropy};
use fornax_postings::faulty::FaultyFiles;
use fornax_postings::{
    Changes, Clause, Direction, Field, Hit, IndexDocument, MergeWorth, Order, PageRequest, Pattern, Places,
    Postings, Ranking, Snapshot, SortKey, SupersededVersion, TextField, Total,
};
use support::{FIELDS, Kept, Model, Random, options, recover};

fn empty(kept: &Kept) -> Postings {
    let key = Arc::new(DataKey::generate(&SystemEntropy::new()).unwrap());
    recover(&options(Arc::new(FaultyFiles::default()), &key), kept, &Model::default())
}

fn word(word: &str) -> Clause {
    Clause::Text(&FIELDS, Pattern::Word(word.into()))
}

/// The clause as searches run it.
fn worked_out(snapshot: &Snapshot, clause: &Clause) -> Clause {
    let places = Places { newest: &|_| None, documents_a_lookup: 1 };
    snapshot.work_out(std::slice::from_ref(clause), places, &mut |_, _| Ok(())).unwrap()
}

fn ranking(snapshot: &Snapshot, clause: &Clause) -> Ranking {
    snapshot.ranking(&worked_out(snapshot, clause), None).unwrap().unwrap()
}

/// Okapi BM25, of one word.
fn bm25(count: f64, length: f64, average: f64) -> f64 {
    count * 2.2 / (count + 1.2 * (0.25 + 0.75 * length / average))
}

fn idf(with: f64, documents: f64) -> f64 {
    (1.0 + (documents - with + 0.5) / (with + 0.5)).ln()
}

#[test]
fn a_score_is_the_share_of_the_most_that_there_can_be() {
    let kept = Kept::default();
    let postings = empty(&kept);
    let texts = [("", "ache back"), ("ache ache", "no fever"), ("", "fever"), ("fever", "")];
    let mut changes = Changes { seq: 4, ..Changes::default() };
    for (n, (narrative, content)) in (1..).zip(texts) {
        let mut document = IndexDocument::new(n, n);
        document.add_term(Field::String, content.as_bytes());
        document.add_text(TextField::Narrative, narrative);
        document.add_text(TextField::Content, content);
        changes.documents.push(document);
    }
    postings.apply(changes).unwrap();
    let snapshot = postings.snapshot(4).unwrap();
    let check = |clause: &Clause, wanted: &[(u64, f64)]| {
        let clause = &worked_out(&snapshot, clause);
        let hits: Vec<Hit> = wanted.iter().map(|&(n, _)| Hit { rid: n, seq: n }).collect();
        let scores = snapshot.scores(&ranking(&snapshot, clause), &hits).unwrap();
        for (score, &(n, wanted)) in scores.iter().zip(wanted) {
            assert!((score - wanted).abs() < 1e-5, "{clause:?}, document {n}: {score}, not {wanted}");
        }
    };
    // Eight words in four documents.
    check(&word("ache"), &[(1, bm25(1.0, 2.0, 2.0) / 2.2), (2, bm25(2.0, 4.0, 2.0) / 2.2), (3, 0.0)]);
    let narrative = Clause::Text(&FIELDS[..1], Pattern::Word("ache".into()));
    check(&narrative, &[(2, bm25(2.0, 2.0, 0.75) / 2.2)]);
    let (ache, fever) = (idf(2.0, 4.0), idf(3.0, 4.0));
    let both = (ache * bm25(2.0, 4.0, 2.0) + fever * bm25(1.0, 4.0, 2.0)) / (2.2 * (ache + fever));
    let fever_alone = fever * bm25(1.0, 1.0, 2.0) / (2.2 * (ache + fever));
    for make in [Clause::And, Clause::Or] {
        check(&make(vec![word("ache"), word("fever")]), &[(2, both), (4, fever_alone)]);
    }
    let phrase = Clause::Text(&FIELDS, Pattern::Phrase(["no".into(), "fever".into()].into()));
    check(&phrase, &[(2, bm25(1.0, 4.0, 2.0) / 2.2), (3, 0.0)]);
    check(&Clause::Text(&FIELDS, Pattern::Start("a".into())), &[(1, 1.0 / 2.2), (2, 1.0 / 2.2), (3, 0.0)]);
    let without = Clause::And(vec![word("ache"), Clause::Not(Box::new(word("fever")))]);
    check(&without, &[(1, bm25(1.0, 2.0, 2.0) / 2.2)]);
    assert!(snapshot.ranking(&Clause::Not(Box::new(word("fever"))), None).unwrap().is_none());
    let weights = ranking(&snapshot, &word("ache")).weights().clone();
    let two = Clause::And(vec![word("ache"), word("fever")]);
    assert!(snapshot.ranking(&two, Some(&weights)).is_err(), "weights of another search");
}

/// A thousand documents; every page is asked of the index as it then is: more documents, flushed, merged.
#[test]
fn pages_fit_together_while_the_index_changes() {
    let random = &mut Random(11);
    let kept = Kept::default();
    let postings = empty(&kept);
    let document = |rid: u64, seq: u64, random: &mut Random| {
        let mut document = IndexDocument::new(rid, seq);
        let words: Vec<String> = (0..1 + random.below(12)).map(|_| format!("w{}", random.below(6))).collect();
        document.add_text(TextField::Content, &words.join(" "));
        if random.one_in(3) {
            document.add_text(TextField::Narrative, &format!("w{}", random.below(6)));
        }
        document
    };
    for seq in 1..=1000 {
        let documents = vec![document(seq, seq, random)];
        postings.apply(Changes { documents, seq, ..Changes::default() }).unwrap();
        if seq % 90 == 0 {
            postings.flush(0, &kept).unwrap();
        }
    }
    let phrase = Clause::Text(&FIELDS, Pattern::Phrase(["w3".into(), "w4".into()].into()));
    let clause = Clause::Or(vec![word("w1"), phrase]);
    let request = |ranking: Ranking, after, hits_max| PageRequest {
        order: Order::Sorted(vec![SortKey::Score(Arc::new(ranking), Direction::Descending)]),
        after,
        hits_max,
        total: Total::Counted,
    };
    let first = postings.snapshot(1000).unwrap();
    let at_first = ranking(&first, &clause);
    let whole = first.page(&clause, &request(at_first.clone(), None, 2000)).unwrap();
    let scores = first.scores(&at_first, &whole.hits).unwrap();
    let mut distinct = scores.clone();
    distinct.dedup();
    assert!(distinct.len() > 20 && distinct.len() < scores.len(), "there are ties, and not only ties");

    let (mut hits, mut after, mut seq) = (Vec::new(), None, 1000);
    loop {
        let snapshot = postings.snapshot(1000).unwrap();
        let kept_ranking = snapshot.ranking(&clause, Some(at_first.weights())).unwrap().unwrap();
        let page = snapshot.page(&clause, &request(kept_ranking.clone(), after, 37)).unwrap();
        assert_eq!(page.total, whole.total);
        let wanted = &scores[hits.len()..hits.len() + page.hits.len()];
        assert_eq!(snapshot.scores(&kept_ranking, &page.hits).unwrap(), wanted);
        hits.extend(page.hits);
        after = page.next;
        if after.is_none() {
            break;
        }
        // Some go, others come: what the weights come from changes.
        for _ in 0..40 {
            seq += 1;
            let rid = seq - 1000;
            let superseded = (rid <= 1000).then_some(SupersededVersion { rid, written: rid, by: seq });
            let documents = vec![document(2000 + seq, seq, random)];
            let superseded = superseded.into_iter().collect();
            postings.apply(Changes { documents, superseded, seq }).unwrap();
        }
        postings.flush(1000, &kept).unwrap();
        postings.merge(1000, MergeWorth::Anything, &kept).unwrap();
    }
    assert_eq!(hits, whole.hits);
    let last = postings.snapshot(seq).unwrap();
    assert_ne!(ranking(&last, &clause).weights(), at_first.weights(), "weights have changed meanwhile");
}
