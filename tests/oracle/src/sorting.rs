//! The order of matches (search.html#sort).
//!
//! Of several values the one counts that comes first in the direction asked for. What has no value comes last in both directions.
//! What is alike in all keys may come in any order, as long as it is always the same one: [`Ties`] sees to that.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::decimals::Decimal;
use crate::query::{Direction, SortKey};
use crate::values::{Limit, Value, values};
use crate::version::{Key, Stored};

/// What is compared. Values of one parameter are all of one variant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sortable {
    Text(String),
    Time(i64),
    Number(Number),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Number {
    Lowest,
    Of(Decimal),
    Highest,
}

/// How two versions are ordered by all keys.
pub fn order(keys: &[SortKey], one: &Stored, other: &Stored) -> Ordering {
    let by = |key: &SortKey| {
        let (one, other) = (sortable(key, one), sortable(key, other));
        match (one, other) {
            (Some(one), Some(other)) if key.direction == Direction::Ascending => one.cmp(&other),
            (Some(one), Some(other)) => other.cmp(&one),
            (one, other) => one.is_none().cmp(&other.is_none()),
        }
    };
    keys.iter().map(by).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

fn sortable(key: &SortKey, version: &Stored) -> Option<Sortable> {
    let found = values(key.parameter, version).into_iter();
    let found = found.filter_map(|value| end(&value, key.direction));
    match key.direction {
        Direction::Ascending => found.min(),
        Direction::Descending => found.max(),
    }
}

/// The end of a value that comes first: where it begins, or where it ends.
fn end(value: &Value, direction: Direction) -> Option<Sortable> {
    let is_ascending = direction == Direction::Ascending;
    Some(match value {
        Value::String(text) => Sortable::Text(text.folded.clone()),
        Value::Uri(uri) => Sortable::Text(uri.written.clone()),
        Value::Token(token) => Sortable::Text(token.code.clone()?),
        Value::Date(interval) => Sortable::Time(if is_ascending { interval.low } else { interval.high }),
        Value::Quantity(quantity) => {
            let limit = if is_ascending { quantity.low } else { quantity.high };
            Sortable::Number(match limit {
                Limit::With(number) | Limit::Without(number) => Number::Of(number),
                Limit::Open if is_ascending => Number::Lowest,
                Limit::Open => Number::Highest,
            })
        }
        Value::Reference(_) | Value::Composite(_) => return None,
    })
}

/// Which of two resources came first where the keys did not say.
#[derive(Clone, Debug, Default)]
pub struct Ties(BTreeSet<(Key, Key)>);

/// The ties of searches: with `_sort`, and without.
#[derive(Clone, Debug, Default)]
pub struct SearchTies {
    /// With `_sort`.
    pub sorted: Ties,
    /// Without: what one commit made.
    pub unsorted: Ties,
}

impl Ties {
    /// Takes note of the order within a group of resources that are alike.
    ///
    /// # Errors
    /// In words: two of them came the other way round before.
    pub fn note(&mut self, group: &[Key]) -> Result<(), String> {
        for (at, later) in group.iter().enumerate() {
            for earlier in &group[..at] {
                if self.0.contains(&(later.clone(), earlier.clone())) {
                    return Err(format!("{earlier} comes before {later}, and came after it elsewhere"));
                }
                self.0.insert((earlier.clone(), later.clone()));
            }
        }
        Ok(())
    }
}
