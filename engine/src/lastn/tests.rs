use fornax_model::Limits as ModelLimits;

use super::*;

/// Which observations are of one group: `of` says the codings of each, apart from each other by spaces; a text alone in quotes.
fn check(of: &[&str], expected: &[usize]) {
    let mut groups = Groups::default();
    let concept = |text: &&str| match text.strip_prefix('"') {
        Some(text) => format!(r#"{{"text":"{text}}}"#),
        None => {
            let coding = |text: &str| match text.split_once('|') {
                Some((system, code)) => format!(r#"{{"system":"{system}","code":"{code}"}}"#),
                None => format!(r#"{{"code":"{text}"}}"#),
            };
            let codings: Vec<String> = text.split_whitespace().map(coding).collect();
            format!(r#"{{"coding":[{}],"text":"the same"}}"#, codings.join(","))
        }
    };
    let read = |json: String| Document::parse(json, &ModelLimits::default()).expect("JSON");
    let documents: Vec<Document> = of.iter().map(concept).map(read).collect();
    let codes: Vec<usize> = documents.iter().map(|one| groups.code_of(Some(one.root()))).collect();
    let groups: Vec<usize> = codes.into_iter().map(|code| groups.of(code)).collect();
    let first = |group: &usize| groups.iter().position(|other| other == group).expect("itself");
    assert_eq!(groups.iter().map(first).collect::<Vec<_>>(), expected, "{of:?}");
}

#[test]
fn codes_that_share_a_coding_are_one() {
    check(&["a", "b", "c"], &[0, 1, 2]);
    check(&["a", "b", "c a"], &[0, 1, 0]);
    check(&["a", "b", "a b"], &[0, 0, 0]);
    check(&["a", "b", "c", "d", "a c", "c d"], &[0, 1, 0, 0, 0, 0]);
    check(&["x|a", "y|a", "a"], &[0, 1, 2]);
    check(&["x|a y|b", "y|b", "z|c y|b"], &[0, 0, 0]);
    check(&["\"textM\"", "\"Text\"", "\"t e x t\"", "\"Text\""], &[0, 1, 2, 1]);
    check(&["", ""], &[0, 0]);
}
