//! Names say what a thing is.

use syn::visit::{self, Visit};

use crate::{Finding, Source, Workspace};

const VAGUE: &[&str] = &[
    "base", "bases", "common", "helper", "helpers", "impl", "impls", "manager", "managers", "misc",
    "service", "services", "util", "utils",
];

/// The specification's own terms, which hold a vague word.
const TERMS: &[&str] = &["base_url", "service_request", "healthcare_service"];

/// No crate, file, module or type has a vague word or a version in its name.
pub fn vague(workspace: &Workspace) -> Vec<Finding> {
    let mut found = Vec::new();
    for member in &workspace.members {
        found.extend(judge(&member.path, None, &member.name));
    }
    for source in &workspace.sources {
        let name = source.path.rsplit('/').next().and_then(|name| name.strip_suffix(".rs"));
        found.extend(name.and_then(|name| judge(&source.path, None, name)));
        let mut names = Names { source, found: &mut found };
        names.visit_file(&source.syntax);
    }
    found
}

fn judge(path: &str, line: Option<usize>, name: &str) -> Option<Finding> {
    let mut words = snake_case(name);
    for term in TERMS {
        words = words.replace(term, "");
    }
    let mut words = words.split('_');
    let is_version = |word: &str| {
        word.strip_prefix('v').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    let bad = words
        .clone()
        .find(|word| VAGUE.contains(word))
        .or_else(|| words.next_back().filter(|w| is_version(w)))?;
    let advice = format!("`{bad}` says nothing: name the noun that it is");
    Some(Finding { line, ..Finding::whole(path, name, advice) })
}

fn snake_case(name: &str) -> String {
    let mut out = String::new();
    let mut before_was_lower = false;
    for letter in name.chars() {
        if letter.is_uppercase() && before_was_lower {
            out.push('_');
        }
        before_was_lower = letter.is_lowercase() || letter.is_ascii_digit();
        out.extend(if letter == '-' { '_' } else { letter }.to_lowercase());
    }
    out
}

struct Names<'a> {
    source: &'a Source,
    found: &'a mut Vec<Finding>,
}

impl Names<'_> {
    fn take(&mut self, name: &syn::Ident) {
        self.found.extend(judge(&self.source.path, Some(name.span().start().line), &name.to_string()));
    }
}

impl<'ast> Visit<'ast> for Names<'_> {
    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.take(&item.ident);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.take(&item.ident);
        visit::visit_item_mod(self, item);
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.take(&item.ident);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.take(&item.ident);
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.take(&item.ident);
    }
}
