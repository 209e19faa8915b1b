//! Goes through all files, first for what stands alone, then for transactions, then again for what was refused because
//! something else was missing, for as long as that helps.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam::channel::{Receiver, Sender, bounded};

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
    /// `None` in the first pass, which leaves transactions alone.
    selection: Option<Selection>,
    /// Set when a worker can't go on.
    is_over: AtomicBool,
}

/// Loads everything that can be loaded.
pub(crate) fn run(
    sources: &[Source],
    client: &Client,
    ledger: &Ledger,
    workers: usize,
) -> Result<(), Failure> {
    let mut selection = None;
    loop {
        let before = ledger.delivered();
        let is_first = selection.is_none();
        Pass { sources, client, ledger, selection, is_over: AtomicBool::new(false) }.run(workers)?;
        if !ledger.has_again() || (!is_first && ledger.delivered() == before) {
            return ledger.give_up();
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
            let ended = workers.into_iter().map(|worker| {
                worker
                    .join()
                    .unwrap_or_else(|_| Err(Failure::Refused("a worker ended by a mistake".to_owned())))
            });
            ended.collect::<Vec<_>>().into_iter().collect::<Result<(), _>>().and(read)
        })
    }

    /// Reads all files. One that can't be read is taken down, and the rest goes on.
    fn read(&self, to_workers: &Sender<Document>) -> Result<(), Failure> {
        for (index, source) in (0..).zip(self.sources) {
            let is_selected = |selection: &Selection| selection.keys().any(|place| place.source == index);
            if self.selection.as_ref().is_some_and(|selection| !is_selected(selection)) {
                continue;
            }
            let mut feed = Feed { pass: self, to_workers };
            match documents::read(source, index, &mut feed) {
                Err(error) if self.selection.is_none() => {
                    self.ledger.unreadable(&source.path.display().to_string(), None, &error.to_string())?;
                }
                // What could not be read before can't be read now, and was taken down.
                _ => {}
            }
            if self.is_over.load(Ordering::Relaxed) {
                break;
            }
        }
        Ok(())
    }

    fn work(&self, from_files: &Receiver<Document>) -> Result<(), Failure> {
        for document in from_files {
            // The reader must not wait for ever on a full channel, so what is left in it is taken out and dropped.
            if self.is_over.load(Ordering::Relaxed) {
                continue;
            }
            if let Err(failure) = self.load(&document) {
                self.is_over.store(true, Ordering::Relaxed);
                from_files.iter().for_each(drop);
                return Err(failure);
            }
        }
        Ok(())
    }

    fn load(&self, document: &Document) -> Result<(), Failure> {
        let (parcel, unreadable) = Parcel::of(document);
        if self.selection.is_none() {
            for one in unreadable {
                self.ledger.unreadable(&document.name, one.line, &one.to_string())?;
            }
        }
        let selected = match &self.selection {
            None if matches!(parcel, Parcel::Transaction { .. }) => {
                self.ledger.defer(document.place);
                return Ok(());
            }
            None => None,
            Some(selection) => selection.get(&document.place).cloned().flatten(),
        };
        let wanted = selected.unwrap_or_else(|| (0..parcel.entries().len()).collect());
        let delivery = deliver(self.client, &parcel, wanted);
        let delivery = delivery.map_err(|error| Failure::Refused(error.to_string()))?;
        self.ledger.enter(document, &parcel, delivery)
    }
}

/// Hands documents to the workers.
struct Feed<'a> {
    pass: &'a Pass<'a>,
    to_workers: &'a Sender<Document>,
}

impl Reader for Feed<'_> {
    fn wants(&self, place: Place) -> bool {
        self.pass.selection.as_ref().is_none_or(|selection| selection.contains_key(&place))
    }

    fn take(&mut self, document: Document) -> ControlFlow<()> {
        if self.pass.selection.is_none() {
            self.pass.ledger.found();
        }
        let is_over = self.pass.is_over.load(Ordering::Relaxed);
        if is_over || self.to_workers.send(document).is_err() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}
