//! Where two lists differ.

use std::ops::Range;

use super::elements::Item;

/// Pairs of items that are compared, for the longest list that both hold; beyond it they are taken as they stand.
const PAIRS_MAX: usize = 1 << 16;

/// Items of the older list that others of the newer one stand for; one of both may be empty.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Gap {
    pub older: Range<usize>,
    pub newer: Range<usize>,
}

/// The gaps, from the first on; what is between them is the same in both.
pub(super) fn gaps(older: &[Item<'_>], newer: &[Item<'_>]) -> Vec<Gap> {
    let same = |&(one, other): &(&Item<'_>, &Item<'_>)| one.is_same(*other);
    let start = older.iter().zip(newer).take_while(same).count();
    let (older_rest, newer_rest) = (&older[start..], &newer[start..]);
    let end = older_rest.iter().rev().zip(newer_rest.iter().rev()).take_while(same).count();
    let (one, other) = (&older_rest[..older_rest.len() - end], &newer_rest[..newer_rest.len() - end]);
    if one.is_empty() && other.is_empty() {
        return Vec::new();
    }
    let kept = if one.len() * other.len() <= PAIRS_MAX { common(one, other) } else { Vec::new() };
    let last = (one.len(), other.len());
    let (mut gaps, mut done) = (Vec::new(), (0, 0));
    for (at, counterpart) in kept.into_iter().chain([last]) {
        if at > done.0 || counterpart > done.1 {
            let older = start + done.0..start + at;
            gaps.push(Gap { older, newer: start + done.1..start + counterpart });
        }
        done = (at + 1, counterpart + 1);
    }
    gaps
}

/// The longest list that both hold in order: the places of its items in both.
fn common(older: &[Item<'_>], newer: &[Item<'_>]) -> Vec<(usize, usize)> {
    let width = newer.len() + 1;
    // The length for what is left of both, from these places on.
    let mut lengths = vec![0_u32; (older.len() + 1) * width];
    let mut are_same = vec![false; older.len() * newer.len()];
    for (at, one) in older.iter().enumerate().rev() {
        for (counterpart, other) in newer.iter().enumerate().rev() {
            let is_same = one.is_same(*other);
            are_same[at * newer.len() + counterpart] = is_same;
            let (here, below) = (at * width + counterpart, (at + 1) * width + counterpart);
            lengths[here] = match is_same {
                true => lengths[below + 1] + 1,
                false => lengths[below].max(lengths[here + 1]),
            };
        }
    }
    let (mut kept, mut at, mut counterpart) = (Vec::new(), 0, 0);
    while at < older.len() && counterpart < newer.len() {
        if are_same[at * newer.len() + counterpart] {
            kept.push((at, counterpart));
            (at, counterpart) = (at + 1, counterpart + 1);
        } else if lengths[(at + 1) * width + counterpart] >= lengths[at * width + counterpart + 1] {
            at += 1;
        } else {
            counterpart += 1;
        }
    }
    kept
}
