//! Texts that are not looked up whole: parts of strings, starts of codes, paths of URIs.

use fornax_definitions::ParameterId;
use fornax_postings::{Clause, Field, TermTest};

use crate::fold::fold;
use crate::term::{CODE, FOLDED_CODE, Term, start_of_form};

/// Strings that have the text anywhere.
pub(super) fn containing(text: &str, parameter: ParameterId) -> Clause {
    let part = fold(text);
    let mut start = Vec::new();
    let field = Term::Folded("").write(parameter, &mut start);
    let holds = move |rest: &[u8]| std::str::from_utf8(rest).is_ok_and(|rest| rest.contains(&part));
    Clause::Terms(field, start.into(), TermTest::new(holds))
}

/// Codes that start so, folded, whether their case counts or not.
pub(super) fn codes_that_start(text: &str, parameter: ParameterId) -> impl Iterator<Item = Clause> {
    let asked = fold(text);
    [CODE, FOLDED_CODE].into_iter().map(move |form| {
        let asked = asked.clone();
        let holds = move |code: &[u8]| fold(&String::from_utf8_lossy(code)).starts_with(&asked);
        let start = start_of_form(parameter, form);
        Clause::Terms(Field::Token, start.into(), TermTest::new(holds))
    })
}

/// A URL and all that its path, or a fragment of it, leads to. It has no slash at its end.
pub(super) fn below(url: &str, parameter: ParameterId) -> [Clause; 3] {
    let beginning = |mark: char| Term::UriStart(&format!("{url}{mark}")).clause(parameter);
    [Term::Uri(url).clause(parameter), beginning('/'), beginning('#')]
}

/// A URL and all that lead to it, each with and without a slash at its end.
pub(super) fn above(url: &str, parameter: ParameterId) -> impl Iterator<Item = Clause> {
    let slashes = url.match_indices('/').map(|(at, _)| at);
    let ends = slashes.chain([url.len()]);
    ends.flat_map(move |end| {
        let start = &url[..end];
        [Term::Uri(start).clause(parameter), Term::Uri(&format!("{start}/")).clause(parameter)]
    })
}
