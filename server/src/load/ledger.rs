//! The account of a load: what is done, what is refused, what is to be tried again.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use parking_lot::Mutex;
use serde::Serialize;
use serde_json::value::RawValue;

use super::delivery::{Delivery, Done, Refusal};
use super::documents::{Document, Place};
use super::parcel::Parcel;
use crate::failure::Failure;

/// Shared by all who load.
pub(crate) struct Ledger {
    books: Mutex<Books>,
    bar: ProgressBar,
}

/// What a load came to.
#[derive(Debug, Default)]
pub(crate) struct Account {
    /// By resource type.
    pub types: BTreeMap<String, Counts>,
    /// Lines in the error file.
    pub refusals: u64,
}

/// Resources of one type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub created: u64,
    pub updated: u64,
    pub existing: u64,
    pub deleted: u64,
    pub refused: u64,
}

/// Which entries of a document are to be sent; `None`: all.
pub(crate) type Selection = HashMap<Place, Option<Vec<usize>>>;

struct Books {
    account: Account,
    errors: ErrorFile,
    again: Selection,
    /// Names of documents that were not sent yet.
    deferred: Vec<String>,
    /// Refusals that the next pass may make good, and bytes of their reasons.
    held: Vec<Line>,
    held_bytes: usize,
    delivered: u64,
}

/// Bytes of reasons kept for the next pass; what is beyond is refused for good.
const HELD_BYTES_MAX: usize = 64 << 20;
/// Bytes of a reason in the error file.
const REASON_BYTES_MAX: usize = 16 << 10;

/// A line of the error file.
#[derive(Debug, Serialize)]
struct Line {
    file: String,
    /// Numbers of entries in a Bundle, or lines; none when the whole document is refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    entries: Vec<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// The server's OperationOutcome, or a text.
    reason: Box<RawValue>,
    /// Counted when the line is written.
    #[serde(skip)]
    types: Vec<String>,
}

impl Line {
    /// Of something that no server was asked about.
    fn plain(file: &str, entries: Vec<u64>, reason: &str) -> Self {
        Self { file: file.to_owned(), entries, status: None, reason: json(reason), types: Vec::new() }
    }
}

/// Made at the first refusal, for its owner alone: a reason may quote an identifier.
struct ErrorFile {
    path: PathBuf,
    file: Option<BufWriter<File>>,
}

impl Ledger {
    /// An account whose refusals go to this file. One that is left from another load is removed.
    pub(crate) fn open(errors: &Path) -> Result<Self, Failure> {
        let is_file = std::fs::symlink_metadata(errors).is_ok_and(|found| found.is_file());
        if is_file {
            std::fs::remove_file(errors)
                .map_err(Failure::io(format!("cannot write {}", errors.display())))?;
        }
        let bar = ProgressBar::new(0);
        // The template is fixed: it parses.
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} documents  {msg}  {elapsed}") {
            bar.set_style(style);
        }
        let books = Books {
            account: Account::default(),
            errors: ErrorFile { path: errors.to_owned(), file: None },
            again: Selection::new(),
            deferred: Vec::new(),
            held: Vec::new(),
            held_bytes: 0,
            delivered: 0,
        };
        Ok(Self { books: Mutex::new(books), bar })
    }

    /// One more document was found.
    pub(crate) fn found(&self) {
        self.bar.inc_length(1);
    }

    /// A document is left for the next pass as it is.
    pub(crate) fn defer(&self, document: &Document) {
        let mut books = self.books.lock();
        books.again.insert(document.place, None);
        books.deferred.push(document.name.clone());
        drop(books);
        self.bar.inc(1);
    }

    /// Takes down what became of a document.
    pub(crate) fn enter(
        &self,
        document: &Document,
        parcel: &Parcel<'_>,
        delivery: Delivery,
    ) -> Result<(), Failure> {
        let mut books = self.books.lock();
        for (index, done) in &delivery.done {
            books.count(&parcel.entries()[*index].resource_type, *done);
        }
        for refusal in delivery.refused {
            books.refuse(document, parcel, &refusal)?;
        }
        let resources = books.delivered;
        let refusals = books.account.refusals;
        drop(books);
        self.bar.set_message(format!("{resources} resources, {refusals} refusals"));
        self.bar.inc(1);
        Ok(())
    }

    /// Takes down a file or a document that was not sent, since the load ended before.
    pub(crate) fn not_sent(&self, name: &str) -> Result<(), Failure> {
        self.unreadable(name, None, "not sent: the load ended before")
    }

    /// Takes down a file, or a line of one, that can't be read.
    pub(crate) fn unreadable(&self, file: &str, line: Option<u64>, reason: &str) -> Result<(), Failure> {
        let entries = line.into_iter().collect();
        self.books.lock().write(&Line::plain(file, entries, reason))
    }

    /// Resources delivered so far.
    pub(crate) fn delivered(&self) -> u64 {
        self.books.lock().delivered
    }

    /// What is to be tried again; the refusals of these are forgotten.
    pub(crate) fn take_again(&self) -> Selection {
        let mut books = self.books.lock();
        books.held.clear();
        books.deferred.clear();
        books.held_bytes = 0;
        self.bar.inc_length(books.again.len() as u64);
        std::mem::take(&mut books.again)
    }

    pub(crate) fn has_again(&self) -> bool {
        !self.books.lock().again.is_empty()
    }

    /// Nothing is tried again: what was held back is refused, what was not sent is told.
    pub(crate) fn give_up(&self) -> Result<(), Failure> {
        let mut books = self.books.lock();
        books.again.clear();
        for line in std::mem::take(&mut books.held) {
            books.write(&line)?;
        }
        for file in std::mem::take(&mut books.deferred) {
            books.write(&Line::plain(&file, Vec::new(), "not sent"))?;
        }
        books.errors.finish()
    }

    pub(crate) fn finish(self) -> Account {
        self.bar.finish_and_clear();
        self.books.into_inner().account
    }
}

impl Books {
    fn count(&mut self, resource_type: &str, done: Done) {
        self.delivered += 1;
        let counts = self.account.types.entry(resource_type.to_owned()).or_default();
        match done {
            Done::Created => counts.created += 1,
            Done::Updated => counts.updated += 1,
            Done::Existing => counts.existing += 1,
            Done::Deleted => counts.deleted += 1,
            Done::Read => {}
        }
    }

    fn refuse(&mut self, document: &Document, parcel: &Parcel<'_>, refusal: &Refusal) -> Result<(), Failure> {
        let is_transaction = matches!(parcel, Parcel::Transaction { .. });
        let entries = refusal.entries.iter().map(|&index| &parcel.entries()[index]);
        let line = Line {
            file: document.name.clone(),
            entries: if is_transaction {
                Vec::new()
            } else {
                entries.clone().map(|entry| entry.number).collect()
            },
            status: refusal.status,
            reason: json(&refusal.reason),
            types: entries.map(|entry| entry.resource_type.clone()).collect(),
        };
        if !refusal.may_pass_later() || self.held_bytes > HELD_BYTES_MAX {
            return self.write(&line);
        }
        self.held_bytes += line.reason.get().len();
        self.held.push(line);
        let selected = self.again.entry(document.place).or_insert_with(|| Some(Vec::new()));
        if is_transaction {
            *selected = None;
        } else if let Some(selected) = selected {
            selected.extend(&refusal.entries);
        }
        Ok(())
    }

    fn write(&mut self, line: &Line) -> Result<(), Failure> {
        for resource_type in &line.types {
            self.account.types.entry(resource_type.clone()).or_default().refused += 1;
        }
        self.account.refusals += 1;
        self.errors.write(line)
    }
}

impl ErrorFile {
    fn write(&mut self, line: &Line) -> Result<(), Failure> {
        let failed = || Failure::io(format!("cannot write {}", self.path.display()));
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(BufWriter::new(
                File::options()
                    .write(true)
                    .create(true)
                    .truncate(true)
                    .mode(0o600)
                    .open(&self.path)
                    .map_err(failed())?,
            )),
        };
        let line = serde_json::to_string(line).map_err(|error| failed()(error.into()))?;
        writeln!(file, "{line}").map_err(failed())
    }

    fn finish(&mut self) -> Result<(), Failure> {
        let failed = Failure::io(format!("cannot write {}", self.path.display()));
        self.file.as_mut().map_or(Ok(()), BufWriter::flush).map_err(failed)
    }
}

/// A reason as JSON: an OperationOutcome as it is, anything else as a text, cut where it is too long.
fn json(reason: &str) -> Box<RawValue> {
    let end = (0..=reason.len().min(REASON_BYTES_MAX)).rev().find(|&end| reason.is_char_boundary(end));
    let cut = &reason[..end.unwrap_or(0)];
    let as_it_is = || RawValue::from_string(reason.to_owned()).ok();
    let object =
        if cut.len() == reason.len() { as_it_is().filter(|raw| raw.get().starts_with('{')) } else { None };
    // A text always is JSON once it is quoted.
    object.or_else(|| serde_json::value::to_raw_value(cut).ok()).unwrap_or_else(|| RawValue::NULL.to_owned())
}
