use std::collections::HashSet;

use super::*;

#[test]
fn different_terms_have_different_bytes() {
    let r4 = fornax_definitions::r4();
    let observation = r4.type_named("Observation").unwrap().id;
    let parameters = ["code", "status"].map(|code| r4.parameter(observation, code).unwrap().id);
    let long = "x".repeat(PART_BYTES_MAX);
    let longer = format!("{long}y");
    let terms = [
        Term::Present,
        Term::ExactNumbers,
        Term::Code("a"),
        Term::Code("ab"),
        Term::Coding("a", "b"),
        Term::Coding("", "ab"),
        Term::Coding("ab", ""),
        Term::Coding(&long, "b"),
        Term::Coding(&longer, "b"),
        Term::CodeWithoutSystem("a"),
        Term::Aligned,
        Term::FoldedCode("a"),
        Term::FoldedCoding("a", "b"),
        Term::FoldedCodeWithoutSystem("a"),
        Term::OfType(["a", "b", "c"]),
        Term::OfType(["", "ab", "c"]),
        Term::OfType(["a", "bc", ""]),
        Term::IdentifierValue("a"),
        Term::IdentifierWithoutSystem("a"),
        Term::IdentifierSystem("a"),
        Term::System("a"),
        Term::UnitCoding("a", "b"),
        Term::UnitCodeOrName("a"),
        Term::Folded("a"),
        Term::Exact(&long),
        Term::Exact(&longer),
        Term::Local(1),
        Term::LocalVersion(1, "1"),
        Term::Url("a"),
        Term::UrlVersion("a", "b"),
        Term::Identifier("a", "b"),
        Term::Uri("a"),
        Term::CalendarUnit("2020"),
    ];
    let mut seen = HashSet::new();
    for parameter in parameters {
        for term in terms {
            let mut bytes = Vec::new();
            let field = term.write(parameter, &mut bytes);
            assert!(seen.insert((field, bytes)), "{term:?}");
        }
    }
}
