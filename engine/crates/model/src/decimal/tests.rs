use std::cmp::Ordering;

use proptest::prelude::*;

use super::*;

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}"))
}

#[test]
fn reads_and_writes() {
    let check = |text: &str, coefficient: i128, exponent: i32, significant: u32, written: &str| {
        let decimal = decimal(text);
        assert_eq!(
            (decimal.coefficient(), decimal.exponent(), decimal.significant_digits()),
            (coefficient, exponent, significant),
            "{text}"
        );
        assert_eq!(decimal.to_string(), written, "{text}");
    };
    check("0", 0, 0, 1, "0");
    check("-0", 0, 0, 1, "0");
    check("0.00", 0, -2, 1, "0.00");
    check("1.50", 150, -2, 3, "1.50");
    check("-1.5", -15, -1, 2, "-1.5");
    check("-0.05", -5, -2, 1, "-0.05");
    check("0.0100", 100, -4, 3, "0.0100");
    check("100", 100, 0, 3, "100");
    check("1e2", 1, 2, 1, "1e2");
    check("1.0E+2", 10, 1, 2, "10e1");
    check("1.25e2", 125, 0, 3, "125");
    check("12e-1", 12, -1, 2, "1.2");
    check("1E-22", 1, -22, 1, "0.0000000000000000000001");
    check("-1.000000000000000000E-245", -10_i128.pow(18), -263, 19, "-1000000000000000000e-263");
    check(
        "1234567890123456789012345678901234567",
        1_234_567_890_123_456_789_012_345_678_901_234_567,
        0,
        37,
        "1234567890123456789012345678901234567",
    );
    check("1e9999", 1, 9_999, 1, "1e9999");
}

#[test]
fn refuses() {
    let check = |text: &str, fault: DecimalFault| assert_eq!(Decimal::parse(text), Err(fault), "{text}");
    for text in [
        "",
        "-",
        "+1",
        "01",
        "-01",
        "00",
        ".5",
        "5.",
        "1.",
        "1.e2",
        "1e",
        "1e+",
        "1e1.5",
        "1 ",
        " 1",
        "1,5",
        "--1",
        "0x10",
        "NaN",
        "Infinity",
        "1_000",
        "٣",
        "1e--2",
        "1 e99999999999",
        "01e99999999999",
        "1.2.3",
        "12345678901234567890123456789012345678a",
    ] {
        check(text, DecimalFault::Malformed);
    }
    check("12345678901234567890123456789012345678", DecimalFault::OutOfRange);
    check("1.2345678901234567890123456789012345678", DecimalFault::OutOfRange);
    check(&"9".repeat(400), DecimalFault::OutOfRange);
    check("1e10000", DecimalFault::OutOfRange);
    check("1e-10000", DecimalFault::OutOfRange);
    check("1.5e-2147483648", DecimalFault::OutOfRange);
    check("1e-2147483649", DecimalFault::OutOfRange);
    check("1.5e-9999", DecimalFault::OutOfRange);
    check("1e99999999999999999999", DecimalFault::OutOfRange);
}

#[test]
fn compares_values() {
    let check = |left: &str, order: Ordering, right: &str| {
        assert_eq!(decimal(left).cmp(&decimal(right)), order, "{left} and {right}");
        assert_eq!(decimal(right).cmp(&decimal(left)), order.reverse(), "{right} and {left}");
        assert_eq!(decimal(left) == decimal(right), order == Ordering::Equal, "{left} and {right}");
    };
    check("1.50", Ordering::Equal, "1.5");
    check("0", Ordering::Equal, "-0.00");
    check("0e5", Ordering::Equal, "0");
    check("1e2", Ordering::Equal, "100.000");
    check("1e9999", Ordering::Greater, "1e-9999");
    check("-1e9999", Ordering::Less, "-1e-9999");
    check("1.5", Ordering::Less, "1.51");
    check("-1.5", Ordering::Greater, "-1.51");
    check("-1", Ordering::Less, "0");
    check("0", Ordering::Less, "1e-9999");
    check("9", Ordering::Less, "10");
    check("0.1", Ordering::Greater, "0.0999999999999999999999999999999999999");
    check("9999999999999999999999999999999999999", Ordering::Less, "1e37");
    check("1.000000000000000000000000000000000001", Ordering::Greater, "1");
}

#[test]
fn implied_ranges() {
    let check = |text: &str, low: &str, high: &str| {
        let range = decimal(text).implied_range();
        assert_eq!(range, ImpliedRange { low: decimal(low), high: decimal(high) }, "{text}");
    };
    check("1.50", "1.495", "1.505");
    check("-1.50", "-1.505", "-1.495");
    check("100", "99.5", "100.5");
    check("100.00", "99.995", "100.005");
    check("0", "-0.5", "0.5");
    check("1e2", "95", "105");
    check("1.0e2", "95", "105");
    check("1.00e2", "99.5", "100.5");
    check("5.4e-2", "0.0535", "0.0545");
    check("5e-2", "0.045", "0.055");
    let longest = Decimal::parse(&"9".repeat(37)).unwrap().implied_range();
    assert_eq!(longest.low.to_string(), format!("{}8.5", "9".repeat(36)));
    assert_eq!(longest.high.to_string(), format!("{}9.5", "9".repeat(36)));
}

#[test]
fn approximate_ranges() {
    let check = |text: &str, low: &str, high: &str| {
        let range = decimal(text).approximate_range();
        assert_eq!(range, ImpliedRange { low: decimal(low), high: decimal(high) }, "{text}");
    };
    check("100", "90", "110");
    check("-100", "-110", "-90");
    check("0", "0", "0");
    check("5.4", "4.86", "5.94");
    let longest = Decimal::parse(&"9".repeat(37)).unwrap().approximate_range();
    assert!(longest.low < decimal("9e36") && decimal("1.09e37") < longest.high);
}

proptest! {
    #[test]
    fn order_is_that_of_integers(left in any::<i64>(), right in any::<i64>(), shift in 0_u32..10, power in -20_i32..20) {
        let scaled = |number: i64, shift: u32| {
            let digits = i128::from(number) * 10_i128.pow(shift);
            decimal(&format!("{digits}e{}", power - shift as i32))
        };
        prop_assert_eq!(scaled(left, shift).cmp(&scaled(right, 0)), left.cmp(&right));
        prop_assert_eq!(scaled(left, shift), scaled(left, 0));
    }

    #[test]
    fn what_is_written_reads_the_same(text in "-?(0|[1-9][0-9]{0,12})(\\.[0-9]{1,12})?([eE][-+]?[0-9]{1,3})?") {
        let read = decimal(&text);
        let again = decimal(&read.to_string());
        prop_assert_eq!((read.coefficient(), read.exponent()), (again.coefficient(), again.exponent()));
        let near = text.parse::<f64>().unwrap();
        prop_assert_eq!(near, read.to_string().parse::<f64>().unwrap());
    }
}
