//! Scenario 3: each client makes every kind of search once in each iteration, a page of 20.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::asked::{Ask, Asked, left_out};
use super::{Bench, Family, Order, Scenario, search_families};
use crate::Failure;
use crate::data::Values;
use crate::http::{Expectation, Request};
use crate::load::{Client, Plan, RowName, Workload};
use crate::report::StageReport;

/// Matches on a page.
pub const PAGE: u64 = 20;

struct Searches {
    families: Vec<Family>,
    values: Arc<Values>,
}

impl Workload for Searches {
    fn rows(&self) -> Vec<RowName> {
        self.families.iter().map(|family| family.row.clone()).collect()
    }

    async fn iterate(&self, client: &mut Client) -> ControlFlow<()> {
        for turn in 0..self.families.len() {
            if client.is_over() {
                break;
            }
            // Clients begin at different kinds, so that they don't all wait for the slowest one together.
            let row = (turn + client.number) % self.families.len();
            if let Some(search) = self.families[row].search(&self.values, &mut client.dice) {
                let expectation = Expectation::Page { matches_max: PAGE };
                client.send(row, &Request::get(format!("{search}&_count={PAGE}"), expectation)).await;
            }
        }
        ControlFlow::Continue(())
    }
}

pub async fn run(bench: &mut Bench<'_>) -> Result<Vec<StageReport>, Failure> {
    let values = bench.values().await?;
    let (families, missing) = left_out(search_families(), &values);
    if !missing.is_empty() {
        (bench.told)(&format!("left out, since the data has no values for them: {}", missing.join(", ")));
    }
    let searches = Arc::new(Searches { families, values: Arc::clone(&values) });
    let plan = Plan { name: "every kind in turn".to_owned(), ..bench.plan(Scenario::Search, 1) };
    let mut stages = vec![bench.stage(plan, searches).await?];
    if bench.pacing.order == Order::MixedThenApart {
        let (families, _) = left_out(search_families(), &values);
        let plan = bench.plan(Scenario::Search, families.len());
        for family in families {
            let plan = Plan { name: family.row.name.clone(), ..plan.clone() };
            let asked = Asked { ask: Ask::Page { matches_max: PAGE }, family, values: Arc::clone(&values) };
            stages.push(bench.stage(plan, Arc::new(asked)).await?);
        }
    }
    Ok(stages)
}
