//! What is asked of texts, decided on the words themselves.

use fornax_definitions::ParameterId;
use fornax_postings::Pattern;
use fornax_query::{TextExpression, TextScope};

use super::Evaluation;
use crate::values::Value;
use crate::words::{has_pattern, has_words, words};

impl Evaluation<'_> {
    /// Whether the texts that a parameter searches meet one of the expressions.
    pub(super) fn texts(
        &self,
        scope: Option<TextScope>,
        parameter: ParameterId,
        expressions: &[TextExpression],
    ) -> bool {
        let texts = &self.values.texts;
        let has = |pattern: &Pattern| {
            let in_narrative = || texts.narrative.texts().any(|text| has_pattern(&text, pattern));
            match scope {
                Some(TextScope::Narrative) => in_narrative(),
                Some(TextScope::Content) => {
                    in_narrative() || texts.content.texts().any(|text| has_pattern(&text, pattern))
                }
                None => self.strings(parameter).any(|folded| has_words(folded, pattern)),
            }
        };
        expressions.iter().any(|expression| meets(expression, &has) == Some(true))
    }

    fn strings(&self, parameter: ParameterId) -> impl Iterator<Item = &str> {
        let row = self.values.plan.find(parameter);
        let entries = row.map_or(&[][..], |row| self.values.of(row));
        entries.iter().filter_map(|entry| match entry.value {
            Value::String { folded, .. } => Some(self.values.text(folded)),
            _ => None,
        })
    }
}

/// `None` of what has no word: it asks for nothing.
fn meets(expression: &TextExpression, has: &dyn Fn(&Pattern) -> bool) -> Option<bool> {
    let each =
        |all: &[TextExpression]| -> Vec<bool> { all.iter().filter_map(|one| meets(one, has)).collect() };
    let some = |all: Vec<bool>, meets: bool| (!all.is_empty()).then_some(meets);
    match expression {
        TextExpression::Words(text) => {
            let words = words(text);
            (!words.is_empty()).then(|| has(&Pattern::Phrase(words.into())))
        }
        TextExpression::Start(text) => {
            let mut words = words(text);
            let start = Pattern::Start(words.pop()?);
            Some(has(&start) && words.into_iter().all(|word| has(&Pattern::Word(word))))
        }
        TextExpression::Not(inner) => meets(inner, has).map(|meets| !meets),
        TextExpression::All(all) => {
            let each = each(all);
            let meets = each.iter().all(|meets| *meets);
            some(each, meets)
        }
        TextExpression::Any(all) => {
            let each = each(all);
            let meets = each.contains(&true);
            some(each, meets)
        }
    }
}
