//! Lists and single elements in JSON: a primitive stands in two members, its value in one and its id and extensions beside
//! it, in one that starts with an underscore. Both arrays of a list of primitives keep in step.

use std::borrow::Cow;

use crate::error::Problem;
use crate::tree::{Array, Object, Value};

/// An element's value and what stands beside it.
pub(super) struct Content<'a> {
    pub value: Option<Value<'a>>,
    pub beside: Option<Value<'a>>,
}

impl Content<'_> {
    pub const NOTHING: Self = Self { value: None, beside: None };
}

/// The name of the member beside that one.
pub(super) fn beside(member: &str) -> String {
    format!("_{member}")
}

/// How many items a list has.
pub(super) fn count(object: &mut Object<'_>, member: &str) -> Result<usize, Problem> {
    let mut count = 0;
    for name in [member, &beside(member)] {
        if let Some(value) = object.get_mut(name) {
            count = count.max(value.as_array().ok_or(Problem::Shape)?.len());
        }
    }
    Ok(count)
}

/// Adds an item to a list, before the one at the index or behind the last. A list that is not there is made.
pub(super) fn insert<'a>(
    object: &mut Object<'a>,
    member: &str,
    index: usize,
    content: Content<'a>,
) -> Result<(), Problem> {
    let count = count(object, member)?;
    if index > count {
        return Err(Problem::NoIndex);
    }
    for (name, value) in [(member.to_owned(), content.value), (beside(member), content.beside)] {
        if let Some(array) = array(object, &name, value.is_some())? {
            array.fill(count);
            array.insert(index, value.unwrap_or(Value::Null));
        }
    }
    Ok(())
}

/// Takes an item out of a list; the last one takes the list along.
pub(super) fn remove<'a>(
    object: &mut Object<'a>,
    member: &str,
    index: usize,
) -> Result<Content<'a>, Problem> {
    if index >= count(object, member)? {
        return Err(Problem::NoIndex);
    }
    let mut take = |name: String| {
        let array = array(object, &name, false)?;
        let value = array.and_then(|array| array.remove(index)).filter(|value| !value.is_null());
        drop_idle(object, &name);
        Ok(value)
    };
    Ok(Content { value: take(member.to_owned())?, beside: take(beside(member))? })
}

/// Puts another item in the place of one.
pub(super) fn set<'a>(
    object: &mut Object<'a>,
    member: &str,
    index: usize,
    content: Content<'a>,
) -> Result<(), Problem> {
    let count = count(object, member)?;
    for (name, value) in [(member.to_owned(), content.value), (beside(member), content.beside)] {
        if let Some(array) = array(object, &name, value.is_some())? {
            array.fill(count);
            *array.get_mut(index).ok_or(Problem::NoIndex)? = value.unwrap_or(Value::Null);
            drop_idle(object, &name);
        }
    }
    Ok(())
}

/// Puts another element, perhaps under another name, in the place of one that is no list.
pub(super) fn exchange<'a>(object: &mut Object<'a>, (old, new): (&str, &str), content: Content<'a>) {
    let mut exchange = |old: &str, new: String, value: Option<Value<'a>>| match (object.position(old), value)
    {
        (Some(at), Some(value)) => object.exchange(at, Cow::Owned(new), value),
        (Some(_), None) => drop(object.remove(old)),
        (None, Some(value)) => drop(object.set(Cow::Owned(new), value)),
        (None, None) => {}
    };
    exchange(old, new.to_owned(), content.value);
    exchange(&beside(old), beside(new), content.beside);
}

/// The array of that name, which is made when it is needed and not there.
fn array<'t, 'a>(
    object: &'t mut Object<'a>,
    name: &str,
    is_needed: bool,
) -> Result<Option<&'t mut Array<'a>>, Problem> {
    if object.get(name).is_none() {
        if !is_needed {
            return Ok(None);
        }
        object.set(Cow::Owned(name.to_owned()), Array::default().into());
    }
    let array = object.get_mut(name).and_then(Value::as_array);
    array.map(Some).ok_or(Problem::Shape)
}

/// Removes an array that holds nothing but nulls.
fn drop_idle(object: &mut Object<'_>, name: &str) {
    let array = object.get_mut(name).and_then(Value::as_array);
    if array.is_some_and(|array| array.items.iter().all(|item| item.value.is_null())) {
        object.remove(name);
    }
}
