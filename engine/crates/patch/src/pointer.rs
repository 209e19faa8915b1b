//! JSON Pointers (RFC 6901).

use crate::error::Problem;
use crate::limits::Work;
use crate::tree::{Item, Value};

/// Where a value is, from the outermost one inwards.
#[derive(PartialEq, Eq)]
pub(crate) struct Pointer {
    text: String,
    tokens: Vec<String>,
}

impl Pointer {
    pub fn read(text: &str) -> Result<Self, Problem> {
        let mut parts = text.split('/');
        if parts.next() != Some("") {
            return Err(Problem::Pointer);
        }
        let tokens = parts.map(token).collect::<Option<_>>().ok_or(Problem::Pointer)?;
        Ok(Self { text: text.to_owned(), tokens })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn tokens(&self) -> &[String] {
        &self.tokens
    }

    /// Whether the place of the other is within this one's, and not the same.
    pub fn holds(&self, other: &Self) -> bool {
        self.tokens.len() < other.tokens.len() && other.tokens.starts_with(&self.tokens)
    }
}

/// A token without escapes: `~1` is a slash, `~0` a tilde.
fn token(escaped: &str) -> Option<String> {
    let mut pieces = escaped.split('~');
    let mut token = pieces.next()?.to_owned();
    for piece in pieces {
        token.push(match piece.as_bytes().first()? {
            b'0' => '~',
            b'1' => '/',
            _ => return None,
        });
        token.push_str(&piece[1..]);
    }
    Some(token)
}

/// The value at the end of the tokens.
pub(crate) fn follow<'t, 'a>(
    root: &'t mut Value<'a>,
    tokens: &[String],
    work: &mut Work,
) -> Result<&'t mut Value<'a>, Problem> {
    let mut here = root;
    for token in tokens {
        here.take_apart();
        work.charge(here.len())?;
        here = match here {
            Value::Array(array) => {
                index(token).and_then(|index| array.get_mut(index)).ok_or(Problem::NoIndex)?
            }
            Value::Object(object) => object.get_mut(token).ok_or(Problem::NoTarget)?,
            Value::Null | Value::Given(_) => return Err(Problem::NoTarget),
        };
    }
    // What is behind an item moves when it comes or goes.
    work.charge(here.len() * size_of::<Item<'_>>())?;
    Ok(here)
}

/// An array's index: digits without leading zeros.
pub(crate) fn index(token: &str) -> Option<usize> {
    let is_index = token == "0" || !token.starts_with('0') && token.bytes().all(|byte| byte.is_ascii_digit());
    if is_index { token.parse().ok() } else { None }
}
