//! The one write path: prepare on the caller's side, sequence one group at a time, publish.

pub(crate) mod audit;
mod body;
mod compact;
mod condition;
mod draft;
mod group;
mod hyperlinks;
mod labels;
mod links;
mod matching;
mod meta;
mod patch;
mod prepare;
mod provenance;
mod sequence;
pub(crate) mod staged;
mod staging;

pub(crate) use body::{
    BodySource, Outlives, OwnReferences, References, extract, local_reference, parse_stored, reference_nodes,
    relative_to, splice, values_of,
};
pub(crate) use condition::{Condition, Criteria, Found};
pub(crate) use draft::mention;
pub(crate) use group::{Outcome, Sequencer, Written};
pub(crate) use hyperlinks::LinkKind;
pub(crate) use links::{Relinking, links_of, stored_targets};
pub(crate) use matching::{Matching, nothing_to_match, one_of};
pub(crate) use patch::{check_version, current, difference, patched};
pub(crate) use prepare::{
    Content, IdRule, Prepared, PreparedWrite, Work, check_id, check_shape, parse_failed, prepare, put_node,
    resource_limits, several_match,
};
pub(crate) use provenance::with_provenance;
pub(crate) use sequence::{SequenceState, close_after};
pub(crate) use staging::Staging;
