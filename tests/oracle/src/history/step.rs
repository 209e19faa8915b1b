//! Steps, and what the other side answers to them.

use crate::history_pages::HistoryPage;
use crate::refusal::Refusal;
use crate::repository::{Found, Outcome, Scope};
use crate::search::Page;
use crate::transaction::{Entry, EntryAnswer};
use crate::version::Key;

/// One step of a history: plain data. `$3` in a text stands for the id that the repository made in slot 3, `$L` for the time of the
/// last change, so that the other steps keep their meaning when one is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Creates a resource; its id is remembered in a slot.
    Create {
        /// The slot.
        slot: u8,
        /// The resource type.
        resource_type: String,
        /// `If-None-Exist`.
        criteria: Option<String>,
        /// The body.
        body: String,
    },
    /// Updates a resource.
    Update {
        /// Which.
        key: Key,
        /// `If-Match`.
        if_match: Option<u64>,
        /// The body.
        body: String,
    },
    /// Deletes a resource.
    Delete {
        /// Which.
        key: Key,
        /// `If-Match`.
        if_match: Option<u64>,
    },
    /// Reads the current version.
    Read(Key),
    /// Reads one version.
    VersionRead(Key, u64),
    /// Reads a history, page by page.
    History {
        /// Of what.
        scope: Scope,
        /// Versions on a page.
        count: Option<u32>,
        /// From the last change on, or from the beginning.
        since: Since,
    },
    /// Searches, page by page to the end.
    Search(String),
    /// The same, with all parameters in the body of a POST.
    SearchByPost(String),
    /// Begins a search and keeps its next page's token in a slot.
    Hold(u8, String),
    /// Begins a history and keeps its next page's token in a slot.
    HoldHistory(u8, Scope, u32),
    /// Reads the next page of the search or history in a slot.
    Continue(u8),
    /// Processes a batch or transaction. The ids of creates go to slots, one for each entry.
    Bundle {
        /// Which of the two.
        kind: BundleKind,
        /// The entries.
        entries: Vec<Entry>,
        /// Where the ids of creates are remembered.
        slots: Vec<Option<u8>>,
    },
    /// Closes the repository and opens it again.
    Reopen,
}

/// From when on a history is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// From the beginning.
    Ever,
    /// From the time of the last change.
    LastChange,
}

/// The Bundles that are processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BundleKind {
    /// Entries stand alone.
    Batch,
    /// All or nothing.
    Transaction,
}

/// What the other side answers.
#[derive(Clone, Debug)]
pub enum Answer {
    /// To a change.
    Done(Outcome),
    /// To a read.
    Found(Found),
    /// To a history: pages.
    History(Vec<HistoryPage>),
    /// To a search: pages.
    Pages(Vec<Page>),
    /// To a Bundle.
    Bundle(Vec<EntryAnswer>),
    /// To what has no answer.
    Nothing,
    /// Refused.
    Refused(Refusal),
}
