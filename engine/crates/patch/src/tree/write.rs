//! From a changed value back to bytes.

use fornax_model::write::string_into;

use super::{Array, Object, Value};

/// Whether something of a value is left.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Left {
    Something,
    Nothing,
}

/// Where an array stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Values,
    /// Under a name that begins with an underscore, in step with the values of a list of primitives.
    Beside,
}

impl Value<'_> {
    /// Appends the outermost value.
    ///
    /// What was taken apart and holds nothing any more is left out, as FHIR knows no empty objects and arrays; so is, then,
    /// what held nothing else. What came in empty and was not touched stays. The outermost stays, empty or not.
    pub fn write(&self, out: &mut Vec<u8>) {
        let begin = out.len();
        if self.write_inner(out, Role::Values) == Left::Nothing {
            out.truncate(begin);
            out.extend_from_slice(if matches!(self, Self::Array(_)) { b"[]" } else { b"{}" });
        }
    }

    fn write_inner(&self, out: &mut Vec<u8>, role: Role) -> Left {
        match self {
            Self::Null => out.extend_from_slice(b"null"),
            Self::Given(node) => out.extend_from_slice(node.raw()),
            Self::Object(object) => return object.write(out),
            Self::Array(array) => return array.write(out, role),
        }
        Left::Something
    }
}

impl Object<'_> {
    fn write(&self, out: &mut Vec<u8>) -> Left {
        let mut left = Left::Nothing;
        out.push(b'{');
        for member in &self.members {
            let before = out.len();
            if left == Left::Something {
                out.push(b',');
            }
            match member.lead {
                Some(lead) => out.extend_from_slice(lead),
                None => {
                    string_into(out, &member.name);
                    out.push(b':');
                }
            }
            let role = if member.name.starts_with('_') { Role::Beside } else { Role::Values };
            match member.value.write_inner(out, role) {
                Left::Something => left = Left::Something,
                Left::Nothing => out.truncate(before),
            }
        }
        out.extend_from_slice(self.tail);
        out.push(b'}');
        left
    }
}

impl Array<'_> {
    fn write(&self, out: &mut Vec<u8>, role: Role) -> Left {
        let mut left = Left::Nothing;
        let mut is_first = true;
        out.push(b'[');
        for item in &self.items {
            let before = out.len();
            if !is_first {
                out.push(b',');
            }
            let begin = out.len();
            out.extend_from_slice(item.lead);
            match item.value.write_inner(out, Role::Values) {
                Left::Something if role == Role::Beside && item.value.is_null() => {}
                Left::Something => left = Left::Something,
                // A null keeps the step.
                Left::Nothing if role == Role::Beside => {
                    out.truncate(begin);
                    out.extend_from_slice(b"null");
                }
                Left::Nothing => {
                    out.truncate(before);
                    continue;
                }
            }
            is_first = false;
        }
        out.extend_from_slice(self.tail);
        out.push(b']');
        left
    }
}
