//! Dates stand for stretches of time.

use fornax_model::date::{Precision, instant_text};
use fornax_model::{DateTime, ZoneOffset};

/// What is a date stands for a stretch that is not empty, in any zone; its first moment, written as an instant, is read
/// as the same moment.
pub fn date(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(date) = DateTime::parse(text) else { return };
    assert!(text.is_ascii() && text.len() >= 4);
    let utc = date.interval(ZoneOffset::UTC);
    assert!(utc.low <= utc.high);
    let east = date.interval(ZoneOffset::of_minutes(60).expect("an offset"));
    let hour = if date.offset().is_some() { 0 } else { 3_600_000_000 };
    assert_eq!((east.low, east.high), (utc.low - hour, utc.high - hour));
    // Beyond the years that can be written, an offset may have led there.
    if let Some(written) = instant_text(utc.low) {
        let again = DateTime::parse(&written).expect("an instant is a date");
        assert_eq!(again.interval(ZoneOffset::UTC).low, utc.low);
        assert!(again.precision() > Precision::Second);
    }
}
