//! Files to load.

use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub path: PathBuf,
    pub format: Format,
}

/// What a file holds, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Format {
    pub content: Content,
    pub packing: Packing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// One Bundle or resource.
    Json,
    /// A resource a line.
    Ndjson,
    /// An archive of the other two, packed or not.
    Tar,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

/// How deep folders are searched.
const DEPTH_MAX: usize = 32;

impl Format {
    /// `None`: not a file that can be loaded.
    pub(crate) fn of(name: &Path) -> Option<Self> {
        let name = name.file_name()?.to_str()?.to_ascii_lowercase();
        let (name, packing) = if let Some(name) = name.strip_suffix(".gz") {
            (name, Packing::Gzip)
        } else if let Some(name) = name.strip_suffix(".zst") {
            (name, Packing::Zstd)
        } else if let Some(name) = name.strip_suffix(".tgz") {
            return (!name.is_empty()).then_some(Self { content: Content::Tar, packing: Packing::Gzip });
        } else {
            (&*name, Packing::Plain)
        };
        let content = match name.rsplit_once('.')? {
            (_, "json") => Content::Json,
            (_, "ndjson") => Content::Ndjson,
            (_, "tar") => Content::Tar,
            _ => return None,
        };
        Some(Self { content, packing })
    }
}

/// The files named, and those in the folders named, in the order of their names. The error file of a load is not one of them.
pub(crate) fn find(paths: &[PathBuf], errors: &Path) -> Result<Vec<Source>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            search(path, DEPTH_MAX, &mut found)?;
        } else {
            let wrong = || format!("{}: neither .json nor .ndjson nor .tar, packed or not", path.display());
            let format = Format::of(path).ok_or_else(|| Failure::Options(wrong()))?;
            found.push(Source { path: path.clone(), format });
        }
    }
    let errors = errors.canonicalize().ok();
    found.retain(|source| errors.is_none() || source.path.canonicalize().ok() != errors);
    if found.is_empty() {
        return Err(Failure::Options("there is nothing to load: no .json, .ndjson or .tar file".to_owned()));
    }
    Ok(found)
}

fn search(folder: &Path, depth: usize, found: &mut Vec<Source>) -> Result<(), Failure> {
    let failed = || Failure::io(format!("cannot read the folder {}", folder.display()));
    let names = std::fs::read_dir(folder).map_err(failed())?;
    let mut paths =
        names.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>().map_err(failed())?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            if depth == 0 {
                return Err(Failure::Options(format!("{}: folders nest too deep", path.display())));
            }
            search(&path, depth - 1, found)?;
        } else if let Some(format) = Format::of(&path) {
            found.push(Source { path, format });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: Option<(Content, Packing)>) {
        let found = Format::of(Path::new(name)).map(|format| (format.content, format.packing));
        assert_eq!(found, expected, "{name}");
    }

    #[test]
    fn formats() {
        check("a.json", Some((Content::Json, Packing::Plain)));
        check("A.JSON.GZ", Some((Content::Json, Packing::Gzip)));
        check("Patient.ndjson.zst", Some((Content::Ndjson, Packing::Zstd)));
        check("set.tar.zst", Some((Content::Tar, Packing::Zstd)));
        check("set.tgz", Some((Content::Tar, Packing::Gzip)));
        check("SOURCE.txt", None);
        check("json", None);
        check("a.xml.gz", None);
    }

    #[test]
    fn folders_are_searched_and_files_must_be_loadable() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("inner");
        std::fs::create_dir(&inner).expect("a folder");
        for name in ["b.json", "a.ndjson", "notes.txt", "inner/c.tar"] {
            std::fs::write(folder.path().join(name), "").expect("a file");
        }
        let names = |paths: &[PathBuf]| -> Vec<PathBuf> {
            let found = find(paths, &folder.path().join("inner/c.tar")).expect("files");
            found.into_iter().map(|source| source.path).collect()
        };
        let expected = ["a.ndjson", "b.json"].map(|name| folder.path().join(name));
        assert_eq!(names(&[folder.path().to_owned()]), expected);
        assert!(find(&[folder.path().join("notes.txt")], Path::new("none")).is_err());
        assert!(find(&[], Path::new("none")).is_err());
    }
}
