//! JSON Merge Patch (RFC 7396): a resource's members as they are to be, `null` for those that are to go.

use fornax_model::{Kind, Node};

use crate::error::{PatchError, Problem};
use crate::identity::is_kept;
use crate::limits::{Bound, Limits, Work};
use crate::tree::{Object, Value};

/// A patch that can make a resource of a resource: an object.
pub(crate) fn read(patch: Node<'_>) -> Result<Node<'_>, PatchError> {
    if patch.kind() == Kind::Object { Ok(patch) } else { Err(Problem::NotAnObject.whole()) }
}

/// The bytes of the changed resource.
pub(crate) fn apply(patch: Node<'_>, resource: Node<'_>, limits: &Limits) -> Result<Vec<u8>, PatchError> {
    let mut root = Value::from(resource);
    let mut work = Work::of(limits);
    merge(&mut root, patch, limits.depth_max, &mut work).map_err(Problem::whole)?;
    if !is_kept(&root, resource) {
        return Err(Problem::Identity.whole());
    }
    let mut out = Vec::with_capacity(resource.raw().len());
    root.write(&mut out);
    if out.len() > limits.outcome_bytes_max {
        return Err(Problem::Limit(Bound::OutcomeBytes).whole());
    }
    Ok(out)
}

/// Merges a patch into a value, around which `levels` more objects and arrays may stand, itself included.
fn merge<'a>(target: &mut Value<'a>, patch: Node<'a>, levels: usize, work: &mut Work) -> Result<(), Problem> {
    let object = if patch.kind() == Kind::Object { target.as_object() } else { None };
    let Some(object) = object else {
        *target = put_in(patch, levels)?;
        return Ok(());
    };
    for (name, value) in patch.members() {
        work.charge(object.members.len())?;
        match object.position(&name) {
            _ if value.kind() == Kind::Null => drop(object.remove(&name)),
            Some(at) => merge(&mut object.members[at].value, value, levels.saturating_sub(1), work)?,
            None => object.push(name, put_in(value, levels.saturating_sub(1))?),
        }
    }
    Ok(())
}

/// What a patch makes where nothing is: itself, without the members that it removes.
fn put_in(patch: Node<'_>, levels: usize) -> Result<Value<'_>, Problem> {
    let value = without_removals(patch);
    if value.is_deeper_than(levels) { Err(Problem::Limit(Bound::Depth)) } else { Ok(value) }
}

fn without_removals(patch: Node<'_>) -> Value<'_> {
    if patch.kind() != Kind::Object {
        return patch.into();
    }
    let mut is_whole = true;
    let mut object = Object::default();
    for (name, value) in patch.members() {
        if value.kind() == Kind::Null {
            is_whole = false;
            continue;
        }
        let value = without_removals(value);
        is_whole &= matches!(value, Value::Given(_));
        object.push(name, value);
    }
    if is_whole { patch.into() } else { object.into() }
}
