//! A value of a `_filter`, as its parameter's kind and its operator want it.

use fornax_definitions::SearchKind;

use super::expression::Operator;
use crate::error::Fault;
use crate::escape::unescape;
use crate::read::{ValueReader, coding, date, number, quantity, token};
use crate::value::{Prefix, TokenValue, Unit, Values};

impl ValueReader<'_> {
    /// What an operator other than `pr` asks of a value. `None`: the operator is not for parameters of this kind.
    pub(super) fn compared(&self, operator: Operator, text: &str) -> Result<Option<Values>, Fault> {
        let whole = || vec![text.to_owned()];
        let values = match (self.parameter.kind, operator) {
            (_, Operator::Eq) if self.parameter.code == "_id" => Values::Id(vec![unescape(text)?]),
            (SearchKind::String, Operator::Eq) => Values::Whole(whole()),
            (SearchKind::String, Operator::Ne) => Values::OtherString(whole()),
            (SearchKind::String, Operator::Co) => Values::Contains(whole()),
            (SearchKind::String, Operator::Sw) => Values::String(whole()),
            (SearchKind::String, Operator::Ew) => Values::End(whole()),
            (SearchKind::Uri, Operator::Eq) => Values::Uri(whole()),
            (SearchKind::Uri, Operator::Ne) => Values::OtherUri(whole()),
            (SearchKind::Uri, Operator::Co) => Values::UriPart(whole()),
            (SearchKind::Uri, Operator::Sw) => Values::UriStart(whole()),
            (SearchKind::Token, Operator::Eq) => Values::Token(vec![token(text)?]),
            (SearchKind::Token, Operator::Ne) => Values::OtherToken(vec![token(text)?]),
            (SearchKind::Token, _) if self.parameter.code == "_id" => return Ok(None),
            (SearchKind::Token, Operator::Ss) => Values::CodesBelow(vec![coding(text)?]),
            (SearchKind::Token, Operator::Sb) => Values::CodesAbove(vec![coding(text)?]),
            // Which of them it is has been said where it stands.
            (SearchKind::Token, Operator::In | Operator::Ni) => Values::InSet(whole()),
            (SearchKind::Reference, Operator::Re) => Values::Reference(vec![self.reference(text)?]),
            (SearchKind::Composite, Operator::Eq) => Values::Composite(vec![self.composite(text)?]),
            (SearchKind::Special, Operator::Eq) => match self.plain(&[text])? {
                Some(values) => values,
                None => return Ok(None),
            },
            (SearchKind::Date, Operator::Po) => Values::Date(vec![date(Prefix::Po, text)?]),
            // When a version was written is a moment, which holds nothing.
            (SearchKind::Date, Operator::Co) if self.parameter.code != "_lastUpdated" => {
                Values::Date(vec![date(Prefix::Co, text)?])
            }
            (kind, operator) => match (kind, prefix(operator)) {
                (SearchKind::Date, Some(prefix)) => Values::Date(vec![date(prefix, text)?]),
                (SearchKind::Number, Some(prefix)) => Values::Number(vec![number(prefix, text)?]),
                (SearchKind::Quantity, Some(prefix)) => Values::Quantity(vec![quantity(prefix, text)?]),
                _ => return Ok(None),
            },
        };
        Ok(Some(with_systems(values)))
    }
}

/// The prefix that says the same as an operator.
fn prefix(operator: Operator) -> Option<Prefix> {
    Some(match operator {
        Operator::Eq => Prefix::Eq,
        Operator::Ne => Prefix::Ne,
        Operator::Gt => Prefix::Gt,
        Operator::Lt => Prefix::Lt,
        Operator::Ge => Prefix::Ge,
        Operator::Le => Prefix::Le,
        Operator::Ap => Prefix::Ap,
        Operator::Sa => Prefix::Sa,
        Operator::Eb => Prefix::Eb,
        _ => return None,
    })
}

/// The systems that have short names here (R4 search_filter, section "Operators").
const SYSTEMS: [(&str, &str); 4] = [
    ("loinc", "http://loinc.org"),
    ("snomed", "http://snomed.info/sct"),
    ("rxnorm", "http://www.nlm.nih.gov/research/umls/rxnorm"),
    ("ucum", "http://unitsofmeasure.org"),
];

/// The same with full systems for short names.
fn with_systems(mut values: Values) -> Values {
    match &mut values {
        Values::Token(tokens) | Values::OtherToken(tokens) => {
            for token in tokens {
                if let TokenValue::Coding { system, .. } | TokenValue::System(system) = token {
                    complete(system);
                }
            }
        }
        Values::CodesBelow(codes) | Values::CodesAbove(codes) => {
            codes.iter_mut().for_each(|(system, _)| complete(system));
        }
        Values::Quantity(quantities) => {
            for quantity in quantities {
                if let Unit::Coding { system, .. } = &mut quantity.unit {
                    complete(system);
                }
            }
        }
        Values::Composite(alternatives) => {
            for alternative in alternatives {
                let parts = std::mem::take(alternative);
                *alternative = parts.into_iter().map(with_systems).collect();
            }
        }
        _ => {}
    }
    values
}

fn complete(system: &mut String) {
    if let Some((_, full)) = SYSTEMS.iter().find(|(short, _)| system == short) {
        *system = (*full).to_owned();
    }
}
