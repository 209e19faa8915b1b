//! Pure crates do no input or output, and read no clock and no environment.

use syn::UseTree;
use syn::visit::{self, Visit};

use crate::{Finding, LAYERS, Layer, Source, Workspace};

/// What each pure crate's `clippy.toml` must disallow.
const DISALLOWED: &[&str] = &[
    "std::fs::File::open",
    "std::fs::File::create",
    "std::fs::read",
    "std::fs::read_to_string",
    "std::fs::write",
    "std::fs::OpenOptions::open",
    "std::net::TcpStream::connect",
    "std::net::TcpListener::bind",
    "std::thread::spawn",
    "std::thread::sleep",
    "std::thread::Builder::spawn",
    "std::time::Instant::now",
    "std::time::SystemTime::now",
    "std::env::var",
];

/// Modules and items that a pure crate has no use for, whatever method of theirs is called.
const IMPURE: &[&str] = &[
    "std::env",
    "std::fs",
    "std::io::Stdin",
    "std::io::stderr",
    "std::io::stdin",
    "std::io::stdout",
    "std::net",
    "std::os",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
];

fn pure(workspace: &Workspace) -> impl Iterator<Item = &'static Layer> {
    LAYERS.iter().filter(|layer| {
        layer.is_pure() && workspace.members.iter().any(|member| member.name == layer.package)
    })
}

/// Every pure crate has the same `clippy.toml`, and that disallows the ways out. (Clippy reads the nearest file only,
/// so each crate needs its own copy.)
pub fn clippy(workspace: &Workspace) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut first: Option<&str> = None;
    for layer in pure(workspace) {
        let path = format!("{}/clippy.toml", layer.folder);
        let Some(file) = workspace.file(&path) else {
            found.push(Finding::whole(&path, "missing", "copy it from another pure crate"));
            continue;
        };
        let missing = DISALLOWED.iter().filter(|method| !file.text.contains(&format!("\"{method}\"")));
        found.extend(missing.map(|method| Finding::whole(&path, *method, "must be disallowed")));
        if *first.get_or_insert(&file.text) != file.text {
            found.push(Finding::whole(&path, "differs", "must equal that of the other pure crates"));
        }
    }
    found
}

/// No code of a pure crate, tests aside, names a module that reaches outside.
pub fn paths(workspace: &Workspace) -> Vec<Finding> {
    let mut found = Vec::new();
    for layer in pure(workspace) {
        let folder = format!("{}/", layer.folder);
        for source in workspace.sources.iter().filter(|source| source.path.starts_with(&folder)) {
            let mut paths = Paths { source, found: Vec::new() };
            paths.visit_file(&source.syntax);
            found.extend(paths.found);
        }
    }
    found
}

struct Paths<'a> {
    source: &'a Source,
    found: Vec<Finding>,
}

impl Paths<'_> {
    fn take(&mut self, line: usize, path: &str) {
        let reaches = |banned: &&&str| {
            path.strip_prefix(**banned).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        };
        let Some(banned) = IMPURE.iter().find(reaches) else { return };
        if !self.source.is_test(line) {
            let advice = "a pure crate takes data in and gives data out: have the caller do this";
            self.found.push(Finding::at(&self.source.path, line, *banned, advice));
        }
    }

    fn take_use(&mut self, prefix: &str, tree: &UseTree) {
        let join = |name: &syn::Ident| {
            if prefix.is_empty() { name.to_string() } else { format!("{prefix}::{name}") }
        };
        match tree {
            UseTree::Path(path) => self.take_use(&join(&path.ident), &path.tree),
            UseTree::Name(name) => self.take(name.ident.span().start().line, &join(&name.ident)),
            UseTree::Rename(rename) => self.take(rename.ident.span().start().line, &join(&rename.ident)),
            UseTree::Glob(glob) => self.take(glob.star_token.spans[0].start().line, prefix),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.take_use(prefix, tree)),
        }
    }
}

impl<'ast> Visit<'ast> for Paths<'_> {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.take_use("", &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if let Some(first) = path.segments.first() {
            self.take(first.ident.span().start().line, &names.join("::"));
        }
        visit::visit_path(self, path);
    }
}
