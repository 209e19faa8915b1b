//! Keys in files: the master keys, and each tenant's key set.
//!
//! The folder has mode 0700 and its files 0600; wider ones are refused. `master` holds the text of the master keys (absent when they
//! come from elsewhere); `{tenant as 32 hexadecimal digits}.keys` a tenant's key set. Files are replaced whole, by way of `{name}.new`
//! (removed when found). Key sets live here and nowhere else, so that destroying one file destroys a tenant in the store, in the
//! index and in every backup of both.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::{CryptoError, Entropy, Limits, MasterKeys, Result, TenantUuid};

const MASTER: &str = "master";
const KEYS_END: &str = ".keys";
const NEW_END: &str = ".new";
const OTHERS: u32 = 0o077;
/// Far more than any key file has.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// A folder of key files.
#[derive(Clone, Debug)]
pub struct KeyFolder {
    path: PathBuf,
    limits: Limits,
}

impl KeyFolder {
    /// Makes the folder. Fails if there is one already, even an empty one: who may make keys is the caller's to decide.
    pub fn create(path: &Path, limits: Limits) -> Result<Self> {
        let failed = |source| told_apart(path, source);
        DirBuilder::new().mode(0o700).create(path).map_err(failed)?;
        // A umask may have narrowed it further.
        fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(failed)?;
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            sync_folder(parent)?;
        }
        Ok(Self { path: path.to_owned(), limits })
    }

    /// Opens the folder.
    pub fn open(path: &Path, limits: Limits) -> Result<Self> {
        let metadata = fs::metadata(path).map_err(|source| told_apart(path, source))?;
        refuse_open(path, &metadata)?;
        Ok(Self { path: path.to_owned(), limits })
    }

    /// Makes the first master key. Fails if there is a file already.
    pub fn create_master(&self, entropy: &dyn Entropy) -> Result<MasterKeys> {
        let path = self.path.join(MASTER);
        if path.symlink_metadata().is_ok() {
            return Err(CryptoError::Exists { path });
        }
        let keys = MasterKeys::generate(entropy)?;
        self.put_master(&keys)?;
        Ok(keys)
    }

    /// The master keys.
    pub fn master(&self) -> Result<MasterKeys> {
        let bytes = self.read(MASTER)?;
        let text =
            std::str::from_utf8(&bytes).map_err(|_| CryptoError::Malformed("a key file is not text"))?;
        MasterKeys::parse(text, &self.limits)
    }

    /// Replaces the master keys. A crash leaves either the old ones or the new.
    pub fn put_master(&self, keys: &MasterKeys) -> Result<()> {
        self.replace(MASTER, keys.to_text().as_bytes())
    }

    /// A tenant's key set.
    pub fn key_set(&self, tenant: TenantUuid) -> Result<Vec<u8>> {
        self.read(&file_name(tenant)).map(|bytes| bytes.to_vec())
    }

    /// Adds or replaces a tenant's key set. A crash leaves either the old one or the new.
    pub fn put_key_set(&self, tenant: TenantUuid, key_set: &[u8]) -> Result<()> {
        self.replace(&file_name(tenant), key_set)
    }

    /// The tenants that have a key set, in order.
    pub fn tenants(&self) -> Result<Vec<TenantUuid>> {
        let mut tenants = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(|source| told_apart(&self.path, source))? {
            let name = entry.map_err(|source| told_apart(&self.path, source))?.file_name();
            tenants.extend(name.to_str().and_then(tenant_of));
        }
        tenants.sort_unstable();
        Ok(tenants)
    }

    /// Overwrites and removes a tenant's key set: all that was sealed under it is lost. A copy-on-write file system or a drive
    /// may still hold the old blocks; the master key that wraps them is what protects these.
    pub fn destroy_key_set(&self, tenant: TenantUuid) -> Result<()> {
        let path = self.path.join(file_name(tenant));
        let failed = |source| told_apart(&path, source);
        let mut file = OpenOptions::new().write(true).open(&path).map_err(failed)?;
        let bytes = file.metadata().map_err(failed)?.len().min(FILE_BYTES_MAX);
        io::copy(&mut io::repeat(0).take(bytes), &mut file).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        fs::remove_file(&path).map_err(failed)?;
        sync_folder(&self.path)
    }

    fn read(&self, name: &str) -> Result<Zeroizing<Vec<u8>>> {
        let path = self.path.join(name);
        let failed = |source| told_apart(&path, source);
        let file = File::open(&path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        refuse_open(&path, &metadata)?;
        if metadata.len() > FILE_BYTES_MAX {
            return Err(CryptoError::Limit("bytes of a key file"));
        }
        // As much as is needed: growing would leave a copy behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(metadata.len() as usize + 1));
        file.take(FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(failed)?;
        Ok(bytes)
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let new = self.path.join(format!("{name}{NEW_END}"));
        let failed = |source| told_apart(&new, source);
        match fs::remove_file(&new) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(failed(source)),
            _ => {}
        }
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new).map_err(failed)?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)?;
        fs::rename(&new, self.path.join(name)).map_err(failed)?;
        sync_folder(&self.path)
    }
}

fn file_name(tenant: TenantUuid) -> String {
    let digits = u128::from_be_bytes(tenant.0);
    format!("{digits:032x}{KEYS_END}")
}

fn tenant_of(file_name: &str) -> Option<TenantUuid> {
    let digits = file_name.strip_suffix(KEYS_END)?;
    let tenant = TenantUuid(u128::from_str_radix(digits, 16).ok()?.to_be_bytes());
    (self::file_name(tenant) == file_name).then_some(tenant)
}

fn refuse_open(path: &Path, metadata: &fs::Metadata) -> Result<()> {
    let mode = metadata.permissions().mode() & 0o777;
    if mode & OTHERS == 0 { Ok(()) } else { Err(CryptoError::TooOpen { path: path.to_owned(), mode }) }
}

fn sync_folder(path: &Path) -> Result<()> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(|source| told_apart(path, source))
}

fn told_apart(path: &Path, source: io::Error) -> CryptoError {
    let path = path.to_owned();
    match source.kind() {
        io::ErrorKind::NotFound => CryptoError::Missing { path },
        io::ErrorKind::AlreadyExists => CryptoError::Exists { path },
        _ => CryptoError::Io { path, source },
    }
}

#[cfg(test)]
mod tests;
