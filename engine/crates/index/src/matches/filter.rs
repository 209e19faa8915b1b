//! What only a `_filter` asks of a value.

use fornax_definitions::SearchParameter;
use fornax_query::{TokenValue, Values};

use super::Evaluation;
use crate::fold::fold;
use crate::values::Value;

impl Evaluation<'_> {
    /// Whether one value is one of those asked for.
    pub(super) fn is_filtered(&self, parameter: &SearchParameter, asked: &Values, value: Value) -> bool {
        let values = self.values;
        match (asked, value) {
            (Values::Whole(asked), Value::String { folded, .. }) => {
                asked.iter().any(|asked| values.text(folded) == fold(asked))
            }
            (Values::End(asked), Value::String { folded, .. }) => {
                asked.iter().any(|asked| values.text(folded).ends_with(&fold(asked)))
            }
            (Values::OtherString(asked), Value::String { folded, .. }) => {
                asked.iter().any(|asked| values.text(folded) != fold(asked))
            }
            (Values::OtherToken(asked), _) => {
                let implied = values.plan.implied_systems(parameter.id);
                asked.iter().any(|asked| self.is_other_token(asked, value, implied))
            }
            (Values::OtherUri(asked), Value::Uri { uri, .. }) => {
                asked.iter().any(|asked| is_other_uri(values.text(uri), asked))
            }
            (Values::UriStart(asked), Value::Uri { uri, .. }) => {
                asked.iter().any(|asked| values.text(uri).starts_with(asked))
            }
            (Values::UriPart(asked), Value::Uri { uri, .. }) => {
                asked.iter().any(|asked| values.text(uri).contains(asked))
            }
            _ => false,
        }
    }

    /// Whether a code is another one. Where there is nothing to compare it is none.
    fn is_other_token(&self, asked: &TokenValue, value: Value, implied_systems: &[&str]) -> bool {
        let Value::Code { system, code, source } = value else { return false };
        let is_compared = match asked {
            TokenValue::Code(_) => code.is_some(),
            TokenValue::Coding { .. } | TokenValue::CodeWithoutSystem(_) => {
                code.is_some() && source.knows_systems()
            }
            TokenValue::System(_) => system.is_some() || code.is_some() && source.knows_systems(),
        };
        is_compared && !self.token(asked, value, implied_systems)
    }
}

/// Whether one URI is another than the one asked for. Versions count where both have one.
fn is_other_uri(found: &str, asked: &str) -> bool {
    let ((url, version), (asked_url, asked_version)) = (parts(found), parts(asked));
    url != asked_url || version.zip(asked_version).is_some_and(|(version, asked)| version != asked)
}

/// A canonical URL and its version.
fn parts(uri: &str) -> (&str, Option<&str>) {
    uri.split_once('|').map_or((uri, None), |(url, version)| (url, Some(version)))
}
