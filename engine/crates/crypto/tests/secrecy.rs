//! No key shows in what is printed for debugging, nor in an error.

use std::fmt::Debug;
use std::sync::Arc;

use fornax_crypto::{
    CheckpointSigner, DataKey, Entropy, EpochRing, Limits, MasterKeys, Result, TenantKeys, TenantUuid,
    WrappingKey,
};

/// Every key is made of one byte.
struct Same(u8);

impl Entropy for Same {
    fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        bytes.fill(self.0);
        Ok(())
    }
}

fn check(printed: &impl Debug) {
    let printed = format!("{printed:?} {printed:#?}");
    for key in ["171", "0xab", "ab, ab", "abab", "ABAB"] {
        assert!(!printed.contains(key), "{printed}");
    }
}

#[test]
fn keys_are_not_printed() {
    let entropy = Same(0xAB);
    let tenant = TenantUuid([0; 16]);
    let data_key = Arc::new(DataKey::generate(&entropy).unwrap());
    let master = MasterKeys::generate(&entropy).unwrap();
    check(&data_key);
    check(&WrappingKey::generate(&entropy).unwrap());
    check(&master);
    check(&data_key.page_key(&[0; 32], b"name"));
    check(&data_key.id_key());
    check(&data_key.token_key(Limits::default()));
    check(&CheckpointSigner::new(tenant, &data_key));
    let ring = EpochRing::new(vec![(1, Arc::clone(&data_key))], &[], Limits::default()).unwrap();
    check(&ring);
    let begun = ring.begin(&Same(1)).unwrap();
    check(&begun);
    check(&begun.kept());
    check(&MasterKeys::parse(&"ab".repeat(31), &Limits::default()));
}

#[test]
fn a_tenants_keys_are_not_printed() {
    // A wrapped key has its nonce in the clear, so nonces are of another byte than keys here.
    struct ByLength;
    impl Entropy for ByLength {
        fn fill(&self, bytes: &mut [u8]) -> Result<()> {
            bytes.fill(if bytes.len() == 32 { 0xAB } else { 1 });
            Ok(())
        }
    }
    let entropy = ByLength;
    let master = MasterKeys::generate(&entropy).unwrap();
    let keys = TenantKeys::generate(TenantUuid([0; 16]), &master, &entropy, Limits::default()).unwrap();
    assert_eq!(keys.newest(fornax_crypto::Purpose::Records).unwrap().0, 1);
    let printed = format!("{keys:?}");
    assert!(!printed.contains("171, 171") && !printed.contains("abab"), "{printed}");
}
