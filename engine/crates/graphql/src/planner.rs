//! Operation to plan: everything that can be refused is refused here, before anything is read.

use std::collections::HashMap;
use std::rc::Rc;

use fornax_definitions::{Definitions, TypeId};

use crate::arguments::Arguments;
use crate::ast::{self, Executable};
use crate::directives::{self, Layout, Slice};
use crate::expressions::Expressions;
use crate::limits::Limits;
use crate::meta;
use crate::plan::{
    ConnectionField, EdgeField, Field, FieldKind, Filter, Resolve, SearchForm, Selection, Variant,
};
use crate::problem::Problem;
use crate::scope::{self, Meaning, Scope, meaning};
use crate::search_query::{self, Standing};
use crate::type_names;
use crate::variables::Variables;

type Planned<T> = Result<T, Problem<'static>>;

/// What a plan is made from.
pub(crate) struct Planner<'a> {
    pub definitions: &'a Definitions,
    pub limits: &'a Limits,
    pub executable: &'a Executable,
    pub variables: &'a Variables,
    pub expressions: &'a mut Expressions,
    /// All types that resources can be of.
    pub resources: Rc<[TypeId]>,
    /// Fields planned so far.
    pub fields: usize,
}

/// Selections that are asked of one value, with the type that it must have for them to count.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub selections: &'a [ast::Selection],
    pub on: Option<TypeId>,
}

/// All fields of one name in the answer: they must agree, and what they select is put together.
struct Group<'a> {
    first: &'a ast::Field,
    arguments: Arguments,
    layout: Layout,
    /// Of `resource`: the type that each of them wants.
    wanted: Vec<Option<TypeId>>,
    asked: Vec<Asked<'a>>,
}

/// One pass over the selections for one set of types.
struct Gathering<'a, 's> {
    scope: &'s Scope,
    /// Those of the scope's types that the pass is for.
    types: &'s [TypeId],
    places: HashMap<&'a str, usize>,
    groups: Vec<Group<'a>>,
    spread: Vec<&'a str>,
}

impl<'a> Planner<'a> {
    /// Plans what is asked of a value within the scope.
    pub fn selection(&mut self, scope: &Scope, asked: &[Asked<'a>], depth: usize) -> Planned<Selection> {
        if depth > self.limits.depth_max {
            let at = asked.first().and_then(|one| one.selections.first()).map(position);
            return Err(Problem::too_costly(at, "levels of fields", self.limits.depth_max as u64));
        }
        let mut variants = Vec::new();
        for types in self.partition(scope, asked)? {
            variants.push(Variant { fields: self.fields(scope, &types, (asked, depth))?, types });
        }
        Ok(Selection { variants })
    }

    /// The scope's types, apart where a condition tells them apart.
    fn partition(&self, scope: &Scope, asked: &[Asked<'a>]) -> Planned<Vec<Rc<[TypeId]>>> {
        let types = match scope {
            Scope::Types(types) if types.len() > 1 => types,
            Scope::Types(types) => return Ok(vec![Rc::clone(types)]),
            _ => return Ok(vec![Rc::from([])]),
        };
        let mut conditions = Vec::new();
        let mut spread = Vec::new();
        for one in asked {
            conditions.extend(one.on);
            self.conditions(one.selections, &mut conditions, &mut spread)?;
        }
        conditions.sort_unstable();
        conditions.dedup();
        let mut parts: Vec<(Vec<bool>, Vec<TypeId>)> = Vec::new();
        for &of in types.iter() {
            let key: Vec<bool> = conditions.iter().map(|&on| self.definitions.is_a(of, on)).collect();
            match parts.iter_mut().find(|part| part.0 == key) {
                Some(part) => part.1.push(of),
                None => parts.push((key, vec![of])),
            }
        }
        Ok(parts.into_iter().map(|(_, types)| types.into()).collect())
    }

    fn conditions(
        &self,
        selections: &'a [ast::Selection],
        found: &mut Vec<TypeId>,
        spread: &mut Vec<&'a str>,
    ) -> Planned<()> {
        for selection in selections {
            match selection {
                ast::Selection::Field(_) => {}
                ast::Selection::Inline(inline) => {
                    if let Some(on) = &inline.on {
                        found.push(self.condition(on, inline.at)?);
                    }
                    self.conditions(&inline.selections, found, spread)?;
                }
                ast::Selection::Spread(one) => {
                    if let Some(fragment) = self.executable.fragments.get(&one.name)
                        && !spread.contains(&one.name.as_str())
                    {
                        spread.push(&one.name);
                        found.push(self.condition(&fragment.on, fragment.at)?);
                        self.conditions(&fragment.selections, found, spread)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn condition(&self, name: &str, at: u32) -> Planned<TypeId> {
        let found = type_names::named(self.definitions, name);
        found.map(|of| of.id).ok_or_else(|| Problem::invalid(at, format!("there is no type `{name}`")))
    }

    fn fields(
        &mut self,
        scope: &Scope,
        types: &Rc<[TypeId]>,
        (asked, depth): (&[Asked<'a>], usize),
    ) -> Planned<Vec<Field>> {
        let mut gathering =
            Gathering { scope, types, places: HashMap::new(), groups: Vec::new(), spread: Vec::new() };
        for one in asked {
            let counts = one.on.is_none_or(|on| types.iter().all(|&of| self.definitions.is_a(of, on)));
            if counts {
                self.gather(one.selections, scope, &mut gathering)?;
            }
        }
        let groups = gathering.groups;
        groups.into_iter().map(|group| self.field(scope, types, group, depth)).collect()
    }

    /// Opens fragments. `standing` is the scope as the conditions around have narrowed it.
    fn gather(
        &mut self,
        selections: &'a [ast::Selection],
        standing: &Scope,
        into: &mut Gathering<'a, '_>,
    ) -> Planned<()> {
        for selection in selections {
            match selection {
                ast::Selection::Field(field) => self.gather_field(field, standing, into)?,
                ast::Selection::Inline(inline) => {
                    if !directives::of_fragment(&inline.directives, self.variables)? {
                        continue;
                    }
                    let narrowed = match &inline.on {
                        Some(on) => self.narrowed(on, inline.at, standing, into)?,
                        None => Some(standing.clone()),
                    };
                    if let Some(narrowed) = narrowed {
                        self.gather(&inline.selections, &narrowed, into)?;
                    }
                }
                ast::Selection::Spread(spread) => {
                    let Some(fragment) = self.executable.fragments.get(&spread.name) else { continue };
                    let counts = directives::of_fragment(&spread.directives, self.variables)?
                        && directives::of_fragment(&fragment.directives, self.variables)?;
                    if !counts || into.spread.contains(&spread.name.as_str()) {
                        continue;
                    }
                    into.spread.push(&spread.name);
                    if let Some(narrowed) = self.narrowed(&fragment.on, spread.at, standing, into)? {
                        self.gather(&fragment.selections, &narrowed, into)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The scope under a condition; `None` where the pass is not for its types.
    fn narrowed(
        &self,
        on: &str,
        at: u32,
        standing: &Scope,
        into: &Gathering<'a, '_>,
    ) -> Planned<Option<Scope>> {
        let Scope::Types(types) = standing else {
            if standing.name(self.definitions) == on {
                return Ok(Some(standing.clone()));
            }
            let message = format!("`{}` is never a `{on}`", standing.name(self.definitions));
            return Err(Problem::invalid(at, message));
        };
        let condition = self.condition(on, at)?;
        let is_met = |of: &TypeId| self.definitions.is_a(*of, condition);
        let met: Rc<[TypeId]> = types.iter().copied().filter(is_met).collect();
        if met.is_empty() {
            let message = format!("`{}` is never a `{on}`", standing.name(self.definitions));
            return Err(Problem::invalid(at, message));
        }
        Ok(into.types.iter().all(is_met).then_some(Scope::Types(met)))
    }

    fn gather_field(
        &mut self,
        field: &'a ast::Field,
        standing: &Scope,
        into: &mut Gathering<'a, '_>,
    ) -> Planned<()> {
        self.fields += 1;
        if self.fields > self.limits.fields_max {
            let max = self.limits.fields_max as u64;
            return Err(Problem::too_costly(Some(field.at), "fields, fragments opened", max));
        }
        let directed = directives::of_field(&field.directives, self.variables)?;
        if !directed.is_included {
            return Ok(());
        }
        self.check_known(field, standing)?;
        let mut arguments = Arguments::of(&field.arguments, self.variables)?;
        let wanted = self.wanted_type(field, into.scope, &mut arguments)?;
        let asked = Asked { selections: &field.selections, on: wanted };
        let Some(&place) = into.places.get(field.key()) else {
            into.places.insert(field.key(), into.groups.len());
            let (layout, wanted, asked) = (directed.layout, vec![wanted], vec![asked]);
            into.groups.push(Group { first: field, arguments, layout, wanted, asked });
            return Ok(());
        };
        let group = &mut into.groups[place];
        let agrees = group.first.name == field.name
            && group.arguments == arguments
            && group.layout == directed.layout
            && group.first.selections.is_empty() == field.selections.is_empty();
        if !agrees {
            let message = format!("two different fields are called `{}`: give one an alias", field.key());
            return Err(Problem::invalid(field.at, message));
        }
        group.wanted.push(wanted);
        group.asked.push(asked);
        Ok(())
    }

    /// Whether any type of the place has the field, even if none has that the pass is for.
    fn check_known(&self, field: &ast::Field, standing: &Scope) -> Planned<()> {
        let Scope::Types(types) = standing else { return Ok(()) };
        if meaning(self.definitions, types, &field.name).is_none() && !is_schema_field(&field.name) {
            return Err(self.unknown(field, standing));
        }
        Ok(())
    }

    fn unknown(&self, field: &ast::Field, scope: &Scope) -> Problem<'static> {
        let message = format!("`{}` has no field `{}`", scope.name(self.definitions), field.name);
        Problem::invalid(field.at, message)
    }

    /// `resource(type: Patient)`: the type, taken out, so that several of them can share a name.
    fn wanted_type(
        &self,
        field: &ast::Field,
        scope: &Scope,
        arguments: &mut Arguments,
    ) -> Planned<Option<TypeId>> {
        let Scope::Types(types) = scope else { return Ok(None) };
        let is_reference = types.iter().any(|&of| scope::is_reference(self.definitions, of));
        if field.name != "resource" || !is_reference {
            return Ok(None);
        }
        let Some(given) = arguments.take("type") else { return Ok(None) };
        let at = given.at;
        let name = given.text()?;
        let found = type_names::resource_named(self.definitions, &name);
        let unknown = || Problem::invalid(at, format!("there is no resource type `{name}`"));
        found.map(|of| Some(of.id)).ok_or_else(unknown)
    }

    fn field(&mut self, scope: &Scope, types: &[TypeId], group: Group<'a>, depth: usize) -> Planned<Field> {
        let (first, layout) = (group.first, group.layout.clone());
        let (kind, selection) = self.kind(scope, types, group, depth)?;
        if let Some(Slice::Expression(expression)) = &layout.slice {
            self.expressions.check(expression).map_err(|error| Problem::invalid(first.at, error))?;
        }
        if layout.is_flat && selection.is_none() && !matches!(kind, FieldKind::Absent) {
            let message = format!("`{}` holds nothing that could take its place", first.name);
            return Err(Problem::invalid(first.at, message));
        }
        let (at, key, name) = (first.at, first.key().to_owned(), first.name.clone());
        Ok(Field { at, key, name, kind, layout, selection })
    }

    fn kind(
        &mut self,
        scope: &Scope,
        types: &[TypeId],
        group: Group<'a>,
        depth: usize,
    ) -> Planned<(FieldKind, Option<Selection>)> {
        let first = group.first;
        if first.name == "__typename" {
            return self.leaf(group, FieldKind::TypeName);
        }
        match scope {
            Scope::Types(_) => self.typed(types, group, depth),
            Scope::Query => self.root(group, depth),
            Scope::Connection(of) => {
                let found = ConnectionField::ALL.iter().find(|row| row.0 == first.name);
                match found.ok_or_else(|| self.unknown(first, scope))?.1 {
                    edges @ ConnectionField::Edges => {
                        self.node(group, FieldKind::Connection(edges), &Scope::Edge(*of), depth)
                    }
                    other => self.leaf(group, FieldKind::Connection(other)),
                }
            }
            Scope::Edge(of) => {
                let found = EdgeField::ALL.iter().find(|row| row.0 == first.name);
                match found.ok_or_else(|| self.unknown(first, scope))?.1 {
                    resource @ EdgeField::Resource => {
                        let inner = Scope::Types(Rc::from([*of]));
                        self.node(group, FieldKind::Edge(resource), &inner, depth)
                    }
                    other => self.leaf(group, FieldKind::Edge(other)),
                }
            }
            Scope::Meta(kind) => {
                let found = meta::member(*kind, &first.name).ok_or_else(|| self.unknown(first, scope))?;
                let mut group = group;
                if found.has_deprecation {
                    group.arguments.take("includeDeprecated");
                }
                match found.yields {
                    Some(inner) => self.node(group, FieldKind::Meta(found.field), &Scope::Meta(inner), depth),
                    None => self.leaf(group, FieldKind::Meta(found.field)),
                }
            }
        }
    }

    /// A field of a FHIR type.
    fn typed(
        &mut self,
        types: &[TypeId],
        mut group: Group<'a>,
        depth: usize,
    ) -> Planned<(FieldKind, Option<Selection>)> {
        let first = group.first;
        if depth == 1 && is_schema_field(&first.name) {
            return self.schema(group, depth);
        }
        match meaning(self.definitions, types, &first.name) {
            None if is_schema_field(&first.name) => {
                Err(self.unknown(first, &Scope::Types(types.to_vec().into())))
            }
            None => Ok((FieldKind::Absent, None)),
            Some(Meaning::TypeName) => self.leaf(group, FieldKind::TypeName),
            Some(Meaning::ResourceType) => self.leaf(group, FieldKind::ResourceType),
            Some(Meaning::Extra) => {
                let element = self.condition(type_names::ELEMENT, first.at)?;
                self.node(group, FieldKind::Extra, &Scope::Types(Rc::from([element])), depth)
            }
            Some(Meaning::Resource) => self.resource(group, depth),
            Some(Meaning::Search(form, resource)) => {
                let arguments = std::mem::take(&mut group.arguments);
                let standing = Standing::Within(types);
                let search = search_query::search(
                    (form, resource),
                    (arguments, first.at),
                    standing,
                    self.definitions,
                )?;
                self.search(group, search, depth)
            }
            Some(Meaning::Element(declared)) => self.element(types, &declared, group, depth),
        }
    }

    fn element(
        &mut self,
        types: &[TypeId],
        declared: &[TypeId],
        mut group: Group<'a>,
        depth: usize,
    ) -> Planned<(FieldKind, Option<Selection>)> {
        let (definitions, first) = (self.definitions, group.first);
        let wants_leaf = first.selections.is_empty();
        let fitting: Vec<TypeId> = declared
            .iter()
            .filter(|&&of| type_names::is_leaf(definitions, of) == wants_leaf)
            .flat_map(|&of| scope::instances(definitions, of, &self.resources))
            .collect();
        if fitting.is_empty() {
            let (name, holds) = (&first.name, if wants_leaf { "fields: select some" } else { "no fields" });
            return Err(Problem::invalid(first.at, format!("`{name}` has {holds}")));
        }
        if wants_leaf {
            return self.leaf(group, FieldKind::Element(Filter::default()));
        }
        let arguments = std::mem::take(&mut group.arguments);
        let filter = self.filter(arguments, (&first.name, types), &fitting)?;
        self.node(group, FieldKind::Element(filter), &Scope::Types(fitting.into()), depth)
    }

    fn filter(
        &mut self,
        mut arguments: Arguments,
        (name, parents): (&str, &[TypeId]),
        types: &[TypeId],
    ) -> Planned<Filter> {
        let mut filter = Filter::default();
        if let Some(given) = arguments.take("_offset") {
            filter.offset = given.count()?;
        }
        if let Some(given) = arguments.take("_count") {
            filter.count = Some(given.count()?);
        }
        if let Some(given) = arguments.take("fhirpath") {
            let at = given.at;
            let expression = given.text()?;
            let checked = match parents {
                [parent] => self.expressions.check_filter(name, &expression, *parent),
                _ => self.expressions.check(&expression),
            };
            checked.map_err(|error| Problem::invalid(at, error))?;
            filter.fhirpath = Some(expression);
        }
        for given in arguments.rest() {
            let is_scalar = |&of: &TypeId| {
                let child = self.definitions.child(of, &given.name);
                child.is_some_and(|child| type_names::is_leaf(self.definitions, child.value.type_id))
            };
            if !types.iter().any(is_scalar) {
                let message = format!("`{name}` has no argument `{}`", given.name);
                return Err(Problem::invalid(given.at, message));
            }
            given.texts()?;
            filter.equals.push((given.name, given.value));
        }
        Ok(filter)
    }

    fn resource(&mut self, mut group: Group<'a>, depth: usize) -> Planned<(FieldKind, Option<Selection>)> {
        let is_optional = match group.arguments.take("optional") {
            Some(given) => given.boolean()?,
            None => false,
        };
        let only: Option<Vec<TypeId>> = group.wanted.iter().copied().collect();
        let types = match &only {
            Some(only) => only.iter().copied().collect(),
            None => Rc::clone(&self.resources),
        };
        let kind = FieldKind::Resource(Resolve { is_optional, only });
        self.node(group, kind, &Scope::Types(types), depth)
    }

    /// A field at the root of the system.
    fn root(&mut self, mut group: Group<'a>, depth: usize) -> Planned<(FieldKind, Option<Selection>)> {
        let first = group.first;
        if is_schema_field(&first.name) {
            return self.schema(group, depth);
        }
        if let Some(found) = type_names::resource_named(self.definitions, &first.name) {
            let missing = || Problem::invalid(first.at, format!("`{}` needs its argument `id`", first.name));
            let given = group.arguments.take("id").or_else(|| group.arguments.take("_id"));
            let id = given.ok_or_else(missing)?.text()?;
            return self.node(group, FieldKind::Read(id), &Scope::Types(Rc::from([found.id])), depth);
        }
        let Some(searched) = scope::search_named(self.definitions, &first.name) else {
            return Err(self.unknown(first, &Scope::Query));
        };
        let arguments = std::mem::take(&mut group.arguments);
        let search = search_query::search(searched, (arguments, first.at), Standing::Root, self.definitions)?;
        self.search(group, search, depth)
    }

    fn search(
        &mut self,
        group: Group<'a>,
        search: crate::plan::Search,
        depth: usize,
    ) -> Planned<(FieldKind, Option<Selection>)> {
        if let Some(expression) = &search.fhirpath {
            let checked = self.expressions.check_condition(expression, search.resource);
            checked.map_err(|error| Problem::invalid(group.first.at, error))?;
        }
        let inner = match search.form {
            SearchForm::List => Scope::Types(Rc::from([search.resource])),
            SearchForm::Connection => Scope::Connection(search.resource),
        };
        self.node(group, FieldKind::Search(Box::new(search)), &inner, depth)
    }

    /// `__schema` and `__type`.
    fn schema(&mut self, mut group: Group<'a>, depth: usize) -> Planned<(FieldKind, Option<Selection>)> {
        let first = group.first;
        if first.name == "__schema" {
            let (field, inner) = meta::schema();
            return self.node(group, FieldKind::Meta(field), &Scope::Meta(inner), depth);
        }
        let missing = || Problem::invalid(first.at, "`__type` needs its argument `name`");
        let name = group.arguments.take("name").ok_or_else(missing)?.text()?;
        let (field, inner) = meta::type_named(name);
        self.node(group, FieldKind::Meta(field), &Scope::Meta(inner), depth)
    }

    fn leaf(&self, group: Group<'a>, kind: FieldKind) -> Planned<(FieldKind, Option<Selection>)> {
        let first = group.first;
        if !first.selections.is_empty() {
            return Err(Problem::invalid(first.at, format!("`{}` has no fields", first.name)));
        }
        group.arguments.finish(&first.name)?;
        Ok((kind, None))
    }

    fn node(
        &mut self,
        group: Group<'a>,
        kind: FieldKind,
        inner: &Scope,
        depth: usize,
    ) -> Planned<(FieldKind, Option<Selection>)> {
        let first = group.first;
        if first.selections.is_empty() {
            return Err(Problem::invalid(first.at, format!("`{}` has fields: select some", first.name)));
        }
        group.arguments.finish(&first.name)?;
        Ok((kind, Some(self.selection(inner, &group.asked, depth + 1)?)))
    }
}

fn is_schema_field(name: &str) -> bool {
    matches!(name, "__schema" | "__type")
}

fn position(selection: &ast::Selection) -> u32 {
    match selection {
        ast::Selection::Field(field) => field.at,
        ast::Selection::Spread(spread) => spread.at,
        ast::Selection::Inline(inline) => inline.at,
    }
}
