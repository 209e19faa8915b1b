//! Work on several cores within one call.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use parking_lot::Mutex;

/// Pieces of work that are worth a thread of their own: it costs some tens of microseconds.
const WORTH_A_THREAD: usize = 16;
/// Threads of one call, this one included: others call as well.
const THREADS_MAX: usize = 4;

/// Does `count` pieces of work and answers their outcomes in order.
pub(crate) fn in_parallel<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let threads = cores.min(THREADS_MAX).min(count / WORTH_A_THREAD);
    if threads < 2 {
        return (0..count).map(work).collect();
    }
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(count)));
    let worker = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return;
            }
            let outcome = work(index);
            done.lock().push((index, outcome));
        }
    };
    // A panic of one of them becomes this call's.
    thread::scope(|scope| {
        for _ in 1..threads {
            // Where no thread is to be had, this one does it all.
            let _ = thread::Builder::new().spawn_scoped(scope, worker);
        }
        worker();
    });
    let mut done = done.into_inner();
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_come_in_order_and_each_once() {
        for count in [0, 1, WORTH_A_THREAD, 2 * WORTH_A_THREAD, 1_000] {
            let calls = AtomicUsize::new(0);
            let outcomes = in_parallel(count, |index| {
                calls.fetch_add(1, Ordering::Relaxed);
                2 * index
            });
            assert_eq!(outcomes, (0..count).map(|index| 2 * index).collect::<Vec<_>>());
            assert_eq!(calls.into_inner(), count);
        }
    }
}
