//! Codes and identifiers.

use fornax_definitions::ParameterId;
use fornax_postings::Clause;
use fornax_query::TokenValue;
use smallvec::{SmallVec, smallvec};

use super::any;
use crate::case::minds_case;
use crate::columns::TERM_HASHES;
use crate::fold::fold_case;
use crate::term::Term;

/// A token as a clause.
pub(super) fn clause(value: &TokenValue, parameter: ParameterId, implied_systems: &[&str]) -> Clause {
    let mut clauses = Vec::new();
    each_term(value, implied_systems, |_, term| clauses.push(term.clause(parameter)));
    any(clauses.into_iter())
}

/// Calls `each` with every term of which a value has one, and which of its terms that is. Whether the case of a code counts depends on
/// the resource's side, too: an identifier's always does. A system may go without saying there.
fn each_term(value: &TokenValue, implied_systems: &[&str], mut each: impl FnMut(usize, Term<'_>)) {
    const { assert!(TERM_HASHES == 3) };
    match value {
        TokenValue::Code(code) => {
            each(0, Term::Code(code));
            each(0, Term::FoldedCode(&fold_case(code)));
        }
        TokenValue::Coding { system, code } => {
            each(1, Term::Coding(system, code));
            if !minds_case(system) {
                each(1, Term::FoldedCoding(system, &fold_case(code)));
            }
            if implied_systems.contains(&system.as_str()) {
                each(1, Term::CodeWithoutSystem(code));
            }
        }
        TokenValue::CodeWithoutSystem(code) => {
            each(1, Term::CodeWithoutSystem(code));
            each(1, Term::FoldedCodeWithoutSystem(&fold_case(code)));
        }
        TokenValue::System(system) => {
            each(2, Term::System(system));
            if implied_systems.contains(&system.as_str()) {
                each(2, Term::System(""));
            }
        }
    }
}

/// An identifier that a reference bears.
pub(super) fn identifier(value: &TokenValue, parameter: ParameterId) -> Clause {
    let term = match value {
        TokenValue::Code(value) => Term::IdentifierValue(value),
        TokenValue::Coding { system, code: value } => Term::Identifier(system, value),
        TokenValue::CodeWithoutSystem(value) => Term::IdentifierWithoutSystem(value),
        TokenValue::System(system) => Term::IdentifierSystem(system),
    };
    term.clause(parameter)
}

/// Which hashes of a component's terms a token asks for: the place among them, and the terms of which it is one.
pub(super) fn asked_terms(
    value: &TokenValue,
    implied_systems: &[&str],
    hash: &mut dyn FnMut(Term<'_>) -> i64,
) -> SmallVec<[(usize, i64); 2]> {
    let mut asked = smallvec![];
    each_term(value, implied_systems, |slot, term| asked.push((slot, hash(term))));
    asked
}
