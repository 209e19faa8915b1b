//! One Rust file: its syntax, its tokens, and which of its lines are tests.

use std::ops::RangeInclusive;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{Attribute, Item, Meta};

use crate::{TextFile, TidyError};

/// One token, with delimiters as tokens of their own.
#[derive(Clone, Debug)]
pub struct Token {
    /// As written; punctuation is one character each.
    pub text: String,
    /// One-based.
    pub line: usize,
}

/// A parsed Rust file.
pub struct Source {
    /// Relative to the workspace's root.
    pub path: String,
    /// All lines, tests included.
    pub lines: usize,
    /// The parsed items.
    pub syntax: syn::File,
    /// All tokens, those in macros included, comments not.
    pub tokens: Vec<Token>,
    tests: Vec<RangeInclusive<usize>>,
}

impl Source {
    /// Parses a Rust file.
    pub fn parse(file: &TextFile) -> Result<Self, TidyError> {
        let broken = |source| TidyError::Rust { path: file.path.clone(), source };
        let syntax = syn::parse_file(&file.text).map_err(broken)?;
        let body = file.text.strip_prefix('\u{feff}').unwrap_or(&file.text);
        let stream: TokenStream =
            without_shebang(body).parse().map_err(|lex: proc_macro2::LexError| broken(lex.into()))?;
        let mut tokens = Vec::new();
        flatten(stream, &mut tokens);
        let mut tests = Vec::new();
        test_lines(&syntax.items, &mut tests);
        Ok(Self { path: file.path.clone(), lines: file.text.lines().count(), syntax, tokens, tests })
    }

    /// Whether the whole file is there for tests, examples or benchmarks.
    pub fn is_test_file(&self) -> bool {
        let mut folders = self.path.split('/');
        let name = folders.next_back().unwrap_or(&self.path);
        name == "tests.rs"
            || name.ends_with("_tests.rs")
            || folders.enumerate().any(|(depth, folder)| {
                // The top folder `tests` holds crates; their `src` is code like any other.
                depth > 0 && matches!(folder, "tests" | "examples" | "benches")
            })
    }

    /// Whether a line belongs to a test.
    pub fn is_test(&self, line: usize) -> bool {
        self.is_test_file() || self.tests.iter().any(|range| range.contains(&line))
    }

    /// The number of lines that are not tests.
    pub fn code_lines(&self) -> usize {
        (1..=self.lines).filter(|&line| !self.is_test(line)).count()
    }

    /// The first line of each place where these tokens stand one after the other. The pattern's tokens are separated
    /// by spaces.
    pub fn sequences(&self, pattern: &str) -> Vec<usize> {
        let wanted: Vec<&str> = pattern.split(' ').collect();
        self.tokens
            .windows(wanted.len())
            .filter(|window| window.iter().zip(&wanted).all(|(token, wanted)| token.text == *wanted))
            .map(|window| window[0].line)
            .collect()
    }

    /// Each attribute, inner and outer, as its line and its tokens without the brackets around them.
    pub fn attributes(&self) -> impl Iterator<Item = (usize, Vec<&str>)> {
        let before = |at: usize, back: usize| at.checked_sub(back).map(|at| self.tokens[at].text.as_str());
        let opens = move |&at: &usize| {
            self.tokens[at].text == "["
                && (before(at, 1) == Some("#") || (before(at, 1) == Some("!") && before(at, 2) == Some("#")))
        };
        (0..self.tokens.len()).filter(opens).map(|at| (self.tokens[at].line, self.until_closed(at)))
    }

    fn until_closed(&self, open: usize) -> Vec<&str> {
        let mut depth = 0_usize;
        let mut words = Vec::new();
        for token in &self.tokens[open..] {
            match token.text.as_str() {
                "[" => depth += 1,
                "]" => depth -= 1,
                word => words.push(word),
            }
            if depth == 0 {
                break;
            }
        }
        words
    }
}

fn without_shebang(text: &str) -> &str {
    match text.strip_prefix("#!") {
        Some(rest) if !rest.starts_with('[') => text.find('\n').map_or("", |end| &text[end..]),
        _ => text,
    }
}

fn flatten(stream: TokenStream, out: &mut Vec<Token>) {
    for tree in stream {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                out.push(Token { text: open.to_owned(), line });
                flatten(group.stream(), out);
                out.push(Token { text: close.to_owned(), line: group.span_close().end().line });
            }
            other => out.push(Token { text: other.to_string(), line }),
        }
    }
}

/// Collects the lines of items under `#[cfg(test)]`, at any depth of inline modules.
fn test_lines(items: &[Item], out: &mut Vec<RangeInclusive<usize>>) {
    for item in items {
        let (attributes, end) = match item {
            Item::Mod(item) => {
                let Some((brace, content)) = &item.content else { continue };
                if !is_for_tests(&item.attrs) {
                    test_lines(content, out);
                    continue;
                }
                (&item.attrs, brace.span.close())
            }
            Item::Fn(item) => (&item.attrs, item.block.brace_token.span.close()),
            Item::Impl(item) => (&item.attrs, item.brace_token.span.close()),
            _ => continue,
        };
        if let Some(first) = attributes.first().filter(|_| is_for_tests(attributes)) {
            out.push(first.pound_token.spans[0].start().line..=end.end().line);
        }
    }
}

/// Whether `#[test]` or `#[cfg(test)]` stands among the attributes.
pub fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        Meta::NameValue(_) => false,
    })
}
