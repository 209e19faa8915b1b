//! Syntax trees of executable documents (GraphQL, October 2021, section 2). An `at` is a byte offset in the text.

use std::collections::BTreeMap;

/// What one text holds.
#[derive(Debug, Default)]
pub(crate) struct Executable {
    pub operations: Vec<Operation>,
    pub fragments: BTreeMap<String, Fragment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OperationKind {
    Query,
    Mutation,
    Subscription,
}

#[derive(Debug)]
pub(crate) struct Operation {
    pub at: u32,
    pub kind: OperationKind,
    pub name: Option<String>,
    pub variables: Vec<VariableDefinition>,
    pub directives: Vec<Directive>,
    pub selections: Vec<Selection>,
}

#[derive(Debug)]
pub(crate) struct VariableDefinition {
    pub at: u32,
    pub name: String,
    pub of: VariableType,
    pub default: Option<Value>,
}

#[derive(Debug)]
pub(crate) enum VariableType {
    Named(String),
    List(Box<VariableType>),
    NonNull(Box<VariableType>),
}

#[derive(Debug)]
pub(crate) struct Fragment {
    pub at: u32,
    pub on: String,
    pub directives: Vec<Directive>,
    pub selections: Vec<Selection>,
}

#[derive(Debug)]
pub(crate) enum Selection {
    Field(Field),
    Spread(Spread),
    Inline(Inline),
}

#[derive(Debug)]
pub(crate) struct Field {
    pub at: u32,
    pub alias: Option<String>,
    pub name: String,
    pub arguments: Vec<Argument>,
    pub directives: Vec<Directive>,
    /// Empty where there are no braces: empty ones are no syntax.
    pub selections: Vec<Selection>,
}

impl Field {
    /// The name that the value has in the answer.
    pub fn key(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.name)
    }
}

#[derive(Debug)]
pub(crate) struct Spread {
    pub at: u32,
    pub name: String,
    pub directives: Vec<Directive>,
}

#[derive(Debug)]
pub(crate) struct Inline {
    pub at: u32,
    pub on: Option<String>,
    pub directives: Vec<Directive>,
    pub selections: Vec<Selection>,
}

#[derive(Debug)]
pub(crate) struct Directive {
    pub at: u32,
    pub name: String,
    pub arguments: Vec<Argument>,
}

#[derive(Debug)]
pub(crate) struct Argument {
    pub at: u32,
    pub name: String,
    pub value: Value,
}

/// A value as written, or, where no variable is left in it, as meant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Variable(String),
    Null,
    Boolean(bool),
    /// As written.
    Integer(String),
    /// As written.
    Float(String),
    String(String),
    Enum(String),
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
}
