//! `<`, `<=`, `>`, `>=`.

use std::cmp::Ordering;

use super::equality::{Equality, as_decimal, as_quantity, compare_temporal};
use super::quantity::in_coarser_unit;
use super::{Machine, Mark};
use crate::ast::Operator;
use crate::error::Error;
use crate::item::Value;
use crate::temporal::Comparison;

impl Machine<'_, '_> {
    pub(super) fn comparison(
        &mut self,
        at: u32,
        operator: Operator,
        mark: Mark,
        middle: Mark,
    ) -> Result<(), Error> {
        let right = self.single_value(middle, at)?;
        let left = self.single_value(mark, at)?;
        let Some((left, right)) = left.zip(right) else { return Ok(()) };
        let Some(order) = order(&left, &right, self.offset_minutes()).map_err(|()| different_types(at))?
        else {
            return Ok(());
        };
        self.answer(
            mark,
            match operator {
                Operator::Less => order.is_lt(),
                Operator::LessOrEqual => order.is_le(),
                Operator::Greater => order.is_gt(),
                _ => order.is_ge(),
            },
        );
        Ok(())
    }
}

fn different_types(at: u32) -> Error {
    Error::mismatch(at, "two values of one ordered type expected")
}

/// `None` where the order can't be known; an error for values that have none.
fn order(left: &Value<'_>, right: &Value<'_>, offset_minutes: Option<i16>) -> Result<Option<Ordering>, ()> {
    match (left, right) {
        (Value::String(left), Value::String(right)) => Ok(Some(left.cmp(right))),
        (Value::Quantity(_), _) | (_, Value::Quantity(_)) => {
            let (left, right) = as_quantity(left).zip(as_quantity(right)).ok_or(())?;
            Ok(in_coarser_unit(&left, &right, Equality::Equal).map(|(left, right)| left.cmp(&right)))
        }
        _ => match as_decimal(left).zip(as_decimal(right)) {
            Some((left, right)) => Ok(Some(left.cmp(&right))),
            None => match compare_temporal(left, right, offset_minutes).ok_or(())? {
                Comparison::Known(order) => Ok(Some(order)),
                Comparison::Unknown => Ok(None),
            },
        },
    }
}
