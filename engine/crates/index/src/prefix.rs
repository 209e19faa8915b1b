//! How a stretch in a resource compares with a stretch that is searched for (R4 search, section "Prefixes").

use fornax_query::Prefix;
use smallvec::{SmallVec, smallvec};

/// What must hold for one end of the resource's stretch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EndTest<T> {
    pub end: End,
    pub comparison: Comparison,
    pub bound: T,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Low,
    High,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    AtLeast,
    Above,
    AtMost,
    Below,
}

/// Tests that must all hold for one value.
pub(crate) type Tests<T> = SmallVec<[EndTest<T>; 2]>;

/// Alternatives for a value's stretch to compare, by its prefix, with the searched one from `low` to `high`, both included.
/// For [`Prefix::Ap`] that one must already be widened.
pub(crate) fn alternatives<T: Copy>(prefix: Prefix, low: T, high: T) -> SmallVec<[Tests<T>; 2]> {
    use Comparison::{Above, AtLeast, AtMost, Below};
    use End::{High, Low};
    let test = |end, comparison, bound| EndTest { end, comparison, bound };
    let one = |test| -> Tests<T> { smallvec![test] };
    match prefix {
        Prefix::Eq => smallvec![smallvec![test(Low, AtLeast, low), test(High, AtMost, high)]],
        Prefix::Ne => smallvec![one(test(Low, Below, low)), one(test(High, Above, high))],
        Prefix::Gt => smallvec![one(test(High, Above, high))],
        Prefix::Lt => smallvec![one(test(Low, Below, low))],
        Prefix::Ge => smallvec![one(test(High, Above, high)), one(test(Low, AtLeast, low))],
        Prefix::Le => smallvec![one(test(Low, Below, low)), one(test(High, AtMost, high))],
        Prefix::Sa => smallvec![one(test(Low, Above, high))],
        Prefix::Eb => smallvec![one(test(High, Below, low))],
        Prefix::Ap | Prefix::Po => smallvec![smallvec![test(Low, AtMost, high), test(High, AtLeast, low)]],
        Prefix::Co => smallvec![smallvec![test(Low, AtMost, low), test(High, AtLeast, high)]],
    }
}

impl<T: PartialOrd + Copy> EndTest<T> {
    /// Whether it holds for a stretch.
    pub fn holds(&self, low: T, high: T) -> bool {
        let end = match self.end {
            End::Low => low,
            End::High => high,
        };
        match self.comparison {
            Comparison::AtLeast => end >= self.bound,
            Comparison::Above => end > self.bound,
            Comparison::AtMost => end <= self.bound,
            Comparison::Below => end < self.bound,
        }
    }
}

/// Whether a stretch compares so.
pub(crate) fn holds<T: PartialOrd + Copy>(prefix: Prefix, searched: (T, T), value: (T, T)) -> bool {
    let mut alternatives = alternatives(prefix, searched.0, searched.1).into_iter();
    alternatives.any(|tests| tests.iter().all(|test| test.holds(value.0, value.1)))
}
