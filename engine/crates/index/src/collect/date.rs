//! Values of date parameters.

use fornax_model::{Interval, Node};

use super::{Collector, Found};
use crate::shape::Shape;
use crate::time;
use crate::values::Value;
use crate::zone::TimeZone;

impl<'a> Collector<'a> {
    /// The stretch that a date, time, period or timing takes. Of a timing only the outer limits count.
    pub fn date(&mut self, found: &Found<'a>) {
        let zone = self.reading.zone;
        let interval = match (found.shape(), found.node()) {
            (Shape::Moment, _) => found.text().and_then(|text| time::interval(&text, zone)),
            (Shape::Period, Some(period)) => of_period(period, zone),
            (Shape::Timing, Some(timing)) => of_timing(timing, zone),
            _ => None,
        };
        if let Some(interval) = interval {
            self.push(Value::Date(interval));
        }
    }
}

/// `None` where it has neither start nor end, where either is no date, and where it ends before it begins.
fn of_period(period: Node<'_>, zone: &TimeZone) -> Option<Interval> {
    let end = |name| match period.get(name).and_then(Node::as_str) {
        None => Some(None),
        Some(text) => time::interval(&text, zone).map(Some),
    };
    let (start, end) = (end("start")?, end("end")?);
    if start.is_none() && end.is_none() {
        return None;
    }
    Interval::spanning(start, end)
}

fn of_timing(timing: Node<'_>, zone: &TimeZone) -> Option<Interval> {
    let events = timing.get("event").into_iter().flat_map(Node::items);
    let events = events.filter_map(|event| time::interval(&event.as_str()?, zone));
    let bounds = timing
        .get("repeat")
        .and_then(|repeat| repeat.get("boundsPeriod"))
        .and_then(|period| of_period(period, zone));
    events.chain(bounds).reduce(time::hull)
}
