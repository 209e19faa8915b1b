//! Random criteria: what a search asks for.

use super::author::Author;
use super::filters::filter;
use super::random::Random;
use super::search_values::{encoded, escaped, token, value, wide_token};
use super::vocabulary_table as words;
use crate::criteria::may_point_to_parts;
use crate::parameters::{Element, Kind, Parameter, parameter, parameters};

/// How many links follow the first one at most.
const LINKS_MORE: usize = 3;

/// Criteria of a conditional create: mostly an identifier.
pub fn criteria(author: &mut Author, resource_type: &str) -> String {
    match author.random.below(10) {
        0 => format!("_id={}", author.random.of_all(words::IDS)),
        1 => "_count=1".to_owned(),
        2 => criterion(author, resource_type),
        _ => format!("identifier={}", token(&mut author.random)),
    }
}

/// One criterion of a type, rarely one that is refused.
pub fn criterion(author: &mut Author, resource_type: &str) -> String {
    if !words::TYPES.contains(&resource_type) {
        return "_id=a".to_owned();
    }
    match author.random.below(100) {
        0..=2 => odd(&mut author.random, resource_type),
        3..=14 if author.about.contains(&"List") => {
            format!("_list={}", several(&mut author.random, |random| random.of_all(words::IDS).to_owned()))
        }
        3..=16 => has(author, resource_type, LINKS_MORE),
        17..=30 => chain(author, resource_type, LINKS_MORE),
        31..=33 => content(&mut author.random),
        34..=43 => filter(author, resource_type),
        _ => last(&mut author.random, resource_type),
    }
}

/// What a name ends in, without links: a parameter, often with a modifier.
pub fn last(random: &mut Random, resource_type: &str) -> String {
    let composites = |parameter: &&Parameter| parameter.element == Element::Composite;
    let (composites, others): (Vec<&Parameter>, Vec<&Parameter>) =
        parameters(resource_type).partition(composites);
    let identifier = parameter("Patient", "identifier").filter(|_| resource_type != "Resource");
    let parameter = match (random.below(20), identifier) {
        (0 | 1, Some(identifier)) => return modified(random, identifier),
        (2..=4, _) if !composites.is_empty() => random.of_all(&composites),
        _ => random.of_all(&others),
    };
    if random.chance(35) && !["_id", "_lastUpdated"].contains(&parameter.code) {
        return modified(random, parameter);
    }
    format!("{}={}", parameter.code, values(random, |random| value(random, parameter)))
}

/// What all types have: words of their content, or of their narrative.
pub fn content(random: &mut Random) -> String {
    let code = random.of_all(&["_content", "_content", "_text"]);
    format!("{code}={}", values(random, |random| expression(random, 2)))
}

/// What is asked of words, rarely in a way that is refused.
fn expression(random: &mut Random, levels: usize) -> String {
    let word = |random: &mut Random| random.of_all(words::WORDS).to_owned();
    if levels == 0 {
        return word(random);
    }
    match random.below(20) {
        0..=2 => format!("{}%20{}", expression(random, levels - 1), expression(random, levels - 1)),
        3..=5 => format!("{}+OR+{}", expression(random, levels - 1), expression(random, levels - 1)),
        6 => format!("{}%20AND%20{}", expression(random, levels - 1), expression(random, levels - 1)),
        7 | 8 => format!("NOT+{}", expression(random, levels - 1)),
        9 | 10 => format!("({})", expression(random, levels - 1)),
        11 => random.of_all(&["%22la", "la+OR", "()", "AND", "*", "-", "-%20la", "l*a", "(la"]).to_owned(),
        _ => word(random),
    }
}

/// What much of a type meets, so that something lies behind links.
fn wide(random: &mut Random, resource_type: &str) -> String {
    let all: Vec<&Parameter> = parameters(resource_type)
        .filter(|parameter| !["_id", "_lastUpdated"].contains(&parameter.code))
        .collect();
    let parameter = random.of_all(&all);
    match (random.below(4), parameter.element.kind()) {
        (0, _) => {
            let (one, other) = (random.of_all(words::IDS), random.of_all(words::IDS));
            format!("_id={one},{other}")
        }
        (1 | 2, Kind::Token) => format!("{}:not={}", parameter.code, value(random, parameter)),
        _ => format!("{}:missing={}", parameter.code, random.chance(50)),
    }
}

/// One value, rarely two.
fn values(random: &mut Random, one: impl Fn(&mut Random) -> String) -> String {
    let first = one(random);
    if random.chance(20) { format!("{first},{}", one(random)) } else { first }
}

/// Up to three values, where one alone finds little.
fn several(random: &mut Random, one: impl Fn(&mut Random) -> String) -> String {
    let more = random.below(3);
    (0..=more).map(|_| one(random)).collect::<Vec<_>>().join(",")
}

fn modified(random: &mut Random, parameter: &Parameter) -> String {
    let code = parameter.code;
    let missing = |random: &mut Random| format!("{code}:missing={}", random.chance(50));
    if random.chance(20) {
        return missing(random);
    }
    match (parameter.element.kind(), random.below(10)) {
        (Kind::String, 0..=4) => {
            let exactly = |random: &mut Random| encoded(&escaped(random.of_all(words::NAMES)));
            format!("{code}:exact={}", several(random, exactly))
        }
        (Kind::String, 5 | 6) => format!("{code}:text={}", values(random, |random| expression(random, 1))),
        (Kind::String, _) => {
            let part = |random: &mut Random| random.of_all(words::NAME_PARTS).to_owned();
            format!("{code}:contains={}", values(random, part))
        }
        (Kind::Token, 0..=3) => {
            format!("{code}:not={}", values(random, |random| value(random, parameter)))
        }
        (Kind::Token, 4 | 5) if has_text(parameter.element) => {
            let start = |random: &mut Random| random.of_all(words::TEXT_STARTS).to_owned();
            format!("{code}:text={}", several(random, start))
        }
        (Kind::Token, _) if parameter.element == Element::Identifier => {
            let (system, type_code) = random.of_all(words::IDENTIFIER_TYPES);
            let one = |random: &mut Random| {
                format!("{system}|{type_code}|{}", encoded(random.of_all(words::CODES)))
            };
            format!("{code}:of-type={}", several(random, one))
        }
        (Kind::Token, _) => format!("{code}:code-text={}", random.of_all(words::CODE_STARTS)),
        (Kind::Reference, 0..=5) => format!("{code}:identifier={}", several(random, wide_token)),
        (Kind::Reference, 6..=7) if may_point_to_parts(parameter) => {
            let modifier = random.of_all(&["above", "below"]);
            format!("{code}:{modifier}={}", values(random, |random| random.of_all(words::IDS).to_owned()))
        }
        (Kind::Reference, _) => {
            let types: Vec<&str> = parameter.target_types().collect();
            format!("{code}:{}={}", random.of_all(&types), random.of_all(words::IDS))
        }
        (Kind::Uri, at) => {
            let modifier = if at < 5 { "above" } else { "below" };
            format!("{code}:{modifier}={}", values(random, |random| random.of_all(words::URLS).to_owned()))
        }
        (Kind::Date | Kind::Quantity | Kind::Composite, _) => missing(random),
    }
}

/// Whether there may be a text beside a code.
fn has_text(element: Element) -> bool {
    matches!(element, Element::CodeableConcept | Element::Coding | Element::Identifier)
}

/// What can be linked: a parameter and the type at its other end, of those that the history is about if there are any.
fn one_link(
    author: &mut Author,
    all: Vec<(&'static Parameter, &'static str)>,
) -> Option<(&'static Parameter, &'static str)> {
    let near: Vec<_> = all.iter().copied().filter(|(_, end)| author.about.contains(end)).collect();
    let all = if near.is_empty() { all } else { near };
    (!all.is_empty()).then(|| author.random.of_all(&all))
}

/// What follows a link to a type.
fn rest(author: &mut Author, resource_type: &str, links_more: usize) -> String {
    match author.random.below(10) {
        0 | 1 if links_more > 0 => chain(author, resource_type, links_more - 1),
        2 if links_more > 0 => has(author, resource_type, links_more - 1),
        3..=6 => wide(&mut author.random, resource_type),
        _ => last(&mut author.random, resource_type),
    }
}

fn chain(author: &mut Author, resource_type: &str, links_more: usize) -> String {
    let ends = |by: &'static Parameter| {
        words::TYPES.iter().filter(|end| by.may_point_to(end)).map(move |end| (by, *end))
    };
    let Some((by, end)) = one_link(author, parameters(resource_type).flat_map(ends).collect()) else {
        return last(&mut author.random, resource_type);
    };
    // Types that links may lead to are counted, and two links from anything to anything are beyond what one search may ask.
    let is_wide = words::TYPES.iter().all(|end| by.may_point_to(end));
    let is_typed = author.random.chance(40) || (is_wide && links_more > 0);
    let typed = if is_typed { format!(":{end}") } else { String::new() };
    format!("{}{typed}.{}", by.code, rest(author, end, links_more))
}

fn has(author: &mut Author, resource_type: &str, links_more: usize) -> String {
    let sources = words::TYPES.iter().flat_map(|source| parameters(source).map(move |by| (by, *source)));
    let sources = sources.filter(|(by, _)| by.may_point_to(resource_type)).collect();
    let Some((by, source)) = one_link(author, sources) else {
        return last(&mut author.random, resource_type);
    };
    format!("_has:{source}:{}:{}", by.code, rest(author, source, links_more))
}

/// What is refused, or nearly so.
fn odd(random: &mut Random, resource_type: &str) -> String {
    let all: Vec<&Parameter> = parameters(resource_type).collect();
    let parameter = random.of_all(&all);
    let code = parameter.code;
    match (random.below(8), parameter.element.kind()) {
        (0, _) => format!("{code}:nonsense=a"),
        (1, _) => format!("{code}:missing=maybe"),
        (2, Kind::Date) => format!("{code}=2020-13"),
        (2..=4, Kind::String) => format!("{code}:text=a+AND"),
        (2..=4, Kind::Composite) => format!("{code}=a%24b%24c"),
        (3, Kind::Token) if parameter.element == Element::Identifier => format!("{code}:of-type=a|b"),
        (5, _) => "_id:missing=true".to_owned(),
        (2..=5, kind) if kind != Kind::Reference => format!("{code}.name=a"),
        _ => deep(random, resource_type),
    }
}

/// As many links as there may be, or one more.
fn deep(random: &mut Random, resource_type: &str) -> String {
    let to_itself = match resource_type {
        "Encounter" => "part-of.",
        "Organization" => "partof.",
        "Observation" => "has-member.",
        "Patient" => "link:Patient.",
        "Group" => "member:Group.",
        _ => return "_has:Observation:subject=x".to_owned(),
    };
    let links = random.of_all(&[8, 9]);
    format!("{}_id={}", to_itself.repeat(links), random.of_all(words::IDS))
}
