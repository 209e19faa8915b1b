//! What the engine answers, as the oracle compares it.

use std::rc::Rc;

use fornax::{Committed, EntryResponse, ErrorKind, Read, SearchPage, Version};
use fornax_oracle::history::step::Answer;
use fornax_oracle::history_pages::HistoryPage;
use fornax_oracle::json::Json;
use fornax_oracle::refusal::Refusal;
use fornax_oracle::repository::{Found, Outcome};
use fornax_oracle::search::{Continues, Page};
use fornax_oracle::transaction::{Done, EntryAnswer};
use fornax_oracle::version::{Key, Operation, Stored};

/// A version. That its body says which one it is is checked here, where the body's text is at hand.
pub fn version(version: &Version) -> Stored {
    let text = String::from_utf8(version.to_json()).unwrap();
    let sent = Stored {
        key: Key::of(version.resource_type, &*version.id),
        version: version.version.0,
        at: version.last_updated.as_millisecond(),
        operation: match version.operation {
            fornax::Operation::Create => Operation::Create,
            fornax::Operation::Update => Operation::Update,
            fornax::Operation::Delete => Operation::Delete,
        },
        body: (!text.is_empty()).then(|| Json::parse(&text).unwrap()),
    };
    Stored::of_sent(sent).unwrap()
}

pub fn page(page: &SearchPage) -> Page {
    Page {
        matches: page.matches.iter().map(version).collect(),
        includes: page.includes.iter().map(version).collect(),
        total: page.total,
        continues: continues(page.next.as_ref()),
    }
}

pub fn history_page(page: &fornax::HistoryPage) -> HistoryPage {
    HistoryPage {
        versions: page.versions.iter().map(version).collect(),
        total: page.total,
        continues: continues(page.next.as_ref()),
    }
}

fn continues(next: Option<&String>) -> Continues {
    if next.is_some() { Continues::Yes } else { Continues::No }
}

pub fn found(read: Read) -> Answer {
    Answer::Found(match read {
        Read::Current(current) => Found::Current(Rc::new(version(&current))),
        Read::Deleted(deleted) => Found::Deleted(Rc::new(version(&deleted))),
        Read::Missing => Found::Missing,
    })
}

pub fn outcome(committed: &Committed) -> Outcome {
    let shown = |found: &Version| Rc::new(version(found));
    match committed {
        Committed::Created(version) => Outcome::Created(shown(version)),
        Committed::Updated(version) => Outcome::Updated(shown(version)),
        Committed::Existing(version) => Outcome::Existing(shown(version)),
        Committed::Unchanged(version) => Outcome::Unchanged(shown(version)),
        Committed::DeletedAll(_) => panic!("which ones, the history says"),
        Committed::Deleted(version) => Outcome::Deleted(version.as_ref().map(shown)),
    }
}

/// The version that was newly made.
pub fn change(committed: &Committed) -> Option<&Version> {
    match committed {
        Committed::Created(version) | Committed::Updated(version) => Some(version),
        Committed::Deleted(version) => version.as_ref(),
        Committed::Existing(_) | Committed::Unchanged(_) | Committed::DeletedAll(_) => None,
    }
}

pub fn entry_change(entry: &EntryResponse) -> Option<&Version> {
    match entry {
        EntryResponse::Committed(committed) => change(committed),
        _ => None,
    }
}

pub fn entry(entry: &EntryResponse) -> EntryAnswer {
    match entry {
        EntryResponse::Committed(committed) => Done::Written(outcome(committed)),
        EntryResponse::Headers { .. } => panic!("nothing asks for it"),
        EntryResponse::Read(read) => Done::Read(Rc::new(version(read))),
        EntryResponse::Search(found) => Done::Search(Box::new(page(found))),
        EntryResponse::Failed { kind, .. } => Done::Failed(vec![refusal(*kind)]),
    }
}

pub fn refusal(kind: ErrorKind) -> Refusal {
    match kind {
        ErrorKind::Invalid => Refusal::Invalid,
        ErrorKind::Unprocessable => Refusal::Unprocessable,
        ErrorKind::NotSupported => Refusal::NotSupported,
        ErrorKind::NotFound => Refusal::NotFound,
        ErrorKind::Gone => Refusal::Gone,
        ErrorKind::Conflict => Refusal::Conflict,
        ErrorKind::Precondition => Refusal::Precondition,
        ErrorKind::Limit => Refusal::Limit,
        _ => Refusal::Unexpected,
    }
}
