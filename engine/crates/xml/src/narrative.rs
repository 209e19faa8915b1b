//! Narratives: XHTML that passes through as it is written, in either direction.

use std::borrow::Cow;

use smallvec::SmallVec;

use crate::characters::is_blank;
use crate::entities_table::html;
use crate::error::{Stop, XmlFault};
use crate::namespaces::{Namespace, XHTML};
use crate::source::{Piece, Source, Tag, Token};
use crate::value::{decode, resolve};

/// Which entities a narrative may refer to.
#[derive(Clone, Copy)]
pub(crate) enum Entities {
    /// The five that XML itself defines.
    Xml,
    /// Those of HTML too, which are written as numbers.
    Html,
}

/// Copies the narrative that begins with this tag, up to its end.
///
/// What comes out is XHTML that stands alone: it declares its namespace on the outermost element, which has no prefix,
/// nor has any element within. All else stays as written, comments and references included, but for line ends, which
/// are a line feed, and CDATA, which becomes text. Elements of other namespaces are refused.
pub(crate) fn copy<'x>(
    source: &mut Source<'x>,
    first: &Tag<'x>,
    entities: Entities,
    out: &mut String,
) -> Result<(), Stop> {
    open(first, entities, true, out)?;
    let mut depth = usize::from(!first.is_empty);
    while depth > 0 {
        match source.next()? {
            Token::Open(tag) => {
                open(&tag, entities, false, out)?;
                depth += usize::from(!tag.is_empty);
            }
            Token::Close(tag) => {
                close(tag.raw, out);
                depth -= 1;
            }
            Token::Text(text) | Token::Comment(text) => lines(text.raw, out),
            Token::Reference(name) => reference(&name, entities, out)?,
            Token::Literal(text) => literal(text.raw, out),
            Token::End(at) => return Err(Stop::syntax("an element without its end", at)),
        }
    }
    Ok(())
}

/// Copies a text that must be one `div` and nothing else.
pub(crate) fn copy_whole(source: &mut Source<'_>, entities: Entities, out: &mut String) -> Result<(), Stop> {
    let mut is_first = true;
    loop {
        match source.next()? {
            Token::Open(tag) if is_first && tag.name == "div" => {
                copy(source, &tag, entities, out)?;
                is_first = false;
            }
            Token::Text(text) if is_blank(text.raw) => {}
            Token::End(_) if !is_first => return Ok(()),
            Token::Open(Tag { at, .. }) | Token::End(at) => return Err(Stop::syntax("not one div", at)),
            Token::Close(piece)
            | Token::Text(piece)
            | Token::Reference(piece)
            | Token::Literal(piece)
            | Token::Comment(piece) => return Err(Stop::syntax("not one div", piece.at)),
        }
    }
}

fn open(tag: &Tag<'_>, entities: Entities, is_outermost: bool, out: &mut String) -> Result<(), Stop> {
    if tag.namespace != Namespace::Xhtml {
        return Err(Stop::new(XmlFault::Structure("not an element of XHTML"), tag.at));
    }
    let mut values = SmallVec::<[Cow<'_, str>; 4]>::new();
    for attribute in &tag.attributes {
        if attribute.name.contains(':') && !attribute.name.starts_with("xml:") {
            return Err(Stop::new(XmlFault::Structure("not an attribute of XHTML"), attribute.at));
        }
        let value = numbered(attribute.raw, entities);
        decode(&value, attribute.value_at)?;
        values.push(value);
    }
    let is_plain = values.iter().all(|value| matches!(value, Cow::Borrowed(_)));
    if is_plain && (tag.declares || !is_outermost) && !tag.has_prefix {
        lines(tag.raw, out);
        return Ok(());
    }
    out.extend(["<", tag.name]);
    if is_outermost {
        out.extend([" xmlns=\"", XHTML, "\""]);
    }
    for (attribute, value) in tag.attributes.iter().zip(&values) {
        let quote = if value.contains('"') { "'" } else { "\"" };
        out.extend([" ", attribute.name, "=", quote]);
        lines(value, out);
        out.push_str(quote);
    }
    out.push_str(if tag.is_empty { "/>" } else { ">" });
    Ok(())
}

fn close(raw: &str, out: &mut String) {
    match raw.split_once(':') {
        Some((_, name)) => out.extend(["</", name]),
        None => out.push_str(raw),
    }
}

/// Appends text with its line ends as XML means them.
fn lines(raw: &str, out: &mut String) {
    let mut pieces = raw.split('\r');
    out.extend(pieces.next());
    for piece in pieces {
        out.push('\n');
        out.push_str(piece.strip_prefix('\n').unwrap_or(piece));
    }
}

fn reference(name: &Piece<'_>, entities: Entities, out: &mut String) -> Result<(), Stop> {
    match (resolve(name.raw), entities) {
        (Ok(_), _) => out.extend(["&", name.raw, ";"]),
        (Err(fault), Entities::Xml) => return Err(Stop::new(fault, name.at)),
        (Err(fault), Entities::Html) => match html(name.raw) {
            Some(number) => out.push_str(&format!("&#{number};")),
            None => return Err(Stop::new(fault, name.at)),
        },
    }
    Ok(())
}

/// An attribute's value with numbers for the entities that XML does not have.
fn numbered(raw: &str, entities: Entities) -> Cow<'_, str> {
    if matches!(entities, Entities::Xml) || !raw.contains('&') {
        return Cow::Borrowed(raw);
    }
    let mut pieces = raw.split('&');
    let mut text = pieces.next().unwrap_or("").to_owned();
    let mut has_any = false;
    for piece in pieces {
        let entity = piece.split_once(';').and_then(|(name, after)| Some((html(name)?, after)));
        has_any |= entity.is_some();
        match entity {
            Some((number, after)) => text.push_str(&format!("&#{number};{after}")),
            None => text.extend(["&", piece]),
        }
    }
    if has_any { Cow::Owned(text) } else { Cow::Borrowed(raw) }
}

/// Appends what stood in CDATA as text.
fn literal(raw: &str, out: &mut String) {
    let mut text = String::with_capacity(raw.len());
    lines(raw, &mut text);
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            _ => out.push(letter),
        }
    }
}
