//! Elements that go.

use super::list::{self, Content};
use super::place::{Place, Step, object_at};
use crate::error::Problem;
use crate::tree::Value;

/// Removes an element, and the elements around it that have nothing left: FHIR knows no empty ones.
pub(super) fn delete(root: &mut Value<'_>, place: &Place<'_>) -> Result<(), Problem> {
    let mut around = &place.around[..];
    let (mut member, mut index) = (&*place.member, place.index);
    loop {
        let object = object_at(root, around)?;
        match index {
            Some(index) => drop(list::remove(object, member, index)?),
            None => list::exchange(object, (member, member), Content::NOTHING),
        }
        let Some((step, outer)) = around.split_last() else { return Ok(()) };
        if !object.members.is_empty() {
            return Ok(());
        }
        if let Some(primitive) = step.member.strip_prefix('_')
            && has_value(root, outer, primitive, step.index)?
        {
            // The writer leaves out the object beside it.
            return Ok(());
        }
        let plain = step.member.strip_prefix('_').unwrap_or(&step.member);
        (around, member, index) = (outer, plain, step.index);
    }
}

fn has_value(
    root: &mut Value<'_>,
    around: &[Step<'_>],
    member: &str,
    index: Option<usize>,
) -> Result<bool, Problem> {
    let value = object_at(root, around)?.get_mut(member);
    let value = match (value, index) {
        (Some(value), Some(index)) => value.as_array().and_then(|array| array.get_mut(index)),
        (value, _) => value,
    };
    Ok(value.is_some_and(|value| !value.is_null()))
}
