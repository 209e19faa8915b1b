//! Whether a resource has the shape that FHIR defines: a list of issues, or none.
//!
//! The shape is what the base definitions say of JSON: which elements a type has, how often, of which JSON kind and
//! primitive type, one type of a choice at a time, extensions of primitives beside their values, resources within
//! resources. Three invariants without which the shape makes no sense are part of it: `ele-1` (an element has a value
//! or content), `ext-1` (an extension has a value or extensions) and `dom-2` (a contained resource contains none).
//!
//! Not part of it: all other invariants, profiles, the targets of references, and codes. A code has the form of one; that
//! it belongs to the value set that its element is bound to is a question of terminology.
//!
//! ```
//! use fornax_model::{Document, Limits};
//!
//! let bytes = r#"{"resourceType": "Patient", "name": [{"given": ["Ada", 1815]}]}"#;
//! let document = Document::parse(bytes, &Limits::default())?;
//!
//! let issues = fornax_validation::r4().check(document.root(), &Default::default()).unwrap_err();
//! assert_eq!(issues[0].to_string(), "Patient.name[0].given[1]: must be a JSON string");
//! # Ok::<(), fornax_model::ParseError>(())
//! ```

mod check;
mod fault;
mod issue;
mod limits;
mod place;
mod shapes;

pub use issue::{Issue, IssueCode, Severity};
pub use limits::Limits;
pub use shapes::{Shape, Shapes, r4};
