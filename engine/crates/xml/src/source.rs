//! The tokens of an XML text, with all that XML itself asks of them.
//!
//! The tokenizer finds where tokens begin and end, and that end tags match. Whatever it lets pass is checked here:
//! characters, names, attributes, namespaces, references, and that there is nothing but elements, text and comments.

use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::Event;
use smallvec::SmallVec;

use crate::Limits;
use crate::attributes::{Attribute, Attributes};
use crate::characters::{forbidden, is_name, is_space};
use crate::error::{Bound, Stop, XmlFault};
use crate::namespaces::{Namespace, Namespaces, split};

/// A text being read.
pub(crate) struct Source<'x> {
    text: &'x str,
    reader: Reader<&'x [u8]>,
    limits: &'x Limits,
    namespaces: Namespaces<'x>,
    /// Elements that are open.
    depth: usize,
    elements: usize,
}

/// A piece of the text, as it is written.
#[derive(Clone, Copy)]
pub(crate) struct Piece<'x> {
    /// Bytes before it.
    pub at: usize,
    pub raw: &'x str,
}

pub(crate) enum Token<'x> {
    Open(Tag<'x>),
    /// The end of an element that is not [empty](Tag::is_empty).
    Close(Piece<'x>),
    Text(Piece<'x>),
    /// What stands between `&` and `;`.
    Reference(Piece<'x>),
    /// What stands between `<![CDATA[` and `]]>`.
    Literal(Piece<'x>),
    Comment(Piece<'x>),
    /// The end of the text.
    End(usize),
}

/// The tag that begins an element.
pub(crate) struct Tag<'x> {
    /// Bytes before it.
    pub at: usize,
    /// The tag as written, with its brackets.
    pub raw: &'x str,
    pub namespace: Namespace,
    pub has_prefix: bool,
    /// Without prefix.
    pub name: &'x str,
    /// Without declarations of namespaces.
    pub attributes: SmallVec<[Attribute<'x>; 2]>,
    /// Whether it declares the namespace of names without prefix.
    pub declares: bool,
    /// Whether the element ends here.
    pub is_empty: bool,
}

impl<'x> Source<'x> {
    /// Begins a text, in which names without a prefix are of that namespace.
    pub fn new(text: &'x str, namespace: Namespace, limits: &'x Limits) -> Result<Self, Stop> {
        if let Some(at) = forbidden(text) {
            return Err(Stop::syntax("a character that XML can't hold", at));
        }
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_comments = true;
        let namespaces = Namespaces::new(namespace, limits.namespaces_max);
        Ok(Self { text, reader, limits, namespaces, depth: 0, elements: 0 })
    }

    /// Bytes before the next token.
    fn position(&self) -> usize {
        // The text is in memory.
        self.reader.buffer_position() as usize
    }

    /// What a prefix means within the element that was opened last.
    pub fn namespace(&self, prefix: &str) -> Option<Namespace> {
        self.namespaces.find(prefix)
    }

    pub fn next(&mut self) -> Result<Token<'x>, Stop> {
        self.namespaces.leave(self.depth);
        let at = self.position();
        let event = self.reader.read_event().map_err(|error| self.broken(&error))?;
        let raw = self.text.get(at..self.position()).ok_or(Stop::syntax("not a token", at))?;
        let inner = |begin: usize, end: usize| {
            let raw = raw.len().checked_sub(end).and_then(|end| raw.get(begin..end));
            raw.map(|raw| Piece { at: at + begin, raw }).ok_or(Stop::syntax("not a token", at))
        };
        match event {
            Event::Start(_) => {
                self.depth += 1;
                self.tag(Piece { at, raw }, &inner(1, 1)?, self.depth).map(Token::Open)
            }
            Event::Empty(_) => {
                let tag = self.tag(Piece { at, raw }, &inner(1, 2)?, self.depth + 1)?;
                Ok(Token::Open(Tag { is_empty: true, ..tag }))
            }
            Event::End(_) => {
                self.depth = self.depth.saturating_sub(1);
                Ok(Token::Close(Piece { at, raw }))
            }
            Event::Text(_) => match raw.find(']').and_then(|_| raw.find("]]>")) {
                Some(end) => Err(Stop::syntax("a ]]> outside of CDATA", at + end)),
                None => Ok(Token::Text(Piece { at, raw })),
            },
            Event::GeneralRef(_) => inner(1, 1).map(Token::Reference),
            Event::CData(_) => inner(9, 3).map(Token::Literal),
            Event::Comment(_) => Ok(Token::Comment(Piece { at, raw })),
            Event::Decl(_) => {
                declaration(&inner(2, 2)?, at)?;
                self.next()
            }
            Event::PI(_) => Err(Stop::new(XmlFault::Forbidden("a processing instruction"), at)),
            Event::DocType(_) => Err(Stop::new(XmlFault::Forbidden("a document type declaration"), at)),
            Event::Eof if self.depth > 0 => Err(Stop::syntax("an element without its end", at)),
            Event::Eof => Ok(Token::End(at)),
        }
    }

    fn tag(&mut self, whole: Piece<'x>, inner: &Piece<'x>, depth: usize) -> Result<Tag<'x>, Stop> {
        let Piece { at, raw } = whole;
        self.elements += 1;
        if self.elements > self.limits.elements_max {
            return Err(Stop::limit(Bound::Elements, self.limits.elements_max, at));
        }
        let (name, rest) = inner.raw.split_at(inner.raw.find(is_space).unwrap_or(inner.raw.len()));
        let improper = Stop::syntax("an element without a proper name", at);
        let Some((prefix, local)) = split(name).filter(|_| is_name(name)) else { return Err(improper) };
        let mut tag = Tag {
            at,
            raw,
            namespace: Namespace::None,
            has_prefix: !prefix.is_empty(),
            name: local,
            attributes: SmallVec::new(),
            declares: false,
            is_empty: false,
        };
        self.attributes(&mut tag, Attributes::new(rest, inner.at + name.len()), depth)?;
        tag.namespace = self.namespaces.find(prefix).ok_or(Stop::syntax(UNDECLARED, at))?;
        Ok(tag)
    }

    /// Reads a tag's attributes, and declares what namespaces they do.
    fn attributes(&mut self, tag: &mut Tag<'x>, mut from: Attributes<'x>, depth: usize) -> Result<(), Stop> {
        let mut declared = SmallVec::<[&str; 4]>::new();
        while let Some(attribute) = from.next()? {
            let Attribute { name, raw, at, .. } = attribute;
            let Limits { attributes_max, attribute_bytes_max, .. } = *self.limits;
            if tag.attributes.len() + declared.len() == attributes_max {
                return Err(Stop::limit(Bound::Attributes, attributes_max, at));
            }
            if raw.len() > attribute_bytes_max {
                return Err(Stop::limit(Bound::AttributeBytes, attribute_bytes_max, at));
            }
            if declared.contains(&name) || tag.attributes.iter().any(|before| before.name == name) {
                return Err(Stop::syntax("a second attribute of the same name", at));
            }
            if self.namespaces.declare(&attribute, depth)? {
                declared.push(name);
            } else {
                split(name).ok_or(Stop::syntax("an attribute without a proper name", at))?;
                tag.attributes.push(attribute);
            }
        }
        tag.declares = declared.contains(&"xmlns");
        Ok(())
    }

    #[cold]
    fn broken(&self, error: &Error) -> Stop {
        let text = match error {
            Error::IllFormed(IllFormedError::MismatchedEndTag { .. }) => "an end tag of another element",
            Error::IllFormed(IllFormedError::UnmatchedEndTag(_)) => "an end tag of no element",
            Error::IllFormed(IllFormedError::DoubleHyphenInComment) => "a -- in a comment",
            Error::IllFormed(IllFormedError::UnclosedReference) => "a reference without its semicolon",
            Error::Syntax(SyntaxError::UnclosedComment) => "a comment without its end",
            Error::Syntax(SyntaxError::UnclosedDoctype) => "a document type declaration without its end",
            Error::Syntax(SyntaxError::UnclosedCData) => "CDATA without its end",
            Error::Syntax(SyntaxError::InvalidBangMarkup) => "neither an element nor a comment",
            Error::Syntax(_) => "a tag without its end",
            _ => "not XML",
        };
        Stop::syntax(text, self.reader.error_position() as usize)
    }
}

const UNDECLARED: &str = "a prefix that no namespace is declared for";

/// Checks an XML declaration, from behind `<?` up to `?>`.
fn declaration(inner: &Piece<'_>, at: usize) -> Result<(), Stop> {
    let malformed = || Stop::syntax("a malformed XML declaration", inner.at);
    if at != 0 {
        return Err(Stop::syntax("an XML declaration that is not the first thing", at));
    }
    let rest = inner.raw.strip_prefix("xml").ok_or_else(malformed)?;
    let mut attributes = Attributes::new(rest, inner.at + 3);
    let mut next = attributes.next()?;
    match next.take_if(|attribute| attribute.name == "version") {
        Some(version) if version.raw == "1.0" => {}
        Some(version) => return Err(Stop::syntax("XML of another version than 1.0", version.at)),
        None => return Err(malformed()),
    }
    next = attributes.next()?;
    if let Some(encoding) = next.take_if(|attribute| attribute.name == "encoding") {
        if !encoding.raw.eq_ignore_ascii_case("utf-8") {
            return Err(Stop::new(XmlFault::Encoding("another encoding than UTF-8"), encoding.at));
        }
        next = attributes.next()?;
    }
    if let Some(alone) = next.take_if(|attribute| attribute.name == "standalone") {
        if !matches!(alone.raw, "yes" | "no") {
            return Err(malformed());
        }
        next = attributes.next()?;
    }
    if next.is_none() { Ok(()) } else { Err(malformed()) }
}
