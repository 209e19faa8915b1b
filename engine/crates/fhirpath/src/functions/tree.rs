//! All children, whatever their names.

use super::{Function, Yields};
use crate::error::Error;
use crate::evaluate::{Frame, Machine, Site};
use crate::item::Item;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("children", 0..=0, Yields::Anything, children),
    Function::new("descendants", 0..=0, Yields::Anything, descendants),
];

fn children<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    let count = machine.since(mark).len();
    for place in 0..count {
        if let Item::Element(element) = machine.since(mark)[place] {
            machine.children(site.at, element, |_| true)?;
        }
    }
    machine.drop_front(mark, count);
    Ok(())
}

/// Level by level. Unlike `repeat(children())` it keeps descendants that equal each other: the specification calls the
/// two the same, and means the nodes.
fn descendants<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    let count = machine.since(mark).len();
    let mut place = 0;
    while place < machine.since(mark).len() {
        if let Item::Element(element) = machine.since(mark)[place] {
            machine.children(site.at, element, |_| true)?;
        }
        place += 1;
    }
    machine.drop_front(mark, count);
    Ok(())
}
