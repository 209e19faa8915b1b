//! Choosing and transforming items.

use super::{Function, Scope, Yields};
use crate::error::Error;
use crate::evaluate::{Frame, Machine, Site};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("where", 1..=1, Yields::Input, filter).scope(Scope::Each),
    Function::new("select", 1..=1, Yields::Arguments { from: 0 }, select).scope(Scope::Each),
    Function::new("repeat", 1..=1, Yields::Anything, repeat).scope(Scope::Repeated),
    Function::new("aggregate", 1..=2, Yields::Anything, aggregate).scope(Scope::EachFirst),
];

fn filter<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    machine.filter(mark, site.arguments[0])
}

fn select<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    let count = machine.since(mark).len();
    for place in 0..count {
        let item = machine.since(mark)[place].clone();
        machine.eval(site.arguments[0], &Frame::at(item, place))?;
    }
    machine.drop_front(mark, count);
    Ok(())
}

/// Items that equal one that is there already are not new, so this ends.
fn repeat<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    let count = machine.since(mark).len();
    let found = machine.mark();
    let mut place = 0;
    while place < machine.since(mark).len() {
        let item = machine.since(mark)[place].clone();
        let fresh = machine.mark();
        machine.eval(site.arguments[0], &Frame::at(item, place))?;
        machine.distinct_since(site.at, found, fresh)?;
        place += 1;
    }
    machine.drop_front(mark, count);
    Ok(())
}

fn aggregate<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    let items = machine.take(mark);
    if let Some(start) = site.arguments.get(1) {
        machine.eval(*start, frame)?;
    }
    for (place, item) in items.into_iter().enumerate() {
        let total = machine.take(mark);
        machine.eval(site.arguments[0], &Frame { total, ..Frame::at(item, place) })?;
    }
    Ok(())
}
