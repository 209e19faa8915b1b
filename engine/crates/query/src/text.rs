//! What `_text`, `_content` and the `:text` of strings ask of a text: words, what they start with, and what joins them.
//!
//! ```text
//! any  = all { "OR" all }
//! all  = none { [ "AND" ] none }
//! none = { "NOT" } ( word | word "*" | '"' words '"' | "(" any ")" )
//! ```
//!
//! A run of ASCII signs alone is passed over like white space, unless it is quoted.

use fornax_definitions::SearchParameter;

use crate::error::{Bound, Fault, QueryError};
use crate::escape::unescape;
use crate::limits::Limits;
use crate::pairs::Pair;

/// Which text of a resource a parameter searches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextScope {
    /// Its narrative: `_text`.
    Narrative,
    /// All that it says: `_content`.
    Content,
}

/// What is asked of a text. Nothing is folded, and nothing told yet about where words begin and end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextExpression {
    /// A word, or several that stand one right after the other.
    Words(String),
    /// A word that starts so; where signs part it, its last part.
    Start(String),
    /// Does not hold.
    Not(Box<Self>),
    /// All hold.
    All(Vec<Self>),
    /// One of them holds.
    Any(Vec<Self>),
}

/// Which text a parameter searches; `None` of all other parameters.
pub fn text_scope(parameter: &SearchParameter) -> Option<TextScope> {
    match &*parameter.code {
        "_text" => Some(TextScope::Narrative),
        "_content" => Some(TextScope::Content),
        _ => None,
    }
}

impl TextExpression {
    /// Reads one of a pair's alternatives, which begins at that byte of the value; the escapes are still in it.
    pub(crate) fn parse(
        pair: &Pair,
        (piece, begins): (&str, usize),
        limits: &Limits,
    ) -> Result<Self, QueryError> {
        let lexed = lex(pair, (piece, begins))?;
        let mut parser = Parser { pair, limits, lexed: &lexed, at: 0, end: begins + piece.len(), words: 0 };
        let expression = parser.any(0)?;
        match parser.next() {
            None => Ok(expression),
            Some(_) => Err(parser.expected("a word, AND, OR or the end")),
        }
    }

    /// Whether some word must be there, rather than be missing.
    pub(crate) fn asks_for_words(&self) -> bool {
        match self {
            Self::Words(_) | Self::Start(_) => true,
            Self::Not(_) => false,
            Self::All(all) | Self::Any(all) => all.iter().any(Self::asks_for_words),
        }
    }

    /// How many words and starts there are.
    pub(crate) fn words(&self) -> usize {
        match self {
            Self::Words(text) => words_in(text),
            Self::Start(_) => 1,
            Self::Not(inner) => inner.words(),
            Self::All(all) | Self::Any(all) => all.iter().map(Self::words).sum(),
        }
    }
}

/// Words in a text, or more: in scripts that part no words each letter is one.
fn words_in(text: &str) -> usize {
    let (mut words, mut is_within) = (0, false);
    for letter in text.chars() {
        let is_letter = letter.is_alphanumeric();
        let is_alone = letter >= '\u{E00}';
        words += usize::from(is_letter && (is_alone || !is_within));
        is_within = is_letter && !is_alone;
    }
    words.max(1)
}

/// A piece of an expression, and the byte of the pair's value where it begins.
type Lexed = (Token, usize);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    And,
    Or,
    Not,
    Open,
    Close,
    Words(String),
    Start(String),
}

fn lex(pair: &Pair, (piece, begins): (&str, usize)) -> Result<Vec<Lexed>, QueryError> {
    let mut lexed = Vec::new();
    let mut at = 0;
    while let Some(letter) = piece[at..].chars().next() {
        let start = begins + at;
        let rest = &piece[at + letter.len_utf8()..];
        let (length, token) = match letter {
            '(' => (1, Some(Token::Open)),
            ')' => (1, Some(Token::Close)),
            '"' => {
                let fault = || pair.invalid(Fault::Quotation).within(pair, start);
                let length = rest.find('"').ok_or_else(fault)?;
                let text = read(pair, &rest[..length], start)?;
                if text.chars().all(is_sign) {
                    return Err(pair.invalid(Fault::Expected("a word")).within(pair, start + 1));
                }
                (length + 2, Some(Token::Words(text)))
            }
            space if space.is_whitespace() => (space.len_utf8(), None),
            _ => {
                let run = run(&piece[at..]);
                (run.len(), word(pair, run, start)?)
            }
        };
        lexed.extend(token.map(|token| (token, start)));
        at += length;
    }
    Ok(lexed)
}

/// All up to white space, a parenthesis or a quotation mark. What follows a backslash is none of these.
fn run(text: &str) -> &str {
    let ends = |letter: char| letter.is_whitespace() || matches!(letter, '(' | ')' | '"');
    &text[..text.find(ends).unwrap_or(text.len())]
}

/// `None` of signs.
fn word(pair: &Pair, run: &str, start: usize) -> Result<Option<Token>, QueryError> {
    match run {
        "AND" => return Ok(Some(Token::And)),
        "OR" => return Ok(Some(Token::Or)),
        "NOT" => return Ok(Some(Token::Not)),
        _ => {}
    }
    let text = read(pair, run, start)?;
    let star = text.find('*');
    let is_at_end = star.is_none_or(|star| star == text.len() - 1);
    let before = text.strip_suffix('*').unwrap_or(&text);
    if !is_at_end || star.is_some() && before.chars().all(is_sign) {
        return Err(pair.invalid(Fault::Star).within(pair, start));
    }
    Ok(match star {
        Some(_) => Some(Token::Start(before.to_owned())),
        None if text.chars().all(is_sign) => None,
        None => Some(Token::Words(text)),
    })
}

/// Whether a letter can be part of no word. Of letters beyond ASCII that is told later.
fn is_sign(letter: char) -> bool {
    letter.is_ascii() && !letter.is_ascii_alphanumeric()
}

fn read(pair: &Pair, text: &str, start: usize) -> Result<String, QueryError> {
    unescape(text).map_err(|fault| pair.invalid(fault).within(pair, start))
}

struct Parser<'a> {
    pair: &'a Pair,
    limits: &'a Limits,
    lexed: &'a [Lexed],
    /// The place among these.
    at: usize,
    /// The byte where the expression ends.
    end: usize,
    words: usize,
}

impl Parser<'_> {
    fn any(&mut self, depth: usize) -> Result<TextExpression, QueryError> {
        let mut any = vec![self.all(depth)?];
        while self.next() == Some(&Token::Or) {
            self.at += 1;
            any.push(self.all(depth)?);
        }
        Ok(single(any, TextExpression::Any))
    }

    fn all(&mut self, depth: usize) -> Result<TextExpression, QueryError> {
        let mut all = vec![self.none(depth)?];
        loop {
            match self.next() {
                None | Some(Token::Or | Token::Close) => return Ok(single(all, TextExpression::All)),
                Some(Token::And) => self.at += 1,
                Some(_) => {}
            }
            all.push(self.none(depth)?);
        }
    }

    fn none(&mut self, depth: usize) -> Result<TextExpression, QueryError> {
        let start = self.start();
        // Checked before it goes deeper: the stack must not be at the client's mercy.
        Bound::TextDepth.holds_at((self.pair, start), depth, self.limits.text_depth_max)?;
        let expression = match self.next() {
            Some(Token::Not) => {
                self.at += 1;
                return Ok(TextExpression::Not(Box::new(self.none(depth + 1)?)));
            }
            Some(Token::Open) => {
                self.at += 1;
                let inner = self.any(depth + 1)?;
                if self.next() != Some(&Token::Close) {
                    return Err(self.expected("a word, AND, OR or ')'"));
                }
                self.at += 1;
                return Ok(inner);
            }
            Some(Token::Words(text)) => TextExpression::Words(text.clone()),
            Some(Token::Start(text)) => TextExpression::Start(text.clone()),
            _ => return Err(self.expected("a word, a phrase in quotation marks, NOT or '('")),
        };
        self.at += 1;
        self.words += expression.words();
        Bound::TextWords.holds_at((self.pair, start), self.words, self.limits.text_words_max)?;
        Ok(expression)
    }

    fn next(&self) -> Option<&Token> {
        self.lexed.get(self.at).map(|(token, _)| token)
    }

    /// The byte where the next piece begins.
    fn start(&self) -> usize {
        self.lexed.get(self.at).map_or(self.end, |(_, start)| *start)
    }

    fn expected(&self, what: &'static str) -> QueryError {
        self.pair.invalid(Fault::Expected(what)).within(self.pair, self.start())
    }
}

fn single(
    mut all: Vec<TextExpression>,
    several: impl FnOnce(Vec<TextExpression>) -> TextExpression,
) -> TextExpression {
    match all.pop() {
        Some(only) if all.is_empty() => only,
        last => several(all.into_iter().chain(last).collect()),
    }
}
