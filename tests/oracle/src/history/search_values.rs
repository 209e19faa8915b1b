//! Random values of searches, encoded as in a query string.

use super::author::id;
use super::random::Random;
use super::vocabulary_table as words;
use crate::parameters::{Component, Element, Parameter};

/// A value of a parameter that has no modifier.
pub fn value(random: &mut Random, parameter: &Parameter) -> String {
    match parameter.element {
        Element::Code(system) => {
            let code = code(random, parameter);
            match random.below(8) {
                0 => format!("{system}|{code}"),
                1 => format!("{system}|"),
                2 => format!("|{code}"),
                3 => format!("{}|{code}", random.of_all(words::SYSTEMS)),
                _ => code,
            }
        }
        Element::Reference => reference(random, parameter),
        Element::Composite => {
            let parts = parameter.components.iter().map(|component| component_value(random, *component));
            // A `$` with a digit after it would stand for a slot.
            parts.collect::<Vec<_>>().join("%24")
        }
        element => simple(random, element),
    }
}

fn component_value(random: &mut Random, component: Component) -> String {
    simple(random, component.element)
}

fn simple(random: &mut Random, element: Element) -> String {
    match element {
        Element::String | Element::HumanName | Element::Address => {
            random.of_all(words::NAME_SEARCHES).to_owned()
        }
        Element::Boolean | Element::Existence => random.chance(50).to_string(),
        Element::ContactPoint => encoded(random.of_all(words::CODES)),
        Element::CodeableConcept | Element::Coding | Element::Identifier => token(random),
        Element::Uri => encoded(random.of_all(words::SOURCES)),
        Element::Canonical => encoded(random.of_all(words::PROFILES)),
        Element::LastUpdated => {
            format!("{}$L", random.of_all(&["", "ne", "gt", "lt", "ge", "le", "sa", "eb"]))
        }
        Element::Time => format!("{}{}", random.of_all(words::PREFIXES), date(random)),
        Element::Quantity => quantity(random),
        Element::Id | Element::Code(_) | Element::Reference | Element::Composite => id(random),
    }
}

/// A code of an element that has few.
pub fn code(random: &mut Random, parameter: &Parameter) -> String {
    let all: &[&str] = match (parameter.resource_type, parameter.code) {
        (_, "gender") => &["male", "female", "Male"],
        (_, "intent") => &["order", "plan"],
        (_, "priority") => &["routine", "urgent"],
        (_, "address-use") => &["home", "work"],
        ("Group", _) => &["person", "animal"],
        ("List", _) => &["current", "retired"],
        _ => &["final", "amended", "planned", "finished", "active", "stopped"],
    };
    random.of_all(all).to_owned()
}

/// One of the four forms of a token.
pub fn token(random: &mut Random) -> String {
    let (system, code) = (random.of_all(words::SYSTEMS), encoded(random.of_all(words::CODES)));
    match random.below(8) {
        0 => format!("|{code}"),
        1 => format!("{system}|"),
        2..=4 => format!("{system}|{code}"),
        _ => code,
    }
}

/// A token that finds much.
pub fn wide_token(random: &mut Random) -> String {
    match random.below(4) {
        0 | 1 => format!("{}|", random.of_all(words::SYSTEMS)),
        2 => encoded(random.of_all(words::CODES)),
        _ => token(random),
    }
}

fn date(random: &mut Random) -> String {
    let all = if random.chance(60) { words::DAYS } else { words::TIMES };
    encoded(random.of_all(all))
}

fn quantity(random: &mut Random) -> String {
    let number = random.of_all(words::DECIMALS);
    // A tenth of nothing is nothing, and a tenth of a hundred is too near to others.
    let prefix = random.of_all(words::PREFIXES);
    let prefix = if prefix == "ap" && number != "5.4" { "" } else { prefix };
    let unit = random.of_all(&[
        "",
        "",
        "|http://unitsofmeasure.org|mg",
        "|http://unitsofmeasure.org|g",
        "|http://unitsofmeasure.org|kg",
        "||mg",
        "||mmHg",
        "|urn:sys:a|mg",
    ]);
    format!("{prefix}{number}{unit}")
}

fn reference(random: &mut Random, parameter: &Parameter) -> String {
    let types: Vec<&str> = parameter.target_types().collect();
    let (target, id) = (random.of_all(&types), id(random));
    match random.below(13) {
        0..=3 => id,
        4 | 5 => format!("http://own/fhir/{target}/{id}"),
        6 | 7 => format!("http://other/fhir/{target}/{id}"),
        8 => format!("{target}/{id}/_history/{}", random.below(2) + 1),
        _ => format!("{target}/{id}"),
    }
}

/// A value with a backslash before each letter that would mean something there.
pub fn escaped(text: &str) -> String {
    let means = |letter: &char| matches!(letter, ',' | '|' | '$' | '\\');
    text.chars().flat_map(|letter| means(&letter).then_some('\\').into_iter().chain([letter])).collect()
}

/// A text as it is written in a query string.
pub fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/:|,'[]".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out += &format!("%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_is_escaped_and_encoded() {
        assert_eq!(encoded(&escaped("Smith, Jr")), "Smith%5C,%20Jr");
        assert_eq!(encoded("é+1&2"), "%C3%A9%2B1%262");
    }
}
