//! A field's or directive's arguments, taken one by one: what is left over is unknown.

use crate::ast::{Argument, Value};
use crate::problem::Problem;
use crate::variables::Variables;

/// Arguments with variables replaced. One that is null, or a variable without a value, is not there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arguments(Vec<Given>);

/// One argument.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub at: u32,
    pub name: String,
    pub value: Value,
}

impl PartialEq for Arguments {
    /// Whether both say the same, in whatever order and wherever they stand.
    fn eq(&self, other: &Self) -> bool {
        let says =
            |one: &Given| other.0.iter().any(|known| known.name == one.name && known.value == one.value);
        self.0.len() == other.0.len() && self.0.iter().all(says)
    }
}

impl Arguments {
    pub fn of(written: &[Argument], variables: &Variables) -> Result<Self, Problem<'static>> {
        let mut given = Vec::new();
        for argument in written {
            match variables.resolve(&argument.value, argument.at)? {
                None | Some(Value::Null) => {}
                Some(value) => given.push(Given { at: argument.at, name: argument.name.clone(), value }),
            }
        }
        Ok(Self(given))
    }

    /// Takes an argument out.
    pub fn take(&mut self, name: &str) -> Option<Given> {
        let at = self.0.iter().position(|given| given.name == name)?;
        Some(self.0.remove(at))
    }

    /// What is not taken yet.
    pub fn rest(self) -> Vec<Given> {
        self.0
    }

    /// Ends with an error if something is left.
    pub fn finish(self, of: &str) -> Result<(), Problem<'static>> {
        match self.0.first() {
            Some(given) => {
                Err(Problem::invalid(given.at, format!("`{of}` has no argument `{}`", given.name)))
            }
            None => Ok(()),
        }
    }
}

impl Given {
    fn wrong(&self, expected: &str) -> Problem<'static> {
        Problem::invalid(self.at, format!("argument `{}` must be {expected}", self.name))
    }

    /// Text, or a bare word, or a number as written.
    pub fn text(self) -> Result<String, Problem<'static>> {
        match self.value {
            Value::String(text) | Value::Enum(text) | Value::Integer(text) => Ok(text),
            _ => Err(self.wrong("a string")),
        }
    }

    pub fn boolean(self) -> Result<bool, Problem<'static>> {
        match self.value {
            Value::Boolean(value) => Ok(value),
            _ => Err(self.wrong("true or false")),
        }
    }

    pub fn count(self) -> Result<usize, Problem<'static>> {
        match &self.value {
            Value::Integer(digits) => match digits.parse::<u32>() {
                Ok(count) => Ok(count as usize),
                Err(_) => Err(self.wrong("a whole number that is not negative")),
            },
            _ => Err(self.wrong("a whole number that is not negative")),
        }
    }

    /// The texts of one scalar or of a list of them.
    pub fn texts(&self) -> Result<Vec<String>, Problem<'static>> {
        let items = match &self.value {
            Value::List(items) => items.as_slice(),
            single => std::slice::from_ref(single),
        };
        let text = |value: &Value| match value {
            Value::String(text) | Value::Enum(text) | Value::Integer(text) | Value::Float(text) => {
                Ok(text.clone())
            }
            Value::Boolean(value) => Ok(value.to_string()),
            _ => Err(self.wrong("a scalar or a list of scalars")),
        };
        items.iter().map(text).collect()
    }
}
