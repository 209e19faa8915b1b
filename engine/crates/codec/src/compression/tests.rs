use std::thread;

use proptest::prelude::*;

use super::*;

/// Some of what the dictionary is made for, and not word for word in it.
const SMALL: &str = concat!(
    r#"{"resourceType":"Observation","id":"7f1c2a52-9b7e-4f0b-8a3e-5d2c1b0a9f8e","status":"final","category":[{"coding":"#,
    r#"[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"code":{"coding":"#,
    r#"[{"system":"http://loinc.org","code":"8867-4","display":"Heart rate"}]},"subject":{"reference":"Patient/a"}}"#
);

fn packed(plain: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    Compression::new().compress(plain, &mut out).unwrap();
    out
}

fn plain(packed: &[u8], bytes_max: usize) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    Compression::new().decompress(packed, bytes_max, &mut out).map(|()| out)
}

/// Bytes that can't be compressed.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 1u64;
    let step = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..bytes).map(step).collect()
}

#[test]
fn each_way_of_packing() {
    let rows = [
        ("nothing", Vec::new(), STORED),
        ("a byte", b"x".to_vec(), STORED),
        ("noise", noise(5000), STORED),
        ("a small resource", SMALL.as_bytes().to_vec(), NEWEST),
        ("a large text", SMALL.repeat(1000).into_bytes(), NEWEST),
        ("much noise", noise(POOLED_BYTES_MAX + 1), STORED),
    ];
    for (what, value, expected) in rows {
        let packed = packed(&value);
        assert_eq!(packed[0], expected, "{what}");
        assert!(packed.len() <= value.len() + 1, "{what}");
        assert_eq!(plain(&packed, value.len()).unwrap(), value, "{what}");
    }
}

#[test]
fn the_dictionary_is_at_work() {
    let mut without = Compressor::new(LEVEL).unwrap();
    let without = without.compress(SMALL.as_bytes()).unwrap();
    assert!(packed(SMALL.as_bytes()).len() * 2 < without.len());
}

/// What `zstd -3 --no-check` makes, without its magic number.
#[test]
fn a_frame_without_a_dictionary() {
    let head = [0u8, 0x20, 0x27, 0x85, 0, 0, 0x50];
    let frame = [head.as_slice(), b"forty-two ", &[1, 0, 0xBD, 0x0B, 0x12]].concat();
    assert_eq!(plain(&frame, 39).unwrap(), b"forty-two forty-two forty-two forty-two");
}

#[test]
fn values_that_are_refused() {
    let whole = packed(SMALL.as_bytes());
    let stored = packed(b"x");
    let rows = [
        ("no bytes", Vec::new(), CodecError::Damaged("a packed value of no bytes")),
        ("a dictionary that was never shipped", vec![1, 1, 2], CodecError::UnknownDictionary(1)),
        ("a later dictionary", vec![NEWEST + 1, 1, 2], CodecError::UnknownDictionary(NEWEST + 1)),
        ("no frame", vec![NEWEST], CodecError::Damaged("a packed value is not one zstd frame")),
        (
            "two frames",
            [&whole, &whole[1..]].concat(),
            CodecError::Damaged("a packed value is not one zstd frame"),
        ),
        ("a cut frame", whole[..9].to_vec(), CodecError::Damaged("a packed value is not one zstd frame")),
        // A frame of an unknown length, with an empty last block.
        (
            "no length",
            vec![NEWEST, 0, 0x58, 1, 0, 0],
            CodecError::Damaged("a packed value does not state its length"),
        ),
    ];
    for (what, packed, expected) in rows {
        assert_eq!(plain(&packed, 1000), Err(expected), "{what}");
    }
    let bytes = SMALL.len() as u64;
    assert_eq!(plain(&whole, SMALL.len() - 1), Err(CodecError::TooLong { bytes, max: bytes - 1 }));
    assert_eq!(plain(&stored, 0), Err(CodecError::TooLong { bytes: 1, max: 0 }));
}

#[test]
fn failure_leaves_the_output_as_it_was() {
    let mut out = b"before".to_vec();
    let mut wrong = packed(SMALL.as_bytes());
    // Claims to be without a dictionary.
    wrong[0] = 0;
    assert!(Compression::new().decompress(&wrong, 1000, &mut out).is_err());
    assert_eq!(out, b"before");
    Compression::new().compress(SMALL.as_bytes(), &mut out).unwrap();
    assert_eq!(&out[..6], b"before");
}

#[test]
fn contexts_are_used_again_and_large_ones_let_go() {
    let compression = Compression::new();
    let mut out = Vec::new();
    for value in [SMALL.to_owned(), SMALL.repeat(2), SMALL.to_owned()] {
        out.clear();
        compression.compress(value.as_bytes(), &mut out).unwrap();
        let mut back = Vec::new();
        compression.decompress(&out, value.len(), &mut back).unwrap();
        assert_eq!(back, value.as_bytes());
        assert_eq!((lock(&compression.encoders).len(), lock(&compression.decoders).len()), (1, 1));
    }
    let large = SMALL.repeat(1000);
    compression.compress(large.as_bytes(), &mut Vec::new()).unwrap();
    assert_eq!(lock(&compression.encoders).len(), 0);
}

#[test]
fn threads_share_one() {
    let compression = Compression::new();
    thread::scope(|scope| {
        for thread in 0..4 {
            let compression = &compression;
            scope.spawn(move || {
                for value in 0..200 {
                    let value = format!("{SMALL}{thread}{value}");
                    let (mut packed, mut back) = (Vec::new(), Vec::new());
                    compression.compress(value.as_bytes(), &mut packed).unwrap();
                    compression.decompress(&packed, value.len(), &mut back).unwrap();
                    assert_eq!(back, value.as_bytes());
                }
            });
        }
    });
}

proptest! {
    #[test]
    fn values_come_back(value: Vec<u8>, times in 1usize..40) {
        let value = value.repeat(times);
        let packed = packed(&value);
        prop_assert!(packed.len() <= value.len() + 1);
        prop_assert_eq!(plain(&packed, value.len()).unwrap(), value);
    }

    #[test]
    fn damage_does_no_harm(at: prop::sample::Index, byte: u8, any: Vec<u8>) {
        let mut damaged = packed(SMALL.as_bytes());
        let at = at.index(damaged.len());
        damaged[at] = byte;
        for damaged in [damaged, any] {
            if let Ok(value) = plain(&damaged, 4096) {
                prop_assert!(value.len() <= 4096);
            }
        }
    }
}
