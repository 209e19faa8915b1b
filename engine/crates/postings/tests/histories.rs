//! Random histories and random questions: the index and the model must agree at every snapshot that is kept.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "tests panic, and print their seeds")]

mod support;

use std::sync::Arc;

use fornax_crypto::{DataKey, SystemEntropy};
use fornax_postings::{DiskFiles, Error, Files, MergeWorth};
use support::{Kept, Model, Random, options, recover};

fn check_history(seed: u64) {
    println!("seed {seed}");
    let random = &mut Random(seed);
    let folder = tempfile::tempdir().unwrap();
    let key = Arc::new(DataKey::generate(&SystemEntropy::new()).unwrap());
    let files: Arc<dyn Files> = Arc::new(DiskFiles::at(folder.path()).unwrap());
    let options = options(files, &key);
    let kept = Kept::default();
    let mut model = Model { resources: 4 + random.below(60), ..Model::default() };
    let mut postings = recover(&options, &kept, &model);
    let mut floor = 0;
    for _ in 0..250 {
        match random.below(20) {
            0..=10 => postings.apply(model.commit(random)).unwrap(),
            11..=15 => {
                let seq = floor + random.below((model.seq - floor + 1) as usize) as u64;
                let snapshot = postings.snapshot(seq).unwrap();
                model.compare(&snapshot, random);
            }
            16 => drop(postings.flush(floor, &kept).unwrap()),
            17 => drop(postings.merge(floor, MergeWorth::Third, &kept).unwrap()),
            18 => drop(postings.merge_fresh(floor).unwrap()),
            _ if random.one_in(2) => floor += random.below((model.seq - floor + 1) as usize) as u64 / 2,
            _ => {
                drop(postings);
                postings = recover(&options, &kept, &model);
            }
        }
    }
    postings.flush(model.seq, &kept).unwrap();
    while postings.merge(model.seq, MergeWorth::Third, &kept).unwrap() {}
    let snapshot = postings.snapshot(model.seq).unwrap();
    for _ in 0..10 {
        model.compare(&snapshot, random);
    }
    if model.seq > 0 {
        assert!(matches!(postings.snapshot(model.seq - 1), Err(Error::Gone)));
    }
    assert!(matches!(postings.snapshot(model.seq + 1), Err(Error::Misuse(_))));
}

#[test]
fn index_and_model_agree() {
    for seed in 0..60 {
        check_history(seed);
    }
}

/// Readers, flushes and merges run beside a writer and beside each other; each snapshot answers as its commit stood, also
/// after opening again.
#[test]
fn snapshots_hold_while_others_write() {
    let random = &mut Random(7);
    let key = Arc::new(DataKey::generate(&SystemEntropy::new()).unwrap());
    let options = options(Arc::new(fornax_postings::faulty::FaultyFiles::default()), &key);
    let kept = Kept::default();
    let mut model = Model { resources: 40, ..Model::default() };
    let postings = recover(&options, &kept, &model);
    let commits: Vec<_> = (0..400).map(|_| model.commit(random)).collect();
    let (model, postings, kept) = (&model, &postings, &kept);
    std::thread::scope(|scope| {
        scope.spawn(move || commits.into_iter().for_each(|changes| postings.apply(changes).unwrap()));
        scope.spawn(move || {
            while postings.applied() < model.seq {
                postings.flush(0, kept).unwrap();
                postings.merge_fresh(0).unwrap();
            }
        });
        scope.spawn(move || {
            while postings.applied() < model.seq {
                postings.merge(0, MergeWorth::Third, kept).unwrap();
            }
        });
        for seed in 0..2 {
            scope.spawn(move || {
                let random = &mut Random(seed);
                while postings.applied() < model.seq {
                    let seq = random.below(postings.applied() as usize + 1) as u64;
                    model.compare(&postings.snapshot(seq).unwrap(), random);
                }
            });
        }
    });
    model.compare(&postings.snapshot(model.seq).unwrap(), random);
    let opened = recover(&options, kept, model);
    model.compare(&opened.snapshot(model.seq).unwrap(), random);
}
