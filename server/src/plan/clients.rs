//! Clients over loopback: one request after the other, or each at its time.

use std::net::SocketAddr;
use std::thread::Builder;
use std::time::{Duration, Instant};

use crossbeam::channel::{Receiver, Sender, bounded};
use fornax_planner::{CallSample, Kind, Latencies};

use super::connection::Connection;
use super::interrupt::Interrupt;
use super::requests::{Dice, Requests, next_target, page_resources};
use super::system::{CLIENT_THREAD, CpuMark, thread_cpu};
use crate::failure::Failure;

/// However little time there is.
const CALLS_MIN: usize = 5;

/// What clients need.
#[derive(Clone, Copy)]
pub(crate) struct Clients<'a> {
    pub address: SocketAddr,
    pub requests: &'a Requests,
    pub interrupt: &'a Interrupt,
}

/// What calls of one kind came to.
pub(crate) struct Measured {
    pub calls: CallSample,
    /// Calls a second, of all clients together.
    pub rate_s: f64,
    /// Resources on the first page of a download.
    pub page_resources: f64,
}

/// One client.
pub(crate) struct Caller<'a> {
    clients: Clients<'a>,
    connection: Connection,
    dice: Dice,
    /// Where its download goes on.
    next: String,
}

impl<'a> Caller<'a> {
    pub(crate) fn open(clients: Clients<'a>, seed: u64) -> Result<Self, Failure> {
        let connecting = Failure::io(format!("cannot connect to {}", clients.address));
        let connection = Connection::open(clients.address).map_err(connecting)?;
        Ok(Self { clients, connection, dice: Dice::new(seed), next: String::new() })
    }

    /// Makes one call of a kind.
    pub(crate) fn call(&mut self, kind: Kind) -> Result<(), Failure> {
        let call = self.clients.requests.pick(kind, &mut self.dice, &self.next);
        let Some(call) = call else {
            return Err(Failure::Refused(format!(
                "the generated patients have nothing for a {}",
                kind.name()
            )));
        };
        let asking = Failure::io(format!("a {} over loopback failed", kind.name()));
        let status = self.connection.ask(&call).map_err(asking)?;
        if !(200..300).contains(&status) {
            return Err(Failure::Refused(format!("a {} was answered {status}", kind.name())));
        }
        if kind == Kind::Export {
            self.next = next_target(&self.connection.body);
        }
        Ok(())
    }

    /// Calls again and again for a time; answers how long each took, in microseconds.
    fn calls(&mut self, kind: Kind, time: Duration) -> Result<Vec<f64>, Failure> {
        let (began, mut calls_us) = (Instant::now(), Vec::new());
        while calls_us.len() < CALLS_MIN || began.elapsed() < time {
            self.clients.interrupt.check()?;
            let started = Instant::now();
            self.call(kind)?;
            calls_us.push(started.elapsed().as_secs_f64() * 1e6);
        }
        Ok(calls_us)
    }
}

/// Where clients of one run meet. Nothing is ever sent: a channel ends when all who hold its other end are past that point, or
/// gone for whatever reason.
struct Meeting {
    warm: Sender<()>,
    go: Receiver<()>,
    done: Sender<()>,
    end: Receiver<()>,
}

/// What one client saw: its calls, its own CPU, and how many resources a page of a download had.
struct Seen {
    calls_us: Vec<f64>,
    cpu: Duration,
    page_resources: f64,
}

/// Waits until all who hold the other end have dropped it.
fn wait_for_all(channel: &Receiver<()>) {
    // An error is the end that is waited for.
    let _ = channel.recv();
}

impl Clients<'_> {
    /// So many clients, each with one request after the other, for a time and a quarter of it before that does not count.
    pub(crate) fn run(self, kind: Kind, count: usize, time: Duration) -> Result<Measured, Failure> {
        let (warm, all_warm) = bounded(0);
        let (may_go, go) = bounded(0);
        let (done, all_done) = bounded(0);
        let (may_end, end) = bounded(0);
        std::thread::scope(|scope| {
            let mut started = Vec::new();
            for seed in 0..count {
                let meeting =
                    Meeting { warm: warm.clone(), go: go.clone(), done: done.clone(), end: end.clone() };
                let client = move || self.client(kind, seed as u64 + 1, (time, meeting));
                let thread = Builder::new().name(CLIENT_THREAD.to_owned()).spawn_scoped(scope, client);
                started.push(thread.map_err(Failure::io("cannot start threads"))?);
            }
            drop((warm, done));
            wait_for_all(&all_warm);
            let mark = CpuMark::now();
            let began = Instant::now();
            drop(may_go);
            wait_for_all(&all_done);
            let elapsed = began.elapsed();
            let server_cpu = mark.and_then(|mark| mark.elapsed());
            drop(may_end);
            let seen = started
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect::<Result<Vec<_>, _>>()?;
            Ok(Measured::of(seen, server_cpu?, elapsed))
        })
    }

    fn client(self, kind: Kind, seed: u64, (time, meeting): (Duration, Meeting)) -> Result<Seen, Failure> {
        let mut caller = Caller::open(self, seed)?;
        caller.call(kind)?;
        let page_resources = page_resources(&caller.connection.body) as f64;
        caller.calls(kind, time / 4)?;
        drop(meeting.warm);
        wait_for_all(&meeting.go);
        let before = thread_cpu()?;
        let calls_us = caller.calls(kind, time)?;
        let cpu = thread_cpu()?.saturating_sub(before);
        drop(meeting.done);
        // Until then the threads of all are there to be told apart.
        wait_for_all(&meeting.end);
        Ok(Seen { calls_us, cpu, page_resources })
    }
}

impl Measured {
    fn of(seen: Vec<Seen>, server_cpu: Duration, elapsed: Duration) -> Self {
        let client_cpu: Duration = seen.iter().map(|one| one.cpu).sum();
        let page_resources = seen.iter().map(|one| one.page_resources).fold(0.0, f64::max);
        let calls_us: Vec<f64> = seen.into_iter().flat_map(|one| one.calls_us).collect();
        let count = calls_us.len().max(1) as f64;
        let each = |cpu: Duration| cpu.as_secs_f64() * 1e6 / count;
        Self {
            rate_s: count / elapsed.as_secs_f64().max(1e-9),
            calls: CallSample {
                server_cpu_us: each(server_cpu),
                client_cpu_us: each(client_cpu),
                latencies: Latencies::of(calls_us),
            },
            page_resources,
        }
    }
}
