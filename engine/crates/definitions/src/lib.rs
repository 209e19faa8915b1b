//! What FHIR defines: types and their elements, search parameters, compartments and operations.
//!
//! [`r4`] has all of FHIR R4 (4.0.1), decoded from one image that ships inside the binary. Facts only: names, types,
//! cardinalities, bindings and expressions, exactly as the official package `hl7.fhir.r4.core` states them, its known
//! mistakes included (as `Resource.id` being a string, not an id); no descriptions, and no profiles beyond the two
//! constraints on `Quantity` that count as data types.
//!
//! ```
//! let r4 = fornax_definitions::r4();
//! let observation = r4.type_named("Observation").unwrap().id;
//!
//! let child = r4.child(observation, "valueQuantity").unwrap();
//! assert_eq!((child.element.name, r4.type_of(child.value.type_id).name), ("value", "Quantity"));
//!
//! let code = r4.parameter(observation, "combo-code").unwrap();
//! assert_eq!(code.expression.as_deref(), Some("Observation.code | Observation.component.code"));
//! ```

mod coded;
mod compartment;
mod definitions;
mod element;
mod hash;
pub mod image;
mod members;
mod operation;
mod parameter;
mod types;

use std::sync::OnceLock;

pub use coded::Coded;
pub use compartment::{Compartment, SELF_CODE};
pub use definitions::{Child, Definitions};
pub use element::{Binding, BindingStrength, Element, ElementId, ElementType, SystemType};
pub use image::ImageError;
pub use operation::{Direction, Operation, OperationLevel, OperationParameter, OperationType};
pub use parameter::{
    Comparator, Component, Modifier, ParameterId, Readiness, SearchKind, SearchParameter, Usage,
};
pub use types::{Derivation, JsonKind, Type, TypeId, TypeKind};

static R4_IMAGE: &[u8] = include_bytes!("../image/r4.bin");

/// The definitions of FHIR R4. The first call decodes them, in about a millisecond; each later one is a load.
pub fn r4() -> &'static Definitions {
    static R4: OnceLock<Definitions> = OnceLock::new();
    R4.get_or_init(|| match Definitions::decode(R4_IMAGE) {
        Ok(definitions) => definitions,
        // The image is part of this binary, and a test decodes it: no input can bring this about.
        Err(error) => panic!("the image in this binary: {error}"),
    })
}
