//! The pieces of a `_filter`. What a piece can be depends on where it stands, so the parser asks for what it wants next.

use std::borrow::Cow;

use super::expression::Word;

/// A text, and how far it is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    /// In bytes.
    at: usize,
}

/// Between two expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joint {
    And,
    Or,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The byte that is next.
    pub fn at(&self) -> usize {
        self.at
    }

    pub fn is_at_end(&self) -> bool {
        self.at == self.text.len()
    }

    /// Passes over white space; whether there was any.
    pub fn spaces(&mut self) -> bool {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        self.rest().len() < rest.len()
    }

    /// Whether this letter was next. It is passed over.
    pub fn take(&mut self, letter: char) -> bool {
        let is_next = self.rest().starts_with(letter);
        if is_next {
            self.at += letter.len_utf8();
        }
        is_next
    }

    /// A letter or `_`, and the letters, digits, `_` and `-` after it.
    pub fn name(&mut self) -> Option<Word<'a>> {
        let rest = self.rest();
        if !rest.starts_with(|letter: char| letter == '_' || letter.is_ascii_alphabetic()) {
            return None;
        }
        let is_in = |letter: char| matches!(letter, '_' | '-') || letter.is_ascii_alphanumeric();
        let text = &rest[..rest.find(|letter| !is_in(letter)).unwrap_or(rest.len())];
        let at = self.at;
        self.at += text.len();
        Some(Word { text, at })
    }

    /// `and` or `or`; else nothing is passed over.
    pub fn joint(&mut self) -> Option<Joint> {
        let mut ahead = *self;
        let joint = match ahead.name()?.text {
            "and" => Joint::And,
            "or" => Joint::Or,
            _ => return None,
        };
        *self = ahead;
        Some(joint)
    }

    /// Everything up to a space, `)` or `]`; may be empty.
    pub fn bare(&mut self) -> &'a str {
        let rest = self.rest();
        let ends = |letter: char| matches!(letter, ')' | ']') || letter.is_whitespace();
        let text = &rest[..rest.find(ends).unwrap_or(rest.len())];
        self.at += text.len();
        text
    }

    /// The content of a JSON string whose opening quotation mark is passed over; `None` where it is none.
    pub fn string(&mut self) -> Option<Cow<'a, str>> {
        let rest = self.rest();
        let end = rest.find(['"', '\\'])?;
        if rest[end..].starts_with('"') {
            self.at += end + 1;
            let plain = &rest[..end];
            return (!plain.contains(is_control)).then_some(Cow::Borrowed(plain));
        }
        let mut content = String::new();
        let mut letters = rest.chars();
        loop {
            match letters.next()? {
                '"' => break,
                '\\' => content.push(escaped(&mut letters)?),
                letter if is_control(letter) => return None,
                letter => content.push(letter),
            }
        }
        self.at += rest.len() - letters.as_str().len();
        Some(Cow::Owned(content))
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }
}

/// What JSON wants escaped in strings.
fn is_control(letter: char) -> bool {
    letter < ' '
}

/// The character that an escape stands for, after its backslash.
fn escaped(letters: &mut std::str::Chars<'_>) -> Option<char> {
    Some(match letters.next()? {
        letter @ ('"' | '\\' | '/') => letter,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => {
            let unit = code_unit(letters)?;
            let is_first_of_two = (0xd800..0xdc00).contains(&unit);
            if is_first_of_two && (letters.next()?, letters.next()?) != ('\\', 'u') {
                return None;
            }
            let second =
                is_first_of_two.then(|| code_unit(letters)).map_or(Some(None), |unit| unit.map(Some))?;
            let mut decoded = char::decode_utf16([unit].into_iter().chain(second));
            decoded.next()?.ok().filter(|_| decoded.next().is_none())?
        }
        _ => return None,
    })
}

/// Four hexadecimal digits.
fn code_unit(letters: &mut std::str::Chars<'_>) -> Option<u16> {
    let mut unit = 0;
    for _ in 0..4 {
        unit = unit * 16 + letters.next()?.to_digit(16)?;
    }
    u16::try_from(unit).ok()
}

#[cfg(test)]
mod tests {
    use super::Lexer;

    #[test]
    fn strings_are_those_of_json() {
        let check = |text: &str, content: Option<&str>, rest: &str| {
            let mut lexer = Lexer::new(text);
            let found = lexer.string();
            assert_eq!(found.as_deref(), content, "{text}");
            if found.is_some() {
                assert_eq!(lexer.rest(), rest, "{text}");
            }
        };
        check(r#"""#, Some(""), "");
        check(r#"a b) and"x"#, Some("a b) and"), "x");
        check(r#"\"\\\/" y"#, Some(r#""\/"#), " y");
        check(r#"a\b\f\n\r\tz""#, Some("a\u{8}\u{c}\n\r\tz"), "");
        check(r#"\u00e9\u0041\uD83D\uDE00é""#, Some("éA😀é"), "");
        check(r#"\ud83d""#, None, "");
        check(r#"\ud83d\u0041""#, None, "");
        check(r#"\ude00""#, None, "");
        check(r#"\ud83dx\ude00""#, None, "");
        check(r#"\u00g0""#, None, "");
        check(r#"\u+041""#, None, "");
        check(r#"\x""#, None, "");
        check("a\nb\"", None, "");
        check("\\\\a\nb\"", None, "");
        check("a", None, "");
        check(r"a\", None, "");
        check(r#"a\""#, None, "");
    }

    #[test]
    fn names_end_where_they_must() {
        let check = |text: &str, name: Option<&str>| {
            assert_eq!(Lexer::new(text).name().map(|word| word.text), name, "{text}");
        };
        check("birthdate ge", Some("birthdate"));
        check("_id.x", Some("_id"));
        check("value-quantity[a", Some("value-quantity"));
        check("a1_b:c", Some("a1_b"));
        check("1a", None);
        check("-a", None);
        check("é", None);
        check("", None);
    }

    #[test]
    fn bare_values_end_where_they_must() {
        let check = |text: &str, value: &str| assert_eq!(Lexer::new(text).bare(), value, "{text}");
        check("http://loinc.org|1234-5) and", "http://loinc.org|1234-5");
        check("a\"(b,c[d] e", "a\"(b,c[d");
        check("a\u{2003}b", "a");
        check("2014-10-10T00:00:00+02:00", "2014-10-10T00:00:00+02:00");
        check(" a", "");
    }
}
