//! Text to syntax tree. The grammar is the parser crate's; only its tree is turned into ours.

use apollo_parser::Parser;
use apollo_parser::cst::{self, CstNode};

use crate::ast::{
    Argument, Directive, Executable, Field, Fragment, Inline, Operation, OperationKind, Selection, Spread,
    Value, VariableDefinition, VariableType,
};
use crate::limits::Limits;
use crate::problem::Problem;

/// How deep selections, values and types may stand in one another in the text; it bounds the parser's recursion.
const NESTING_MAX: usize = 64;

type Parsed<T> = Result<T, Problem<'static>>;

/// Reads a document that can be executed.
pub(crate) fn parse(text: &str, limits: &Limits) -> Parsed<Executable> {
    if text.len() > limits.query_bytes_max {
        return Err(Problem::too_costly(None, "bytes of the query", limits.query_bytes_max as u64));
    }
    let tree = Parser::new(text).recursion_limit(NESTING_MAX).token_limit(limits.tokens_max).parse();
    if let Some(error) = tree.errors().next() {
        let at = error.index() as u32;
        if error.is_limit() {
            let what = format!("tokens or levels of the query ({})", error.message());
            return Err(Problem::too_costly(Some(at), &what, limits.tokens_max as u64));
        }
        return Err(Problem::new("structure", at, format!("not GraphQL: {}", error.message())));
    }
    let mut executable = Executable::default();
    for definition in tree.document().definitions() {
        match definition {
            cst::Definition::OperationDefinition(one) => executable.operations.push(operation(&one)?),
            cst::Definition::FragmentDefinition(one) => {
                let (name, fragment) = fragment(&one)?;
                let at = fragment.at;
                if executable.fragments.insert(name.clone(), fragment).is_some() {
                    return Err(Problem::invalid(at, format!("two fragments are called `{name}`")));
                }
            }
            other => {
                return Err(Problem::invalid(start(&other), "a definition that can't be executed"));
            }
        }
    }
    Ok(executable)
}

fn start(node: &impl CstNode) -> u32 {
    node.syntax().text_range().start().into()
}

/// A part that the grammar requires: its absence is an error that the parser told before.
fn part<T>(of: &impl CstNode, part: Option<T>) -> Parsed<T> {
    part.ok_or_else(|| Problem::new("structure", start(of), "not GraphQL: incomplete"))
}

fn name(of: &impl CstNode, name: Option<cst::Name>) -> Parsed<String> {
    Ok(part(of, name)?.text().to_string())
}

fn operation(node: &cst::OperationDefinition) -> Parsed<Operation> {
    let kind = match node.operation_type() {
        None => OperationKind::Query,
        Some(of) if of.query_token().is_some() => OperationKind::Query,
        Some(of) if of.mutation_token().is_some() => OperationKind::Mutation,
        Some(_) => OperationKind::Subscription,
    };
    let definitions = node.variable_definitions().map(|list| list.variable_definitions());
    Ok(Operation {
        at: start(node),
        kind,
        name: node.name().map(|name| name.text().to_string()),
        variables: definitions.into_iter().flatten().map(|one| variable(&one)).collect::<Parsed<_>>()?,
        directives: directives(node.directives())?,
        selections: selections(Some(part(node, node.selection_set())?))?,
    })
}

fn variable(node: &cst::VariableDefinition) -> Parsed<VariableDefinition> {
    let default = match node.default_value() {
        Some(default) => Some(value(&part(&default, default.value())?)?),
        None => None,
    };
    Ok(VariableDefinition {
        at: start(node),
        name: name(node, part(node, node.variable())?.name())?,
        of: variable_type(&part(node, node.ty())?)?,
        default,
    })
}

fn variable_type(node: &cst::Type) -> Parsed<VariableType> {
    Ok(match node {
        cst::Type::NamedType(named) => VariableType::Named(name(named, named.name())?),
        cst::Type::ListType(list) => VariableType::List(Box::new(variable_type(&part(list, list.ty())?)?)),
        cst::Type::NonNullType(inner) => {
            let of = match (inner.named_type(), inner.list_type()) {
                (Some(named), _) => cst::Type::NamedType(named),
                (None, list) => cst::Type::ListType(part(inner, list)?),
            };
            VariableType::NonNull(Box::new(variable_type(&of)?))
        }
    })
}

fn fragment(node: &cst::FragmentDefinition) -> Parsed<(String, Fragment)> {
    let called = name(node, part(node, node.fragment_name())?.name())?;
    let fragment = Fragment {
        at: start(node),
        on: condition(&part(node, node.type_condition())?)?,
        directives: directives(node.directives())?,
        selections: selections(Some(part(node, node.selection_set())?))?,
    };
    Ok((called, fragment))
}

fn condition(node: &cst::TypeCondition) -> Parsed<String> {
    let named = part(node, node.named_type())?;
    name(&named, named.name())
}

fn selections(node: Option<cst::SelectionSet>) -> Parsed<Vec<Selection>> {
    let found = node.into_iter().flat_map(|set| set.selections());
    found.map(|one| selection(&one)).collect()
}

fn selection(node: &cst::Selection) -> Parsed<Selection> {
    Ok(match node {
        cst::Selection::Field(field) => Selection::Field(Field {
            at: start(field),
            alias: match field.alias() {
                Some(alias) => Some(name(&alias, alias.name())?),
                None => None,
            },
            name: name(field, field.name())?,
            arguments: arguments(field.arguments())?,
            directives: directives(field.directives())?,
            selections: selections(field.selection_set())?,
        }),
        cst::Selection::FragmentSpread(spread) => Selection::Spread(Spread {
            at: start(spread),
            name: name(spread, part(spread, spread.fragment_name())?.name())?,
            directives: directives(spread.directives())?,
        }),
        cst::Selection::InlineFragment(inline) => Selection::Inline(Inline {
            at: start(inline),
            on: match inline.type_condition() {
                Some(on) => Some(condition(&on)?),
                None => None,
            },
            directives: directives(inline.directives())?,
            selections: selections(Some(part(inline, inline.selection_set())?))?,
        }),
    })
}

fn directives(node: Option<cst::Directives>) -> Parsed<Vec<Directive>> {
    let found = node.into_iter().flat_map(|list| list.directives());
    let directive = |one: cst::Directive| {
        Ok(Directive {
            at: start(&one),
            name: name(&one, one.name())?,
            arguments: arguments(one.arguments())?,
        })
    };
    found.map(directive).collect()
}

fn arguments(node: Option<cst::Arguments>) -> Parsed<Vec<Argument>> {
    let mut arguments: Vec<Argument> = Vec::new();
    for one in node.into_iter().flat_map(|list| list.arguments()) {
        let at = start(&one);
        let name = name(&one, one.name())?;
        if arguments.iter().any(|known| known.name == name) {
            return Err(Problem::invalid(at, format!("argument `{name}` stands twice")));
        }
        arguments.push(Argument { at, name, value: value(&part(&one, one.value())?)? });
    }
    Ok(arguments)
}

fn value(node: &cst::Value) -> Parsed<Value> {
    Ok(match node {
        cst::Value::Variable(variable) => Value::Variable(name(variable, variable.name())?),
        cst::Value::StringValue(text) => Value::String(String::from(text)),
        cst::Value::IntValue(number) => Value::Integer(part(number, number.int_token())?.text().to_owned()),
        cst::Value::FloatValue(number) => Value::Float(part(number, number.float_token())?.text().to_owned()),
        cst::Value::BooleanValue(value) => Value::Boolean(value.true_token().is_some()),
        cst::Value::NullValue(_) => Value::Null,
        cst::Value::EnumValue(word) => Value::Enum(name(word, word.name())?),
        cst::Value::ListValue(list) => {
            Value::List(list.values().map(|one| value(&one)).collect::<Parsed<_>>()?)
        }
        cst::Value::ObjectValue(object) => {
            let mut members = Vec::new();
            for one in object.object_fields() {
                members.push((name(&one, one.name())?, value(&part(&one, one.value())?)?));
            }
            Value::Object(members)
        }
    })
}
