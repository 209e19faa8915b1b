//! How values are written as small codes in the same order.

use tantivy::columnar::Column;

use super::Span;

/// What a code stands for.
pub(super) enum Scale {
    /// `least + code * step`, up to the greatest code.
    Steps { least: i64, step: u64, greatest: u64 },
    /// The value at that place of an ascending list: few different values, far apart, as hashes are.
    List(Box<[i64]>),
}

/// So many values are unpacked at once.
const CHUNK: usize = 1024;
/// More different values are no list.
const LISTED_MAX: usize = 1 << 14;
/// A list is begun where the first chunk repeats its values: where one in so many at most is new.
const REPEATS: usize = 2;

pub(super) fn each_chunk(column: &Column<i64>, mut each: impl FnMut(&[i64])) {
    let mut buffer = [0; CHUNK];
    let count = column.values.num_vals() as usize;
    for start in (0..count).step_by(CHUNK) {
        let chunk = &mut buffer[..CHUNK.min(count - start)];
        column.values.get_range(start as u64, chunk);
        each(chunk);
    }
}

impl Scale {
    /// What the values of a column are best written in.
    pub fn of(column: &Column<i64>) -> Self {
        let steps = Self::steps(column);
        if steps.greatest() <= u64::from(u32::MAX) {
            return steps;
        }
        listed(column).map_or(steps, Self::List)
    }

    fn steps(column: &Column<i64>) -> Self {
        let (mut least, mut greatest) = (i64::MAX, i64::MIN);
        each_chunk(column, |chunk| {
            least = chunk.iter().copied().fold(least, i64::min);
            greatest = chunk.iter().copied().fold(greatest, i64::max);
        });
        if least > greatest {
            return Self::List(Box::new([]));
        }
        let mut step = 0;
        each_chunk(column, |chunk| {
            step = chunk.iter().fold(step, |step, &value| match distance(least, value) {
                _ if step == 1 => 1,
                distance if step != 0 && distance % step == 0 => step,
                distance => common_divisor(step, distance),
            });
        });
        let step = step.max(1);
        Self::Steps { least, step, greatest: distance(least, greatest) / step }
    }

    /// The greatest code.
    pub fn greatest(&self) -> u64 {
        match self {
            Self::Steps { greatest, .. } => *greatest,
            Self::List(values) => (values.len() as u64).saturating_sub(1),
        }
    }

    /// What it takes in memory.
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Steps { .. } => 0,
            Self::List(values) => size_of_val(&**values) as u64,
        }
    }

    #[inline]
    pub fn value(&self, code: u64) -> i64 {
        match self {
            Self::Steps { least, step, .. } => least.wrapping_add((code * step) as i64),
            Self::List(values) => values[code as usize],
        }
    }

    /// The code of one of the column's values.
    pub fn code(&self, value: i64) -> u64 {
        match self {
            Self::Steps { least, step: 1, .. } => distance(*least, value),
            Self::Steps { least, step, .. } => distance(*least, value) / step,
            Self::List(values) => values.partition_point(|&listed| listed < value) as u64,
        }
    }

    /// The codes of the values in `low..=high`. `None`: there are none.
    pub fn span(&self, low: i64, high: i64) -> Option<Span> {
        let (low, high) = match self {
            Self::Steps { least, step, greatest } => {
                if high < *least {
                    return None;
                }
                let from = distance(*least, low.max(*least)).div_ceil(*step);
                (from, (distance(*least, high) / step).min(*greatest))
            }
            Self::List(values) => {
                let from = values.partition_point(|&value| value < low);
                let to = values.partition_point(|&value| value <= high);
                (from as u64, (to as u64).checked_sub(1)?)
            }
        };
        (low <= high).then_some(Span { low, high })
    }
}

/// All different values in order, if they are few.
fn listed(column: &Column<i64>) -> Option<Box<[i64]>> {
    let mut all: Vec<i64> = Vec::new();
    let mut is_few = true;
    each_chunk(column, |chunk| {
        if is_few {
            let is_first = all.is_empty();
            let new = chunk.iter().filter(|value| all.binary_search(value).is_err()).copied();
            let mut new: Vec<i64> = new.collect();
            new.sort_unstable();
            new.dedup();
            is_few = !(is_first && new.len() * REPEATS > chunk.len()) && all.len() + new.len() <= LISTED_MAX;
            if !new.is_empty() {
                all.append(&mut new);
                // Two runs: merged in one pass, which the unstable sort would not do.
                #[allow(clippy::stable_sort_primitive, reason = "runs are merged")]
                all.sort();
            }
        }
    });
    is_few.then(|| all.into_boxed_slice())
}

/// How far a value lies above another one.
fn distance(least: i64, value: i64) -> u64 {
    value.wrapping_sub(least) as u64
}

/// The greatest number that divides both; of 0 and a number that number.
fn common_divisor(mut one: u64, mut other: u64) -> u64 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}
