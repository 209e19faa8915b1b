//! Fragments that spread one another: no circles, and no long chains.

use std::collections::BTreeMap;

use crate::ast::{Executable, Selection};
use crate::limits::Limits;
use crate::problem::Problem;

/// Refuses fragments that lead back to themselves, unknown ones, and chains longer than fields may nest.
pub(crate) fn check(executable: &Executable, limits: &Limits) -> Result<(), Problem<'static>> {
    let mut spreads: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, fragment) in &executable.fragments {
        let mut found = Vec::new();
        find(&fragment.selections, executable, &mut found)?;
        found.sort_unstable();
        found.dedup();
        spreads.insert(name, found);
    }
    for operation in &executable.operations {
        find(&operation.selections, executable, &mut Vec::new())?;
    }
    // Layer by layer: those that spread none, those that spread only these, and so on.
    for _ in 0..=limits.depth_max {
        let settled: Vec<&str> = spreads.iter().filter(|row| row.1.is_empty()).map(|row| *row.0).collect();
        if settled.is_empty() {
            break;
        }
        spreads.retain(|name, _| settled.binary_search(name).is_err());
        for left in spreads.values_mut() {
            left.retain(|name| settled.binary_search(name).is_err());
        }
    }
    let Some(name) = spreads.keys().next() else { return Ok(()) };
    let at = executable.fragments.get(*name).map(|fragment| fragment.at);
    if spreads.values().any(Vec::is_empty) {
        return Err(Problem::too_costly(at, "fragments within fragments", limits.depth_max as u64));
    }
    let message = format!("fragment `{name}` leads back to itself, or to one that does");
    Err(Problem { at, ..Problem::invalid(0, message) })
}

/// The fragments spread anywhere within; the recursion is bounded by the parser.
fn find<'a>(
    selections: &'a [Selection],
    executable: &Executable,
    found: &mut Vec<&'a str>,
) -> Result<(), Problem<'static>> {
    for selection in selections {
        match selection {
            Selection::Field(field) => find(&field.selections, executable, found)?,
            Selection::Inline(inline) => find(&inline.selections, executable, found)?,
            Selection::Spread(spread) => {
                if !executable.fragments.contains_key(&spread.name) {
                    let message = format!("there is no fragment `{}`", spread.name);
                    return Err(Problem::invalid(spread.at, message));
                }
                found.push(&spread.name);
            }
        }
    }
    Ok(())
}
