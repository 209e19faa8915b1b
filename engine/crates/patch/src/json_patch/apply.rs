//! Operations on a resource, one after the other.

use std::borrow::Cow;

use fornax_model::Node;

use super::Operation;
use crate::equality::{Side, is_equal};
use crate::error::{PatchError, Problem};
use crate::identity::is_kept;
use crate::limits::{Bound, Limits, Work};
use crate::pointer::{Pointer, follow, index};
use crate::tree::{Array, Object, Value};

/// The bytes of the changed resource.
pub(crate) fn apply(
    operations: &[Operation<'_>],
    resource: Node<'_>,
    limits: &Limits,
) -> Result<Vec<u8>, PatchError> {
    let mut run = Run {
        root: resource.into(),
        bytes: resource.raw().len(),
        bytes_max: limits.outcome_bytes_max,
        depth_max: limits.depth_max,
        work: Work::of(limits),
    };
    for (at, operation) in operations.iter().enumerate() {
        let done = run.operation(operation);
        let kept =
            done.and_then(|()| if is_kept(&run.root, resource) { Ok(()) } else { Err(Problem::Identity) });
        kept.map_err(|problem| problem.at(at, operation.path().text()))?;
    }
    let mut out = Vec::with_capacity(run.bytes);
    run.root.write(&mut out);
    if out.len() > limits.outcome_bytes_max {
        return Err(Problem::Limit(Bound::OutcomeBytes).whole());
    }
    Ok(out)
}

/// The resource between two operations.
struct Run<'a> {
    root: Value<'a>,
    /// About what it would take when written.
    bytes: usize,
    bytes_max: usize,
    depth_max: usize,
    work: Work,
}

impl<'a> Run<'a> {
    fn operation(&mut self, operation: &Operation<'a>) -> Result<(), Problem> {
        match operation {
            Operation::Add { path, value } => self.add(path, (*value).into()),
            Operation::Remove { path } => self.remove(path).map(drop),
            Operation::Replace { path, value } => self.replace(path, (*value).into()),
            Operation::Move { from, path } if from == path => self.find(from.tokens()).map(drop),
            Operation::Move { from, path } => {
                let value = self.remove(from)?;
                self.add(path, value)
            }
            Operation::Copy { from, path } => {
                let bytes = self.find(from.tokens())?.bytes();
                self.work.charge(bytes)?;
                self.room(bytes)?;
                let value = self.find(from.tokens())?.clone();
                self.add(path, value)
            }
            Operation::Test { path, value } => {
                let found = self.find(path.tokens())?;
                if is_equal(Side::Tree(found), *value) { Ok(()) } else { Err(Problem::Unequal) }
            }
        }
    }

    fn find(&mut self, tokens: &[String]) -> Result<&mut Value<'a>, Problem> {
        follow(&mut self.root, tokens, &mut self.work)
    }

    /// Whether the outcome may have that much more.
    fn room(&self, bytes: usize) -> Result<(), Problem> {
        let fits = self.bytes.saturating_add(bytes) <= self.bytes_max;
        if fits { Ok(()) } else { Err(Problem::Limit(Bound::OutcomeBytes)) }
    }

    /// Before a value is put in.
    fn admit(&mut self, path: &Pointer, value: &Value<'a>) -> Result<(), Problem> {
        let around = path.tokens().len();
        if self.depth_max.checked_sub(around).is_none_or(|levels| value.is_deeper_than(levels)) {
            return Err(Problem::Limit(Bound::Depth));
        }
        let bytes = size(path, value);
        self.room(bytes)?;
        self.bytes += bytes;
        Ok(())
    }

    /// After a value was taken out.
    fn release(&mut self, path: &Pointer, value: &Value<'a>) {
        self.bytes = self.bytes.saturating_sub(size(path, value));
    }

    fn add(&mut self, path: &Pointer, value: Value<'a>) -> Result<(), Problem> {
        self.admit(path, &value)?;
        let Some((last, around)) = path.tokens().split_last() else {
            return self.put(path, value);
        };
        if matches!(&**last, "-" | "0")
            && let Some((name, outer)) = around.split_last()
            && let Some(object) = self.find(outer)?.as_object()
            && object.get(name).is_none()
        {
            // FHIR writes no empty arrays: a list without items is not there.
            add_array(object, name, value);
            return Ok(());
        }
        let container = self.find(around)?;
        container.take_apart();
        let before = match container {
            Value::Array(array) => {
                let at = if last == "-" { Some(array.len()) } else { index(last) };
                array.insert(at.filter(|at| *at <= array.len()).ok_or(Problem::NoIndex)?, value);
                None
            }
            Value::Object(object) => object.set(Cow::Owned(last.clone()), value),
            Value::Null | Value::Given(_) => return Err(Problem::NoTarget),
        };
        if let Some(before) = before {
            self.release(path, &before);
        }
        Ok(())
    }

    fn remove(&mut self, path: &Pointer) -> Result<Value<'a>, Problem> {
        let Some((last, around)) = path.tokens().split_last() else { return Err(Problem::Whole) };
        let container = self.find(around)?;
        container.take_apart();
        let removed = match container {
            Value::Array(array) => index(last).and_then(|at| array.remove(at)).ok_or(Problem::NoIndex)?,
            Value::Object(object) => object.remove(last).ok_or(Problem::NoTarget)?,
            Value::Null | Value::Given(_) => return Err(Problem::NoTarget),
        };
        self.release(path, &removed);
        Ok(removed)
    }

    fn replace(&mut self, path: &Pointer, value: Value<'a>) -> Result<(), Problem> {
        self.admit(path, &value)?;
        self.put(path, value)
    }

    /// Exchanges a value that is there.
    fn put(&mut self, path: &Pointer, value: Value<'a>) -> Result<(), Problem> {
        let before = std::mem::replace(self.find(path.tokens())?, value);
        self.release(path, &before);
        Ok(())
    }
}

/// What a value adds to the bytes of the resource: its own, its name with quotes, colon and comma, and the brackets of an
/// array that may be made for it.
fn size(path: &Pointer, value: &Value<'_>) -> usize {
    value.bytes() + path.tokens().last().map_or(0, |name| name.len() + 6)
}

fn add_array<'a>(object: &mut Object<'a>, name: &str, value: Value<'a>) {
    let mut array = Array::default();
    array.push(value);
    object.set(Cow::Owned(name.to_owned()), array.into());
}
