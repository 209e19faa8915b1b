//! Strings made comparable: without case, accents and other marks, and with single spaces.

use std::borrow::Cow;
use std::sync::LazyLock;

use icu_casemap::{CaseMapper, CaseMapperBorrowed};
use icu_normalizer::properties::{CanonicalCombiningClassMap, CanonicalCombiningClassMapBorrowed};
use icu_normalizer::{DecomposingNormalizer, DecomposingNormalizerBorrowed};

struct Unicode {
    compatible: DecomposingNormalizerBorrowed<'static>,
    classes: CanonicalCombiningClassMapBorrowed<'static>,
    cases: CaseMapperBorrowed<'static>,
}

static UNICODE: LazyLock<Unicode> = LazyLock::new(|| Unicode {
    compatible: DecomposingNormalizer::new_nfkd(),
    classes: CanonicalCombiningClassMap::new(),
    cases: CaseMapper::new(),
});

/// Bytes of a folded string that count; what follows is dropped, so a search by more of them is one by these.
pub(crate) const FOLDED_BYTES_MAX: usize = 256;

/// Bytes of a text that are looked at: marks and spaces may take up a part of them.
const LOOKED_AT_BYTES_MAX: usize = 4 * FOLDED_BYTES_MAX;

/// Appends a text folded: compatibility decomposition, marks dropped, full case folding, white space collapsed and
/// trimmed, cut at [`FOLDED_BYTES_MAX`].
pub(crate) fn fold_into(out: &mut String, text: &str) {
    let text = start_of(text, LOOKED_AT_BYTES_MAX);
    let start = out.len();
    if text.is_ascii() {
        collapse(out, text.chars().map(|letter| letter.to_ascii_lowercase()));
    } else {
        collapse(out, fold_letters(text).chars());
    }
    let length = start_of(&out[start..], FOLDED_BYTES_MAX).trim_end().len();
    out.truncate(start + length);
}

/// A text beyond ASCII with its letters folded: compatibility decomposition, marks dropped, full case folding.
pub(crate) fn fold_letters(text: &str) -> String {
    let unicode = &*UNICODE;
    let plain: String = unicode
        .compatible
        .normalize_iter(text.chars())
        .filter(|&letter| unicode.classes.get_u8(letter) == 0)
        .collect();
    unicode.cases.fold_string(&plain).into_owned()
}

/// A code without case, and otherwise as it is.
pub(crate) fn fold_case(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        let has_case = text.bytes().any(|byte| byte.is_ascii_uppercase());
        return if has_case { Cow::Owned(text.to_ascii_lowercase()) } else { Cow::Borrowed(text) };
    }
    UNICODE.cases.fold_string(text)
}

/// A text folded.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::new();
    fold_into(&mut folded, text);
    folded
}

fn collapse(out: &mut String, letters: impl Iterator<Item = char>) {
    let start = out.len();
    let mut space = false;
    for letter in letters {
        if letter.is_whitespace() {
            space = true;
            continue;
        }
        if space && out.len() > start {
            out.push(' ');
        }
        space = false;
        out.push(letter);
    }
}

/// At most so many bytes from the start, whole characters only.
pub(crate) fn start_of(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

#[cfg(test)]
mod tests;
