use super::*;
use crate::SeededEntropy;

const HOLDER: TokenHolder<'static> = TokenHolder { tenant: TenantUuid([1; 16]), grant: b"user/*.rs" };
const EXPIRES_S: u64 = 1_800_000_000;

fn key(seed: u64) -> TokenKey {
    DataKey::generate(&SeededEntropy::new(seed)).unwrap().token_key(Limits::default())
}

fn token(payload: &[u8]) -> String {
    key(1).seal(&HOLDER, EXPIRES_S, payload, &SeededEntropy::new(2)).unwrap()
}

#[test]
fn tokens_come_back_until_they_expire() {
    for payload in [b"".as_slice(), b"x", &[0; 100], &[255; 8192]] {
        let token = token(payload);
        assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')));
        assert_eq!(key(1).open(&HOLDER, &token, 0).unwrap(), payload);
        assert_eq!(key(1).open(&HOLDER, &token, EXPIRES_S - 1).unwrap(), payload);
        assert!(matches!(key(1).open(&HOLDER, &token, EXPIRES_S), Err(CryptoError::Expired)));
    }
}

#[test]
fn a_token_is_its_holders_alone() {
    let rows = [
        ("another key", key(2), HOLDER),
        ("another tenant", key(1), TokenHolder { tenant: TenantUuid([2; 16]), ..HOLDER }),
        ("another grant", key(1), TokenHolder { grant: b"user/*.r", ..HOLDER }),
        ("no grant", key(1), TokenHolder { grant: b"", ..HOLDER }),
    ];
    for (what, key, holder) in rows {
        let opened = key.open(&holder, &token(b"page"), EXPIRES_S + 1);
        assert!(matches!(opened, Err(CryptoError::DoesNotOpen)), "{what}: expiry is no oracle");
    }
}

#[test]
fn every_changed_character_and_every_cut_is_found() {
    let whole = token(b"page");
    for at in 0..whole.len() {
        let other = if whole.as_bytes()[at] == b'A' { "B" } else { "A" };
        let changed = format!("{}{other}{}", &whole[..at], &whole[at + 1..]);
        assert!(matches!(key(1).open(&HOLDER, &changed, 0), Err(CryptoError::DoesNotOpen)), "character {at}");
        assert!(
            matches!(key(1).open(&HOLDER, &whole[..at], 0), Err(CryptoError::DoesNotOpen)),
            "cut at {at}"
        );
    }
}

#[test]
fn texts_that_are_no_tokens() {
    for text in ["", "=", "AQ", "AQ==", "not a token", "💊", &"A".repeat(70), &"A".repeat(1 << 16)] {
        assert!(matches!(key(1).open(&HOLDER, text, 0), Err(CryptoError::DoesNotOpen)), "{text:.20}");
    }
    assert!(matches!(key(1).open(&HOLDER, &format!("{}=", token(b"p")), 0), Err(CryptoError::DoesNotOpen)));
}

#[test]
fn what_no_token_carries() {
    let entropy = SeededEntropy::new(1);
    assert!(matches!(key(1).seal(&HOLDER, 1, &[0; 8193], &entropy), Err(CryptoError::Limit(_))));
    assert!(matches!(key(1).seal(&HOLDER, 1 << 40, b"", &entropy), Err(CryptoError::Limit(_))));
    assert!(key(1).seal(&HOLDER, (1 << 40) - 1, b"", &entropy).is_ok());
}

#[test]
fn equal_payloads_make_different_tokens() {
    let entropy = SeededEntropy::new(3);
    let seal = || key(1).seal(&HOLDER, EXPIRES_S, b"page", &entropy).unwrap();
    assert_ne!(seal(), seal());
}
