//! Each request's turn: how many run, how many wait, how many bytes they hold.

use std::sync::Arc;

use axum::http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};
use tokio::time::timeout;

use super::limits::Limits;
use super::refusal::Refusal;

/// Admits requests to the engine, and bodies to memory.
#[derive(Debug)]
pub(crate) struct Admission {
    running: Arc<Semaphore>,
    searching: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    room: Arc<Semaphore>,
    limits: Limits,
}

/// Leave to run; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _permit: OwnedSemaphorePermit,
}

/// Room for bytes; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Room {
    held: OwnedSemaphorePermit,
    room: Arc<Semaphore>,
}

/// Bytes are counted in these units.
const UNIT_BYTES: usize = 4_096;

impl Admission {
    pub(crate) fn new(limits: &Limits) -> Self {
        let units = limits.bodies_bytes_max / UNIT_BYTES;
        Self {
            running: Arc::new(Semaphore::new(limits.running_max)),
            searching: Arc::new(Semaphore::new(limits.searching_max)),
            waiting: Arc::new(Semaphore::new(limits.waiting_max)),
            room: Arc::new(Semaphore::new(units)),
            limits: limits.clone(),
        }
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// 429: too many wait already. 503: the turn did not come in time.
    pub(crate) async fn turn(&self) -> Result<Turn, Refusal> {
        if let Ok(permit) = Arc::clone(&self.running).try_acquire_owned() {
            return Ok(Turn { _permit: permit });
        }
        let Ok(_place) = self.waiting.try_acquire() else {
            let text = "too many requests are waiting";
            return Err(Refusal::busy(StatusCode::TOO_MANY_REQUESTS, text));
        };
        match timeout(self.limits.turn, Arc::clone(&self.running).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Turn { _permit: permit }),
            Ok(Err(_)) | Err(_) => Err(overloaded()),
        }
    }

    /// Waits until few others search. A request that has its turn asks for it.
    ///
    /// # Errors
    /// 503: it did not come in time.
    pub(crate) async fn search(&self) -> Result<Turn, Refusal> {
        match timeout(self.limits.turn, Arc::clone(&self.searching).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Turn { _permit: permit }),
            Ok(Err(_)) | Err(_) => Err(overloaded()),
        }
    }

    /// Waits for room for a body of a known size.
    ///
    /// # Errors
    /// 503: there was none in time.
    pub(crate) async fn room(&self, bytes: usize) -> Result<Room, Refusal> {
        let room = Arc::clone(&self.room);
        match timeout(self.limits.turn, Arc::clone(&room).acquire_many_owned(units(bytes))).await {
            Ok(Ok(held)) => Ok(Room { held, room }),
            Ok(Err(_)) | Err(_) => Err(overloaded()),
        }
    }

    /// Requests that run now, and requests that wait.
    pub(crate) fn load(&self) -> (usize, usize) {
        let taken = |max: usize, semaphore: &Semaphore| max.saturating_sub(semaphore.available_permits());
        (taken(self.limits.running_max, &self.running), taken(self.limits.waiting_max, &self.waiting))
    }
}

impl Room {
    /// Makes it hold `bytes` in all. Does not wait: two that wait for each other's room would wait for ever.
    ///
    /// # Errors
    /// 503: there is no more room now.
    pub(crate) fn grow_to(&mut self, bytes: usize) -> Result<(), Refusal> {
        let missing = (units(bytes) as usize).saturating_sub(self.held.num_permits());
        if missing == 0 {
            return Ok(());
        }
        match Arc::clone(&self.room).try_acquire_many_owned(u32::try_from(missing).unwrap_or(u32::MAX)) {
            Ok(more) => {
                self.held.merge(more);
                Ok(())
            }
            Err(TryAcquireError::NoPermits | TryAcquireError::Closed) => Err(overloaded()),
        }
    }
}

fn units(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT_BYTES)).unwrap_or(u32::MAX)
}

fn overloaded() -> Refusal {
    Refusal::busy(StatusCode::SERVICE_UNAVAILABLE, "the server has too much to do")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn admission() -> Admission {
        Admission::new(&Limits {
            running_max: 1,
            searching_max: 1,
            waiting_max: 1,
            bodies_bytes_max: 2 * UNIT_BYTES,
            turn: Duration::ZERO,
            ..Limits::default()
        })
    }

    fn status<T: std::fmt::Debug>(outcome: Result<T, Refusal>) -> u16 {
        outcome.expect_err("a refusal").status.as_u16()
    }

    #[tokio::test]
    async fn one_runs_one_waits_and_the_next_is_turned_away() {
        let admission = admission();
        let turn = admission.turn().await.expect("the first turn");
        assert_eq!(status(admission.turn().await), 503);
        let place = admission.waiting.try_acquire().expect("a place to wait");
        assert_eq!(status(admission.turn().await), 429);
        assert_eq!(admission.load(), (1, 1));
        drop((turn, place));
        assert!(admission.turn().await.is_ok());
    }

    #[tokio::test]
    async fn few_search_at_once() {
        let admission = admission();
        let search = admission.search().await.expect("the first search");
        assert_eq!(status(admission.search().await), 503);
        drop(search);
        assert!(admission.search().await.is_ok());
    }

    #[tokio::test]
    async fn bodies_share_the_room() {
        let admission = admission();
        let mut first = admission.room(1).await.expect("room for one");
        let second = admission.room(UNIT_BYTES).await.expect("room for another");
        assert_eq!(status(admission.room(1).await), 503);
        assert!(first.grow_to(UNIT_BYTES).is_ok(), "within what it holds");
        assert_eq!(status(first.grow_to(UNIT_BYTES + 1)), 503);
        drop(second);
        assert!(first.grow_to(2 * UNIT_BYTES).is_ok());
        drop(first);
        assert!(admission.room(2 * UNIT_BYTES).await.is_ok());
    }
}
