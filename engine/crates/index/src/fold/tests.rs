use super::*;

fn check(text: &str, want: &str) {
    assert_eq!(fold(text), want, "{text:?}");
}

#[test]
fn case_accents_and_white_space_do_not_count() {
    check("Zzyzx-Müller", "zzyzx-muller");
    check("  Ada \t Augusta ", "ada augusta");
    check("STRASSE", "strasse");
    check("Straße", "strasse");
    check("e\u{301}cole", "ecole");
    check("ﬁn", "fin");
    check("Łódź", "łodz");
    check("", "");
    check(" \u{301} ", "");
}

#[test]
fn long_texts_are_cut_at_a_character() {
    let folded = fold(&"ü̈x€".repeat(1000));
    assert!(folded.len() <= FOLDED_BYTES_MAX && folded.len() > FOLDED_BYTES_MAX - 4);
    assert_eq!(start_of("aé", 2), "a");
}
