//! What a resource is found by: the values of a search parameter, read from its JSON.

use crate::dates::Interval;
use crate::decimals::Decimal;
use crate::folding::folded;
use crate::json::Json;
use crate::parameters::{Component, Element, Parameter};
use crate::references::Target;
use crate::version::Stored;

/// One value of a search parameter.
#[derive(Clone, Debug)]
pub enum Value {
    /// A string.
    String(Text),
    /// A code.
    Token(Token),
    /// A reference.
    Reference(Reference),
    /// An interval of time.
    Date(Interval),
    /// A number with a unit.
    Quantity(Quantity),
    /// A URI.
    Uri(Uri),
    /// For each component of a composite its values in one element: at least one.
    Composite(Vec<Vec<Value>>),
}

/// A string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Letter by letter.
    pub written: String,
    /// What it is found by.
    pub folded: String,
}

impl Text {
    fn of(written: &str) -> Self {
        Self { written: written.to_owned(), folded: folded(written) }
    }
}

/// A code and all that belongs to it. Where a concept has only a text there is nothing but that.
#[derive(Clone, Debug)]
pub struct Token {
    /// The system.
    pub system: Option<String>,
    /// The system that goes without saying: that of a `code` element's value set.
    pub implied_system: Option<&'static str>,
    /// The code.
    pub code: Option<String>,
    /// Whether such elements have systems at all.
    pub place: Place,
    /// Whether the case of the code counts.
    pub case: Case,
    /// A display, or the text of a concept or of an identifier's type; folded.
    pub text: Option<String>,
    /// The codings of an identifier's type: system and code.
    pub types: Vec<(String, String)>,
}

/// Where a code stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In an element that may have a system.
    WithSystem,
    /// In one that knows no system.
    Bare,
}

/// Whether the case of a code counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// It does.
    Minded,
    /// It does not.
    Unminded,
}

impl Case {
    /// The rule for codes of a system.
    fn of_system(system: Option<&str>) -> Self {
        let minded = ["http://hl7.org/fhir/", "http://terminology.hl7.org/"];
        let is_minded = |system: &str| {
            system == "http://unitsofmeasure.org" || minded.iter().any(|start| system.starts_with(start))
        };
        if system.is_some_and(is_minded) { Self::Minded } else { Self::Unminded }
    }
}

/// A reference: it has at least one of the two.
#[derive(Clone, Debug)]
pub struct Reference {
    /// What its `reference` points to, and perhaps to which version of it.
    pub target: Option<(Target, Option<String>)>,
    /// System and value of its `identifier`.
    pub identifier: Option<(Option<String>, Option<String>)>,
}

/// A URI, or a canonical.
#[derive(Clone, Debug)]
pub struct Uri {
    /// As written.
    pub written: String,
    /// Of a canonical with a version, what stands before the version.
    pub unversioned: Option<String>,
}

/// A number with a unit, or a half-open range of numbers where it bears a comparator.
#[derive(Clone, Debug)]
pub struct Quantity {
    /// The least number that it may be.
    pub low: Limit,
    /// The greatest number that it may be.
    pub high: Limit,
    /// `Quantity.system`.
    pub system: Option<String>,
    /// `Quantity.code`.
    pub code: Option<String>,
    /// `Quantity.unit`.
    pub unit: Option<String>,
}

/// One end of a range of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// There is none.
    Open,
    /// This number, which belongs to the range.
    With(Decimal),
    /// This number, which does not belong to the range.
    Without(Decimal),
}

/// All values that a version has for a parameter, as far as they can be searched.
pub fn values(parameter: &Parameter, version: &Stored) -> Vec<Value> {
    let Some(body) = &version.body else { return Vec::new() };
    match parameter.element {
        Element::LastUpdated => return vec![Value::Date(Interval::millisecond(version.at))],
        Element::Existence => return vec![existence(parameter, body)],
        _ => {}
    }
    let found = parameter.paths.iter().flat_map(|path| body.at(path));
    found.flat_map(|json| of_element(parameter, json)).collect()
}

/// The references of a version that are a parameter's values.
pub fn targets(parameter: &Parameter, version: &Stored) -> Vec<Target> {
    let found = values(parameter, version).into_iter();
    found
        .filter_map(|value| match value {
            Value::Reference(reference) => reference.target.map(|(target, _)| target),
            _ => None,
        })
        .collect()
}

fn of_element(parameter: &Parameter, json: &Json) -> Vec<Value> {
    match parameter.element {
        Element::Reference => reference(parameter, json).map(Value::Reference).into_iter().collect(),
        Element::Composite => composite(parameter.components, json).into_iter().collect(),
        element => simple(element, json),
    }
}

/// The values of an element, for all but references and composites.
fn simple(element: Element, json: &Json) -> Vec<Value> {
    let of_text = |make: fn(&str) -> Value| json.text().map(make).into_iter().collect::<Vec<_>>();
    match element {
        Element::String => of_text(|text| Value::String(Text::of(text))),
        Element::HumanName => parts(json, &["family", "given", "prefix", "suffix", "text"]),
        Element::Address => {
            parts(json, &["line", "city", "district", "state", "postalCode", "country", "text"])
        }
        Element::Uri => of_text(|text| Value::Uri(Uri { written: text.to_owned(), unversioned: None })),
        Element::Canonical => of_text(|text| {
            let unversioned = text.split_once('|').map(|(url, _)| url.to_owned());
            Value::Uri(Uri { written: text.to_owned(), unversioned })
        }),
        Element::Time => time(json).map(Value::Date).into_iter().collect(),
        Element::Quantity => quantity(json).map(Value::Quantity).into_iter().collect(),
        element => tokens(element, json),
    }
}

fn tokens(element: Element, json: &Json) -> Vec<Value> {
    let bare = |case: Case, place: Place, code: Option<&str>| Token {
        system: None,
        implied_system: None,
        code: code.map(str::to_owned),
        place,
        case,
        text: None,
        types: Vec::new(),
    };
    let found = match element {
        Element::Id => vec![bare(Case::Minded, Place::WithSystem, json.text())],
        Element::Code(system) => {
            let implied_system = Some(system);
            vec![Token { implied_system, ..bare(Case::Minded, Place::WithSystem, json.text()) }]
        }
        Element::Boolean => match json {
            Json::Boolean(value) => vec![bare(Case::Minded, Place::Bare, Some(&value.to_string()))],
            _ => Vec::new(),
        },
        Element::ContactPoint => vec![bare(Case::Unminded, Place::Bare, json.text_at("value"))],
        Element::Identifier => vec![identifier(json)],
        Element::Coding => vec![coding(json)],
        Element::CodeableConcept => {
            let codings = json.at("coding").into_iter().map(coding);
            let text = json.text_at("text").map(folded);
            let text = Token { text, ..bare(Case::Unminded, Place::WithSystem, None) };
            codings.chain([text]).collect()
        }
        _ => Vec::new(),
    };
    let is_anything = |token: &Token| token.system.is_some() || token.code.is_some() || token.text.is_some();
    found.into_iter().filter(is_anything).map(Value::Token).collect()
}

fn coding(json: &Json) -> Token {
    let system = json.text_at("system");
    Token {
        system: system.map(str::to_owned),
        implied_system: None,
        code: json.text_at("code").map(str::to_owned),
        place: Place::WithSystem,
        case: Case::of_system(system),
        text: json.text_at("display").map(folded),
        types: Vec::new(),
    }
}

fn identifier(json: &Json) -> Token {
    let types = json.at("type.coding").into_iter().filter_map(|coding| {
        Some((coding.text_at("system")?.to_owned(), coding.text_at("code")?.to_owned()))
    });
    Token {
        system: json.text_at("system").map(str::to_owned),
        implied_system: None,
        code: json.text_at("value").map(str::to_owned),
        place: Place::WithSystem,
        case: Case::Minded,
        text: json.at("type.text").first().and_then(|text| text.text()).map(folded),
        types: types.collect(),
    }
}

fn parts(json: &Json, names: &[&str]) -> Vec<Value> {
    let texts = names.iter().flat_map(|name| json.at(name)).filter_map(Json::text);
    texts.map(|text| Value::String(Text::of(text))).collect()
}

/// The components' values in one element, if each has any. What only a modifier finds is no value of a component.
fn composite(components: &[Component], json: &Json) -> Option<Value> {
    let mut all = Vec::new();
    for component in components {
        let found = component.paths.iter().flat_map(|path| json.at(path));
        let mut found: Vec<Value> = found.flat_map(|json| simple(component.element, json)).collect();
        found.retain(|value| match value {
            Value::Token(token) => token.system.is_some() || token.code.is_some(),
            _ => true,
        });
        if found.is_empty() {
            return None;
        }
        all.push(found);
    }
    Some(Value::Composite(all))
}

/// `deceased.exists() and deceased != false`: has a value for every resource.
fn existence(parameter: &Parameter, body: &Json) -> Value {
    let found = parameter.paths.iter().flat_map(|path| body.at(path));
    let exists = found.into_iter().any(|json| *json != Json::Boolean(false));
    Value::Token(Token {
        system: None,
        implied_system: None,
        code: Some(exists.to_string()),
        place: Place::Bare,
        case: Case::Minded,
        text: None,
        types: Vec::new(),
    })
}

/// A reference. One that only has an identifier may say in `type` what it points to; where none says it, it may be anything, but
/// is none of those that a parameter picks by what they point to.
fn reference(parameter: &Parameter, json: &Json) -> Option<Reference> {
    let target = json.text_at("reference").and_then(Target::parse);
    let identifier = json.get("identifier").map(|identifier| {
        let text = |name: &str| identifier.text_at(name).map(str::to_owned);
        (text("system"), text("value"))
    });
    let identifier = identifier.filter(|(system, value)| system.is_some() || value.is_some());
    let resource_type = match &target {
        Some((target, _)) => target.resource_type(),
        None => json.text_at("type"),
    };
    let is_picked = matches!(parameter.code, "patient" | "practitioner");
    let fits = resource_type.map_or(!is_picked, |name| parameter.may_point_to(name));
    (fits && (target.is_some() || identifier.is_some())).then_some(Reference { target, identifier })
}

/// A date, a Period, or of a Timing what lies between its outer limits.
fn time(json: &Json) -> Option<Interval> {
    if let Some(text) = json.text() {
        return Interval::parse(text);
    }
    let end = |name: &str| Some(Interval::parse(json.text_at(name)?));
    let (start, end) = (end("start"), end("end"));
    if start.is_some() || end.is_some() {
        let low = start.map_or(Some(i64::MIN), |start| Some(start?.low))?;
        let high = end.map_or(Some(i64::MAX), |end| Some(end?.high))?;
        return Some(Interval { low, high });
    }
    let within = [json.at("event"), json.at("repeat.boundsPeriod")].concat();
    let within: Vec<Interval> = within.into_iter().filter_map(time).collect();
    let low = within.iter().map(|interval| interval.low).min()?;
    Some(Interval { low, high: within.iter().map(|interval| interval.high).max()? })
}

fn quantity(json: &Json) -> Option<Quantity> {
    let Some(Json::Number(digits)) = json.get("value") else { return None };
    let number = Decimal::parse(digits)?;
    let (low, high) = match json.text_at("comparator") {
        None => (Limit::With(number), Limit::With(number)),
        Some("<") => (Limit::Open, Limit::Without(number)),
        Some("<=") => (Limit::Open, Limit::With(number)),
        Some(">=") => (Limit::With(number), Limit::Open),
        Some(_) => (Limit::Without(number), Limit::Open),
    };
    let text = |name: &str| json.text_at(name).map(str::to_owned);
    Some(Quantity { low, high, system: text("system"), code: text("code"), unit: text("unit") })
}
