//! What the elements that a parameter names have to be searched by.

use crate::dates::Stretch;
use crate::decimals::{Decimal, End, Span};
use crate::elements::{Elements, Node, items, text};
use serde_json::Value;

/// A value of a parameter in a resource.
#[derive(Clone, Debug)]
pub enum Datum {
    Token(Token),
    /// The text of a concept, a coding or an identifier's type: only `:text` finds it.
    Caption(String),
    /// A string, or a part of a name or an address.
    Text(String),
    Link(Link),
    /// The number and type of the identifier in a reference: only `:identifier` finds it.
    LinkIdentifier(Token),
    Time(Time),
    Amount(Amount),
    Uri(Address),
    Place(Place),
    /// Of a composite: the values of each component.
    Parts(Vec<Vec<Datum>>),
}

#[derive(Clone, Debug)]
pub struct Token {
    pub system: System,
    pub code: Option<String>,
    pub minds_case: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum System {
    Is(String),
    None,
    /// An element that knows no systems.
    Unknown,
    /// That of a `code`, which goes without saying; not known here of a value set with several.
    Implied(Option<String>),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Link {
    /// `Patient/1`, or `Patient/1/_history/2`.
    Here { kind: String, id: String, version: Option<String> },
    /// An address elsewhere, or a URN.
    Elsewhere(Address),
}

/// An address, and a version of what is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Address {
    pub url: String,
    pub version: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Time {
    pub stretch: Stretch,
    /// The dates that it is written with.
    pub dates: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Amount {
    pub span: Span,
    /// The numbers that it is written with.
    pub numbers: Vec<String>,
    pub system: Option<String>,
    pub code: Option<String>,
    pub unit: Option<String>,
}

/// A place on the earth, in degrees as they are written.
#[derive(Clone, Debug)]
pub struct Place {
    pub latitude: String,
    pub longitude: String,
}

/// What is not read here.
#[derive(Clone, Copy, Debug)]
pub struct Unread;

/// The values of some elements for a parameter of a kind.
pub fn read_all(kind: &str, nodes: &[Node<'_>], targets: &[String]) -> Result<Vec<Datum>, Unread> {
    let mut data = Vec::new();
    for node in nodes {
        match kind {
            "token" => read_token(node, &mut data)?,
            "string" => read_string(node, &mut data)?,
            "reference" => read_reference(node, targets, &mut data)?,
            "date" => data.extend(read_time(node)?.map(Datum::Time)),
            "number" | "quantity" => data.extend(read_amount(node)?.map(Datum::Amount)),
            "uri" => data.push(Datum::Uri(read_address(node).ok_or(Unread)?)),
            "special" => data.push(Datum::Place(read_place(node.value).ok_or(Unread)?)),
            _ => return Err(Unread),
        }
    }
    Ok(data)
}

fn read_place(position: &Value) -> Option<Place> {
    let member = |name| text(position, name).map(str::to_owned);
    Some(Place { latitude: member("latitude")?, longitude: member("longitude")? })
}

/// Whether a patient has died: so say a date of death, and `true`.
pub fn death(elements: &Elements, patient: &Node<'_>) -> Datum {
    let said = elements.children(patient, "deceased");
    let has_died = said.iter().any(|node| node.value.as_bool() != Some(false));
    Datum::Token(Token { system: System::Unknown, code: Some(has_died.to_string()), minds_case: true })
}

fn read_token(node: &Node<'_>, data: &mut Vec<Datum>) -> Result<(), Unread> {
    let value = node.value;
    let (system, minds_case) = match &*node.kind {
        "CodeableConcept" => {
            data.extend(text(value, "text").map(|text| Datum::Caption(text.to_owned())));
            let codings = items(value, "coding").iter();
            codings.for_each(|coding| read_coding(coding, data));
            return Ok(());
        }
        "Coding" => {
            read_coding(value, data);
            return Ok(());
        }
        "Identifier" => {
            data.extend(read_identifier(value).map(Datum::Token));
            let caption = value.get("type").and_then(|kind| text(kind, "text"));
            data.extend(caption.map(|text| Datum::Caption(text.to_owned())));
            return Ok(());
        }
        "ContactPoint" => {
            let code = text(value, "value").map(str::to_owned);
            data.extend(code.map(|code| {
                Datum::Token(Token { system: System::Unknown, code: Some(code), minds_case: false })
            }));
            return Ok(());
        }
        "code" => (System::Implied(node.system.clone()), true),
        "boolean" | "uri" | "logical id" => (System::Unknown, true),
        "id" => (System::None, true),
        "string" => (System::None, false),
        // A choice of these and tokens has no token when it has these.
        "Quantity" | "Range" | "Reference" => return Ok(()),
        _ => return Err(Unread),
    };
    let code = match value {
        Value::Bool(value) => Some(value.to_string()),
        other => other.as_str().map(str::to_owned),
    };
    // An element with extensions only has no value.
    data.extend(code.map(|code| Datum::Token(Token { system, code: Some(code), minds_case })));
    Ok(())
}

fn read_coding(coding: &Value, data: &mut Vec<Datum>) {
    let system = text(coding, "system");
    let minds_case = system.is_some_and(|system| {
        system == "http://unitsofmeasure.org"
            || system.starts_with("http://hl7.org/fhir/")
            || system.starts_with("http://terminology.hl7.org/")
    });
    let code = text(coding, "code").map(str::to_owned);
    if system.is_some() || code.is_some() {
        let system = system.map_or(System::None, |system| System::Is(system.to_owned()));
        data.push(Datum::Token(Token { system, code, minds_case }));
    }
    data.extend(text(coding, "display").map(|text| Datum::Caption(text.to_owned())));
}

fn read_identifier(identifier: &Value) -> Option<Token> {
    let system = text(identifier, "system").map(str::to_owned);
    let code = text(identifier, "value").map(str::to_owned);
    (system.is_some() || code.is_some()).then(|| Token {
        system: system.map_or(System::None, System::Is),
        code,
        minds_case: true,
    })
}

fn read_string(node: &Node<'_>, data: &mut Vec<Datum>) -> Result<(), Unread> {
    let members: &[&str] = match &*node.kind {
        "string" | "markdown" => {
            data.extend(node.value.as_str().map(|text| Datum::Text(text.to_owned())));
            return Ok(());
        }
        "HumanName" => &["text", "family", "given", "prefix", "suffix"],
        "Address" => &["text", "line", "city", "district", "state", "postalCode", "country"],
        _ => return Err(Unread),
    };
    let parts = members.iter().flat_map(|member| items(node.value, member)).filter_map(Value::as_str);
    data.extend(parts.map(|part| Datum::Text(part.to_owned())));
    Ok(())
}

fn read_reference(node: &Node<'_>, targets: &[String], data: &mut Vec<Datum>) -> Result<(), Unread> {
    if let Some(kind) = text(node.value, "resourceType") {
        let id = text(node.value, "id").filter(|_| targets.iter().any(|target| target == kind));
        data.extend(
            id.map(|id| Datum::Link(Link::Here { kind: kind.to_owned(), id: id.to_owned(), version: None })),
        );
        return Ok(());
    }
    match &*node.kind {
        "Reference" => {
            let literal = text(node.value, "reference").filter(|literal| !literal.starts_with('#'));
            data.extend(literal.map(|literal| Datum::Link(read_literal(literal))));
            let identifier = node.value.get("identifier").and_then(read_identifier);
            data.extend(identifier.map(Datum::LinkIdentifier));
        }
        // What is contained is no target.
        "canonical" | "uri" if node.value.as_str().is_some_and(|url| url.starts_with('#')) => (),
        "canonical" | "uri" => {
            data.push(Datum::Link(Link::Elsewhere(read_address(node).ok_or(Unread)?)));
        }
        // A document is nothing to refer to.
        "Attachment" => (),
        _ => return Err(Unread),
    }
    Ok(())
}

fn read_literal(literal: &str) -> Link {
    let (address, version) = match literal.split_once("/_history/") {
        Some((address, version)) => (address, Some(version.to_owned())),
        None => (literal, None),
    };
    match address.split_once('/') {
        Some((kind, id)) if !id.contains('/') && !kind.contains(':') => {
            Link::Here { kind: kind.to_owned(), id: id.to_owned(), version }
        }
        _ => Link::Elsewhere(Address { url: address.to_owned(), version }),
    }
}

fn read_address(node: &Node<'_>) -> Option<Address> {
    let whole = node.value.as_str()?;
    let address = match (&*node.kind, whole.split_once('|')) {
        ("canonical", Some((url, version))) => {
            Address { url: url.to_owned(), version: Some(version.to_owned()) }
        }
        ("canonical" | "uri" | "url" | "oid" | "uuid", _) => Address { url: whole.to_owned(), version: None },
        _ => return None,
    };
    Some(address)
}

fn read_time(node: &Node<'_>) -> Result<Option<Time>, Unread> {
    match &*node.kind {
        "date" | "dateTime" | "instant" => Ok(node.value.as_str().and_then(one_date)),
        "Period" => Ok(period(node.value)),
        "Timing" => {
            let bounds = node.value.get("repeat").and_then(|repeat| repeat.get("boundsPeriod"));
            let events = items(node.value, "event").iter().filter_map(|event| one_date(event.as_str()?));
            let all = events.chain(bounds.and_then(period));
            Ok(all.reduce(|one, two| Time {
                stretch: one.stretch.with(two.stretch),
                dates: [one.dates, two.dates].concat(),
            }))
        }
        // A choice of these and dates has no date when it has these.
        "string" | "Age" | "Range" => Ok(None),
        _ => Err(Unread),
    }
}

fn one_date(text: &str) -> Option<Time> {
    Some(Time { stretch: Stretch::parse(text)?, dates: vec![text.to_owned()] })
}

fn period(period: &Value) -> Option<Time> {
    let start = text(period, "start").and_then(one_date);
    let end = text(period, "end").and_then(one_date);
    let stretch = Stretch {
        from: start.as_ref().and_then(|start| start.stretch.from),
        until: end.as_ref().and_then(|end| end.stretch.until),
    };
    let dates: Vec<String> = start.into_iter().chain(end).flat_map(|time| time.dates).collect();
    (!dates.is_empty()).then_some(Time { stretch, dates })
}

fn read_amount(node: &Node<'_>) -> Result<Option<Amount>, Unread> {
    let member = |name: &str| text(node.value, name).map(str::to_owned);
    match &*node.kind {
        "decimal" | "integer" | "positiveInt" | "unsignedInt" => {
            let number = node.value.as_str().ok_or(Unread)?;
            let span = Span::of(Decimal::parse(number).ok_or(Unread)?);
            let numbers = vec![number.to_owned()];
            Ok(Some(Amount { span, numbers, system: None, code: None, unit: None }))
        }
        "Quantity" | "Age" | "Duration" => Ok(quantity(node.value)),
        "Money" => Ok(quantity(node.value).map(|amount| Amount { code: member("currency"), ..amount })),
        "Range" => {
            let low = node.value.get("low").and_then(quantity);
            let high = node.value.get("high").and_then(quantity);
            let span = Span {
                low: low.as_ref().and_then(|low| low.span.low),
                high: high.as_ref().and_then(|high| high.span.high),
            };
            let numbers: Vec<String> = low.iter().chain(&high).flat_map(|end| end.numbers.clone()).collect();
            Ok(low.or(high).map(|end| Amount { span, numbers, ..end }))
        }
        // A curve is not one number.
        "SampledData" => Ok(None),
        _ => Err(Unread),
    }
}

fn quantity(quantity: &Value) -> Option<Amount> {
    let number = text(quantity, "value")?;
    let end = |is_in_it| Some(End { at: Decimal::parse(number).unwrap(), is_in_it });
    let span = match text(quantity, "comparator") {
        Some("<") => Span { low: None, high: end(false) },
        Some("<=") => Span { low: None, high: end(true) },
        Some(">") => Span { low: end(false), high: None },
        Some(">=") => Span { low: end(true), high: None },
        Some(other) => panic!("{other} is no comparator"),
        None => Span { low: end(true), high: end(true) },
    };
    let member = |name: &str| text(quantity, name).map(str::to_owned);
    Some(Amount {
        span,
        numbers: vec![number.to_owned()],
        system: member("system"),
        code: member("code"),
        unit: member("unit"),
    })
}
