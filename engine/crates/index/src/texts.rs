//! All that a resource says in words.
//!
//! The narrative is the text of `text.div`. The content is every other `string`, `markdown` and `code`, those of extensions and
//! contained resources among them, each a text of its own; ids, URLs, numbers, dates and binary data are no words. Of equal texts
//! one counts: what a code is called mostly stands there twice, and that says nothing about the resource.

use std::borrow::Cow;
use std::collections::HashSet;

use fornax_definitions::{Definitions, TypeId, TypeKind};
use fornax_model::{Kind, Node, NodeId, Primitive};

use crate::narrative::read_xhtml;
use crate::words::Words;

/// The words of a resource.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    pub narrative: Words,
    /// All but the narrative.
    pub content: Words,
}

/// What the values of each type are to a search by words, by its number.
#[derive(Debug)]
pub(crate) struct TextKinds {
    kinds: Box<[TextKind]>,
    /// The type whose `reference` is a URL, though its type is that of a string.
    reference: Option<TypeId>,
    /// What stands beside a primitive.
    element: Option<TypeId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TextKind {
    /// A text.
    Text,
    /// A narrative's.
    Xhtml,
    /// No words.
    Wordless,
    /// An object: what is in it.
    Object,
    /// A resource, which says itself what it is.
    Resource,
}

impl TextKinds {
    pub fn new(definitions: &Definitions) -> Self {
        let kind = |of: &fornax_definitions::Type| match of.kind {
            TypeKind::Primitive(_) => match Primitive::named(of.name) {
                Some(Primitive::String | Primitive::Markdown | Primitive::Code) => TextKind::Text,
                Some(Primitive::Xhtml) => TextKind::Xhtml,
                _ => TextKind::Wordless,
            },
            TypeKind::Resource => TextKind::Resource,
            _ => TextKind::Object,
        };
        let named = |name| definitions.type_named(name).map(|of| of.id);
        Self {
            kinds: definitions.types().iter().map(kind).collect(),
            reference: named("Reference"),
            element: named("Element"),
        }
    }

    fn of(&self, type_id: TypeId) -> TextKind {
        self.kinds[type_id.index()]
    }

    /// Whether a member is none that says anything in words, whatever its type: an element's own id, the URL of a reference.
    fn is_wordless(&self, of: TypeId, member: &str) -> bool {
        member == "id" || member == "reference" && Some(of) == self.reference
    }
}

/// Room for what most resources have: texts, and bytes of their words.
const TEXTS: usize = 24;
const CONTENT_BYTES: usize = 512;

/// Reads the words of a resource, up to so many of the narrative and of all else.
pub(crate) fn read_texts<'a>(
    (definitions, kinds): (&'a Definitions, &'a TextKinds),
    (root, resource): (Node<'a>, TypeId),
    words_max: usize,
) -> Texts {
    let div = root.get("text").and_then(|text| text.get("div"));
    let content = Words::with_capacity(CONTENT_BYTES);
    let mut texts = Texts { narrative: Words::default(), content };
    let (seen, scratch) = (HashSet::with_capacity(TEXTS), String::new());
    let mut reader = Reader { definitions, kinds, words_max, seen, scratch, texts: &mut texts };
    if let Some(div) = div {
        reader.narrative(div);
    }
    reader.object(root, resource, div.map(Node::id));
    texts
}

struct Reader<'a, 't> {
    definitions: &'a Definitions,
    kinds: &'a TextKinds,
    words_max: usize,
    /// The texts that were read.
    seen: HashSet<Cow<'a, str>>,
    /// The text of a narrative in the making.
    scratch: String,
    texts: &'t mut Texts,
}

impl<'a> Reader<'a, '_> {
    fn narrative(&mut self, div: Node<'a>) {
        if let Some(xhtml) = div.as_str() {
            read_xhtml(&xhtml, &mut self.scratch);
            self.texts.narrative.add(&self.scratch, self.words_max);
        }
    }

    /// All in an object of that type but its own narrative.
    fn object(&mut self, object: Node<'a>, type_id: TypeId, narrative: Option<NodeId>) {
        for (name, value) in object.members() {
            let may_have_words = matches!(value.kind(), Kind::String | Kind::Array | Kind::Object);
            if !may_have_words || self.kinds.is_wordless(type_id, &name) {
                continue;
            }
            // What stands beside a primitive has its name with a `_` before it.
            let member = name.strip_prefix('_').unwrap_or(&name);
            let Some(child) = self.definitions.child(type_id, member) else { continue };
            let of = child.value.type_id;
            if value.kind() == Kind::Array {
                value.items().for_each(|item| self.value(item, of, narrative));
            } else {
                self.value(value, of, narrative);
            }
        }
    }

    fn value(&mut self, value: Node<'a>, type_id: TypeId, narrative: Option<NodeId>) {
        match (value.kind(), self.kinds.of(type_id)) {
            (Kind::String, TextKind::Text) => {
                if let Some(text) = value.as_str().filter(|text| !self.seen.contains(text)) {
                    self.texts.content.add(&text, self.words_max);
                    self.seen.insert(text);
                }
            }
            (Kind::String, TextKind::Xhtml) if narrative != Some(value.id()) => {
                if let Some(xhtml) = value.as_str() {
                    self.scratch.clear();
                    read_xhtml(&xhtml, &mut self.scratch);
                    self.texts.content.add(&self.scratch, self.words_max);
                }
            }
            (Kind::Object, TextKind::Object) => self.object(value, type_id, narrative),
            (Kind::Object, TextKind::Resource) => {
                let name = value.get("resourceType").and_then(Node::as_str);
                let resource = name.and_then(|name| self.definitions.type_named(&name));
                if let Some(resource) = resource {
                    self.object(value, resource.id, narrative);
                }
            }
            // What stands beside a primitive: its extensions.
            (Kind::Object, _) => {
                if let Some(element) = self.kinds.element {
                    self.object(value, element, narrative);
                }
            }
            _ => {}
        }
    }
}
