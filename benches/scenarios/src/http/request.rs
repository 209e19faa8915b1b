//! What is asked of a server.

use hyper::Method;
use hyper::body::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::Expectation;

/// One request, and what a good answer to it is.
#[derive(Clone, Debug)]
pub struct Request {
    /// How.
    pub method: Method,
    /// Where, under the base; see [`super::BaseUrl::path_of`].
    pub place: String,
    /// What is sent along, and its media type.
    pub body: Option<(&'static str, Bytes)>,
    /// Whether the answer may leave out what was sent.
    pub prefer: Option<&'static str>,
    /// What a good answer is.
    pub expectation: Expectation,
}

const FHIR_JSON: &str = "application/fhir+json";
const FORM: &str = "application/x-www-form-urlencoded";

impl Request {
    fn new(method: Method, place: impl Into<String>, expectation: Expectation) -> Self {
        Self { method, place: place.into(), body: None, prefer: None, expectation }
    }

    /// A `GET`.
    pub fn get(place: impl Into<String>, expectation: Expectation) -> Self {
        Self::new(Method::GET, place, expectation)
    }

    /// The resource with an id.
    pub fn read(resource_type: &str, id: &str) -> Self {
        let expectation = Expectation::Resource { resource_type: resource_type.to_owned() };
        Self::get(format!("{resource_type}/{id}"), expectation)
    }

    /// A new resource.
    pub fn create(resource_type: &str, body: impl Into<Bytes>) -> Self {
        let request = Self::new(Method::POST, resource_type, Expectation::Created);
        Self { body: Some((FHIR_JSON, body.into())), ..request }
    }

    /// A new version of a resource.
    pub fn update(resource_type: &str, id: &str, body: impl Into<Bytes>) -> Self {
        let request =
            Self::new(Method::PUT, format!("{resource_type}/{id}"), Expectation::Status(&[200, 201]));
        Self { body: Some((FHIR_JSON, body.into())), ..request }
    }

    /// The end of a resource.
    pub fn delete(resource_type: &str, id: &str) -> Self {
        let expectation = Expectation::Status(&[200, 202, 204]);
        Self::new(Method::DELETE, format!("{resource_type}/{id}"), expectation)
    }

    /// A batch or transaction of so many entries, whose answer need not repeat them.
    pub fn process(bundle: impl Into<Bytes>, entries: u64) -> Self {
        let request = Self::new(Method::POST, "", Expectation::Processed { entries });
        Self { body: Some((FHIR_JSON, bundle.into())), prefer: Some("return=minimal"), ..request }
    }

    /// A search that stands in the body, as one does that is too long for a URL.
    pub fn search_by_form(resource_type: &str, form: impl Into<Bytes>, expectation: Expectation) -> Self {
        let request = Self::new(Method::POST, format!("{resource_type}/_search"), expectation);
        Self { body: Some((FORM, form.into())), ..request }
    }
}

/// What stands as it is in the value of a query's parameter: all else is told by `%`. A comma, a bar and a dollar sign have a
/// meaning in search values, which a value that is searched for must not take on by chance.
const LEFT_ALONE: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b':').remove(b'/');

/// A text as it stands in a query string.
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, LEFT_ALONE).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_from_the_query_around_them() {
        for (text, expected) in [
            ("http://loinc.org|8310-5", "http://loinc.org%7C8310-5"),
            ("2020-01-01T00:00:00+01:00", "2020-01-01T00:00:00%2B01:00"),
            ("O'Brien & Söhne, Köln", "O%27Brien%20%26%20S%C3%B6hne%2C%20K%C3%B6ln"),
            ("[lb_av]", "%5Blb_av%5D"),
            ("100%", "100%25"),
        ] {
            assert_eq!(encoded(text), expected);
        }
    }
}
