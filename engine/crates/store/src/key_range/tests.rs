use super::KeyRange;

#[test]
fn a_prefix_ends_where_the_next_one_begins() {
    let check = |prefix: &[u8], end: Option<&[u8]>| {
        let range = KeyRange::prefix(prefix);
        assert_eq!((range.start(), range.end()), (prefix, end), "{prefix:?}");
    };
    check(b"", None);
    check(b"a", Some(b"b"));
    check(b"ab", Some(b"ac"));
    check(b"a\xff", Some(b"b"));
    check(b"a\xff\xff", Some(b"b"));
    check(b"\xff", None);
    check(b"\xff\xff", None);
    check(b"\x00", Some(b"\x01"));
}

#[test]
fn a_range_holds_its_start_and_not_its_end() {
    let check =
        |range: KeyRange, key: &[u8], held: bool| assert_eq!(range.contains(key), held, "{range:?} {key:?}");
    check(KeyRange::all(), b"", true);
    check(KeyRange::all(), b"\xff\xff\xff", true);
    check(KeyRange::prefix(b"a"), b"a", true);
    check(KeyRange::prefix(b"a"), b"a\xff\xff", true);
    check(KeyRange::prefix(b"a"), b"b", false);
    check(KeyRange::prefix(b"a"), b"", false);
    check(KeyRange::prefix(b"\xff"), b"\xff\xff", true);
    check(KeyRange::from(b"b"), b"a", false);
    check(KeyRange::from(b"b"), b"b", true);
    check(KeyRange::between(b"a", b"c"), b"b", true);
    check(KeyRange::between(b"a", b"c"), b"c", false);
    check(KeyRange::between(b"c", b"a"), b"b", false);
}

#[test]
fn a_range_is_empty_unless_its_end_is_after_its_start() {
    let check = |range: KeyRange, empty: bool| assert_eq!(range.is_empty(), empty, "{range:?}");
    check(KeyRange::all(), false);
    check(KeyRange::prefix(b"a"), false);
    check(KeyRange::between(b"a", b"a"), true);
    check(KeyRange::between(b"b", b"a"), true);
    check(KeyRange::between(b"a", b"a\0"), false);
    check(KeyRange::between(b"", b""), true);
}
