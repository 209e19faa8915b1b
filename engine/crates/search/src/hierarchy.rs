//! What a resource is a part of, and what its parts are, through all levels.

use std::collections::BTreeSet;
use std::sync::Arc;

use fornax_index::{Indexer, Kin, Resources};
use fornax_postings::{Clause, Error, Hit, Link, Rid, Snapshot};

use crate::page::SearchError;

/// Resources of one hierarchy that one search takes.
const KIN_MAX: usize = 10_000;
/// How many levels are followed.
const LEVELS_MAX: usize = 100;

/// A resource with all that its type's hierarchy puts above or below it; circles end where they began.
///
/// # Errors
/// The limits of the index: more than 10,000 resources, or 100 levels.
pub fn kin(
    (snapshot, indexer): (&Snapshot, &Indexer),
    resources: &dyn Resources,
    from: Rid,
    kin: Kin,
) -> Result<BTreeSet<Rid>, SearchError> {
    let mut known = BTreeSet::from([from]);
    let Some(resource) = resources.resource(from) else { return Ok(known) };
    let Some(link) = indexer.part_of(resource) else { return Ok(known) };
    let mut open = vec![from];
    for _ in 0..LEVELS_MAX {
        let next = match kin {
            Kin::Above => {
                let mut named = named(snapshot, resources, &link, &open)?;
                named.retain(|rid| resources.resource(*rid) == Some(resource));
                named
            }
            Kin::Below => {
                let parts = Clause::Joined(link.clone(), Arc::new(open.into_iter().collect()));
                let parts = Clause::And(vec![indexer.of_type(resource), parts]);
                snapshot.rids(&parts)?.iter().collect()
            }
        };
        open = next.into_iter().filter(|rid| known.insert(*rid)).collect();
        if open.is_empty() {
            return Ok(known);
        }
        if known.len() > KIN_MAX {
            return Err(Error::Limit("resources of a hierarchy").into());
        }
    }
    Err(Error::Limit("levels of a hierarchy").into())
}

/// What the resources name.
fn named(
    snapshot: &Snapshot,
    resources: &dyn Resources,
    link: &Link,
    from: &[Rid],
) -> Result<Vec<Rid>, SearchError> {
    let hits = from.iter().filter_map(|&rid| Some(Hit { rid, seq: resources.newest(rid)? }));
    let hits: Vec<Hit> = hits.filter(|hit| snapshot.sees(*hit)).collect();
    Ok(snapshot.named(&hits, std::slice::from_ref(&link.column))?)
}
