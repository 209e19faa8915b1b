//! Two collections made one.

use super::{Function, Yields};
use crate::error::Error;
use crate::evaluate::{Frame, Machine, Site};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("union", 1..=1, Yields::Both, union),
    Function::new("combine", 1..=1, Yields::Both, combine),
    Function::new("distinct", 0..=0, Yields::Input, distinct),
];

fn union<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    machine.eval(site.arguments[0], frame)?;
    machine.distinct(site.at, mark)
}

fn combine<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    machine.input(site, frame)?;
    machine.eval(site.arguments[0], frame)
}

fn distinct<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    machine.distinct(site.at, mark)
}
