//! Items by their place.

use super::{Function, Yields};
use crate::error::Error;
use crate::evaluate::operand::SEVERAL;
use crate::evaluate::{Frame, Machine, Mark, Site};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("single", 0..=0, Yields::Input, single),
    Function::new("first", 0..=0, Yields::Input, first),
    Function::new("last", 0..=0, Yields::Input, last),
    Function::new("tail", 0..=0, Yields::Input, tail),
    Function::new("skip", 1..=1, Yields::Input, skip),
    Function::new("take", 1..=1, Yields::Input, take),
    Function::new("intersect", 1..=1, Yields::Input, intersect),
    Function::new("exclude", 1..=1, Yields::Input, exclude),
];

fn single<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    if machine.since(mark).len() > 1 {
        return Err(Error::mismatch(site.at, SEVERAL));
    }
    Ok(())
}

fn first<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    machine.keep(mark, 1);
    Ok(())
}

fn last<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    let count = machine.since(mark).len();
    machine.drop_front(mark, count.saturating_sub(1));
    Ok(())
}

fn tail<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    let count = machine.since(mark).len();
    machine.drop_front(mark, count.min(1));
    Ok(())
}

fn skip<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    let number = machine.integer_argument(site.at, site.arguments[0], frame)?;
    match number {
        Some(number) => {
            let count = machine.since(mark).len();
            machine.drop_front(mark, count.min(usize::try_from(number).unwrap_or(0)));
        }
        None => machine.keep(mark, 0),
    }
    Ok(())
}

fn take<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    let number = machine.integer_argument(site.at, site.arguments[0], frame)?;
    machine.keep(mark, number.and_then(|number| usize::try_from(number).ok()).unwrap_or(0));
    Ok(())
}

fn intersect<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    machine.distinct(site.at, mark)?;
    retain(machine, site, (mark, frame), |is_in_other| is_in_other)
}

fn exclude<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    retain(machine, site, (mark, frame), |is_in_other| !is_in_other)
}

/// Keeps items above the mark by whether the collection in the argument has them.
fn retain<'a>(
    machine: &mut Machine<'a, '_>,
    site: Site<'a>,
    (mark, frame): (Mark, &Frame<'a>),
    is_wanted: fn(bool) -> bool,
) -> Result<(), Error> {
    let middle = machine.mark();
    machine.eval(site.arguments[0], frame)?;
    let others = machine.take(middle);
    machine.steps(site.at, machine.since(mark).len().saturating_mul(others.len()))?;
    let wanted: Vec<bool> =
        machine.since(mark).iter().map(|item| is_wanted(machine.is_among(item, &others))).collect();
    let mut wanted = wanted.into_iter();
    machine.retain(mark, |_| wanted.next() == Some(true));
    Ok(())
}
