//! GraphQL over FHIR resources, as R4 profiles it (hl7.org/fhir/R4/graphql.html).
//!
//! A text is parsed, its operation is planned against the definitions with every fragment opened and every name looked
//! up, and the plan is run on what a [`Source`] gives, level by level, so that all references of one level are read at
//! once. Whatever can be refused is refused before the first read. There is no schema but the definitions: it is
//! described when somebody asks for it.
//!
//! ```
//! use fornax_fhirpath::{Compiler, Dialect};
//! use fornax_graphql::{Context, Limits, Page, Request, Root, Search, Source, SourceError, Status, Target, execute};
//! use fornax_model::Document;
//!
//! struct Nothing;
//! impl Source for Nothing {
//!     fn read_many(&self, targets: &[Target]) -> Result<Vec<Option<Document>>, SourceError> {
//!         Ok(vec![None; targets.len()])
//!     }
//!     fn search(&self, _: &Search<'_>) -> Result<Page, SourceError> {
//!         Ok(Page::default())
//!     }
//! }
//!
//! let definitions = fornax_definitions::r4();
//! let compiler = Compiler::new(definitions).dialect(Dialect::R4);
//! let limits = Limits::default();
//! let context = Context { definitions, compiler: &compiler, bases: &[], now: None, limits: &limits };
//! let body = r#"{"resourceType":"Patient","name":[{"use":"usual","given":["Jim"]},{"family":"Windsor"}]}"#;
//! let patient = Document::parse(body, &fornax_model::Limits::default()).unwrap();
//!
//! let request = Request { query: "{ name(use: usual) { given } }", operation_name: None, variables: None };
//! let response = execute(&request, Root::Instance(&patient), &Nothing, &context).unwrap();
//! assert_eq!(response.status, Status::Executed);
//! assert_eq!(response.body, br#"{"data":{"name":[{"given":["Jim"]}]}}"#);
//! ```

mod answer;
mod arguments;
mod ast;
mod cost;
mod directives;
mod expressions;
mod fragments;
mod layout;
mod limits;
mod meta;
mod parse;
mod plan;
mod planner;
mod problem;
mod reference;
mod request;
mod run;
mod scope;
mod search_query;
mod source;
mod type_names;
mod variables;

pub use limits::Limits;
pub use request::{Context, Request, Response, Root, Status, execute};
pub use source::{Match, Page, Search, Source, SourceError, Target};
