//! `=` and `~`, of items, of collections, and what is built on them.

use std::borrow::Cow;
use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::operand::SEVERAL;
use super::quantity::in_coarser_unit;
use super::structure::same_element;
use super::{Machine, Mark};
use crate::ast::Operator;
use crate::error::Error;
use crate::item::{Item, Quantity, Unit, Value};
use crate::temporal::{Comparison, DateTime};

/// Which of the two equalities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Equality {
    /// `=`: exact, and without an answer where precisions differ.
    Equal,
    /// `~`: case, white space and surplus digits do not count; always with an answer.
    Equivalent,
}

use Equality::{Equal, Equivalent};

impl<'a> Machine<'a, '_> {
    pub(super) fn equality(
        &mut self,
        at: u32,
        operator: Operator,
        mark: Mark,
        middle: Mark,
    ) -> Result<(), Error> {
        let count = self.since(middle).len();
        let is_ordered = matches!(operator, Operator::Equal | Operator::NotEqual);
        self.steps(at, if is_ordered { count } else { count.saturating_mul(count) })?;
        let left = self.between(mark, middle);
        let right = self.since(middle);
        let result = if is_ordered { self.equal(left, right) } else { self.equivalent(left, right) };
        self.keep(mark, 0);
        if let Some(result) = result {
            let is_converse = matches!(operator, Operator::NotEqual | Operator::NotEquivalent);
            self.answer(mark, result != is_converse);
        }
        Ok(())
    }

    fn equal(&self, left: &[Item<'a>], right: &[Item<'a>]) -> Option<bool> {
        if left.is_empty() || right.is_empty() {
            return None;
        }
        if left.len() != right.len() {
            return Some(false);
        }
        all(left.iter().zip(right).map(|(left, right)| self.same(left, right, Equal)))
    }

    /// In any order.
    fn equivalent(&self, left: &[Item<'a>], right: &[Item<'a>]) -> Option<bool> {
        if let ([left], [right]) = (left, right) {
            return self.same(left, right, Equivalent);
        }
        Some(in_any_order(left, right, |left, right| self.same(left, right, Equivalent) == Some(true)))
    }

    /// Whether two items are equal; `None` where that can't be known.
    pub fn same(&self, left: &Item<'a>, right: &Item<'a>, equality: Equality) -> Option<bool> {
        let values = (self.schema().value(left), self.schema().value(right));
        match (values, left, right) {
            ((Some(left), Some(right)), ..) => same_value(&left, &right, equality, self.offset_minutes()),
            (_, Item::Element(left), Item::Element(right)) => {
                same_element(self.schema(), *left, *right, equality)
            }
            (_, Item::Target(left), Item::Target(right)) if left != right => Some(false),
            (_, Item::Target(_), Item::Target(_)) => None,
            _ => Some(false),
        }
    }

    /// The offset assumed for date-times without one.
    pub(super) fn offset_minutes(&self) -> Option<i16> {
        self.environment.now.and_then(|now| now.offset_minutes)
    }

    /// Drops items above the mark that equal an earlier one.
    pub fn distinct(&mut self, at: u32, mark: Mark) -> Result<(), Error> {
        self.distinct_since(at, mark, mark)
    }

    /// The same where the items between `mark` and `fresh` are known to be distinct.
    pub fn distinct_since(&mut self, at: u32, mark: Mark, fresh: Mark) -> Result<(), Error> {
        let end = self.stack.len();
        let mut kept = fresh.0;
        for place in fresh.0..end {
            self.steps(at, kept - mark.0)?;
            if !self.is_among(&self.stack[place], &self.stack[mark.0..kept]) {
                self.stack.swap(kept, place);
                kept += 1;
            }
        }
        self.stack.truncate(kept);
        Ok(())
    }

    pub fn is_among(&self, item: &Item<'a>, others: &[Item<'a>]) -> bool {
        others.iter().any(|other| self.same(item, other, Equal) == Some(true))
    }

    /// `in` and `contains`.
    pub(super) fn membership(
        &mut self,
        at: u32,
        mark: Mark,
        item: (Mark, Mark),
        collection: (Mark, Mark),
    ) -> Result<(), Error> {
        self.steps(at, self.between(collection.0, collection.1).len())?;
        let item = self.between(item.0, item.1);
        let collection = self.between(collection.0, collection.1);
        let result = match item {
            [] => None,
            [item] => Some(self.is_among(item, collection)),
            _ => return Err(Error::mismatch(at, SEVERAL)),
        };
        self.keep(mark, 0);
        if let Some(result) = result {
            self.answer(mark, result);
        }
        Ok(())
    }
}

/// Whether two values are equal; `None` where that can't be known.
pub(crate) fn same_value(
    left: &Value<'_>,
    right: &Value<'_>,
    equality: Equality,
    offset_minutes: Option<i16>,
) -> Option<bool> {
    use Value::{Boolean, Integer, String};
    Some(match (left, right) {
        (Boolean(left), Boolean(right)) => left == right,
        (Integer(left), Integer(right)) => left == right,
        (String(left), String(right)) => {
            left == right || equality == Equivalent && folded(left).eq(folded(right))
        }
        (Integer(_) | Value::Decimal(_), Integer(_) | Value::Decimal(_)) => {
            same_decimal(as_decimal(left)?, as_decimal(right)?, equality)
        }
        (Value::Quantity(_), _) | (_, Value::Quantity(_)) => match (as_quantity(left), as_quantity(right)) {
            (Some(left), Some(right)) => {
                let (left, right) = in_coarser_unit(&left, &right, equality)?;
                same_decimal(left, right, equality)
            }
            _ => false,
        },
        _ => match compare_temporal(left, right, offset_minutes) {
            None => false,
            Some(Comparison::Known(order)) => order == Ordering::Equal,
            Some(Comparison::Unknown) if equality == Equal => return None,
            Some(Comparison::Unknown) => false,
        },
    })
}

/// The order of two dates, date-times or times; `None` for anything else, and for mixtures without one.
pub(super) fn compare_temporal(
    left: &Value<'_>,
    right: &Value<'_>,
    offset_minutes: Option<i16>,
) -> Option<Comparison> {
    Some(match (left, right) {
        (Value::Date(left), Value::Date(right)) => left.compare(*right),
        (Value::Time(left), Value::Time(right)) => left.compare(*right),
        (Value::DateTime(left), Value::DateTime(right)) => left.compare(*right, offset_minutes),
        (Value::DateTime(left), Value::Date(right)) => left.compare((*right).into(), offset_minutes),
        (Value::Date(left), Value::DateTime(right)) => DateTime::from(*left).compare(*right, offset_minutes),
        _ => return None,
    })
}

/// Without regard to case, and every white space as good as another.
fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase).map(|letter| if letter.is_whitespace() { ' ' } else { letter })
}

/// Equivalence looks at as many digits behind the point as the less precise of the two has.
fn same_decimal(left: Decimal, right: Decimal, equality: Equality) -> bool {
    match equality {
        Equal => left == right,
        Equivalent => {
            let digits = left.normalize().scale().min(right.normalize().scale());
            left.round_dp(digits) == right.round_dp(digits)
        }
    }
}

pub(super) fn as_decimal(value: &Value<'_>) -> Option<Decimal> {
    match value {
        Value::Integer(number) => Some((*number).into()),
        Value::Decimal(number) => Some(*number),
        _ => None,
    }
}

/// A number is a quantity of the unit `1`.
pub(super) fn as_quantity<'v>(value: &'v Value<'_>) -> Option<Quantity<'v>> {
    match value.borrowed() {
        Value::Quantity(quantity) => Some(quantity),
        other => as_decimal(&other).map(|value| Quantity { value, unit: Unit::Ucum(Cow::Borrowed("1")) }),
    }
}

/// All true, or one false, or not known.
pub(super) fn all(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(true);
    for answer in answers {
        match answer {
            Some(true) => {}
            Some(false) => return Some(false),
            None => result = None,
        }
    }
    result
}

/// Whether each of `left` has a partner of its own in `right`.
pub(super) fn in_any_order<T>(left: &[T], right: &[T], is_same: impl Fn(&T, &T) -> bool) -> bool {
    let mut rest: Vec<&T> = right.iter().collect();
    let mut partner =
        |left: &T| rest.iter().position(|right| is_same(left, right)).map(|place| rest.swap_remove(place));
    left.len() == right.len() && left.iter().all(|left| partner(left).is_some())
}
