//! One kind of search, made again and again.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::Family;
use crate::data::Values;
use crate::dice::Dice;
use crate::http::{Expectation, Request};
use crate::load::{Client, RowName, Workload};

/// What of a search is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// How many match.
    Count,
    /// The same, with the parameters in the body.
    CountByForm,
    /// The first page.
    Page {
        /// Matches on it.
        matches_max: u64,
    },
    /// One page after the other.
    Pages {
        /// Matches on each.
        matches_max: u64,
        /// After so many it begins anew.
        pages_max: usize,
    },
}

/// A family, and what is asked of it.
pub struct Asked {
    pub ask: Ask,
    pub family: Family,
    pub values: Arc<Values>,
}

impl Workload for Asked {
    fn rows(&self) -> Vec<RowName> {
        vec![self.family.row.clone()]
    }

    async fn iterate(&self, client: &mut Client) -> ControlFlow<()> {
        let Some(parameters) = self.family.parameters(&self.values, &mut client.dice) else {
            return ControlFlow::Break(());
        };
        let resource_type = self.family.resource_type;
        let get = |more: String, expectation| {
            Request::get(format!("{resource_type}?{parameters}&{more}"), expectation)
        };
        match self.ask {
            Ask::Count => {
                client.send(0, &get("_summary=count".to_owned(), Expectation::Total)).await;
            }
            Ask::CountByForm => {
                let form = format!("{parameters}&_summary=count");
                client.send(0, &Request::search_by_form(resource_type, form, Expectation::Total)).await;
            }
            Ask::Page { matches_max } => {
                let expectation = Expectation::Page { matches_max };
                client.send(0, &get(format!("_count={matches_max}"), expectation)).await;
            }
            Ask::Pages { matches_max, pages_max } => {
                let expectation = Expectation::Page { matches_max };
                let first = get(format!("_count={matches_max}"), expectation);
                send_pages(client, 0, first, pages_max).await;
            }
        }
        ControlFlow::Continue(())
    }
}

/// Sends a request, and goes on with the links to next pages, which the same is expected of.
pub async fn send_pages(client: &mut Client, row: usize, first: Request, pages_max: usize) {
    let mut request = first;
    for _ in 0..pages_max {
        let Some((_, page)) = client.send(row, &request).await else { break };
        match page.next {
            Some(next) if !client.is_over() => {
                request = Request::get(client.place_of(&next), request.expectation.clone());
            }
            _ => break,
        }
    }
}

/// Families that the data has values for, and the names of the others.
pub fn left_out(families: Vec<Family>, values: &Values) -> (Vec<Family>, Vec<String>) {
    let has_values = |family: &Family| family.parameters(values, &mut Dice::new(0)).is_some();
    let (kept, left_out): (Vec<_>, Vec<_>) = families.into_iter().partition(has_values);
    (kept, left_out.into_iter().map(|family| family.row.name).collect())
}
