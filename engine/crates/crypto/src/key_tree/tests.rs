use std::collections::BTreeMap;
use std::sync::Mutex;

use super::*;
use crate::{MasterKeys, SeededEntropy};

const TENANT: TenantUuid = TenantUuid([4; 16]);

fn entropy() -> SeededEntropy {
    SeededEntropy::new(1)
}

fn master() -> MasterKeys {
    MasterKeys::generate(&SeededEntropy::new(2)).unwrap()
}

/// A key service elsewhere: it keeps the keys and gives out receipts.
#[derive(Debug, Default)]
struct RemoteKeys(Mutex<BTreeMap<Vec<u8>, RemoteKey>>);

#[derive(Debug)]
struct RemoteKey {
    key: WrappingKey,
    bound_to: Vec<u8>,
}

impl KeySource for RemoteKeys {
    fn wrap_key(&self, key: &WrappingKey, bound_to: &[u8], _: &dyn Entropy) -> Result<Vec<u8>> {
        let mut kept = self.0.lock().unwrap();
        let receipt = format!("receipt {}", kept.len()).into_bytes();
        kept.insert(receipt.clone(), RemoteKey { key: key.clone(), bound_to: bound_to.to_vec() });
        Ok(receipt)
    }

    fn unwrap_key(&self, wrapped: &[u8], bound_to: &[u8]) -> Result<WrappingKey> {
        let kept = self.0.lock().unwrap();
        let found = kept.get(wrapped).filter(|found| found.bound_to == bound_to);
        found.map(|found| found.key.clone()).ok_or(CryptoError::DoesNotOpen)
    }

    fn is_current(&self, wrapped: &[u8]) -> bool {
        self.0.lock().unwrap().contains_key(wrapped)
    }
}

fn digests(keys: &TenantKeys) -> Vec<(Purpose, u32, [u8; 16])> {
    let versions =
        |purpose| keys.versions(purpose).into_iter().map(move |(version, key)| (purpose, version, key));
    Purpose::ALL
        .into_iter()
        .flat_map(versions)
        .map(|(p, v, key)| (p, v, key.id_key().digest(&[b"x"])))
        .collect()
}

#[test]
fn key_sets_come_back_from_every_source() {
    for source in [&master() as &dyn KeySource, &RemoteKeys::default()] {
        let mut keys = TenantKeys::generate(TENANT, source, &entropy(), Limits::default()).unwrap();
        for step in 0..4 {
            match step {
                1 => assert_eq!(keys.rotate(Purpose::Records, &entropy()).unwrap(), 2),
                2 => keys.rotate_tenant_key(source, &SeededEntropy::new(9)).unwrap(),
                3 => keys.retire_older(Purpose::Records),
                _ => {}
            }
            let bytes = keys.to_bytes(&entropy()).unwrap();
            let again = TenantKeys::open(&bytes, TENANT, source, Limits::default()).unwrap();
            assert_eq!(digests(&again), digests(&keys), "step {step}");
            assert!(again.is_current(source));
        }
        assert_eq!(keys.newest(Purpose::Records).unwrap().0, 2);
        assert!(matches!(keys.key(Purpose::Records, 1), Err(CryptoError::NoDataKey { version: 1, .. })));
    }
}

#[test]
fn every_purpose_has_a_key_of_its_own() {
    let keys = TenantKeys::generate(TENANT, &master(), &entropy(), Limits::default()).unwrap();
    let digests = digests(&keys);
    assert_eq!(digests.len(), Purpose::ALL.len());
    for (at, (purpose, version, digest)) in digests.iter().enumerate() {
        assert_eq!(*version, 1);
        assert!(digests[..at].iter().all(|(_, _, other)| other != digest), "{purpose:?}");
    }
}

#[test]
fn a_tenant_key_rotates_under_a_new_master_key_and_the_old_one_can_go() {
    let old = master();
    let mut keys = TenantKeys::generate(TENANT, &old, &entropy(), Limits::default()).unwrap();
    let before = digests(&keys);
    let both = old.rotated(&SeededEntropy::new(3), &Limits::default()).unwrap();
    assert!(!keys.is_current(&both));
    keys.rotate_tenant_key(&both, &SeededEntropy::new(4)).unwrap();
    assert!(keys.is_current(&both));
    let bytes = keys.to_bytes(&entropy()).unwrap();
    let again = TenantKeys::open(&bytes, TENANT, &both.without_older(), Limits::default()).unwrap();
    assert_eq!(digests(&again), before);
    assert!(matches!(
        TenantKeys::open(&bytes, TENANT, &old, Limits::default()),
        Err(CryptoError::UnknownKey(_))
    ));
}

#[test]
fn every_flipped_byte_and_every_cut_is_found() {
    let keys = TenantKeys::generate(TENANT, &master(), &entropy(), Limits::default()).unwrap();
    let bytes = keys.to_bytes(&entropy()).unwrap();
    let open = |bytes: &[u8]| TenantKeys::open(bytes, TENANT, &master(), Limits::default());
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        assert!(open(&flipped).is_err(), "byte {at}");
        assert!(open(&bytes[..at]).is_err(), "cut at {at}");
    }
    assert!(open(&[bytes.as_slice(), &[0]].concat()).is_err());
    assert!(open(&bytes).is_ok());
}

#[test]
fn an_entry_of_another_set_does_not_fit() {
    let sets = [4, 5].map(|tenant| {
        let keys = TenantKeys::generate(TenantUuid([tenant; 16]), &master(), &entropy(), Limits::default());
        keys.unwrap().to_bytes(&entropy()).unwrap()
    });
    let open = |bytes: &[u8], tenant| {
        TenantKeys::open(bytes, TenantUuid([tenant; 16]), &master(), Limits::default())
    };
    assert!(matches!(open(&sets[0], 5), Err(CryptoError::Malformed(_))), "the set of another tenant");
    let renamed = [&sets[0][..8], &[5; 16], &sets[0][24..]].concat();
    assert!(matches!(open(&renamed, 5), Err(CryptoError::DoesNotOpen)), "with its name changed");
}

#[test]
fn limits_hold() {
    let limits = Limits { keys_max: 7, ..Limits::default() };
    let mut keys = TenantKeys::generate(TENANT, &master(), &entropy(), limits).unwrap();
    keys.rotate(Purpose::Ids, &entropy()).unwrap();
    assert!(matches!(keys.rotate(Purpose::Ids, &entropy()), Err(CryptoError::Limit(_))));
    let bytes = keys.to_bytes(&entropy()).unwrap();
    let tighter = Limits { keys_max: 6, ..limits };
    assert!(matches!(TenantKeys::open(&bytes, TENANT, &master(), tighter), Err(CryptoError::Limit(_))));
}
