//! Whether two JSON values are equal, as RFC 6902 section 4.6 says.

use std::borrow::Cow;

use fornax_model::{Kind, Node};

use crate::tree::Value;

/// One of the two, whole or taken apart.
#[derive(Clone, Copy)]
pub(crate) enum Side<'t, 'a> {
    Tree(&'t Value<'a>),
    Node(Node<'a>),
}

/// Whether a value of the resource equals one of the patch: numbers by value, strings by their characters, objects in
/// any order. Costs time in proportion to the smaller one, but for the sorting of members.
pub(crate) fn is_equal(left: Side<'_, '_>, right: Node<'_>) -> bool {
    match (left.kind(), right.kind()) {
        (Kind::Object, Kind::Object) => {
            let (mut members, mut others) = (left.members(), right.members().collect::<Vec<_>>());
            if members.len() != others.len() {
                return false;
            }
            members.sort_unstable_by(|one, other| one.0.cmp(&other.0));
            others.sort_unstable_by(|one, other| one.0.cmp(&other.0));
            let mut pairs = members.iter().zip(&others);
            pairs.all(|(one, other)| one.0 == other.0 && is_equal(one.1, other.1))
        }
        (Kind::Array, Kind::Array) => {
            let items = left.items();
            items.len() == right.items().count()
                && items.into_iter().zip(right.items()).all(|(one, other)| is_equal(one, other))
        }
        (Kind::Null, Kind::Null) => true,
        (Kind::Bool | Kind::Number | Kind::String, _) => {
            left.scalar().is_some_and(|left| is_scalar_equal(left, right))
        }
        _ => false,
    }
}

fn is_scalar_equal(left: Node<'_>, right: Node<'_>) -> bool {
    match (left.as_number(), right.as_number()) {
        (Some(left), Some(right)) => is_number_equal(left, right),
        _ => {
            left.kind() == right.kind()
                && left.as_str() == right.as_str()
                && left.as_bool() == right.as_bool()
        }
    }
}

impl<'t, 'a> Side<'t, 'a> {
    fn whole(self) -> Result<Node<'a>, &'t Value<'a>> {
        match self {
            Self::Node(node) => Ok(node),
            Self::Tree(Value::Given(node)) => Ok(*node),
            Self::Tree(value) => Err(value),
        }
    }

    fn kind(self) -> Kind {
        match self.whole() {
            Ok(node) => node.kind(),
            Err(Value::Object(_)) => Kind::Object,
            Err(Value::Array(_)) => Kind::Array,
            Err(_) => Kind::Null,
        }
    }

    fn scalar(self) -> Option<Node<'a>> {
        self.whole().ok()
    }

    fn members(self) -> Vec<(Cow<'t, str>, Side<'t, 'a>)> {
        match self.whole() {
            Ok(node) => node.members().map(|(name, value)| (name, Side::Node(value))).collect(),
            Err(Value::Object(object)) => {
                let members = object.members.iter();
                members.map(|one| (Cow::Borrowed(&*one.name), Side::Tree(&one.value))).collect()
            }
            Err(_) => Vec::new(),
        }
    }

    fn items(self) -> Vec<Side<'t, 'a>> {
        match self.whole() {
            Ok(node) => node.items().map(Side::Node).collect(),
            Err(Value::Array(array)) => array.items.iter().map(|item| Side::Tree(&item.value)).collect(),
            Err(_) => Vec::new(),
        }
    }
}

/// Whether two JSON numbers of any length have one value.
fn is_number_equal(left: &str, right: &str) -> bool {
    match (Number::read(left), Number::read(right)) {
        (Some(left), Some(right)) => left == right,
        // An exponent of more than 38 digits.
        _ => left == right,
    }
}

/// A number in the one form that its value has: digits without zeros at either end, times a power of ten.
#[derive(PartialEq, Eq)]
struct Number {
    is_negative: bool,
    digits: Vec<u8>,
    exponent: i128,
}

impl Number {
    fn read(text: &str) -> Option<Self> {
        let (is_negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = whole.bytes().chain(fraction.bytes());
        let mut digits: Vec<u8> = all.skip_while(|digit| *digit == b'0').collect();
        if digits.is_empty() {
            return Some(Self { is_negative: false, digits, exponent: 0 });
        }
        let zeros = digits.iter().rev().take_while(|digit| **digit == b'0').count();
        digits.truncate(digits.len() - zeros);
        let shift = zeros as i128 - fraction.len() as i128;
        Some(Self { is_negative, digits, exponent: exponent.parse::<i128>().ok()?.checked_add(shift)? })
    }
}

#[cfg(test)]
mod tests;
