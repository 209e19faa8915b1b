//! FHIR's XML format (R4, page "XML"), to and from the JSON that is stored.
//!
//! ```
//! use fornax_model::{Document, Limits};
//! use fornax_xml::{Layout, to_json, to_xml};
//!
//! let xml = r#"<Patient xmlns="http://hl7.org/fhir"><name><given value="Ada"/></name></Patient>"#;
//! let json = to_json(xml.as_bytes(), fornax_definitions::r4(), &Default::default())?;
//! assert_eq!(json, br#"{"resourceType":"Patient","name":[{"given":["Ada"]}]}"#);
//!
//! let patient = Document::parse(json, &Limits::default())?;
//! let again = to_xml(patient.root(), fornax_definitions::r4(), Layout::Compact, &Default::default())?;
//! assert_eq!(again, format!(r#"<?xml version="1.0" encoding="UTF-8"?>{xml}"#).as_bytes());
//!
//! let broken = br#"<Patient xmlns="http://hl7.org/fhir"><name given="Ada"/></Patient>"#;
//! let error = to_json(broken, fornax_definitions::r4(), &Default::default()).unwrap_err();
//! assert_eq!(error.to_string(), "an unknown attribute at line 1, column 44, in Patient.name[0].given");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nothing in here knows a resource type: which elements are lists, numbers, attributes or resources, and in what order
//! they come, the definitions say.

mod attributes;
mod characters;
mod encoding;
mod entities_table;
mod error;
mod form;
mod limits;
mod namespaces;
mod narrative;
pub mod patch;
mod place;
mod read;
mod source;
mod value;
mod write;

pub use error::{Bound, WriteError, WriteFault, XmlError, XmlFault};
pub use limits::Limits;
pub use read::to_json;
pub use write::{Layout, to_xml};
