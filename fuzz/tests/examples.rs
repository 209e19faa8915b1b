//! The document target over the specification's own examples.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fornax_model::{Document, Limits};

/// Unpacks the examples, or says why that can't be. In CI they must be there.
fn examples() -> Result<PathBuf, String> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let shared = std::env::var_os("FORNAX_SHARED").map_or(beside, PathBuf::from);
    let archive = shared.join("data/fhir-r4-spec-examples/files.tar.zst");
    if !archive.is_file() {
        return Err(format!("no {}", archive.display()));
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("examples");
    std::fs::create_dir_all(&folder).expect("a folder in the target directory");
    let zstd = Command::new("zstd").args(["-dc", "--long=27"]).arg(archive).stdout(Stdio::piped()).spawn();
    let mut zstd = zstd.map_err(|error| format!("zstd: {error}"))?;
    let packed = zstd.stdout.take().expect("a pipe");
    let tar = Command::new("tar").arg("x").current_dir(&folder).stdin(packed).status().expect("tar runs");
    assert!(tar.success() && zstd.wait().expect("zstd ends").success());
    Ok(folder)
}

#[test]
fn every_example_is_read_as_serde_json_reads_it() {
    let folder = match examples() {
        Ok(folder) => folder,
        Err(why) => {
            assert!(std::env::var_os("CI").is_none(), "{why}");
            eprintln!("SKIPPED: {why}");
            return;
        }
    };
    let mut count = 0;
    for file in std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        let bytes = std::fs::read(&file).unwrap();
        let value = serde_json::from_slice::<serde_json::Value>(&bytes);
        assert!(value.is_ok_and(|value| value.is_object()), "{}", file.display());
        assert!(Document::parse(bytes.as_slice(), &Limits::default()).is_ok(), "{}", file.display());
        fornax_fuzz::document(&bytes);
        count += 1;
    }
    assert!(count > 700, "{count} examples");
}
