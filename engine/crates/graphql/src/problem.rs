//! Errors as GraphQL tells them.

use fornax_model::write::ObjectWriter;

/// One step from the answer's root to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step<'p> {
    Key(&'p str),
    Index(usize),
}

/// What the client is told of one thing that went wrong.
#[derive(Clone, Debug)]
pub(crate) struct Problem<'p> {
    /// An issue type of FHIR.
    pub code: &'static str,
    pub message: String,
    /// Byte offset in the query.
    pub at: Option<u32>,
    pub path: Vec<Step<'p>>,
}

impl<'p> Problem<'p> {
    pub fn new(code: &'static str, at: u32, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), at: Some(at), path: Vec::new() }
    }

    pub fn invalid(at: u32, message: impl Into<String>) -> Self {
        Self::new("invalid", at, message)
    }

    pub fn not_supported(at: u32, message: impl Into<String>) -> Self {
        Self::new("not-supported", at, message)
    }

    /// A bound of [`Limits`](crate::Limits) was reached.
    pub fn too_costly(at: Option<u32>, what: &str, max: u64) -> Self {
        let message = format!("the request asks for too much: {what}, at most {max}");
        Self { code: "too-costly", message, at, path: Vec::new() }
    }

    pub fn under(self, path: &[Step<'p>]) -> Self {
        Self { path: path.to_vec(), ..self }
    }

    /// Writes the members of one item of `errors`, an OperationOutcome among them (R4, GraphQL, "Error Handling").
    pub fn write(&self, query: &str, error: &mut ObjectWriter<'_>) {
        error.string("message", &self.message);
        if let Some(at) = self.at {
            let (line, column) = line_and_column(query, at as usize);
            let mut locations = error.array("locations");
            let mut location = locations.object();
            location.integer("line", line);
            location.integer("column", column);
        }
        if !self.path.is_empty() {
            let mut path = error.array("path");
            for step in &self.path {
                match step {
                    Step::Key(key) => path.string(key),
                    Step::Index(index) => path.raw(index.to_string().as_bytes()),
                }
            }
        }
        let mut extensions = error.object("extensions");
        let mut outcome = extensions.object("resource");
        outcome.string("resourceType", "OperationOutcome");
        let mut issues = outcome.array("issue");
        let mut issue = issues.object();
        issue.string("severity", "error");
        issue.string("code", self.code);
        issue.string("diagnostics", &self.message);
    }
}

/// Both from 1; columns in characters.
fn line_and_column(text: &str, at: usize) -> (i64, i64) {
    let before = text.get(..at.min(text.len())).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |feed| feed + 1);
    let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
    (line as i64, before[line_start..].chars().count() as i64 + 1)
}
