//! What a link to a further page says.

use fornax_postings::Seq;
use serde::{Deserialize, Serialize};

use crate::page::Start;

/// The content of a page link. Plain data: whoever hands it out seals it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageToken {
    /// What is searched, as [`Scope::to_path`](fornax_query::Scope::to_path) writes it.
    pub path: String,
    /// The query, as [`Query::to_query_string`](fornax_query::Query::to_query_string) writes it.
    pub query: String,
    /// The commit whose snapshot all pages are of.
    pub seq: Seq,
    /// Where the page starts.
    pub start: Start,
}
