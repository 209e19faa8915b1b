use fornax_store::{FamilyId, FamilyKind};

use super::{name, parse, parse_names};
use FamilyKind::{LargeValues, PointLookups, Scans};

#[test]
fn names_come_back_as_families() {
    let check = |id: u32, kind: FamilyKind, text: &str| {
        assert_eq!(name(FamilyId(id), kind), text);
        assert_eq!(parse(text), Some((FamilyId(id), kind)));
    };
    check(0, PointLookups, "0p");
    check(17, Scans, "17s");
    check(u32::MAX, LargeValues, "4294967295v");
}

#[test]
fn other_names_are_refused() {
    for text in ["", "p", "17", "17x", "017p", "+17p", "-1p", "4294967296p", "17pé", "default2"] {
        assert_eq!(parse(text), None, "{text}");
        assert!(parse_names(&[text.to_owned()]).is_err(), "{text}");
    }
    assert_eq!(parse_names(&["default".to_owned(), "1p".to_owned()]), Ok(vec![(FamilyId(1), PointLookups)]));
}
