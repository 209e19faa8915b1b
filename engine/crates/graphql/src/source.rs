//! Where resources come from: declared here, given by who holds them.

use fornax_model::Document;

/// Reads and searches on one moment's state, as one principal may see it.
pub trait Source {
    /// What the references lead to, in their order; absent what does not exist, is deleted, or may not be seen.
    fn read_many(&self, targets: &[Target]) -> Result<Vec<Option<Document>>, SourceError>;

    /// One page of a search. A parameter that can't be applied must be an error, never passed over.
    fn search(&self, search: &Search<'_>) -> Result<Page, SourceError>;
}

/// A resource that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// Its type: one that resources can be of.
    pub resource_type: &'static str,
    /// Its id, syntactically one.
    pub id: String,
    /// Its version; absent for the current one.
    pub version: Option<String>,
}

/// A page that is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Search<'a> {
    /// The type that is searched.
    pub resource_type: &'static str,
    /// A query string, encoded, without `?`. Empty where a cursor is given.
    pub query: &'a str,
    /// What an earlier page gave for this one; from the client, so it may be anything.
    pub cursor: Option<&'a str>,
}

/// One page of matches.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// In the order of the search.
    pub matches: Vec<Match>,
    /// How many there are on all pages; absent if nobody counted.
    pub total: Option<u64>,
    /// How many stand before this page; absent if unknown.
    pub offset: Option<u64>,
    /// How many a page holds at most.
    pub page_size: Option<u64>,
    /// The cursor of the first page.
    pub first: Option<String>,
    /// The cursor of the page before; absent on the first.
    pub previous: Option<String>,
    /// The cursor of the page after; absent on the last.
    pub next: Option<String>,
    /// The cursor of the last page.
    pub last: Option<String>,
}

/// A resource on a page.
#[derive(Clone, Debug)]
pub struct Match {
    /// The resource.
    pub resource: Document,
    /// `Bundle.entry.search.mode`; a list passes over what is not `match`.
    pub mode: &'static str,
    /// `Bundle.entry.search.score`, as JSON writes it.
    pub score: Option<String>,
}

/// Why a source gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The request asks for what can't be given: told to the client at the field, while the others go on.
    #[error("{message}")]
    Refused {
        /// An issue type of FHIR, as `invalid` or `not-supported`.
        code: &'static str,
        /// What the client may see.
        message: String,
    },
    /// Something is wrong with the source itself: the request ends.
    #[error(transparent)]
    Failed(Box<dyn std::error::Error + Send + Sync>),
}
