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
    fn of(sorted: &[u32]) -> Self {
        let (first, last) = (sorted[0], sorted[sorted.len() - 1]);
        let words = ((last - first) / 64 + 1) as usize;
        if words * 8 > sorted.len() * 4 * BITMAP_OVER_LIST {
            return Self::Sorted(sorted.to_vec());
        }
        let mut bits = vec![0_u64; words];
        for number in sorted {
            let at = number - first;
            bits[(at / 64) as usize] |= 1 << (at % 64);
        }
        Self::Bits { first, words: bits }
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
        let mut rids: Vec<Rid> = rids.into_iter().collect();
        rids.sort_unstable();
        rids.dedup();
        let groups = rids
            .chunk_by(|a, b| a >> 32 == b >> 32)
            .map(|group| {
                let lower: Vec<u32> = group.iter().map(|&rid| rid as u32).collect();
                ((group[0] >> 32) as u32, Group::of(&lower))
            })
            .collect();
        Self { groups, len: rids.len() }
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
