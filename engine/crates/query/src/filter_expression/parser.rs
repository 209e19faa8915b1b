//! The grammar of `_filter`: a recursive descent.

use std::borrow::Cow;

use super::expression::{Expression, Link, Operator, Test, Word};
use super::lexer::{Joint, Lexer};
use crate::error::{Bound, Fault, QueryError};
use crate::limits::Limits;
use crate::pairs::Pair;

/// Reads the whole of a pair's value.
pub(super) fn parse<'a>(pair: &'a Pair, limits: &'a Limits) -> Result<Expression<'a>, QueryError> {
    let mut parser = Parser { pair, limits, lexer: Lexer::new(&pair.value), open: 0, links: 0, tests: 0 };
    let nested = parser.expression()?;
    if parser.lexer.is_at_end() {
        Ok(nested.expression)
    } else {
        Err(parser.expected("'and', 'or' or the end"))
    }
}

struct Parser<'a> {
    pair: &'a Pair,
    limits: &'a Limits,
    lexer: Lexer<'a>,
    /// Parentheses and brackets that are open.
    open: usize,
    /// Links that lead to what is read now.
    links: usize,
    /// Tests so far.
    tests: usize,
}

/// An expression and how many levels it has below its own.
struct Nested<'a> {
    expression: Expression<'a>,
    levels: usize,
}

impl<'a> Parser<'a> {
    /// Terms that are joined, from left to right: `a or b and c` is `(a or b) and c`. White space around it is passed over.
    fn expression(&mut self) -> Result<Nested<'a>, QueryError> {
        let mut all = self.term()?;
        loop {
            self.lexer.spaces();
            let at = self.lexer.at();
            let Some(joint) = self.lexer.joint() else { return Ok(all) };
            let next = self.term()?;
            all = self.limited(at, joined(all, joint, next))?;
        }
    }

    /// A test, or what parentheses hold together.
    fn term(&mut self) -> Result<Nested<'a>, QueryError> {
        self.lexer.spaces();
        let at = self.lexer.at();
        if self.lexer.take('(') {
            return self.enclosed(at, ')');
        }
        let name = self.lexer.name().ok_or_else(|| self.expected("a parameter's name, 'not' or '('"))?;
        if name.text != "not" {
            return self.test(name);
        }
        self.lexer.spaces();
        if !self.lexer.take('(') {
            return Err(self.expected("'(' after 'not'"));
        }
        let Nested { expression, levels } = self.enclosed(at, ')')?;
        self.limited(at, Nested { expression: Expression::Not(Box::new(expression)), levels: levels + 1 })
    }

    /// The same, if it does not nest too deep.
    fn limited(&self, at: usize, nested: Nested<'a>) -> Result<Nested<'a>, QueryError> {
        Bound::FilterDepth.holds_at((self.pair, at), nested.levels, self.limits.filter_depth_max)?;
        Ok(nested)
    }

    /// What stands between a pair of parentheses or brackets, whose opening one stood at that byte.
    fn enclosed(&mut self, at: usize, closing: char) -> Result<Nested<'a>, QueryError> {
        self.open += 1;
        // Checked before it goes deeper: the stack must not be at the client's mercy.
        Bound::FilterDepth.holds_at((self.pair, at), self.open, self.limits.filter_depth_max)?;
        let inner = self.expression()?;
        self.open -= 1;
        match (self.lexer.take(closing), closing) {
            (true, _) => Ok(inner),
            (false, ')') => Err(self.expected("'and', 'or' or ')'")),
            (false, _) => Err(self.expected("'and', 'or' or ']'")),
        }
    }

    fn test(&mut self, first: Word<'a>) -> Result<Nested<'a>, QueryError> {
        let before = self.links;
        let (links, name, levels) = self.path(first)?;
        self.links = before;
        let (operator, operator_at) = self.operator()?;
        let (value, value_at) = self.value()?;
        self.tests += 1;
        Bound::FilterTests.holds_at((self.pair, first.at), self.tests, self.limits.filter_tests_max)?;
        let test = Test { links, name, operator, operator_at, value, value_at };
        self.limited(first.at, Nested { expression: Expression::Test(test), levels })
    }

    /// `name.name[filter].name`, of which the first name is passed over: the links, the last name, and the levels of the brackets.
    fn path(&mut self, first: Word<'a>) -> Result<(Vec<Link<'a>>, Word<'a>, usize), QueryError> {
        let (mut links, mut name, mut levels) = (Vec::new(), first, 0);
        loop {
            let at = self.lexer.at();
            let is_filtered = self.lexer.take('[');
            if !is_filtered && !self.lexer.take('.') {
                return Ok((links, name, levels));
            }
            self.links += 1;
            Bound::Links.holds_at((self.pair, name.at), self.links, self.limits.links_max)?;
            let mut filter = None;
            if is_filtered {
                let inner = self.enclosed(at, ']')?;
                levels = levels.max(inner.levels + 1);
                filter = Some(inner.expression);
                if !self.lexer.take('.') {
                    return Err(self.expected("a dot and a name after the brackets"));
                }
            }
            links.push(Link { name, filter });
            name = self.lexer.name().ok_or_else(|| self.expected("a parameter's name"))?;
        }
    }

    fn operator(&mut self) -> Result<(Operator, usize), QueryError> {
        let is_apart = self.lexer.spaces();
        let at = self.lexer.at();
        let word = self.lexer.name().filter(|_| is_apart);
        match word.and_then(|word| Operator::named(word.text)) {
            None => Err(self.pair.invalid(Fault::Operator).within(self.pair, at)),
            Some(operator) => Ok((operator, at)),
        }
    }

    fn value(&mut self) -> Result<(Cow<'a, str>, usize), QueryError> {
        let is_apart = self.lexer.spaces();
        let at = self.lexer.at();
        if is_apart && self.lexer.take('"') {
            let content = self.lexer.string();
            let content = content.ok_or_else(|| self.pair.invalid(Fault::Text).within(self.pair, at))?;
            return Ok((content, at));
        }
        match self.lexer.bare() {
            value if is_apart && !value.is_empty() => Ok((Cow::Borrowed(value), at)),
            _ => Err(self.pair.invalid(Fault::Expected("a space and a value")).within(self.pair, at)),
        }
    }

    /// Something else stands where the lexer is.
    fn expected(&self, what: &'static str) -> QueryError {
        self.pair.invalid(Fault::Expected(what)).within(self.pair, self.lexer.at())
    }
}

/// What was joined by the same word before is one level with it.
fn joined<'a>(left: Nested<'a>, joint: Joint, right: Nested<'a>) -> Nested<'a> {
    let own = left.levels.max(right.levels + 1);
    match (left.expression, joint) {
        (Expression::All(mut all), Joint::And) => {
            all.push(right.expression);
            Nested { expression: Expression::All(all), levels: own }
        }
        (Expression::Any(mut any), Joint::Or) => {
            any.push(right.expression);
            Nested { expression: Expression::Any(any), levels: own }
        }
        (expression, joint) => {
            let both = vec![expression, right.expression];
            let expression = match joint {
                Joint::And => Expression::All(both),
                Joint::Or => Expression::Any(both),
            };
            Nested { expression, levels: left.levels.max(right.levels) + 1 }
        }
    }
}
