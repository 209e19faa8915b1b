//! What the guides require to be searchable: the tables of the checklists.

use std::collections::BTreeSet;

/// What a guide requires of a type.
#[derive(Debug, PartialEq)]
pub struct Requirement {
    pub resource_type: String,
    /// Parameters that must be searchable together.
    pub combinations: BTreeSet<Vec<String>>,
    /// `Type:parameter`, or `Type:parameter:Target`
    pub includes: BTreeSet<String>,
    pub reverse_includes: BTreeSet<String>,
}

/// The rows under a heading of the checklists, up to the next heading.
pub fn read(checklists: &str, heading: &str) -> Vec<Requirement> {
    let mut lines = checklists.lines().skip_while(|line| *line != heading);
    assert!(lines.next().is_some(), "no heading {heading}");
    let rows = lines.take_while(|line| !line.starts_with('#')).filter(|line| line.starts_with("- **"));
    rows.map(row).collect()
}

/// `- **Type** | SHALL: a; b+c | SHOULD: d | _include: ['Type:a'] _revinclude: Other:b`, or
/// `- **Type** params: a(token), b(date,SHOULD) | _include Type:a Type:b`
fn row(line: &str) -> Requirement {
    let (name, rest) = line.trim_start_matches("- **").split_once("**").unwrap();
    let mut requirement = Requirement {
        resource_type: name.to_owned(),
        combinations: BTreeSet::new(),
        includes: BTreeSet::new(),
        reverse_includes: BTreeSet::new(),
    };
    for cell in rest.split('|').map(str::trim).filter(|cell| !cell.is_empty()) {
        let (label, list) = cell.split_once([':', ' ']).unwrap_or((cell, ""));
        match label {
            "SHALL" | "SHOULD" => {
                let combinations = list.split(';').map(str::trim).filter(|each| !each.is_empty());
                requirement.combinations.extend(combinations.map(together));
            }
            "params" => {
                // A note of the kind stands behind each name.
                let names = list.split("),").map(|each| each.split('(').next().unwrap().trim());
                requirement.combinations.extend(names.map(together));
            }
            "_include" | "_revinclude" => take_includes(cell, &mut requirement),
            _ => panic!("{label} cannot be read: {line}"),
        }
    }
    requirement
}

fn together(names: &str) -> Vec<String> {
    names.split('+').map(str::to_owned).collect()
}

/// Words that name includes, each list behind its own word.
fn take_includes(cell: &str, requirement: &mut Requirement) {
    let mut is_reverse = false;
    for word in cell.split([' ', ',', '[', ']', '\'']).filter(|word| !word.is_empty()) {
        match word.trim_end_matches(':') {
            "_include" => is_reverse = false,
            "_revinclude" => is_reverse = true,
            include if is_reverse => {
                requirement.reverse_includes.insert(include.to_owned());
            }
            include => {
                requirement.includes.insert(include.to_owned());
            }
        }
    }
}

#[test]
fn rows() {
    let check = |line: &str, combinations: &str, includes: &str, reverse_includes: &str| {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        let expected = Requirement {
            resource_type: "Kind".to_owned(),
            combinations: combinations.split_whitespace().map(together).collect(),
            includes: words(includes),
            reverse_includes: words(reverse_includes),
        };
        assert_eq!(row(line), expected, "{line}");
    };
    check("- **Kind** | SHALL:", "", "", "");
    check("- **Kind** | SHALL: a; b+c | SHOULD: d+e", "a b+c d+e", "", "");
    check("- **Kind** | SHALL: a | _revinclude: P:t", "a", "", "P:t");
    check(
        "- **Kind** | SHALL: a | _include: ['Kind:a:X', 'Kind:b'] _revinclude: P:t",
        "a",
        "Kind:a:X Kind:b",
        "P:t",
    );
    check("- **Kind** | SHALL: a | _include: ['Kind:a'] _revinclude: []", "a", "Kind:a", "");
    check("- **Kind** params: a(token), b(date,SHOULD) | _include Kind:a Kind:*", "a b", "Kind:a Kind:*", "");
}
