//! One place that knows the definitions, and how to read resources and queries by them.

use std::sync::{Arc, OnceLock};

use fornax_definitions::{Definitions, ParameterId, SearchKind, SearchParameter, Type, TypeId};
use fornax_fhirpath::{Compiler, ExtractionPlan};
use fornax_model::Node;
use fornax_postings::{Clause, Field, Link, Order, Ranking, Rid, RidSet, Seq};
use fornax_query::{Query, Types};

use crate::clause::{Writing, link};
use crate::collect::{Reading, collect};
use crate::error::IndexError;
use crate::limits::Limits;
use crate::matches::Evaluation;
use crate::order::order;
use crate::plan::TypePlan;
use crate::shape::Shapes;
use crate::term::contained_kind;
use crate::texts::TextKinds;
use crate::values::SearchValues;
use crate::zone::TimeZone;

/// Raised whenever the same definitions would give other terms or columns.
const LAYOUT: u32 = 7;

/// A type's plan, or why it has none.
type PlanCell = OnceLock<Result<Arc<TypePlan>, IndexError>>;

/// Reads resources and queries by the search parameters of some definitions. Shared by threads; a type's parameters are compiled
/// when it first comes.
#[derive(Debug)]
pub struct Indexer {
    definitions: Definitions,
    ground: Arc<Ground>,
    /// In which dates and times are read that name none.
    zone: Arc<TimeZone>,
    /// By the type's number.
    plans: Box<[Arc<PlanCell>]>,
}

/// What does not depend on search parameters.
#[derive(Debug)]
struct Ground {
    compiler: Compiler,
    shapes: Shapes,
    text_kinds: TextKinds,
    limits: Limits,
}

/// Knows resources by their rids, as of the commit that is searched.
pub trait Resources {
    /// The rid of a resource that was ever mentioned.
    fn rid(&self, resource: TypeId, id: &str) -> Option<Rid>;
    /// The commit of its newest version, a deletion included; `None`: there is none yet.
    fn newest(&self, rid: Rid) -> Option<Seq>;
    /// Its type.
    fn resource(&self, rid: Rid) -> Option<TypeId>;
    /// The resource, and all that its hierarchy puts above or below it.
    fn kin(&self, rid: Rid, kin: Kin) -> Vec<Rid>;
    /// The patients that a group has as members; it is asked for again and again.
    fn members(&self, group: Rid) -> Arc<RidSet>;
}

/// Where in a hierarchy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kin {
    /// What a resource is part of, and so on.
    Above,
    /// What is part of a resource, and so on.
    Below,
}

/// What a clause depends on beside the query.
#[derive(Clone, Copy)]
pub struct ClauseContext<'a> {
    /// Who knows rids.
    pub resources: &'a dyn Resources,
    /// The time, in microseconds since 1970 began: dates that are searched for about are measured from it.
    pub now_us: i64,
}

/// What a match depends on beside the query and the values.
#[derive(Clone, Copy, Debug)]
pub struct MatchContext {
    /// When the resource's version was written, in microseconds since 1970 began.
    pub last_updated_us: i64,
    /// The time, as in [`ClauseContext::now_us`].
    pub now_us: i64,
}

impl Indexer {
    /// An indexer with default limits. Compiles nothing yet.
    pub fn new(definitions: &'static Definitions) -> Self {
        Self::with_limits(definitions, Limits::default())
    }

    /// An indexer within these limits.
    pub fn with_limits(definitions: &'static Definitions, limits: Limits) -> Self {
        let (compiler, shapes) = (Compiler::new(definitions), Shapes::new(definitions));
        Self {
            definitions: definitions.clone(),
            ground: Arc::new(Ground { compiler, shapes, text_kinds: TextKinds::new(definitions), limits }),
            zone: Arc::new(TimeZone::utc()),
            plans: definitions.types().iter().map(|_| Arc::default()).collect(),
        }
    }

    /// One with these search parameters, and no other ones, added to the release's. What it compiled of types that they are not
    /// for is shared.
    #[must_use]
    pub fn with_parameters(&self, added: Vec<SearchParameter>) -> Self {
        let bases: Vec<TypeId> = added.iter().flat_map(|one| one.base.iter().copied()).collect();
        let released = |of: &Type| !bases.iter().any(|&base| self.definitions.is_a(of.id, base));
        let plan = |(of, plan): (&Type, &Arc<PlanCell>)| {
            if released(of) { Arc::clone(plan) } else { Arc::default() }
        };
        Self {
            plans: self.definitions.types().iter().zip(&self.plans).map(plan).collect(),
            definitions: self.definitions.with_parameters(added),
            ground: Arc::clone(&self.ground),
            zone: Arc::clone(&self.zone),
        }
    }

    /// One that reads dates and times without a zone in this one, not in UTC. What it compiled is shared.
    #[must_use]
    pub fn in_zone(&self, zone: TimeZone) -> Self {
        Self {
            definitions: self.definitions.clone(),
            ground: Arc::clone(&self.ground),
            zone: Arc::new(zone),
            plans: self.plans.clone(),
        }
    }

    /// In which dates and times are read that name none.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Whether the values of a search parameter can be found on all of its types.
    ///
    /// # Errors
    /// The first type on which its expression, or that of a component, does not compile, and what is wrong.
    pub fn check(&self, parameter: &SearchParameter) -> Result<(), (TypeId, String)> {
        let is_for = |of: &&Type| parameter.base.iter().any(|&base| self.definitions.is_a(of.id, base));
        self.definitions.resource_types().filter(is_for).try_for_each(|of| {
            let plan = ExtractionPlan::new(&self.ground.compiler, of.id, [parameter]);
            plan.map(drop).map_err(|failed| (of.id, failed.error.to_string()))
        })
    }

    /// What resources and queries are read by.
    pub fn definitions(&self) -> &Definitions {
        &self.definitions
    }

    /// What identifies the form of the documents, added search parameters aside: an index made under another one must be made
    /// anew.
    pub fn layout(&self) -> Vec<u8> {
        let mut layout = LAYOUT.to_be_bytes().to_vec();
        layout.extend(self.definitions.fingerprint().to_be_bytes());
        // An index of days in UTC is what it was before there were others.
        if !self.zone.is_utc() {
            layout.extend(self.zone.hash().to_be_bytes());
        }
        layout
    }

    /// All search values of a resource of that type, whose body is `root`.
    pub fn extract(&self, resource: TypeId, root: Node<'_>) -> Result<SearchValues, IndexError> {
        let (definitions, Ground { shapes, text_kinds, limits, .. }) = (&self.definitions, &*self.ground);
        let reading = Reading { definitions, shapes, text_kinds, limits, zone: &self.zone };
        collect(reading, self.plan(resource)?, root)
    }

    /// Whether these values are what the search parameters of this indexer select.
    pub fn is_of(&self, values: &SearchValues) -> bool {
        self.plan(values.plan.resource).is_ok_and(|plan| Arc::ptr_eq(plan, &values.plan))
    }

    /// The clauses that all must hold for a query's types and conditions, each with the name of the parameter that says so, as
    /// the client wrote it.
    pub fn clauses(
        &self,
        query: &Query,
        context: &ClauseContext<'_>,
    ) -> Result<Vec<(String, Clause)>, IndexError> {
        Writing { indexer: self, definitions: &self.definitions, context }.query(query)
    }

    /// Every resource of a type.
    pub fn of_type(&self, resource: TypeId) -> Clause {
        Clause::term(Field::Kind, self.definitions.type_of(resource).name.as_bytes())
    }

    /// Every resource, of whatever type, that contains one of these types.
    pub fn containing(&self, types: &Types) -> Clause {
        let contains =
            |of: TypeId| Clause::term(Field::Kind, &contained_kind(self.definitions.type_of(of).name));
        Clause::Or(types.list(&self.definitions).into_iter().map(contains).collect())
    }

    /// How resources of a type name others, by one parameter or by all; without a type, resources of every type.
    pub fn links(&self, resource: Option<TypeId>, parameter: Option<ParameterId>) -> Vec<Link> {
        let mut found: Vec<&SearchParameter> = match resource {
            Some(resource) => self.definitions.parameters(resource).collect(),
            None => self.definitions.all_parameters().collect(),
        };
        found.retain(|found| found.kind == SearchKind::Reference && !found.is_example);
        found.retain(|found| parameter.is_none_or(|parameter| found.id == parameter));
        found.into_iter().filter_map(|found| link(found, &self.definitions)).collect()
    }

    /// How resources of a type name what they are part of; `None`: they are not part of each other.
    pub fn part_of(&self, resource: TypeId) -> Option<Link> {
        link(fornax_query::part_of(&self.definitions, resource)?, &self.definitions)
    }

    /// The order that a query asks for; what has no value comes last. Numbers compare by their first 17 digits, whatever their
    /// units; references by type and then by when their target was first mentioned; texts as `columns` says.
    /// By score where there is a ranking.
    pub fn order(&self, query: &Query, ranking: Option<&Arc<Ranking>>) -> Order {
        order(&self.definitions, query, ranking)
    }

    /// Whether a resource matches a query. The same answer as the clause's on the document of these values.
    ///
    /// # Errors
    /// [`IndexError::Join`] where other resources would decide.
    pub fn matches(
        &self,
        query: &Query,
        values: &SearchValues,
        context: &MatchContext,
    ) -> Result<bool, IndexError> {
        Evaluation { definitions: &self.definitions, values, context, zone: &self.zone }.query(query)
    }

    pub(crate) fn plan(&self, resource: TypeId) -> Result<&Arc<TypePlan>, IndexError> {
        let new = || TypePlan::new(&self.ground.compiler, &self.definitions, resource).map(Arc::new);
        self.plans[resource.index()].get_or_init(new).as_ref().map_err(Clone::clone)
    }
}
