//! Rows of the table.

use std::time::Duration;

pub fn row(what: &str, measured: &str) {
    println!("| {what} | {measured} |");
}

pub fn milliseconds(duration: Duration) -> String {
    let ms = duration.as_secs_f64() * 1e3;
    if ms < 10.0 { format!("{ms:.2} ms") } else { format!("{ms:.0} ms") }
}
