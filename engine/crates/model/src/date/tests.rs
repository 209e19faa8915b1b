use proptest::prelude::*;

use super::*;

/// Microseconds of a moment, written in UTC to the second or with a fraction.
fn micros(text: &str) -> i64 {
    DateTime::parse(text).unwrap().interval(ZoneOffset::UTC).low
}

#[test]
fn stretches() {
    let check = |text: &str, precision: Precision, low: &str, high: &str| {
        let date = DateTime::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
        assert_eq!(date.precision(), precision, "{text}");
        let interval = date.interval(ZoneOffset::UTC);
        assert_eq!(interval, Interval { low: micros(low), high: micros(high) }, "{text}");
        assert_eq!(Interval::parse(text), Ok(interval));
    };
    check("2020", Precision::Year, "2020-01-01T00:00:00Z", "2020-12-31T23:59:59.999999Z");
    check("2020-02", Precision::Month, "2020-02-01T00:00:00Z", "2020-02-29T23:59:59.999999Z");
    check("1900-02", Precision::Month, "1900-02-01T00:00:00Z", "1900-02-28T23:59:59.999999Z");
    check("2000-12", Precision::Month, "2000-12-01T00:00:00Z", "2000-12-31T23:59:59.999999Z");
    check("2020-02-29", Precision::Day, "2020-02-29T00:00:00Z", "2020-02-29T23:59:59.999999Z");
    check("2020-02-29T12:30", Precision::Minute, "2020-02-29T12:30:00Z", "2020-02-29T12:30:59.999999Z");
    check("2020-02-29T12:30+01:00", Precision::Minute, "2020-02-29T11:30:00Z", "2020-02-29T11:30:59.999999Z");
    check(
        "2020-01-01T00:30:00+14:00",
        Precision::Second,
        "2019-12-31T10:30:00Z",
        "2019-12-31T10:30:00.999999Z",
    );
    check(
        "2019-12-31T23:30:00-05:30",
        Precision::Second,
        "2020-01-01T05:00:00Z",
        "2020-01-01T05:00:00.999999Z",
    );
    check(
        "2020-01-01T00:00:00.5Z",
        Precision::Fraction(1),
        "2020-01-01T00:00:00.500000Z",
        "2020-01-01T00:00:00.599999Z",
    );
    check(
        "2020-01-01T00:00:00.123Z",
        Precision::Fraction(3),
        "2020-01-01T00:00:00.123000Z",
        "2020-01-01T00:00:00.123999Z",
    );
    check(
        "2020-01-01T00:00:00.123456789Z",
        Precision::Fraction(9),
        "2020-01-01T00:00:00.123456Z",
        "2020-01-01T00:00:00.123456Z",
    );
    check("2016-12-31T23:59:60Z", Precision::Second, "2017-01-01T00:00:00Z", "2017-01-01T00:00:00.999999Z");
    check("0001", Precision::Year, "0001-01-01T00:00:00Z", "0001-12-31T23:59:59.999999Z");
    check("9999", Precision::Year, "9999-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z");
}

#[test]
fn counts_from_1970() {
    let check = |text: &str, seconds: i64| assert_eq!(micros(text), seconds * SECOND, "{text}");
    check("1970-01-01T00:00:00Z", 0);
    check("1969-12-31T23:59:59Z", -1);
    check("2000-03-01T00:00:00Z", 951_868_800);
    check("2024-02-29T12:00:00Z", 1_709_208_000);
    check("0001-01-01T00:00:00Z", -62_135_596_800);
    check("9999-12-31T23:59:59Z", 253_402_300_799);
}

#[test]
fn the_default_zone_is_for_those_without() {
    let east = ZoneOffset::of_minutes(120).unwrap();
    let check = |text: &str, low: &str| {
        assert_eq!(DateTime::parse(text).unwrap().interval(east).low, micros(low), "{text}");
    };
    check("2020-01-01", "2019-12-31T22:00:00Z");
    check("2020", "2019-12-31T22:00:00Z");
    check("2020-01-01T12:00", "2020-01-01T10:00:00Z");
    check("2020-01-01T12:00Z", "2020-01-01T12:00:00Z");
    check("2020-01-01T12:00-01:00", "2020-01-01T13:00:00Z");
    assert_eq!(DateTime::parse("2020-01-01T12:00").unwrap().offset(), None);
    assert_eq!(DateTime::parse("2020-01-01T12:00-01:30").unwrap().offset(), ZoneOffset::of_minutes(-90));
    assert_eq!((ZoneOffset::of_minutes(841), ZoneOffset::of_minutes(-841)), (None, None));
    assert_eq!(east.minutes(), 120);
}

#[test]
fn refuses() {
    let check = |text: &str, fault: DateFault| assert_eq!(DateTime::parse(text), Err(fault), "{text}");
    for text in [
        "",
        "202",
        "20201",
        "2020-",
        "2020-1",
        "2020-01-",
        "2020-01-1",
        "2020-01-011",
        "2020/01/01",
        "20200101",
        "2020-01-01T",
        "2020-01-01T12",
        "2020-01-01T12:",
        "2020-01-01T1:00",
        "2020-01-01T12:00:",
        "2020-01-01T12:00:0",
        "2020-01-01T12:00:00.",
        "2020-01-01T12:00:00.Z",
        "2020-01-01T12:00:00z",
        "2020-01-01t12:00:00Z",
        "2020-01-01 12:00:00Z",
        "2020-01-01T12:00:00Z ",
        " 2020",
        "2020-01-01T12:00:00+1:00",
        "2020-01-01T12:00:00+0100",
        "2020-01-01T12:00:00+01",
        "2020-01T12:00:00Z",
        "2020T12:00:00Z",
        "2020Z",
        "2020-01-01Z",
        "-2020",
        "+2020",
        "２０２０",
        "2020-01-01T12:00:00,5Z",
    ] {
        check(text, DateFault::Malformed);
    }
    for text in [
        "0000",
        "2020-00",
        "2020-13",
        "2020-01-00",
        "2020-01-32",
        "2021-02-29",
        "1900-02-29",
        "2020-02-30",
        "2020-04-31",
        "2020-01-01T24:00",
        "2020-01-01T12:60",
        "2020-01-01T12:00:61",
        "2020-01-01T12:00:00+14:01",
        "2020-01-01T12:00:00-15:00",
        "2020-01-01T12:00:00+01:60",
    ] {
        check(text, DateFault::Impossible);
    }
    check(&format!("2020-01-01T12:00:00.{}", "1".repeat(256)), DateFault::Malformed);
}

#[test]
fn periods() {
    let year = |text| Some(Interval::parse(text).unwrap());
    let check = |start, end, expected: Option<(i64, i64)>| {
        let spanned = Interval::spanning(start, end).map(|interval| (interval.low, interval.high));
        assert_eq!(spanned, expected);
    };
    let (low, high) = (year("2019").unwrap().low, year("2021").unwrap().high);
    check(year("2019"), year("2021"), Some((low, high)));
    check(None, year("2021"), Some((i64::MIN, high)));
    check(year("2019"), None, Some((low, i64::MAX)));
    check(None, None, Some((i64::MIN, i64::MAX)));
    check(year("2021"), year("2020"), None);
}

#[test]
fn reads_instants() {
    let check = |text: &str, expected: Option<i64>| assert_eq!(instant_micros(text).ok(), expected, "{text}");
    check("1970-01-01T00:00:01Z", Some(1_000_000));
    check("1970-01-01T01:00:00.25+01:00", Some(250_000));
    check("1970-01-01T00:00:00.0000015Z", Some(1));
    for text in ["1970-01-01T00:00Z", "1970-01-01T00:00:01", "1970-01-01", "1970", "yesterday", ""] {
        check(text, None);
    }
}

#[test]
fn writes_instants() {
    let check = |micros: i64, expected: Option<&str>| assert_eq!(instant_text(micros).as_deref(), expected);
    check(0, Some("1970-01-01T00:00:00.000Z"));
    check(-1, Some("1969-12-31T23:59:59.999999Z"));
    check(1_709_208_000_120_000, Some("2024-02-29T12:00:00.120Z"));
    check(1_709_208_000_000_001, Some("2024-02-29T12:00:00.000001Z"));
    check(micros("0001-01-01T00:00:00Z"), Some("0001-01-01T00:00:00.000Z"));
    check(micros("0001-01-01T00:00:00Z") - 1, None);
    check(micros("9999-12-31T23:59:59Z") + SECOND, None);
    check(i64::MIN, None);
    check(i64::MAX, None);
}

#[test]
fn times_of_day() {
    let check =
        |text: &str, expected: Result<(), DateFault>| assert_eq!(check_time(text), expected, "{text}");
    for text in ["00:00:00", "23:59:59", "23:59:60", "12:30:00.5", "12:30:00.123456789"] {
        check(text, Ok(()));
    }
    for text in ["", "12", "12:30", "12:30:00Z", "12:30:00+01:00", "T12:30:00", "1:30:00", "12:30:00."] {
        check(text, Err(DateFault::Malformed));
    }
    for text in ["24:00:00", "12:60:00", "12:30:61"] {
        check(text, Err(DateFault::Impossible));
    }
}

#[test]
fn every_day_has_its_date() {
    let (first, last) = (days_of(1, 1, 1), days_of(9_999, 12, 31));
    let (mut year, mut month, mut day) = (1, 1, 1);
    for days in first..=last {
        assert_eq!(calendar::date_of(days), (year, month, day));
        assert_eq!(days_of(year, month, day), days);
        (year, month, day) = match (month, day) {
            (12, 31) => (year + 1, 1, 1),
            _ if day == month_length(year, month) => (year, month + 1, 1),
            _ => (year, month, day + 1),
        };
    }
}

proptest! {
    #[test]
    fn instants_read_as_written(micros in -62_135_596_800_000_000_i64..253_402_300_800_000_000) {
        let text = instant_text(micros).unwrap();
        prop_assert_eq!(Interval::parse(&text).unwrap().low, micros);
    }
}
