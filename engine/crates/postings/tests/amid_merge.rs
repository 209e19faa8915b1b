//! Commits and flushes in the midst of a merge, at every file that the merge begins.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::io;
use std::sync::Arc;

use fornax_crypto::{DataKey, SystemEntropy};
use fornax_postings::faulty::FaultyFiles;
use fornax_postings::{AppendFile, Files, MergeWorth, Postings, ReadFile};
use parking_lot::Mutex;
use support::{Kept, Model, Random, options, recover};

type Interruption = Box<dyn FnOnce() + Send>;

/// Files that run something once, when the n-th file of a segment from now is created.
#[derive(Clone, Default)]
struct Interrupted {
    files: FaultyFiles,
    waiting: Arc<Mutex<Option<(usize, Interruption)>>>,
}

impl std::fmt::Debug for Interrupted {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.files.fmt(formatter)
    }
}

impl Files for Interrupted {
    fn create(&self, name: &str) -> io::Result<Box<dyn AppendFile>> {
        let created = self.files.create(name);
        // Marks and manifest are written at the end of a merge, when nothing may come between.
        let is_of_segment = !name.ends_with(".marks") && !name.ends_with(".manifest");
        let due = self.waiting.lock().take_if(|(left, _)| {
            *left -= usize::from(is_of_segment);
            *left == 0
        });
        if let Some((_, interruption)) = due {
            interruption();
        }
        created
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn ReadFile>> {
        self.files.open(name)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.files.remove(name)
    }

    fn list(&self) -> io::Result<Vec<String>> {
        self.files.list()
    }

    fn sync_folder(&self) -> io::Result<()> {
        self.files.sync_folder()
    }
}

/// Whether the merge began that many files.
fn check(nth: usize, seed: u64) -> bool {
    let random = &mut Random(seed);
    let files = Interrupted::default();
    let key = Arc::new(DataKey::generate(&SystemEntropy::new()).unwrap());
    let options = options(Arc::new(files.clone()), &key);
    let kept = Arc::new(Kept::default());
    let mut model = Model { resources: 20, ..Model::default() };
    let postings: Arc<Postings> = Arc::new(recover(&options, &kept, &model));
    for _ in 0..4 {
        for _ in 0..8 {
            postings.apply(model.commit(random)).unwrap();
        }
        postings.flush(0, &*kept).unwrap();
    }
    let floor = model.seq - 1;
    // These supersede what is being merged, and change marks and manifest below it.
    let commits: Vec<_> = (0..8).map(|_| model.commit(random)).collect();
    let (amid, tag) = (Arc::clone(&postings), Arc::clone(&kept));
    let interruption = move || {
        commits.into_iter().for_each(|changes| amid.apply(changes).unwrap());
        amid.flush(0, &*tag).unwrap();
    };
    *files.waiting.lock() = Some((nth, Box::new(interruption)));
    assert!(postings.merge(floor, MergeWorth::Third, &*kept).unwrap());
    let was_interrupted = files.waiting.lock().take().is_none();
    if was_interrupted {
        model.compare(&postings.snapshot(model.seq).unwrap(), random);
        let opened = recover(&options, &kept, &model);
        model.compare(&opened.snapshot(model.seq).unwrap(), random);
    }
    was_interrupted
}

#[test]
fn a_flush_amid_a_merge_loses_nothing() {
    for seed in 0..5 {
        let interrupted = (1..100).take_while(|&nth| check(nth, seed)).count();
        assert!((5..99).contains(&interrupted), "{interrupted} files");
    }
}
