//! The functions: one table, a file per family.

mod combining;
mod conversion;
mod existence;
mod fhir;
mod filtering;
mod math;
pub(crate) mod strings;
mod subsetting;
mod tree;
mod types;

use std::ops::RangeInclusive;

use crate::error::{Error, Named};
use crate::evaluate::{Frame, Machine, Site};
use crate::program::TypeOperation;
use crate::types::SystemType;

/// A function: how the compiler reads a call of it, and what carries it out.
#[derive(Debug)]
pub(crate) struct Function {
    pub name: &'static str,
    /// How many arguments it takes.
    pub arguments: RangeInclusive<usize>,
    pub form: Form,
}

/// What the arguments are.
#[derive(Debug)]
pub(crate) enum Form {
    /// Expressions.
    Call(Signature),
    /// One type's name.
    Type(TypeOperation),
}

/// A function of expressions.
#[derive(Debug)]
pub(crate) struct Signature {
    pub scope: Scope,
    pub yields: Yields,
    /// Its first argument is a regular expression.
    pub takes_pattern: bool,
    pub call: Call,
}

/// Evaluates the input and the arguments that it needs, and leaves the result above what the stack held.
pub(crate) type Call =
    for<'a, 'e, 'm, 'f> fn(&'m mut Machine<'a, 'e>, Site<'a>, &'f Frame<'a>) -> Result<(), Error>;

/// What a path in an argument starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// What the call itself starts from.
    Outer,
    /// Each item of the input.
    Each,
    /// Each item of the input for the first argument, and what the call itself starts from for the others.
    EachFirst,
    /// Each item of the input, and of what the argument gives.
    Repeated,
}

/// The types of what a function gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Yields {
    /// Items of the input.
    Input,
    /// Items of the input and of the arguments.
    Both,
    /// Items of the arguments from that one on.
    Arguments {
        from: usize,
    },
    System(SystemType),
    Extension,
    Anything,
}

impl Function {
    const fn new(name: &'static str, arguments: RangeInclusive<usize>, yields: Yields, call: Call) -> Self {
        let signature = Signature { scope: Scope::Outer, yields, takes_pattern: false, call };
        Self { name, arguments, form: Form::Call(signature) }
    }

    const fn of_type(name: &'static str, operation: TypeOperation) -> Self {
        Self { name, arguments: 1..=1, form: Form::Type(operation) }
    }

    const fn scope(mut self, scope: Scope) -> Self {
        if let Form::Call(signature) = &mut self.form {
            signature.scope = scope;
        }
        self
    }

    const fn takes_pattern(mut self) -> Self {
        if let Form::Call(signature) = &mut self.form {
            signature.takes_pattern = true;
        }
        self
    }
}

const FAMILIES: &[&[Function]] = &[
    existence::FUNCTIONS,
    filtering::FUNCTIONS,
    subsetting::FUNCTIONS,
    combining::FUNCTIONS,
    conversion::FUNCTIONS,
    strings::FUNCTIONS,
    math::FUNCTIONS,
    tree::FUNCTIONS,
    types::FUNCTIONS,
    fhir::FUNCTIONS,
];

/// Functions of FHIRPath and of FHIR that are not evaluated here.
const NOT_SUPPORTED: &[&str] = &[
    "checkModifiers",
    "conformsTo",
    "elementDefinition",
    "exp",
    "htmlChecks",
    "ln",
    "log",
    "memberOf",
    "power",
    "slice",
    "sqrt",
    "subsumedBy",
    "subsumes",
    "type",
];

/// The function of that name; `at` is where it is called.
pub(crate) fn named(at: u32, name: &str) -> Result<&'static Function, Error> {
    let mut all = FAMILIES.iter().copied().flatten();
    all.find(|function| function.name == name).ok_or_else(|| {
        if NOT_SUPPORTED.contains(&name) {
            Error::NotSupported { at, what: format!("the function `{name}`") }
        } else {
            Error::Unknown { at, what: Named::Function, name: name.to_owned() }
        }
    })
}
