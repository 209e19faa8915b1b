//! The log: one JSON object a line on stderr.
//!
//! It holds no patient data: no id, query or body, whatever the level. So panics are told by their place alone (their text
//! may quote a value), and other crates are heard from warnings up.

use std::panic::PanicHookInfo;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;

/// Starts the log; `level` is that of Fornax's own crates.
pub(crate) fn start(level: LevelFilter) {
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(std::io::stderr);
    let filter = Targets::new().with_target("fornax", level).with_default(level.min(LevelFilter::WARN));
    tracing_subscriber::registry().with(lines.with_filter(filter)).init();
    std::panic::set_hook(Box::new(panicked));
}

fn panicked(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string);
    tracing::error!(place, thread = std::thread::current().name(), "a mistake in Fornax ended a task");
}
