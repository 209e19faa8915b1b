//! `+ - * / div mod &`, and signs.

use std::borrow::Cow;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::equality::{as_decimal, as_quantity};
use super::quantity::{definite, in_finer_unit};
use super::{Machine, Mark};
use crate::ast::{CalendarUnit, Operator, Sign};
use crate::error::Error;
use crate::item::{Quantity, Unit, Value};
use crate::limits::Limit;
use crate::temporal::{AddFault, DateTime, Duration};

/// Why there is no result.
enum Fault {
    /// The result is empty: overflow, division by zero, units that can't be combined.
    Empty,
    /// The operation is not for these types.
    Types,
    /// Not a unit that can be added to this value.
    Unit,
}

impl<'a> Machine<'a, '_> {
    pub(super) fn arithmetic(
        &mut self,
        at: u32,
        operator: Operator,
        mark: Mark,
        middle: Mark,
    ) -> Result<(), Error> {
        if operator == Operator::Concatenate {
            let right = self.string(middle, at)?;
            let left = self.string(mark, at)?;
            // Nothing is as good as an empty string here, and only here.
            let text = self.joined(at, left.as_deref().unwrap_or(""), right.as_deref().unwrap_or(""))?;
            self.answer(mark, text);
            return Ok(());
        }
        let right = self.single_value(middle, at)?;
        let left = self.single_value(mark, at)?;
        let Some((left, right)) = left.zip(right) else { return Ok(()) };
        if let (Operator::Add, Value::String(left), Value::String(right)) = (operator, &left, &right) {
            let text = self.joined(at, left, right)?;
            self.answer(mark, text);
            return Ok(());
        }
        match calculate(operator, &left, &right) {
            Ok(value) => self.answer(mark, value),
            Err(Fault::Empty) => {}
            Err(Fault::Types) => return Err(Error::mismatch(at, "operands of other types expected")),
            Err(Fault::Unit) => return Err(Error::mismatch(at, "another unit of time expected")),
        }
        Ok(())
    }

    fn joined(&self, at: u32, left: &str, right: &str) -> Result<Cow<'a, str>, Error> {
        if left.len() + right.len() > self.limits().string_bytes_max {
            return Err(Error::Limit { at, limit: Limit::StringBytes });
        }
        Ok(Cow::Owned([left, right].concat()))
    }

    pub(super) fn signed(&mut self, at: u32, mark: Mark, sign: Sign) -> Result<(), Error> {
        let Some(value) = self.single_value(mark, at)? else { return Ok(()) };
        let value = match (value, sign) {
            (value @ (Value::Integer(_) | Value::Decimal(_) | Value::Quantity(_)), Sign::Plus) => Some(value),
            (Value::Integer(number), Sign::Minus) => number.checked_neg().map(Value::Integer),
            (Value::Decimal(number), Sign::Minus) => Some(Value::Decimal(-number)),
            (Value::Quantity(Quantity { value, unit }), Sign::Minus) => {
                Some(Value::Quantity(Quantity { value: -value, unit }))
            }
            _ => return Err(Error::mismatch(at, "a number or quantity expected")),
        };
        if let Some(value) = value {
            self.answer(mark, value);
        }
        Ok(())
    }
}

fn calculate<'v>(operator: Operator, left: &Value<'v>, right: &Value<'v>) -> Result<Value<'static>, Fault> {
    match (left, right) {
        (Value::Integer(left), Value::Integer(right)) if operator != Operator::Divide => {
            integers(operator, *left, *right)
        }
        (Value::Date(_) | Value::DateTime(_) | Value::Time(_), Value::Quantity(duration)) => {
            let duration = self::duration(operator, duration)?;
            moved(left, duration).map_err(|fault| match fault {
                AddFault::Range => Fault::Empty,
                AddFault::Unit => Fault::Unit,
            })
        }
        (Value::Quantity(_), _) | (_, Value::Quantity(_)) => {
            let (left, right) = as_quantity(left).zip(as_quantity(right)).ok_or(Fault::Types)?;
            quantities(operator, &left, &right)
        }
        _ => {
            let (left, right) = as_decimal(left).zip(as_decimal(right)).ok_or(Fault::Types)?;
            decimals(operator, left, right)
        }
    }
}

fn integers(operator: Operator, left: i32, right: i32) -> Result<Value<'static>, Fault> {
    let result = match operator {
        Operator::Add => left.checked_add(right),
        Operator::Subtract => left.checked_sub(right),
        Operator::Multiply => left.checked_mul(right),
        Operator::Div => left.checked_div(right),
        Operator::Mod => left.checked_rem(right),
        _ => return Err(Fault::Types),
    };
    result.map(Value::Integer).ok_or(Fault::Empty)
}

fn decimals(operator: Operator, left: Decimal, right: Decimal) -> Result<Value<'static>, Fault> {
    if operator == Operator::Div {
        let whole = left.checked_div(right).and_then(|quotient| quotient.trunc().to_i32());
        return whole.map(Value::Integer).ok_or(Fault::Empty);
    }
    decimal(operator, left, right).map(Value::Decimal)
}

fn decimal(operator: Operator, left: Decimal, right: Decimal) -> Result<Decimal, Fault> {
    let result = match operator {
        Operator::Add => left.checked_add(right),
        Operator::Subtract => left.checked_sub(right),
        Operator::Multiply => left.checked_mul(right),
        // A quotient has no precision of its own: no more digits than it needs.
        Operator::Divide => left.checked_div(right).map(|quotient| quotient.normalize()),
        Operator::Mod => left.checked_rem(right),
        _ => return Err(Fault::Types),
    };
    result.ok_or(Fault::Empty)
}

/// Sums of comparable units, and products and quotients where the unit of the result needs no UCUM.
fn quantities(
    operator: Operator,
    left: &Quantity<'_>,
    right: &Quantity<'_>,
) -> Result<Value<'static>, Fault> {
    let is_plain = |unit: &Unit<'_>| matches!(unit, Unit::Ucum(code) if code == "1");
    let (value, unit) = match operator {
        Operator::Add | Operator::Subtract => {
            let (left, right, unit) = in_finer_unit(left, right).ok_or(Fault::Empty)?;
            (decimal(operator, left, right)?, unit)
        }
        Operator::Multiply if is_plain(&left.unit) => {
            (decimal(operator, left.value, right.value)?, &right.unit)
        }
        Operator::Multiply | Operator::Divide if is_plain(&right.unit) => {
            (decimal(operator, left.value, right.value)?, &left.unit)
        }
        Operator::Divide if left.unit == right.unit => {
            let value = decimal(operator, left.value, right.value)?;
            return Ok(Value::Quantity(Quantity { value, unit: Unit::Ucum(Cow::Borrowed("1")) }));
        }
        Operator::Multiply | Operator::Divide => return Err(Fault::Empty),
        _ => return Err(Fault::Types),
    };
    let unit = match unit {
        Unit::Calendar(unit) => Unit::Calendar(*unit),
        Unit::Ucum(code) => Unit::Ucum(Cow::Owned(code.to_string())),
    };
    Ok(Value::Quantity(Quantity { value, unit }))
}

/// A quantity as a step in time, back for a subtraction. Fractions count for seconds and milliseconds only.
fn duration(operator: Operator, quantity: &Quantity<'_>) -> Result<Duration, Fault> {
    let unit = match &quantity.unit {
        Unit::Calendar(unit) => *unit,
        Unit::Ucum(code) => definite(code).ok_or(Fault::Unit)?,
    };
    let scale: i64 = match unit {
        CalendarUnit::Second => 1_000_000_000,
        CalendarUnit::Millisecond => 1_000_000,
        _ => 1,
    };
    let amount = quantity.value.checked_mul(scale.into()).and_then(|amount| amount.trunc().to_i64());
    let amount = amount.ok_or(Fault::Empty)?;
    match operator {
        Operator::Add => Ok(Duration { unit, amount }),
        Operator::Subtract => Ok(Duration { unit, amount: amount.checked_neg().ok_or(Fault::Empty)? }),
        _ => Err(Fault::Types),
    }
}

fn moved(value: &Value<'_>, duration: Duration) -> Result<Value<'static>, AddFault> {
    Ok(match value {
        Value::Date(date) => Value::Date(date.add(duration)?),
        Value::Time(time) => Value::Time(time.add(duration)?),
        Value::DateTime(moment) => Value::DateTime(DateTime::add(*moment, duration)?),
        _ => return Err(AddFault::Unit),
    })
}
