//! Search URLs: decoded, checked against the definitions, typed, written back.
//!
//! A request's parameters become [`Pairs`] and then a [`Query`]: typed filters, result parameters, and warnings about
//! what was passed over. Nothing is looked up and nothing is compared here.
//!
//! ```
//! use fornax_query::{Context, Handling, Limits, Query};
//!
//! let definitions = fornax_definitions::r4();
//! let limits = Limits::default();
//! let context = Context { definitions, bases: &[], handling: Handling::Lenient, limits: &limits };
//! let query = Query::parse_relative("Patient?birthdate=ge1950&shoe-size=43&_count=5000", &context)?;
//! assert_eq!(query.ignored.len(), 1);
//! assert_eq!(query.to_query_string(definitions), "birthdate=ge1950&_count=1000");
//! # Ok::<(), fornax_query::QueryError>(())
//! ```

mod care_date_table;
mod condition;
mod contained;
mod error;
mod escape;
mod everything;
mod filter;
mod filter_expression;
mod hierarchy;
mod implied;
mod includable;
mod include;
mod limits;
mod name;
mod pairs;
mod parse;
mod paths;
mod query;
mod read;
mod result_parameters;
mod scope;
mod text;
mod value;

pub use condition::{Condition, Described};
pub use error::{Bound, Fault, Feature, Place, QueryError};
pub use hierarchy::part_of;
pub use implied::implied_systems;
pub use includable::is_includable;
pub use limits::Limits;
pub use pairs::{Pair, Pairs};
pub use parse::{Context, Handling, has_values, is_supported};
pub use query::{
    Contained, ContainedAs, Direction, Filter, Include, Query, Reach, SortBy, SortKey, Summary, Total, Way,
};
pub use scope::{CompartmentOf, Extent, Scope, Types};
pub use text::{TextExpression, TextScope, text_scope};
pub use value::{
    DateValue, NearValue, NumberValue, OfTypeValue, Prefix, QuantityValue, ReferenceValue, TokenValue, Unit,
    Values,
};
