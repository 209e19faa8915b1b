//! What only a `_filter` asks of strings, codes and URIs: that one is that as a whole, ends with it, or is another.

use fornax_definitions::ParameterId;
use fornax_postings::{Clause, Field, TermTest};
use fornax_query::{TokenValue, Values};

use super::any;
use crate::fold::{fold, fold_case};
use crate::term::Term;

/// `None` for what any other parameter may ask, too.
pub(super) fn clause(values: &Values, parameter: ParameterId, implied_systems: &[&str]) -> Option<Clause> {
    Some(match values {
        Values::Whole(texts) => any(texts.iter().map(|text| whole(text, parameter))),
        Values::End(texts) => any(texts.iter().map(|text| ending(text, parameter))),
        Values::OtherString(texts) => {
            any(texts.iter().map(|text| unlike(&[Term::Folded(&fold(text))], PARAMETER_BYTES, parameter)))
        }
        Values::OtherToken(tokens) => {
            any(tokens.iter().flat_map(|token| other_token(token, parameter, implied_systems)))
        }
        Values::OtherUri(uris) => any(uris.iter().map(|uri| other_uri(uri, parameter))),
        Values::UriStart(starts) => any(starts.iter().map(|start| Term::UriStart(start).clause(parameter))),
        Values::UriPart(parts) => any(parts.iter().map(|part| uri_with(part, parameter))),
        _ => return None,
    })
}

/// Bytes of a term before its first part, where the field has one form of terms.
const PARAMETER_BYTES: usize = 2;
/// The same, where it has several.
const FORM_BYTES: usize = 3;

fn whole(text: &str, parameter: ParameterId) -> Clause {
    let mut bytes = Vec::new();
    let field = Term::Folded(&fold(text)).write(parameter, &mut bytes);
    Clause::Term(field, bytes.into())
}

fn ending(text: &str, parameter: ParameterId) -> Clause {
    let end = fold(text);
    terms(Term::Folded(""), parameter, move |rest| rest.ends_with(end.as_bytes()))
}

/// Terms that share the first bytes of these, and are none of them. These are at least one, and of one form.
fn unlike(unwanted: &[Term<'_>], shared_bytes: usize, parameter: ParameterId) -> Clause {
    let (mut bytes, mut field) = (Vec::new(), Field::Token);
    let mut rests = Vec::with_capacity(unwanted.len());
    for term in unwanted {
        field = term.write(parameter, &mut bytes);
        rests.push(bytes.split_off(shared_bytes));
    }
    let is_other = move |found: &[u8]| rests.iter().all(|rest| *rest != found);
    Clause::Terms(field, bytes.into(), TermTest::new(is_other))
}

/// Terms of the field of an empty one whose text passes.
fn terms(
    empty: Term<'_>,
    parameter: ParameterId,
    passes: impl Fn(&[u8]) -> bool + Send + Sync + 'static,
) -> Clause {
    let mut start = Vec::new();
    let field = empty.write(parameter, &mut start);
    Clause::Terms(field, start.into(), TermTest::new(passes))
}

/// Codes that are not that one, of those that have all it is compared by: a code alone is compared with codes, one with a system
/// or without any with those of elements that know systems, a system with these and with systems.
fn other_token(token: &TokenValue, parameter: ParameterId, implied_systems: &[&str]) -> Vec<Clause> {
    let unlike = |terms: &[Term<'_>]| unlike(terms, FORM_BYTES, parameter);
    let all_in_form_of = |term: Term<'_>| {
        let mut start = Vec::new();
        let field = term.write(parameter, &mut start);
        start.truncate(FORM_BYTES);
        Clause::Prefix(field, start.into())
    };
    let without_system = || all_in_form_of(Term::CodeWithoutSystem(""));
    let folded_without_system = || all_in_form_of(Term::FoldedCodeWithoutSystem(""));
    // The system of codes that have none may go without saying.
    let is_implied = |system: &String| implied_systems.contains(&system.as_str());
    match token {
        TokenValue::Code(code) => {
            vec![unlike(&[Term::Code(code)]), unlike(&[Term::FoldedCode(&fold_case(code))])]
        }
        TokenValue::Coding { system, code } => vec![
            unlike(&[Term::Coding(system, code)]),
            unlike(&[Term::FoldedCoding(system, &fold_case(code))]),
            if is_implied(system) { unlike(&[Term::CodeWithoutSystem(code)]) } else { without_system() },
            folded_without_system(),
        ],
        TokenValue::CodeWithoutSystem(code) => vec![
            unlike(&[Term::CodeWithoutSystem(code)]),
            unlike(&[Term::FoldedCodeWithoutSystem(&fold_case(code))]),
            all_in_form_of(Term::Coding("", "")),
            all_in_form_of(Term::FoldedCoding("", "")),
        ],
        TokenValue::System(system) if is_implied(system) => {
            vec![unlike(&[Term::System(system), Term::System("")]), folded_without_system()]
        }
        TokenValue::System(system) => {
            vec![unlike(&[Term::System(system)]), without_system(), folded_without_system()]
        }
    }
}

/// URIs that are not that one. A canonical URL has a second term without its version, so versions count where both have one.
fn other_uri(uri: &str, parameter: ParameterId) -> Clause {
    let term = |text: &str| {
        let mut bytes = Vec::new();
        Term::Uri(text).write(parameter, &mut bytes);
        bytes.split_off(PARAMETER_BYTES)
    };
    let (url, version) = uri.split_once('|').map_or((uri, None), |(url, version)| (url, Some(version)));
    let (unwanted, bare) = (term(uri), term(url));
    let any_version = version.is_none().then(|| format!("{url}|"));
    terms(Term::Uri(""), parameter, move |rest| {
        let is_version = any_version.as_ref().is_some_and(|start| rest.starts_with(start.as_bytes()));
        rest != unwanted && rest != bare && !is_version
    })
}

fn uri_with(part: &str, parameter: ParameterId) -> Clause {
    let part = part.to_owned();
    // What ends in a hash is no text there.
    terms(Term::Uri(""), parameter, move |rest| String::from_utf8_lossy(rest).contains(&part))
}
