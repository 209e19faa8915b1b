//! Tokens to a syntax tree, by precedence climbing.

use crate::ast::{
    CalendarUnit, Expression, Kind, Literal, Operator, Sign, TypeName, TypeOperator, Unit, Variable,
};
use crate::error::Error;
use crate::lexer::{Lexer, Symbol, Token, TokenKind, unescape};
use crate::limits::{Limit, Limits};
use crate::temporal::Temporal;

/// Parses one expression of the FHIRPath 2.0 (N1) grammar.
///
/// Errors are [`Error::Syntax`], and [`Error::Limit`] for a text too long or a tree too deep. Linear in the text.
pub fn parse(source: &str, limits: &Limits) -> Result<Expression, Error> {
    if source.len() > limits.expression_bytes_max || u32::try_from(source.len()).is_err() {
        return Err(Error::Limit { at: 0, limit: Limit::ExpressionBytes });
    }
    let mut lexer = Lexer::new(source);
    let token = lexer.next()?;
    let mut parser = Parser { source, lexer, token, depth_max: limits.depth_max, open: 0 };
    let expression = parser.expression(0)?;
    match parser.token.kind {
        TokenKind::End => Ok(expression),
        _ => Err(parser.unexpected("operator or end")),
    }
}

struct Parser<'a> {
    source: &'a str,
    lexer: Lexer<'a>,
    token: Token,
    depth_max: usize,
    /// Calls of `expression` that are not yet done: the parser's own recursion.
    open: usize,
}

/// What stands between two operands.
enum Infix {
    Union,
    Operator(Operator),
    Type(TypeOperator),
}

impl Parser<'_> {
    fn text(&self) -> &str {
        &self.source[self.token.start as usize..self.token.end as usize]
    }

    fn advance(&mut self) -> Result<Token, Error> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    fn unexpected(&self, expected: &str) -> Error {
        let problem = match self.token.kind {
            TokenKind::End => format!("{expected} expected, not the end,"),
            _ => format!("{expected} expected, not `{}`,", self.text()),
        };
        Error::syntax(self.token.start, problem)
    }

    fn eat(&mut self, symbol: Symbol) -> Result<bool, Error> {
        let found = self.token.kind == TokenKind::Symbol(symbol);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect(&mut self, symbol: Symbol, written: &str) -> Result<(), Error> {
        if self.eat(symbol)? { Ok(()) } else { Err(self.unexpected(&format!("`{written}`"))) }
    }

    /// Builds a node over its parts, and refuses the one that makes the tree too deep.
    fn node(&self, at: u32, kind: Kind) -> Result<Expression, Error> {
        let below = match &kind {
            Kind::Literal(_) | Kind::Variable(_) | Kind::External(_) => 0,
            Kind::Member { input, .. } => input.as_ref().map_or(0, |input| input.depth),
            Kind::Call { input, arguments, .. } => {
                let inputs = input.as_deref().into_iter();
                inputs.chain(arguments).map(|part| part.depth).max().unwrap_or(0)
            }
            Kind::Index { input, index } => input.depth.max(index.depth),
            Kind::Sign { operand, .. } | Kind::Type { operand, .. } => operand.depth,
            Kind::Union(parts) => parts.iter().map(|part| part.depth).max().unwrap_or(0),
            Kind::Binary { left, right, .. } => left.depth.max(right.depth),
        };
        let depth = below + 1;
        if depth as usize > self.depth_max {
            return Err(Error::Limit { at, limit: Limit::Depth });
        }
        Ok(Expression { at, depth, kind })
    }

    /// An expression whose operators bind tighter than `floor`.
    fn expression(&mut self, floor: u8) -> Result<Expression, Error> {
        if self.open >= self.depth_max {
            return Err(Error::Limit { at: self.token.start, limit: Limit::Depth });
        }
        self.open += 1;
        let mut left = self.prefixed()?;
        while let Some((infix, precedence)) = self.infix().filter(|(_, precedence)| *precedence > floor) {
            let at = self.advance()?.start;
            left = match infix {
                Infix::Union => {
                    let right = self.expression(precedence)?;
                    self.union(at, left, right)?
                }
                Infix::Operator(operator) => {
                    let right = Box::new(self.expression(precedence)?);
                    self.node(at, Kind::Binary { operator, left: Box::new(left), right })?
                }
                Infix::Type(operator) => {
                    let specifier = self.type_name()?;
                    self.node(at, Kind::Type { operator, operand: Box::new(left), specifier })?
                }
            };
        }
        self.open -= 1;
        Ok(left)
    }

    /// One list of alternatives, however many there are: a union is associative, and a list does not nest.
    fn union(&self, at: u32, mut left: Expression, right: Expression) -> Result<Expression, Error> {
        let Kind::Union(parts) = &mut left.kind else {
            return self.node(at, Kind::Union(vec![left, right]));
        };
        left.depth = left.depth.max(right.depth + 1);
        parts.push(right);
        if left.depth as usize > self.depth_max {
            return Err(Error::Limit { at, limit: Limit::Depth });
        }
        Ok(left)
    }

    /// The operator at hand and how tightly it binds: the higher the tighter.
    fn infix(&self) -> Option<(Infix, u8)> {
        use Operator::*;
        let (operator, precedence) = match self.token.kind {
            TokenKind::Symbol(symbol) => match symbol {
                Symbol::Times => (Multiply, 10),
                Symbol::Divide => (Divide, 10),
                Symbol::Plus => (Add, 9),
                Symbol::Minus => (Subtract, 9),
                Symbol::Ampersand => (Concatenate, 9),
                Symbol::Pipe => return Some((Infix::Union, 7)),
                Symbol::LessOrEqual => (LessOrEqual, 6),
                Symbol::Less => (Less, 6),
                Symbol::Greater => (Greater, 6),
                Symbol::GreaterOrEqual => (GreaterOrEqual, 6),
                Symbol::Equal => (Equal, 5),
                Symbol::Equivalent => (Equivalent, 5),
                Symbol::NotEqual => (NotEqual, 5),
                Symbol::NotEquivalent => (NotEquivalent, 5),
                _ => return None,
            },
            TokenKind::Word => match self.text() {
                "div" => (Div, 10),
                "mod" => (Mod, 10),
                "is" => return Some((Infix::Type(TypeOperator::Is), 8)),
                "as" => return Some((Infix::Type(TypeOperator::As), 8)),
                "in" => (In, 4),
                "contains" => (Contains, 4),
                "and" => (And, 3),
                "or" => (Or, 2),
                "xor" => (Xor, 2),
                "implies" => (Implies, 1),
                _ => return None,
            },
            _ => return None,
        };
        Some((Infix::Operator(operator), precedence))
    }

    /// Signs, a term, and what is invoked on it.
    fn prefixed(&mut self) -> Result<Expression, Error> {
        let mut signs = Vec::new();
        loop {
            let sign = match self.token.kind {
                TokenKind::Symbol(Symbol::Plus) => Sign::Plus,
                TokenKind::Symbol(Symbol::Minus) => Sign::Minus,
                _ => break,
            };
            signs.push((self.advance()?.start, sign));
            if signs.len() > self.depth_max {
                return Err(Error::Limit { at: self.token.start, limit: Limit::Depth });
            }
        }
        let mut operand = self.invoked()?;
        for (at, sign) in signs.into_iter().rev() {
            operand = self.node(at, Kind::Sign { sign, operand: Box::new(operand) })?;
        }
        Ok(operand)
    }

    fn invoked(&mut self) -> Result<Expression, Error> {
        let mut term = self.term()?;
        loop {
            let at = self.token.start;
            if self.eat(Symbol::Dot)? {
                term = self.invocation(Some(Box::new(term)))?;
            } else if self.eat(Symbol::OpenBracket)? {
                let index = Box::new(self.expression(0)?);
                self.expect(Symbol::CloseBracket, "]")?;
                term = self.node(at, Kind::Index { input: Box::new(term), index })?;
            } else {
                return Ok(term);
            }
        }
    }

    fn term(&mut self) -> Result<Expression, Error> {
        let at = self.token.start;
        match self.token.kind {
            TokenKind::Symbol(Symbol::OpenParen) => {
                self.advance()?;
                let inner = self.expression(0)?;
                self.expect(Symbol::CloseParen, ")")?;
                Ok(inner)
            }
            TokenKind::Symbol(Symbol::OpenBrace) => {
                self.advance()?;
                self.expect(Symbol::CloseBrace, "}")?;
                self.node(at, Kind::Literal(Literal::Empty))
            }
            TokenKind::Symbol(Symbol::Percent) => self.external(),
            TokenKind::Text => {
                let text = unescape(self.text(), at)?;
                self.advance()?;
                self.node(at, Kind::Literal(Literal::String(text)))
            }
            TokenKind::Number => self.number(),
            TokenKind::Moment => {
                let moment = Temporal::from_literal(&self.text()[1..]);
                let moment = moment.ok_or_else(|| Error::syntax(at, "no such date or time"))?;
                self.advance()?;
                self.node(at, Kind::Literal(Literal::Temporal(moment)))
            }
            TokenKind::Word if matches!(self.text(), "true" | "false") => {
                let value = self.text() == "true";
                self.advance()?;
                self.node(at, Kind::Literal(Literal::Boolean(value)))
            }
            _ => self.invocation(None),
        }
    }

    fn external(&mut self) -> Result<Expression, Error> {
        let at = self.advance()?.start;
        let name = if self.token.kind == TokenKind::Text {
            let text = unescape(self.text(), self.token.start)?;
            self.advance()?;
            text
        } else {
            self.identifier("name of a variable")?
        };
        self.node(at, Kind::External(name))
    }

    fn number(&mut self) -> Result<Expression, Error> {
        let at = self.token.start;
        let number = self.text().to_owned();
        self.advance()?;
        let unit = match self.token.kind {
            TokenKind::Text => Some(Unit::Ucum(unescape(self.text(), self.token.start)?)),
            TokenKind::Word => CalendarUnit::named(self.text()).map(Unit::Calendar),
            _ => None,
        };
        let Some(unit) = unit else {
            return self.node(at, Kind::Literal(Literal::Number(number)));
        };
        self.advance()?;
        self.node(at, Kind::Literal(Literal::Quantity { number, unit }))
    }

    /// A name, a call or a `$` variable, at the start of a path or behind a dot.
    fn invocation(&mut self, input: Option<Box<Expression>>) -> Result<Expression, Error> {
        let at = self.token.start;
        if self.token.kind == TokenKind::Dollar {
            let variable = match self.text() {
                "$this" => Variable::This,
                "$index" => Variable::Index,
                "$total" => Variable::Total,
                _ => return Err(self.unexpected("`$this`, `$index` or `$total`")),
            };
            self.advance()?;
            // `x.$this` is `$this`: nothing is asked of x.
            return self.node(at, Kind::Variable(variable));
        }
        // No operator can stand behind a dot: there, FHIR's own paths write `text.div` without backticks.
        let is_name = input.is_some() && self.token.kind == TokenKind::Word;
        let name = if is_name { self.word()? } else { self.identifier("expression")? };
        if !self.eat(Symbol::OpenParen)? {
            return self.node(at, Kind::Member { input, name });
        }
        let mut arguments = Vec::new();
        if !self.eat(Symbol::CloseParen)? {
            arguments.push(self.expression(0)?);
            while self.eat(Symbol::Comma)? {
                arguments.push(self.expression(0)?);
            }
            self.expect(Symbol::CloseParen, ")")?;
        }
        self.node(at, Kind::Call { input, name, arguments })
    }

    fn identifier(&mut self, expected: &str) -> Result<String, Error> {
        let name = match self.token.kind {
            TokenKind::Delimited => unescape(self.text(), self.token.start)?,
            TokenKind::Word if !is_reserved(self.text()) => return self.word(),
            _ => return Err(self.unexpected(expected)),
        };
        self.advance()?;
        Ok(name)
    }

    fn word(&mut self) -> Result<String, Error> {
        let word = self.text().to_owned();
        self.advance()?;
        Ok(word)
    }

    /// A type, perhaps with its model. A dot behind a name belongs to it, as the grammar has it.
    fn type_name(&mut self) -> Result<TypeName, Error> {
        let first = self.identifier("type")?;
        if !self.eat(Symbol::Dot)? {
            return Ok(TypeName { model: None, name: first });
        }
        let name = self.identifier("type")?;
        if self.token.kind == TokenKind::Symbol(Symbol::Dot) {
            return Err(self.unexpected("end of the type's name"));
        }
        Ok(TypeName { model: Some(first), name })
    }
}

/// Words that are never a name unless in backticks or behind a dot.
fn is_reserved(word: &str) -> bool {
    matches!(word, "and" | "div" | "false" | "implies" | "mod" | "or" | "true" | "xor")
}
