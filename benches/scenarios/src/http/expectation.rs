//! Whether an answer is what was asked for.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Answer, Fault, Page};

/// What a good answer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// One of these.
    Status(&'static [u16]),
    /// 201 with a `Location`.
    Created,
    /// 200 with a resource of this type.
    Resource {
        /// Which.
        resource_type: String,
    },
    /// 200 with a searchset of at most so many matches.
    Page {
        /// How many.
        matches_max: u64,
    },
    /// 200 with a searchset that has a total.
    Total,
    /// 200 with an answer for each of so many entries, all of them good.
    Processed {
        /// How many.
        entries: u64,
    },
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow, rename = "resourceType")]
    resource_type: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Bundle<'a> {
    #[serde(borrow, rename = "resourceType")]
    resource_type: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    total: Option<u64>,
    #[serde(borrow, default)]
    link: Vec<Link<'a>>,
    #[serde(borrow, default)]
    entry: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Link<'a> {
    #[serde(borrow)]
    relation: Cow<'a, str>,
    #[serde(borrow)]
    url: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    resource: Option<IgnoredAny>,
    #[serde(borrow)]
    search: Option<EntrySearch<'a>>,
    #[serde(borrow)]
    response: Option<EntryResponse<'a>>,
}

#[derive(Deserialize)]
struct EntrySearch<'a> {
    #[serde(borrow)]
    mode: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct EntryResponse<'a> {
    #[serde(borrow)]
    status: Cow<'a, str>,
}

impl Entry<'_> {
    fn is_match(&self) -> bool {
        let mode = self.search.as_ref().and_then(|search| search.mode.as_deref());
        self.resource.is_some() && mode.is_none_or(|mode| mode == "match")
    }

    fn status(&self) -> Option<u16> {
        self.response.as_ref()?.status.split(' ').next()?.parse().ok()
    }
}

impl Expectation {
    /// What the answer comes to.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn judge(&self, answer: &Answer) -> Result<Page, Fault> {
        let is_expected = match self {
            Self::Status(statuses) => statuses.contains(&answer.status),
            Self::Created => answer.status == 201,
            _ => answer.status == 200,
        };
        if !is_expected {
            return Err(Fault::Status(answer.status));
        }
        match self {
            Self::Status(_) => Ok(Page::default()),
            Self::Created if answer.location.is_none() => Err(Fault::NoLocation),
            Self::Created => Ok(Page { resources: 1, ..Page::default() }),
            Self::Resource { resource_type } => {
                let head: Head<'_> =
                    serde_json::from_slice(&answer.body).map_err(|_| Fault::OtherResource)?;
                let is_it = head.resource_type == resource_type.as_str();
                if is_it { Ok(Page { resources: 1, ..Page::default() }) } else { Err(Fault::OtherResource) }
            }
            Self::Page { matches_max } => {
                let page = searchset(&answer.body)?;
                if page.resources > *matches_max { Err(Fault::OtherLength) } else { Ok(page) }
            }
            Self::Total => {
                let page = searchset(&answer.body)?;
                if page.total.is_none() { Err(Fault::NoTotal) } else { Ok(page) }
            }
            Self::Processed { entries } => processed(&answer.body, *entries),
        }
    }
}

fn bundle<'a>(body: &'a [u8], kinds: &[&str]) -> Result<Bundle<'a>, Fault> {
    let bundle: Bundle<'a> = serde_json::from_slice(body).map_err(|_| Fault::OtherBundle)?;
    let is_it = bundle.resource_type == "Bundle" && kinds.contains(&&*bundle.kind);
    if is_it { Ok(bundle) } else { Err(Fault::OtherBundle) }
}

fn searchset(body: &[u8]) -> Result<Page, Fault> {
    let bundle = bundle(body, &["searchset"])?;
    let link = |relation: &str| {
        let link = bundle.link.iter().find(|link| link.relation == relation);
        link.map(|link| link.url.clone().into_owned())
    };
    Ok(Page {
        total: bundle.total,
        resources: bundle.entry.iter().filter(|entry| entry.is_match()).count() as u64,
        next: link("next"),
        own: link("self"),
    })
}

fn processed(body: &[u8], entries: u64) -> Result<Page, Fault> {
    let bundle = bundle(body, &["transaction-response", "batch-response"])?;
    if bundle.entry.len() as u64 != entries {
        return Err(Fault::OtherLength);
    }
    for entry in &bundle.entry {
        match entry.status() {
            Some(200..=299) => {}
            Some(status) => return Err(Fault::EntryStatus(status)),
            None => return Err(Fault::OtherBundle),
        }
    }
    Ok(Page { resources: entries, ..Page::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        expectation: &Expectation,
        status: u16,
        body: &str,
        expected: Result<(u64, Option<u64>), Fault>,
    ) {
        let answer = Answer { status, location: None, body: body.as_bytes().to_vec().into() };
        let judged = expectation.judge(&answer).map(|page| (page.resources, page.total));
        assert_eq!(judged, expected, "{expectation:?} of {body}");
    }

    const PAGE: &str = r#"{"resourceType":"Bundle","type":"searchset","total":7,"entry":[
        {"resource":{},"search":{"mode":"match"}},{"resource":{}},{"resource":{},"search":{"mode":"outcome"}}]}"#;

    #[test]
    fn searchsets() {
        check(&Expectation::Page { matches_max: 2 }, 200, PAGE, Ok((2, Some(7))));
        check(&Expectation::Page { matches_max: 1 }, 200, PAGE, Err(Fault::OtherLength));
        check(&Expectation::Page { matches_max: 2 }, 400, PAGE, Err(Fault::Status(400)));
        check(&Expectation::Page { matches_max: 2 }, 200, "{}", Err(Fault::OtherBundle));
        check(&Expectation::Total, 200, PAGE, Ok((2, Some(7))));
        let without = PAGE.replace(r#""total":7,"#, "");
        check(&Expectation::Total, 200, &without, Err(Fault::NoTotal));
        check(&Expectation::Total, 200, &PAGE.replace("searchset", "history"), Err(Fault::OtherBundle));
    }

    #[test]
    fn answers_to_batches() {
        let body = r#"{"resourceType":"Bundle","type":"batch-response","entry":[
            {"response":{"status":"201 Created"}},{"response":{"status":"200"}}]}"#;
        check(&Expectation::Processed { entries: 2 }, 200, body, Ok((2, None)));
        check(&Expectation::Processed { entries: 3 }, 200, body, Err(Fault::OtherLength));
        let refused = body.replace("201 Created", "404 Not Found");
        check(&Expectation::Processed { entries: 2 }, 200, &refused, Err(Fault::EntryStatus(404)));
        let silent = body.replace("\"response\"", "\"fullUrl\"");
        check(&Expectation::Processed { entries: 2 }, 200, &silent, Err(Fault::OtherBundle));
    }

    #[test]
    fn single_resources() {
        let patient = Expectation::Resource { resource_type: "Patient".to_owned() };
        check(&patient, 200, r#"{"resourceType":"Patient"}"#, Ok((1, None)));
        check(&patient, 200, r#"{"resourceType":"Group"}"#, Err(Fault::OtherResource));
        check(&patient, 404, "", Err(Fault::Status(404)));
        check(&Expectation::Created, 201, "", Err(Fault::NoLocation));
        check(&Expectation::Status(&[200, 204]), 204, "", Ok((0, None)));
    }
}
