//! A source in memory, and questions put to it.

#![allow(dead_code, reason = "each test file uses a part")]

use std::cell::RefCell;

use fornax_fhirpath::{Compiler, Dialect};
use fornax_graphql::{
    Context, Limits, Match, Page, Request, Response, Root, Search, Source, SourceError, Status, Target,
    execute,
};
use fornax_model::Document;

/// Resources in the order of writing, and what was asked of them.
pub struct Memory {
    resources: Vec<Document>,
    pub asked: RefCell<Vec<String>>,
}

pub fn document(json: &str) -> Document {
    Document::parse(json, &fornax_model::Limits::default()).unwrap()
}

impl Memory {
    pub fn of(resources: &[&str]) -> Self {
        Self { resources: resources.iter().map(|json| document(json)).collect(), asked: RefCell::default() }
    }

    fn is(resource: &Document, name: &str, id: Option<&str>) -> bool {
        let text = |member: &str| resource.root().get(member).and_then(fornax_model::Node::as_str);
        text("resourceType").is_some_and(|of| of == name)
            && id.is_none_or(|id| text("id").is_some_and(|known| known == id))
    }

    /// Stands in for a search: a value is found anywhere in the resource's text.
    fn matches(&self, name: &str, filters: &[(String, String)]) -> Vec<&Document> {
        let holds = |one: &Document, value: &str| {
            let text = String::from_utf8_lossy(one.bytes()).to_lowercase();
            value.split(',').any(|piece| text.contains(&piece.to_lowercase()))
        };
        let found = self.resources.iter().filter(|one| Self::is(one, name, None));
        found.filter(|one| filters.iter().all(|(_, value)| holds(one, value))).collect()
    }
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits: String = rest.by_ref().take(2).map(char::from).collect();
            bytes.push(u8::from_str_radix(&digits, 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

impl Source for Memory {
    fn read_many(&self, targets: &[Target]) -> Result<Vec<Option<Document>>, SourceError> {
        let names: Vec<String> =
            targets.iter().map(|target| format!("{}/{}", target.resource_type, target.id)).collect();
        self.asked.borrow_mut().push(format!("read {}", names.join(" ")));
        let find = |target: &Target| {
            let found =
                self.resources.iter().find(|one| Self::is(one, target.resource_type, Some(&target.id)));
            found.filter(|_| target.version.is_none()).cloned()
        };
        Ok(targets.iter().map(find).collect())
    }

    /// A cursor is the place in the list, the page's size, and the query: `2:1:name=x`.
    fn search(&self, search: &Search<'_>) -> Result<Page, SourceError> {
        self.asked.borrow_mut().push(format!("search {}?{}", search.resource_type, search.query));
        let refused = |message: &str| SourceError::Refused { code: "invalid", message: message.to_owned() };
        let (mut offset, mut size, mut query) = (0, 20, search.query);
        if let Some(cursor) = search.cursor {
            let mut parts = cursor.splitn(3, ':');
            let mut number = || parts.next().and_then(|part| part.parse().ok()).ok_or(refused("no cursor"));
            (offset, size) = (number()?, number()?);
            query = parts.next().unwrap_or("");
        }
        let pairs: Vec<(String, String)> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (decoded(name), decoded(value)))
            .collect();
        let given =
            |wanted: &str| pairs.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        if search.cursor.is_none() {
            size = given("_count").map_or(20, |count| count.parse().unwrap());
        }
        if given("family") == Some("broken") {
            return Err(SourceError::Failed("the disk is gone".into()));
        }
        if given("family") == Some("refused") {
            return Err(refused("that can't be searched"));
        }
        let filters: Vec<(String, String)> = pairs
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "_count" | "_sort" | "_total"))
            .cloned()
            .collect();
        let found = self.matches(search.resource_type, &filters);
        let cursor = |offset: usize| Some(format!("{offset}:{size}:{query}"));
        let one = |resource: &&Document| Match {
            resource: Document::clone(resource),
            mode: "match",
            score: Some("0.50".to_owned()),
        };
        Ok(Page {
            matches: found.iter().skip(offset).take(size).map(one).collect(),
            total: Some(found.len() as u64),
            offset: Some(offset as u64),
            page_size: Some(size as u64),
            first: cursor(0),
            previous: if offset == 0 { None } else { cursor(offset.saturating_sub(size)) },
            next: if offset + size < found.len() { cursor(offset + size) } else { None },
            last: cursor(found.len().saturating_sub(1) / size.max(1) * size),
        })
    }
}

/// One question.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    pub query: &'a str,
    pub operation: Option<&'a str>,
    pub variables: Option<&'a str>,
    /// JSON of the resource that it starts on.
    pub instance: Option<&'a str>,
}

pub fn on_system(query: &str) -> Question<'_> {
    Question { query, operation: None, variables: None, instance: None }
}

pub fn on_instance<'a>(instance: &'a str, query: &'a str) -> Question<'a> {
    Question { instance: Some(instance), ..on_system(query) }
}

pub fn try_ask(
    memory: &Memory,
    question: Question<'_>,
    limits: &Limits,
) -> Result<Response, Box<dyn std::error::Error + Send + Sync>> {
    let definitions = fornax_definitions::r4();
    let compiler = Compiler::new(definitions).dialect(Dialect::R4);
    let bases = ["https://here.example/fhir".to_owned()];
    let context = Context { definitions, compiler: &compiler, bases: &bases, now: None, limits };
    let variables = question.variables.map(document);
    let instance = question.instance.map(document);
    let root = instance.as_ref().map_or(Root::System, Root::Instance);
    let request = Request {
        query: question.query,
        operation_name: question.operation,
        variables: variables.as_ref().map(Document::root),
    };
    execute(&request, root, memory, &context)
}

pub fn ask(memory: &Memory, question: Question<'_>, limits: &Limits) -> (Status, String) {
    let response = try_ask(memory, question, limits).unwrap();
    let body = String::from_utf8(response.body).unwrap();
    let _: serde_json::Value = serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"));
    (response.status, body)
}

/// The messages of an answer's errors.
pub fn messages(body: &str) -> Vec<String> {
    let answer: serde_json::Value = serde_json::from_str(body).unwrap();
    let errors = answer["errors"].as_array().cloned().unwrap_or_else(Vec::new);
    errors.iter().map(|error| error["message"].as_str().unwrap().to_owned()).collect()
}
