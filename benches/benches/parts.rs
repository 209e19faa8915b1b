//! What the parts of the engine take: the scenarios of the regression guard (`benches/guard`), by the clock.
//!
//! `cargo bench -p fornax-benches --bench parts [-- NAME]`. Most go over the 1,770 resources of five generated patients; searches run 20
//! times each, and find what they look for in an index of these.

#![allow(clippy::unwrap_used, reason = "a benchmark program over data that it makes itself")]

#[path = "../guard/benches/guard/bytes.rs"]
mod bytes;
#[path = "../guard/benches/guard/clinic.rs"]
mod clinic;
#[path = "../guard/benches/guard/fhir.rs"]
mod fhir;
#[path = "parts/measuring.rs"]
mod measuring;
#[path = "../guard/benches/guard/searching.rs"]
mod searching;

fn main() {
    for group in [fhir::GROUP, searching::BUILDING, searching::SEARCHING, bytes::GROUP] {
        (group.run)();
    }
    measuring::finish();
}
