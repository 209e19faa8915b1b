//! Where references lead.

use fornax_definitions::{Definitions, Type, TypeId, TypeKind};

use crate::item::Element;

/// Knows resources beyond the one at hand. Asked for references that lead out of the resource evaluated.
pub trait Resolver {
    /// What a reference's text, a URL or a path relative to the server's base, leads to.
    fn resolve<'s>(&'s self, reference: &str) -> Resolution<'s>;
}

/// What is known of a reference's target.
#[derive(Clone, Copy, Debug)]
pub enum Resolution<'a> {
    /// The resource itself.
    Resource(Element<'a>),
    /// It was not looked for: the reference's text says its type, if anything does.
    ByText,
    /// There is none.
    Missing,
}

/// The resource type that a reference's text names: `Patient/1`, `https://host/fhir/Patient/1/_history/2`.
///
/// `None` for anything else: URNs, fragments, canonical URLs of no such form.
pub fn type_in_text(definitions: &Definitions, reference: &str) -> Option<TypeId> {
    let path = reference.split_once("/_history/").map_or(reference, |(path, _)| path);
    let (rest, id) = path.rsplit_once('/')?;
    let name = rest.rsplit_once('/').map_or(rest, |(_, name)| name);
    if !is_id(id) || !name.starts_with(|letter: char| letter.is_ascii_uppercase()) {
        return None;
    }
    definitions.type_named(name).filter(|found| is_concrete(found)).map(|found| found.id)
}

pub(crate) fn is_concrete(of: &Type) -> bool {
    of.kind == TypeKind::Resource && !of.is_abstract
}

fn is_id(text: &str) -> bool {
    let is_id_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    (1..=64).contains(&text.len()) && text.bytes().all(is_id_byte)
}
