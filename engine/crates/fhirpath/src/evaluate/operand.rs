//! Collections as single operands.

use std::borrow::Cow;

use super::{Frame, Machine, Mark};
use crate::error::Error;
use crate::item::{Item, Value};
use crate::program::OpId;

/// What is wrong where an operation takes one item.
pub(crate) const SEVERAL: &str = "one item expected, not several,";

impl<'a> Machine<'a, '_> {
    /// Takes the one item above the mark, if there is any.
    pub fn single(&mut self, mark: Mark, at: u32) -> Result<Option<Item<'a>>, Error> {
        if self.since(mark).len() > 1 {
            return Err(Error::mismatch(at, SEVERAL));
        }
        Ok(if self.since(mark).is_empty() { None } else { self.stack.pop() })
    }

    /// Takes the collection above the mark as a condition: one item that is no boolean counts as true.
    pub fn boolean(&mut self, mark: Mark, at: u32) -> Result<Option<bool>, Error> {
        let Some(item) = self.single(mark, at)?.filter(|item| !Self::lacks_value(item)) else {
            return Ok(None);
        };
        Ok(Some(match self.schema().value(&item) {
            Some(Value::Boolean(value)) => value,
            _ => true,
        }))
    }

    /// Takes the one value above the mark; what is no value is a mismatch.
    pub fn single_value(&mut self, mark: Mark, at: u32) -> Result<Option<Value<'a>>, Error> {
        let Some(item) = self.single(mark, at)?.filter(|item| !Self::lacks_value(item)) else {
            return Ok(None);
        };
        match self.owned_value(item) {
            Some(value) => Ok(Some(value)),
            None => Err(Error::mismatch(at, "a value expected")),
        }
    }

    /// Whether an item is a primitive with extensions only: as an operand it is nothing.
    fn lacks_value(item: &Item<'a>) -> bool {
        matches!(item, Item::Element(element) if element.node.is_none())
    }

    /// The value of an item, as far as it has one, apart from the item.
    pub fn owned_value(&self, item: Item<'a>) -> Option<Value<'a>> {
        match item {
            Item::Value(value) => Some(value),
            Item::Element(element) => self.schema().value_of(&element),
            Item::Target(_) => None,
        }
    }

    /// Takes the one string above the mark.
    pub fn string(&mut self, mark: Mark, at: u32) -> Result<Option<Cow<'a, str>>, Error> {
        match self.single_value(mark, at)? {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Error::mismatch(at, "a string expected")),
        }
    }

    /// Takes the one integer above the mark.
    pub fn integer(&mut self, mark: Mark, at: u32) -> Result<Option<i32>, Error> {
        match self.single_value(mark, at)? {
            None => Ok(None),
            Some(Value::Integer(number)) => Ok(Some(number)),
            Some(_) => Err(Error::mismatch(at, "an integer expected")),
        }
    }

    pub fn string_argument(
        &mut self,
        at: u32,
        argument: OpId,
        frame: &Frame<'a>,
    ) -> Result<Option<Cow<'a, str>>, Error> {
        let mark = self.mark();
        self.eval(argument, frame)?;
        self.string(mark, at)
    }

    pub fn integer_argument(
        &mut self,
        at: u32,
        argument: OpId,
        frame: &Frame<'a>,
    ) -> Result<Option<i32>, Error> {
        let mark = self.mark();
        self.eval(argument, frame)?;
        self.integer(mark, at)
    }

    /// Evaluates a condition on each item above the mark and keeps those that it holds for.
    pub fn filter(&mut self, mark: Mark, criteria: OpId) -> Result<(), Error> {
        let end = self.stack.len();
        let mut kept = mark.0;
        for place in mark.0..end {
            let frame = Frame::at(self.stack[place].clone(), place - mark.0);
            if self.holds_in(criteria, &frame)? == Some(true) {
                self.stack.swap(kept, place);
                kept += 1;
            }
        }
        self.stack.truncate(kept);
        Ok(())
    }

    pub fn holds_in(&mut self, criteria: OpId, frame: &Frame<'a>) -> Result<Option<bool>, Error> {
        let mark = self.mark();
        self.eval(criteria, frame)?;
        self.boolean(mark, self.program.placed(criteria).at)
    }
}
