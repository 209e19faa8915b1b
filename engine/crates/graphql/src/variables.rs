//! Variables: what the operation declares, with the values that came with the request.

use std::borrow::Cow;
use std::collections::BTreeMap;

use fornax_definitions::{Definitions, TypeKind};
use fornax_model::{Kind, Node};

use crate::ast::{Operation, Value, VariableDefinition, VariableType};
use crate::problem::Problem;
use crate::type_names;

/// The operation's variables by name; one without a value and without a default has none.
#[derive(Debug, Default)]
pub(crate) struct Variables(BTreeMap<String, Option<Value>>);

impl Variables {
    /// Gives each declared variable its value. Others that came along are passed over, as GraphQL wants it.
    pub fn of(
        operation: &Operation,
        given: Option<Node<'_>>,
        definitions: &Definitions,
    ) -> Result<Self, Problem<'static>> {
        if let Some(given) = given
            && !matches!(given.kind(), Kind::Object | Kind::Null)
        {
            let message = "the variables are no object";
            return Err(Problem { at: None, ..Problem::new("structure", operation.at, message) });
        }
        let mut values = BTreeMap::new();
        for definition in &operation.variables {
            let value = value_of(definition, given, definitions)?;
            if values.insert(definition.name.clone(), value).is_some() {
                let message = format!("variable `${}` is declared twice", definition.name);
                return Err(Problem::invalid(definition.at, message));
            }
        }
        Ok(Self(values))
    }

    /// A written value with variables replaced; `None` for a variable without a value, as if nothing were written.
    pub fn resolve(&self, value: &Value, at: u32) -> Result<Option<Value>, Problem<'static>> {
        match value {
            Value::Variable(name) => match self.0.get(name) {
                Some(value) => Ok(value.clone()),
                None => Err(Problem::invalid(at, format!("variable `${name}` is not declared"))),
            },
            Value::List(items) => {
                let mut resolved = Vec::with_capacity(items.len());
                for item in items {
                    resolved.push(self.resolve(item, at)?.unwrap_or(Value::Null));
                }
                Ok(Some(Value::List(resolved)))
            }
            other => Ok(Some(other.clone())),
        }
    }
}

fn value_of(
    definition: &VariableDefinition,
    given: Option<Node<'_>>,
    definitions: &Definitions,
) -> Result<Option<Value>, Problem<'static>> {
    check_type(definition, &definition.of, definitions)?;
    let given = given.and_then(|all| all.get(&definition.name)).map(from_json);
    let value = given.or_else(|| definition.default.clone());
    let fits = match &value {
        Some(value) => fits(value, &definition.of),
        None => !matches!(definition.of, VariableType::NonNull(_)),
    };
    if fits {
        return Ok(value);
    }
    let message = match value {
        Some(_) => format!("the value of `${}` is not of its type", definition.name),
        None => format!("variable `${}` needs a value", definition.name),
    };
    Err(Problem::invalid(definition.at, message))
}

fn check_type(
    definition: &VariableDefinition,
    of: &VariableType,
    definitions: &Definitions,
) -> Result<(), Problem<'static>> {
    let name = match of {
        VariableType::List(inner) | VariableType::NonNull(inner) => {
            return check_type(definition, inner, definitions);
        }
        VariableType::Named(name) => name,
    };
    let is_primitive =
        definitions.type_named(name).is_some_and(|found| matches!(found.kind, TypeKind::Primitive(_)));
    if is_primitive || type_names::INPUTS.contains(&name.as_str()) {
        return Ok(());
    }
    let message = format!("variable `${}` is of the type `{name}`, which no argument has", definition.name);
    Err(Problem::invalid(definition.at, message))
}

fn from_json(node: Node<'_>) -> Value {
    match node.kind() {
        Kind::Null => Value::Null,
        Kind::Bool => Value::Boolean(node.as_bool() == Some(true)),
        Kind::Number => {
            let digits = node.as_number().unwrap_or("0").to_owned();
            let is_integer = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
            if is_integer { Value::Integer(digits) } else { Value::Float(digits) }
        }
        Kind::String => Value::String(node.as_str().map_or_else(String::new, Cow::into_owned)),
        Kind::Array => Value::List(node.items().map(from_json).collect()),
        Kind::Object => {
            Value::Object(node.members().map(|(name, value)| (name.into_owned(), from_json(value))).collect())
        }
    }
}

fn fits(value: &Value, of: &VariableType) -> bool {
    match (of, value) {
        (VariableType::NonNull(_), Value::Null) => false,
        (VariableType::NonNull(inner), value) => fits(value, inner),
        (_, Value::Null) => true,
        (VariableType::List(inner), Value::List(items)) => items.iter().all(|item| fits(item, inner)),
        (VariableType::List(inner), single) => fits(single, inner),
        (VariableType::Named(name), value) => match (name.as_str(), value) {
            ("Int" | "integer" | "positiveInt" | "unsignedInt", value) => {
                matches!(value, Value::Integer(digits) if digits.parse::<i32>().is_ok())
            }
            ("Float" | "decimal", value) => matches!(value, Value::Integer(_) | Value::Float(_)),
            ("Boolean" | "boolean", value) => matches!(value, Value::Boolean(_)),
            ("ID", value) => matches!(value, Value::String(_) | Value::Integer(_)),
            (_, value) => matches!(value, Value::String(_) | Value::Enum(_)),
        },
    }
}
