//! Where instructions are counted. callgrind is told of two functions by their names, which `fornax_guard::count` knows.

use std::hint::black_box;

/// A group of scenarios that run in one process, over data that is prepared once.
pub struct Group {
    /// What it is called on the command line.
    pub name: &'static str,
    /// Measures them one after the other, by [`measure`].
    pub run: fn(),
}

/// Counts this work as the scenario `name`.
pub fn measure(name: &str, mut work: impl FnMut()) {
    measured(&mut work);
    println!("{name}");
    ended();
}

/// The same of work on something that is made before, and can be done once only.
pub fn measure_once<T>(name: &str, prepare: impl Fn() -> T, work: impl Fn(&T)) {
    let prepared = prepare();
    measure(name, || work(&prepared));
}

/// The same once it has run: what is cached or grown at the first run is there.
pub fn measure_warm(name: &str, mut work: impl FnMut()) {
    work();
    measure(name, work);
}

#[inline(never)]
fn measured(work: &mut dyn FnMut()) {
    work();
}

#[inline(never)]
fn ended() {
    black_box(());
}
