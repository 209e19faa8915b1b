//! `metadata?mode=terminology`: what is known of codes. There are no operations on code systems and value sets, so that nothing is said of
//! expansion, validation, translation and closure; searches go by the tenant's own resources.

use fornax_model::write::ObjectWriter;

use super::capability_statement::write_server;
use super::descriptions::{DATE, Terms};

const DESCRIPTION: &str = "There are no operations on code systems, value sets and concept maps. Searches by :in, :not-in, :below and :above \
go by the CodeSystem and ValueSet resources that the tenant has stored, as they are at the time of the search: listed concepts, whole \
systems, other value sets, is-a and descendent-of filters, exclusions, or an expansion that is stored. What is not there, or can't be \
followed, is refused.";

/// The TerminologyCapabilities.
pub(crate) fn render(terms: &Terms<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut statement = ObjectWriter::new(&mut out);
    statement.string("resourceType", "TerminologyCapabilities");
    statement.string("status", "active");
    statement.string("date", DATE);
    statement.string("description", DESCRIPTION);
    statement.string("kind", "instance");
    write_server(&mut statement, terms);
    statement.boolean("lockedDate", false);
    // The search parameter `code` of value sets finds the codes that they list.
    let value_set = terms.types.iter().find(|one| one.name == "ValueSet");
    if value_set.is_some_and(|one| one.parameters.iter().any(|parameter| parameter.code == "code")) {
        statement.string("codeSearch", "explicit");
    }
    drop(statement);
    out
}
