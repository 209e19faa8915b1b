//! Texts to words.
//!
//! A text is folded as strings are. A word then is a run of letters and digits (of Unicode: alphabetic or numeric); in scripts that
//! part no words each letter is one. [`is_passed_over`] tells what stands in words without being a part of them. A word is cut at
//! [`WORD_BYTES_MAX`].

use fornax_postings::Pattern;

use crate::fold::{fold_letters, start_of};

/// Bytes of a folded word that count.
pub(crate) const WORD_BYTES_MAX: usize = 64;

/// The words of several texts: those of one parted by spaces, the texts by line feeds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Words {
    text: String,
    count: usize,
}

impl Words {
    /// Room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), count: 0 }
    }

    /// Adds the words of a text, up to `words_max` in all: what follows does not count.
    pub fn add(&mut self, text: &str, words_max: usize) {
        if self.count >= words_max {
            return;
        }
        let mut parting = '\n';
        each_word(text, |word| {
            if self.count > 0 {
                self.text.push(parting);
            }
            parting = ' ';
            let start = self.text.len();
            self.text.push_str(word);
            self.text[start..].make_ascii_lowercase();
            self.count += 1;
            self.count < words_max
        });
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The words of each text.
    pub fn texts(&self) -> impl Iterator<Item = Vec<&str>> {
        let texts = self.text.split('\n').filter(|text| !text.is_empty());
        texts.map(|text| text.split(' ').collect())
    }

    pub fn capacity(&self) -> usize {
        self.text.capacity()
    }
}

/// The words of a text as it is written, in order.
pub(crate) fn words(text: &str) -> Vec<Box<str>> {
    let mut words = Vec::new();
    each_word(text, |word| {
        words.push(word.to_ascii_lowercase().into());
        true
    });
    words
}

/// Calls `each` with the words of a text as it is written, folded but for ASCII capitals, for as long as it wants more.
fn each_word(text: &str, each: impl FnMut(&str) -> bool) {
    if text.is_ascii() { each_ascii_word(text, each) } else { each_folded_word(&fold_letters(text), each) }
}

fn each_ascii_word(text: &str, mut each: impl FnMut(&str) -> bool) {
    let bytes = text.as_bytes();
    let mut start = 0;
    loop {
        while start < bytes.len() && !bytes[start].is_ascii_alphanumeric() {
            start += 1;
        }
        let mut end = start;
        while end < bytes.len() && bytes[end].is_ascii_alphanumeric() {
            end += 1;
        }
        if start == end || !each(&text[start..end.min(start + WORD_BYTES_MAX)]) {
            return;
        }
        start = end;
    }
}

/// The same of a text that is folded.
pub(crate) fn each_folded_word(folded: &str, mut each: impl FnMut(&str) -> bool) {
    let mut word = String::new();
    for letter in folded.chars().filter(|&letter| !is_passed_over(letter)) {
        let is_letter = letter.is_alphanumeric();
        let is_alone = is_letter && is_word(letter);
        if (is_alone || !is_letter) && !word.is_empty() {
            if !each(start_of(&word, WORD_BYTES_MAX)) {
                return;
            }
            word.clear();
        }
        if is_alone && !each(letter.encode_utf8(&mut [0; 4])) {
            return;
        }
        if is_letter && !is_alone {
            word.push(letter);
        }
    }
    if !word.is_empty() {
        each(start_of(&word, WORD_BYTES_MAX));
    }
}

/// Whether the words of a text have a pattern.
pub(crate) fn has_pattern(text: &[&str], pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Word(word) => text.contains(&&**word),
        Pattern::Phrase(words) => text
            .windows(words.len().max(1))
            .any(|some| some.iter().zip(words).all(|(found, word)| *found == &**word)),
        Pattern::Start(start) => text.iter().any(|word| word.starts_with(&**start)),
    }
}

/// The same of a folded text. Most of many that are looked at don't even have its letters.
pub(crate) fn has_words(folded: &str, pattern: &Pattern) -> bool {
    let first = match pattern {
        Pattern::Word(word) | Pattern::Start(word) => word,
        Pattern::Phrase(words) => match words.first() {
            Some(first) => first,
            None => return false,
        },
    };
    // A letter that is passed over may stand within the word.
    if folded.is_ascii() && !folded.contains(&**first) {
        return false;
    }
    let mut words: Vec<Box<str>> = Vec::new();
    each_folded_word(folded, |word| {
        words.push(word.into());
        true
    });
    let words: Vec<&str> = words.iter().map(|word| &**word).collect();
    has_pattern(&words, pattern)
}

/// Whether a letter stands in words without being a part of them: the soft hyphen, joiners, variation selectors.
fn is_passed_over(letter: char) -> bool {
    matches!(letter, '\u{AD}' | '\u{200C}' | '\u{200D}' | '\u{2060}' | '\u{FEFF}' | '\u{FE00}'..='\u{FE0F}')
}

/// Whether a letter is a word by itself: Thai, Lao, Burmese, Khmer, Tai, kana, bopomofo and Chinese letters.
fn is_word(letter: char) -> bool {
    matches!(
        letter,
        '\u{E00}'..='\u{EFF}'
            | '\u{1000}'..='\u{109F}'
            | '\u{1780}'..='\u{17FF}'
            | '\u{1950}'..='\u{19DF}'
            | '\u{1A20}'..='\u{1AAF}'
            | '\u{3005}'..='\u{3007}'
            | '\u{3040}'..='\u{312F}'
            | '\u{31A0}'..='\u{31FF}'
            | '\u{3400}'..='\u{4DBF}'
            | '\u{4E00}'..='\u{9FFF}'
            | '\u{F900}'..='\u{FAFF}'
            | '\u{20000}'..='\u{3FFFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: &str) {
        let found: Vec<String> = words(text).iter().map(ToString::to_string).collect();
        assert_eq!(found.join(" "), want, "{text:?}");
        // A folded text has the same words.
        let mut of_folded: Vec<String> = Vec::new();
        each_folded_word(&fold_letters(text), |word| {
            of_folded.push(word.to_owned());
            true
        });
        assert_eq!(of_folded.join(" "), want, "{text:?} folded");
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        check("", "");
        check(" - ", "");
        check("Chest pain", "chest pain");
        check("chest-pain;radiating", "chest pain radiating");
        check("O\u{2019}Brien's", "o brien s");
        check("120/80 mmHg, 37.5\u{B0}C", "120 80 mmhg 37 5 c");
        check("a_b", "a b");
        check("50\u{B5}g", "50\u{3BC}g");
        check("Stra\u{DF}e M\u{DC}LLER \u{C9}cole e\u{301}cole", "strasse muller ecole ecole");
        check("\u{FB01}n \u{2460} m\u{B2}", "fin 1 m2");
        check("\u{395}\u{3BB}\u{3BB}\u{3AC}\u{3C2}", "\u{3B5}\u{3BB}\u{3BB}\u{3B1}\u{3C3}");
        check("co\u{AD}operate a\u{200D}b", "cooperate ab");
        check("\u{5D0}\u{5B0}\u{5D1}", "\u{5D0}\u{5D1}");
        check("\u{1F600} fine", "fine");
    }

    #[test]
    fn scripts_without_spaces_have_a_word_a_letter() {
        check("\u{9AD8}\u{8840}\u{5727}", "\u{9AD8} \u{8840} \u{5727}");
        check("BP\u{9AD8}\u{3044}x", "bp \u{9AD8} \u{3044} x");
        check("\u{E44}\u{E02}\u{E49}", "\u{E44} \u{E02}");
    }

    #[test]
    fn long_words_are_cut() {
        check(&"a".repeat(70), &"a".repeat(64));
        check(&"\u{3B5}".repeat(70), &"\u{3B5}".repeat(32));
        check(&format!("a{} b", "\u{3B5}".repeat(70)), &format!("a{} b", "\u{3B5}".repeat(31)));
    }

    #[test]
    fn texts_are_kept_apart_and_cut() {
        let mut some = Words::default();
        for text in ["One two", "", "-", "three", "four five"] {
            some.add(text, 4);
        }
        assert_eq!(some.as_str(), "one two\nthree\nfour");
        assert_eq!(some.texts().collect::<Vec<_>>(), [vec!["one", "two"], vec!["three"], vec!["four"]]);
    }
}
