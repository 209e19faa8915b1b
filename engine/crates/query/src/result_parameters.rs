//! Parameters that say what a result looks like: `_count`, `_elements`, `_explain`, `_maxresults`, `_sort`,
//! `_summary`, `_total`; and as of when it is: `_asof`.

use fornax_definitions::{SearchKind, SearchParameter, TypeId};
use fornax_model::date::instant_micros;

use crate::condition::Condition;
use crate::error::{Bound, Fault, Feature, QueryError};
use crate::escape::split;
use crate::pairs::Pair;
use crate::parse::{Handling, Reading, has_values};
use crate::query::{Direction, SCORE, SortBy, SortKey, Summary, Total};

impl Reading<'_> {
    /// Takes one of them, by its code; none has a modifier.
    pub fn result_parameter(&mut self, pair: &Pair, code: &str, rest: &str) -> Result<(), QueryError> {
        if !rest.is_empty() {
            return Err(pair.invalid(Fault::NoModifier));
        }
        match code {
            "_elements" => return self.elements(pair),
            "_sort" => return self.sort(pair),
            once if self.given.iter().any(|given| given == once) => return Err(pair.invalid(Fault::Repeated)),
            once => self.given.push(once.to_owned()),
        }
        match code {
            "_asof" => self.query.as_of_us = Some(self.as_of(pair)?),
            "_count" => self.query.count = Some(self.count(pair)?),
            "_explain" => self.query.is_explained = is_true(pair)?,
            "_maxresults" => self.query.max_results = Some(whole_number(pair)?),
            "_summary" => self.query.summary = summary(pair)?,
            _ => self.query.total = total(pair)?,
        }
        Ok(())
    }

    /// What guards a write is to hold when it is written.
    fn as_of(&self, pair: &Pair) -> Result<i64, QueryError> {
        if self.context.handling == Handling::Guard {
            return Err(pair.not_supported(Feature::Parameter));
        }
        instant_micros(&pair.value).map_err(|_| pair.invalid(Fault::Instant))
    }

    fn count(&self, pair: &Pair) -> Result<u32, QueryError> {
        let asked = u32::try_from(whole_number(pair)?).unwrap_or(u32::MAX);
        Ok(asked.min(self.context.limits.count_max))
    }

    fn elements(&mut self, pair: &Pair) -> Result<(), QueryError> {
        for name in split(&pair.value, ',') {
            if !self.has_element(name) {
                self.pass_over(pair.invalid(Fault::Element), &[Handling::Lenient])?;
                continue;
            }
            Bound::Elements.holds(self.query.elements.len() + 1, self.context.limits.elements_max)?;
            self.query.elements.push(name.to_owned());
        }
        Ok(())
    }

    /// A sort by score is passed over where nothing is scored.
    pub fn check_scored(&mut self) -> Result<(), QueryError> {
        let is_scored = self.query.conditions().any(Condition::asks_for_words);
        let Some(error) = self.scored.take().filter(|_| !is_scored) else { return Ok(()) };
        self.query.sort.retain(|key| key.by != SortBy::Score);
        self.pass_over(error, &[Handling::Lenient])
    }

    fn has_element(&self, name: &str) -> bool {
        let definitions = self.context.definitions;
        let has = |&of: &TypeId| {
            definitions.child(of, name).is_some() || definitions.element_named(of, name).is_some()
        };
        name == "resourceType" || self.types.iter().any(has)
    }

    fn sort(&mut self, pair: &Pair) -> Result<(), QueryError> {
        for piece in split(&pair.value, ',') {
            let (code, direction) = match piece.strip_prefix('-') {
                Some(code) => (code, Direction::Descending),
                None => (piece, Direction::Ascending),
            };
            let by = if code == SCORE {
                self.scored.get_or_insert(pair.invalid(Fault::Unscored));
                SortBy::Score
            } else {
                let found = self.shared(code, pair)?.filter(|parameter| is_sortable(parameter));
                let Some(found) = found.map(|parameter| parameter.id) else {
                    self.pass_over(pair.invalid(Fault::SortKey), &[Handling::Lenient])?;
                    continue;
                };
                SortBy::Parameter(found)
            };
            Bound::SortKeys.holds(self.query.sort.len() + 1, self.context.limits.sort_keys_max)?;
            self.query.sort.push(SortKey { by, direction });
        }
        Ok(())
    }
}

impl Reading<'_> {
    /// The parameter of that code, where it is one and the same for all types that are searched.
    fn shared(&self, code: &str, pair: &Pair) -> Result<Option<&SearchParameter>, QueryError> {
        let mut shared = None;
        for &resource in &self.types {
            let Some(found) = self.parameter(resource, code, pair)? else { return Ok(None) };
            if shared.get_or_insert(found).id != found.id {
                return Ok(None);
            }
        }
        Ok(shared)
    }
}

fn is_sortable(parameter: &SearchParameter) -> bool {
    let has_order = !matches!(parameter.kind, SearchKind::Composite | SearchKind::Special);
    has_order && has_values(parameter)
}

/// One that does not fit is the greatest that does.
fn whole_number(pair: &Pair) -> Result<u64, QueryError> {
    if !pair.value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(pair.invalid(Fault::Count));
    }
    Ok(pair.value.parse::<u64>().unwrap_or(u64::MAX))
}

fn is_true(pair: &Pair) -> Result<bool, QueryError> {
    match pair.value.as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(pair.invalid(Fault::Choice("true, false"))),
    }
}

fn total(pair: &Pair) -> Result<Total, QueryError> {
    match pair.value.as_str() {
        "accurate" => Ok(Total::Accurate),
        "estimate" => Ok(Total::Estimate),
        "none" => Ok(Total::None),
        _ => Err(pair.invalid(Fault::Choice("accurate, estimate, none"))),
    }
}

fn summary(pair: &Pair) -> Result<Summary, QueryError> {
    match pair.value.as_str() {
        "false" => Ok(Summary::False),
        "true" => Ok(Summary::True),
        "text" => Ok(Summary::Text),
        "data" => Ok(Summary::Data),
        "count" => Ok(Summary::Count),
        _ => Err(pair.invalid(Fault::Choice("true, text, data, count, false"))),
    }
}
