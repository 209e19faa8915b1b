//! From `_sort` to an order by columns and scores.

use std::sync::Arc;

use fornax_definitions::Definitions;
use fornax_postings::{ColumnName, Direction, Order, Pick, Ranking, SortKey};
use fornax_query::{Query, SortBy};

use crate::columns::{Columns, EVERY};
use crate::plan::{ID, LAST_UPDATED};

/// The order that a query asks for: of several values the least counts when ascending, the greatest when descending.
pub(crate) fn order(definitions: &Definitions, query: &Query, ranking: Option<&Arc<Ranking>>) -> Order {
    let mut keys = Vec::new();
    for key in &query.sort {
        let direction = match key.direction {
            fornax_query::Direction::Ascending => Direction::Ascending,
            fornax_query::Direction::Descending => Direction::Descending,
        };
        let id = match key.by {
            SortBy::Parameter(id) => id,
            SortBy::Score => {
                // What fits best is first without a sign.
                let direction = match direction {
                    Direction::Ascending => Direction::Descending,
                    Direction::Descending => Direction::Ascending,
                };
                keys.extend(ranking.map(|ranking| SortKey::Score(Arc::clone(ranking), direction)));
                continue;
            }
        };
        let mut add =
            |column: ColumnName| keys.push(SortKey::Column { column, pick: Pick::Extreme, direction });
        let parameter = definitions.parameter_of(id);
        match (&*parameter.code, Columns::of(parameter, definitions)) {
            (LAST_UPDATED, _) => add(EVERY.last_updated.clone()),
            (ID, _) => EVERY.id.iter().cloned().for_each(add),
            (_, Some(Columns::Date { low, high })) => add(match direction {
                Direction::Ascending => low,
                Direction::Descending => high,
            }),
            (_, Some(Columns::Number(columns))) => add(columns.plain),
            (_, Some(Columns::Reference(column))) => add(column),
            (_, Some(Columns::Text(columns))) => {
                keys.extend(columns.into_iter().map(|column| SortKey::Column {
                    column,
                    pick: Pick::End,
                    direction,
                }));
            }
            (_, Some(Columns::Composite(_) | Columns::Place(_)) | None) => {}
        }
    }
    if keys.is_empty() { Order::Written } else { Order::Sorted(keys) }
}
