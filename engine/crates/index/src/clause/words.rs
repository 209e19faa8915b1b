//! What is asked of texts, as clauses on words.

use fornax_definitions::ParameterId;
use fornax_postings::{Clause, Pattern, TermTest, TextField};
use fornax_query::{TextExpression, TextScope};

use super::any;
use crate::term::Term;
use crate::words::{has_words, words};

/// The texts that a parameter searches.
pub(super) enum Searched {
    /// Narratives, and contents.
    Fields(&'static [TextField]),
    /// The values of a string parameter.
    Strings(ParameterId),
}

impl Searched {
    pub fn of(scope: Option<TextScope>, parameter: ParameterId) -> Self {
        match scope {
            Some(TextScope::Narrative) => Self::Fields(&[TextField::Narrative]),
            Some(TextScope::Content) => Self::Fields(&[TextField::Narrative, TextField::Content]),
            None => Self::Strings(parameter),
        }
    }

    /// Documents that meet one of the expressions. One without any word finds nothing.
    pub fn clause(&self, expressions: &[TextExpression]) -> Clause {
        any(expressions.iter().filter_map(|expression| self.expression(expression)))
    }

    /// `None` of what has no word: it asks for nothing.
    fn expression(&self, expression: &TextExpression) -> Option<Clause> {
        let each = |all: &[TextExpression]| -> Vec<Clause> {
            all.iter().filter_map(|one| self.expression(one)).collect()
        };
        let joined = |mut clauses: Vec<Clause>, join: fn(Vec<Clause>) -> Clause| match clauses.len() {
            0 => None,
            1 => clauses.pop(),
            _ => Some(join(clauses)),
        };
        match expression {
            TextExpression::Words(text) => {
                let mut words = words(text);
                match words.len() {
                    0 => None,
                    1 => words.pop().map(|word| self.pattern(Pattern::Word(word))),
                    _ => Some(self.pattern(Pattern::Phrase(words.into()))),
                }
            }
            TextExpression::Start(text) => {
                let mut words = words(text);
                let start = words.pop().map(|start| self.pattern(Pattern::Start(start)));
                let others = words.into_iter().map(|word| self.pattern(Pattern::Word(word)));
                joined(others.chain(start).collect(), Clause::And)
            }
            TextExpression::Not(inner) => Some(Clause::Not(Box::new(self.expression(inner)?))),
            TextExpression::All(all) => joined(each(all), Clause::And),
            TextExpression::Any(all) => joined(each(all), Clause::Or),
        }
    }

    fn pattern(&self, pattern: Pattern) -> Clause {
        match self {
            Self::Fields(fields) => Clause::Text(fields, pattern),
            Self::Strings(parameter) => {
                let mut start = Vec::new();
                let field = Term::Folded("").write(*parameter, &mut start);
                let passes = move |rest: &[u8]| {
                    std::str::from_utf8(rest).is_ok_and(|folded| has_words(folded, &pattern))
                };
                Clause::TextTerms(field, start.into(), TermTest::new(passes))
            }
        }
    }
}
