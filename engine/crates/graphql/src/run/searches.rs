//! Searches: whole lists, and single pages.

use fornax_fhirpath::Element;
use fornax_model::Document;

use super::{Ran, Run, Stop, Want, Within, bound, single};
use crate::answer::{Entry, Value};
use crate::plan::{ConnectionField, EdgeField, Field, FieldKind, Search, SearchForm};
use crate::problem::{Problem, Step};
use crate::search_query::append_pair;
use crate::source::{self, Match, Page, SourceError};

impl<'p> Run<'_, 'p> {
    pub(super) fn enqueue_search(
        &mut self,
        field: &'p Field,
        search: &'p Search,
        reference: Option<String>,
    ) -> Entry<'p> {
        let is_list = search.form == SearchForm::List;
        let of = is_list.then_some(search.resource);
        Entry { field, is_list, of, value: self.enqueue(field, Want::Matches { search, reference }) }
    }

    /// What a search finds for a field.
    pub(super) fn matches(
        &mut self,
        field: &'p Field,
        search: &'p Search,
        reference: Option<&str>,
    ) -> Ran<Value<'p>> {
        let mut query = search.query.clone();
        if let (Some(parameter), Some(reference)) = (&search.reference, reference) {
            append_pair(&mut query, parameter, reference);
        }
        match search.form {
            SearchForm::List => self.list(field, search, query),
            SearchForm::Connection => self.connection(field, search, query),
        }
    }

    /// All matches, or as many as are asked for.
    fn list(&mut self, field: &'p Field, search: &'p Search, mut query: String) -> Ran<Value<'p>> {
        let limits = self.context.limits;
        let wanted = if field.layout.is_first { Some(1) } else { search.count };
        let left = limits.resources_max.saturating_sub(self.spent.resources);
        let mut page_size = limits.page_max.min(left + 1);
        if let (Some(wanted), None) = (wanted, &search.fhirpath) {
            page_size = page_size.min(wanted.saturating_add(search.offset));
        }
        append_pair(&mut query, "_count", &page_size.max(1).to_string());
        append_pair(&mut query, "_total", "none");
        let (mut values, mut names) = (Vec::new(), Vec::new());
        let (mut cursor, mut seen) = (None, 0);
        while wanted.is_none_or(|wanted| values.len() < wanted) {
            let asked = if cursor.is_some() { "" } else { &query };
            let Some(page) = self.page(field, search, asked, cursor.as_deref())? else {
                return Ok(Value::Null);
            };
            for one in page.matches.iter().filter(|one| one.mode == "match") {
                self.count_resource(&one.resource)?;
                if !self.is_taken(field, search, &one.resource)? {
                    continue;
                }
                seen += 1;
                if seen <= search.offset {
                    continue;
                }
                self.path.push(Step::Index(values.len()));
                let (value, name) = self.found(field, &one.resource, values.len())?;
                self.path.pop();
                values.push(value);
                names.extend(name);
                if Some(values.len()) == wanted {
                    break;
                }
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        if names.is_empty() {
            return Ok(Value::List(values));
        }
        Ok(Value::Sliced(names.into_iter().zip(values).collect()))
    }

    fn found(
        &mut self,
        field: &'p Field,
        resource: &Document,
        place: usize,
    ) -> Ran<(Value<'p>, Option<String>)> {
        let of = self.type_of_resource(resource.root());
        let (Some(of), Some(selection)) = (of, &field.selection) else { return Ok((Value::Null, None)) };
        let element = Element::new(resource.root(), of);
        let within = Within::of(element);
        let name = self.slice_name(field, place, element, &within)?;
        Ok((self.object(selection, element, &within)?, name))
    }

    /// Whether the search's FHIRPath condition holds.
    fn is_taken(&mut self, field: &'p Field, search: &Search, resource: &Document) -> Ran<bool> {
        let Some(expression) = &search.fhirpath else { return Ok(true) };
        let Some(of) = self.type_of_resource(resource.root()) else { return Ok(false) };
        self.count_evaluation()?;
        let element = Element::new(resource.root(), of);
        let environment = self.environment(&Within::of(element));
        match self.expressions.holds(expression, element, &environment) {
            Ok(holds) => Ok(holds),
            Err(message) => {
                self.tell(Problem::new("processing", field.at, message));
                Ok(false)
            }
        }
    }

    /// Asks the source; `None` if it refuses, which is told.
    fn page(
        &mut self,
        field: &'p Field,
        search: &Search,
        query: &str,
        cursor: Option<&str>,
    ) -> Ran<Option<Page>> {
        self.spent.searches += 1;
        bound(self.spent.searches, self.context.limits.searches_max, "searches")?;
        let resource_type = self.context.definitions.type_of(search.resource).name;
        match self.source.search(&source::Search { resource_type, query, cursor }) {
            Ok(page) => Ok(Some(page)),
            Err(SourceError::Failed(error)) => Err(Stop::Failed(error)),
            Err(SourceError::Refused { code, message }) => {
                self.tell(Problem::new(code, field.at, message));
                Ok(None)
            }
        }
    }

    fn connection(&mut self, field: &'p Field, search: &'p Search, mut query: String) -> Ran<Value<'p>> {
        let Some(selection) = &field.selection else { return Ok(Value::Null) };
        let fields = selection.sole();
        let asks =
            |part| fields.iter().any(|one| matches!(one.kind, FieldKind::Connection(of) if of == part));
        if search.cursor.is_none() {
            if let Some(count) = search.count {
                append_pair(&mut query, "_count", &count.min(self.context.limits.page_max).to_string());
            }
            append_pair(&mut query, "_total", if asks(ConnectionField::Count) { "accurate" } else { "none" });
        }
        let Some(page) = self.page(field, search, &query, search.cursor.as_deref())? else {
            return Ok(Value::Null);
        };
        let mut entries = Vec::with_capacity(fields.len());
        for inner in fields {
            self.count_value()?;
            self.path.push(Step::Key(&inner.key));
            let entry = match &inner.kind {
                FieldKind::Connection(ConnectionField::Edges) => {
                    let value = self.edges(inner, search, &page.matches)?;
                    Entry { is_list: true, ..single(inner, value) }
                }
                FieldKind::Connection(part) => single(inner, self.page_part(*part, &page)),
                FieldKind::TypeName => {
                    let name = self.context.definitions.type_of(search.resource).name;
                    single(inner, self.answer.text(&format!("{name}Connection")))
                }
                _ => single(inner, Value::Null),
            };
            self.path.pop();
            entries.push(entry);
        }
        Ok(Value::Object(entries))
    }

    fn page_part(&mut self, part: ConnectionField, page: &Page) -> Value<'p> {
        let number = match part {
            ConnectionField::Count => page.total,
            ConnectionField::Offset => page.offset,
            ConnectionField::PageSize => page.page_size,
            _ => None,
        };
        let cursor = match part {
            ConnectionField::First => &page.first,
            ConnectionField::Previous => &page.previous,
            ConnectionField::Next => &page.next,
            ConnectionField::Last => &page.last,
            _ => &None,
        };
        match (number, cursor) {
            (Some(number), _) => self.answer.raw(number.to_string().as_bytes()),
            (None, Some(cursor)) => self.answer.text(cursor),
            (None, None) => Value::Null,
        }
    }

    fn edges(&mut self, field: &'p Field, search: &'p Search, matches: &[Match]) -> Ran<Value<'p>> {
        let mut values = Vec::with_capacity(matches.len());
        for one in matches {
            self.count_resource(&one.resource)?;
            if !self.is_taken(field, search, &one.resource)? {
                continue;
            }
            self.path.push(Step::Index(values.len()));
            let value = self.edge(field, search, one)?;
            self.path.pop();
            values.push(value);
            if field.layout.is_first {
                break;
            }
        }
        Ok(Value::List(values))
    }

    fn edge(&mut self, field: &'p Field, search: &'p Search, one: &Match) -> Ran<Value<'p>> {
        let Some(selection) = &field.selection else { return Ok(Value::Null) };
        let mut entries = Vec::new();
        for inner in selection.sole() {
            self.count_value()?;
            self.path.push(Step::Key(&inner.key));
            let value = match &inner.kind {
                FieldKind::Edge(EdgeField::Mode) => self.answer.text(one.mode),
                FieldKind::Edge(EdgeField::Score) => match &one.score {
                    Some(score) => self.answer.raw(score.as_bytes()),
                    None => Value::Null,
                },
                FieldKind::Edge(EdgeField::Resource) => self.resource_value(inner, &one.resource, None)?,
                FieldKind::TypeName => {
                    let name = self.context.definitions.type_of(search.resource).name;
                    self.answer.text(&format!("{name}Edge"))
                }
                _ => Value::Null,
            };
            self.path.pop();
            entries.push(single(inner, value));
        }
        Ok(Value::Object(entries))
    }
}
