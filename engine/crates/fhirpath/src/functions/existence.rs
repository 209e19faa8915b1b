//! Whether there is anything, and whether all of it is so.

use super::{Function, Scope, Yields};
use crate::error::Error;
use crate::evaluate::{Frame, Machine, Mark, Site};
use crate::item::Value;
use crate::program::OpId;
use crate::types::SystemType::{Boolean, Integer};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("empty", 0..=0, Yields::System(Boolean), empty),
    Function::new("exists", 0..=1, Yields::System(Boolean), exists).scope(Scope::Each),
    Function::new("all", 1..=1, Yields::System(Boolean), all).scope(Scope::Each),
    Function::new("allTrue", 0..=0, Yields::System(Boolean), all_true),
    Function::new("anyTrue", 0..=0, Yields::System(Boolean), any_true),
    Function::new("allFalse", 0..=0, Yields::System(Boolean), all_false),
    Function::new("anyFalse", 0..=0, Yields::System(Boolean), any_false),
    Function::new("subsetOf", 1..=1, Yields::System(Boolean), subset_of),
    Function::new("supersetOf", 1..=1, Yields::System(Boolean), superset_of),
    Function::new("count", 0..=0, Yields::System(Integer), count),
    Function::new("isDistinct", 0..=0, Yields::System(Boolean), is_distinct),
    Function::new("not", 0..=0, Yields::System(Boolean), not),
];

fn empty<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    let is_empty = machine.since(mark).is_empty();
    machine.answer(mark, is_empty);
    Ok(())
}

fn exists<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    if let Some(criteria) = site.arguments.first() {
        machine.filter(mark, *criteria)?;
    }
    let exists = !machine.since(mark).is_empty();
    machine.answer(mark, exists);
    Ok(())
}

fn all<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    let count = machine.since(mark).len();
    machine.filter(mark, site.arguments[0])?;
    let all = machine.since(mark).len() == count;
    machine.answer(mark, all);
    Ok(())
}

/// Whether any of the booleans in the input is `wanted`.
fn any<'a>(
    machine: &mut Machine<'a, '_>,
    site: Site<'a>,
    frame: &Frame<'a>,
    wanted: bool,
) -> Result<(Mark, bool), Error> {
    let mark = machine.input(site, frame)?;
    let mut found = false;
    for item in machine.since(mark) {
        match machine.schema().value(item) {
            Some(Value::Boolean(value)) => found |= value == wanted,
            _ => return Err(Error::mismatch(site.at, "booleans expected")),
        }
    }
    Ok((mark, found))
}

fn all_true<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let (mark, any_false) = any(machine, site, frame, false)?;
    machine.answer(mark, !any_false);
    Ok(())
}

fn any_true<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let (mark, any_true) = any(machine, site, frame, true)?;
    machine.answer(mark, any_true);
    Ok(())
}

fn all_false<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let (mark, any_true) = any(machine, site, frame, true)?;
    machine.answer(mark, !any_true);
    Ok(())
}

fn any_false<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let (mark, any_false) = any(machine, site, frame, false)?;
    machine.answer(mark, any_false);
    Ok(())
}

fn subset_of<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.mark();
    machine.eval(site.arguments[0], frame)?;
    contains_all(machine, site, (mark, site.input), frame)
}

fn superset_of<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    contains_all(machine, site, (mark, site.arguments[0]), frame)
}

/// Whether the items from the mark on contain all that `parts` gives.
fn contains_all<'a>(
    machine: &mut Machine<'a, '_>,
    site: Site<'a>,
    (mark, parts): (Mark, OpId),
    frame: &Frame<'a>,
) -> Result<(), Error> {
    let middle = machine.mark();
    machine.eval(parts, frame)?;
    machine
        .steps(site.at, machine.between(mark, middle).len().saturating_mul(machine.since(middle).len()))?;
    let whole = machine.between(mark, middle);
    let result = machine.since(middle).iter().all(|item| machine.is_among(item, whole));
    machine.answer(mark, result);
    Ok(())
}

fn count<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    let count = i32::try_from(machine.since(mark).len()).unwrap_or(i32::MAX);
    machine.answer(mark, count);
    Ok(())
}

fn is_distinct<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    let count = machine.since(mark).len();
    machine.distinct(site.at, mark)?;
    let is_distinct = machine.since(mark).len() == count;
    machine.answer(mark, is_distinct);
    Ok(())
}

fn not<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    if let Some(value) = machine.boolean(mark, site.at)? {
        machine.answer(mark, !value);
    }
    Ok(())
}
