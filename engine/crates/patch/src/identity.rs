//! What no patch may change.

use fornax_model::Node;

use crate::equality::{Side, is_equal};
use crate::tree::Value;

/// Whether a resource has the type and the id that it had before.
pub(crate) fn is_kept(root: &Value<'_>, before: Node<'_>) -> bool {
    ["resourceType", "id"].into_iter().all(|name| match (member(root, name), before.get(name)) {
        (None, None) => true,
        (Some(now), Some(before)) => is_equal(now, before),
        _ => false,
    })
}

fn member<'t, 'a>(root: &'t Value<'a>, name: &str) -> Option<Side<'t, 'a>> {
    match root {
        Value::Given(node) => node.get(name).map(Side::Node),
        Value::Object(object) => object.get(name).map(Side::Tree),
        Value::Null | Value::Array(_) => None,
    }
}
