//! From one System type to another, and choosing by a condition.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::{Function, Scope, Yields};
use crate::ast::CalendarUnit;
use crate::error::Error;
use crate::evaluate::{Frame, Machine, Site};
use crate::item::{Quantity, Unit, Value};
use crate::temporal::{Date, DateTime, Time};
use crate::types::SystemType;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("iif", 2..=3, Yields::Arguments { from: 1 }, iif).scope(Scope::Each),
    convert("toBoolean", SystemType::Boolean, |m, s, f| convert_to(m, s, f, to_boolean)),
    converts("convertsToBoolean", |m, s, f| converts_to(m, s, f, to_boolean)),
    convert("toInteger", SystemType::Integer, |m, s, f| convert_to(m, s, f, to_integer)),
    converts("convertsToInteger", |m, s, f| converts_to(m, s, f, to_integer)),
    convert("toDecimal", SystemType::Decimal, |m, s, f| convert_to(m, s, f, to_decimal)),
    converts("convertsToDecimal", |m, s, f| converts_to(m, s, f, to_decimal)),
    convert("toString", SystemType::String, |m, s, f| convert_to(m, s, f, to_text)),
    converts("convertsToString", |m, s, f| converts_to(m, s, f, to_text)),
    convert("toDate", SystemType::Date, |m, s, f| convert_to(m, s, f, to_date)),
    converts("convertsToDate", |m, s, f| converts_to(m, s, f, to_date)),
    convert("toDateTime", SystemType::DateTime, |m, s, f| convert_to(m, s, f, to_date_time)),
    converts("convertsToDateTime", |m, s, f| converts_to(m, s, f, to_date_time)),
    convert("toTime", SystemType::Time, |m, s, f| convert_to(m, s, f, to_time)),
    converts("convertsToTime", |m, s, f| converts_to(m, s, f, to_time)),
    convert("toQuantity", SystemType::Quantity, |m, s, f| convert_to(m, s, f, to_quantity)),
    converts("convertsToQuantity", |m, s, f| converts_to(m, s, f, to_quantity)),
];

const fn convert(name: &'static str, to: SystemType, call: super::Call) -> Function {
    Function::new(name, 0..=0, Yields::System(to), call)
}

const fn converts(name: &'static str, call: super::Call) -> Function {
    Function::new(name, 0..=0, Yields::System(SystemType::Boolean), call)
}

type Conversion = fn(&Value<'_>) -> Option<Value<'static>>;

fn convert_to<'a>(
    machine: &mut Machine<'a, '_>,
    site: Site<'a>,
    frame: &Frame<'a>,
    conversion: Conversion,
) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    let Some(item) = machine.single(mark, site.at)? else { return Ok(()) };
    if let Some(value) = machine.owned_value(item).as_ref().and_then(conversion) {
        machine.answer(mark, value);
    }
    Ok(())
}

fn converts_to<'a>(
    machine: &mut Machine<'a, '_>,
    site: Site<'a>,
    frame: &Frame<'a>,
    conversion: Conversion,
) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    let Some(item) = machine.single(mark, site.at)? else { return Ok(()) };
    let is_possible = machine.owned_value(item).as_ref().and_then(conversion).is_some();
    machine.answer(mark, is_possible);
    Ok(())
}

/// The condition and the results see the input, if there is one item of it, as `$this`.
fn iif<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    let this = machine.single(mark, site.at)?;
    let index = frame.index;
    let inner = Frame { this, index, total: frame.total.clone() };
    let is_true = machine.holds_in(site.arguments[0], &inner)? == Some(true);
    let chosen = if is_true { Some(&site.arguments[1]) } else { site.arguments.get(2) };
    chosen.map_or(Ok(()), |chosen| machine.eval(*chosen, &inner))
}

fn to_boolean(value: &Value<'_>) -> Option<Value<'static>> {
    let number = |number: Decimal| match number {
        _ if number == Decimal::ONE => Some(true),
        _ if number.is_zero() => Some(false),
        _ => None,
    };
    let answer = match value {
        Value::Boolean(value) => Some(*value),
        Value::Integer(value) => number((*value).into()),
        Value::Decimal(value) => number(*value),
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "t" | "yes" | "y" | "1" | "1.0" => Some(true),
            "false" | "f" | "no" | "n" | "0" | "0.0" => Some(false),
            _ => None,
        },
        _ => None,
    };
    answer.map(Value::Boolean)
}

fn to_integer(value: &Value<'_>) -> Option<Value<'static>> {
    let answer = match value {
        Value::Boolean(value) => Some(i32::from(*value)),
        Value::Integer(value) => Some(*value),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    answer.map(Value::Integer)
}

fn to_decimal(value: &Value<'_>) -> Option<Value<'static>> {
    let answer = match value {
        Value::Boolean(value) => Some(Decimal::new(if *value { 10 } else { 0 }, 1)),
        Value::Integer(value) => Some((*value).into()),
        Value::Decimal(value) => Some(*value),
        Value::String(text) => written_decimal(text),
        _ => None,
    };
    answer.map(Value::Decimal)
}

/// `(+|-)?\d+(\.\d+)?`, exactly.
fn written_decimal(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('+').unwrap_or(text);
    Decimal::from_str_exact(text).ok().filter(|_| is_number(whole) && is_number(fraction))
}

fn to_text(value: &Value<'_>) -> Option<Value<'static>> {
    Some(Value::String(Cow::Owned(value.to_string())))
}

fn to_date(value: &Value<'_>) -> Option<Value<'static>> {
    let answer = match value {
        Value::Date(date) => Some(*date),
        Value::DateTime(moment) => Some(moment.date),
        Value::String(text) => Date::parse(text),
        _ => None,
    };
    answer.map(Value::Date)
}

fn to_date_time(value: &Value<'_>) -> Option<Value<'static>> {
    let answer = match value {
        Value::Date(date) => Some((*date).into()),
        Value::DateTime(moment) => Some(*moment),
        Value::String(text) => DateTime::parse(text),
        _ => None,
    };
    answer.map(Value::DateTime)
}

fn to_time(value: &Value<'_>) -> Option<Value<'static>> {
    let answer = match value {
        Value::Time(time) => Some(*time),
        Value::String(text) => Time::parse(text.strip_prefix('T').unwrap_or(text)),
        _ => None,
    };
    answer.map(Value::Time)
}

fn to_quantity(value: &Value<'_>) -> Option<Value<'static>> {
    let plain = |value| Some(Quantity { value, unit: Unit::Ucum(Cow::Borrowed("1")) });
    let answer = match value {
        Value::Boolean(value) => plain(Decimal::new(if *value { 10 } else { 0 }, 1)),
        Value::Integer(value) => plain((*value).into()),
        Value::Decimal(value) => plain(*value),
        Value::Quantity(quantity) => Some(owned(quantity)),
        Value::String(text) => written_quantity(text),
        _ => None,
    };
    answer.map(Value::Quantity)
}

fn owned(quantity: &Quantity<'_>) -> Quantity<'static> {
    let unit = match &quantity.unit {
        Unit::Calendar(unit) => Unit::Calendar(*unit),
        Unit::Ucum(code) => Unit::Ucum(Cow::Owned(code.to_string())),
    };
    Quantity { value: quantity.value, unit }
}

/// A number, and perhaps a unit in quotes or a calendar word.
fn written_quantity(text: &str) -> Option<Quantity<'static>> {
    let end = text.find(|letter: char| !matches!(letter, '0'..='9' | '.' | '+' | '-')).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let value = written_decimal(number)?;
    let unit = rest.trim_start();
    let unit = if unit.is_empty() {
        Unit::Ucum(Cow::Borrowed("1"))
    } else if let Some(quoted) = unit.strip_prefix('\'') {
        let code = quoted.strip_suffix('\'').filter(|code| !code.is_empty() && !code.contains('\''))?;
        Unit::Ucum(Cow::Owned(code.to_owned()))
    } else {
        Unit::Calendar(CalendarUnit::named(unit)?)
    };
    Some(Quantity { value, unit })
}
