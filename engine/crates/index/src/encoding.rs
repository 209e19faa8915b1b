//! Numbers and texts as integers that compare as they do: what columns hold.
//!
//! - *Plain* numbers are one integer: sign, power of ten and 17 digits, `1 + (power + 51) * 9e16 + (digits - 1e16)` for a
//!   positive number `d.dddd * 10^power`. It is exact for every number of up to 17 digits from 1e-51 up to 1e51, hence for
//!   every double in that range. Numbers of few digits share a large factor, so a column of them packs into one to three
//!   bytes a value.
//! - *Exact* ends are three integers that compare one after the other: sign, power and 14 digits; 18 digits; 18 digits doubled,
//!   with one more or less for an end right beside the number. They hold every end that a [`Bound`] can be.
//! - Texts are eight bytes an integer; a text that fills one goes on in a next, if only with zeros.

use fornax_model::Decimal;

use crate::number::{Bound, Side};

const PLAIN_DIGITS: u32 = 17;
const PLAIN_POWER_MIN: i32 = -51;
const PLAIN_POWER_MAX: i32 = 50;

const EXACT_DIGITS: u32 = 14;
const EXACT_POWER_MIN: i32 = -10_100;
const EXACT_TAIL_DIGITS: u32 = 18;

/// Integers of an exact end.
pub(crate) const EXACT_PARTS: usize = 3;

/// The magnitude of a number: `0.d1d2d3... * 10^(power + 1)`, without zeros at its end.
struct Magnitude {
    digits: u128,
    count: u32,
    power: i32,
}

impl Magnitude {
    /// `None` for zero.
    fn of(number: Decimal) -> Option<Self> {
        let mut digits = number.coefficient().unsigned_abs();
        let mut exponent = number.exponent();
        if digits == 0 {
            return None;
        }
        while digits.is_multiple_of(10) {
            (digits, exponent) = (digits / 10, exponent + 1);
        }
        let count = digits.ilog10() + 1;
        Some(Self { digits, count, power: exponent + count as i32 - 1 })
    }

    /// So many digits after the first `from`, filled up with zeros.
    fn take(&self, from: u32, count: u32) -> i64 {
        let end = from + count;
        let rest = match end.checked_sub(self.count) {
            Some(missing) if missing < count => self.digits % ten_to(self.count - from) * ten_to(missing),
            Some(_) => 0,
            None => self.digits / ten_to(self.count - end) % ten_to(count),
        };
        rest as i64
    }
}

fn ten_to(power: u32) -> u128 {
    10_u128.pow(power)
}

/// The greatest plain integer that is not above a number, and the least that is not below it: equal where it is exact.
pub(crate) fn plain(number: Decimal) -> (i64, i64) {
    let Some(magnitude) = Magnitude::of(number) else { return (0, 0) };
    let (near, far) = plain_magnitude(&magnitude);
    if number.coefficient() < 0 { (-far, -near) } else { (near, far) }
}

fn plain_magnitude(magnitude: &Magnitude) -> (i64, i64) {
    let first = 10_i64.pow(PLAIN_DIGITS - 1);
    if magnitude.power < PLAIN_POWER_MIN {
        return (0, 1);
    }
    if magnitude.power > PLAIN_POWER_MAX {
        let last = i64::from(PLAIN_POWER_MAX - PLAIN_POWER_MIN + 1) * 9 * first;
        return (last, last + 1);
    }
    let power = i64::from(magnitude.power - PLAIN_POWER_MIN);
    let near = 1 + power * 9 * first + magnitude.take(0, PLAIN_DIGITS) - first;
    (near, near + i64::from(magnitude.count > PLAIN_DIGITS))
}

/// Where an end sorts among plain integers.
pub(crate) fn plain_end(bound: Bound) -> i64 {
    match bound {
        Bound::NegativeInfinity => i64::MIN,
        Bound::At(number, _) => plain(number).0,
        Bound::PositiveInfinity => i64::MAX,
    }
}

/// The integers of an end.
pub(crate) fn exact(bound: Bound) -> [i64; EXACT_PARTS] {
    let (number, side) = match bound {
        Bound::NegativeInfinity => return [i64::MIN, 0, 0],
        Bound::PositiveInfinity => return [i64::MAX, 0, 0],
        Bound::At(number, side) => (number, side),
    };
    let beside = match side {
        Side::Before => -1,
        Side::On => 0,
        Side::After => 1,
    };
    let Some(magnitude) = Magnitude::of(number) else { return [0, 0, beside] };
    let first = 10_i64.pow(EXACT_DIGITS - 1);
    let power = i64::from(magnitude.power - EXACT_POWER_MIN);
    let parts = [
        1 + power * 9 * first + magnitude.take(0, EXACT_DIGITS) - first,
        magnitude.take(EXACT_DIGITS, EXACT_TAIL_DIGITS),
        2 * magnitude.take(EXACT_DIGITS + EXACT_TAIL_DIGITS, EXACT_TAIL_DIGITS),
    ];
    let sign = if number.coefficient() < 0 { -1 } else { 1 };
    [sign * parts[0], sign * parts[1], sign * parts[2] + beside]
}

/// The integers of a text's first eight bytes, the next eight and so on, at most `parts_max`. One that is filled is followed
/// by another, so that a missing part never has to be compared with a present one.
pub(crate) fn text(text: &[u8], parts_max: usize) -> impl Iterator<Item = i64> {
    let parts = (text.len() / 8 + 1).min(parts_max);
    (0..parts).map(move |part| {
        let mut bytes = [0; 8];
        let rest = &text[(part * 8).min(text.len())..];
        let length = rest.len().min(8);
        bytes[..length].copy_from_slice(&rest[..length]);
        (u64::from_be_bytes(bytes) ^ (1 << 63)) as i64
    })
}

/// Characters of an id in one integer: 65 to the power of 10 fits.
const ID_CHARACTERS: usize = 10;
/// Integers of the longest id.
pub(crate) const ID_PARTS: usize = 7;

/// The integers of a resource's id, as of a text, but ten characters in each: ids have 64 different ones.
pub(crate) fn id(id: &str) -> impl Iterator<Item = i64> {
    let parts = (id.len() / ID_CHARACTERS + 1).min(ID_PARTS);
    (0..parts).map(move |part| {
        let characters = (part * ID_CHARACTERS..(part + 1) * ID_CHARACTERS).map(|at| id.as_bytes().get(at));
        characters.fold(0, |packed, character| packed * 65 + character.map_or(0, |byte| rank(*byte)))
    })
}

/// The place of a character among those of ids, from 1, in the order of their bytes.
fn rank(byte: u8) -> i64 {
    let rank = match byte {
        b'-' => 1,
        b'.' => 2,
        b'0'..=b'9' => 3 + byte - b'0',
        b'A'..=b'Z' => 13 + byte - b'A',
        b'a'..=b'z' => 39 + byte - b'a',
        _ => 0,
    };
    i64::from(rank)
}

#[cfg(test)]
mod tests;
