//! Scenario 5: a Patient and an Observation of it in a transaction, best into an empty directory.

use std::ops::ControlFlow;
use std::sync::Arc;

use hyper::body::Bytes;

use super::bodies::compact;
use super::{Bench, Scenario, steps};
use crate::Failure;
use crate::http::Request;
use crate::load::{Client, RowName, Workload};
use crate::report::StageReport;

const BUNDLE: &str = include_str!("../../bodies/small-transaction.json");
const ENTRIES: u64 = 2;

struct SmallTransactions {
    bundle: Bytes,
}

impl Workload for SmallTransactions {
    fn rows(&self) -> Vec<RowName> {
        vec![RowName::new("transaction", "Patient and Observation")]
    }

    async fn iterate(&self, client: &mut Client) -> ControlFlow<()> {
        client.send(0, &Request::process(self.bundle.clone(), ENTRIES)).await;
        ControlFlow::Continue(())
    }
}

pub async fn run(bench: &mut Bench<'_>) -> Result<Vec<StageReport>, Failure> {
    let clients_max = bench.plan(Scenario::SmallTransactions, 1).clients;
    let plan = bench.plan(Scenario::SmallTransactions, steps(clients_max).len());
    let bundle = compact(BUNDLE).into();
    bench.ladder(&plan, "", &Arc::new(SmallTransactions { bundle })).await
}
