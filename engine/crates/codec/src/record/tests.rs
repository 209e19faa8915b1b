use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::de::DeserializeOwned;

use super::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Nothing,
    One(i64),
    Many { names: Vec<String>, sizes: BTreeMap<u32, u64> },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Sample {
    number: u64,
    letter: char,
    maybe: Option<Box<Sample>>,
    bytes: Vec<u8>,
    text: String,
    shape: Shape,
    fixed: [u8; 4],
    real: f64,
    pair: (bool, i16),
}

fn shapes() -> impl Strategy<Value = Shape> {
    prop_oneof![
        Just(Shape::Nothing),
        any::<i64>().prop_map(Shape::One),
        any::<(Vec<String>, BTreeMap<u32, u64>)>().prop_map(|(names, sizes)| Shape::Many { names, sizes }),
    ]
}

fn plain_samples() -> impl Strategy<Value = Sample> {
    (any::<(u64, char, Vec<u8>, String, [u8; 4], (bool, i16))>(), shapes(), -1e300..1e300).prop_map(
        |((number, letter, bytes, text, fixed, pair), shape, real)| Sample {
            number,
            letter,
            maybe: None,
            bytes,
            text,
            shape,
            fixed,
            real,
            pair,
        },
    )
}

fn samples() -> impl Strategy<Value = Sample> {
    (plain_samples(), proptest::option::of(plain_samples())).prop_map(|(mut sample, inner)| {
        sample.maybe = inner.map(Box::new);
        sample
    })
}

proptest! {
    #[test]
    fn values_come_back(sample in samples(), version: u8) {
        let bytes = encode(version, &sample).unwrap();
        prop_assert_eq!(super::version(&bytes).unwrap(), version);
        prop_assert_eq!(&decode::<Sample>(version, &bytes, bytes.len()).unwrap(), &sample);
        let with_body = [bytes.as_slice(), b"body"].concat();
        prop_assert_eq!(decode_head::<Sample>(version, &with_body).unwrap(), (sample, b"body".as_slice()));
    }

    #[test]
    fn a_cut_record_and_a_longer_one_are_found(sample in samples(), cut: prop::sample::Index) {
        let bytes = encode(1, &sample).unwrap();
        let cut = cut.index(bytes.len());
        prop_assert!(decode::<Sample>(1, &bytes[..cut], usize::MAX).is_err(), "cut at {}", cut);
        let longer = [bytes.as_slice(), &[0]].concat();
        prop_assert_eq!(
            decode::<Sample>(1, &longer, usize::MAX),
            Err(CodecError::Damaged("a record goes on after its value"))
        );
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(mut bytes: Vec<u8>, sample in samples(), at: prop::sample::Index, byte: u8) {
        bytes.insert(0, 1);
        let _ = decode::<Sample>(1, &bytes, usize::MAX);
        let _ = decode_head::<Sample>(1, &bytes);
        let mut damaged = encode(1, &sample).unwrap();
        let at = at.index(damaged.len());
        damaged[at] = byte;
        let _ = decode::<Sample>(1, &damaged, usize::MAX);
    }
}

/// What the module's documentation says of the bytes.
#[test]
fn bytes_of_values() {
    fn check<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T, expected: &[u8]) {
        let bytes = encode(7, value).unwrap();
        assert_eq!((bytes[0], &bytes[1..]), (7, expected), "{value:?}");
        assert_eq!(&decode::<T>(7, &bytes, bytes.len()).unwrap(), value);
    }
    check(&250u64, &[250]);
    check(&251u64, &[0xFB, 251, 0]);
    check(&65_536u32, &[0xFC, 0, 0, 1, 0]);
    check(&(1u64 << 32), &[0xFD, 0, 0, 0, 0, 1, 0, 0, 0]);
    check(&(0i64, -1i64, 1i32, -2i16), &[0, 1, 2, 3]);
    check(&(255u8, -1i8), &[255, 255]);
    check(&1.0f64, &[0, 0, 0, 0, 0, 0, 0xF0, 0x3F]);
    check(&(String::from("ab"), vec![1u8, 2]), &[2, b'a', b'b', 2, 1, 2]);
    check(&[7u16, 8], &[7, 8]);
    check(&(None::<u8>, Some(5u8)), &[0, 1, 5]);
    check(&Shape::One(3), &[1, 6]);
    check(&(), &[]);
}

#[test]
fn borrowed_values_point_into_the_record() {
    let bytes = encode(1, &("text", b"bytes".as_slice())).unwrap();
    let (text, slice): (&str, &[u8]) = decode(1, &bytes, 100).unwrap();
    assert_eq!((text, slice), ("text", b"bytes".as_slice()));
    assert!(bytes.as_ptr_range().contains(&text.as_ptr()));
}

#[test]
fn records_that_are_refused() {
    let bytes = encode(1, &300u64).unwrap();
    let rows: [(&[u8], usize, CodecError); 5] = [
        (b"", 9, CodecError::Damaged("a record of no bytes")),
        (&[2, 5], 9, CodecError::Version { found: 2, expected: 1 }),
        (&bytes, 3, CodecError::TooLong { bytes: 4, max: 3 }),
        (&[1, 0xFB, 1], 9, CodecError::Damaged("a record ends within its value")),
        (&[1, 0xFF], 9, CodecError::Damaged("a record holds another type")),
    ];
    for (bytes, bytes_max, expected) in rows {
        assert_eq!(decode::<u64>(1, bytes, bytes_max), Err(expected), "{bytes:?}");
    }
    assert!(matches!(decode::<bool>(1, &[1, 2], 9), Err(CodecError::Damaged(_))));
    assert!(matches!(decode::<String>(1, &[1, 1, 0xFF], 9), Err(CodecError::Damaged(_))));
    assert!(matches!(decode::<Shape>(1, &[1, 3], 9), Err(CodecError::Damaged(_))));
}

/// A length of 2^63 in a record of ten bytes asks for no memory.
#[test]
fn lengths_are_not_believed() {
    for marker in [250u8, 0xFB, 0xFC, 0xFD] {
        let bytes = [&[1, marker], [0xFFu8; 7].as_slice(), &[0x7F]].concat();
        assert!(matches!(decode::<String>(1, &bytes, 100), Err(CodecError::Damaged(_))), "{marker}");
        assert!(matches!(decode::<Vec<u64>>(1, &bytes, 100), Err(CodecError::Damaged(_))), "{marker}");
        assert!(matches!(decode::<Vec<String>>(1, &bytes, 100), Err(CodecError::Damaged(_))), "{marker}");
        assert!(matches!(decode_head::<String>(1, &bytes), Err(CodecError::Damaged(_))), "{marker}");
    }
}

/// The widest numbers in their fewest bytes, at each of the two sizes, still decode.
#[test]
fn numbers_may_claim_their_width() {
    for count in [100, SMALL_BYTES - 4, SMALL_BYTES + 100] {
        let bytes = encode(1, &vec![1u128; count]).unwrap();
        assert_eq!(decode::<Vec<u128>>(1, &bytes, usize::MAX).unwrap().len(), count);
    }
}

#[test]
fn no_record_is_longer_than_the_longest() {
    let longest = vec![0u8; RECORD_BYTES_MAX - 6];
    let bytes = encode(1, &longest).unwrap();
    assert_eq!(bytes.len(), RECORD_BYTES_MAX);
    assert_eq!(decode::<&[u8]>(1, &bytes, usize::MAX).unwrap().len(), longest.len());
    let mut out = b"before".to_vec();
    let refused = encode_onto(1, &vec![0u8; RECORD_BYTES_MAX - 5], &mut out);
    assert!(matches!(refused, Err(CodecError::TooLong { .. })));
    assert_eq!(out, b"before");
}

#[test]
fn a_long_head_is_refused() {
    let fits = encode(1, &vec![0u8; HEAD_BYTES_MAX - 4]).unwrap();
    assert_eq!(fits.len(), HEAD_BYTES_MAX);
    assert!(decode_head::<Vec<u8>>(1, &fits).is_ok());
    let longer = encode(1, &vec![0u8; HEAD_BYTES_MAX]).unwrap();
    assert!(matches!(decode_head::<Vec<u8>>(1, &longer), Err(CodecError::TooLong { .. })));
}

#[test]
fn types_without_a_form_are_refused() {
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Untagged {
        Sequence(Unsized),
    }
    struct Unsized;
    impl Serialize for Unsized {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
            serializer.collect_seq([1u8, 2].into_iter().filter(|byte| *byte > 1))
        }
    }
    let mut out = b"before".to_vec();
    assert!(matches!(
        encode_onto(1, &Untagged::Sequence(Unsized), &mut out),
        Err(CodecError::Unencodable(_))
    ));
    assert_eq!(out, b"before");
}
