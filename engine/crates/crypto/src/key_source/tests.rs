use super::*;
use crate::SeededEntropy;

fn hex(byte: u8) -> String {
    format!("{byte:02x}").repeat(32)
}

fn parse(text: &str) -> Result<MasterKeys> {
    MasterKeys::parse(text, &Limits { keys_max: 3, ..Limits::default() })
}

#[test]
fn texts_that_hold_keys() {
    for (text, expected) in [
        (hex(1), vec![hex(1)]),
        (format!("\n {}\t{}\r\n", hex(1), hex(0xAB).to_uppercase()), vec![hex(1), hex(0xAB)]),
        (MasterKeys::generate(&SeededEntropy::new(1)).unwrap().to_text().to_string(), Vec::new()),
    ] {
        let keys = parse(&text).unwrap();
        let written: Vec<String> = keys.to_text().lines().map(str::to_owned).collect();
        assert!(expected.is_empty() || written == expected, "{text}");
        assert_eq!(*parse(&keys.to_text()).unwrap().to_text(), *keys.to_text());
    }
}

#[test]
fn texts_that_hold_none() {
    let wrong = [
        String::new(),
        " \n".into(),
        hex(1)[1..].into(),
        format!("{}0", hex(1)),
        hex(1).replace("01", "0g"),
        format!("{} x", hex(1)),
        hex(1).replacen("01", "é", 1),
        hex(1).replacen("01", "+1", 1),
    ];
    for text in wrong {
        assert!(matches!(parse(&text), Err(CryptoError::Malformed(_))), "{text}");
    }
    assert!(matches!(parse(&format!("{} ", hex(1)).repeat(4)), Err(CryptoError::Limit(_))));
}

#[test]
fn rotation_wraps_anew_and_still_unwraps_the_old() {
    let entropy = SeededEntropy::new(1);
    let limits = Limits { keys_max: 3, ..Limits::default() };
    let tenant_key = WrappingKey::generate(&entropy).unwrap();
    let first = MasterKeys::generate(&entropy).unwrap();
    let old = first.wrap_key(&tenant_key, b"", &entropy).unwrap();
    assert!(first.is_current(&old));

    let rotated = first.rotated(&entropy, &limits).unwrap();
    assert!(!rotated.is_current(&old));
    assert_eq!(rotated.unwrap_key(&old, b"").unwrap().expose(), tenant_key.expose());
    let new = rotated.wrap_key(&tenant_key, b"", &entropy).unwrap();
    assert!(rotated.is_current(&new));

    let last = rotated.without_older();
    assert_eq!(last.unwrap_key(&new, b"").unwrap().expose(), tenant_key.expose());
    assert!(matches!(last.unwrap_key(&old, b""), Err(CryptoError::UnknownKey(id)) if first.ids().eq([id])));
    let full = rotated.rotated(&entropy, &limits).unwrap();
    assert!(matches!(full.rotated(&entropy, &limits), Err(CryptoError::Limit(_))));
}
