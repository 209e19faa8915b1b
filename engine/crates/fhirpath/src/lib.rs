//! FHIRPath 2.0 (N1) with the additions of FHIR R4: parsed, compiled to a compact program, evaluated over documents.
//!
//! A [`Compiler`] follows an expression's path through the definitions once: members are looked up, choices
//! (`Observation.value` is JSON's `valueQuantity` or one of ten others) become the members that they can be, and what
//! can't exist is an error with its place. The resulting [`Program`] runs on a stack of items that hold nodes of the
//! document, not copies.
//!
//! An [`ExtractionPlan`] holds all search parameters of one resource type, and finds all their values in one walk.
//!
//! The crate is pure: the time, variables and other resources are in the [`Environment`] or are not there.
//!
//! ```
//! use fornax_definitions::r4;
//! use fornax_fhirpath::{Compiler, Element, Environment, ExtractionPlan};
//! use fornax_model::{Document, Limits};
//!
//! let body = r#"{"resourceType":"Patient","name":[{"family":"Chalmers"}],"deceasedBoolean":false}"#;
//! let document = Document::parse(body, &Limits::default()).unwrap();
//! let patient = Element::new(document.root(), r4().type_named("Patient").unwrap().id);
//! let environment = Environment::of(patient);
//!
//! let compiler = Compiler::new(r4());
//! let lives = compiler.compile("deceased.exists() and deceased != true", patient.type_id).unwrap();
//! assert_eq!(lives.test(patient, &environment).unwrap(), Some(true));
//!
//! let plan = ExtractionPlan::new(&compiler, patient.type_id, r4().parameters(patient.type_id)).unwrap();
//! let mut codes = Vec::new();
//! plan.extract(patient, &environment, &mut |found| codes.push(&*r4().parameter_of(found.parameter).code)).unwrap();
//! codes.sort_unstable();
//! assert_eq!(codes, ["deceased", "family", "name", "phonetic"]);
//! ```

pub mod ast;
mod compiler;
mod environment;
mod error;
mod evaluate;
mod extraction;
mod functions;
mod item;
mod lexer;
mod limits;
mod parser;
mod program;
mod resolve;
mod schema;
mod temporal;
mod types;

pub use compiler::{Compiler, Dialect};
pub use environment::Environment;
pub use error::{Error, Named};
pub use extraction::{Extracted, ExtractionPlan, ParameterError, Part};
pub use item::{Element, Item, Quantity, Unit, Value};
pub use limits::{Limit, Limits};
pub use parser::parse;
pub use program::Program;
pub use resolve::{Resolution, Resolver, type_in_text};
pub use temporal::{Date, DateTime, Second, Temporal, Time};
pub use types::SystemType;
