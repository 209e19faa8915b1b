//! A client: one connection, chance of its own, one request at a time.

use std::sync::Arc;
use std::time::Instant;

use super::ledger::Sample;
use super::stage::Stage;
use crate::dice::Dice;
use crate::http::{Answer, Connection, Fault, Page, Request};

/// Bytes of a failure's answer that are kept.
const FAILURE_BYTES_MAX: usize = 400;

/// Sends requests for a workload.
pub struct Client {
    /// From 0.
    pub number: usize,
    /// The same in every run.
    pub dice: Dice,
    connection: Connection,
    stage: Arc<Stage>,
    /// When the last request of each row was started.
    last: Vec<Option<Instant>>,
}

impl Client {
    pub(super) fn new(number: usize, connection: Connection, stage: Arc<Stage>) -> Self {
        let last = vec![None; stage.ledger.len()];
        Self { number, dice: Dice::new(number as u64), connection, stage, last }
    }

    /// Whether what is sent from now on counts no more. An iteration may go on to tidy up.
    pub fn is_over(&self) -> bool {
        self.stage.is_over()
    }

    /// The place that a link of the server's names.
    pub fn place_of(&self, link: &str) -> String {
        self.connection.server().base_url.place_of(link)
    }

    /// Sends a request when it is due, and counts it in its row. Answers what came if that was good.
    pub async fn send(&mut self, row: usize, request: &Request) -> Option<(Answer, Page)> {
        let due = self.stage.due().await;
        let started = due.unwrap_or_else(Instant::now);
        let answer = self.connection.send(request).await;
        let ended = Instant::now();
        let (outcome, failure) = judged(request, &answer);
        let is_measured = self.stage.counts(started);
        // A failure counts whenever it is: one that comes while the server warms up is not to be hidden.
        if is_measured || outcome.is_err() {
            let last = self.last[row].replace(started).filter(|_| is_measured);
            let gap = last.map(|last| started.saturating_duration_since(last));
            let sample = Sample { started, ended, gap, is_measured, outcome: outcome.clone(), failure };
            self.stage.ledger.record(row, sample);
        }
        Some((answer.ok()?, outcome.ok()?))
    }

    /// Counts a request that can't be sent since what it builds on failed: what was left out is no less a failure.
    pub fn not_sent(&mut self, row: usize) {
        let (now, outcome) = (Instant::now(), Err(Fault::NotSent));
        let is_measured = self.stage.counts(now);
        let sample = Sample { started: now, ended: now, gap: None, is_measured, outcome, failure: None };
        self.stage.ledger.record(row, sample);
    }
}

fn judged(request: &Request, answer: &Result<Answer, Fault>) -> (Result<Page, Fault>, Option<String>) {
    let answer = match answer {
        Ok(answer) => answer,
        Err(fault) => return (Err(*fault), Some(said(request, &fault.to_string()))),
    };
    let outcome = request.expectation.judge(answer);
    let failure = outcome.as_ref().err().map(|_| {
        let start = &answer.body[..answer.body.len().min(FAILURE_BYTES_MAX)];
        said(request, &format!("{} {}", answer.status, String::from_utf8_lossy(start)))
    });
    (outcome, failure)
}

fn said(request: &Request, answer: &str) -> String {
    let place: String = request.place.chars().take(FAILURE_BYTES_MAX).collect();
    format!("{} {place}: {answer}", request.method)
}
