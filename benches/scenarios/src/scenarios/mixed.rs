//! Scenario 4: creates, reads, updates and deletes beside each other, over what is loaded. The ladder of sizes is one run for
//! each size of data.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::bodies::{body, changed, linked, with_id};
use super::{Bench, Scenario};
use crate::Failure;
use crate::data::{READ_TYPES, Values};
use crate::dice::Dice;
use crate::http::Request;
use crate::load::{Client, RowName, Workload};
use crate::report::StageReport;

/// Of a hundred requests.
const VERBS: [(Verb, usize); 4] =
    [(Verb::Create, 10), (Verb::Read, 60), (Verb::Update, 25), (Verb::Delete, 5)];
/// Of a hundred resources; their order is that of [`READ_TYPES`].
const TYPES: [(&str, usize); 5] =
    [("Observation", 50), ("Patient", 20), ("Condition", 15), ("Encounter", 10), ("MedicationRequest", 5)];
const _: () = assert!(TYPES.len() == READ_TYPES.len());

#[derive(Clone, Copy, Debug, PartialEq)]
enum Verb {
    Create,
    Read,
    Update,
    Delete,
}

struct Mixed {
    values: Arc<Values>,
    /// What each client has created and not deleted, by type. Reads are of what was loaded, so that none meets a deleted one.
    made: Vec<Mutex<[Vec<Made>; 5]>>,
}

#[derive(Clone)]
struct Made {
    id: String,
    body: String,
}

/// Of one type by one client; beyond that the oldest are left alone.
const MADE_MAX: usize = 1000;

impl Mixed {
    fn mine(&self, client: &Client) -> MutexGuard<'_, [Vec<Made>; 5]> {
        self.made[client.number].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn row(verb: Verb, kind: usize) -> usize {
        verb as usize * TYPES.len() + kind
    }

    async fn create(&self, client: &mut Client, kind: usize) {
        let (row, resource_type) = (Self::row(Verb::Create, kind), TYPES[kind].0);
        let values = &self.values;
        let places = [&values.patients, &values.encounters, &values.participants]
            .map(|places| client.dice.pick(places).map(String::as_str));
        let body = body(resource_type).and_then(|body| linked(body, places.into_iter().flatten()));
        let Some(body) = body else { return client.not_sent(row) };
        let answer = client.send(row, &Request::create(resource_type, body.clone())).await;
        if let Some(id) = answer.and_then(|(answer, _)| answer.created_id(resource_type)) {
            let mine = &mut self.mine(client)[kind];
            if mine.len() >= MADE_MAX {
                mine.remove(0);
            }
            mine.push(Made { id, body });
        }
    }
}

fn drawn<T: Copy>(dice: &mut Dice, shares: &[(T, usize)]) -> usize {
    let mut left = dice.below(shares.iter().map(|(_, share)| share).sum());
    for (at, (_, share)) in shares.iter().enumerate() {
        if left < *share {
            return at;
        }
        left -= share;
    }
    0
}

impl Workload for Mixed {
    fn rows(&self) -> Vec<RowName> {
        let names = ["create", "read", "update", "delete"];
        names.into_iter().flat_map(|verb| TYPES.map(|(kind, _)| RowName::new(verb, kind))).collect()
    }

    async fn iterate(&self, client: &mut Client) -> ControlFlow<()> {
        let verb = VERBS[drawn(&mut client.dice, &VERBS)].0;
        let kind = drawn(&mut client.dice, &TYPES);
        let (row, resource_type) = (Self::row(verb, kind), TYPES[kind].0);
        let own_count = self.mine(client)[kind].len();
        let own_at = client.dice.below(own_count);
        match verb {
            Verb::Read => {
                let ids = self.values.ids.get(resource_type).map_or(&[][..], Vec::as_slice);
                match client.dice.pick(ids) {
                    Some(id) => drop(client.send(row, &Request::read(resource_type, id)).await),
                    None => client.not_sent(row),
                }
            }
            // At first there is nothing of one's own to change or to delete.
            Verb::Create => self.create(client, kind).await,
            Verb::Update | Verb::Delete if own_count == 0 => self.create(client, kind).await,
            Verb::Update => {
                let Made { id, body } = {
                    let mine = &mut self.mine(client)[kind][own_at];
                    // Each time another body: a server may pass over what changes nothing.
                    mine.body = changed(&mine.body);
                    mine.clone()
                };
                client.send(row, &Request::update(resource_type, &id, with_id(&body, &id))).await;
            }
            Verb::Delete => {
                let Made { id, .. } = self.mine(client)[kind].swap_remove(own_at);
                client.send(row, &Request::delete(resource_type, &id)).await;
            }
        }
        ControlFlow::Continue(())
    }
}

pub async fn run(bench: &mut Bench<'_>) -> Result<Vec<StageReport>, Failure> {
    let values = bench.values().await?;
    let plan = bench.plan(Scenario::Mixed, 1);
    let made = (0..plan.clients).map(|_| Mutex::default()).collect();
    Ok(vec![bench.stage(plan, Arc::new(Mixed { values, made })).await?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_kept() {
        let mut dice = Dice::new(1);
        let mut counts = [0_usize; VERBS.len()];
        (0..10_000).for_each(|_| counts[drawn(&mut dice, &VERBS)] += 1);
        for ((_, share), count) in VERBS.iter().zip(counts) {
            assert!(count.abs_diff(share * 100) < 200, "{counts:?}");
        }
        assert_eq!(TYPES.map(|(kind, _)| kind), READ_TYPES);
    }
}
