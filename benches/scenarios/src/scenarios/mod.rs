//! The scenarios, a file each, and what they have in common.

mod analytic;
mod asked;
mod bodies;
mod crud;
mod families;
mod import;
mod mixed;
mod ours;
mod read;
mod search;
mod small_transactions;

pub use families::{Family, search_families};

use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;

use crate::Failure;
use crate::data::{Data, Pools, Values};
use crate::http::{Connection, Server};
use crate::load::{self, Plan, Span, Workload};
use crate::machine::ServerProcess;
use crate::report::{self, ScenarioReport, StageReport};

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Scenario {
    /// Nine linked resources: create, read, update and delete each
    Crud,
    /// All data, in Bundles
    Import,
    /// A page of 20 of every kind of search, with random values
    Search,
    /// Creates, reads, updates and deletes beside each other
    Mixed,
    /// A Patient and an Observation in a transaction, by 1, 2, 4 ... clients
    SmallTransactions,
    /// Counts and downloads of many
    Analytic,
    /// By id and by $everything, by 1, 2, 4 ... clients
    Read,
    /// What others don't do or do slowly
    Ours,
    /// No load: whether the server holds the data, and answers what was asked
    Parity,
}

/// How a scenario is run unless told otherwise.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Usual {
    /// The most, where it runs by 1, 2, 4 ...
    clients: usize,
    /// For all of its stages together.
    seconds: f64,
}

/// What the command line says of how to run.
#[derive(Clone, Copy, Debug)]
pub struct Pacing {
    /// In the place of the usual number; the most, where a scenario runs by 1, 2, 4 ...
    pub clients: Option<usize>,
    /// In the place of the usual time of a scenario.
    pub seconds: Option<f64>,
    /// Requests a second.
    pub rate: Option<f64>,
    /// Before each stage, at most a quarter of its time.
    pub warm_up: f64,
    /// Whether searches are also run one by one.
    pub order: Order,
}

/// In which order searches are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// All kinds in each iteration.
    Mixed,
    /// Each kind for itself after that, so that the server's CPU is told for each.
    MixedThenApart,
}

/// All that the scenarios share.
pub struct Bench<'a> {
    /// Who is measured.
    pub server: Arc<Server>,
    /// Its process, when that is here.
    pub process: ServerProcess,
    /// What it is loaded with.
    pub data: Arc<Data>,
    /// How.
    pub pacing: Pacing,
    /// Told of each stage that is done.
    pub told: &'a mut dyn FnMut(&str),
    pools: Option<Pools>,
    values: Option<Arc<Values>>,
}

impl Scenario {
    /// As it is typed.
    pub fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// What it does, in a line.
    pub fn about(self) -> String {
        let value = self.to_possible_value();
        value.as_ref().and_then(|value| value.get_help()).map_or_else(String::new, ToString::to_string)
    }

    fn usual(self) -> Usual {
        let (clients, seconds) = match self {
            Self::Crud => (300, 300.0),
            Self::Import => (20, 0.0),
            Self::Search => (30, 120.0),
            Self::Mixed => (64, 120.0),
            // Eight stages of a minute.
            Self::SmallTransactions => (128, 480.0),
            Self::Analytic => (1, 240.0),
            Self::Read => (64, 140.0),
            Self::Ours => (8, 120.0),
            Self::Parity => (1, 0.0),
        };
        Usual { clients, seconds }
    }
}

impl<'a> Bench<'a> {
    /// Nothing has been asked yet.
    pub fn new(
        server: Server,
        process: ServerProcess,
        data: Data,
        pacing: Pacing,
        told: &'a mut dyn FnMut(&str),
    ) -> Self {
        let (server, data) = (Arc::new(server), Arc::new(data));
        Self { server, process, data, pacing, told, pools: None, values: None }
    }

    /// Runs a scenario that makes load.
    ///
    /// # Errors
    /// It can't be run at all. What fails while it runs is counted.
    pub async fn run(&mut self, scenario: Scenario) -> Result<ScenarioReport, Failure> {
        (self.told)(&format!("\n{}: {}", scenario.name(), scenario.about()));
        let stages = match scenario {
            Scenario::Crud => crud::run(self).await?,
            Scenario::Import => import::run(self).await?,
            Scenario::Search => search::run(self).await?,
            Scenario::Mixed => mixed::run(self).await?,
            Scenario::SmallTransactions => small_transactions::run(self).await?,
            Scenario::Analytic => analytic::run(self).await?,
            Scenario::Read => read::run(self).await?,
            Scenario::Ours => ours::run(self).await?,
            Scenario::Parity => Vec::new(),
        };
        Ok(ScenarioReport { name: scenario.name(), about: scenario.about(), stages })
    }

    /// Values of the data.
    ///
    /// # Errors
    /// The data can't be read.
    pub fn pools(&mut self) -> Result<Pools, Failure> {
        let pools = match self.pools.take() {
            Some(pools) => pools,
            None => self.data.pools()?,
        };
        self.pools = Some(pools.clone());
        Ok(pools)
    }

    /// Values as the server has them; asked for once.
    ///
    /// # Errors
    /// The server does not hold the data.
    pub async fn values(&mut self) -> Result<Arc<Values>, Failure> {
        if let Some(values) = &self.values {
            return Ok(Arc::clone(values));
        }
        let pools = self.pools()?;
        let values = Values::locate(pools, &mut Connection::to(Arc::clone(&self.server))).await?;
        let values = Arc::new(values);
        self.values = Some(Arc::clone(&values));
        Ok(values)
    }

    /// The plan of one of a scenario's stages, which share its time.
    fn plan(&self, scenario: Scenario, stages: usize) -> Plan {
        let usual = scenario.usual();
        let seconds = self.pacing.seconds.unwrap_or(usual.seconds) / stages.max(1) as f64;
        let span = Span::Time {
            warm_up: Duration::from_secs_f64(self.pacing.warm_up.min(seconds / 4.0)),
            measured: Duration::from_secs_f64(seconds),
        };
        let clients = self.pacing.clients.unwrap_or(usual.clients);
        Plan { name: String::new(), clients, span, rate: self.pacing.rate }
    }

    /// Runs a stage, and tells what came of it.
    async fn stage<W: Workload>(&mut self, plan: Plan, workload: Arc<W>) -> Result<StageReport, Failure> {
        let report = load::run(&plan, workload, &self.server, &self.process).await?;
        (self.told)(&report.text());
        Ok(report)
    }

    /// Runs the same work by 1, 2, 4 ... clients, as many as the scenario has at most.
    async fn ladder<W: Workload>(
        &mut self,
        plan: &Plan,
        name: &str,
        workload: &Arc<W>,
    ) -> Result<Vec<StageReport>, Failure> {
        let mut stages = Vec::new();
        for clients in steps(plan.clients) {
            let name = format!("{name}{}", report::clients(clients));
            let plan = Plan { name, clients, ..plan.clone() };
            stages.push(self.stage(plan, Arc::clone(workload)).await?);
        }
        Ok(stages)
    }
}

/// 1, 2, 4 ... and the last one as it is.
fn steps(clients_max: usize) -> Vec<usize> {
    let mut steps: Vec<usize> =
        (0..usize::BITS).map(|bit| 1 << bit).take_while(|step| *step < clients_max).collect();
    steps.push(clients_max);
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ladders_end_where_they_are_told() {
        assert_eq!(steps(1), [1]);
        assert_eq!(steps(8), [1, 2, 4, 8]);
        assert_eq!(steps(12), [1, 2, 4, 8, 12]);
    }

    #[test]
    fn names_are_as_typed() {
        let names: Vec<String> = Scenario::value_variants().iter().map(|scenario| scenario.name()).collect();
        let expected = "crud import search mixed small-transactions analytic read ours parity";
        assert_eq!(names.join(" "), expected);
        assert!(Scenario::value_variants().iter().all(|scenario| !scenario.about().is_empty()));
    }
}
