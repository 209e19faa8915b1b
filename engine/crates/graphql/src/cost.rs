//! What a plan may lead to, guessed before it is run.

use crate::limits::Limits;
use crate::plan::{FieldKind, SearchForm, Selection};

/// Reads, searches and matches, if each list were as long as its `_count`, or as the limits guess.
pub(crate) fn cost(selection: &Selection, limits: &Limits) -> u64 {
    each(selection, 1, limits)
}

/// The same for as many parents. Of variants the costliest counts.
fn each(selection: &Selection, parents: u64, limits: &Limits) -> u64 {
    let variants = selection.variants.iter().map(|variant| {
        variant.fields.iter().fold(0u64, |sum, field| {
            let (own, children) = match &field.kind {
                FieldKind::Read(_) | FieldKind::Resource(_) => (parents, parents),
                FieldKind::Search(search) => {
                    let most = match search.form {
                        SearchForm::List => limits.resources_max,
                        SearchForm::Connection => limits.page_max,
                    };
                    let count = search.count.map_or(limits.list_estimate, |count| count.min(most) as u64);
                    let found = parents.saturating_mul(count);
                    (parents.saturating_add(found), found)
                }
                _ => (0, parents),
            };
            let inner = field.selection.as_ref().map_or(0, |inner| each(inner, children, limits));
            sum.saturating_add(own).saturating_add(inner)
        })
    });
    variants.max().unwrap_or(0)
}
