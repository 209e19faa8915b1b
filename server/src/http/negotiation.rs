//! What a client takes and sends: `Accept`, `_format`, `Content-Type`, `Accept-Encoding`, `Prefer`.

use axum::http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use fornax::{Handling, Issue, PatchKind};

use super::query_string;
use super::refusal::Refusal;
use super::target::Takes;

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    pub media: Media,
    pub encoding: Encoding,
    pub layout: Layout,
}

/// The format of an answer, and the name that it goes by. Where a client likes several alike, the last one here is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Media {
    /// `application/xml`, for those who name nothing else.
    Xml,
    /// `application/fhir+xml`
    FhirXml,
    /// `application/json`, for those who name nothing else.
    Json,
    /// `application/fhir+json`
    FhirJson,
}

/// How a body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Plain,
    Gzip,
}

/// How JSON or XML is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    Compact,
    /// Indented, for people: `_pretty=true`.
    Pretty,
}

/// What a write answers with: `Prefer: return=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Return {
    Minimal,
    Representation,
    OperationOutcome,
}

/// `Prefer`, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Preference {
    /// `None`: nothing was said.
    pub wanted: Option<Return>,
    pub handling: Handling,
    pub timing: Timing,
}

/// When a request is to be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Timing {
    #[default]
    Now,
    /// `respond-async`
    Later,
}

impl Media {
    const ALL: [Self; 4] = [Self::Xml, Self::FhirXml, Self::Json, Self::FhirJson];

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::FhirJson => "application/fhir+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
            Self::FhirXml => "application/fhir+xml; charset=utf-8",
            Self::Xml => "application/xml; charset=utf-8",
        }
    }

    pub(crate) fn is_xml(self) -> bool {
        matches!(self, Self::Xml | Self::FhirXml)
    }

    /// What it is called, in `Accept`, `_format` and `Content-Type`.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::FhirJson => &["application/fhir+json", "json"],
            Self::Json => &["application/json", "text/json"],
            Self::FhirXml => &["application/fhir+xml", "xml"],
            Self::Xml => &["application/xml", "text/xml"],
        }
    }
}

impl Form {
    /// What answers take when nothing is known of the client's wishes.
    pub(crate) const PLAIN: Self =
        Self { media: Media::FhirJson, encoding: Encoding::Plain, layout: Layout::Compact };

    /// What of a query asks for a form, to be carried on by links.
    pub(crate) fn carried(query: &str) -> String {
        let pair = |name: &str, value: Option<&str>| {
            value.map_or_else(String::new, |value| format!("{name}={}", query_string::encoded(value)))
        };
        let pretty = query_string::value(query, "_pretty").filter(|value| !value.is_empty());
        query_string::joined(&[
            &pair("_format", format(query).as_deref()),
            &pair("_pretty", pretty.as_deref()),
        ])
    }

    /// What the headers and the query ask for. `_format` outweighs `Accept`.
    ///
    /// # Errors
    /// 406: none of it is JSON or XML of R4.
    pub(crate) fn wanted(headers: &HeaderMap, query: &str) -> Result<Self, Refusal> {
        let media = match format(query) {
            None => accepted(headers),
            Some(format) => best(&[MediaRange::parse(&format)]),
        };
        let media = media.ok_or_else(|| {
            let text = "answers come as application/fhir+json or application/fhir+xml, of FHIR 4.0";
            Refusal::new(StatusCode::NOT_ACCEPTABLE, Issue::error("not-supported", text))
        })?;
        let is_pretty = query_string::value(query, "_pretty").is_some_and(|value| value == "true");
        let layout = if is_pretty { Layout::Pretty } else { Layout::Compact };
        Ok(Self { media, encoding: encoding_wanted(headers), layout })
    }
}

/// One element of `Accept`, `Accept-Encoding` or `Content-Type`.
struct MediaRange<'a> {
    name: &'a str,
    parameters: Vec<(&'a str, &'a str)>,
}

impl<'a> MediaRange<'a> {
    fn parse(text: &'a str) -> Self {
        let mut parts = text.split(';').map(str::trim);
        let name = parts.next().unwrap_or("");
        let parameters = parts.map(|part| match part.split_once('=') {
            Some((name, value)) => (name.trim(), value.trim().trim_matches('"')),
            None => (part, ""),
        });
        Self { name, parameters: parameters.collect() }
    }

    fn parameter(&self, name: &str) -> Option<&'a str> {
        self.parameters.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|&(_, value)| value)
    }

    /// Its weight in thousandths, 1,000 when it has none; what does not parse weighs nothing.
    fn weight(&self) -> u32 {
        let Some(text) = self.parameter("q") else { return 1_000 };
        match text.parse::<f32>() {
            Ok(weight) if (0.0..=1.0).contains(&weight) => (weight * 1_000.0).round() as u32,
            _ => 0,
        }
    }

    /// How closely it names a format: the closer the more; `None`: it means others.
    fn precision(&self, media: Media) -> Option<u8> {
        if self.parameter("fhirVersion").is_some_and(|version| version != "4.0") {
            return None;
        }
        match self.name {
            "*/*" => Some(0),
            name if name.eq_ignore_ascii_case("application/*") => Some(1),
            name => is_one_of(name, media.names()).then_some(2),
        }
    }

    /// The format that it names.
    fn named(&self) -> Option<Media> {
        Media::ALL.into_iter().find(|&media| self.precision(media) == Some(2))
    }
}

/// What a query says of the form, with its plus sign, which in a query means a space unless it is encoded, and few take care.
fn format(query: &str) -> Option<String> {
    let format = query_string::value(query, "_format").filter(|format| !format.is_empty())?;
    Some(format.replace("fhir ", "fhir+"))
}

/// All elements of a header that is a list.
fn elements<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> + use<'a> {
    let texts = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(',')).map(str::trim).filter(|element| !element.is_empty())
}

/// The best of what `Accept` lists; without the header, anything goes.
fn accepted(headers: &HeaderMap) -> Option<Media> {
    if elements(headers, &ACCEPT).next().is_none() {
        return Some(Media::FhirJson);
    }
    best(&elements(headers, &ACCEPT).map(MediaRange::parse).collect::<Vec<_>>())
}

/// The format that these like best. What names one most closely says how much it is liked; of several that are liked alike, one
/// that is named goes before what a star stands for.
fn best(ranges: &[MediaRange<'_>]) -> Option<Media> {
    let weighed = Media::ALL.into_iter().filter_map(|media| {
        let of_media = ranges.iter().filter_map(|range| Some((range.precision(media)?, range.weight())));
        let (precision, weight) = of_media.max()?;
        (weight > 0).then_some((weight, precision, media))
    });
    weighed.max().map(|(_, _, media)| media)
}

fn encoding_wanted(headers: &HeaderMap) -> Encoding {
    let mut ranges = elements(headers, &ACCEPT_ENCODING).map(MediaRange::parse);
    let takes_gzip = ranges.any(|range| range.name.eq_ignore_ascii_case("gzip") && range.weight() > 0);
    if takes_gzip { Encoding::Gzip } else { Encoding::Plain }
}

/// Parameters of a URL that say in what form the answer comes, and which page of it.
pub(crate) const FORM_PARAMETERS: [&str; 3] = ["_format", "_pretty", "_page"];

/// Media types in which FHIR itself is written.
const FHIR_NAMES: [&str; 3] = ["application/fhir+json", "application/fhir+xml", "application/fhir+turtle"];
/// Those that may be FHIR's or not.
const JSON_NAMES: [&str; 3] = ["application/json", "text/json", "json"];

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|one| name.eq_ignore_ascii_case(one))
}

/// Whether a client that reads a Binary takes its content rather than the resource: it does unless it asks for FHIR or JSON
/// before all else.
pub(crate) fn takes_content(headers: &HeaderMap, query: &str) -> bool {
    if query_string::value(query, "_format").is_some_and(|format| !format.is_empty()) {
        return false;
    }
    let (mut resource, mut others) = (0, 0);
    for range in elements(headers, &ACCEPT).map(MediaRange::parse) {
        let is_resource = is_one_of(range.name, &FHIR_NAMES) || is_one_of(range.name, &JSON_NAMES);
        let side = if is_resource { &mut resource } else { &mut others };
        *side = range.weight().max(*side);
    }
    resource == 0 || others > resource
}

/// Whether what a client sends to a Binary is its content rather than the resource. JSON may be either; XML is content unless it
/// is called FHIR's.
pub(crate) fn sends_content(headers: &HeaderMap) -> bool {
    let name = content_type(headers).name;
    !name.is_empty() && !name.contains('*') && !is_one_of(name, &FHIR_NAMES) && !is_one_of(name, &JSON_NAMES)
}

/// Whether a request says what its body is.
pub(crate) fn names_content_type(headers: &HeaderMap) -> bool {
    headers.contains_key(CONTENT_TYPE)
}

/// Whether a client sends JSON that may be FHIR's or not.
pub(crate) fn sends_plain_json(headers: &HeaderMap) -> bool {
    is_one_of(content_type(headers).name, &JSON_NAMES)
}

/// Whether a resource comes as XML.
pub(crate) fn sends_xml(headers: &HeaderMap) -> bool {
    content_type(headers).named().is_some_and(Media::is_xml)
}

fn content_type(headers: &HeaderMap) -> MediaRange<'_> {
    MediaRange::parse(headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or(""))
}

/// Checks what a request says its body is.
///
/// # Errors
/// 415: another type, another charset, another FHIR version or a packing that is not known. A body without a type is one
/// that a browser sends without asking, so it is refused as well; where there may be none, whoever reads it refuses it.
pub(crate) fn check_content_type(headers: &HeaderMap, takes: Takes) -> Result<(), Refusal> {
    let range = content_type(headers);
    let (is_taken, wanted) = match takes {
        Takes::Nothing | Takes::Content => return Ok(()),
        Takes::Patch => (patch_kind(headers).is_some(), PATCH_NAMES),
        Takes::Graphql => (
            sends_graphql(headers) || sends_plain_json(headers),
            "application/json with the query, or application/graphql",
        ),
        Takes::Parameters if !headers.contains_key(CONTENT_TYPE) => return Ok(()),
        Takes::Json | Takes::Parameters => {
            (range.named().is_some(), "application/fhir+json or application/fhir+xml, of FHIR 4.0")
        }
        Takes::Form => {
            let name = "application/x-www-form-urlencoded";
            (range.name.eq_ignore_ascii_case(name), name)
        }
    };
    let is_utf8 = range.parameter("charset").is_none_or(|charset| charset.eq_ignore_ascii_case("utf-8"));
    if is_taken && is_utf8 {
        return Ok(());
    }
    Err(unsupported(format!("the body must be {wanted}, in UTF-8")))
}

/// Whether a body is the text of a GraphQL query.
pub(crate) fn sends_graphql(headers: &HeaderMap) -> bool {
    content_type(headers).name.eq_ignore_ascii_case("application/graphql")
}

/// The types of patches, for those who send another one.
const PATCH_NAMES: &str = "application/json-patch+json, application/merge-patch+json, application/xml-patch+xml, or application/fhir+json or fhir+xml with Parameters";

/// How a patch is written; `None`: it is none.
pub(crate) fn patch_kind(headers: &HeaderMap) -> Option<PatchKind> {
    let range = content_type(headers);
    if range.name.eq_ignore_ascii_case("application/json-patch+json") {
        return Some(PatchKind::Json);
    }
    if range.name.eq_ignore_ascii_case("application/xml-patch+xml") {
        return Some(PatchKind::Xml);
    }
    if range.name.eq_ignore_ascii_case("application/merge-patch+json") {
        return Some(PatchKind::Merge);
    }
    match range.named()? {
        // Some clients call each patch so: what it is shows.
        Media::Json => Some(PatchKind::AnyJson),
        Media::Xml | Media::FhirXml | Media::FhirJson => Some(PatchKind::FhirPath),
    }
}

/// How a request's body is packed.
///
/// # Errors
/// 415: in a way that is not known.
pub(crate) fn content_encoding(headers: &HeaderMap) -> Result<Encoding, Refusal> {
    let mut encodings =
        elements(headers, &CONTENT_ENCODING).filter(|name| !name.eq_ignore_ascii_case("identity"));
    match (encodings.next(), encodings.next()) {
        (None, _) => Ok(Encoding::Plain),
        (Some(name), None) if name.eq_ignore_ascii_case("gzip") => Ok(Encoding::Gzip),
        _ => Err(unsupported("the body may be packed by gzip only")),
    }
}

pub(crate) fn unsupported(diagnostics: impl Into<String>) -> Refusal {
    Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Issue::error("not-supported", diagnostics))
}

impl Preference {
    /// Reads `Prefer`; what is not known is passed over, as RFC 7240 has it.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut preference = Self::default();
        let name = HeaderName::from_static("prefer");
        for element in elements(headers, &name).flat_map(|element| element.split(';')) {
            let Some((name, value)) = element.split_once('=') else {
                if element.trim().eq_ignore_ascii_case("respond-async") {
                    preference.timing = Timing::Later;
                }
                continue;
            };
            match (name.trim().to_ascii_lowercase().as_str(), value.trim().trim_matches('"')) {
                ("return", "minimal") => preference.wanted = Some(Return::Minimal),
                ("return", "representation") => preference.wanted = Some(Return::Representation),
                ("return", "OperationOutcome") => preference.wanted = Some(Return::OperationOutcome),
                ("handling", "strict") => preference.handling = Handling::Strict,
                ("handling", "lenient") => preference.handling = Handling::Lenient,
                _ => {}
            }
        }
        preference
    }
}

#[cfg(test)]
mod tests;
