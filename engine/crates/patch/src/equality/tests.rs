use super::is_number_equal;

#[track_caller]
fn check(left: &str, right: &str, expected: bool) {
    assert_eq!(is_number_equal(left, right), expected, "{left} {right}");
    assert_eq!(is_number_equal(right, left), expected, "{right} {left}");
}

#[test]
fn numbers() {
    check("1", "1.0", true);
    check("1.50", "1.5", true);
    check("100", "1e2", true);
    check("100", "1E+2", true);
    check("0.001", "1e-3", true);
    check("0", "-0.00e7", true);
    check("10", "1", false);
    check("1", "-1", false);
    check("0.1", "0.01", false);
    check("9007199254740993", "9007199254740992", false);
    check(
        "123456789012345678901234567890123456789012345",
        "12345678901234567890123456789012345678901234.5e1",
        true,
    );
    check("0.1", "0.1000000000000000000000000000000000000000000000001", false);
    check(
        "1e99999999999999999999999999999999999999999999",
        "1e99999999999999999999999999999999999999999999",
        true,
    );
    check(
        "1e99999999999999999999999999999999999999999999",
        "2e99999999999999999999999999999999999999999999",
        false,
    );
    check("0e99999999999999999999999999999999999999999999", "0", true);
}
