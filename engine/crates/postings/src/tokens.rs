//! Texts to words, as a document holds them: put in form before, so that nothing is left but to cut at spaces.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// Ends a text where another follows.
pub(crate) const TEXT_END: char = '\n';

/// Cuts at single spaces, and counts one place more where a text ends.
#[derive(Clone, Default)]
pub(crate) struct Tokens {
    token: Token,
}

pub(crate) struct TokensOf<'a> {
    rest: &'a str,
    /// How far the next word is from the one before.
    step: usize,
    token: &'a mut Token,
}

impl Tokenizer for Tokens {
    type TokenStream<'a> = TokensOf<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> TokensOf<'a> {
        self.token.reset();
        TokensOf { rest: text, step: 1, token: &mut self.token }
    }
}

impl TokenStream for TokensOf<'_> {
    fn advance(&mut self) -> bool {
        if self.rest.is_empty() {
            return false;
        }
        let bytes = self.rest.as_bytes();
        let end = bytes.iter().position(|&byte| byte == b' ' || byte == TEXT_END as u8);
        let end = end.unwrap_or(bytes.len());
        self.token.text.clear();
        self.token.text.push_str(&self.rest[..end]);
        self.token.position = self.token.position.wrapping_add(self.step);
        self.step = if bytes.get(end) == Some(&(TEXT_END as u8)) { 2 } else { 1 };
        self.rest = self.rest.get(end + 1..).unwrap_or("");
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}
