//! Reads and applies patches of each kind.

use std::fmt;

use fornax_definitions::Definitions;
use fornax_fhirpath::{Compiler, Dialect};
use fornax_model::Node;

use crate::error::PatchError;
use crate::limits::Limits;
use crate::{fhirpath_patch, json_patch, merge_patch};

/// Reads and applies patches of resources of one FHIR release. To be made once: it knows all types.
#[derive(Clone, Debug)]
pub struct Patcher {
    pub(crate) definitions: &'static Definitions,
    pub(crate) compiler: Compiler,
    pub(crate) limits: Limits,
}

/// A patch that was read, whatever it will be applied to. Its values are places in the document that it was read from.
pub struct Patch<'p>(Operations<'p>);

enum Operations<'p> {
    Json(Vec<json_patch::Operation<'p>>),
    Merge(Node<'p>),
    FhirPath(Vec<fhirpath_patch::Operation<'p>>),
}

impl Patcher {
    /// A patcher within these limits.
    pub fn new(definitions: &'static Definitions, limits: Limits) -> Self {
        let paths = fornax_fhirpath::Limits {
            steps_max: limits.path_steps_max,
            ..fornax_fhirpath::Limits::default()
        };
        let compiler = Compiler::new(definitions).dialect(Dialect::R4).limits(paths);
        Self { definitions, compiler, limits }
    }

    /// Reads a JSON Patch: an array of operations. Takes time in proportion to it.
    pub fn read_json<'p>(&self, patch: Node<'p>) -> Result<Patch<'p>, PatchError> {
        Ok(Patch(Operations::Json(json_patch::read(patch, &self.limits)?)))
    }

    /// Reads a JSON Merge Patch: an object.
    pub fn read_merge<'p>(&self, patch: Node<'p>) -> Result<Patch<'p>, PatchError> {
        Ok(Patch(Operations::Merge(merge_patch::read(patch)?)))
    }

    /// Reads a FHIRPath Patch: a Parameters resource. Takes time in proportion to it.
    pub fn read_parameters<'p>(&self, parameters: Node<'p>) -> Result<Patch<'p>, PatchError> {
        Ok(Patch(Operations::FhirPath(fhirpath_patch::read(self, parameters)?)))
    }

    /// The bytes of the resource with all operations applied, in order; an error when one of them can't be.
    ///
    /// No operation may change `resourceType` and `id`. `meta` is patched like all else: what a server sets in it, it sets
    /// afterwards. A patch as JSON takes time in proportion to what it touches and to the resource's bytes, a FHIRPath
    /// Patch to the resource's bytes for each operation; [`Limits::work_max`] bounds both.
    pub fn apply(&self, patch: &Patch<'_>, resource: Node<'_>) -> Result<Vec<u8>, PatchError> {
        match &patch.0 {
            Operations::Json(operations) => json_patch::apply(operations, resource, &self.limits),
            Operations::Merge(patch) => merge_patch::apply(*patch, resource, &self.limits),
            Operations::FhirPath(operations) => fhirpath_patch::apply(self, operations, resource),
        }
    }
}

impl fmt::Debug for Patch<'_> {
    /// Shows how much it holds, never what: it may be a patient's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Operations::Json(operations) => write!(f, "JSON Patch of {} operations", operations.len()),
            Operations::Merge(patch) => write!(f, "JSON Merge Patch of {} bytes", patch.raw().len()),
            Operations::FhirPath(operations) => {
                write!(f, "FHIRPath Patch of {} operations", operations.len())
            }
        }
    }
}
