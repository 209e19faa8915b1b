//! Goes through all files, first for what stands alone, then for transactions, then again for what was refused because
//! something else was missing, for as long as that helps.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam::channel::{Receiver, Sender, bounded};
use parking_lot::Mutex;

use super::client::Client;
use super::delivery::deliver;
use super::documents::{self, Document, Place, Reader};
use super::ledger::{Ledger, Selection};
use super::parcel::Parcel;
use super::sources::Source;
use crate::failure::Failure;

/// One way through the files.
struct Pass<'a> {
    sources: &'a [Source],
    client: &'a Client,
    ledger: &'a Ledger,
    /// What is left to be sent; `None` in the first pass, which sends all but transactions.
    selection: Option<Mutex<Selection>>,
    /// The files that hold it.
    selected_sources: HashSet<u32>,
    /// Set when a worker can't go on.
    is_over: AtomicBool,
}

/// Loads everything that can be loaded. Whatever is not is in the ledger, also when this fails.
pub(crate) fn run(
    sources: &[Source],
    client: &Client,
    ledger: &Ledger,
    workers: usize,
) -> Result<(), Failure> {
    let outcome = run_all(sources, client, ledger, workers);
    ledger.give_up().and(outcome)
}

fn run_all(sources: &[Source], client: &Client, ledger: &Ledger, workers: usize) -> Result<(), Failure> {
    let mut selection = None;
    loop {
        let before = ledger.delivered();
        let is_first = selection.is_none();
        let pass = Pass {
            sources,
            client,
            ledger,
            selected_sources: selection.iter().flat_map(Selection::keys).map(|place| place.source).collect(),
            selection: selection.map(Mutex::new),
            is_over: AtomicBool::new(false),
        };
        let outcome = pass.run(workers);
        pass.tell_left()?;
        outcome?;
        if !ledger.has_again() || (!is_first && ledger.delivered() == before) {
            return Ok(());
        }
        selection = Some(ledger.take_again());
    }
}

impl Pass<'_> {
    fn run(&self, workers: usize) -> Result<(), Failure> {
        // Documents in memory: one for each worker at work, and one for each to go on with.
        let (to_workers, from_files) = bounded(workers);
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..workers).map(|_| scope.spawn(|| self.work(&from_files))).collect();
            let read = self.read(&to_workers);
            drop(to_workers);
            let ended = workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| Err(mistake())));
            ended.collect::<Vec<_>>().into_iter().collect::<Result<(), _>>().and(read)
        })
    }

    /// Reads all files. One that can't be read is taken down, and the rest goes on.
    fn read(&self, to_workers: &Sender<Document>) -> Result<(), Failure> {
        for (index, source) in (0..).zip(self.sources) {
            if !self.is_selected(index) {
                continue;
            }
            let mut feed = Feed { pass: self, to_workers, failed: Ok(()) };
            let read = documents::read(source, index, &mut feed);
            feed.failed?;
            match read {
                Err(error) if self.selection.is_none() => {
                    self.ledger.unreadable(&source.path.display().to_string(), None, &error.to_string())?;
                }
                // What of it was to be read again is told at the end of the pass.
                _ => {}
            }
            if self.is_over.load(Ordering::Relaxed) {
                return self.tell_unread(index);
            }
        }
        Ok(())
    }

    /// Tells the files that were not read to their end, in the first pass; later ones know what was to be sent.
    fn tell_unread(&self, first: u32) -> Result<(), Failure> {
        let mut unread = self.sources.iter().skip(first as usize).filter(|_| self.selection.is_none());
        unread.try_for_each(|source| self.ledger.not_sent(&source.path.display().to_string()))
    }

    /// Whether anything of a file is wanted.
    fn is_selected(&self, source: u32) -> bool {
        self.selection.is_none() || self.selected_sources.contains(&source)
    }

    /// Takes documents to the last one, whatever happens: the reader would wait for ever on a full channel.
    fn work(&self, from_files: &Receiver<Document>) -> Result<(), Failure> {
        let mut outcome = Ok(());
        for document in from_files {
            let done = if self.is_over.load(Ordering::Relaxed) {
                self.tell_dropped(&document)
            } else {
                let loaded = catch_unwind(AssertUnwindSafe(|| self.load(&document)));
                loaded.unwrap_or_else(|_| Err(mistake()))
            };
            if done.is_err() {
                self.is_over.store(true, Ordering::Relaxed);
                outcome = outcome.and(done);
            }
        }
        outcome
    }

    fn tell_dropped(&self, document: &Document) -> Result<(), Failure> {
        if self.selection.is_some() {
            return Ok(());
        }
        self.ledger.not_sent(&document.name)
    }

    fn load(&self, document: &Document) -> Result<(), Failure> {
        let (parcel, unreadable) = Parcel::of(document);
        let selected = match &self.selection {
            None => {
                for one in unreadable {
                    self.ledger.unreadable(&document.name, one.line, &one.to_string())?;
                }
                if matches!(parcel, Parcel::Transaction { .. }) {
                    self.ledger.defer(document);
                    return Ok(());
                }
                None
            }
            Some(selection) => selection.lock().remove(&document.place).flatten(),
        };
        let count = parcel.entries().len();
        // The file may have changed since.
        let wanted =
            selected.unwrap_or_else(|| (0..count).collect()).into_iter().filter(|&index| index < count);
        let mut delivery = deliver(self.client, &parcel, wanted.collect());
        let cut_off = delivery.cut_off.take();
        self.ledger.enter(document, &parcel, delivery)?;
        match cut_off {
            None => Ok(()),
            Some(error) => {
                self.ledger.not_sent(&document.name)?;
                Err(Failure::Refused(error.to_string()))
            }
        }
    }

    /// Tells what was to be sent in this pass and was not: the load ended before, or its file could not be read again.
    fn tell_left(&self) -> Result<(), Failure> {
        let Some(selection) = &self.selection else { return Ok(()) };
        for place in std::mem::take(&mut *selection.lock()).into_keys() {
            let file = self.sources[place.source as usize].path.display();
            let name = format!("{file}, document {}", place.number + 1);
            self.ledger.unreadable(
                &name,
                None,
                "not sent: not to be read again, or the load ended before",
            )?;
        }
        Ok(())
    }
}

fn mistake() -> Failure {
    Failure::Refused("a worker ended by a mistake".to_owned())
}

/// Hands documents to the workers.
struct Feed<'a> {
    pass: &'a Pass<'a>,
    to_workers: &'a Sender<Document>,
    /// Whether the ledger could be written.
    failed: Result<(), Failure>,
}

impl Reader for Feed<'_> {
    fn wants(&self, place: Place) -> bool {
        self.pass.selection.as_ref().is_none_or(|selection| selection.lock().contains_key(&place))
    }

    fn take(&mut self, document: Document) -> ControlFlow<()> {
        if self.pass.selection.is_none() {
            self.pass.ledger.found();
        }
        // A worker that has ended early goes on taking documents until there are no more.
        let is_taken = self.to_workers.send(document).is_ok();
        let goes_on = is_taken && !self.pass.is_over.load(Ordering::Relaxed);
        if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    fn unreadable(&mut self, name: &str, error: &std::io::Error) {
        if self.pass.selection.is_none() && self.failed.is_ok() {
            self.failed = self.pass.ledger.unreadable(name, None, &error.to_string());
        }
    }
}
