//! Separators and their escapes within a value: `,` between alternatives, `|` and `$` within one, a backslash before
//! each that is meant literally (R4 search, section "Escaping Search Parameters").

use crate::error::Fault;

/// Splits at each separator that no backslash precedes. The pieces keep their escapes.
pub(crate) fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut is_escaped = false;
    text.split(move |letter| {
        let splits = letter == separator && !is_escaped;
        is_escaped = letter == '\\' && !is_escaped;
        splits
    })
}

/// The text that a piece without separators stands for.
pub(crate) fn unescape(piece: &str) -> Result<String, Fault> {
    let mut out = String::with_capacity(piece.len());
    let mut letters = piece.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some(literal @ ('\\' | ',' | '|' | '$')) => out.push(literal),
                _ => return Err(Fault::Escape),
            },
            other => out.push(other),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::{split, unescape};

    #[test]
    fn splits_where_no_backslash_stands() {
        let check =
            |text: &str, pieces: &[&str]| assert_eq!(split(text, ',').collect::<Vec<_>>(), pieces, "{text}");
        check("", &[""]);
        check("a", &["a"]);
        check("a,b", &["a", "b"]);
        check("a,,b,", &["a", "", "b", ""]);
        check(r"a\,b", &[r"a\,b"]);
        check(r"a\\,b", &[r"a\\", "b"]);
        check(r"a\\\,b", &[r"a\\\,b"]);
        check(r"\|,\$", &[r"\|", r"\$"]);
        check("ä,ö", &["ä", "ö"]);
    }

    #[test]
    fn takes_escapes_away() {
        let check =
            |piece: &str, text: Option<&str>| assert_eq!(unescape(piece).ok().as_deref(), text, "{piece}");
        check("", Some(""));
        check(r"a\,b\|c\$d\\e", Some(r"a,b|c$d\e"));
        check(r"\\\\", Some(r"\\"));
        check(r"\n", None);
        check(r"a\", None);
        check(r"a\\\", None);
    }
}
