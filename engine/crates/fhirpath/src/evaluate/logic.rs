//! Three-valued logic.

use super::{Machine, Mark};
use crate::ast::Operator;
use crate::error::Error;
use crate::item::{Item, Value};

impl Machine<'_, '_> {
    /// Whether the left operand settles the matter, so that the right one need not be evaluated.
    pub(super) fn decided_by_left(&self, operator: Operator, mark: Mark) -> Option<bool> {
        let left = match self.since(mark) {
            [Item::Value(Value::Boolean(left))] => *left,
            _ => return None,
        };
        match (operator, left) {
            (Operator::And, false) => Some(false),
            (Operator::Or, true) | (Operator::Implies, false) => Some(true),
            _ => None,
        }
    }

    pub(super) fn logic(
        &mut self,
        at: u32,
        operator: Operator,
        mark: Mark,
        middle: Mark,
    ) -> Result<(), Error> {
        let right = self.boolean(middle, at)?;
        let left = self.boolean(mark, at)?;
        let result = match operator {
            Operator::And => and(left, right),
            Operator::Or => or(left, right),
            Operator::Implies => or(left.map(|left| !left), right),
            _ => left.zip(right).map(|(left, right)| left != right),
        };
        if let Some(result) = result {
            self.answer(mark, result);
        }
        Ok(())
    }
}

fn and(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn or(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}
