//! What a server answers, and what can be wrong with it.

use hyper::body::Bytes;

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The header `Location`.
    pub location: Option<String>,
    /// The whole body.
    pub body: Bytes,
}

impl Answer {
    /// The id in `Location`: what follows the type.
    pub fn created_id(&self, resource_type: &str) -> Option<String> {
        let mut parts = self.location.as_ref()?.split('/').skip_while(|part| *part != resource_type);
        parts.nth(1).filter(|id| !id.is_empty()).map(str::to_owned)
    }
}

/// What a Bundle that answers a request comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// `Bundle.total`.
    pub total: Option<u64>,
    /// Entries that match, or the one resource that was read.
    pub resources: u64,
    /// The link to the next page.
    pub next: Option<String>,
    /// The link to this one.
    pub own: Option<String>,
}

/// Why an answer does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Fault {
    /// A status that was not asked for.
    #[error("status {0}")]
    Status(u16),
    /// A status within the answer to a batch.
    #[error("entry with status {0}")]
    EntryStatus(u16),
    /// Nobody listens.
    #[error("no connection")]
    Unreachable,
    /// The connection ended before the answer did.
    #[error("no answer")]
    Lost,
    /// The answer took too long.
    #[error("no answer in time")]
    Late,
    /// The answer is larger than anything that was asked for.
    #[error("answer too large")]
    TooLarge,
    /// Not JSON of the resource that was asked for.
    #[error("not the resource asked for")]
    OtherResource,
    /// Not a Bundle of the type that was asked for.
    #[error("not a Bundle of that type")]
    OtherBundle,
    /// `Bundle.total` is missing.
    #[error("no total")]
    NoTotal,
    /// A page with more matches than were asked for, or a Bundle with an answer too many or too few.
    #[error("another number of entries")]
    OtherLength,
    /// A created resource without a `Location` that names it.
    #[error("no Location")]
    NoLocation,
    /// A place that no request line can name.
    #[error("not sent: no URL")]
    Malformed,
    /// What an earlier request should have made is not there to go on with.
    #[error("not sent: what it builds on failed")]
    NotSent,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_what_was_created() {
        let at = |location: &str| {
            let answer = Answer { status: 201, location: Some(location.to_owned()), body: Bytes::new() };
            answer.created_id("Patient")
        };
        assert_eq!(at("http://h/fhir/Patient/7/_history/1").as_deref(), Some("7"));
        assert_eq!(at("Patient/7").as_deref(), Some("7"));
        assert_eq!(at("http://h/fhir/Group/7"), None);
        assert_eq!(at("http://h/fhir/Patient/"), None);
    }
}
