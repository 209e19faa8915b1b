//! The workspace as data: its text files, its crates' manifests, its parsed Rust files.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::Source;

/// Files above this size are data, which no rule reads.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// What keeps the workspace from being read at all.
#[derive(Debug, thiserror::Error)]
pub enum TidyError {
    /// A file or folder can't be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The folder walk failed.
    #[error(transparent)]
    Walk(#[from] ignore::Error),
    /// A manifest is not TOML.
    #[error("{path}: {source}")]
    Manifest {
        /// Which.
        path: String,
        /// Why.
        source: toml::de::Error,
    },
    /// A Rust file does not parse.
    #[error("{path}: {source}")]
    Rust {
        /// Which.
        path: String,
        /// Why.
        source: syn::Error,
    },
}

/// A file that is UTF-8.
#[derive(Clone, Debug)]
pub struct TextFile {
    /// Relative to the workspace's root, with `/`.
    pub path: String,
    /// The whole content.
    pub text: String,
}

/// A crate of the workspace.
#[derive(Debug)]
pub struct Member {
    /// The package's name.
    pub name: String,
    /// Its folder, relative to the workspace's root.
    pub folder: String,
    /// Its manifest's path, relative to the workspace's root.
    pub path: String,
    /// Its manifest.
    pub manifest: Table,
}

/// For what a crate needs another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To run.
    Normal,
    /// To build.
    Build,
    /// To test.
    Dev,
}

/// One edge out of a member's manifest.
#[derive(Debug)]
pub struct Dependency {
    /// The package, whatever the manifest calls it.
    pub package: String,
    /// For what.
    pub kind: Kind,
    /// Whether version and features come from the workspace's manifest.
    pub inherited: bool,
}

/// Everything that the rules look at.
pub struct Workspace {
    /// The root manifest; empty when there is none.
    pub manifest: Table,
    /// The crates, by path.
    pub members: Vec<Member>,
    /// All text files, by path.
    pub files: Vec<TextFile>,
    /// The Rust files, parsed, by path.
    pub sources: Vec<Source>,
    /// The folders at the top, hidden ones included, ignored ones not.
    pub top_folders: Vec<String>,
}

impl Workspace {
    /// Reads what lies under `root` and is not ignored by its `.gitignore`. Files that are not UTF-8 or over 4 MiB
    /// are left out.
    pub fn load(root: &Path) -> Result<Self, TidyError> {
        let mut files = Vec::new();
        let walk = ignore::WalkBuilder::new(root)
            .hidden(false)
            .require_git(false)
            .git_global(false)
            .git_exclude(false)
            .parents(false)
            .filter_entry(|entry| entry.file_name() != ".git")
            .build();
        for entry in walk {
            let entry = entry?;
            if !entry.file_type().is_some_and(|kind| kind.is_file())
                || entry.metadata()?.len() > FILE_BYTES_MAX
            {
                continue;
            }
            let path = entry.path();
            let bytes = std::fs::read(path)
                .map_err(|source| TidyError::Unreadable { path: path.to_owned(), source })?;
            if let (Ok(text), Ok(relative)) = (String::from_utf8(bytes), path.strip_prefix(root)) {
                files.push(TextFile { path: relative.to_string_lossy().replace('\\', "/"), text });
            }
        }
        Self::of(files)
    }

    /// A workspace made of these files alone.
    pub fn of(mut files: Vec<TextFile>) -> Result<Self, TidyError> {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let mut workspace = Self {
            manifest: Table::new(),
            members: Vec::new(),
            sources: Vec::new(),
            top_folders: top_folders(&files),
            files: Vec::new(),
        };
        for file in &files {
            match file.path.strip_suffix("Cargo.toml") {
                Some("") => workspace.manifest = table(file)?,
                Some(folder) if folder.ends_with('/') => {
                    workspace.members.push(member(file, folder.trim_end_matches('/'))?);
                }
                _ => {}
            }
            if file.path.ends_with(".rs") {
                workspace.sources.push(Source::parse(file)?);
            }
        }
        workspace.files = files;
        Ok(workspace)
    }

    /// The file at that path.
    pub fn file(&self, path: &str) -> Option<&TextFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The crate that a file belongs to: the one with the nearest manifest above it.
    pub fn member_of(&self, path: &str) -> Option<&Member> {
        self.members
            .iter()
            .filter(|member| {
                path.strip_prefix(member.folder.as_str()).is_some_and(|rest| rest.starts_with('/'))
            })
            .max_by_key(|member| member.folder.len())
    }

    /// All edges out of a crate, those for single platforms included.
    pub fn dependencies(&self, member: &Member) -> Vec<Dependency> {
        let mut tables = vec![&member.manifest];
        if let Some(Value::Table(targets)) = member.manifest.get("target") {
            tables.extend(targets.values().filter_map(Value::as_table));
        }
        let sections = [
            ("dependencies", Kind::Normal),
            ("build-dependencies", Kind::Build),
            ("dev-dependencies", Kind::Dev),
        ];
        let mut edges = Vec::new();
        for table in tables {
            for (section, kind) in sections {
                let Some(Value::Table(entries)) = table.get(section) else { continue };
                edges.extend(entries.iter().map(|(name, value)| self.dependency(name, value, kind)));
            }
        }
        edges
    }

    fn dependency(&self, name: &str, value: &Value, kind: Kind) -> Dependency {
        let inherited = value.get("workspace").and_then(Value::as_bool) == Some(true);
        let shared = || self.manifest.get("workspace")?.get("dependencies")?.get(name);
        let source = if inherited { shared() } else { Some(value) };
        let renamed = source.and_then(|source| source.get("package")).and_then(Value::as_str);
        Dependency { package: renamed.unwrap_or(name).to_owned(), kind, inherited }
    }
}

fn table(file: &TextFile) -> Result<Table, TidyError> {
    file.text.parse::<Table>().map_err(|source| TidyError::Manifest { path: file.path.clone(), source })
}

fn member(file: &TextFile, folder: &str) -> Result<Member, TidyError> {
    let manifest = table(file)?;
    let name = manifest.get("package").and_then(|package| package.get("name")).and_then(Value::as_str);
    Ok(Member {
        name: name.unwrap_or(folder).to_owned(),
        folder: folder.to_owned(),
        path: file.path.clone(),
        manifest,
    })
}

fn top_folders(files: &[TextFile]) -> Vec<String> {
    let mut folders: Vec<String> =
        files.iter().filter_map(|file| file.path.split_once('/')).map(|(top, _)| top.to_owned()).collect();
    folders.dedup();
    folders
}
