//! Power loss, torn writes, failing disks, replaced files: afterwards the index opens and agrees, or says that it is damaged.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "tests panic, and print their seeds")]

mod support;

use std::sync::Arc;

use fornax_crypto::{DataKey, SystemEntropy};
use fornax_postings::faulty::FaultyFiles;
use fornax_postings::{Clause, Error, Field, MergeWorth, Options, Pattern, Postings, Result, TextField};
use support::{Kept, Model, Random, options, recover};

struct Rig {
    files: FaultyFiles,
    options: Options,
    kept: Kept,
    model: Model,
    random: Random,
}

impl Rig {
    fn new(seed: u64) -> Self {
        println!("seed {seed}");
        let files = FaultyFiles::default();
        let key = Arc::new(DataKey::generate(&SystemEntropy::new()).unwrap());
        let options = options(Arc::new(files.clone()), &key);
        let model = Model { resources: 30, ..Model::default() };
        Self { files, options, kept: Kept::default(), model, random: Random(seed) }
    }

    /// Commits that the store has, whatever happens to the index; stops at the index's first error.
    fn work(&mut self, postings: &Postings, steps: usize) -> Result<()> {
        for _ in 0..steps {
            let changes = self.model.commit(&mut self.random);
            postings.apply(changes)?;
            match self.random.below(4) {
                0 => drop(postings.flush(self.model.seq / 2, &self.kept)?),
                1 => drop(postings.merge(self.model.seq / 2, MergeWorth::Third, &self.kept)?),
                2 => drop(postings.snapshot(postings.applied())?.count(&Clause::All)?),
                _ => {}
            }
        }
        Ok(())
    }

    fn lose_power(&mut self) {
        let random = &mut self.random;
        self.files.lose_power(|bound| random.below(bound));
        self.options.pages.clear();
        self.options.caches.clear();
    }

    fn recover_and_compare(&mut self) -> Postings {
        let postings = recover(&self.options, &self.kept, &self.model);
        let snapshot = postings.snapshot(self.model.seq).unwrap();
        for _ in 0..5 {
            self.model.compare(&snapshot, &mut self.random);
        }
        postings
    }
}

#[test]
fn power_loss_at_any_time() {
    for seed in 0..40 {
        let mut rig = Rig::new(seed);
        let mut postings = rig.recover_and_compare();
        for _ in 0..6 {
            let steps = rig.random.below(30);
            rig.work(&postings, steps).unwrap();
            // In the middle of a flush or merge: the operation that fails is the one the power went with.
            let n = 1 + rig.random.below(40) as u64;
            rig.files.fail_at(Some(n));
            let _interrupted = rig.work(&postings, 20);
            drop(postings);
            rig.lose_power();
            postings = rig.recover_and_compare();
        }
    }
}

/// The n-th operation fails, for n = 1, 2, 3 ... until none does; the index goes on, and a reopened one agrees too.
#[test]
fn every_single_operation_may_fail() {
    let mut n = 0;
    loop {
        n += 1;
        let mut rig = Rig::new(n);
        let postings = recover(&rig.options, &rig.kept, &rig.model);
        rig.files.fail_at(Some(n));
        let outcome = rig.work(&postings, 40);
        let fired = rig.files.has_failed();
        assert!(fired || outcome.is_ok(), "failed without a reason: {outcome:?}");
        rig.files.fail_at(None);
        let behind = rig.model.since(postings.applied());
        postings.apply(behind).unwrap();
        rig.model.compare(&postings.snapshot(rig.model.seq).unwrap(), &mut rig.random);
        postings.flush(0, &rig.kept).unwrap();
        drop(postings);
        rig.recover_and_compare();
        if !fired {
            assert!(n > 100, "the work had only {n} operations");
            return;
        }
    }
}

fn filled(seed: u64) -> Rig {
    let mut rig = Rig::new(seed);
    let postings = recover(&rig.options, &rig.kept, &rig.model);
    rig.work(&postings, 40).unwrap();
    postings.flush(0, &rig.kept).unwrap();
    rig
}

/// Opens and reads all that there is.
fn read_all(rig: &mut Rig) -> Result<()> {
    rig.options.pages.clear();
    rig.options.caches.clear();
    let tag = rig.kept.0.lock().unwrap();
    let postings = Postings::open(rig.options.clone(), &tag)?;
    let snapshot = postings.snapshot(postings.applied())?;
    let phrase = Pattern::Phrase(["w1".into(), "w2".into()].into());
    for clause in [
        Clause::All,
        Clause::Prefix(Field::String, b"".as_slice().into()),
        Clause::Text(&support::FIELDS, Pattern::Word("w1".into())),
        Clause::Text(&support::FIELDS, phrase),
    ] {
        snapshot.count(&clause)?;
    }
    Ok(())
}

#[test]
fn altered_cut_and_swapped_files_are_found() {
    let mut rig = filled(1);
    let before = rig.files.contents();
    read_all(&mut rig).unwrap();
    for (name, bytes) in &before {
        let last = bytes.len() - 1;
        let mut altered: Vec<(&str, Vec<u8>)> = vec![
            ("cut by one", bytes[..last].to_vec()),
            ("cut to its header", bytes[..40.min(last)].to_vec()),
            ("empty", Vec::new()),
            ("longer", bytes.iter().copied().chain([0]).collect()),
        ];
        for at in [0, 8, 39, 40, last / 2, last] {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            altered.push(("flipped", flipped));
        }
        for other in before.keys().filter(|other| *other != name) {
            altered.push(("swapped", before[other].clone()));
        }
        for (what, bytes) in altered {
            rig.files.tamper(name, bytes);
            // A flipped page is found when it is read; the header, the length and the salt are found at open.
            let outcome = read_all(&mut rig);
            if what != "flipped" {
                let error = outcome.expect_err(&format!("{name} {what}"));
                assert!(error.wants_rebuild(), "{name} {what}: {error}");
            } else if let Err(error) = outcome {
                assert!(error.wants_rebuild(), "{name} {what}: {error}");
            }
        }
        rig.files.tamper(name, bytes.clone());
    }
    read_all(&mut rig).unwrap();
}

#[test]
fn an_older_state_put_back_is_found() {
    let mut rig = filled(2);
    let older = rig.files.contents();
    let older_tag = rig.kept.0.lock().unwrap();
    let postings = recover(&rig.options, &rig.kept, &rig.model);
    rig.work(&postings, 10).unwrap();
    postings.flush(0, &rig.kept).unwrap();
    drop(postings);
    let newer_tag = rig.kept.0.lock().unwrap();
    assert!(newer_tag.generation > older_tag.generation);
    for (name, bytes) in older {
        let name = name.replace(
            &format!("{:016x}.manifest", older_tag.generation),
            &format!("{:016x}.manifest", newer_tag.generation),
        );
        rig.files.tamper(&name, bytes);
    }
    assert!(matches!(read_all(&mut rig), Err(Error::Stale)));
}

#[test]
fn another_context_wants_a_rebuild() {
    let mut rig = filled(3);
    rig.options.context = b"other definitions".to_vec();
    assert!(matches!(read_all(&mut rig), Err(Error::OtherForm(_))));
}

#[test]
fn nothing_is_in_the_clear() {
    let mut rig = Rig::new(4);
    let postings = recover(&rig.options, &rig.kept, &rig.model);
    let mut changes = rig.model.commit(&mut rig.random);
    changes.documents.clear();
    changes.superseded.clear();
    let mut document = fornax_postings::IndexDocument::new(1, changes.seq);
    document.add_term(Field::Token, b"a-secret-identifier");
    document.add_text(TextField::Content, "another-secret word");
    changes.documents.push(document);
    postings.apply(changes).unwrap();
    postings.flush(0, &rig.kept).unwrap();
    let needles: [&[u8]; 5] = [b"secret", b"kind", b"sstable", b"tantivy", b"meta.json"];
    for (name, bytes) in rig.files.contents() {
        for needle in needles {
            assert!(!bytes.windows(needle.len()).any(|window| window == needle), "{name} shows {needle:?}");
        }
    }
}

#[test]
fn wrong_use_is_refused_and_changes_nothing() {
    let mut rig = Rig::new(5);
    let postings = recover(&rig.options, &rig.kept, &rig.model);
    while rig.model.versions.len() < 5 {
        postings.apply(rig.model.commit(&mut rig.random)).unwrap();
    }
    let again = rig.model.since(0);
    assert!(matches!(postings.apply(again), Err(Error::Misuse(_))));
    rig.model.compare(&postings.snapshot(rig.model.seq).unwrap(), &mut rig.random);
    let mut options = rig.options.clone();
    options.limits.fresh_documents_max = 3;
    let small = Postings::create(options).unwrap();
    let mut limited = false;
    for version in rig.model.versions.clone() {
        let changes = fornax_postings::Changes {
            documents: vec![version.document()],
            superseded: Vec::new(),
            seq: version.seq,
        };
        limited |= matches!(small.apply(changes), Err(Error::Limit(_)));
    }
    assert!(limited, "more fresh documents than the limit were taken");
}
