//! Texts as strings are compared: without case, marks, and differences of white space.

/// What counts of a folded text.
const BYTES_MAX: usize = 256;

/// A text as strings are compared.
pub fn folded(text: &str) -> String {
    let mut folded = String::new();
    for letter in text.chars() {
        let mut push = |text: &str| folded.extend(text.chars().flat_map(char::to_lowercase));
        match letter {
            'ä' => push("a"),
            'é' => push("e"),
            'ü' => push("u"),
            '²' => push("2"),
            'µ' => push("μ"),
            '™' => push("TM"),
            '\u{a0}' => push(" "),
            _ if is_plain(letter) => folded.extend(letter.to_lowercase()),
            _ => panic!("what {letter:?} is without marks is not known here: add it"),
        }
    }
    let mut folded = folded.split_whitespace().collect::<Vec<_>>().join(" ");
    while folded.len() > BYTES_MAX {
        folded.pop();
    }
    folded
}

/// What has no marks to lose.
fn is_plain(letter: char) -> bool {
    let is_known = matches!(letter, '©' | '®' | '°' | '≥' | '’' | '–' | '\u{200b}' | '\u{fffd}');
    letter.is_ascii() || is_known || matches!(letter, '\u{4e00}'..='\u{9fff}')
}

/// A code as codes are compared where case does not count.
pub fn without_case(code: &str) -> String {
    code.chars().flat_map(char::to_lowercase).collect()
}
