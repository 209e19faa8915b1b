//! Whether a resource is what a search asks for.

use crate::criteria::{Criterion, Side};
use crate::parameters::{Parameter, parameter};
use crate::references::Target;
use crate::values::{targets, values};
use crate::version::{Key, Stored};
use crate::wanted::Wanted;
use crate::words;
use crate::world::World;

/// Whether a version meets a criterion.
pub fn meets(criterion: &Criterion, version: &Stored, world: &World) -> bool {
    match criterion {
        Criterion::SomeValue(parameter, any_of) => is_one_of(parameter, any_of, version, world),
        Criterion::NoValue(parameter, any_of) => !is_one_of(parameter, any_of, version, world),
        Criterion::Present(parameter) => !values(parameter, version).is_empty(),
        Criterion::Missing(parameter) => values(parameter, version).is_empty(),
        Criterion::Chain(parameter, types) => targets(parameter, version).iter().any(|target| {
            world.find(target).is_some_and(|found| {
                let of_its_type = types.iter().filter(|(name, _)| *name == found.key.resource_type);
                of_its_type.into_iter().any(|(_, criterion)| meets(criterion, found, world))
            })
        }),
        Criterion::Has { source, by, criterion } => world.current.iter().any(|found| {
            found.key.resource_type == *source
                && refers(by, found, &version.key)
                && meets(criterion, found, world)
        }),
        Criterion::Kin(parameter, side, keys) => {
            let all = kin(keys, *side, world);
            targets(parameter, version).iter().any(|target| match target {
                Target::Local(key) => all.contains(key),
                Target::Absolute(_) => false,
            })
        }
        Criterion::Words(place, any_of) => words::holds(*place, any_of, version),
        Criterion::Listed(ids) => ids.iter().any(|id| {
            let list = world.find(&Target::Local(Key::of("List", id)));
            let item = parameter("List", "item");
            list.zip(item).is_some_and(|(list, item)| refers(item, list, &version.key))
        }),
        Criterion::All(criteria) => criteria.iter().all(|criterion| meets(criterion, version, world)),
        Criterion::Any(criteria) => criteria.iter().any(|criterion| meets(criterion, version, world)),
        Criterion::Not(criterion) => !meets(criterion, version, world),
    }
}

fn is_one_of(parameter: &Parameter, any_of: &[Wanted], version: &Stored, world: &World) -> bool {
    let found = values(parameter, version);
    any_of.iter().any(|wanted| found.iter().any(|value| wanted.holds(value, world.now)))
}

/// These resources, and all that is on that side of them.
fn kin(keys: &[Key], side: Side, world: &World) -> Vec<Key> {
    let mut all: Vec<Key> = keys.to_vec();
    let mut at = 0;
    while let Some(key) = all.get(at).cloned() {
        at += 1;
        let next: Vec<Key> = match side {
            Side::Above => world.find(&Target::Local(key)).map_or_else(Vec::new, part_of),
            Side::Below => {
                let parts = world.current.iter().filter(|version| part_of(version).contains(&key));
                parts.map(|version| version.key.clone()).collect()
            }
        };
        for next in next {
            if !all.contains(&next) {
                all.push(next);
            }
        }
    }
    all
}

/// What of its own type a version is part of.
fn part_of(version: &Stored) -> Vec<Key> {
    let of = &version.key.resource_type;
    let by = parameter(of, "partof").or_else(|| parameter(of, "part-of"));
    let named = by.map_or_else(Vec::new, |by| targets(by, version));
    let of_its_type = named.into_iter().filter_map(|target| match target {
        Target::Local(key) if key.resource_type == *of => Some(key),
        _ => None,
    });
    of_its_type.collect()
}

/// Whether a version refers to a resource by a parameter.
pub fn refers(by: &Parameter, source: &Stored, target: &Key) -> bool {
    targets(by, source).contains(&Target::Local(target.clone()))
}

#[cfg(test)]
mod tests;
