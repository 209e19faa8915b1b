//! A set of resources, for joins: built once, then tested for millions of documents.

use crate::document::Rid;

/// A set of resource numbers; membership costs a few nanoseconds.
///
/// Numbers are grouped by their upper half, since a resource type's numbers are dense in the lower one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RidSet {
    groups: Vec<(u32, Group)>,
    len: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Group {
    /// One bit a number from the first on.
    Bits {
        first: u32,
        words: Vec<u64>,
    },
    Sorted(Vec<u32>),
}

/// A bitmap may be this many times the size of the sorted list; testing it is ten times faster.
const BITMAP_OVER_LIST: usize = 8;

impl Group {
    /// A group of numbers in any order, repeats among them; at least one. Which form it takes depends on the set alone. Numbers that
    /// are dense are never sorted: of half a million that would be most of the work of a join.
    fn of(numbers: &[u32]) -> Self {
        let (first, last) = numbers
            .iter()
            .fold((u32::MAX, 0), |(least, most), &number| (least.min(number), most.max(number)));
        let words = ((last - first) / 64 + 1) as usize;
        let is_sparse = |count: usize| words * 8 > count * 4 * BITMAP_OVER_LIST;
        if is_sparse(numbers.len()) {
            let mut sorted = numbers.to_vec();
            sorted.sort_unstable();
            sorted.dedup();
            return Self::Sorted(sorted);
        }
        let mut bits = vec![0_u64; words];
        for number in numbers {
            let at = number - first;
            bits[(at / 64) as usize] |= 1 << (at % 64);
        }
        let dense = Self::Bits { first, words: bits };
        if is_sparse(dense.len()) { Self::Sorted(dense.numbers().collect()) } else { dense }
    }

    fn len(&self) -> usize {
        match self {
            Self::Bits { words, .. } => words.iter().map(|word| word.count_ones() as usize).sum(),
            Self::Sorted(sorted) => sorted.len(),
        }
    }

    #[inline]
    fn contains(&self, number: u32) -> bool {
        match self {
            Self::Bits { first, words } => {
                let Some(at) = number.checked_sub(*first) else { return false };
                words.get((at / 64) as usize).is_some_and(|word| word >> (at % 64) & 1 == 1)
            }
            Self::Sorted(sorted) => sorted.binary_search(&number).is_ok(),
        }
    }
}

impl Group {
    fn numbers(&self) -> impl Iterator<Item = u32> + '_ {
        let (words, sorted) = match self {
            Self::Bits { words, .. } => (&words[..], &[][..]),
            Self::Sorted(sorted) => (&[][..], &sorted[..]),
        };
        let first = if let Self::Bits { first, .. } = self { *first } else { 0 };
        let bits = words.iter().enumerate().flat_map(move |(at, &word)| {
            let set = (0..64).filter(move |bit| word >> bit & 1 == 1);
            set.map(move |bit| first + at as u32 * 64 + bit)
        });
        bits.chain(sorted.iter().copied())
    }
}

impl FromIterator<Rid> for RidSet {
    fn from_iter<I: IntoIterator<Item = Rid>>(rids: I) -> Self {
        let mut lowers: Vec<(u32, Vec<u32>)> = Vec::new();
        let mut at = 0;
        for rid in rids {
            let upper = (rid >> 32) as u32;
            // Mostly the same group as before; there are few.
            if lowers.get(at).is_none_or(|(of, _)| *of != upper) {
                at = lowers.iter().position(|(of, _)| *of == upper).unwrap_or(lowers.len());
                if at == lowers.len() {
                    lowers.push((upper, Vec::new()));
                }
            }
            lowers[at].1.push(rid as u32);
        }
        lowers.sort_unstable_by_key(|(upper, _)| *upper);
        let groups: Vec<(u32, Group)> =
            lowers.into_iter().map(|(upper, numbers)| (upper, Group::of(&numbers))).collect();
        let len = groups.iter().map(|(_, group)| group.len()).sum();
        Self { groups, len }
    }
}

impl RidSet {
    /// How many resources.
    pub fn len(&self) -> usize {
        self.len
    }

    /// The resources, in order.
    pub fn iter(&self) -> impl Iterator<Item = Rid> + '_ {
        self.groups.iter().flat_map(|(upper, group)| {
            let upper = u64::from(*upper) << 32;
            group.numbers().map(move |lower| upper | u64::from(lower))
        })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether `rid` is in the set.
    #[inline]
    pub fn contains(&self, rid: Rid) -> bool {
        let upper = (rid >> 32) as u32;
        let group = match &self.groups[..] {
            [only] => Some(only).filter(|(of, _)| *of == upper),
            groups => groups.binary_search_by_key(&upper, |(of, _)| *of).ok().map(|at| &groups[at]),
        };
        group.is_some_and(|(_, group)| group.contains(rid as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn contains_what_went_in_and_nothing_else(
            dense in prop::collection::vec(0_u64..2_000, 0..300),
            sparse in prop::collection::vec(any::<u64>(), 0..50),
            probes in prop::collection::vec(0_u64..3_000, 100),
        ) {
            let all: std::collections::BTreeSet<u64> =
                dense.iter().map(|rid| (3 << 40) + rid).chain(sparse.iter().copied()).collect();
            let set: RidSet = all.iter().copied().collect();
            prop_assert_eq!(set.len(), all.len());
            prop_assert!(set.iter().eq(all.iter().copied()));
            for rid in all.iter().copied().chain(probes.iter().map(|rid| (3 << 40) + rid)).chain(probes.iter().copied()) {
                prop_assert_eq!(set.contains(rid), all.contains(&rid));
            }
        }
    }
}
