//! The text of a narrative, as a reader sees it.

/// Appends the text of XHTML: a space for each tag, entities resolved, comments and processing instructions left out. What is no
/// XHTML is taken as it stands.
pub(crate) fn read_xhtml(xhtml: &str, out: &mut String) {
    let mut rest = xhtml;
    while let Some(at) = rest.find(['<', '&']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = if rest.starts_with('<') { after_tag(rest, out) } else { after_entity(rest, out) };
    }
    out.push_str(rest);
}

/// What follows the tag, comment or character data that comes first.
fn after_tag<'a>(text: &'a str, out: &mut String) -> &'a str {
    const CHARACTERS: &str = "<![CDATA[";
    if let Some(inner) = text.strip_prefix(CHARACTERS) {
        let (characters, rest) = inner.split_once("]]>").unwrap_or((inner, ""));
        out.push_str(characters);
        return rest;
    }
    out.push(' ');
    if let Some(inner) = text.strip_prefix("<!--") {
        return inner.split_once("-->").map_or("", |(_, rest)| rest);
    }
    // A `>` may stand in the value of an attribute.
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (None, '>') => return &text[at + 1..],
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), letter) if open == letter => quote = None,
            _ => {}
        }
    }
    ""
}

/// Entities that XHTML has and that stand for letters; all others are signs, which part words.
const ENTITIES: &str = include_str!("entities.txt");

/// The longest name of an entity, and the longest number.
const ENTITY_BYTES_MAX: usize = 10;

fn after_entity<'a>(text: &'a str, out: &mut String) -> &'a str {
    let start = &text[1..];
    let end = start.bytes().take(ENTITY_BYTES_MAX + 1).position(|byte| byte == b';');
    let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#');
    let Some(name) = end.map(|end| &start[..end]).filter(|name| is_name(name)) else {
        out.push('&');
        return start;
    };
    out.push(entity(name));
    &start[name.len() + 1..]
}

fn entity(name: &str) -> char {
    let numbered = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    let found = match name.strip_prefix('#') {
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(digits) => numbered(digits, 16),
            None => numbered(number, 10),
        },
        None => {
            let pairs = ENTITIES.lines().filter_map(|line| line.split_once(' '));
            let mut named = pairs.filter(|(entity, _)| *entity == name);
            named.next().and_then(|(_, letter)| letter.chars().next())
        }
    };
    found.unwrap_or(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(xhtml: &str, want: &str) {
        let mut text = String::new();
        read_xhtml(xhtml, &mut text);
        assert_eq!(text.split_whitespace().collect::<Vec<_>>().join(" "), want, "{xhtml}");
    }

    #[test]
    fn tags_part_and_entities_are_resolved() {
        check("<div xmlns=\"http://www.w3.org/1999/xhtml\">Chest <b>pain</b></div>", "Chest pain");
        check("<div><p>one</p><p>two</p>three<br/>four</div>", "one two three four");
        check("<td title=\"a > b\">c</td>", "c");
        check("<td title='\">'>c</td>", "c");
        check("a<!-- <b>no</b> -- > -->b", "a b");
        check("a<![CDATA[<b>&amp;]]>c", "a<b>&amp;c");
        check("M&uuml;ller &#252; &#xFC; &Uuml;", "M\u{FC}ller \u{FC} \u{FC} \u{DC}");
        check("a&nbsp;b&unknown;c", "a b c");
        check("a &lt; b &amp;amp; c", "a < b &amp; c");
        check("R&D; R & D &#xD800; &#99999999;", "R R & D");
    }

    #[test]
    fn what_is_broken_is_text_as_far_as_it_goes() {
        check("a <b", "a");
        check("a <!-- b", "a");
        check("a <![CDATA[ b", "a b");
        check("a & b &amp", "a & b &amp");
        check("<a title=\"b>c", "");
        check("a&\u{E9}\u{E9}\u{E9}\u{E9}\u{E9}\u{E9};", "a&\u{E9}\u{E9}\u{E9}\u{E9}\u{E9}\u{E9};");
    }

    #[test]
    fn names_are_no_longer_than_is_looked_at() {
        assert!(ENTITIES.lines().all(|line| line.find(' ').is_some_and(|at| at <= ENTITY_BYTES_MAX)));
        assert!(ENTITIES.lines().count() > 100);
    }
}
