//! How strings are made alike before they are compared (search.html#string): no case, no accents, no more than one space.

/// Folds a string. The accents known here are those of the vocabulary's languages.
pub fn folded(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'ß' => out.push_str("ss"),
            '\u{300}'..='\u{36f}' => {}
            letter => out.push(without_accent(letter)),
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
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
    }
}
