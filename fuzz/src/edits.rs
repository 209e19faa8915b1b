//! Edits leave a document.

use fornax_model::{Document, EditError, Edits, Kind, Limits, Node};

use crate::documents::collect;

/// The first byte says how many edits there are, two more each what edit it is and of which value; the rest is the
/// document. Whatever is edited, the outcome is a document again, which has what was put in and lacks what was taken out.
pub fn edits(bytes: &[u8]) {
    let Some((&count, rest)) = bytes.split_first() else { return };
    let Some((steps, text)) = rest.split_at_checked(usize::from(count % 16) * 2) else { return };
    let Ok(document) = Document::parse(text, &Limits::default()) else { return };
    let mut nodes = Vec::new();
    collect(document.root(), &mut nodes);

    let mut edits = Edits::of(document.root());
    let mut growth = 0_isize;
    for (step, edit) in steps.chunks_exact(2).enumerate() {
        let node = nodes[usize::from(edit[1]) % nodes.len()];
        match apply(&mut edits, edit[0], node, &unused_name(text, step)) {
            Ok(values) => growth += values,
            Err(EditError::NotContainer) => assert_ne!(node.kind(), Kind::Object),
            Err(fault) => assert_eq!((fault, node.id()), (EditError::Outside, document.root().id())),
        }
    }
    match edits.apply() {
        Ok(bytes) => {
            let edited = Document::parse(bytes, &roomy()).expect("an edited document is one");
            assert_eq!(size(edited.root()) as isize, size(document.root()) as isize + growth);
        }
        Err(fault) => assert_eq!(fault, EditError::Overlap),
    }
}

/// A name that the document can't hold, however it is escaped: it is longer.
fn unused_name(text: &[u8], step: usize) -> String {
    format!("{step} \"{}", "x".repeat(text.len()))
}

/// What is put in may lead over the limits that the document kept.
fn roomy() -> Limits {
    let Limits { depth_max, members_max, .. } = Limits::default();
    let name_bytes_max = usize::MAX;
    Limits { depth_max: depth_max + 1, members_max: members_max + 16, name_bytes_max, ..Limits::default() }
}

/// Makes one edit; returns by how many values the document grows.
fn apply<'a>(edits: &mut Edits<'a>, kind: u8, node: Node<'a>, name: &str) -> Result<isize, EditError> {
    let own = size(node) as isize;
    match kind % 6 {
        0 => edits.replace(node, "[1.50]").map(|()| 2 - own),
        1 => edits.replace_with_string(node, "\"\\\n").map(|()| 1 - own),
        2 => edits.remove(node).map(|()| -own),
        3 => edits.insert_first(node, name, b"{}").map(|()| 1),
        4 => edits.insert_last(node, name, b"[null]").map(|()| 2),
        _ => match edits.insert_after(node, name, b"0") {
            // The root and items have no member beside them.
            Err(EditError::NotContainer) if node.name().is_none() => Ok(0),
            outcome => outcome.map(|()| 1),
        },
    }
}

/// How many values there are, itself included.
fn size(node: Node<'_>) -> usize {
    let inside = node.members().map(|(_, member)| member).chain(node.items());
    1 + inside.map(size).sum::<usize>()
}
