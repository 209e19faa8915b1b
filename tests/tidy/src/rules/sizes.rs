//! Functions, files and parameter lists stay small.

use syn::visit::{self, Visit};
use syn::{Block, FnArg, Item, Pat, Signature, Type, UseTree, Visibility};

use crate::source::is_for_tests;
use crate::{Finding, Source, Workspace};

const FUNCTION_LINES_MAX: usize = 100;
const FILE_LINES_MAX: usize = 800;
const PARAMETERS_MAX: usize = 5;
const FACADE_ITEMS_MAX: usize = 60;

/// No function, tests aside, is longer than 100 lines, from `fn` to its closing brace.
pub fn function_lines(workspace: &Workspace) -> Vec<Finding> {
    functions(workspace, |function| {
        let lines = function.end? + 1 - function.line;
        (lines > FUNCTION_LINES_MAX).then(|| format!("{lines} lines, at most {FUNCTION_LINES_MAX}: split it"))
    })
}

/// No function takes more than 5 parameters beside `self`.
pub fn parameters(workspace: &Workspace) -> Vec<Finding> {
    functions(workspace, |function| {
        let count = function.signature.inputs.iter().filter(|input| matches!(input, FnArg::Typed(_))).count();
        (count > PARAMETERS_MAX)
            .then(|| format!("{count} parameters, at most {PARAMETERS_MAX}: make a struct"))
    })
}

/// No public function is steered by a boolean. One that carries a boolean as data calls it `value`.
pub fn boolean_parameters(workspace: &Workspace) -> Vec<Finding> {
    functions(workspace, |function| {
        let steered = function.is_public && function.signature.inputs.iter().any(is_steering);
        steered.then(|| "a boolean parameter: make it an enum or two functions".to_owned())
    })
}

fn is_steering(input: &FnArg) -> bool {
    let FnArg::Typed(parameter) = input else { return false };
    let is_data = matches!(&*parameter.pat, Pat::Ident(name) if name.ident == "value");
    let Type::Path(path) = &*parameter.ty else { return false };
    !is_data && path.path.is_ident("bool")
}

/// No file has more than 800 lines without its tests; tables of data are exempt.
pub fn file_lines(workspace: &Workspace) -> Vec<Finding> {
    let measured = workspace.sources.iter().filter(|source| !source.path.ends_with("_table.rs"));
    measured
        .filter_map(|source| {
            let lines = source.code_lines();
            let advice =
                || format!("{lines} lines without tests, at most {FILE_LINES_MAX}: split it by noun");
            (lines > FILE_LINES_MAX).then(|| Finding::whole(&source.path, "file", advice()))
        })
        .collect()
}

/// The facade has no more than 60 public items.
pub fn facade_items(workspace: &Workspace) -> Vec<Finding> {
    let facade = workspace.sources.iter().filter(|source| source.path == "engine/src/lib.rs");
    facade
        .filter_map(|source| {
            let count: usize = source.syntax.items.iter().map(public_names).sum();
            let advice =
                format!("{count} public items, at most {FACADE_ITEMS_MAX}: an embedder reads them all");
            (count > FACADE_ITEMS_MAX).then(|| Finding::whole(&source.path, "facade", advice))
        })
        .collect()
}

/// How many names an item makes public; a glob counts as too many, since nobody can read it.
fn public_names(item: &Item) -> usize {
    match item {
        Item::Use(item) if is_public(&item.vis) => used_names(&item.tree),
        Item::Use(_) => 0,
        Item::Const(item) => usize::from(is_public(&item.vis)),
        Item::Enum(item) => usize::from(is_public(&item.vis)),
        Item::Fn(item) => usize::from(is_public(&item.vis)),
        Item::Mod(item) => usize::from(is_public(&item.vis)),
        Item::Static(item) => usize::from(is_public(&item.vis)),
        Item::Struct(item) => usize::from(is_public(&item.vis)),
        Item::Trait(item) => usize::from(is_public(&item.vis)),
        Item::Type(item) => usize::from(is_public(&item.vis)),
        _ => 0,
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn used_names(tree: &UseTree) -> usize {
    match tree {
        UseTree::Path(path) => used_names(&path.tree),
        UseTree::Group(group) => group.items.iter().map(used_names).sum(),
        UseTree::Name(_) | UseTree::Rename(_) => 1,
        UseTree::Glob(_) => FACADE_ITEMS_MAX + 1,
    }
}

struct Function<'a> {
    signature: &'a Signature,
    /// Public by its own keyword, or by its public trait.
    is_public: bool,
    line: usize,
    /// The closing brace's line; absent for a trait's function without a body.
    end: Option<usize>,
}

fn functions(workspace: &Workspace, judge: impl Fn(&Function<'_>) -> Option<String>) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in workspace.sources.iter().filter(|source| !source.is_test_file()) {
        let mut walk = Functions { source, judge: &judge, found: &mut found, within: Within::Module };
        walk.visit_file(&source.syntax);
    }
    found
}

#[derive(Clone, Copy, PartialEq)]
enum Within {
    Module,
    PublicTrait,
    /// The methods of a type that the file does not make public.
    PrivateType,
    /// An implementation of a trait: its signatures are dictated.
    TraitImpl,
}

struct Functions<'a, J> {
    source: &'a Source,
    judge: &'a J,
    found: &'a mut Vec<Finding>,
    within: Within,
}

impl<J: Fn(&Function<'_>) -> Option<String>> Functions<'_, J> {
    fn take(&mut self, signature: &Signature, visibility: Option<&Visibility>, body: Option<&Block>) {
        let line = signature.fn_token.span.start().line;
        let function = Function {
            signature,
            is_public: match visibility {
                Some(visibility) => {
                    matches!(visibility, Visibility::Public(_)) && self.within == Within::Module
                }
                None => self.within == Within::PublicTrait,
            },
            line,
            end: body.map(|body| body.brace_token.span.close().end().line),
        };
        if let Some(advice) = (self.judge)(&function).filter(|_| !self.source.is_test(line)) {
            self.found.push(Finding::at(&self.source.path, line, signature.ident.to_string(), advice));
        }
    }

    fn enter(&mut self, within: Within, walk: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.within, within);
        walk(self);
        self.within = before;
    }
}

/// Whether the file declares a type and does not make it public.
fn is_private(self_type: &Type, file: &syn::File) -> bool {
    let Type::Path(path) = self_type else { return false };
    let name = path.path.segments.last().map(|segment| &segment.ident);
    file.items.iter().any(|item| match item {
        Item::Struct(item) => Some(&item.ident) == name && !matches!(item.vis, Visibility::Public(_)),
        Item::Enum(item) => Some(&item.ident) == name && !matches!(item.vis, Visibility::Public(_)),
        _ => false,
    })
}

impl<'ast, J: Fn(&Function<'_>) -> Option<String>> Visit<'ast> for Functions<'_, J> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_for_tests(&item.attrs) {
            self.take(&item.sig, Some(&item.vis), Some(&item.block));
        }
        visit::visit_item_fn(self, item);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let within = match &item.trait_ {
            Some(_) => Within::TraitImpl,
            None if is_private(&item.self_ty, &self.source.syntax) => Within::PrivateType,
            None => Within::Module,
        };
        self.enter(within, |walk| visit::visit_item_impl(walk, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.take(&item.sig, Some(&item.vis), Some(&item.block));
        self.enter(Within::Module, |walk| visit::visit_impl_item_fn(walk, item));
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        let is_public = matches!(item.vis, Visibility::Public(_));
        let within = if is_public { Within::PublicTrait } else { Within::Module };
        self.enter(within, |walk| visit::visit_item_trait(walk, item));
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        self.take(&item.sig, None, item.default.as_ref());
        visit::visit_trait_item_fn(self, item);
    }
}
