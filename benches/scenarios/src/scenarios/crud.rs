//! Scenario 1: nine linked resources are created, read, changed, and deleted in reverse.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::bodies::{LINKED, changed, linked, with_id};
use super::{Bench, Scenario};
use crate::Failure;
use crate::http::Request;
use crate::load::{Client, RowName, Workload};
use crate::report::StageReport;

struct Crud;

const VERBS: [&str; 4] = ["create", "read", "update", "delete"];

/// A resource that was created.
struct Made {
    /// In [`LINKED`].
    at: usize,
    id: String,
    body: String,
}

impl Workload for Crud {
    fn rows(&self) -> Vec<RowName> {
        let types = |verb| LINKED.map(|(resource_type, _)| RowName::new(verb, resource_type));
        VERBS.into_iter().flat_map(types).collect()
    }

    async fn iterate(&self, client: &mut Client) -> ControlFlow<()> {
        let made = create(client).await;
        let row = |verb: usize, made: &Made| verb * LINKED.len() + made.at;
        for one in &made {
            client.send(row(1, one), &Request::read(LINKED[one.at].0, &one.id)).await;
        }
        for one in &made {
            let body = with_id(&changed(&one.body), &one.id);
            client.send(row(2, one), &Request::update(LINKED[one.at].0, &one.id, body)).await;
        }
        for one in made.iter().rev() {
            client.send(row(3, one), &Request::delete(LINKED[one.at].0, &one.id)).await;
        }
        ControlFlow::Continue(())
    }
}

async fn create(client: &mut Client) -> Vec<Made> {
    let (mut made, mut places): (Vec<Made>, Vec<String>) = (Vec::new(), Vec::new());
    for (at, (resource_type, body)) in LINKED.into_iter().enumerate() {
        let Some(body) = linked(body, places.iter().map(String::as_str)) else {
            client.not_sent(at);
            continue;
        };
        let answer = client.send(at, &Request::create(resource_type, body.clone())).await;
        if let Some(id) = answer.and_then(|(answer, _)| answer.created_id(resource_type)) {
            places.push(format!("{resource_type}/{id}"));
            made.push(Made { at, id, body });
        }
    }
    made
}

pub async fn run(bench: &mut Bench<'_>) -> Result<Vec<StageReport>, Failure> {
    Ok(vec![bench.stage(bench.plan(Scenario::Crud, 1), Arc::new(Crud)).await?])
}
