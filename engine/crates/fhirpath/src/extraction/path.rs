//! Expressions that are plain paths.

use crate::ast::{Expression, Kind, Literal, Operator, TypeName, TypeOperator, Variable};

/// One step of a path.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// The first name: an element's, or the type that the path is for.
    Start(String),
    /// To an element's children.
    Member(String),
    /// Only elements for which this holds.
    Where(Expression),
    /// Only elements of this type; the offset is for errors.
    Type(u32, TypeName),
}

/// The alternatives of an expression: what stands between the `|`.
pub(super) fn alternatives(tree: &Expression) -> &[Expression] {
    match &tree.kind {
        Kind::Union(parts) => parts,
        _ => std::slice::from_ref(tree),
    }
}

/// The steps of an expression that treats each element on its own; `None` for one that looks at several together.
pub(super) fn steps(tree: &Expression) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut next = Some(tree);
    while let Some(tree) = next {
        next = match &tree.kind {
            Kind::Variable(Variable::This) => None,
            Kind::Member { input: None, name } => {
                steps.push(Step::Start(name.clone()));
                None
            }
            Kind::Member { input: Some(input), name } => {
                steps.push(Step::Member(name.clone()));
                Some(input)
            }
            Kind::Type { operator: TypeOperator::As, operand, specifier } => {
                steps.push(Step::Type(tree.at, specifier.clone()));
                Some(operand)
            }
            Kind::Call { input, name, arguments } => {
                call(&mut steps, name, arguments, input.is_none())?;
                input.as_deref()
            }
            _ => return None,
        };
    }
    steps.reverse();
    Some(steps)
}

/// Appends a call's steps, last first.
fn call(steps: &mut Vec<Step>, name: &str, arguments: &[Expression], is_start: bool) -> Option<()> {
    let [argument] = arguments else { return None };
    match name {
        "where" if !depends_on_place(argument) => steps.push(Step::Where(argument.clone())),
        "as" | "ofType" => steps.push(Step::Type(argument.at, argument.as_type_name()?)),
        "extension" => {
            let Kind::Literal(Literal::String(_)) = argument.kind else { return None };
            steps.push(Step::Where(is_called(argument)));
            let name = name.to_owned();
            steps.push(if is_start { Step::Start(name) } else { Step::Member(name) });
        }
        _ => return None,
    }
    Some(())
}

/// `url = 'http...'`, which is what `extension('http...')` asks of each extension.
fn is_called(url: &Expression) -> Expression {
    let node = |kind| Expression { at: url.at, depth: url.depth + 1, kind };
    let left = Box::new(node(Kind::Member { input: None, name: "url".to_owned() }));
    node(Kind::Binary { operator: Operator::Equal, left, right: Box::new(url.clone()) })
}

/// Whether a condition asks where in its collection an item stands.
fn depends_on_place(tree: &Expression) -> bool {
    match &tree.kind {
        Kind::Variable(variable) => *variable != Variable::This,
        Kind::Literal(_) | Kind::External(_) => false,
        Kind::Member { input, .. } => input.as_deref().is_some_and(depends_on_place),
        Kind::Call { input, arguments, .. } => {
            input.as_deref().is_some_and(depends_on_place) || arguments.iter().any(depends_on_place)
        }
        Kind::Index { input, index } => depends_on_place(input) || depends_on_place(index),
        Kind::Sign { operand, .. } | Kind::Type { operand, .. } => depends_on_place(operand),
        Kind::Binary { left, right, .. } => depends_on_place(left) || depends_on_place(right),
        Kind::Union(parts) => parts.iter().any(depends_on_place),
    }
}
