//! OperationOutcome, written out.

use std::borrow::Cow;

use fornax::{Issue, Severity};
use fornax_model::write::{ArrayWriter, ObjectWriter};

/// An OperationOutcome of these issues; at least one.
pub(crate) fn operation_outcome(issues: &[Issue]) -> Vec<u8> {
    let mut out = Vec::with_capacity(128 + issues.len() * 128);
    write(&mut ObjectWriter::new(&mut out), issues);
    out
}

/// An OperationOutcome that says that all went well.
pub(crate) fn all_well(diagnostics: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(192);
    let mut outcome = ObjectWriter::new(&mut out);
    outcome.string("resourceType", "OperationOutcome");
    let mut list = outcome.array("issue");
    let mut issue = list.object();
    issue.string("severity", "information");
    issue.string("code", "informational");
    issue.string("diagnostics", diagnostics);
    drop(issue);
    drop(list);
    drop(outcome);
    out
}

/// Writes an OperationOutcome into an object that is empty so far.
pub(crate) fn write(outcome: &mut ObjectWriter<'_>, issues: &[Issue]) {
    outcome.string("resourceType", "OperationOutcome");
    let mut list = outcome.array("issue");
    for issue in issues {
        write_issue(&mut list, issue);
    }
}

fn write_issue(list: &mut ArrayWriter<'_>, issue: &Issue) {
    let mut object = list.object();
    object.string(
        "severity",
        match issue.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Information => "information",
        },
    );
    object.string("code", issue.code);
    object.string("diagnostics", &shown(&issue.diagnostics));
    if let Some(expression) = &issue.expression {
        object.array("expression").string(&shown(expression));
    }
}

/// A text with marks in place of what FHIR's strings and XML can't hold, and a client may have sent.
fn shown(text: &str) -> Cow<'_, str> {
    let is_unfit = |letter: char| matches!(letter, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}');
    if text.contains(is_unfit) {
        return Cow::Owned(text.replace(is_unfit, "\u{fffd}"));
    }
    Cow::Borrowed(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(issues: &[Issue], expected: &str) {
        let written = String::from_utf8(operation_outcome(issues)).expect("UTF-8");
        assert_eq!(written, format!(r#"{{"resourceType":"OperationOutcome","issue":[{expected}]}}"#));
    }

    #[test]
    fn issues_are_written_in_order() {
        check(
            &[
                Issue::error("value", "not a \"date\"").at("Patient.birthDate"),
                Issue::warning("not-supported", "x"),
            ],
            concat!(
                r#"{"severity":"error","code":"value","diagnostics":"not a \"date\"","expression":["Patient.birthDate"]},"#,
                r#"{"severity":"warning","code":"not-supported","diagnostics":"x"}"#
            ),
        );
    }

    #[test]
    fn characters_that_no_string_holds_are_not_shown() {
        check(
            &[Issue::error("value", "\u{1}\u{7f}\t\u{ffff}")],
            "{\"severity\":\"error\",\"code\":\"value\",\"diagnostics\":\"\u{fffd}\u{7f}\\t\u{fffd}\"}",
        );
    }

    #[test]
    fn good_news_is_an_outcome_as_well() {
        let written = String::from_utf8(all_well("deleted")).expect("UTF-8");
        assert!(written.contains(r#""severity":"information""#), "{written}");
    }
}
