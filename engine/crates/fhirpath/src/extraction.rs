//! All search values of a resource in one walk.
//!
//! Nearly every search parameter is a path with a filter or two, and most paths begin alike. So the expressions of a
//! resource type become one tree of JSON members, each node with the parameters whose values stand there; a resource is
//! walked along that tree once, and what nobody asks for is skipped. What is no such path stays a program of its own, run
//! where it starts.

mod build;
mod path;
mod walk;

use fornax_definitions::{ParameterId, SearchParameter, TypeId};
use fornax_model::NodeId;

use crate::compiler::{Compiler, Dialect};
use crate::environment::Environment;
use crate::error::Error;
use crate::item::{Element, Item};
use crate::program::Program;
use crate::schema::Child;

/// The search parameters of one resource type, compiled together. Immutable.
#[derive(Debug)]
pub struct ExtractionPlan {
    resource: TypeId,
    /// The first is the resource itself.
    places: Box<[Place]>,
    /// The conditions and computations that places refer to; the first one gives what it is run on.
    programs: Box<[Program]>,
}

/// One value of a search parameter.
#[derive(Clone, Debug)]
pub struct Extracted<'a> {
    /// Of which one.
    pub parameter: ParameterId,
    /// Of which part of it.
    pub part: Part,
    /// An element (with its type and, for a primitive, its extensions, perhaps without a value), or what the expression
    /// computed.
    pub item: Item<'a>,
}

/// A simple parameter, or a component of a composite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The value is the parameter's.
    Whole,
    /// The value is that of one component of a composite.
    Component {
        /// The component's place in the parameter's definition.
        index: u8,
        /// The element that the composite's expression selected: components of one element belong together.
        instance: NodeId,
    },
}

/// Why a plan could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("search parameter {url}: {error}")]
pub struct ParameterError {
    /// The search parameter.
    pub parameter: ParameterId,
    /// Its canonical URL.
    pub url: String,
    /// What is wrong with its expression, or that of a component.
    pub error: Error,
}

/// A kind of element that a path leads to.
#[derive(Debug)]
struct Place {
    /// Steps from the root.
    depth: u8,
    /// The JSON members to follow, by the length of their names.
    members: Members,
    /// Programs that decide whether an element is also at another place.
    filters: Box<[(ProgramId, PlaceId)]>,
    /// Who wants the elements here.
    wanted: Box<[Wanted]>,
    /// Who wants what a program computes from each.
    computed: Box<[(Wanted, ProgramId)]>,
    /// Composites that a program finds.
    composites: Box<[Composite]>,
}

/// A composite whose elements are computed.
#[derive(Debug)]
struct Composite {
    parameter: ParameterId,
    instances: ProgramId,
    /// Run on each instance, in order.
    components: Box<[ProgramId]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PlaceId(u16);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ProgramId(u16);

/// Whose value something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wanted {
    parameter: ParameterId,
    /// The component's index, and the depth of the place whose element is the instance.
    component: Option<(u8, u8)>,
}

/// Names and where they lead, found by length first.
#[derive(Debug, Default)]
struct Members {
    rows: Box<[MemberRow]>,
    /// For each length from 0 on, where its rows start; one more for the end.
    starts: Box<[u16]>,
}

#[derive(Debug)]
struct MemberRow {
    json: Box<str>,
    /// The member that holds a primitive's id and extensions.
    extra: Option<Box<str>>,
    child: Child,
    place: PlaceId,
}

impl ExtractionPlan {
    /// Compiles search parameters for resources of one type, in the
    /// [dialect of R4](Dialect::R4) and within the compiler's limits. A parameter without an
    /// expression has no values and is passed over.
    pub fn new<'p>(
        compiler: &Compiler,
        resource: TypeId,
        parameters: impl IntoIterator<Item = &'p SearchParameter>,
    ) -> Result<Self, ParameterError> {
        let compiler = compiler.clone().dialect(Dialect::R4);
        let mut build = build::Build::new(&compiler, resource);
        for parameter in parameters {
            let url = parameter.url.to_string();
            build.add(parameter).map_err(|error| ParameterError { parameter: parameter.id, url, error })?;
        }
        Ok(build.finish())
    }

    /// The resource type that the plan is for.
    pub fn resource(&self) -> TypeId {
        self.resource
    }

    /// Gives every value of every parameter to `sink`.
    ///
    /// `resource` is of the plan's type. Values come in the order of the document, with these exceptions: what had to be
    /// computed comes when its starting point does, and a value that a parameter's expression reaches on several ways
    /// comes as often. Equal values are not made one. The limits hold for the whole walk; after an error what `sink` has
    /// is incomplete.
    pub fn extract<'a>(
        &'a self,
        resource: Element<'a>,
        environment: &Environment<'a>,
        sink: &mut impl FnMut(Extracted<'a>),
    ) -> Result<(), Error> {
        walk::Walk::new(self, resource, environment, sink).run(resource)
    }
}

impl Members {
    fn new(mut rows: Vec<MemberRow>) -> Self {
        rows.sort_by(|left, right| (left.json.len(), &left.json).cmp(&(right.json.len(), &right.json)));
        let longest = rows.last().map_or(0, |row| row.json.len());
        let start = |length| rows.partition_point(|row| row.json.len() < length) as u16;
        let starts = (0..=longest + 1).map(start).collect();
        Self { rows: rows.into(), starts }
    }

    fn find(&self, name: &str) -> Option<&MemberRow> {
        let [start, end] = *self.starts.get(name.len()..name.len() + 2)? else { return None };
        self.rows[usize::from(start)..usize::from(end)].iter().find(|row| *row.json == *name)
    }
}
