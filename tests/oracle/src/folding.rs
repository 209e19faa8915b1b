//! How strings are made alike before they are compared (search.html#string): no case, no accents, no more than one space.

/// How much of a folded text counts.
const BYTES_MAX: usize = 256;

/// Folds a string. The accents and forms known here are those of the vocabulary's languages.
pub fn folded(text: &str) -> String {
    let mut out = folded_letters(text).split_whitespace().collect::<Vec<_>>().join(" ");
    while out.len() > BYTES_MAX {
        out.pop();
    }
    out
}

/// Folds the letters of a string, and leaves its spaces.
pub fn folded_letters(text: &str) -> String {
    let mut out = String::new();
    for letter in without_case(text).chars() {
        match letter {
            '\u{300}'..='\u{36f}' => {}
            '²' => out.push('2'),
            // Those of full width.
            '\u{ff01}'..='\u{ff5e}' => out.extend(char::from_u32(u32::from(letter) - 0xfee0)),
            letter => out.push(without_accent(letter)),
        }
    }
    out
}

/// The same letters whatever their case, and nothing else done to them.
pub fn without_case(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'ß' => out.push_str("ss"),
            'ﬁ' => out.push_str("fi"),
            'ς' => out.push('σ'),
            letter => out.push(letter),
        }
    }
    out
}

/// A letter without its accent. A stroke through a letter (ø, ł) is no accent but part of it.
fn without_accent(letter: char) -> char {
    match letter {
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        'ý' | 'ÿ' => 'y',
        'š' => 's',
        'ž' => 'z',
        letter => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_spaces_go() {
        let rows =
            [("Müller", "muller"), ("STRASSE", "strasse"), ("Straße", "strasse"), ("E\u{301}mile", "emile")];
        for (text, expected) in rows.into_iter().chain([("de  la\tCruz ", "de la cruz"), ("Øster", "øster")])
        {
            assert_eq!(folded(text), expected);
        }
        for (text, expected) in
            [("ﬁn", "fin"), ("m²", "m2"), ("Ａｂ", "ab"), ("ΣΟΦΟΣ", "σοφοσ"), ("σοφος", "σοφοσ")]
        {
            assert_eq!(folded(text), expected);
        }
        assert_eq!(folded(&"é".repeat(300)), "e".repeat(256));
        assert_eq!(folded(&format!("a{}", "ø".repeat(300))).len(), 255, "no half letters");
    }

    #[test]
    fn nothing_but_case_goes() {
        for (text, expected) in [("ÉMILE", "émile"), ("Maß", "mass"), ("A  b", "a  b"), ("Σς", "σσ")] {
            assert_eq!(without_case(text), expected);
        }
    }
}
