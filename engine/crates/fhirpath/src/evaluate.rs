//! Running a program.
//!
//! There is one stack of items. Evaluating an operation appends its collection to the stack and leaves what was there
//! alone; whoever asked takes what lies above its own mark. So a path or a filter costs no allocation once the stack has
//! grown.

mod arithmetic;
mod comparison;
pub(crate) mod equality;
mod logic;
pub(crate) mod navigate;
pub(crate) mod operand;
mod quantity;
mod structure;

use regex::Regex;

use crate::ast::Operator;
use crate::environment::Environment;
use crate::error::Error;
use crate::item::{Element, Item, Value};
use crate::limits::{Limit, Limits};
use crate::program::{Op, OpId, Program, TypeOperation, Variable};
use crate::schema::Schema;
use crate::types::TypeTest;

/// The height of the stack when something began: what lies above is its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark(usize);

/// What `$this`, `$index` and `$total` are.
pub(crate) struct Frame<'a> {
    /// None where a path starts from nothing.
    pub this: Option<Item<'a>>,
    pub index: Option<i32>,
    pub total: Vec<Item<'a>>,
}

impl<'a> Frame<'a> {
    pub fn on(this: Item<'a>) -> Self {
        Self { this: Some(this), index: None, total: Vec::new() }
    }

    pub fn at(this: Item<'a>, index: usize) -> Self {
        Self { this: Some(this), index: i32::try_from(index).ok(), total: Vec::new() }
    }
}

/// A call: where it stands, and what it is applied to.
#[derive(Clone, Copy)]
pub(crate) struct Site<'a> {
    pub at: u32,
    pub input: OpId,
    pub arguments: &'a [OpId],
    pub pattern: Option<&'a Regex>,
}

/// One evaluation, or several that share a stack and a budget.
pub(crate) struct Machine<'a, 'e> {
    pub program: &'a Program,
    pub environment: &'e Environment<'a>,
    pub stack: Vec<Item<'a>>,
    /// `%context`.
    context: Element<'a>,
    limits: Limits,
    steps_left: u64,
}

impl Program {
    /// The collection that the expression selects or computes, starting on `focus`.
    ///
    /// Time and memory stay within the compiler's [`Limits`].
    pub fn evaluate<'a>(
        &'a self,
        focus: Element<'a>,
        environment: &Environment<'a>,
    ) -> Result<Vec<Item<'a>>, Error> {
        let mut machine = Machine::new(self, focus, environment);
        machine.run(self, focus)?;
        Ok(machine.stack)
    }

    /// The same, within `steps` that several evaluations share: those that this one takes are taken off.
    pub fn evaluate_within<'a>(
        &'a self,
        focus: Element<'a>,
        environment: &Environment<'a>,
        steps: &mut u64,
    ) -> Result<Vec<Item<'a>>, Error> {
        let mut machine = Machine::new(self, focus, environment);
        let granted = machine.steps_left.min(*steps);
        machine.steps_left = granted;
        let outcome = machine.run(self, focus);
        *steps -= granted - machine.steps_left;
        outcome.map(|()| machine.stack)
    }

    /// The expression as a condition: `None` if it has no answer. A single item that is no boolean counts as true.
    pub fn test<'a>(
        &'a self,
        focus: Element<'a>,
        environment: &Environment<'a>,
    ) -> Result<Option<bool>, Error> {
        let mut machine = Machine::new(self, focus, environment);
        machine.holds(self, focus)
    }
}

impl<'a, 'e> Machine<'a, 'e> {
    pub fn new(program: &'a Program, context: Element<'a>, environment: &'e Environment<'a>) -> Self {
        let limits = program.limits;
        Self { program, environment, stack: Vec::new(), context, limits, steps_left: limits.steps_max }
    }

    /// Appends what `program` gives on `focus`.
    pub fn run(&mut self, program: &'a Program, focus: Element<'a>) -> Result<(), Error> {
        self.program = program;
        self.context = focus;
        self.eval(program.root, &Frame::on(focus.into()))
    }

    /// What `program` says of `focus`, as a condition.
    pub fn holds(&mut self, program: &'a Program, focus: Element<'a>) -> Result<Option<bool>, Error> {
        let mark = self.mark();
        self.run(program, focus)?;
        self.boolean(mark, program.placed(program.root).at)
    }

    pub fn schema(&self) -> &'a Schema {
        &self.program.schema
    }

    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    pub fn mark(&self) -> Mark {
        Mark(self.stack.len())
    }

    pub fn since(&self, mark: Mark) -> &[Item<'a>] {
        &self.stack[mark.0..]
    }

    pub fn between(&self, mark: Mark, end: Mark) -> &[Item<'a>] {
        &self.stack[mark.0..end.0]
    }

    /// Appends what a call is applied to.
    pub fn input(&mut self, site: Site<'a>, frame: &Frame<'a>) -> Result<Mark, Error> {
        let mark = self.mark();
        self.eval(site.input, frame)?;
        Ok(mark)
    }

    /// Keeps those items above the mark that are wanted.
    pub fn retain(&mut self, mark: Mark, mut is_wanted: impl FnMut(&Item<'a>) -> bool) {
        let mut kept = mark.0;
        for place in mark.0..self.stack.len() {
            if is_wanted(&self.stack[place]) {
                self.stack.swap(kept, place);
                kept += 1;
            }
        }
        self.stack.truncate(kept);
    }

    /// Drops what lies above the mark but for its first `kept` items.
    pub fn keep(&mut self, mark: Mark, kept: usize) {
        self.stack.truncate(mark.0 + kept);
    }

    /// Drops the first `count` items above the mark.
    pub fn drop_front(&mut self, mark: Mark, count: usize) {
        self.stack.drain(mark.0..mark.0 + count);
    }

    /// Takes what lies above the mark.
    pub fn take(&mut self, mark: Mark) -> Vec<Item<'a>> {
        self.stack.split_off(mark.0)
    }

    /// Puts one value in the place of all that lies above the mark.
    pub fn answer(&mut self, mark: Mark, value: impl Into<Value<'a>>) {
        self.stack.truncate(mark.0);
        self.stack.push(Item::Value(value.into()));
    }

    /// Counts a step of work.
    pub fn step(&mut self, at: u32) -> Result<(), Error> {
        self.steps(at, 1)
    }

    pub fn steps(&mut self, at: u32, count: usize) -> Result<(), Error> {
        let left = self.steps_left.checked_sub(count as u64);
        self.steps_left = left.ok_or(Error::Limit { at, limit: Limit::Steps })?;
        Ok(())
    }

    pub fn push(&mut self, at: u32, item: impl Into<Item<'a>>) -> Result<(), Error> {
        if self.stack.len() >= self.limits.items_max {
            return Err(Error::Limit { at, limit: Limit::Items });
        }
        self.step(at)?;
        self.stack.push(item.into());
        Ok(())
    }

    /// Appends the collection that the operation makes.
    pub fn eval(&mut self, id: OpId, frame: &Frame<'a>) -> Result<(), Error> {
        let placed = self.program.placed(id);
        let at = placed.at;
        self.step(at)?;
        match &placed.op {
            Op::Empty => Ok(()),
            Op::Constant(value) => self.push(at, value.borrowed()),
            Op::Focus => frame.this.clone().map_or(Ok(()), |this| self.push(at, this)),
            Op::Index => frame.index.map_or(Ok(()), |index| self.push(at, Value::Integer(index))),
            Op::Total => frame.total.iter().try_for_each(|item| self.push(at, item.clone())),
            Op::Variable(variable) => self.variable(at, *variable),
            Op::Member { input, member } => {
                let mark = self.mark();
                self.eval(*input, frame)?;
                self.members(at, mark, member)
            }
            Op::Call { input, call, arguments, pattern } => {
                call(self, Site { at, input: *input, arguments, pattern: pattern.as_deref() }, frame)
            }
            Op::Type { input, operation, test } => {
                let mark = self.mark();
                self.eval(*input, frame)?;
                self.typed(at, mark, *operation, *test)
            }
            Op::At { input, index } => self.indexed(at, *input, *index, frame),
            Op::Sign { sign, operand } => {
                let mark = self.mark();
                self.eval(*operand, frame)?;
                self.signed(at, mark, *sign)
            }
            Op::Binary { operator, left, right } => self.binary(at, *operator, (*left, *right), frame),
            Op::Union(parts) => {
                let mark = self.mark();
                for part in parts {
                    self.eval(*part, frame)?;
                }
                self.distinct(at, mark)
            }
        }
    }

    fn variable(&mut self, at: u32, variable: Variable) -> Result<(), Error> {
        let given = |element: Option<Element<'a>>, what| element.ok_or(Error::NotGiven { at, what });
        match variable {
            Variable::Context => self.push(at, self.context),
            Variable::Resource => self.push(at, given(self.environment.resource, "%resource")?),
            Variable::RootResource => self.push(at, given(self.environment.root_resource, "%rootResource")?),
            Variable::Own(place) => {
                let not_given = Error::NotGiven { at, what: "the value of a variable" };
                let items = self.environment.variables.get(place).ok_or(not_given)?;
                items.iter().try_for_each(|item| self.push(at, item.clone()))
            }
        }
    }

    fn typed(&mut self, at: u32, mark: Mark, operation: TypeOperation, test: TypeTest) -> Result<(), Error> {
        let schema = self.schema();
        match operation {
            TypeOperation::Is => {
                if let Some(item) = self.single(mark, at)? {
                    self.answer(mark, schema.passes(schema.type_of(&item), test));
                }
            }
            TypeOperation::As if self.since(mark).len() > 1 => {
                return Err(Error::mismatch(at, operand::SEVERAL));
            }
            TypeOperation::As | TypeOperation::OfType => {
                self.retain(mark, |item| schema.passes(schema.type_of(item), test));
            }
        }
        Ok(())
    }

    fn indexed(&mut self, at: u32, input: OpId, index: OpId, frame: &Frame<'a>) -> Result<(), Error> {
        let mark = self.mark();
        self.eval(input, frame)?;
        let index = self.integer_argument(at, index, frame)?;
        let item = index.and_then(|index| self.since(mark).get(usize::try_from(index).ok()?).cloned());
        self.keep(mark, 0);
        self.stack.extend(item);
        Ok(())
    }

    fn binary(
        &mut self,
        at: u32,
        operator: Operator,
        (left, right): (OpId, OpId),
        frame: &Frame<'a>,
    ) -> Result<(), Error> {
        let mark = self.mark();
        self.eval(left, frame)?;
        if let Some(decided) = self.decided_by_left(operator, mark) {
            self.answer(mark, decided);
            return Ok(());
        }
        let middle = self.mark();
        self.eval(right, frame)?;
        match operator {
            Operator::And | Operator::Or | Operator::Xor | Operator::Implies => {
                self.logic(at, operator, mark, middle)
            }
            Operator::Equal | Operator::NotEqual | Operator::Equivalent | Operator::NotEquivalent => {
                self.equality(at, operator, mark, middle)
            }
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
                self.comparison(at, operator, mark, middle)
            }
            Operator::In => self.membership(at, mark, (mark, middle), (middle, self.mark())),
            Operator::Contains => self.membership(at, mark, (middle, self.mark()), (mark, middle)),
            _ => self.arithmetic(at, operator, mark, middle),
        }
    }
}
