//! What the methods of generated clients are called: `readPatient`, `searchObservation`, `everythingPatient`.

use axum::http::Method;

use super::super::operations::{Operation, Subject};
use super::super::target::{Place, Verb};
use super::Call;

/// The call's name, unique in the document.
pub(super) fn operation_id(call: &Call<'_>) -> String {
    let of = call.about();
    let (verb, rest) = match (call.verb, call.place) {
        (Verb::Capabilities, _) => return "capabilities".to_owned(),
        (Verb::Describe, _) => return "describe".to_owned(),
        (Verb::Bundle, _) => return "processBundle".to_owned(),
        (Verb::Jobs, _) => return "listJobs".to_owned(),
        (Verb::Job, _) => return "readJob".to_owned(),
        (Verb::CancelJob, _) => return "cancelJob".to_owned(),
        (Verb::Operation(operation, _), Place::Operation(_, subject)) => {
            return operation_call(operation, call.method, (subject, of));
        }
        (Verb::Operation(operation, _), _) => (operation.name, ""),
        (Verb::Search, Place::Compartment(..)) => ("search", "Compartment"),
        (Verb::SearchByForm, Place::CompartmentSearch(..)) => ("search", "CompartmentByForm"),
        (Verb::Search, _) => ("search", ""),
        (Verb::SearchByForm, _) => ("search", "ByForm"),
        (Verb::History, Place::TypeHistory(_)) => ("history", "Type"),
        (Verb::History, _) => ("history", ""),
        (Verb::Create, _) => ("create", ""),
        (Verb::Read, _) => ("read", ""),
        (Verb::Vread, _) => ("vread", ""),
        (Verb::Update, place) => ("update", matching(place)),
        (Verb::Patch, place) => ("patch", matching(place)),
        (Verb::Delete, place) => ("delete", matching(place)),
        (Verb::DeleteHistory, Place::Version(..)) => ("delete", "Version"),
        (Verb::DeleteHistory, _) => ("delete", "History"),
    };
    format!("{verb}{of}{rest}")
}

/// A write of what criteria match.
fn matching(place: &Place) -> &'static str {
    if matches!(place, Place::Type(_)) { "Matching" } else { "" }
}

fn operation_call(operation: &Operation, method: &Method, (subject, of): (&Subject, &str)) -> String {
    let mut words = operation.name.split('-');
    let first = words.next().unwrap_or("").to_owned();
    let name = words.fold(first, |name, word| {
        let (start, rest) = word.split_at(word.len().min(1));
        name + &start.to_ascii_uppercase() + rest
    });
    let level = match subject {
        Subject::Type(_) => "Type",
        Subject::Version(..) => "Version",
        Subject::System | Subject::Instance(..) => "",
    };
    // Where both methods call it, they need two names.
    let by = if *method == Method::POST && operation.get.is_some() { "ByPost" } else { "" };
    format!("{name}{of}{level}{by}")
}
