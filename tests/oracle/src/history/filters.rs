//! Random filters: expressions for `_filter`, encoded as in a query string.

use super::author::Author;
use super::random::Random;
use super::search_values::{code, encoded, escaped};
use super::vocabulary_table as words;
use crate::parameters::{Component, Element, Kind, Parameter, parameters};

/// A parameter whose references may point to anything.
const ANYTHING: &str = "item";

/// How many levels of parentheses and brackets there are at most, and how many links to other resources.
#[derive(Clone, Copy)]
struct Left {
    levels: usize,
    links: usize,
}

/// A filter of a type, with links to others.
pub fn filter(author: &mut Author, resource_type: &str) -> String {
    if author.random.chance(3) {
        return format!("_filter={}", spaced(&odd(&mut author.random, resource_type)));
    }
    let all: Vec<&'static Parameter> = parameters(resource_type).collect();
    let text = expression(author, &all, Left { levels: 3, links: 2 });
    // How many types a path may lead to is limited, and the oracle knows few of them.
    let is_too_wide = text.matches(ANYTHING).count() > 3;
    format!("_filter={}", if is_too_wide { "_id%20pr%20true".to_owned() } else { spaced(&text) })
}

/// A filter over both types, without links.
pub fn filter_of_both(author: &mut Author, one: &str, other: &str) -> String {
    let is_in_both = |parameter: &&Parameter| parameters(other).any(|other| other.code == parameter.code);
    let kind = |resource_type: &str, code: &str| {
        let found = parameters(resource_type).find(|parameter| parameter.code == code);
        found.map(|parameter| parameter.element.kind())
    };
    let is_alike = |parameter: &&Parameter| kind(one, parameter.code) == kind(other, parameter.code);
    let all: Vec<&'static Parameter> = parameters(one).filter(is_in_both).filter(is_alike).collect();
    let text = expression(author, &all, Left { levels: 2, links: 0 });
    format!("_filter={}", spaced(&text))
}

/// Spaces as they are written in a query string; all else is already encoded where it has to be.
fn spaced(text: &str) -> String {
    text.replace(' ', "%20").replace('(', "%28").replace(')', "%29")
}

fn expression(author: &mut Author, all: &[&'static Parameter], left: Left) -> String {
    let parts = author.random.of_all(&[1, 1, 2, 2, 3]);
    let mut text = part(author, all, left);
    for _ in 1..parts {
        let joint = author.random.of_all(&["and", "or", "or"]);
        text = format!("{text} {joint} {}", part(author, all, left));
    }
    text
}

fn part(author: &mut Author, all: &[&'static Parameter], left: Left) -> String {
    let deeper = Left { levels: left.levels.saturating_sub(1), ..left };
    match author.random.below(20) {
        0 | 1 if left.levels > 0 => format!("({})", expression(author, all, deeper)),
        2..=5 if left.levels > 0 => format!("not({})", expression(author, all, deeper)),
        6..=10 if left.links > 0 => linked(author, all, deeper),
        _ => {
            let parameter = author.random.of_all(all);
            test(&mut author.random, parameter)
        }
    }
}

/// `name.test` or `name[filter].test`, to one of the types that the history is about if any can be reached.
fn linked(author: &mut Author, all: &[&'static Parameter], left: Left) -> String {
    let ends = |by: &&'static Parameter| {
        let by = *by;
        words::TYPES.iter().filter(move |end| by.may_point_to(end)).map(move |end| (by, *end))
    };
    let every: Vec<_> = all.iter().flat_map(ends).collect();
    let near: Vec<_> = every.iter().copied().filter(|(_, end)| author.about.contains(end)).collect();
    let every = if near.is_empty() { every } else { near };
    if every.is_empty() {
        let parameter = author.random.of_all(all);
        return test(&mut author.random, parameter);
    }
    let (by, end) = author.random.of_all(&every);
    let behind: Vec<&'static Parameter> = parameters(end).collect();
    let left = match by.code {
        ANYTHING => Left { levels: left.levels.min(1), links: 0 },
        _ => Left { links: left.links - 1, ..left },
    };
    let filter = match left.levels {
        0 => String::new(),
        _ if author.random.chance(60) => String::new(),
        _ => {
            let inner = Left { levels: left.levels - 1, ..left };
            format!("[{}]", expression(author, &behind, inner))
        }
    };
    let rest = match author.random.below(10) {
        0..=2 if left.links > 0 => linked(author, &behind, left),
        3 | 4 => format!("_id {}", author.random.of_all(&["pr true", "ne a", "eq b"])),
        _ => {
            let parameter = author.random.of_all(&behind);
            test(&mut author.random, parameter)
        }
    };
    format!("{}{filter}.{rest}", by.code)
}

/// A name, an operator and a value.
fn test(random: &mut Random, parameter: &Parameter) -> String {
    let name = parameter.code;
    if random.chance(10) {
        return format!("{name} pr {}", random.of_all(&["true", "false", "%22true%22"]));
    }
    let of_order = &["eq", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"];
    match (parameter.element, parameter.element.kind()) {
        (_, Kind::String) => {
            let operator = random.of_all(&["eq", "eq", "eq", "ne", "co", "sw", "ew"]);
            let value = text(random, operator);
            format!("{name} {operator} {}", quoted(random, &value))
        }
        (Element::Id, _) => format!("{name} {} {}", random.of_all(&["eq", "ne"]), random.of_all(words::IDS)),
        (element, Kind::Token) => {
            let value = token(random, element, parameter);
            format!("{name} {} {}", random.of_all(&["eq", "eq", "ne"]), quoted(random, &value))
        }
        (_, Kind::Reference) => {
            let types: Vec<&str> = parameter.target_types().collect();
            let (target, id) = (random.of_all(&types), random.of_all(words::IDS));
            let start = random.of_all(&["", "http://own/fhir/", "http://other/fhir/"]);
            let whole = format!("{start}{target}/{id}");
            let value = if random.chance(40) { id.to_owned() } else { whole };
            format!("{name} re {}", quoted(random, &value))
        }
        // The stamp of a change is filled in later.
        (Element::LastUpdated, _) => {
            format!("{name} {} $L", random.of_all(&["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "po"]))
        }
        (_, Kind::Date) => {
            let all = if random.chance(60) { words::DAYS } else { words::TIMES };
            let operator = random.of_all(&[
                "eq", "ne", "gt", "lt", "ge", "le", "ap", "sa", "eb", "po", "po", "po", "po", "co", "co",
            ]);
            format!("{name} {operator} {}", encoded(random.of_all(all)))
        }
        (_, Kind::Quantity) => {
            let number = random.of_all(words::DECIMALS);
            let may_be_near = number == "5.4" && random.chance(50);
            let operator = if may_be_near { "ap" } else { random.of_all(of_order) };
            let value = format!("{number}{}", unit(random));
            format!("{name} {operator} {}", quoted(random, &value))
        }
        (_, Kind::Uri) => {
            let all = if parameter.element == Element::Uri { words::SOURCES } else { words::PROFILES };
            let operator = random.of_all(&["eq", "ne", "co", "sw"]);
            let uri = random.of_all(all);
            let value = if operator == "co" { &uri[uri.len() / 2..] } else { uri };
            format!("{name} {operator} {}", quoted(random, value))
        }
        (_, Kind::Composite) => {
            let parts = parameter.components.iter().map(|component| component_value(random, *component));
            let value = parts.collect::<Vec<_>>().join("$");
            format!("{name} eq {}", quoted(random, &value))
        }
    }
}

/// A name, or as much of it as the operator may find.
fn text(random: &mut Random, operator: &str) -> String {
    let letters: Vec<char> = random.of_all(words::NAMES).chars().collect();
    let cut = random.below(letters.len());
    let part: String = match operator {
        "sw" => letters[..=cut].iter().collect(),
        "ew" => letters[cut..].iter().collect(),
        "co" => letters[cut..].iter().take(3).collect(),
        _ => letters.iter().collect(),
    };
    let is_nothing = part.trim().is_empty();
    let part = if is_nothing { "x".to_owned() } else { part };
    if random.chance(30) { part.to_uppercase() } else { part }
}

fn token(random: &mut Random, element: Element, parameter: &Parameter) -> String {
    match element {
        Element::Boolean | Element::Existence => random.chance(50).to_string(),
        Element::Code(system) => {
            let code = code(random, parameter);
            match random.below(8) {
                0 => format!("|{code}"),
                1 => format!("{system}|"),
                2 => format!("{system}|{code}"),
                _ => code,
            }
        }
        Element::ContactPoint => random.of_all(words::CODES).to_owned(),
        _ => coded(random),
    }
}

/// One of the four forms of a token, its system perhaps by a short name.
fn coded(random: &mut Random) -> String {
    let system = random.of_all(words::SYSTEMS);
    let system = if system == "http://loinc.org" && random.chance(50) { "loinc" } else { system };
    let code = random.of_all(words::CODES);
    match random.below(8) {
        0 => format!("|{code}"),
        1 | 2 => format!("{system}|"),
        3 | 4 => format!("{system}|{code}"),
        _ => code.to_owned(),
    }
}

fn unit(random: &mut Random) -> &'static str {
    random.of_all(&["", "", "|http://unitsofmeasure.org|mg", "|ucum|g", "|ucum|mm[Hg]", "||mg", "||mmHg"])
}

fn component_value(random: &mut Random, component: Component) -> String {
    match component.element {
        Element::String => escaped(random.of_all(words::NAMES)),
        Element::Time => {
            let prefix = random.of_all(&["", "ge", "lt", "ne"]);
            format!("{prefix}{}", random.of_all(words::DAYS))
        }
        Element::Quantity => {
            let (prefix, number) = (random.of_all(&["", "ge", "lt", "ne"]), random.of_all(words::DECIMALS));
            format!("{prefix}{number}{}", unit(random))
        }
        _ => coded(random),
    }
}

/// A value as it is or as a JSON string; encoded.
fn quoted(random: &mut Random, value: &str) -> String {
    let must_be = value.contains(|letter: char| letter.is_whitespace() || letter == ')' || letter == ']');
    if !must_be && !value.starts_with('"') && random.chance(60) {
        return encoded(value);
    }
    let literal = serde_json::Value::from(value).to_string();
    encoded(&literal)
}

/// What is refused, or nearly so.
fn odd(random: &mut Random, resource_type: &str) -> String {
    let all: Vec<&Parameter> = parameters(resource_type).collect();
    let parameter = random.of_all(&all);
    let right = test(random, parameter);
    let name = parameter.code;
    match random.below(14) {
        0 => format!("{right} and nonsense eq a"),
        1 => format!("{name} {} a", random.of_all(&["ss", "sb", "in", "ni", "is", "EQ"])),
        2 => format!("({right}"),
        3 => format!("{right})"),
        4 => format!("{right} or"),
        5 => format!("not {right}"),
        6 => format!("{name} pr maybe"),
        7 => format!("{name} eq %22a"),
        8 => format!("{name} eq %22%22"),
        9 => format!("{name} {} 2020", random.of_all(&["eq", "co", "gt", "po", "re"])),
        10 => format!("{name}[_id pr true]._id pr true"),
        11 => {
            let levels = random.of_all(&[16, 17]);
            format!("{}{right}{}", "(".repeat(levels), ")".repeat(levels))
        }
        12 => {
            let changes = random.of_all(&[15, 16]);
            let joints = (0..=changes).map(|at| if at % 2 == 0 { " and " } else { " or " });
            joints.fold(right.clone(), |text, joint| format!("{text}{joint}{right}"))
        }
        _ => {
            let tests = random.of_all(&[256, 257]);
            vec!["_id eq a"; tests].join(" or ")
        }
    }
}
