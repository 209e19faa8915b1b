use proptest::prelude::*;
use tantivy::columnar::{Column, ColumnType, ColumnarReader, ColumnarWriter, DynamicColumn};

use super::*;

fn column(documents: &[Vec<i64>]) -> Option<Column<i64>> {
    let mut writer = ColumnarWriter::default();
    writer.record_column_type("c", ColumnType::I64, false);
    for (document, values) in documents.iter().enumerate() {
        for &value in values {
            writer.record_numerical(document as u32, "c", value);
        }
    }
    let mut bytes = Vec::new();
    writer.serialize(documents.len() as u32, None, &mut bytes).unwrap();
    let columns = ColumnarReader::open(bytes).unwrap().read_columns("c").unwrap();
    columns.first().map(|handle| match handle.open().unwrap() {
        DynamicColumn::I64(column) => column,
        other => panic!("{other:?}"),
    })
}

/// Values in steps, from anywhere, in every width, or few and far apart; of a document none, one or several.
fn documents() -> impl Strategy<Value = Vec<Vec<i64>>> {
    let codes = prop_oneof![
        0..10_u64,
        (0..5_u64).prop_map(|far| far.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
        0..70_000_u64,
        0..6_000_000_000_u64,
        any::<u64>()
    ];
    let step = prop_oneof![Just(1_i64), Just(2), Just(1_000_000), Just(86_400_000_000)];
    let start = prop_oneof![Just(0), Just(i64::MIN), Just(-1), any::<i64>()];
    let counts = prop_oneof![Just(1..=1), Just(0..=1), Just(0..=3), Just(0..=0)];
    (start, step, counts).prop_flat_map(move |(start, step, counts)| {
        let value = codes.clone().prop_map(move |code| start.wrapping_add((code as i64).wrapping_mul(step)));
        prop::collection::vec(prop::collection::vec(value, counts), 1..200)
    })
}

proptest! {
    #[test]
    fn it_says_what_the_packed_column_says(documents in documents(), bounds in any::<[i64; 2]>(), ends in any::<[usize; 2]>()) {
        let count = documents.len() as u32;
        let Some(packed) = column(&documents) else { return Ok(()) };
        let values = Values::unpack(&packed, count).unwrap();
        for (document, expected) in documents.iter().enumerate() {
            let found: Vec<i64> = values.of(document as u32).collect();
            prop_assert_eq!(&found, expected);
            prop_assert_eq!(values.first(document as u32), expected.first().copied());
        }
        // Bounds from anywhere, and bounds that are values.
        let flat: Vec<i64> = documents.iter().flatten().copied().collect();
        let mut ranges = vec![(bounds[0], bounds[1]), (i64::MIN, i64::MAX), (i64::MIN, bounds[0])];
        if !flat.is_empty() {
            let [low, high] = ends.map(|end| flat[end % flat.len()]);
            ranges.extend([(low, high), (high, low), (low, low), (low.saturating_add(1), i64::MAX)]);
        }
        for (low, high) in ranges {
            let within = |document: &u32| documents[*document as usize].iter().any(|value| (low..=high).contains(value));
            let expected: Vec<u32> = (0..count).filter(within).collect();
            let mut found = Vec::new();
            for start in (0..count).step_by(64) {
                let block: Vec<u32> = (start..count.min(start + 64)).collect();
                let asked = u64::MAX >> (64 - block.len());
                let kept = values.span(low, high).map_or(0, |span| values.between(&block, asked, span));
                let places = (0..64).filter(|place| kept >> place & 1 != 0);
                found.extend(places.map(|place| block[place]));
            }
            prop_assert_eq!(found, expected);
        }
    }
}
