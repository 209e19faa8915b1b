use proptest::prelude::*;

use super::*;

/// One field of any kind. Two fields of one kind compare as their values do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    U8(u8),
    U16(u16),
    U32(u32),
    U40(u64),
    U64(u64),
    Descending(std::cmp::Reverse<u64>),
    I64(i64),
    Fixed([u8; 5]),
    Escaped(Vec<u8>),
}

impl Field {
    fn write(&self, key: &mut KeyWriter) {
        match self {
            Self::U8(number) => key.u8(*number),
            Self::U16(number) => key.u16(*number),
            Self::U32(number) => key.u32(*number),
            Self::U40(number) => key.u40(*number).unwrap(),
            Self::U64(number) => key.u64(*number),
            Self::Descending(number) => key.u64_descending(number.0),
            Self::I64(number) => key.i64(*number),
            Self::Fixed(bytes) => key.fixed(bytes),
            Self::Escaped(bytes) => key.escaped(bytes),
        };
    }

    /// Reads a field of the same kind.
    fn read_like(&self, key: &mut KeyReader<'_>) -> Result<Self> {
        Ok(match self {
            Self::U8(_) => Self::U8(key.u8()?),
            Self::U16(_) => Self::U16(key.u16()?),
            Self::U32(_) => Self::U32(key.u32()?),
            Self::U40(_) => Self::U40(key.u40()?),
            Self::U64(_) => Self::U64(key.u64()?),
            Self::Descending(_) => Self::Descending(std::cmp::Reverse(key.u64_descending()?)),
            Self::I64(_) => Self::I64(key.i64()?),
            Self::Fixed(_) => Self::Fixed(key.fixed()?),
            Self::Escaped(_) => Self::Escaped(key.escaped()?),
        })
    }
}

fn key_of(fields: &[Field]) -> KeyWriter {
    let mut key = KeyWriter::new();
    fields.iter().for_each(|field| field.write(&mut key));
    key
}

/// Short strings of few letters, so that one is often the beginning of another and zeros are everywhere.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(prop_oneof![Just(0), Just(1), Just(0xFF), any::<u8>()], 0..6),
        any::<Vec<u8>>(),
    ]
}

fn u64s() -> impl Strategy<Value = u64> {
    prop_oneof![any::<u64>(), (0u32..64).prop_flat_map(|bits| any::<u64>().prop_map(move |n| n >> bits))]
}

/// Two values of each kind.
fn pairs() -> impl Strategy<Value = Vec<(Field, Field)>> {
    (
        any::<[(u8, u16, u32, [u8; 5]); 2]>(),
        [u64s(), u64s(), u64s(), u64s(), u64s(), u64s(), u64s(), u64s()],
        [bytes(), bytes()],
    )
        .prop_map(|([(a1, b1, c1, d1), (a2, b2, c2, d2)], n, [s1, s2])| {
            let reverse = |n| Field::Descending(std::cmp::Reverse(n));
            vec![
                (Field::U8(a1), Field::U8(a2)),
                (Field::U16(b1), Field::U16(b2)),
                (Field::U32(c1), Field::U32(c2)),
                (Field::U40(n[0] & U40_MAX), Field::U40(n[1] & U40_MAX)),
                (Field::U64(n[2]), Field::U64(n[3])),
                (reverse(n[4]), reverse(n[5])),
                (Field::I64(n[6] as i64), Field::I64(n[7] as i64)),
                (Field::Fixed(d1), Field::Fixed(d2)),
                (Field::Escaped(s1), Field::Escaped(s2)),
            ]
        })
}

proptest! {
    #[test]
    fn bytes_sort_as_values_do(pairs in pairs(), order in Just((0..9).collect::<Vec<_>>()).prop_shuffle()) {
        // Each kind alone, and all in some order: there a later field decides only where all before are equal.
        for (a, b) in &pairs {
            let [one, other] = [a, b].map(|field| key_of(std::slice::from_ref(field)));
            prop_assert_eq!(one.as_bytes().cmp(other.as_bytes()), a.cmp(b));
        }
        let first: Vec<Field> = order.iter().map(|&at: &usize| pairs[at].0.clone()).collect();
        for equal in 0..order.len() {
            let mut second = first.clone();
            for (field, &at) in second.iter_mut().zip(&order).skip(equal) {
                *field = pairs[at].1.clone();
            }
            prop_assert_eq!(key_of(&first).as_bytes().cmp(key_of(&second).as_bytes()), first.cmp(&second));
        }
    }

    #[test]
    fn what_is_written_is_read(pairs in pairs()) {
        let fields: Vec<Field> = pairs.into_iter().flat_map(|(a, b)| [a, b]).collect();
        let key = key_of(&fields);
        let mut reader = KeyReader::new(key.as_bytes());
        for field in &fields {
            prop_assert_eq!(&field.read_like(&mut reader).unwrap(), field);
        }
        reader.end().unwrap();
        for cut in 0..key.as_bytes().len() {
            let mut reader = KeyReader::new(&key.as_bytes()[..cut]);
            prop_assert!(fields.iter().any(|field| field.read_like(&mut reader).is_err()));
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in bytes(), fields in pairs()) {
        for (field, _) in fields {
            let mut reader = KeyReader::new(&bytes);
            while field.read_like(&mut reader).is_ok() {}
        }
    }

    #[test]
    fn a_prefix_ends_where_its_keys_do(prefix in bytes(), other in bytes()) {
        let begins = other.starts_with(&prefix);
        let within = other >= prefix && prefix_end(&prefix).is_none_or(|end| other < end);
        prop_assert_eq!(begins, within, "{:?} {:?}", prefix, other);
    }
}

#[test]
fn bytes_of_fields() {
    fn check(write: impl Fn(&mut KeyWriter) -> &mut KeyWriter, expected: &[u8]) {
        let mut key = KeyWriter::new();
        assert_eq!(write(&mut key).as_bytes(), expected);
    }
    check(|key| key.u8(1).u16(2).u32(3), &[1, 0, 2, 0, 0, 0, 3]);
    check(|key| key.u40(0x01_0203_0405).unwrap(), &[1, 2, 3, 4, 5]);
    check(|key| key.u64(1), &[0, 0, 0, 0, 0, 0, 0, 1]);
    check(|key| key.u64_descending(1), &[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE]);
    check(|key| key.i64(-1), &[0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
    check(|key| key.i64(0), &[0x80, 0, 0, 0, 0, 0, 0, 0]);
    check(|key| key.escaped(b"a\0b").u8(9), b"a\0\xFFb\0\0\x09");
    check(|key| key.escaped(b""), b"\0\0");
}

#[test]
fn what_a_field_does_not_hold() {
    assert_eq!(KeyWriter::new().u40(U40_MAX + 1), Err(CodecError::Unencodable("a number over 40 bits")));
    for escaped in [b"".as_slice(), b"a", b"a\0", b"a\0\xFF", b"a\0\x01\0\0"] {
        assert!(KeyReader::new(escaped).escaped().is_err(), "{escaped:?}");
    }
    assert!(KeyReader::new(b"x").end().is_err());
}

#[test]
fn ends_of_prefixes() {
    let rows: [(&[u8], Option<&[u8]>); 5] = [
        (b"a", Some(b"b")),
        (b"a\xFF\xFF", Some(b"b")),
        (b"a\xFE\xFF", Some(b"a\xFF")),
        (b"\xFF\xFF", None),
        (b"", None),
    ];
    for (prefix, end) in rows {
        assert_eq!(prefix_end(prefix).as_deref(), end, "{prefix:?}");
    }
}
