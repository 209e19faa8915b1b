//! When requests are due at a fixed rate, whatever the server does (an open loop).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

/// Hands out the moments at which requests are due.
///
/// A thread counts those that have come, since a runtime's timers are a millisecond late, which is more than many an answer
/// takes. Clients that are free take the next one; when none is free, it waits, and its latency counts from when it was due.
pub struct Pace {
    due: Arc<Semaphore>,
    taken: AtomicU64,
    schedule: Schedule,
    is_over: Arc<AtomicBool>,
    counter: Option<JoinHandle<()>>,
}

#[derive(Clone, Copy, Debug)]
struct Schedule {
    start: Instant,
    end: Instant,
    per_second: f64,
}

impl Schedule {
    fn moment(&self, number: u64) -> Instant {
        self.start + Duration::from_secs_f64(number as f64 / self.per_second)
    }
}

impl Pace {
    /// So many a second from `start` to `end`.
    pub fn new(per_second: f64, start: Instant, end: Instant) -> Self {
        let schedule = Schedule { start, end, per_second };
        let due = Arc::new(Semaphore::new(0));
        let is_over = Arc::new(AtomicBool::new(false));
        let counter = {
            let (due, is_over) = (Arc::clone(&due), Arc::clone(&is_over));
            std::thread::spawn(move || count(&schedule, &due, &is_over))
        };
        Self { due, taken: AtomicU64::new(0), schedule, is_over, counter: Some(counter) }
    }

    /// Waits for the next moment that nobody has taken. `None` once the schedule has ended.
    pub async fn next(&self) -> Option<Instant> {
        self.due.acquire().await.ok()?.forget();
        Some(self.schedule.moment(self.taken.fetch_add(1, Ordering::Relaxed)))
    }

    /// Whether no more requests are due.
    pub fn is_over(&self) -> bool {
        self.due.is_closed()
    }

    /// How many were due and never taken: the clients were not enough.
    pub fn left(&self) -> u64 {
        self.due.available_permits() as u64
    }
}

fn count(schedule: &Schedule, due: &Semaphore, is_over: &AtomicBool) {
    /// So that an abandoned schedule ends soon.
    const NAP_MAX: Duration = Duration::from_millis(50);
    for number in 0.. {
        let moment = schedule.moment(number);
        if moment >= schedule.end {
            break;
        }
        loop {
            let left = moment.saturating_duration_since(Instant::now());
            if is_over.load(Ordering::Relaxed) {
                return due.close();
            }
            if left.is_zero() {
                break;
            }
            std::thread::sleep(left.min(NAP_MAX));
        }
        due.add_permits(1);
    }
    std::thread::sleep(schedule.end.saturating_duration_since(Instant::now()));
    // What was due at the very end is still sent; a backlog is not worked off.
    let patience = schedule.end.duration_since(schedule.start) / 10;
    while due.available_permits() > 0 && schedule.end.elapsed() < patience && !is_over.load(Ordering::Relaxed)
    {
        std::thread::sleep(Duration::from_millis(1));
    }
    // Who still waits, and who comes later, is told that it is over.
    due.close();
}

impl Drop for Pace {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(counter) = self.counter.take() {
            // Nothing is lost with a thread that only counts.
            let _ = counter.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_moment_is_handed_out_once_and_in_order_then_it_is_over() {
        let start = Instant::now();
        let pace = Pace::new(10_000.0, start, start + Duration::from_millis(20));
        let mut moments = Vec::new();
        while let Some(moment) = pace.next().await {
            moments.push(moment.duration_since(start).as_micros());
        }
        // A slow machine may leave some for the end: those are told.
        assert_eq!(moments.len() as u64 + pace.left(), 200);
        assert!(moments.iter().enumerate().all(|(at, moment)| *moment == at as u128 * 100), "{moments:?}");
    }

    #[tokio::test]
    async fn what_no_client_took_is_told() {
        let start = Instant::now();
        let pace = Pace::new(1_000.0, start, start + Duration::from_millis(10));
        assert!(pace.next().await.is_some());
        while !pace.is_over() {
            tokio::task::yield_now().await;
        }
        assert_eq!(pace.left(), 9);
        assert_eq!(pace.next().await, None);
    }
}
