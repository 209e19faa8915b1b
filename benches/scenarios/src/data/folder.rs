//! Bundles in files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::Bundle;
use super::outline::Outline;
use crate::Failure;

/// The `.json` files below a folder, in the order of their names; those without a Patient first.
pub struct Folder {
    path: PathBuf,
    shared: Vec<PathBuf>,
    patients: Vec<PathBuf>,
}

/// How deep folders are searched.
const DEPTH_MAX: usize = 16;

impl Folder {
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let mut folder = Self { path: path.to_owned(), shared: Vec::new(), patients: Vec::new() };
        for file in find(path, DEPTH_MAX)? {
            let text = fs::read_to_string(&file).map_err(Failure::reading(&file))?;
            let files =
                if outline(&file, &text)?.has_patient() { &mut folder.patients } else { &mut folder.shared };
            files.push(file);
        }
        if folder.patients.is_empty() {
            return Err(Failure::Data(format!("{}: no .json file with a Patient's Bundle", path.display())));
        }
        Ok(folder)
    }

    pub fn name(&self) -> String {
        let name = self.path.file_name();
        name.map_or_else(|| self.path.display().to_string(), |name| name.to_string_lossy().into_owned())
    }

    pub fn shared(&self) -> usize {
        self.shared.len()
    }

    pub fn patients(&self) -> usize {
        self.patients.len()
    }

    pub fn shared_bundle(&self, number: usize) -> Result<Bundle, Failure> {
        read(&self.shared[number])
    }

    pub fn patient_bundle(&self, number: usize) -> Result<Bundle, Failure> {
        read(&self.patients[number])
    }

    pub fn count(&self, counts: &mut BTreeMap<String, u64>) -> Result<(), Failure> {
        for file in self.shared.iter().chain(&self.patients) {
            let text = fs::read_to_string(file).map_err(Failure::reading(file))?;
            outline(file, &text)?.count(counts);
        }
        Ok(())
    }
}

fn read(file: &Path) -> Result<Bundle, Failure> {
    let text = fs::read_to_string(file).map_err(Failure::reading(file))?;
    let entries = outline(file, &text)?.entries();
    Ok(Bundle { text, entries })
}

fn outline<'a>(file: &Path, text: &'a str) -> Result<Outline<'a>, Failure> {
    Outline::parse(text).map_err(|error| Failure::Data(format!("{}: {error}", file.display())))
}

fn find(folder: &Path, depth: usize) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
    let mut paths: Vec<PathBuf> =
        entries.map_err(Failure::reading(folder))?.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            if depth == 0 {
                return Err(Failure::Data(format!("{}: folders nest too deep", path.display())));
            }
            found.extend(find(&path, depth - 1)?);
        } else if path.extension().is_some_and(|end| end == "json") {
            found.push(path);
        }
    }
    Ok(found)
}
