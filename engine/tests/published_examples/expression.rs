//! The expressions of search parameters, as far as they are paths: members, casts, simple conditions, unions of such.

use crate::elements::{Elements, Node, items, text};
use serde_json::Value;

/// The alternatives of an expression.
#[derive(Debug)]
pub struct Expression {
    paths: Vec<Path>,
}

#[derive(Debug)]
struct Path {
    start: Start,
    steps: Vec<Step>,
}

#[derive(Debug, PartialEq)]
enum Start {
    /// A resource of this type, or one that is derived from it.
    Type(String),
    /// The element itself.
    Here,
    /// The resource that it is in.
    Resource,
}

#[derive(Debug)]
enum Step {
    Member(String),
    OfType(String),
    RefersTo(String),
    With { member: String, value: String },
    WithExtension(String),
    Nth(usize),
}

impl Expression {
    /// `None`: it is more than paths.
    pub fn parse(source: &str) -> Option<Self> {
        let paths = source.split('|').map(|path| parse_path(path.trim())).collect::<Option<_>>()?;
        Some(Self { paths })
    }

    /// What it finds from a node of a resource.
    pub fn find<'a>(&self, elements: &Elements, resource: &'a Value, node: &Node<'a>) -> Vec<Node<'a>> {
        let own = text(resource, "resourceType");
        let mut found = Vec::new();
        for path in &self.paths {
            let start = match &path.start {
                Start::Here => node.clone(),
                Start::Resource => Node::of_resource(resource),
                Start::Type(name)
                    if Some(&**name) == own || matches!(&**name, "Resource" | "DomainResource") =>
                {
                    node.clone()
                }
                Start::Type(_) => continue,
            };
            let step = |nodes: Vec<Node<'a>>, step: &Step| step.take(elements, resource, nodes);
            found.extend(path.steps.iter().fold(vec![start], step));
        }
        found
    }
}

impl Step {
    fn take<'a>(&self, elements: &Elements, resource: &Value, mut nodes: Vec<Node<'a>>) -> Vec<Node<'a>> {
        match self {
            Self::Member(name) => nodes.iter().flat_map(|node| elements.children(node, name)).collect(),
            Self::Nth(at) => nodes.into_iter().nth(*at).into_iter().collect(),
            Self::OfType(kind) => {
                nodes.retain(|node| node.kind.eq_ignore_ascii_case(kind));
                nodes
            }
            Self::With { member, value } => {
                nodes.retain(|node| text(node.value, member) == Some(value));
                nodes
            }
            Self::WithExtension(url) => {
                nodes.retain(|node| {
                    items(node.value, "extension").iter().any(|inner| text(inner, "url") == Some(url))
                });
                nodes
            }
            Self::RefersTo(kind) => {
                nodes.retain(|node| referred_type(node.value, resource) == Some(kind));
                nodes
            }
        }
    }
}

/// What a reference says that it points to: by its address, by what is contained, or else by its type.
fn referred_type<'a>(reference: &'a Value, resource: &'a Value) -> Option<&'a str> {
    let literal = text(reference, "reference");
    if let Some(id) = literal.and_then(|literal| literal.strip_prefix('#')) {
        let contained = items(resource, "contained").iter().find(|inner| text(inner, "id") == Some(id));
        return contained.and_then(|inner| text(inner, "resourceType"));
    }
    let address = literal.map(|literal| literal.split("/_history/").next().unwrap());
    let by_address = address.and_then(|address| address.rsplit('/').nth(1)).filter(|kind| is_type(kind));
    by_address.or_else(|| text(reference, "type"))
}

fn is_type(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(char::is_alphabetic)
}

fn parse_path(source: &str) -> Option<Path> {
    let (mut path, rest) = match source.strip_prefix('(') {
        Some(inner) => {
            let (inner, rest) = inner.split_once(')')?;
            let (path, cast) = inner.split_once(" as ")?;
            let mut path = parse_path(path)?;
            path.steps.push(Step::OfType(cast.to_owned()));
            (path, rest.strip_prefix('.').unwrap_or(rest))
        }
        None => match source.strip_prefix("%resource.") {
            Some(rest) => (Path { start: Start::Resource, steps: Vec::new() }, rest),
            None => {
                let (first, rest) = source.split_once('.').unwrap_or((source, ""));
                if is_type(first) {
                    (Path { start: Start::Type(first.to_owned()), steps: Vec::new() }, rest)
                } else {
                    (Path { start: Start::Here, steps: Vec::new() }, source)
                }
            }
        },
    };
    for segment in segments(rest) {
        path.steps.extend(parse_segment(segment)?);
    }
    Some(path)
}

/// Splits at the dots that are not in parentheses.
fn segments(source: &str) -> Vec<&str> {
    let mut depth = 0;
    let splits = source.split(|letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => (),
        }
        letter == '.' && depth == 0
    });
    splits.filter(|segment| !segment.is_empty()).collect()
}

fn parse_segment(segment: &str) -> Option<Vec<Step>> {
    if let Some((function, rest)) = segment.split_once('(') {
        let argument = rest.strip_suffix(')')?;
        return match function {
            "as" | "ofType" => Some(vec![Step::OfType(argument.to_owned())]),
            "where" => match argument.strip_prefix("resolve() is ") {
                Some(kind) => Some(vec![Step::RefersTo(kind.to_owned())]),
                None => Some(vec![parse_condition(argument)?]),
            },
            "extension" => {
                let value = argument.strip_prefix('\'')?.strip_suffix('\'')?.to_owned();
                Some(vec![
                    Step::Member("extension".to_owned()),
                    Step::With { member: "url".to_owned(), value },
                ])
            }
            _ => None,
        };
    }
    if let Some((name, at)) = segment.split_once('[') {
        let at = at.strip_suffix(']')?.parse().ok()?;
        return Some(vec![Step::Member(name.to_owned()), Step::Nth(at)]);
    }
    let is_name = !segment.is_empty() && segment.chars().all(char::is_alphanumeric);
    is_name.then(|| vec![Step::Member(segment.to_owned())])
}

fn parse_condition(source: &str) -> Option<Step> {
    if let Some(url) = source.strip_prefix("hasExtension('") {
        return Some(Step::WithExtension(url.strip_suffix("')")?.to_owned()));
    }
    let (member, value) = source.split_once('=')?;
    let value = value.trim().strip_prefix('\'')?.strip_suffix('\'')?.to_owned();
    let member = member.trim();
    member.chars().all(char::is_alphanumeric).then(|| Step::With { member: member.to_owned(), value })
}
