//! The formats, byte for byte. Expected values were computed by another library (Python's `cryptography`, on OpenSSL) from
//! docs/FORMAT.md alone; a change of any is a change of format.

use std::sync::Arc;

use fornax_crypto::{
    ChainPoint, CheckpointSigner, DataKey, EpochRing, Limits, MasterKeys, PagePlace, Place, SeededEntropy,
    TenantKeys, TenantUuid, TokenHolder,
};

const TENANT: TenantUuid = TenantUuid([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);

fn data_key() -> DataKey {
    DataKey::generate(&SeededEntropy::new(1)).expect("seeded entropy does not fail")
}

fn check(bytes: &[u8], expected: &str) {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, expected);
}

#[test]
fn pages() {
    let key = data_key().page_key(&[7; 32], b"0000000000000012.idx");
    let mut file = Vec::new();
    key.seal_page(5, PagePlace::Inner, b"forty-two", &mut file).unwrap();
    check(&file, "9daa0dbc6d0e2d66886ccea3b893c832173f61d76ffcf69984");
    key.seal_page(6, PagePlace::Last, b"", &mut file).unwrap();
    check(&file[25..], "c0e0583df8c86b3887d36d3bdbbc94e6");
}

#[test]
fn records() {
    let ring = EpochRing::new(vec![(1, Arc::new(data_key()))], &[], Limits::default()).unwrap();
    let (_, sealer) = ring.begin(&SeededEntropy::new(2)).unwrap().kept();
    let place = Place { tenant: TENANT, family: 3, key: b"key", version: 9 };
    for expected in [
        "000000010000000000b428739d535d3e1608010ee847a014b407e1647be12dd520",
        "000000010000000001d9fe54bca81ef81ad11fee9641719c8dddba3a16297d91eb",
    ] {
        let mut sealed = Vec::new();
        sealer.seal(&place, b"a record", &mut sealed).unwrap();
        check(&sealed, expected);
    }
}

#[test]
fn ids() {
    check(&data_key().id_key().digest(&[b"Patient", b"123"]), "21479606bd0a29655360739fb7c4bcf6");
}

#[test]
fn tokens() {
    let key = data_key().token_key(Limits::default());
    let holder = TokenHolder { tenant: TENANT, grant: b"grant" };
    let token = key.seal(&holder, 1_800_000_000, b"page 2", &SeededEntropy::new(4)).unwrap();
    assert_eq!(token, "AYYP09ZnI7zHh6dNg7kSdO1AM1xEXDLKAaHUQc0oamYKj0a1J1OTB8JKllk");
}

#[test]
fn chain() {
    let point = ChainPoint::start(TENANT).next(b"one");
    check(&point.link.0, "0e218ca0ffa33a896c8ef149167884c109c52eccea683e90f2b86c2ce2761408");
    let checkpoint = CheckpointSigner::new(TENANT, &data_key()).sign(point);
    check(
        &checkpoint.signature,
        "97e711cd0b32d08b756ef7c266a4c97a684d79cb3856a47c1e263d3c66231e3d\
         f413b0ccd10c2a0ff2f9844238c0349c15bbbcc4e45eaa8a9b3be18a14f6e705",
    );
}

#[test]
fn key_sets() {
    let master = MasterKeys::parse(&"ab".repeat(32), &Limits::default()).unwrap();
    assert_eq!(master.ids().map(|id| id.to_string()).collect::<Vec<_>>(), ["3115de2d190138a1"]);
    // One source throughout: tenant key, its nonce, six data keys, their nonces.
    let entropy = SeededEntropy::new(5);
    let keys = TenantKeys::generate(TENANT, &master, &entropy, Limits::default()).unwrap();
    let set = keys.to_bytes(&entropy).unwrap();
    assert_eq!(set.len(), 577);
    let digest = ring::digest::digest(&ring::digest::SHA256, &set);
    check(digest.as_ref(), "70f92d5cf32f8880a10819d371e376bb047ac9f710d4c4873c776ca494287eba");
}
