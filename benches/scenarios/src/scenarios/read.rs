//! Scenario 7: reads by id, and all that belongs to a patient.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::asked::send_pages;
use super::{Bench, Scenario, steps};
use crate::Failure;
use crate::data::{READ_TYPES, Values};
use crate::http::{Expectation, Request};
use crate::load::{Client, RowName, Workload};
use crate::report::StageReport;

struct ById(Arc<Values>);

impl Workload for ById {
    fn rows(&self) -> Vec<RowName> {
        READ_TYPES.map(|resource_type| RowName::new("by id", resource_type)).to_vec()
    }

    async fn iterate(&self, client: &mut Client) -> ControlFlow<()> {
        for (row, resource_type) in READ_TYPES.into_iter().enumerate() {
            let ids = self.0.ids.get(resource_type).map_or(&[][..], Vec::as_slice);
            if let Some(id) = client.dice.pick(ids) {
                client.send(row, &Request::read(resource_type, id)).await;
            }
        }
        ControlFlow::Continue(())
    }
}

struct Everything(Arc<Values>);

/// Pages of one patient that are followed: some servers have one, others pages of 20.
const PAGES_MAX: usize = 1000;

impl Workload for Everything {
    fn rows(&self) -> Vec<RowName> {
        vec![RowName::new("$everything", "Patient/$everything")]
    }

    async fn iterate(&self, client: &mut Client) -> ControlFlow<()> {
        let Some(patient) = client.dice.pick(&self.0.patients) else { return ControlFlow::Break(()) };
        let all = Expectation::Page { matches_max: u64::MAX };
        send_pages(client, 0, Request::get(format!("{patient}/$everything"), all), PAGES_MAX).await;
        ControlFlow::Continue(())
    }
}

pub async fn run(bench: &mut Bench<'_>) -> Result<Vec<StageReport>, Failure> {
    let values = bench.values().await?;
    let nothing = values.ids.values().all(Vec::is_empty);
    if nothing || values.patients.is_empty() {
        return Err(Failure::Server("the server holds nothing to read: load the data first".to_owned()));
    }
    let clients_max = bench.plan(Scenario::Read, 1).clients;
    let plan = bench.plan(Scenario::Read, 2 * steps(clients_max).len());
    let mut stages = bench.ladder(&plan, "by id, ", &Arc::new(ById(Arc::clone(&values)))).await?;
    stages.extend(bench.ladder(&plan, "$everything, ", &Arc::new(Everything(values))).await?);
    Ok(stages)
}
