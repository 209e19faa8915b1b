//! The syntax tree.

use crate::temporal::Temporal;

/// One expression, and where it stands in the text.
///
/// Equality is that of meaning: positions do not count.
#[derive(Clone, Debug)]
pub struct Expression {
    /// Byte offset of the name or operator that makes the expression what it is.
    pub at: u32,
    /// Levels of the tree from here down, at least 1.
    pub(crate) depth: u32,
    /// What it is.
    pub kind: Kind,
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// The forms of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A value written out.
    Literal(Literal),
    /// `$this`, `$index`, `$total`.
    Variable(Variable),
    /// `%name`.
    External(String),
    /// A name, of an element of `input` or, where there is none, of the focus (or a type's name that the focus must have).
    Member {
        /// What stands before the dot.
        input: Option<Box<Expression>>,
        /// The name without backticks and escapes.
        name: String,
    },
    /// A function call.
    Call {
        /// What stands before the dot; the focus where nothing does.
        input: Option<Box<Expression>>,
        /// The function.
        name: String,
        /// In order.
        arguments: Vec<Expression>,
    },
    /// `input[index]`.
    Index {
        /// The collection.
        input: Box<Expression>,
        /// The position, from 0.
        index: Box<Expression>,
    },
    /// `-operand` (`+operand` is its operand with a check).
    Sign {
        /// Which one.
        sign: Sign,
        /// The number or quantity.
        operand: Box<Expression>,
    },
    /// Two operands.
    Binary {
        /// What is done with them.
        operator: Operator,
        /// The one before the operator.
        left: Box<Expression>,
        /// The one behind it.
        right: Box<Expression>,
    },
    /// `a | b | c`: at least two.
    Union(Vec<Expression>),
    /// `operand is type` or `operand as type`.
    Type {
        /// Which one.
        operator: TypeOperator,
        /// What is tested.
        operand: Box<Expression>,
        /// For what.
        specifier: TypeName,
    },
}

/// A value written out.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `{}`.
    Empty,
    /// `true`, `false`.
    Boolean(bool),
    /// Without its quotes and escapes.
    String(String),
    /// The number as written, with its fraction if it had one.
    Number(String),
    /// With the precision as written.
    Temporal(Temporal),
    /// A number with a unit.
    Quantity {
        /// As written.
        number: String,
        /// Behind it.
        unit: Unit,
    },
}

/// The unit of a quantity literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CalendarUnit {
    /// `year`, `years`.
    Year,
    /// `month`, `months`.
    Month,
    /// `week`, `weeks`.
    Week,
    /// `day`, `days`.
    Day,
    /// `hour`, `hours`.
    Hour,
    /// `minute`, `minutes`.
    Minute,
    /// `second`, `seconds`.
    Second,
    /// `millisecond`, `milliseconds`.
    Millisecond,
}

impl CalendarUnit {
    /// The unit that a word names, singular or plural.
    pub fn named(word: &str) -> Option<Self> {
        Some(match word.strip_suffix('s').unwrap_or(word) {
            "year" => Self::Year,
            "month" => Self::Month,
            "week" => Self::Week,
            "day" => Self::Day,
            "hour" => Self::Hour,
            "minute" => Self::Minute,
            "second" => Self::Second,
            "millisecond" => Self::Millisecond,
            _ => return None,
        })
    }

    /// The word, singular.
    pub fn name(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Week => "week",
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Minute => "minute",
            Self::Second => "second",
            Self::Millisecond => "millisecond",
        }
    }
}

/// The unit of a quantity literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A calendar word.
    Calendar(CalendarUnit),
    /// A UCUM code, in quotes.
    Ucum(String),
}

/// What iterating functions set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variable {
    /// The item at hand.
    This,
    /// Its position.
    Index,
    /// What `aggregate` has so far.
    Total,
}

/// A sign before an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// `+`
    Plus,
    /// `-`
    Minus,
}

/// Operators between two expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `div`
    Div,
    /// `mod`
    Mod,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `&`
    Concatenate,
    /// `<=`
    LessOrEqual,
    /// `<`
    Less,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `=`
    Equal,
    /// `~`
    Equivalent,
    /// `!=`
    NotEqual,
    /// `!~`
    NotEquivalent,
    /// `in`
    In,
    /// `contains`
    Contains,
    /// `and`
    And,
    /// `or`
    Or,
    /// `xor`
    Xor,
    /// `implies`
    Implies,
}

/// Operators between an expression and a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeOperator {
    /// `is`
    Is,
    /// `as`
    As,
}

/// A type's name as written, with its model if that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeName {
    /// `FHIR` or `System`.
    pub model: Option<String>,
    /// The type.
    pub name: String,
}

impl std::fmt::Display for TypeName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.model {
            Some(model) => write!(f, "{model}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

impl Expression {
    /// The type that an argument such as `Quantity` or `FHIR.Quantity` names; `None` for any other expression.
    pub fn as_type_name(&self) -> Option<TypeName> {
        let Kind::Member { input, name } = &self.kind else { return None };
        let model = match input.as_deref() {
            None => None,
            Some(Expression { kind: Kind::Member { input: None, name: model }, .. }) => Some(model.clone()),
            Some(_) => return None,
        };
        Some(TypeName { model, name: name.clone() })
    }
}
