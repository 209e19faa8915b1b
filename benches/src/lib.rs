//! What benchmarks work on.

pub mod load;
pub mod usage;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fornax_model::{Document, Limits};

/// A small resource of every common shape, for where the shared data is missing.
const SAMPLE: &str = include_str!("sample.json");

/// Bundles as they came: the shared Synthea population, else the one that is built in.
///
/// # Panics
/// When the shared data is there and can't be unpacked.
pub fn bundles() -> Vec<Vec<u8>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let shared = std::env::var_os("FORNAX_SHARED").map_or(beside, PathBuf::from);
    let archive = shared.join("data/synthea-r4-uscore-120/bundles.tar.zst");
    if !archive.is_file() {
        return vec![SAMPLE.into()];
    }
    let folder = std::env::temp_dir().join("fornax-benches-synthea");
    unpack(&archive, &folder);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("the folder was made")
        .map(|file| file.expect("the folder can be read").path())
        .collect();
    files.sort();
    files.iter().map(|file| fs::read(file).expect("an unpacked file")).collect()
}

/// Every `step`-th resource of the Bundles, as written there.
///
/// # Panics
/// When the data is no Bundles.
pub fn resources(step: usize) -> Vec<Vec<u8>> {
    let mut resources = Vec::new();
    for bundle in bundles() {
        let document = Document::parse(bundle, &Limits::default()).expect("a Bundle");
        let entries = document.root().get("entry").expect("entries");
        resources
            .extend(entries.items().map(|entry| entry.get("resource").expect("a resource").raw().to_vec()));
    }
    resources.into_iter().step_by(step).collect()
}

fn unpack(archive: &Path, folder: &Path) {
    fs::create_dir_all(folder).expect("a temporary folder");
    let mut zstd = Command::new("zstd")
        .args(["-dc", "--long=27"])
        .arg(archive)
        .stdout(Stdio::piped())
        .spawn()
        .expect("zstd is installed");
    let packed = zstd.stdout.take().expect("a pipe");
    let tar = Command::new("tar").arg("x").current_dir(folder).stdin(packed).status().expect("tar runs");
    assert!(tar.success() && zstd.wait().expect("zstd ends").success(), "the data can't be unpacked");
}
