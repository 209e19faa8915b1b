use super::*;
use crate::SeededEntropy;

const TENANT: TenantUuid = TenantUuid([0xAB; 16]);

struct Fixture {
    root: tempfile::TempDir,
    folder: KeyFolder,
}

fn fixture() -> Fixture {
    let root = tempfile::tempdir().unwrap();
    let folder = KeyFolder::create(&root.path().join("keys"), Limits::default()).unwrap();
    Fixture { root, folder }
}

impl Fixture {
    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join("keys").join(name)
    }

    fn reopen(&self) -> Result<KeyFolder> {
        KeyFolder::open(&self.root.path().join("keys"), Limits::default())
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn keys_are_made_when_told_and_only_then() {
    let fixture = fixture();
    assert!(matches!(fixture.folder.master(), Err(CryptoError::Missing { .. })));
    assert!(!fixture.path(MASTER).exists(), "asking makes nothing");
    let made = fixture.folder.create_master(&SeededEntropy::new(1)).unwrap();
    assert!(matches!(fixture.folder.create_master(&SeededEntropy::new(2)), Err(CryptoError::Exists { .. })));
    assert_eq!(*fixture.reopen().unwrap().master().unwrap().to_text(), *made.to_text());

    let path = fixture.root.path().join("keys");
    assert!(matches!(KeyFolder::create(&path, Limits::default()), Err(CryptoError::Exists { .. })));
    let nowhere = fixture.root.path().join("nowhere");
    assert!(matches!(KeyFolder::open(&nowhere, Limits::default()), Err(CryptoError::Missing { .. })));
    assert!(!nowhere.exists());
}

#[test]
fn only_the_owner_reads() {
    let fixture = fixture();
    fixture.folder.create_master(&SeededEntropy::new(1)).unwrap();
    fixture.folder.put_key_set(TENANT, b"set").unwrap();
    let set = file_name(TENANT);
    assert_eq!(mode(&fixture.path("")), 0o700);
    assert_eq!((mode(&fixture.path(MASTER)), mode(&fixture.path(&set))), (0o600, 0o600));

    for wide in [0o640, 0o604, 0o610, 0o666] {
        for name in [MASTER, &set] {
            fs::set_permissions(fixture.path(name), Permissions::from_mode(wide)).unwrap();
        }
        let found = fixture.folder.master();
        assert!(matches!(&found, Err(CryptoError::TooOpen { mode, .. }) if *mode == wide), "{found:?}");
        assert!(matches!(fixture.folder.key_set(TENANT), Err(CryptoError::TooOpen { .. })));
    }
    for wide in [0o750, 0o701, 0o777] {
        fs::set_permissions(fixture.path(""), Permissions::from_mode(wide)).unwrap();
        assert!(matches!(fixture.reopen(), Err(CryptoError::TooOpen { .. })), "{wide:o}");
    }
}

#[test]
fn key_sets_are_replaced_whole() {
    let fixture = fixture();
    fixture.folder.put_key_set(TENANT, b"a long first set").unwrap();
    fs::write(fixture.path(&format!("{}{NEW_END}", file_name(TENANT))), b"left by a crash").unwrap();
    assert_eq!(fixture.folder.key_set(TENANT).unwrap(), b"a long first set");
    fixture.folder.put_key_set(TENANT, b"second").unwrap();
    assert_eq!(fixture.folder.key_set(TENANT).unwrap(), b"second");
}

#[test]
fn tenants_are_listed_by_their_key_sets() {
    let fixture = fixture();
    let [low, high] = [TenantUuid([0; 16]), TenantUuid([0xFF; 16])];
    for tenant in [high, TENANT, low] {
        fixture.folder.put_key_set(tenant, b"set").unwrap();
    }
    fixture.folder.create_master(&SeededEntropy::new(1)).unwrap();
    for other in ["x.keys", "AB.keys", "abababababababababababababababab.keys.new", "notes"] {
        fs::write(fixture.path(other), b"").unwrap();
    }
    assert_eq!(fixture.folder.tenants().unwrap(), [low, TENANT, high]);
}

#[test]
fn destroyed_keys_are_gone_from_the_file_too() {
    let fixture = fixture();
    fixture.folder.put_key_set(TENANT, b"set").unwrap();
    let name = file_name(TENANT);
    // Another name for the same file shows what became of its bytes.
    fs::hard_link(fixture.path(&name), fixture.path("witness")).unwrap();
    fixture.folder.destroy_key_set(TENANT).unwrap();
    assert_eq!(fs::read(fixture.path("witness")).unwrap(), [0; 3]);
    assert!(matches!(fixture.folder.key_set(TENANT), Err(CryptoError::Missing { .. })));
    assert!(matches!(fixture.folder.destroy_key_set(TENANT), Err(CryptoError::Missing { .. })));
    assert_eq!(fixture.folder.tenants().unwrap(), []);
}

#[test]
fn files_that_are_no_keys() {
    let fixture = fixture();
    fixture.folder.replace(MASTER, &[0xFF, 0xFE]).unwrap();
    assert!(matches!(fixture.folder.master(), Err(CryptoError::Malformed(_))));
    fixture.folder.replace(MASTER, b"").unwrap();
    assert!(matches!(fixture.folder.master(), Err(CryptoError::Malformed(_))));
    fixture.folder.replace(MASTER, &vec![b'0'; FILE_BYTES_MAX as usize + 1]).unwrap();
    assert!(matches!(fixture.folder.master(), Err(CryptoError::Limit(_))));
}
