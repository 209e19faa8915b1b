//! Files and folders of the tests.

use std::fs;
use std::path::{Path, PathBuf};

/// A file in the folder where this build puts what it makes.
pub fn beside(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test is a file");
    let folder = test.ancestors().nth(2).expect("it lies in a folder of the target directory");
    let path = folder.join(name);
    assert!(path.exists(), "{} is missing: build the whole package, not one target of it", path.display());
    path
}

/// How many calls the shim made to fail.
pub fn failed_calls(counts: &Path) -> u64 {
    let bytes = fs::read(counts).expect("the counts are there");
    u64::from_ne_bytes(bytes[32..40].try_into().expect("eight bytes"))
}

/// A fresh copy of a folder and all that is in it, with its modes.
pub fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    fs::create_dir(to)?;
    fs::set_permissions(to, fs::metadata(from)?.permissions())?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
