//! `_filter`: tests on parameters, joined by `and`, `or` and `not` (R4 search_filter).
//!
//! A text is first read as what it says, then for each type as what it means there: a condition like that of any other
//! parameter.

mod compared;
mod expression;
mod lexer;
mod parser;

use fornax_definitions::{SearchKind, SearchParameter, TypeId};

use self::expression::{Expression, Link, Operator, Test};
use crate::condition::Condition;
use crate::error::{Bound, Fault, Feature, QueryError};
use crate::pairs::Pair;
use crate::parse::{Reading, has_values};
use crate::read::ValueReader;

impl Reading<'_> {
    /// What a `_filter` asks of the resources that are searched.
    pub fn expression_condition(&self, pair: &Pair) -> Result<Condition, QueryError> {
        let expression = parser::parse(pair, self.context.limits)?;
        let meaning = Meaning { reading: self, pair };
        meaning.of(&self.types, &expression).map_err(|error| match error {
            // The parameter that is unknown is not the pair's, which may be passed over.
            QueryError::Unknown { place } => QueryError::Invalid { place, fault: Fault::Name },
            error => error,
        })
    }
}

/// What expressions mean.
struct Meaning<'a> {
    reading: &'a Reading<'a>,
    pair: &'a Pair,
}

impl Meaning<'_> {
    /// What an expression asks of resources of these types.
    fn of(&self, types: &[TypeId], expression: &Expression<'_>) -> Result<Condition, QueryError> {
        let each =
            |all: &[Expression<'_>]| all.iter().map(|one| self.of(types, one)).collect::<Result<_, _>>();
        Ok(match expression {
            Expression::Test(test) => {
                let condition = self.of_path(types, &test.links, test)?;
                // There is none at the end of the whole path, not: some target has none.
                if test.asks_for_none() { Condition::Not(Box::new(condition)) } else { condition }
            }
            Expression::Not(inner) => Condition::Not(Box::new(self.of(types, inner)?)),
            Expression::All(all) => Condition::All(each(all)?),
            Expression::Any(any) => Condition::Any(each(any)?),
        })
    }

    /// What these links and the test at their end ask.
    fn of_path(
        &self,
        types: &[TypeId],
        links: &[Link<'_>],
        test: &Test<'_>,
    ) -> Result<Condition, QueryError> {
        let Some((link, links)) = links.split_first() else { return self.of_test(types, test) };
        let behind = |target: TypeId| {
            let Some(filter) = &link.filter else { return self.of_path(&[target], links, test) };
            let filtered = self.of(&[target], filter)?;
            Ok(Condition::All(vec![filtered, self.of_path(&[target], links, test)?]))
        };
        let read = |parameter: &SearchParameter| {
            self.supported(parameter)?;
            match (parameter.kind, &link.filter) {
                (SearchKind::Reference, _) => self.reading.refers(parameter, None, self.pair, &behind),
                (_, None) => Err(self.pair.invalid(Fault::ChainKind)),
                (_, Some(_)) => Err(self.pair.not_supported(Feature::ElementFilter)),
            }
        };
        let condition = self.reading.of_each(types, link.name.text, self.pair, &read);
        condition.map_err(|error| error.within(self.pair, link.name.at))
    }

    fn of_test(&self, types: &[TypeId], test: &Test<'_>) -> Result<Condition, QueryError> {
        let read = |parameter: &SearchParameter| {
            self.supported(parameter)?;
            self.compared(parameter, test)
        };
        let condition = self.reading.of_each(types, test.name.text, self.pair, &read);
        condition.map_err(|error| error.within(self.pair, test.name.at))
    }

    fn supported(&self, parameter: &SearchParameter) -> Result<(), QueryError> {
        has_values(parameter).then_some(()).ok_or_else(|| self.pair.not_supported(Feature::Parameter))
    }

    fn compared(&self, parameter: &SearchParameter, test: &Test<'_>) -> Result<Condition, QueryError> {
        let crate::Context { definitions, bases, limits, .. } = *self.reading.context;
        let invalid = |fault, at| self.pair.invalid(fault).within(self.pair, at);
        if test.value.trim().is_empty() {
            return Err(invalid(Fault::Empty, test.value_at));
        }
        let bytes = test.value.len();
        Bound::ValueBytes.holds_at((self.pair, test.value_at), bytes, limits.value_bytes_max)?;
        if test.operator == Operator::Pr {
            let is_either = matches!(&*test.value, "true" | "false");
            let wrong = || invalid(Fault::Choice("true, false"), test.value_at);
            return is_either.then(|| present(parameter)).ok_or_else(wrong);
        }
        let reader = ValueReader { definitions, parameter, target: None, bases, limits };
        let is_other_id = parameter.code == "_id" && test.operator == Operator::Ne;
        let operator = if is_other_id { Operator::Eq } else { test.operator };
        let values = reader.compared(operator, &test.value);
        let values = values.map_err(|fault| invalid(fault, test.value_at))?;
        let values = values.ok_or_else(|| invalid(Fault::OperatorKind, test.operator_at))?;
        let has = Condition::Has { parameter: parameter.id, values };
        // There is always one id, so another one is not this one.
        Ok(if is_other_id { Condition::Not(Box::new(has)) } else { has })
    }
}

/// Whether there is a value. An id and a time of writing there always is.
fn present(parameter: &SearchParameter) -> Condition {
    match &*parameter.code {
        "_id" | "_lastUpdated" => Condition::All(Vec::new()),
        _ => Condition::Present(parameter.id),
    }
}
