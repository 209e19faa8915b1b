use std::cmp::Ordering;

use fornax_model::Decimal;
use proptest::prelude::*;

use super::*;

fn number(coefficient: i64, exponent: i32) -> Decimal {
    Decimal::parse(&format!("{coefficient}e{exponent}")).unwrap()
}

proptest! {
    #[test]
    fn integers_compare_as_numbers_do(
        a in any::<i64>(), b in any::<i64>(), near in -3_i64..3, x in -60_i32..60, y in -60_i32..60,
    ) {
        for (a, b) in [(number(a, x), number(b, y)), (number(a, x), number(a.saturating_add(near), x)), (number(a, x), number(a, x))] {
            let (low, high) = (plain(a), plain(b));
            prop_assert!(low.0 <= low.1 && high.0 <= high.1);
            match a.cmp(&b) {
                Ordering::Less => prop_assert!(low.0 <= high.0 && low.1 <= high.1),
                Ordering::Equal => prop_assert_eq!(low, high),
                Ordering::Greater => prop_assert!(low.0 >= high.0 && low.1 >= high.1),
            }
            for (s, t) in [(Side::On, Side::On), (Side::Before, Side::On), (Side::After, Side::Before)] {
                let (a, b) = (Bound::At(a, s), Bound::At(b, t));
                prop_assert_eq!(exact(a).cmp(&exact(b)), a.cmp(&b), "{:?} {:?}", a, b);
            }
        }
    }

    #[test]
    fn integers_compare_as_texts_do(a in "[ -~]{0,30}", b in "[ -~]{0,30}") {
        let parts = |text: &str| super::text(text.as_bytes(), 8).collect::<Vec<_>>();
        prop_assert_eq!(parts(&a).cmp(&parts(&b)), a.as_bytes().cmp(b.as_bytes()));
    }
}
