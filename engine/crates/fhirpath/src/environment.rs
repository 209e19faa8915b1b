//! What an evaluation is given beside the element that it starts on.

use crate::item::{Element, Item};
use crate::resolve::Resolver;
use crate::temporal::DateTime;

/// The surroundings of one evaluation.
///
/// The crate reads no clock and fetches nothing: what an expression may ask for stands here, and what does not is an
/// [`Error::NotGiven`](crate::Error::NotGiven) when it is asked for.
#[derive(Clone, Copy, Default)]
pub struct Environment<'a> {
    /// `%resource`: the resource that holds the element evaluated.
    pub resource: Option<Element<'a>>,
    /// `%rootResource`: the one that contains `resource`, or `resource` itself.
    pub root_resource: Option<Element<'a>>,
    /// What `now()`, `today()` and `timeOfDay()` say, to the second and with its offset, which is also the one assumed
    /// for date-times without.
    pub now: Option<DateTime>,
    /// The values of the variables that the [`Compiler`](crate::Compiler) was told of, in that order.
    pub variables: &'a [Vec<Item<'a>>],
    /// Who knows where references lead; by default only their text tells.
    pub resolver: Option<&'a dyn Resolver>,
}

impl<'a> Environment<'a> {
    /// A resource that nothing contains, and nothing else.
    pub fn of(resource: Element<'a>) -> Self {
        Self { resource: Some(resource), root_resource: Some(resource), ..Self::default() }
    }
}
