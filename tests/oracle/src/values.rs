//! What a resource is found by: the values of a search parameter, read from its JSON.

use crate::dates::Interval;
use crate::decimals::Decimal;
use crate::folding::folded;
use crate::json::Json;
use crate::parameters::{Element, Parameter};
use crate::references::Target;
use crate::version::Stored;

/// One value of a search parameter.
#[derive(Clone, Debug)]
pub enum Value {
    /// A string, folded.
    String(String),
    /// A code.
    Token(Token),
    /// A reference.
    Reference(Target),
    /// An interval of time.
    Date(Interval),
    /// A number with a unit.
    Quantity(Quantity),
    /// A URI.
    Uri(String),
}

/// A code, where it is from, and whether that can be asked for.
#[derive(Clone, Debug)]
pub struct Token {
    /// The system.
    pub system: Option<String>,
    /// The code.
    pub code: Option<String>,
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

/// All values that a version has for a parameter.
pub fn values(parameter: &Parameter, version: &Stored) -> Vec<Value> {
    let Some(body) = &version.body else { return Vec::new() };
    match parameter.element {
        Element::LastUpdated => return vec![Value::Date(Interval::millisecond(version.at))],
        Element::Existence => return vec![Value::Token(existence(parameter, body))],
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
            Value::Reference(target) => Some(target),
            _ => None,
        })
        .collect()
}

fn of_element(parameter: &Parameter, json: &Json) -> Vec<Value> {
    let of_text = |make: fn(&str) -> Value| json.text().map(make).into_iter().collect::<Vec<_>>();
    match parameter.element {
        Element::String => of_text(|text| Value::String(folded(text))),
        Element::HumanName => parts(json, &["family", "given", "prefix", "suffix", "text"]),
        Element::Address => {
            parts(json, &["line", "city", "district", "state", "postalCode", "country", "text"])
        }
        Element::Uri => of_text(|text| Value::Uri(text.to_owned())),
        Element::Id | Element::Code => of_text(|text| token(None, Some(text))),
        Element::Boolean => match json {
            Json::Boolean(value) => vec![token(None, Some(&value.to_string()))],
            _ => Vec::new(),
        },
        Element::ContactPoint => vec![token(None, json.text_at("value"))],
        Element::Identifier => vec![token(json.text_at("system"), json.text_at("value"))],
        Element::Coding => vec![token(json.text_at("system"), json.text_at("code"))],
        Element::CodeableConcept => {
            let codings = json.at("coding").into_iter();
            codings.map(|coding| token(coding.text_at("system"), coding.text_at("code"))).collect()
        }
        Element::Reference => reference(parameter, json).into_iter().collect(),
        Element::Time => time(json).map(Value::Date).into_iter().collect(),
        Element::Quantity => quantity(json).map(Value::Quantity).into_iter().collect(),
        Element::Existence | Element::LastUpdated => Vec::new(),
    }
}

fn parts(json: &Json, names: &[&str]) -> Vec<Value> {
    let texts = names.iter().flat_map(|name| json.at(name)).filter_map(Json::text);
    texts.map(|text| Value::String(folded(text))).collect()
}

fn token(system: Option<&str>, code: Option<&str>) -> Value {
    Value::Token(Token { system: system.map(str::to_owned), code: code.map(str::to_owned) })
}

/// `deceased.exists() and deceased != false`: has a value for every resource.
fn existence(parameter: &Parameter, body: &Json) -> Token {
    let found = parameter.paths.iter().flat_map(|path| body.at(path));
    let exists = found.into_iter().any(|json| *json != Json::Boolean(false));
    Token { system: None, code: Some(exists.to_string()) }
}

fn reference(parameter: &Parameter, json: &Json) -> Option<Value> {
    let target = Target::parse(json.text_at("reference")?)?;
    let fits = target.resource_type().is_none_or(|name| parameter.targets.contains(&name));
    fits.then_some(Value::Reference(target))
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
