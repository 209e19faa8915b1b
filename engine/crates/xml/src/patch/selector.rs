//! Selectors: the part of XPath 1.0 that names one place.
//!
//! ```text
//! selector  = ["/"] step *("/" step)
//! step      = test *predicate | "@" name
//! test      = name | "*" | "text()"
//! predicate = "[" (number | operand "=" literal) "]"
//! operand   = "." | "text()" | name *("/" name) ["/" ("@" name | "text()")] | "@" name
//! ```
//!
//! A path begins at the document, with a slash or without (RFC 5261, section 4.1).

mod lexer;

use super::tree::{Content, Id, Tree};
use crate::namespaces::Namespace;
use lexer::Lexer;

/// A selector that was read.
pub(super) struct Selector(Vec<Step>);

enum Step {
    Child(Test, Vec<Predicate>),
    Attribute(String),
}

enum Test {
    Any,
    Name(Namespace, String),
    Text,
}

enum Predicate {
    /// From 1.
    Position(usize),
    Equals {
        way: Vec<Step>,
        literal: String,
    },
}

/// What a selector finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target<'s> {
    Element(Id),
    Text(Id),
    /// The element, and the attribute's name.
    Attribute(Id, &'s str),
}

/// Why a selector finds nothing that can be worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Miss {
    None,
    Several,
}

impl Selector {
    /// Reads a selector. `namespace` says what a prefix means. What is wrong is said in words.
    pub fn parse(text: &str, namespace: &dyn Fn(&str) -> Option<Namespace>) -> Result<Self, &'static str> {
        let mut lexer = Lexer::new(text, namespace);
        lexer.take("/");
        let steps = steps(&mut lexer)?;
        if lexer.is_at_end() { Ok(Self(steps)) } else { Err(UNKNOWN) }
    }

    /// The one place that is meant, in a document with this outermost element.
    pub fn find(&self, tree: &Tree<'_>, root: Id) -> Result<Target<'_>, Miss> {
        let found = follow(&self.0, tree, &[root]);
        match found.as_slice() {
            [one] => Ok(*one),
            [] => Err(Miss::None),
            _ => Err(Miss::Several),
        }
    }
}

const UNKNOWN: &str = "a selector beyond the part of XPath that is understood";

fn steps(lexer: &mut Lexer<'_, '_>) -> Result<Vec<Step>, &'static str> {
    let mut steps = Vec::new();
    loop {
        if lexer.take("@") {
            steps.push(Step::Attribute(lexer.attribute()?.to_owned()));
            return Ok(steps);
        }
        let test = match () {
            () if lexer.take("text()") => Test::Text,
            () if lexer.take("*") => Test::Any,
            () => lexer.element().map(|(namespace, name)| Test::Name(namespace, name.to_owned()))?,
        };
        let mut predicates = Vec::new();
        while lexer.take("[") {
            predicates.push(predicate(lexer)?);
        }
        let is_last = matches!(test, Test::Text);
        steps.push(Step::Child(test, predicates));
        if is_last || !lexer.take("/") {
            return Ok(steps);
        }
    }
}

fn predicate(lexer: &mut Lexer<'_, '_>) -> Result<Predicate, &'static str> {
    let predicate = match lexer.number() {
        Some(position) => Predicate::Position(position),
        None => {
            let way = if lexer.take(".") { Vec::new() } else { steps(lexer)? };
            let is_plain =
                |step: &Step| !matches!(step, Step::Child(_, predicates) if !predicates.is_empty());
            if !way.iter().all(is_plain) || !lexer.take("=") {
                return Err(UNKNOWN);
            }
            Predicate::Equals { way, literal: lexer.literal()?.to_owned() }
        }
    };
    if lexer.take("]") { Ok(predicate) } else { Err(UNKNOWN) }
}

/// All that is found. The nodes to begin with are those that the first step chooses from.
fn follow<'s>(steps: &'s [Step], tree: &Tree<'_>, begin: &[Id]) -> Vec<Target<'s>> {
    let mut found: Vec<Target<'s>> = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        let mut next = Vec::new();
        if number == 0
            && let Step::Child(test, predicates) = step
        {
            choose(test, predicates, tree, begin, &mut next);
        }
        for target in &found {
            let Target::Element(id) = *target else { continue };
            let Some(element) = tree.element(id) else { continue };
            match step {
                Step::Child(test, predicates) => choose(test, predicates, tree, &element.children, &mut next),
                Step::Attribute(name) => {
                    let has_it = element.attributes.iter().any(|(known, _)| known == name);
                    next.extend(has_it.then_some(Target::Attribute(id, name)));
                }
            }
        }
        found = next;
    }
    found
}

/// Adds those of a node's children that pass.
fn choose<'s>(
    test: &Test,
    predicates: &[Predicate],
    tree: &Tree<'_>,
    children: &[Id],
    found: &mut Vec<Target<'s>>,
) {
    let passes = |&id: &Id| match (test, tree.content(id)) {
        (Test::Any, Content::Element(_)) => Some(Target::Element(id)),
        (Test::Name(namespace, name), Content::Element(element)) => {
            (element.namespace == *namespace && element.name == name).then_some(Target::Element(id))
        }
        (Test::Text, Content::Text(_)) => Some(Target::Text(id)),
        _ => None,
    };
    let mut chosen: Vec<Target<'s>> = children.iter().filter_map(passes).collect();
    for predicate in predicates {
        match predicate {
            Predicate::Position(position) => {
                let one = position.checked_sub(1).and_then(|at| chosen.get(at).copied());
                chosen = one.into_iter().collect();
            }
            Predicate::Equals { way, literal } => chosen.retain(|target| equals(*target, way, literal, tree)),
        }
    }
    found.append(&mut chosen);
}

/// Whether anything on the way from a node says the same as the literal.
fn equals(target: Target<'_>, way: &[Step], literal: &str, tree: &Tree<'_>) -> bool {
    let says = |target: &Target<'_>| match *target {
        Target::Element(id) | Target::Text(id) => tree.words(id) == literal,
        Target::Attribute(id, name) => {
            let mut attributes = tree.element(id).into_iter().flat_map(|element| &element.attributes);
            attributes.any(|(known, value)| known == name && value == literal)
        }
    };
    let Target::Element(id) = target else { return way.is_empty() && says(&target) };
    match way {
        [] => says(&target),
        [Step::Attribute(name)] => says(&Target::Attribute(id, name)),
        _ => {
            let children = tree.element(id).map_or(&[] as &[Id], |element| &element.children);
            follow(way, tree, children).iter().any(says)
        }
    }
}
