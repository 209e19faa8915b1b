//! What FHIR adds, and what an evaluation is told from outside.

use fornax_model::{Kind, Node};

use super::{Function, Scope, Yields};
use crate::error::Error;
use crate::evaluate::navigate::for_each;
use crate::evaluate::{Frame, Machine, Site};
use crate::item::{Element, Item, Value};
use crate::resolve::{Resolution, is_concrete, type_in_text};
use crate::temporal::DateTime;
use crate::types::SystemType;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("extension", 1..=1, Yields::Extension, extension),
    Function::new("hasExtension", 1..=1, Yields::System(SystemType::Boolean), has_extension),
    Function::new("hasValue", 0..=0, Yields::System(SystemType::Boolean), has_value),
    Function::new("getValue", 0..=0, Yields::Anything, get_value),
    Function::new("resolve", 0..=0, Yields::Anything, resolve),
    Function::new("trace", 1..=2, Yields::Input, trace).scope(Scope::Each),
    Function::new("today", 0..=0, Yields::System(SystemType::Date), today),
    Function::new("now", 0..=0, Yields::System(SystemType::DateTime), now),
    Function::new("timeOfDay", 0..=0, Yields::System(SystemType::Time), time_of_day),
];

fn extension<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    let count = machine.since(mark).len();
    let Some(url) = machine.string_argument(site.at, site.arguments[0], frame)? else {
        machine.keep(mark, 0);
        return Ok(());
    };
    let Some(type_id) = machine.schema().extension else {
        return Err(Error::NotSupported {
            at: site.at,
            what: "an extension in a model without them".to_owned(),
        });
    };
    for place in 0..count {
        let Item::Element(element) = &machine.since(mark)[place] else { continue };
        let list = element.object().and_then(|object| object.get("extension"));
        for_each(list, None, |node, _| match node {
            Some(node) if is_called(node, &url) => machine.push(site.at, Element::new(node, type_id)),
            _ => machine.step(site.at),
        })?;
    }
    machine.drop_front(mark, count);
    Ok(())
}

fn is_called(extension: Node<'_>, url: &str) -> bool {
    extension.get("url").and_then(Node::as_str).is_some_and(|found| found == url)
}

fn has_extension<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.mark();
    extension(machine, site, frame)?;
    let found = !machine.since(mark).is_empty();
    machine.answer(mark, found);
    Ok(())
}

/// Whether the input is one primitive with a value, not only with extensions.
fn has_value<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    let answer = matches!(machine.since(mark), [item] if plain_value(item).is_some());
    machine.answer(mark, answer);
    Ok(())
}

/// The JSON value of a primitive.
fn plain_value<'a>(item: &Item<'a>) -> Option<Node<'a>> {
    match item {
        Item::Element(element) => {
            element.node.filter(|node| !matches!(node.kind(), Kind::Object | Kind::Array))
        }
        _ => None,
    }
}

fn get_value<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    let value = match machine.since(mark) {
        [item] if plain_value(item).is_some() => machine.owned_value(item.clone()),
        _ => None,
    };
    machine.keep(mark, 0);
    value.map_or(Ok(()), |value| machine.push(site.at, value))
}

/// Items that lead nowhere are left out, as the specification has it.
fn resolve<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let mark = machine.input(site, frame)?;
    let count = machine.since(mark).len();
    for place in 0..count {
        let item = machine.since(mark)[place].clone();
        if let Some(target) = target(machine, item) {
            machine.push(site.at, target)?;
        }
    }
    machine.drop_front(mark, count);
    Ok(())
}

/// Where a reference, a URI or a string leads.
fn target<'a>(machine: &Machine<'a, '_>, item: Item<'a>) -> Option<Item<'a>> {
    let schema = machine.schema();
    match item {
        Item::Element(element) if Some(element.type_id) == schema.reference => {
            let node = element.node?;
            let text = node.get("reference").and_then(Node::as_str);
            let named = || {
                let named = schema.definitions.type_named(&node.get("type")?.as_str()?)?;
                is_concrete(named).then_some(Item::Target(named.id))
            };
            match text {
                Some(text) => followed(machine, &text)?.or_else(named),
                None => named(),
            }
        }
        item => match machine.owned_value(item)? {
            Value::String(text) => followed(machine, &text)?,
            _ => None,
        },
    }
}

/// Where a text leads; `None` inside if it does not say, and outside if it leads nowhere.
fn followed<'a>(machine: &Machine<'a, '_>, text: &str) -> Option<Option<Item<'a>>> {
    if let Some(id) = text.strip_prefix('#') {
        return contained(machine, id).map(Some);
    }
    let resolution =
        machine.environment.resolver.map_or(Resolution::ByText, |resolver| resolver.resolve(text));
    match resolution {
        Resolution::Resource(element) => Some(Some(element.into())),
        Resolution::ByText => Some(type_in_text(machine.schema().definitions, text).map(Item::Target)),
        Resolution::Missing => None,
    }
}

/// A resource within the outermost one; without an id, that itself.
fn contained<'a>(machine: &Machine<'a, '_>, id: &str) -> Option<Item<'a>> {
    let container = machine.environment.root_resource.or(machine.environment.resource)?;
    if id.is_empty() {
        return Some(container.into());
    }
    let schema = machine.schema();
    let mut all = container.node?.get("contained")?.items();
    let node = all.find(|node| node.get("id").and_then(Node::as_str).is_some_and(|found| found == id))?;
    let named = schema.definitions.type_named(&node.get("resourceType")?.as_str()?)?;
    is_concrete(named).then_some(Item::Element(Element::new(node, named.id)))
}

/// The input: there is no log here, and what it would be told changes no result.
fn trace<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    machine.input(site, frame).map(|_| ())
}

fn clock(machine: &Machine<'_, '_>, site: Site<'_>) -> Result<DateTime, Error> {
    machine.environment.now.ok_or(Error::NotGiven { at: site.at, what: "the time" })
}

fn today<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, _: &Frame<'a>) -> Result<(), Error> {
    let now = clock(machine, site)?;
    machine.push(site.at, Value::Date(now.date))
}

fn now<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, _: &Frame<'a>) -> Result<(), Error> {
    let now = clock(machine, site)?;
    machine.push(site.at, Value::DateTime(now))
}

fn time_of_day<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, _: &Frame<'a>) -> Result<(), Error> {
    let now = clock(machine, site)?;
    let time = now.time.ok_or(Error::NotGiven { at: site.at, what: "the time" })?;
    machine.push(site.at, Value::Time(time))
}
