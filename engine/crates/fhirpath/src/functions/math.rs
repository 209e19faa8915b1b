//! Numbers. Only what is exact.

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use super::{Function, Yields};
use crate::error::Error;
use crate::evaluate::{Frame, Machine, Site};
use crate::item::{Quantity, Value};
use crate::types::SystemType;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("abs", 0..=0, Yields::Input, abs),
    Function::new("ceiling", 0..=0, Yields::System(SystemType::Integer), |m, s, f| {
        whole(m, s, f, |n| n.ceil())
    }),
    Function::new("floor", 0..=0, Yields::System(SystemType::Integer), |m, s, f| {
        whole(m, s, f, |n| n.floor())
    }),
    Function::new("truncate", 0..=0, Yields::System(SystemType::Integer), |m, s, f| {
        whole(m, s, f, |n| n.trunc())
    }),
    Function::new("round", 0..=1, Yields::System(SystemType::Decimal), round),
];

fn mismatch(site: Site<'_>) -> Error {
    Error::mismatch(site.at, "a number expected")
}

fn abs<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    let value = match machine.single_value(mark, site.at)? {
        None => None,
        Some(Value::Integer(number)) => number.checked_abs().map(Value::Integer),
        Some(Value::Decimal(number)) => Some(Value::Decimal(number.abs())),
        Some(Value::Quantity(Quantity { value, unit })) => {
            Some(Value::Quantity(Quantity { value: value.abs(), unit }))
        }
        Some(_) => return Err(mismatch(site)),
    };
    if let Some(value) = value {
        machine.answer(mark, value);
    }
    Ok(())
}

/// An integer near the number; nothing if that is beyond 32 bits.
fn whole<'a>(
    machine: &mut Machine<'a, '_>,
    site: Site<'a>,
    frame: &Frame<'a>,
    of: fn(Decimal) -> Decimal,
) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    let number = match machine.single_value(mark, site.at)? {
        None => None,
        Some(Value::Integer(number)) => Some(number),
        Some(Value::Decimal(number)) => of(number).to_i32(),
        Some(_) => return Err(mismatch(site)),
    };
    if let Some(number) = number {
        machine.answer(mark, number);
    }
    Ok(())
}

/// Half away from zero.
fn round<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    let number = match machine.single_value(mark, site.at)? {
        None => return Ok(()),
        Some(Value::Integer(number)) => number.into(),
        Some(Value::Decimal(number)) => number,
        Some(_) => return Err(mismatch(site)),
    };
    let digits = match site.arguments.first() {
        Some(argument) => machine.integer_argument(site.at, *argument, frame)?,
        None => Some(0),
    };
    let digits =
        digits.map(|digits| u32::try_from(digits).map_err(|_| Error::mismatch(site.at, "digits expected")));
    if let Some(digits) = digits.transpose()? {
        let rounded = number.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
        machine.answer(mark, Value::Decimal(rounded));
    }
    Ok(())
}
