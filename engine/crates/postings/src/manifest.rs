//! The list of an index's segments: one sealed file, replaced as a whole.
//!
//! A manifest is written under a new name and stays beside the old one until the caller has durably kept its [`ManifestTag`]
//! (the keeper's promise). So there is always exactly one manifest that the kept tag names, and a file that was put back from
//! an older time has another salt than the tag says.

use fornax_codec::record;
use serde::{Deserialize, Serialize};

use crate::directory::Vault;
use crate::document::Seq;
use crate::error::{Error, Result};
use crate::sealed_file::{FileSeal, read_salt};

/// Names one manifest and no other. 40 bytes; for the caller to keep in its store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestTag {
    /// Counts manifests.
    pub generation: u64,
    /// The manifest file's salt.
    pub salt: [u8; 32],
}

/// Keeps the tag of the manifest that counts.
pub trait TagKeeper {
    /// Keeps `tag`, durably when it returns. Until then the old manifest counts.
    fn keep(&self, tag: &ManifestTag) -> std::io::Result<()>;
}

/// The record version of [`Manifest`].
const VERSION: u8 = 1;
/// A manifest of 200 segments is about 500 KB.
const BYTES_MAX: usize = 16 << 20;

/// All that is needed to open an index again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// [`crate::schema::DICTIONARY`].
    pub dictionary: String,
    /// What the documents were made by; the caller's.
    pub context: Vec<u8>,
    /// Every commit up to this one is in the segments and their marks.
    pub seq: Seq,
    /// Snapshots before this one can't be searched any more.
    pub floor: Seq,
    /// The number of the next segment.
    pub next_segment: u64,
    /// In the order of their commits.
    pub segments: Vec<SegmentEntry>,
}

/// One segment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SegmentEntry {
    pub number: u64,
    /// Tantivy's `meta.json`.
    pub meta: Vec<u8>,
    /// Tantivy's files.
    pub files: Vec<FileSeal>,
    /// The marks, when there are any.
    pub marks: Option<FileSeal>,
}

fn file_name(generation: u64) -> String {
    format!("{generation:016x}.manifest")
}

impl Manifest {
    /// Writes the manifest; it counts once its tag is kept.
    pub(crate) fn write(&self, vault: &Vault, generation: u64) -> Result<ManifestTag> {
        let bytes =
            record::encode(VERSION, self).map_err(|_| Error::Misuse("a manifest that does not encode"))?;
        let mut writer = vault.create(&file_name(generation))?;
        writer.write_all(&bytes)?;
        let seal = writer.finish()?;
        vault.files.sync_folder()?;
        Ok(ManifestTag { generation, salt: seal.salt })
    }

    /// Reads the manifest that `tag` names.
    pub(crate) fn read(vault: &Vault, tag: &ManifestTag) -> Result<Self> {
        let name = file_name(tag.generation);
        let file = vault.files.open(&name).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::Stale,
            _ => Error::Io(error),
        })?;
        if read_salt(&*file).map_err(damaged)? != tag.salt {
            return Err(Error::Stale);
        }
        let seal = FileSeal { name, bytes: file.bytes(), salt: tag.salt };
        let bytes = vault.open(&seal).and_then(|file| file.read_all()).map_err(damaged)?;
        record::decode(VERSION, &bytes, BYTES_MAX).map_err(|_| Error::Damaged("the manifest does not decode"))
    }

    /// The names of all files that the index needs, with its manifest's.
    pub(crate) fn names(&self, generation: u64) -> Vec<String> {
        let files = |segment: &SegmentEntry| {
            let marks = segment.marks.iter();
            segment.files.iter().chain(marks).map(|seal| seal.name.clone()).collect::<Vec<_>>()
        };
        let mut names: Vec<String> = self.segments.iter().flat_map(files).collect();
        names.push(file_name(generation));
        names
    }
}

/// A file that is cut or altered is damage; anything else is the operating system's.
pub(crate) fn damaged(error: std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::InvalidData
        | std::io::ErrorKind::UnexpectedEof
        | std::io::ErrorKind::NotFound => Error::Damaged("a file does not open"),
        _ => Error::Io(error),
    }
}
