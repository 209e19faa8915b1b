//! `$validate`: what is wrong with a resource, without writing it. Its shape, for now: profiles are refused rather than passed over.

use fornax_model::{Document, Node};

use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::write::{check_shape, parse_failed, resource_limits};

/// What is wrong with a resource that stands alone, or among Parameters as `resource`; nothing: all is well. `resource_type` and `id` are
/// what it is to be, where that is known.
pub(crate) fn validate(
    core: &Core,
    resource_type: Option<&str>,
    id: Option<&str>,
    body: Vec<u8>,
) -> Result<Vec<Issue>> {
    let document = Document::parse(body, &resource_limits(core)).map_err(|error| parse_failed(&error))?;
    let resource = resource_of(document.root(), resource_type)?;
    let own_type = text(resource, "resourceType");
    let named = resource_type.or(own_type.as_deref()).ok_or_else(|| {
        let issue = Issue::error("required", "the resource says no type").at("resourceType");
        Error::new(ErrorKind::Invalid, issue)
    })?;
    let expected = core.types.named(named)?;
    let mut issues = match check_shape(resource, expected) {
        Ok(()) => Vec::new(),
        Err(error) => error.issues().to_vec(),
    };
    if let (Some(id), Some(own)) = (id, text(resource, "id"))
        && own != id
    {
        let place = format!("{}.id", expected.name);
        issues.push(Issue::error("value", "the resource's id is not the one in the URL").at(place));
    }
    Ok(issues)
}

/// The resource itself, or the one among Parameters.
fn resource_of<'a>(root: Node<'a>, resource_type: Option<&str>) -> Result<Node<'a>> {
    if resource_type == Some("Parameters") || text(root, "resourceType").as_deref() != Some("Parameters") {
        return Ok(root);
    }
    let parameters = || root.get("parameter").into_iter().flat_map(Node::items);
    if parameters().any(|one| text(one, "name").as_deref() == Some("profile")) {
        return Err(no_profiles());
    }
    let found = parameters().find(|one| text(*one, "name").as_deref() == Some("resource"));
    found.and_then(|one| one.get("resource")).ok_or_else(|| {
        let issue = Issue::error("required", "no parameter holds a resource").at("Parameters.parameter");
        Error::new(ErrorKind::Invalid, issue)
    })
}

/// That a profile was asked for.
pub(crate) fn no_profiles() -> Error {
    let text = "resources are validated by their shape: profiles are not supported yet";
    Error::new(ErrorKind::NotSupported, Issue::error("not-supported", text))
}

fn text(node: Node<'_>, name: &str) -> Option<String> {
    node.get(name).and_then(Node::as_str).map(std::borrow::Cow::into_owned)
}
