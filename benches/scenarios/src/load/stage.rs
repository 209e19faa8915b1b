//! A stage: so many clients at one work, at one pace, for a while or until it is done.

use std::future::Future;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::ledger::Correction;
use super::pace::Pace;
use super::{Client, Ledger, RowName};
use crate::Failure;
use crate::http::{Connection, Server};
use crate::machine::ServerProcess;
use crate::report::StageReport;

/// What the clients of a stage do.
pub trait Workload: Send + Sync + 'static {
    /// What is counted apart.
    fn rows(&self) -> Vec<RowName>;

    /// Does the next piece of work; a break when there is no more.
    fn iterate(&self, client: &mut Client) -> impl Future<Output = ControlFlow<()>> + Send;
}

/// How long a stage takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Span {
    /// For a while, of which the first part does not count.
    Time {
        /// Caches and compilers of the server settle.
        warm_up: Duration,
        /// What counts.
        measured: Duration,
    },
    /// Until there is no more to do.
    UntilDone,
}

/// How a stage is run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What it is called within its scenario; empty, when it is the only one.
    pub name: String,
    /// Connections, each with one request at a time.
    pub clients: usize,
    /// How long.
    pub span: Span,
    /// Requests a second of all clients together; without it each sends the next one when it has the answer.
    pub rate: Option<f64>,
}

/// A stage under way.
pub struct Stage {
    pub(super) ledger: Ledger,
    start: Instant,
    /// None: when the work is done.
    end: Option<Instant>,
    pace: Option<Pace>,
}

impl Stage {
    /// Waits for the next moment at which a request is due. None: at once.
    pub(super) async fn due(&self) -> Option<Instant> {
        let pace = self.pace.as_ref()?;
        // Before it starts and after its end requests are sent as they come: they count for nothing.
        if Instant::now() < self.start { None } else { pace.next().await }
    }

    pub(super) fn counts(&self, started: Instant) -> bool {
        started >= self.start && self.end.is_none_or(|end| started < end)
    }

    pub(super) fn is_over(&self) -> bool {
        match &self.pace {
            Some(pace) => pace.is_over(),
            None => self.end.is_some_and(|end| Instant::now() >= end),
        }
    }
}

/// Runs a stage.
///
/// # Errors
/// A client died, which is a mistake in here: a server's failures are counted.
pub async fn run<W: Workload>(
    plan: &Plan,
    workload: Arc<W>,
    server: &Arc<Server>,
    process: &ServerProcess,
) -> Result<StageReport, Failure> {
    let (start, end) = match plan.span {
        Span::Time { warm_up, measured } => {
            let start = Instant::now() + warm_up;
            (start, Some(start + measured))
        }
        Span::UntilDone => (Instant::now(), None),
    };
    let pace = plan.rate.zip(end).map(|(rate, end)| Pace::new(rate, start, end));
    let stage = Arc::new(Stage { ledger: Ledger::new(workload.rows()), start, end, pace });
    let clients = (0..plan.clients).map(|number| {
        let client = Client::new(number, Connection::to(Arc::clone(server)), Arc::clone(&stage));
        tokio::spawn(work(client, Arc::clone(&workload)))
    });
    let clients: Vec<_> = clients.collect();
    tokio::time::sleep_until(start.into()).await;
    let before = process.usage();
    for client in clients {
        client.await.map_err(|error| Failure::io("a client died")(std::io::Error::other(error)))?;
    }
    let after = process.usage();
    let seconds = stage.ledger.ended().map_or(0.0, |ended| (ended - start).as_secs_f64());
    let correction = if stage.pace.is_some() { Correction::None } else { Correction::ByGaps };
    let (rows, all) = stage.ledger.rows(seconds, correction);
    let usage = before.zip(after).map(|(before, after)| after.since(&before, all.requests));
    Ok(StageReport {
        name: plan.name.clone(),
        clients: plan.clients,
        rate: plan.rate,
        seconds,
        not_sent: stage.pace.as_ref().map_or(0, Pace::left),
        server: usage,
        all,
        rows,
    })
}

async fn work<W: Workload>(mut client: Client, workload: Arc<W>) {
    while !client.is_over() {
        if workload.iterate(&mut client).await.is_break() {
            break;
        }
    }
}
