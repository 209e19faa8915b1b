//! Text to tokens.

use crate::error::Error;

/// One token; its text is `source[start..end]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub kind: TokenKind,
    pub start: u32,
    pub end: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A plain identifier, or a word that the grammar gives a meaning.
    Word,
    /// An identifier in backticks.
    Delimited,
    /// Text in single quotes.
    Text,
    Number,
    /// `@` and a date, a date with `T` and perhaps a time, or `T` and a time.
    Moment,
    /// `$this`, `$index` or `$total`.
    Dollar,
    Symbol(Symbol),
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Symbol {
    Dot,
    Comma,
    Percent,
    OpenParen,
    CloseParen,
    OpenBracket,
    CloseBracket,
    OpenBrace,
    CloseBrace,
    Plus,
    Minus,
    Times,
    Divide,
    Ampersand,
    Pipe,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    Equivalent,
    NotEquivalent,
}

/// Reads one token at a time; the text is at most 4 GiB, which the parser has checked.
pub(crate) struct Lexer<'a> {
    source: &'a [u8],
    at: usize,
}

impl<'a> Lexer<'a> {
    pub fn new(source: &'a str) -> Self {
        Self { source: source.as_bytes(), at: 0 }
    }

    pub fn next(&mut self) -> Result<Token, Error> {
        self.skip_blank()?;
        let start = self.at;
        let kind = self.scan()?;
        Ok(Token { kind, start: start as u32, end: self.at as u32 })
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.source.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn scan(&mut self) -> Result<TokenKind, Error> {
        if self.at == self.source.len() {
            return Ok(TokenKind::End);
        }
        match self.peek(0) {
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => {
                self.skip_while(is_word);
                Ok(TokenKind::Word)
            }
            b'0'..=b'9' => {
                self.number();
                Ok(TokenKind::Number)
            }
            b'\'' => self.quoted(b'\'', TokenKind::Text),
            b'`' => self.quoted(b'`', TokenKind::Delimited),
            b'@' => self.moment(),
            b'$' => {
                self.at += 1;
                self.skip_while(is_word);
                Ok(TokenKind::Dollar)
            }
            _ => self.symbol(),
        }
    }

    fn skip_while(&mut self, keep: impl Fn(u8) -> bool) {
        while self.at < self.source.len() && keep(self.source[self.at]) {
            self.at += 1;
        }
    }

    fn skip_blank(&mut self) -> Result<(), Error> {
        loop {
            self.skip_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
            match (self.peek(0), self.peek(1)) {
                (b'/', b'/') => self.skip_while(|byte| !matches!(byte, b'\r' | b'\n')),
                (b'/', b'*') => {
                    let rest = &self.source[self.at + 2..];
                    let Some(length) = rest.windows(2).position(|pair| pair == b"*/") else {
                        return Err(Error::syntax(self.at as u32, "comment without end"));
                    };
                    self.at += 2 + length + 2;
                }
                _ => return Ok(()),
            }
        }
    }

    /// Digits, and a fraction where the point is not that of a path (`1.not()`).
    fn number(&mut self) {
        self.skip_while(|byte| byte.is_ascii_digit());
        if self.peek(0) == b'.' && self.peek(1).is_ascii_digit() {
            self.at += 1;
            self.skip_while(|byte| byte.is_ascii_digit());
        }
    }

    fn quoted(&mut self, quote: u8, kind: TokenKind) -> Result<TokenKind, Error> {
        let start = self.at;
        self.at += 1;
        loop {
            self.skip_while(|byte| byte != quote && byte != b'\\');
            match self.peek(0) {
                b'\\' if self.at + 1 < self.source.len() => self.at += 2,
                byte if byte == quote => {
                    self.at += 1;
                    return Ok(kind);
                }
                _ => return Err(Error::syntax(start as u32, "quote without end")),
            }
        }
    }

    /// The longest run that the grammar's date and time tokens allow; what it says is checked by the parser.
    fn moment(&mut self) -> Result<TokenKind, Error> {
        self.at += 1;
        if self.peek(0) == b'T' {
            self.at += 1;
            self.clock();
        } else if !self.digits(4) {
            return Err(Error::syntax(self.at as u32, "date or time expected after @"));
        } else {
            if self.dash_and_digits() {
                self.dash_and_digits();
            }
            if self.peek(0) == b'T' {
                self.at += 1;
                if self.clock() {
                    self.zone();
                }
            }
        }
        Ok(TokenKind::Moment)
    }

    fn digits(&mut self, count: usize) -> bool {
        let found = (0..count).all(|ahead| self.peek(ahead).is_ascii_digit());
        if found {
            self.at += count;
        }
        found
    }

    /// Only with two digits: `@2014-1` is a subtraction.
    fn dash_and_digits(&mut self) -> bool {
        let found = self.peek(0) == b'-' && self.peek(1).is_ascii_digit() && self.peek(2).is_ascii_digit();
        if found {
            self.at += 3;
        }
        found
    }

    fn clock(&mut self) -> bool {
        if !self.digits(2) {
            return false;
        }
        for _ in 0..2 {
            if self.peek(0) != b':' || !self.peek(1).is_ascii_digit() || !self.peek(2).is_ascii_digit() {
                return true;
            }
            self.at += 3;
        }
        if self.peek(0) == b'.' && self.peek(1).is_ascii_digit() {
            self.at += 1;
            self.skip_while(|byte| byte.is_ascii_digit());
        }
        true
    }

    fn zone(&mut self) {
        if self.peek(0) == b'Z' {
            self.at += 1;
        } else if matches!(self.peek(0), b'+' | b'-') && self.peek(3) == b':' {
            self.at += 1;
            if self.digits(2) {
                self.at += 1;
                self.digits(2);
            }
        }
    }

    fn symbol(&mut self) -> Result<TokenKind, Error> {
        use Symbol::*;
        let (symbol, length) = match (self.peek(0), self.peek(1)) {
            (b'<', b'=') => (LessOrEqual, 2),
            (b'>', b'=') => (GreaterOrEqual, 2),
            (b'!', b'=') => (NotEqual, 2),
            (b'!', b'~') => (NotEquivalent, 2),
            (b'.', _) => (Dot, 1),
            (b',', _) => (Comma, 1),
            (b'%', _) => (Percent, 1),
            (b'(', _) => (OpenParen, 1),
            (b')', _) => (CloseParen, 1),
            (b'[', _) => (OpenBracket, 1),
            (b']', _) => (CloseBracket, 1),
            (b'{', _) => (OpenBrace, 1),
            (b'}', _) => (CloseBrace, 1),
            (b'+', _) => (Plus, 1),
            (b'-', _) => (Minus, 1),
            (b'*', _) => (Times, 1),
            (b'/', _) => (Divide, 1),
            (b'&', _) => (Ampersand, 1),
            (b'|', _) => (Pipe, 1),
            (b'<', _) => (Less, 1),
            (b'>', _) => (Greater, 1),
            (b'=', _) => (Equal, 1),
            (b'~', _) => (Equivalent, 1),
            _ => return Err(Error::syntax(self.at as u32, "unexpected character")),
        };
        self.at += length;
        Ok(TokenKind::Symbol(symbol))
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The text between the quotes, escapes undone. `at` is the offset of the opening quote.
pub(crate) fn unescape(quoted: &str, at: u32) -> Result<String, Error> {
    let inner = &quoted[1..quoted.len() - 1];
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(position) = rest.find('\\') {
        out.push_str(&rest[..position]);
        let offset = at + 1 + (inner.len() - rest.len() + position) as u32;
        let (letter, length) =
            escape(&rest[position..]).ok_or_else(|| Error::syntax(offset, "unknown escape"))?;
        out.push(letter);
        rest = &rest[position + length..];
    }
    out.push_str(rest);
    Ok(out)
}

/// The character that the escape at the start of `text` stands for, and the escape's length.
fn escape(text: &str) -> Option<(char, usize)> {
    let letter = match text.as_bytes().get(1)? {
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        byte @ (b'\'' | b'"' | b'`' | b'\\' | b'/') => char::from(*byte),
        b'u' => return unicode(text),
        _ => return None,
    };
    Some((letter, 2))
}

/// `\uXXXX`, or two of them that are a surrogate pair; a lone surrogate is no character.
fn unicode(text: &str) -> Option<(char, usize)> {
    let hex = |text: &str| {
        let digits = text.strip_prefix("\\u")?.get(..4)?;
        let all_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u16::from_str_radix(digits, 16).ok().filter(|_| all_hex)
    };
    let first = hex(text)?;
    if let Some(letter) = char::from_u32(u32::from(first)) {
        return Some((letter, 6));
    }
    let pair = [first, hex(text.get(6..)?)?];
    let letter = char::decode_utf16(pair).next()?.ok()?;
    Some((letter, 12))
}
