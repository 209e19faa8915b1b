//! The folder that a calibration writes to. It is removed whatever happens.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Makes `fornax-plan-PROCESS` in a folder that is there.
    pub(crate) fn make_in(parent: &Path) -> Result<Self, Failure> {
        let path = parent.join(format!("fornax-plan-{}", std::process::id()));
        fs::create_dir(&path).map_err(Failure::io(format!("cannot make {}", path.display())))?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Removes it with all that is in it.
    pub(crate) fn remove(self) -> Result<(), Failure> {
        let cannot = Failure::io(format!("cannot remove {}", self.0.display()));
        fs::remove_dir_all(&self.0).map_err(cannot)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // After `remove` nothing is there; and where this fails there is nobody to tell.
        match fs::remove_dir_all(&self.0) {
            Err(error) if error.kind() != ErrorKind::NotFound => {}
            _ => {}
        }
    }
}
