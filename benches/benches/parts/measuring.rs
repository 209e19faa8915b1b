//! Where times are taken: what the guard's module of this name does for instructions.

use std::cell::RefCell;
use std::time::Duration;

use criterion::{BatchSize, Criterion};

/// A group of scenarios over data that is prepared once.
pub struct Group {
    #[allow(dead_code, reason = "the guard calls its groups by their names")]
    pub name: &'static str,
    /// Measures them one after the other.
    pub run: fn(),
}

thread_local! {
    static CRITERION: RefCell<Criterion> = RefCell::new(
        Criterion::default()
            .sample_size(20)
            .warm_up_time(Duration::from_millis(500))
            .measurement_time(Duration::from_secs(2))
            .configure_from_args(),
    );
}

/// Measures work that can be repeated.
pub fn measure(name: &str, mut work: impl FnMut()) {
    CRITERION.with_borrow_mut(|criterion| {
        criterion.bench_function(name, |bencher| bencher.iter(&mut work));
    });
}

/// The same: what is repeated is warm.
pub fn measure_warm(name: &str, work: impl FnMut()) {
    measure(name, work);
}

/// Measures work on something that is made before each time.
pub fn measure_once<T>(name: &str, prepare: impl Fn() -> T, work: impl Fn(&T)) {
    CRITERION.with_borrow_mut(|criterion| {
        criterion.bench_function(name, |bencher| {
            bencher.iter_batched_ref(&prepare, |prepared| work(prepared), BatchSize::PerIteration);
        });
    });
}

/// Tells the summary.
pub fn finish() {
    CRITERION.with_borrow(Criterion::final_summary);
}
