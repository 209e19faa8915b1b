//! Steps, and what the other side answers to them.

use crate::changes::{Expected, Whose};
use crate::history_pages::HistoryPage;
use crate::patch::Patch;
use crate::refusal::Refusal;
use crate::repository::{Found, Outcome, Scope};
use crate::search::Page;
use crate::transaction::{Entry, EntryAnswer, Method};
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
        whose: Whose,
        /// `If-Match`, `If-None-Match`.
        expected: Expected,
        /// The body.
        body: String,
    },
    /// Patches a resource.
    Patch {
        /// Which.
        whose: Whose,
        /// `If-Match`.
        expected: Expected,
        /// The patch.
        patch: Patch,
    },
    /// Deletes a resource.
    Delete {
        /// Which.
        whose: Whose,
        /// `If-Match`.
        expected: Expected,
    },
    /// Deletes all resources that criteria match.
    DeleteAll {
        /// The resource type.
        resource_type: String,
        /// The query string.
        criteria: String,
        /// More than these are refused.
        at_most: usize,
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
    /// Searches as of the past, page by page to the end.
    SearchAsOf(Moment, String),
    /// Begins a search and keeps its next page's token in a slot.
    Hold(u8, String),
    /// Begins a search as of the past and keeps its next page's token in a slot.
    HoldAsOf(u8, Moment, String),
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
    /// The same, and what searches go by is lost meanwhile.
    Rebuild,
    /// Forgets what was replaced up to then.
    Forget(Moment),
    /// Gives disk space back.
    Compact,
}

impl Step {
    /// How many searches it makes, further pages not counted.
    pub fn searches(&self) -> usize {
        match self {
            Self::Search(_)
            | Self::SearchByPost(_)
            | Self::SearchAsOf(..)
            | Self::Hold(..)
            | Self::HoldAsOf(..) => 1,
            Self::Bundle { entries, .. } => {
                entries.iter().filter(|entry| entry.method == Method::Get && entry.url.contains('?')).count()
            }
            _ => 0,
        }
    }

    /// As of when it searches; `None`: now, or it is no search.
    pub fn moment(&self) -> Option<Moment> {
        match self {
            Self::SearchAsOf(moment, _) | Self::HoldAsOf(_, moment, _) => Some(*moment),
            _ => None,
        }
    }
}

/// A moment of the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// When a version was made, counted back from the last one, which is nought.
    Change(u32),
    /// A time, in milliseconds since 1970: what stands for a change when the step is done.
    At(i64),
    /// What a search of the present saw, counted back from the last one, which is nought.
    Search(u32),
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
    /// To forgetting: how many versions went.
    Forgotten(u64),
    /// To a Bundle.
    Bundle(Vec<EntryAnswer>),
    /// To what has no answer.
    Nothing,
    /// Refused.
    Refused(Refusal),
}
