//! A `_filter` as it is written: what stands where, and nothing yet of what it means for a type.

use std::borrow::Cow;

/// An expression.
#[derive(Debug)]
pub(super) enum Expression<'a> {
    Test(Test<'a>),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

/// `subject[active eq true].name co "pet"`.
#[derive(Debug)]
pub(super) struct Test<'a> {
    /// What stands before the last name.
    pub links: Vec<Link<'a>>,
    /// The parameter that is tested.
    pub name: Word<'a>,
    pub operator: Operator,
    /// The byte where the operator begins.
    pub operator_at: usize,
    pub value: Cow<'a, str>,
    /// The byte where the value begins.
    pub value_at: usize,
}

/// A name that a dot follows.
#[derive(Debug)]
pub(super) struct Link<'a> {
    pub name: Word<'a>,
    /// What stands in brackets behind it.
    pub filter: Option<Expression<'a>>,
}

/// A name, and the byte where it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'a> {
    pub text: &'a str,
    pub at: usize,
}

/// What a value of the parameter has to do with the value that is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Eq,
    Ne,
    Co,
    Sw,
    Ew,
    Gt,
    Lt,
    Ge,
    Le,
    Ap,
    Sa,
    Eb,
    Pr,
    Po,
    Re,
    /// The given code subsumes one of the values.
    Ss,
    /// The given code is subsumed by one of the values.
    Sb,
    In,
    /// None of the values is in the given set.
    Ni,
}

impl Test<'_> {
    /// Whether it holds where no value is as the opposite says.
    pub fn asks_for_none(&self) -> bool {
        self.operator == Operator::Ni || self.operator == Operator::Pr && self.value == "false"
    }
}

impl Operator {
    /// By its name, which counts as it is written.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "eq" => Self::Eq,
            "ne" => Self::Ne,
            "co" => Self::Co,
            "sw" => Self::Sw,
            "ew" => Self::Ew,
            "gt" => Self::Gt,
            "lt" => Self::Lt,
            "ge" => Self::Ge,
            "le" => Self::Le,
            "ap" => Self::Ap,
            "sa" => Self::Sa,
            "eb" => Self::Eb,
            "pr" => Self::Pr,
            "po" => Self::Po,
            "re" => Self::Re,
            "ss" => Self::Ss,
            "sb" => Self::Sb,
            "in" => Self::In,
            "ni" => Self::Ni,
            _ => return None,
        })
    }
}
