//! `_contained` and `_containedType`: searches for resources inside of others, and what they can't be asked.

use crate::error::{Fault, Feature, QueryError};
use crate::name::split_code;
use crate::pairs::{Pair, Pairs};
use crate::parse::{Handling, Reading};
use crate::query::{Contained, ContainedAs};

impl Reading<'_> {
    /// Takes either, by its code; none has a modifier, and each may stand once.
    pub fn contained(&mut self, pair: &Pair, code: &str, rest: &str) -> Result<(), QueryError> {
        if !rest.is_empty() {
            return Err(pair.invalid(Fault::NoModifier));
        }
        if self.context.handling == Handling::Guard {
            return Err(pair.not_supported(Feature::Parameter));
        }
        if self.given.iter().any(|given| given == code) {
            return Err(pair.invalid(Fault::Repeated));
        }
        self.given.push(code.to_owned());
        if code == "_contained" {
            self.query.contained = contained(pair)?;
        } else {
            self.query.contained_as = contained_as(pair)?;
        }
        Ok(())
    }

    /// Refuses what a contained resource can't be asked alone, naming the parameter: what other resources say, an order, includes,
    /// compartments.
    pub fn check_contained(&self, pairs: &Pairs) -> Result<(), QueryError> {
        if self.query.contained == Contained::Unsearched {
            return Ok(());
        }
        let is_joined = |pair: &Pair| {
            let mut filters = self.query.filters.iter();
            filters.any(|filter| {
                filter.name == pair.name && filter.text == pair.value && filter.condition.is_join()
            })
        };
        for pair in pairs.iter().filter(|pair| !pair.value.is_empty()) {
            match split_code(&pair.name).0 {
                "_sort" | "_include" | "_revinclude" | "_maxresults" => {
                    return Err(pair.not_supported(Feature::BesideContained));
                }
                "_contained" if self.query.within.is_some() => {
                    return Err(pair.not_supported(Feature::InCompartment));
                }
                _ if is_joined(pair) => return Err(pair.not_supported(Feature::ContainedJoin)),
                _ => {}
            }
        }
        Ok(())
    }
}

fn contained(pair: &Pair) -> Result<Contained, QueryError> {
    match pair.value.as_str() {
        "true" => Ok(Contained::Alone),
        "false" => Ok(Contained::Unsearched),
        "both" => Ok(Contained::Both),
        _ => Err(pair.invalid(Fault::Choice("true, false, both"))),
    }
}

fn contained_as(pair: &Pair) -> Result<ContainedAs, QueryError> {
    match pair.value.as_str() {
        "container" => Ok(ContainedAs::Container),
        "contained" => Ok(ContainedAs::Itself),
        _ => Err(pair.invalid(Fault::Choice("container, contained"))),
    }
}
