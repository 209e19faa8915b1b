//! One value of a search, read as its parameter's type and the modifier want it.

use crate::comparisons::{Prefix, Unit, date_holds, in_unit_of, quantity_holds};
use crate::dates::Interval;
use crate::decimals::Decimal;
use crate::folding::{folded, without_case};
use crate::parameters::{Kind, Parameter};
use crate::query::{split, unescaped};
use crate::references::Target;
use crate::refusal::Refusal;
use crate::values::{Case, Place, Token, Uri, Value};
use crate::version::Key;

/// What a value must be.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// A string that starts with it, folded.
    Starts(String),
    /// A string that is it, letter by letter.
    Exactly(String),
    /// A string that has it anywhere, folded.
    Contains(String),
    /// `code`, `system|code`, `|code`, `system|`.
    Token(Coded),
    /// A token whose text starts with it, folded.
    Labelled(String),
    /// A token whose code starts with it, folded.
    CodeStarts(String),
    /// An identifier whose type has that coding, and that value.
    OfType {
        /// The system of the type.
        system: String,
        /// The code of the type.
        code: String,
        /// The value.
        value: String,
    },
    /// A local resource with that id.
    Id(String),
    /// That resource, and where one is named that version of it.
    Target(Target, Option<String>),
    /// A reference with such an identifier.
    Identifier(Coded),
    /// An interval of time.
    Date(Prefix, Interval),
    /// A number, and its unit.
    Quantity(Prefix, Decimal, Unit),
    /// Exactly that URI.
    Uri(String),
    /// It, or what goes on with a `/` after it.
    Below(String),
    /// It, or what goes on to it with a `/`.
    Above(String),
    /// One for each component.
    Composite(Vec<Wanted>),
    /// A string that is it, folded.
    Whole(String),
    /// A string that ends with it, folded.
    Ends(String),
    /// A URI that starts with it.
    UriStarts(String),
    /// A URI that has it anywhere.
    UriContains(String),
    /// Another than that, of what can be compared with it.
    Other(Box<Wanted>),
}

/// A system and a code.
#[derive(Clone, Debug)]
pub struct Coded {
    /// The system.
    pub system: Part,
    /// The code.
    pub code: Part,
}

/// What a part of a token must be.
#[derive(Clone, Debug)]
pub enum Part {
    /// Anything, or nothing.
    Any,
    /// Nothing.
    Absent,
    /// This.
    Is(String),
}

/// What a modifier does to a parameter that is compared by its values; see [`crate::criteria`] for the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modifier<'a> {
    /// There is none.
    Plain,
    /// `:exact`.
    Exact,
    /// `:contains`.
    Contains,
    /// `:text`.
    Text,
    /// `:code-text`.
    CodeText,
    /// `:of-type`.
    OfType,
    /// `:identifier`.
    Identifier,
    /// `:above`.
    Above,
    /// `:below`.
    Below,
    /// A resource type.
    Type(&'a str),
}

impl<'a> Modifier<'a> {
    /// Reads a modifier (search.html#modifiers).
    ///
    /// # Errors
    /// `Invalid`: there is none such for that kind. `NotSupported`: there is, and the repository has it not.
    pub fn parse(parameter: &Parameter, modifier: &'a str) -> Result<Self, Refusal> {
        match (parameter.element.kind(), modifier) {
            (Kind::String, "exact") => Ok(Self::Exact),
            (Kind::String, "contains") => Ok(Self::Contains),
            (Kind::Token, "text") => Ok(Self::Text),
            (Kind::Token, "code-text") => Ok(Self::CodeText),
            (Kind::Token, "of-type") => Ok(Self::OfType),
            (Kind::Reference, "identifier") => Ok(Self::Identifier),
            (Kind::Uri, "above") => Ok(Self::Above),
            (Kind::Uri, "below") => Ok(Self::Below),
            (Kind::Token, "above" | "below" | "in" | "not-in") => Err(Refusal::NotSupported),
            (Kind::Reference, target) if parameter.may_point_to(target) => Ok(Self::Type(target)),
            _ => Err(Refusal::Invalid),
        }
    }
}

impl Wanted {
    /// Reads one value.
    ///
    /// # Errors
    /// `Invalid`: not a value of that type and modifier.
    pub fn parse(parameter: &Parameter, modifier: Modifier<'_>, value: &str) -> Result<Self, Refusal> {
        if value.is_empty() {
            return Err(Refusal::Invalid);
        }
        match modifier {
            Modifier::Plain if parameter.element.kind() == Kind::Composite => composite(parameter, value),
            Modifier::Plain => Self::plain(parameter.element.kind(), value),
            Modifier::Exact => Ok(Self::Exactly(unescaped(value))),
            Modifier::Contains => Ok(Self::Contains(folded(&unescaped(value)))),
            Modifier::Text => Ok(Self::Labelled(folded(&unescaped(value)))),
            Modifier::CodeText => Ok(Self::CodeStarts(folded(&unescaped(value)))),
            Modifier::OfType => of_type(value),
            Modifier::Identifier => Ok(Self::Identifier(coded(value)?)),
            Modifier::Above => Ok(Self::Above(url(value)?)),
            Modifier::Below => Ok(Self::Below(url(value)?)),
            Modifier::Type(target) => {
                let value = unescaped(value);
                let (named, id) = value.split_once('/').unwrap_or((target, &value));
                let fits = named == target && !id.is_empty() && !id.contains('/');
                let key = fits.then(|| Key::of(target, id)).ok_or(Refusal::Invalid)?;
                Ok(Self::Target(Target::Local(key), None))
            }
        }
    }

    /// Reads a value of a parameter without a modifier, or of a component.
    fn plain(kind: Kind, value: &str) -> Result<Self, Refusal> {
        if value.is_empty() {
            return Err(Refusal::Invalid);
        }
        match kind {
            Kind::String => Ok(Self::Starts(folded(&unescaped(value)))),
            Kind::Token => Ok(Self::Token(coded(value)?)),
            Kind::Reference => match unescaped(value) {
                id if !id.contains(['/', ':']) => Ok(Self::Id(id)),
                reference => {
                    let (target, version) = Target::parse(&reference).ok_or(Refusal::Invalid)?;
                    Ok(Self::Target(target, version))
                }
            },
            Kind::Date => {
                let (prefix, date) = Prefix::split(value);
                Ok(Self::Date(prefix, Interval::parse(date).ok_or(Refusal::Invalid)?))
            }
            Kind::Quantity => quantity(value),
            Kind::Uri => Ok(Self::Uri(unescaped(value))),
            Kind::Composite => Err(Refusal::Invalid),
        }
    }

    /// Reads a value of a `_filter` after its operator, but for `pr` (search_filter.html#ops).
    ///
    /// # Errors
    /// `Invalid`: not a value of that type, or the type does not have the operator.
    pub fn by_operator(parameter: &Parameter, operator: &str, value: &str) -> Result<Self, Refusal> {
        let text = value.to_owned();
        let other = |wanted| Ok(Self::Other(Box::new(wanted)));
        match (parameter.element.kind(), operator) {
            (Kind::String, "eq") => Ok(Self::Whole(folded(value))),
            (Kind::String, "ne") => other(Self::Whole(folded(value))),
            (Kind::String, "co") => Ok(Self::Contains(folded(value))),
            (Kind::String, "sw") => Ok(Self::Starts(folded(value))),
            (Kind::String, "ew") => Ok(Self::Ends(folded(value))),
            (Kind::Uri, "eq") => Ok(Self::Uri(text)),
            (Kind::Uri, "ne") => other(Self::Uri(text)),
            (Kind::Uri, "co") => Ok(Self::UriContains(text)),
            (Kind::Uri, "sw") => Ok(Self::UriStarts(text)),
            (Kind::Token, "eq") => Ok(Self::Token(coded(value)?)),
            (Kind::Token, "ne") => other(Self::Token(coded(value)?)),
            (Kind::Reference, "re") => Self::plain(Kind::Reference, value),
            (Kind::Composite, "eq") => composite(parameter, value),
            (Kind::Date, operator) => {
                let prefix = match (operator, Prefix::split(operator)) {
                    ("po", _) => Prefix::Overlaps,
                    ("co", _) if parameter.code != "_lastUpdated" => Prefix::Includes,
                    (_, (prefix, "")) => prefix,
                    _ => return Err(Refusal::Invalid),
                };
                Ok(Self::Date(prefix, Interval::parse(value).ok_or(Refusal::Invalid)?))
            }
            (Kind::Quantity, operator) if Prefix::split(operator).1.is_empty() => {
                quantity(&format!("{operator}{value}"))
            }
            _ => Err(Refusal::Invalid),
        }
    }

    /// Whether a value is what is wanted. `now`: in milliseconds since 1970, for what is approximate.
    pub fn holds(&self, value: &Value, now: i64) -> bool {
        match (self, value) {
            (Self::Starts(start), Value::String(text)) => text.folded.starts_with(start.as_str()),
            (Self::Exactly(whole), Value::String(text)) => text.written == *whole,
            (Self::Contains(part), Value::String(text)) => text.folded.contains(part.as_str()),
            (Self::Token(wanted), Value::Token(token)) => token_holds(wanted, token),
            (Self::Labelled(start), Value::Token(token)) => {
                token.text.as_ref().is_some_and(|text| text.starts_with(start.as_str()))
            }
            (Self::CodeStarts(start), Value::Token(token)) => {
                token.code.as_ref().is_some_and(|code| folded(code).starts_with(start.as_str()))
            }
            (Self::OfType { system, code, value }, Value::Token(token)) => {
                token.code.as_ref() == Some(value) && token.types.contains(&(system.clone(), code.clone()))
            }
            (Self::Id(id), Value::Reference(reference)) => {
                matches!(&reference.target, Some((Target::Local(key), _)) if key.id == *id)
            }
            (Self::Target(wanted, version), Value::Reference(reference)) => reference
                .target
                .as_ref()
                .is_some_and(|(target, found)| target == wanted && (version.is_none() || version == found)),
            (Self::Identifier(wanted), Value::Reference(reference)) => {
                reference.identifier.as_ref().is_some_and(|(system, value)| {
                    part_holds(&wanted.system, system.as_deref())
                        && part_holds(&wanted.code, value.as_deref())
                })
            }
            (Self::Date(prefix, wanted), Value::Date(date)) => date_holds(*prefix, *wanted, *date, now),
            (Self::Quantity(prefix, number, unit), Value::Quantity(quantity)) => {
                let number = in_unit_of(*number, unit, quantity);
                number.is_some_and(|number| quantity_holds(*prefix, number, quantity))
            }
            (Self::Uri(wanted), Value::Uri(uri)) => is_any(uri, |uri| uri == wanted),
            (Self::Below(wanted), Value::Uri(uri)) => is_any(uri, |uri| {
                is_below(uri, wanted) || uri.starts_with(&format!("{}#", wanted.trim_end_matches('/')))
            }),
            (Self::Above(wanted), Value::Uri(uri)) => is_any(uri, |uri| is_below(wanted, uri)),
            (Self::Composite(wanted), Value::Composite(components)) => wanted
                .iter()
                .zip(components)
                .all(|(wanted, values)| values.iter().any(|value| wanted.holds(value, now))),
            (Self::Whole(whole), Value::String(text)) => text.folded == *whole,
            (Self::Ends(end), Value::String(text)) => text.folded.ends_with(end.as_str()),
            (Self::UriStarts(start), Value::Uri(uri)) => uri.written.starts_with(start.as_str()),
            (Self::UriContains(part), Value::Uri(uri)) => uri.written.contains(part.as_str()),
            (Self::Other(wanted), value) => can_differ(wanted, value) && !wanted.holds(value, now),
            _ => false,
        }
    }
}

/// Whether a value has what is compared.
fn can_differ(wanted: &Wanted, value: &Value) -> bool {
    match (wanted, value) {
        (Wanted::Whole(_), Value::String(_)) => true,
        (Wanted::Uri(wanted), Value::Uri(uri)) => {
            let parts = |uri: &str| {
                let mut parts = uri.splitn(2, '|').map(str::to_owned);
                (parts.next(), parts.next())
            };
            let ((url, version), (found_url, found_version)) = (parts(wanted), parts(&uri.written));
            url != found_url || version.is_some() && found_version.is_some()
        }
        (Wanted::Token(wanted), Value::Token(token)) => {
            let has_code = token.code.is_some();
            let knows_systems = token.place == Place::WithSystem;
            match (&wanted.system, &wanted.code) {
                (Part::Any, _) => has_code,
                (_, Part::Any) => token.system.is_some() || has_code && knows_systems,
                _ => has_code && knows_systems,
            }
        }
        _ => false,
    }
}

fn coded(value: &str) -> Result<Coded, Refusal> {
    let parts: Vec<String> = split(value, '|').iter().map(|part| unescaped(part)).collect();
    let (system, code) = match &parts[..] {
        [code] => (Part::Any, Part::Is(code.clone())),
        [system, code] => match (system.is_empty(), code.is_empty()) {
            (true, true) => return Err(Refusal::Invalid),
            (true, false) => (Part::Absent, Part::Is(code.clone())),
            (false, true) => (Part::Is(system.clone()), Part::Any),
            (false, false) => (Part::Is(system.clone()), Part::Is(code.clone())),
        },
        _ => return Err(Refusal::Invalid),
    };
    Ok(Coded { system, code })
}

fn of_type(value: &str) -> Result<Wanted, Refusal> {
    let parts: Vec<String> = split(value, '|').iter().map(|part| unescaped(part)).collect();
    match &parts[..] {
        [system, code, value] if ![system, code, value].iter().any(|part| part.is_empty()) => {
            let (system, code, value) = (system.clone(), code.clone(), value.clone());
            Ok(Wanted::OfType { system, code, value })
        }
        _ => Err(Refusal::Invalid),
    }
}

fn quantity(value: &str) -> Result<Wanted, Refusal> {
    let parts: Vec<String> = split(value, '|').iter().map(|part| unescaped(part)).collect();
    let (number, unit) = match &parts[..] {
        [number] => (number, Unit::Any),
        [number, system, code] if system.is_empty() && !code.is_empty() => {
            (number, Unit::Named(code.clone()))
        }
        [number, system, code] if !code.is_empty() => (number, Unit::Coded(system.clone(), code.clone())),
        _ => return Err(Refusal::Invalid),
    };
    let (prefix, number) = Prefix::split(number);
    Ok(Wanted::Quantity(prefix, Decimal::parse(number).ok_or(Refusal::Invalid)?, unit))
}

fn composite(parameter: &Parameter, value: &str) -> Result<Wanted, Refusal> {
    let parts = split(value, '$');
    if parts.len() != parameter.components.len() {
        return Err(Refusal::Invalid);
    }
    let pairs = parameter.components.iter().zip(&parts);
    let wanted = pairs.map(|(component, part)| Wanted::plain(component.element.kind(), part));
    Ok(Wanted::Composite(wanted.collect::<Result<_, _>>()?))
}

/// A URL, which a URN is not.
fn url(value: &str) -> Result<String, Refusal> {
    let value = unescaped(value);
    if value.contains("://") { Ok(value) } else { Err(Refusal::Invalid) }
}

fn token_holds(wanted: &Coded, token: &Token) -> bool {
    if token.place == Place::Bare && !matches!(wanted.system, Part::Any) {
        return false;
    }
    let code = match (&wanted.code, token.case) {
        (Part::Is(wanted), Case::Unminded) => {
            token.code.as_ref().is_some_and(|code| without_case(code) == without_case(wanted))
        }
        (wanted, _) => part_holds(wanted, token.code.as_deref()),
    };
    let is_implied =
        matches!(&wanted.system, Part::Is(system) if token.implied_system == Some(system.as_str()));
    code && (is_implied || part_holds(&wanted.system, token.system.as_deref()))
}

fn part_holds(wanted: &Part, found: Option<&str>) -> bool {
    match wanted {
        Part::Any => true,
        Part::Absent => found.is_none(),
        Part::Is(wanted) => found == Some(wanted.as_str()),
    }
}

/// Whether it holds of a URI, or of a canonical without its version.
fn is_any(uri: &Uri, holds: impl Fn(&str) -> bool) -> bool {
    holds(&uri.written) || uri.unversioned.as_deref().is_some_and(holds)
}

/// Whether one URL is another, or goes on with a `/` after it.
fn is_below(lower: &str, upper: &str) -> bool {
    let upper = upper.strip_suffix('/').unwrap_or(upper);
    lower.strip_prefix(upper).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
