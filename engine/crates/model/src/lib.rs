//! JSON documents with exact bytes, FHIR primitives, exact decimals and partial dates.
//!
//! A [`Document`] keeps the bytes it was parsed from, whole, and beside them a tape: one fixed-size entry per JSON value,
//! in document order. A [`Node`] is a place on the tape. So numbers and strings are slices of the body, nothing is
//! allocated per value, and what is written back is what came in. [`Edits`] make new bytes out of old ones and leave
//! untouched all that they do not name; [`mod@write`] emits what the engine itself has to say.
//!
//! ```
//! use fornax_model::{Document, Edits, Limits};
//!
//! let body = r#"{"resourceType": "Observation", "valueQuantity": {"value": 1.50}}"#;
//! let observation = Document::parse(body, &Limits::default())?;
//! let value = observation.root().get("valueQuantity").and_then(|quantity| quantity.get("value"));
//! assert_eq!(value.and_then(|value| value.as_number()), Some("1.50"));
//!
//! let mut edits = Edits::of(observation.root());
//! edits.insert_last(observation.root(), "id", b"\"o1\"")?;
//! let named = r#"{"resourceType": "Observation", "valueQuantity": {"value": 1.50},"id":"o1"}"#;
//! assert_eq!(edits.apply()?, named.as_bytes());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nothing in here knows a resource type: meaning comes from the definitions.

pub mod date;
mod decimal;
mod document;
mod edit;
mod error;
mod limits;
mod node;
mod parse;
mod path;
mod primitive;
mod scan;
mod tape;
mod text;
pub mod write;

pub use date::{DateFault, DateTime, Interval, ZoneOffset};
pub use decimal::{Decimal, DecimalFault, ImpliedRange};
pub use document::Document;
pub use edit::{EditError, Edits};
pub use error::{Bound, ParseError, ParseFault};
pub use limits::Limits;
pub use node::{Items, Members, Node, NodeId};
pub use primitive::{Primitive, PrimitiveFault};
pub use tape::Kind;
pub use text::escape_into;
