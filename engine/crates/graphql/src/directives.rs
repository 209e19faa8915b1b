//! Directives: whether a field is there, and how it is laid out (R4, GraphQL, "Data Flattening Directives").

use crate::arguments::Arguments;
use crate::ast::Directive;
use crate::problem::Problem;
use crate::variables::Variables;

/// What the directives of one place say.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Directed {
    pub is_included: bool,
    pub layout: Layout,
}

/// How a field's values are laid out.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Layout {
    /// The field is not in the answer: what it holds takes its place.
    pub is_flat: bool,
    /// Only the first of its values counts.
    pub is_first: bool,
    /// A single value, no list.
    pub is_singleton: bool,
    /// Each value has a name of its own.
    pub slice: Option<Slice>,
}

/// What is put behind a name, after a dot.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Slice {
    /// The place in the list, from 0.
    Index,
    /// What a FHIRPath expression says of the value.
    Expression(String),
}

impl Layout {
    /// Whether names or shapes differ from what stands in the query.
    pub fn is_plain(&self) -> bool {
        !self.is_flat && !self.is_singleton && self.slice.is_none()
    }
}

/// Reads the directives of a field.
pub(crate) fn of_field(list: &[Directive], variables: &Variables) -> Result<Directed, Problem<'static>> {
    read(list, variables, true)
}

/// Reads the directives of a fragment or its spread, which only say whether it counts.
pub(crate) fn of_fragment(list: &[Directive], variables: &Variables) -> Result<bool, Problem<'static>> {
    Ok(read(list, variables, false)?.is_included)
}

/// Refuses those of an operation: there are none.
pub(crate) fn of_operation(list: &[Directive]) -> Result<(), Problem<'static>> {
    list.first().map_or(Ok(()), |directive| Err(misplaced(directive)))
}

fn misplaced(directive: &Directive) -> Problem<'static> {
    let name = &directive.name;
    Problem::invalid(directive.at, format!("directive `@{name}` is unknown, or must not stand here"))
}

fn read(list: &[Directive], variables: &Variables, is_field: bool) -> Result<Directed, Problem<'static>> {
    let mut directed = Directed { is_included: true, layout: Layout::default() };
    for (place, directive) in list.iter().enumerate() {
        let name = directive.name.as_str();
        if list[..place].iter().any(|earlier| earlier.name == name) {
            return Err(Problem::invalid(directive.at, format!("directive `@{name}` stands twice")));
        }
        let mut arguments = Arguments::of(&directive.arguments, variables)?;
        let layout = &mut directed.layout;
        match name {
            "skip" | "include" => {
                let missing =
                    || Problem::invalid(directive.at, format!("directive `@{name}` needs its argument `if`"));
                let condition = arguments.take("if").ok_or_else(missing)?.boolean()?;
                directed.is_included &= condition == (name == "include");
            }
            "flatten" if is_field => layout.is_flat = true,
            "first" if is_field => layout.is_first = true,
            "singleton" if is_field => layout.is_singleton = true,
            "slice" if is_field => {
                let missing =
                    || Problem::invalid(directive.at, "directive `@slice` needs its argument `fhirpath`");
                // The specification declares the one and uses the other in its examples.
                let given = arguments.take("fhirpath").or_else(|| arguments.take("path"));
                let expression = given.ok_or_else(missing)?.text()?;
                let is_index = expression.trim() == "$index";
                layout.slice = Some(if is_index { Slice::Index } else { Slice::Expression(expression) });
            }
            _ => return Err(misplaced(directive)),
        }
        arguments.finish(&format!("@{name}"))?;
    }
    Ok(directed)
}
