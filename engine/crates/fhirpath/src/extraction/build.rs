//! Expressions to a tree of places.

use std::sync::Arc;

use fornax_definitions::{SearchParameter, TypeId};

use super::path::{Step, alternatives, steps};
use super::{Composite, ExtractionPlan, MemberRow, Members, Place, PlaceId, ProgramId, Wanted};
use crate::ast::{Expression, TypeName};
use crate::compiler::Compiler;
use crate::error::Error;
use crate::limits::Limit;
use crate::parser::parse;
use crate::program::Program;
use crate::schema::{Child, Row};
use crate::types::TypeOf;

/// A plan in the making.
pub(super) struct Build<'c> {
    compiler: &'c Compiler,
    resource: TypeId,
    drafts: Vec<Draft>,
    programs: Vec<Program>,
}

/// A place in the making.
struct Draft {
    type_id: TypeId,
    depth: u8,
    members: Vec<(Row, usize)>,
    filters: Vec<(Expression, ProgramId, usize)>,
    wanted: Vec<Wanted>,
    computed: Vec<(Wanted, ProgramId)>,
    composites: Vec<Composite>,
}

impl Draft {
    fn new(type_id: TypeId, depth: u8) -> Self {
        Self {
            type_id,
            depth,
            members: Vec::new(),
            filters: Vec::new(),
            wanted: Vec::new(),
            computed: Vec::new(),
            composites: Vec::new(),
        }
    }

    fn is_asked_for(&self) -> bool {
        !self.wanted.is_empty() || !self.computed.is_empty() || !self.composites.is_empty()
    }

    fn children(&self) -> impl Iterator<Item = usize> {
        let members = self.members.iter().map(|(_, child)| *child);
        members.chain(self.filters.iter().map(|(_, _, child)| *child))
    }
}

const ROOT: usize = 0;

impl<'c> Build<'c> {
    pub fn new(compiler: &'c Compiler, resource: TypeId) -> Self {
        let focus = Program::focus(Arc::clone(&compiler.schema), compiler.limits);
        Self { compiler, resource, drafts: vec![Draft::new(resource, 0)], programs: vec![focus] }
    }

    pub fn add(&mut self, parameter: &SearchParameter) -> Result<(), Error> {
        let Some(expression) = &parameter.expression else { return Ok(()) };
        let tree = parse(expression, &self.compiler.limits)?;
        // The names are all checked, those of other types' alternatives too.
        self.compiler.compile_tree(&tree, Some(self.resource))?;
        for alternative in alternatives(&tree) {
            let found = self.places(ROOT, alternative)?;
            if parameter.components.is_empty() {
                self.want(Wanted { parameter: parameter.id, component: None }, alternative, (ROOT, found))?;
            } else {
                self.add_composite(parameter, alternative, found)?;
            }
        }
        Ok(())
    }

    /// Has the values of one alternative delivered: from its places, or computed where it starts.
    fn want(
        &mut self,
        wanted: Wanted,
        alternative: &Expression,
        (start, places): (usize, Option<Vec<usize>>),
    ) -> Result<(), Error> {
        match places {
            Some(places) => {
                for place in places {
                    let draft = &mut self.drafts[place];
                    if !draft.wanted.contains(&wanted) {
                        draft.wanted.push(wanted);
                    }
                }
            }
            None => {
                let program = self.program(alternative, Some(self.drafts[start].type_id))?;
                self.drafts[start].computed.push((wanted, program));
            }
        }
        Ok(())
    }

    fn add_composite(
        &mut self,
        parameter: &SearchParameter,
        alternative: &Expression,
        found: Option<Vec<usize>>,
    ) -> Result<(), Error> {
        let mut trees = Vec::with_capacity(parameter.components.len());
        for component in &parameter.components {
            trees.push(parse(&component.expression, &self.compiler.limits)?);
        }
        let Some(places) = found else {
            let instances = self.program(alternative, Some(self.resource))?;
            let components: Result<_, _> = trees.iter().map(|tree| self.program(tree, None)).collect();
            let composite = Composite { parameter: parameter.id, instances, components: components? };
            self.drafts[ROOT].composites.push(composite);
            return Ok(());
        };
        for place in places {
            let depth = self.drafts[place].depth;
            for (index, tree) in trees.iter().enumerate() {
                self.compiler.compile_tree(tree, Some(self.drafts[place].type_id))?;
                let index = u8::try_from(index).map_err(|_| too_large(tree.at))?;
                let wanted = Wanted { parameter: parameter.id, component: Some((index, depth)) };
                for alternative in alternatives(tree) {
                    let found = self.places(place, alternative)?;
                    self.want(wanted, alternative, (place, found))?;
                }
            }
        }
        Ok(())
    }

    fn program(&mut self, tree: &Expression, focus: Option<TypeId>) -> Result<ProgramId, Error> {
        let id = u16::try_from(self.programs.len()).map_err(|_| too_large(tree.at))?;
        self.programs.push(self.compiler.compile_tree(tree, focus)?);
        Ok(ProgramId(id))
    }

    /// The places that a path from `start` leads to; `None` for what is no plain path, or goes on within a resource whose
    /// type shows at run time only.
    fn places(&mut self, start: usize, path: &Expression) -> Result<Option<Vec<usize>>, Error> {
        let Some(steps) = steps(path) else { return Ok(None) };
        let mut places = vec![start];
        for step in &steps {
            let mut next = Vec::new();
            for place in places {
                if !self.step(place, step, &mut next)? {
                    return Ok(None);
                }
            }
            places = next;
        }
        Ok(Some(places))
    }

    /// Adds where one step leads from `place`; false if that can't be said.
    fn step(&mut self, place: usize, step: &Step, next: &mut Vec<usize>) -> Result<bool, Error> {
        let type_id = self.drafts[place].type_id;
        let schema = &self.compiler.schema;
        match step {
            Step::Start(name) => {
                if schema.definitions.element_named(type_id, name).is_some() {
                    return self.step(place, &Step::Member(name.clone()), next);
                }
                let name = TypeName { model: None, name: name.clone() };
                if schema.test_named(&name).is_some_and(|test| schema.passes(TypeOf::Fhir(type_id), test)) {
                    next.push(place);
                }
            }
            Step::Member(name) => {
                let is_open = schema.definitions.type_of(type_id).is_abstract;
                if is_open {
                    return Ok(false);
                }
                for row in self.compiler.rows(type_id, name) {
                    next.push(self.member(place, row)?);
                }
            }
            Step::Where(condition) => next.push(self.filter(place, condition)?),
            Step::Type(at, name) => {
                let is_open = schema.definitions.type_of(type_id).is_abstract;
                if is_open {
                    return Ok(false);
                }
                if schema.passes(TypeOf::Fhir(type_id), self.compiler.type_test(*at, name)?) {
                    next.push(place);
                }
            }
        }
        Ok(true)
    }

    fn member(&mut self, place: usize, row: Row) -> Result<usize, Error> {
        if let Some((_, child)) = self.drafts[place].members.iter().find(|(known, _)| *known == row) {
            return Ok(*child);
        }
        let (Child::Fixed(type_id) | Child::Resource(type_id)) = row.child;
        let child = self.draft(place, type_id)?;
        self.drafts[place].members.push((row, child));
        Ok(child)
    }

    fn filter(&mut self, place: usize, condition: &Expression) -> Result<usize, Error> {
        let draft = &self.drafts[place];
        if let Some((_, _, child)) = draft.filters.iter().find(|(known, ..)| known == condition) {
            return Ok(*child);
        }
        let type_id = draft.type_id;
        let child = self.draft(place, type_id)?;
        let program = self.program(condition, Some(type_id))?;
        self.drafts[place].filters.push((condition.clone(), program, child));
        Ok(child)
    }

    fn draft(&mut self, parent: usize, type_id: TypeId) -> Result<usize, Error> {
        let depth = self.drafts[parent].depth.checked_add(1).ok_or_else(|| too_large(0))?;
        let draft = self.drafts.len();
        if draft >= usize::from(u16::MAX) {
            return Err(too_large(0));
        }
        self.drafts.push(Draft::new(type_id, depth));
        Ok(draft)
    }

    /// The plan, without places that nobody asked for in the end.
    pub fn finish(self) -> ExtractionPlan {
        let mut is_used = vec![false; self.drafts.len()];
        // Children stand behind their parents.
        for (index, draft) in self.drafts.iter().enumerate().rev() {
            is_used[index] =
                index == ROOT || draft.is_asked_for() || draft.children().any(|child| is_used[child]);
        }
        let mut numbers = Vec::with_capacity(is_used.len());
        let mut count = 0;
        for is_used in is_used {
            numbers.push(is_used.then_some(PlaceId(count)));
            count += u16::from(is_used);
        }
        let used = self.drafts.into_iter().zip(&numbers).filter(|(_, number)| number.is_some());
        let places = used.map(|(draft, _)| finished(draft, &numbers)).collect();
        ExtractionPlan { resource: self.resource, places, programs: self.programs.into() }
    }
}

fn finished(draft: Draft, numbers: &[Option<PlaceId>]) -> Place {
    let row = |(row, child): (Row, usize)| {
        let Row { json, extra, child: of, .. } = row;
        numbers[child].map(|place| MemberRow { json, extra, child: of, place })
    };
    Place {
        depth: draft.depth,
        members: Members::new(draft.members.into_iter().filter_map(row).collect()),
        filters: draft
            .filters
            .into_iter()
            .filter_map(|(_, program, child)| numbers[child].map(|place| (program, place)))
            .collect(),
        wanted: draft.wanted.into(),
        computed: draft.computed.into(),
        composites: draft.composites.into(),
    }
}

/// More places, programs or components than numbers for them.
fn too_large(at: u32) -> Error {
    Error::Limit { at, limit: Limit::Depth }
}
