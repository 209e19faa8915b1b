//! Patches of a stored resource: JSON Patch (RFC 6902), JSON Merge Patch (RFC 7396), and FHIRPath Patch (R4, page "FHIRPath
//! Patch").
//!
//! A [`Patcher`] reads a patch, without the resource, and applies it: from a parsed resource to the bytes of the changed
//! one, or to an error and nothing. What no operation reaches keeps its bytes, numbers and white space included. The
//! outcome is not validated here: it goes the way of any other write. It also tells the difference of two versions, as a
//! FHIRPath Patch.
//!
//! ```
//! use fornax_definitions::r4;
//! use fornax_model::{Document, Limits};
//! use fornax_patch::Patcher;
//!
//! let parse = |text: &str| Document::parse(text, &Limits::default());
//! let resource = parse(r#"{"resourceType": "Observation", "valueQuantity": {"value": 1.50, "unit": "g"}}"#)?;
//! let patch = parse(r#"[{"op": "replace", "path": "/valueQuantity/unit", "value": "kg"}]"#)?;
//!
//! let patcher = Patcher::new(r4(), fornax_patch::Limits::default());
//! let patched = patcher.apply(&patcher.read_json(patch.root())?, resource.root())?;
//! let expected = r#"{"resourceType": "Observation", "valueQuantity": {"value": 1.50, "unit": "kg"}}"#;
//! assert_eq!(patched, expected.as_bytes());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod diff;
mod equality;
mod error;
mod fhirpath_patch;
mod identity;
mod json_patch;
mod limits;
mod merge_patch;
mod patcher;
mod pointer;
mod tree;

pub use error::{ErrorKind, PatchError};
pub use limits::{Bound, Limits};
pub use patcher::{Patch, Patcher};
