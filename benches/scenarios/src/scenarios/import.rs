//! Scenario 2: what patients share first, one Bundle after the other; then clients share the patients' Bundles.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Bench, Scenario};
use crate::Failure;
use crate::data::{Bundle, Data};
use crate::http::Request;
use crate::load::{Client, Plan, RowName, Span, Workload};
use crate::report::StageReport;

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Shared,
    Patients,
}

struct Import {
    data: Arc<Data>,
    part: Part,
    next: AtomicU64,
}

impl Import {
    fn new(data: &Arc<Data>, part: Part) -> Arc<Self> {
        Arc::new(Self { data: Arc::clone(data), part, next: AtomicU64::new(0) })
    }

    fn bundle(&self, number: u64) -> Option<Result<Bundle, Failure>> {
        match self.part {
            Part::Shared => (number < self.data.shared()).then(|| self.data.shared_bundle(number)),
            Part::Patients => (number < self.data.patients()).then(|| self.data.patient_bundle(number)),
        }
    }
}

impl Workload for Import {
    fn rows(&self) -> Vec<RowName> {
        let name = match self.part {
            Part::Shared => "shared Bundles",
            Part::Patients => "patients' Bundles",
        };
        vec![RowName::new("Bundle", name)]
    }

    async fn iterate(&self, client: &mut Client) -> ControlFlow<()> {
        match self.bundle(self.next.fetch_add(1, Ordering::Relaxed)) {
            Some(Ok(bundle)) => {
                client.send(0, &Request::process(bundle.text, bundle.entries)).await;
                ControlFlow::Continue(())
            }
            // The file was there before, and its entries were counted: that it is gone is a failure.
            Some(Err(_)) => {
                client.not_sent(0);
                ControlFlow::Continue(())
            }
            None => ControlFlow::Break(()),
        }
    }
}

pub async fn run(bench: &mut Bench<'_>) -> Result<Vec<StageReport>, Failure> {
    let plan = Plan { span: Span::UntilDone, rate: None, ..bench.plan(Scenario::Import, 1) };
    let mut stages = Vec::new();
    if bench.data.shared() > 0 {
        let shared = Plan { name: "what patients share".to_owned(), clients: 1, ..plan.clone() };
        stages.push(bench.stage(shared, Import::new(&bench.data, Part::Shared)).await?);
    }
    let patients = Plan { name: "patients".to_owned(), ..plan };
    stages.push(bench.stage(patients, Import::new(&bench.data, Part::Patients)).await?);
    Ok(stages)
}
