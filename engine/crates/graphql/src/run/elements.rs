//! Fields of what a document holds.

use std::borrow::Cow;

use fornax_definitions::{TypeId, TypeKind};
use fornax_fhirpath::Element;
use fornax_model::{Decimal, Kind, Node};

use super::{Ran, Run, Want, Within, single};
use crate::answer::{Entry, Value};
use crate::ast;
use crate::plan::{Field, FieldKind, Filter, Resolve, Search, Selection};
use crate::problem::{Problem, Step};
use crate::reference::{Lead, lead};
use crate::type_names;

impl<'p> Run<'_, 'p> {
    /// The selected fields of an element of the document.
    pub(super) fn object(
        &mut self,
        selection: &'p Selection,
        element: Element<'_>,
        within: &Within<'_>,
    ) -> Ran<Value<'p>> {
        let fields = selection.fields(element.type_id);
        let mut entries = Vec::with_capacity(fields.len());
        for field in fields {
            self.count_value()?;
            self.path.push(Step::Key(&field.key));
            let entry = self.member(field, element, within)?;
            self.path.pop();
            entries.push(entry);
        }
        Ok(Value::Object(entries))
    }

    fn member(&mut self, field: &'p Field, element: Element<'_>, within: &Within<'_>) -> Ran<Entry<'p>> {
        let value = match &field.kind {
            FieldKind::Element(filter) => return self.element(field, filter, element, within),
            FieldKind::Extra => return self.extra(field, element, within),
            FieldKind::Search(search) => return self.search_around(field, search, within),
            FieldKind::Resource(resolve) => self.resource(field, resolve, element, within)?,
            FieldKind::TypeName => {
                let name = type_names::name_of(self.context.definitions.type_of(element.type_id));
                self.answer.text(&name)
            }
            FieldKind::ResourceType => {
                let of = self.context.definitions.type_of(element.type_id);
                if of.kind == TypeKind::Resource { self.answer.text(of.name) } else { Value::Null }
            }
            FieldKind::Meta(member) => self.meta(member, field)?,
            FieldKind::Absent | FieldKind::Read(_) | FieldKind::Connection(_) | FieldKind::Edge(_) => {
                Value::Null
            }
        };
        Ok(single(field, value))
    }

    fn element(
        &mut self,
        field: &'p Field,
        filter: &'p Filter,
        parent: Element<'_>,
        within: &Within<'_>,
    ) -> Ran<Entry<'p>> {
        let definitions = self.context.definitions;
        let Some(child) = definitions.child(parent.type_id, &field.name) else {
            return Ok(single(field, Value::Null));
        };
        let (of, is_list) = (child.value.type_id, child.element.is_array());
        let entry = |value| Entry { field, is_list, of: Some(of), value };
        let Some(node) = parent.node.and_then(|parent| parent.get(&field.name)) else {
            return Ok(entry(Value::Null));
        };
        if type_names::is_leaf(definitions, of) {
            if field.selection.is_some() {
                self.tell(Problem::new(
                    "processing",
                    field.at,
                    format!("`{}` has no fields here", field.name),
                ));
                return Ok(entry(Value::Null));
            }
            return Ok(entry(self.leaves(field, (node, of), within)?));
        }
        if field.selection.is_none() {
            self.tell(Problem::new("processing", field.at, format!("`{}` has fields here", field.name)));
            return Ok(entry(Value::Null));
        }
        let items = match node.kind() {
            Kind::Array => node.items().collect(),
            _ => vec![node],
        };
        let Some(taken) = self.filtered(field, filter, (parent, items), within)? else {
            return Ok(entry(Value::Null));
        };
        Ok(entry(self.nodes(field, (&taken, of), is_list, within)?))
    }

    /// Scalars as they are written.
    fn leaves(
        &mut self,
        field: &'p Field,
        (node, of): (Node<'_>, TypeId),
        within: &Within<'_>,
    ) -> Ran<Value<'p>> {
        let is_list = node.kind() == Kind::Array;
        let items = if is_list { node.items().collect() } else { vec![node] };
        let taken = if field.layout.is_first { items.get(..1).unwrap_or(&[]) } else { &items[..] };
        let mut values = Vec::with_capacity(taken.len());
        let mut names = Vec::new();
        for (place, &item) in taken.iter().enumerate() {
            self.count_value()?;
            names.extend(self.slice_name(field, place, Element::new(item, of), within)?);
            values.push(match item.kind() {
                Kind::Object | Kind::Array | Kind::Null => Value::Null,
                _ => self.answer.raw(item.raw()),
            });
        }
        Ok(together(values, names, is_list))
    }

    /// Complex values, each with the fields selected.
    fn nodes(
        &mut self,
        field: &'p Field,
        (items, declared): (&[Node<'_>], TypeId),
        is_list: bool,
        within: &Within<'_>,
    ) -> Ran<Value<'p>> {
        let Some(selection) = &field.selection else { return Ok(Value::Null) };
        let is_resource = type_names::is_resource(self.context.definitions, declared);
        let (mut values, mut names) = (Vec::with_capacity(items.len()), Vec::new());
        for (place, &item) in items.iter().enumerate() {
            self.count_value()?;
            let of = if is_resource { self.type_of_resource(item) } else { Some(declared) };
            let Some(of) = of.filter(|_| item.kind() == Kind::Object) else {
                values.push(Value::Null);
                continue;
            };
            let element = Element::new(item, of);
            let inner = Within { root: within.root, resource: element };
            let around = if is_resource { &inner } else { within };
            if is_list {
                self.path.push(Step::Index(place));
            }
            let value = self.object(selection, element, around);
            if is_list {
                self.path.pop();
            }
            values.push(value?);
            names.extend(self.slice_name(field, place, element, around)?);
            if field.layout.is_first {
                break;
            }
        }
        Ok(together(values, names, is_list))
    }

    /// `_birthDate` and its like.
    fn extra(&mut self, field: &'p Field, parent: Element<'_>, within: &Within<'_>) -> Ran<Entry<'p>> {
        let definitions = self.context.definitions;
        let name = field.name.strip_prefix('_').unwrap_or(&field.name);
        let is_list = definitions.child(parent.type_id, name).is_some_and(|child| child.element.is_array());
        let of = definitions.type_named("Element").map(|of| of.id);
        let entry = |value| Entry { field, is_list, of, value };
        let node = parent.node.and_then(|parent| parent.get(&field.name));
        let (Some(node), Some(of)) = (node, of) else { return Ok(entry(Value::Null)) };
        let items: Vec<Node<'_>> = match node.kind() {
            Kind::Array => node.items().collect(),
            _ => vec![node],
        };
        Ok(entry(self.nodes(field, (&items, of), is_list, within)?))
    }

    /// The items that a field's arguments pick; `None` if that can't be told.
    fn filtered<'d>(
        &mut self,
        field: &'p Field,
        filter: &Filter,
        (parent, mut items): (Element<'d>, Vec<Node<'d>>),
        within: &Within<'_>,
    ) -> Ran<Option<Vec<Node<'d>>>> {
        self.count_values(items.len())?;
        if let Some(expression) = &filter.fhirpath {
            self.count_evaluation()?;
            let environment = self.environment(within);
            match self.expressions.filter((&field.name, expression), parent, &environment) {
                Ok(mut kept) => {
                    kept.sort_unstable();
                    items.retain(|item| kept.binary_search(&item.id()).is_ok());
                }
                Err(message) => {
                    self.tell(Problem::new("processing", field.at, message));
                    return Ok(None);
                }
            }
        }
        let has = |item: &Node<'d>| {
            filter
                .equals
                .iter()
                .all(|(name, value)| item.get(name).is_some_and(|member| equals(member, value)))
        };
        items.retain(has);
        let count = filter.count.unwrap_or(usize::MAX);
        Ok(Some(items.into_iter().skip(filter.offset).take(count).collect()))
    }

    /// What a reference leads to: here, if it is contained, else later.
    fn resource(
        &mut self,
        field: &'p Field,
        resolve: &Resolve,
        reference: Element<'_>,
        within: &Within<'_>,
    ) -> Ran<Value<'p>> {
        let text = reference.node.and_then(|node| node.get("reference")).and_then(Node::as_str);
        let text = text.unwrap_or(Cow::Borrowed(""));
        let contained = match lead(&text, self.context.bases, self.context.definitions) {
            Lead::Local(target) => {
                let of = type_names::resource_named(self.context.definitions, target.resource_type);
                if of.is_some_and(|of| !resolve.counts(of.id)) {
                    return Ok(Value::Null);
                }
                return Ok(self.enqueue(field, Want::Resource(target)));
            }
            Lead::Elsewhere => None,
            Lead::Container => within.root.node,
            Lead::Contained(id) => within.root.node.and_then(|root| {
                let is_meant =
                    |one: &Node<'_>| one.get("id").and_then(Node::as_str).is_some_and(|known| known == id);
                root.get("contained")?.items().find(is_meant)
            }),
        };
        let found = contained.and_then(|node| Some(Element::new(node, self.type_of_resource(node)?)));
        match found {
            Some(element) if resolve.counts(element.type_id) => {
                self.node_value(field, element, &Within { root: within.root, resource: element })
            }
            Some(_) => Ok(Value::Null),
            None => {
                if !resolve.is_optional {
                    self.tell_unresolved(field);
                }
                Ok(Value::Null)
            }
        }
    }

    /// A search for what refers to the resource around.
    fn search_around(&mut self, field: &'p Field, search: &'p Search, within: &Within<'_>) -> Ran<Entry<'p>> {
        let id = within.resource.node.and_then(|node| node.get("id")).and_then(Node::as_str);
        let Some(id) = id.filter(|_| !within.is_inner()) else {
            let message = "the resource around is within another one: nothing refers to it";
            self.tell(Problem::new("processing", field.at, message));
            return Ok(single(field, Value::Null));
        };
        let name = self.context.definitions.type_of(within.resource.type_id).name;
        Ok(self.enqueue_search(field, search, Some(format!("{name}/{id}"))))
    }
}

/// A list, a list with names, or one value.
fn together<'p>(mut values: Vec<Value<'p>>, names: Vec<String>, is_list: bool) -> Value<'p> {
    if !names.is_empty() {
        return Value::Sliced(names.into_iter().zip(values).collect());
    }
    match is_list {
        true => Value::List(values),
        false => values.pop().unwrap_or(Value::Null),
    }
}

/// Whether a member has a value that an argument names: numbers are compared as numbers, all else as written.
fn equals(member: Node<'_>, wanted: &ast::Value) -> bool {
    if let ast::Value::List(any) = wanted {
        return any.iter().any(|one| equals(member, one));
    }
    match member.kind() {
        Kind::Array => member.items().any(|item| equals(item, wanted)),
        Kind::Number => {
            let (ast::Value::Integer(text) | ast::Value::Float(text) | ast::Value::String(text)) = wanted
            else {
                return false;
            };
            let written = member.as_number().and_then(|digits| Decimal::parse(digits).ok());
            written.is_some_and(|written| Decimal::parse(text).is_ok_and(|wanted| wanted == written))
        }
        Kind::Bool => match wanted {
            ast::Value::Boolean(value) => member.as_bool() == Some(*value),
            ast::Value::String(text) | ast::Value::Enum(text) => member.raw() == text.as_bytes(),
            _ => false,
        },
        Kind::String => match wanted {
            ast::Value::String(text)
            | ast::Value::Enum(text)
            | ast::Value::Integer(text)
            | ast::Value::Float(text) => member.as_str().is_some_and(|known| known == *text),
            _ => false,
        },
        Kind::Null | Kind::Object => false,
    }
}
