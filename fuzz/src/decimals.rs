//! Decimals are JSON's numbers, exactly.

use fornax_model::{Decimal, DecimalFault, ImpliedRange};
use serde_json::value::RawValue;

/// A text is a decimal exactly when it is a JSON number, within the range; what is written again reads the same; its
/// ranges hold it, and its order is that of doubles where these tell two numbers apart.
pub fn decimal(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (first, second) = text.split_once(',').unwrap_or((text, "0"));
    let Some(left) = read(first) else { return };
    let ImpliedRange { low, high } = left.implied_range();
    assert!(low < left && left < high);
    let ImpliedRange { low, high } = left.approximate_range();
    assert!(low <= left && left <= high);
    let Some(right) = read(second) else { return };
    let doubles = (double(first), double(second));
    if doubles.0 != doubles.1 {
        assert_eq!(left.partial_cmp(&right), doubles.0.partial_cmp(&doubles.1), "{first} {second}");
    }
    assert_eq!(left.cmp(&right), right.cmp(&left).reverse());
}

fn read(text: &str) -> Option<Decimal> {
    let is_number = text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        && !text.ends_with([' ', '\t', '\r', '\n']);
    let is_json = is_number && serde_json::from_str::<&RawValue>(text).is_ok();
    match Decimal::parse(text) {
        Ok(read) => {
            assert!(is_json, "{text}");
            let again = Decimal::parse(&read.to_string()).expect("what is written can be read");
            assert_eq!((read.coefficient(), read.exponent()), (again.coefficient(), again.exponent()));
            assert_eq!(double(text), double(&read.to_string()), "{text}");
            Some(read)
        }
        Err(fault) => {
            assert_eq!(is_json, fault == DecimalFault::OutOfRange, "{text}");
            None
        }
    }
}

fn double(text: &str) -> f64 {
    text.parse().expect("a number")
}
