//! What is different in two resources.

use fornax_model::{Kind, Node};

/// Where the first difference is; `None` when there is none. The order of members does not count, numbers and all
/// strings but narratives are the same when they are written the same. A list of nothing but `null` says no more than
/// what stands beside it: some write it, the specification's examples don't.
pub fn difference(one: Node<'_>, other: Node<'_>) -> Option<String> {
    if one.kind() != other.kind() {
        return Some(format!("{}: {:?} and {:?}", one.path(), one.kind(), other.kind()));
    }
    match one.kind() {
        Kind::Object => {
            let missing = |from: Node<'_>, in_: Node<'_>| {
                let says = |(name, member): (_, Node<'_>)| (!is_only_null(member)).then_some(name);
                let name = from.members().filter_map(says).find(|name| in_.get(name).is_none())?;
                Some(format!("{}: {name} in one only", from.path()))
            };
            missing(one, other)
                .or_else(|| missing(other, one))
                .or_else(|| one.members().find_map(|(name, member)| difference(member, other.get(&name)?)))
        }
        Kind::Array => {
            let lengths = (one.items().count(), other.items().count());
            if lengths.0 != lengths.1 {
                return Some(format!("{}: {} and {} items", one.path(), lengths.0, lengths.1));
            }
            one.items().zip(other.items()).find_map(|(one, other)| difference(one, other))
        }
        _ if one.raw() == other.raw() => None,
        _ => {
            let texts = (one.as_str(), other.as_str());
            let (Some(first), Some(second)) = texts else {
                return Some(format!("{}: {} and {}", one.path(), lossy(one), lossy(other)));
            };
            let is_same = first == second || first.starts_with("<div") && xhtml(&first) == xhtml(&second);
            (!is_same).then(|| around(&one.path(), &first, &second))
        }
    }
}

fn is_only_null(node: Node<'_>) -> bool {
    node.kind() == Kind::Array && node.items().all(|item| item.kind() == Kind::Null)
}

fn lossy(node: Node<'_>) -> String {
    String::from_utf8_lossy(node.raw()).into_owned()
}

fn around(path: &str, one: &str, other: &str) -> String {
    let is_narrative = one.starts_with("<div");
    let (one, other) =
        if is_narrative { (xhtml(one), xhtml(other)) } else { (one.to_owned(), other.to_owned()) };
    let same = one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    let part = |text: &str| text.chars().skip(same.saturating_sub(20)).take(60).collect::<String>();
    format!("{path}: {:?} and {:?}", part(&one), part(&other))
}

/// A narrative with its characters and not references to them, its attributes in order and between double quotes, and its
/// empty elements in one way.
pub fn xhtml(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        out.push_str(&resolved(before));
        if let Some(comment) = tag.strip_prefix("!--") {
            rest = comment.split_once("-->").expect("a comment's end").1;
            continue;
        }
        let (end, is_empty) = tag_end(tag);
        let inner = &tag[..end - usize::from(is_empty)];
        rest = &tag[end + 1..];
        let mut attributes = Vec::new();
        let (name, mut behind) = inner.split_at(inner.find(char::is_whitespace).unwrap_or(inner.len()));
        while let Some((attribute, value)) = behind.trim().split_once('=') {
            let quote = value.trim_start().chars().next().expect("a quote");
            let (value, after) = value.trim_start()[1..].split_once(quote).expect("a value");
            attributes.push(format!(" {}={:?}", attribute.trim(), resolved(value)));
            behind = after;
        }
        attributes.sort_unstable();
        out.push_str(&format!("<{name}{}>", attributes.concat()));
        if is_empty {
            out.push_str(&format!("</{name}>"));
        }
    }
    out.push_str(rest);
    out
}

/// Where a tag ends, and whether its element does.
fn tag_end(tag: &str) -> (usize, bool) {
    let mut quote = None;
    for (at, letter) in tag.char_indices() {
        match (quote, letter) {
            (None, '>') => return (at, tag[..at].ends_with('/')),
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            _ => {}
        }
    }
    panic!("a tag without its end: {tag:?}")
}

fn resolved(text: &str) -> String {
    let mut pieces = text.split('&');
    let mut out = pieces.next().unwrap_or("").to_owned();
    for piece in pieces {
        let (name, after) = piece.split_once(';').expect("a reference");
        let number = |digits: &str, radix| char::from_u32(u32::from_str_radix(digits, radix).ok()?);
        let letter = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => match name.strip_prefix("#x") {
                Some(digits) => number(digits, 16),
                None => name.strip_prefix('#').and_then(|digits| number(digits, 10)),
            },
        };
        match letter {
            Some(letter) => out.push(letter),
            None => out.push_str(&format!("&{name};")),
        }
        out.push_str(after);
    }
    out
}
