//! FHIRPath in arguments and directives: compiled once per text and type.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use fornax_definitions::TypeId;
use fornax_fhirpath::{Compiler, Element, Environment, Error, Item, Limits, Program};
use fornax_model::{Kind, Node, NodeId};

/// The compiled expressions of one request.
pub(crate) struct Expressions {
    compiler: Compiler,
    limits: Limits,
    programs: HashMap<(String, TypeId), Rc<Program>>,
}

impl Expressions {
    pub fn new(compiler: &Compiler, steps_max: u64) -> Self {
        let limits = Limits { steps_max, ..Limits::default() };
        Self { compiler: compiler.clone().limits(limits), limits, programs: HashMap::new() }
    }

    /// Whether the text is an expression at all.
    pub fn check(&self, expression: &str) -> Result<(), String> {
        fornax_fhirpath::parse(expression, &self.limits).map(|_| ()).map_err(|error| told(&error))
    }

    /// Whether the text is a condition on items of that member.
    pub fn check_filter(&mut self, member: &str, expression: &str, parent: TypeId) -> Result<(), String> {
        self.check(expression)?;
        self.program(filter_of(member, expression), parent).map(|_| ()).map_err(|error| told(&error))
    }

    /// Whether the text is a condition on values of that type.
    pub fn check_condition(&mut self, expression: &str, of: TypeId) -> Result<(), String> {
        self.program(expression.to_owned(), of).map(|_| ()).map_err(|error| told(&error))
    }

    fn program(&mut self, source: String, of: TypeId) -> Result<Rc<Program>, Error> {
        if let Some(known) = self.programs.get(&(source.clone(), of)) {
            return Ok(Rc::clone(known));
        }
        let program = Rc::new(self.compiler.compile(&source, of)?);
        self.programs.insert((source, of), Rc::clone(&program));
        Ok(program)
    }

    /// The items of a member for which a condition holds. It is asked of the parent, so that `$index` is known.
    pub fn filter(
        &mut self,
        (member, expression): (&str, &str),
        parent: Element<'_>,
        environment: &Environment<'_>,
    ) -> Result<Vec<NodeId>, String> {
        let program = self.program(filter_of(member, expression), parent.type_id);
        let program = program.map_err(|error| told(&error))?;
        let items = program.evaluate(parent, environment).map_err(|error| told(&error))?;
        let node = |item: &Item<'_>| match item {
            Item::Element(element) => element.node.map(Node::id),
            _ => None,
        };
        Ok(items.iter().filter_map(node).collect())
    }

    /// Whether a condition holds.
    pub fn holds(
        &mut self,
        expression: &str,
        of: Element<'_>,
        environment: &Environment<'_>,
    ) -> Result<bool, String> {
        let program = self.program(expression.to_owned(), of.type_id).map_err(|error| told(&error))?;
        let answer = program.test(of, environment).map_err(|error| told(&error))?;
        Ok(answer == Some(true))
    }

    /// What an expression says of a value, as text; empty where it says nothing.
    pub fn text(
        &mut self,
        expression: &str,
        of: Element<'_>,
        environment: &Environment<'_>,
    ) -> Result<String, String> {
        let program = self.program(expression.to_owned(), of.type_id).map_err(|error| told(&error))?;
        let items = program.evaluate(of, environment).map_err(|error| told(&error))?;
        let mut texts = Vec::new();
        for item in &items {
            match item {
                Item::Value(value) => texts.push(value.to_string()),
                Item::Element(element) => match element.node {
                    Some(node) if !matches!(node.kind(), Kind::Object | Kind::Array) => {
                        let raw = || String::from_utf8_lossy(node.raw()).into_owned();
                        texts.push(node.as_str().map_or_else(raw, Cow::into_owned));
                    }
                    _ => return Err("the expression gives no scalar".to_owned()),
                },
                Item::Target(_) => return Err("the expression gives no scalar".to_owned()),
            }
        }
        Ok(texts.join(","))
    }
}

/// The name is in backticks, as it may be a word of the language.
fn filter_of(member: &str, expression: &str) -> String {
    format!("`{member}`.where({expression})")
}

fn told(error: &Error) -> String {
    format!("FHIRPath: {error}")
}
