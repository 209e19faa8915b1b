use super::*;

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// RFC 5869, appendix A: the first 32 bytes of each test's output, whose info has to stand in for domain, zero and rest.
#[test]
fn hkdf_of_rfc_5869() {
    struct Row {
        secret: Vec<u8>,
        salt: Vec<u8>,
        info: Vec<u8>,
        output: &'static str,
    }
    let rows = [
        Row {
            secret: vec![0x0b; 22],
            salt: (0x00..=0x0c).collect(),
            info: (0xf0..=0xf9).collect(),
            output: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf",
        },
        Row {
            secret: (0x00..=0x4f).collect(),
            salt: (0x60..=0xaf).collect(),
            info: (0xb0..=0xff).collect(),
            output: "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c",
        },
        Row {
            secret: vec![0x0b; 22],
            salt: Vec::new(),
            info: Vec::new(),
            output: "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d",
        },
    ];
    for row in rows {
        let prk = Salt::new(HKDF_SHA256, &row.salt).extract(&row.secret);
        let mut output = [0; 32];
        prk.expand(&[&row.info], HKDF_SHA256).unwrap().fill(&mut output).unwrap();
        assert_eq!(output.to_vec(), bytes(row.output));
    }
}

/// The Galois/Counter Mode submission to NIST, test cases 13 and 14.
#[test]
fn gcm_of_its_submission() {
    let rows = [
        (0, "530f8afbc74536b9a963b4f1c4cb738b"),
        (16, "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"),
    ];
    for (length, expected) in rows {
        let mut sealed = Vec::new();
        Cipher::new(&[0; 32]).seal([0; 12], &[], &[&vec![0; length]], &mut sealed).unwrap();
        assert_eq!(sealed, bytes(expected));
    }
}

#[test]
fn no_two_derivations_share_a_key() {
    let secret = [1; 32];
    let row = |salt, domain, rest| *Derivation { secret: &secret, salt, domain, rest }.bytes();
    let keys = [
        row(b"", "a", b""),
        row(b"s", "a", b""),
        row(b"", "ab", b""),
        row(b"", "a", b"b"),
        row(b"", "b", b""),
        *Derivation { secret: &[2; 32], salt: b"", domain: "a", rest: b"" }.bytes(),
    ];
    for (at, key) in keys.iter().enumerate() {
        assert!(!keys[..at].contains(key), "row {at}");
    }
}

#[test]
fn failure_leaves_the_output_as_it_was() {
    let mut out = b"before".to_vec();
    assert!(Cipher::new(&[0; 32]).open_onto([0; 12], &[], &[9; 40], &mut out).is_err());
    assert_eq!(out, b"before");
}
