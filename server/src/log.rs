//! The log: one JSON object a line on stderr.
//!
//! It holds no patient data: no id, query or body, whatever the level. So panics are told by their place alone (their text
//! may quote a value), and other crates are heard from warnings up.

use std::panic::PanicHookInfo;

use tracing::level_filters::LevelFilter;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;

/// Lines kept for a reader of stderr who is slow; beyond them lines are dropped, and requests go on.
const LINES_MAX: usize = 16_384;

/// Starts the log; `level` is that of Fornax's own crates. What is still to be written is written when the guard is dropped.
pub(crate) fn start(level: LevelFilter) -> WorkerGuard {
    let writer = NonBlockingBuilder::default().buffered_lines_limit(LINES_MAX).lossy(true);
    let (writer, guard) = writer.finish(std::io::stderr());
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(writer);
    let filter = Targets::new().with_target("fornax", level).with_default(level.min(LevelFilter::WARN));
    tracing_subscriber::registry().with(lines.with_filter(filter)).init();
    std::panic::set_hook(Box::new(panicked));
    guard
}

fn panicked(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string);
    tracing::error!(place, thread = std::thread::current().name(), "a mistake in Fornax ended a task");
}
