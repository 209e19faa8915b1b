//! The text of a value to its type.

use fornax_definitions::{Component, Definitions, SearchKind, SearchParameter, TypeId, Usage};
use fornax_model::{DateTime, Decimal, DecimalFault};

use crate::error::{Bound, Fault, QueryError};
use crate::escape::{split, unescape};
use crate::hierarchy::part_of;
use crate::limits::Limits;
use crate::name::resource_named;
use crate::pairs::Pair;
use crate::text::TextExpression;
use crate::value::{
    DateValue, NearValue, NumberValue, OfTypeValue, Prefix, QuantityValue, ReferenceValue, TokenValue, Unit,
    Values,
};

/// What the reading of values needs to know beside their text.
#[derive(Clone, Copy)]
pub(crate) struct ValueReader<'a> {
    pub definitions: &'a Definitions,
    pub parameter: &'a SearchParameter,
    /// The one type that a reference's modifier allows.
    pub target: Option<TypeId>,
    /// The server's own base URLs, without a slash at the end.
    pub bases: &'a [String],
    pub limits: &'a Limits,
}

impl ValueReader<'_> {
    /// The alternatives that a pair's value lists, read as the parameter's kind and the modifier want it. `None`: a kind that
    /// has no plain form.
    pub fn read(&self, pair: &Pair, form: Form) -> Result<Option<Values>, QueryError> {
        self.values(&self.pieces(pair)?, form).map_err(|fault| pair.invalid(fault))
    }

    /// The same of texts that are searched by their words.
    pub fn read_words(&self, pair: &Pair) -> Result<Values, QueryError> {
        let pieces = self.pieces(pair)?;
        let mut begins = 0;
        let mut expressions = Vec::with_capacity(pieces.len());
        for piece in pieces {
            expressions.push(TextExpression::parse(pair, (piece, begins), self.limits)?);
            begins += piece.len() + 1;
        }
        Ok(Values::Words(expressions))
    }

    fn pieces<'p>(&self, pair: &'p Pair) -> Result<Vec<&'p str>, QueryError> {
        let mut pieces = Vec::new();
        for piece in split(&pair.value, ',') {
            if piece.trim().is_empty() {
                return Err(pair.invalid(Fault::Empty));
            }
            Bound::ValueBytes.holds_in(pair, piece.len(), self.limits.value_bytes_max)?;
            Bound::Values.holds_in(pair, pieces.len() + 1, self.limits.values_max)?;
            pieces.push(piece);
        }
        Ok(pieces)
    }

    fn values(&self, pieces: &[&str], form: Form) -> Result<Option<Values>, Fault> {
        Ok(Some(match form {
            Form::Plain => return self.plain(pieces),
            Form::Exact => Values::Exact(each(pieces, unescape)?),
            Form::Contains => Values::Contains(each(pieces, unescape)?),
            Form::CodedText => Values::CodedText(each(pieces, unescape)?),
            Form::CodeStart => Values::CodeStart(each(pieces, unescape)?),
            Form::OfType => Values::OfType(each(pieces, of_type)?),
            Form::Identifier => Values::Identifier(each(pieces, token)?),
            Form::InSet => Values::InSet(each(pieces, unescape)?),
            Form::CodesBelow => Values::CodesBelow(each(pieces, coding)?),
            Form::CodesAbove => Values::CodesAbove(each(pieces, coding)?),
            Form::ReferencesBelow => Values::ReferencesBelow(self.parts(pieces)?),
            Form::ReferencesAbove => Values::ReferencesAbove(self.parts(pieces)?),
            Form::Below => Values::Below(each(pieces, path)?),
            Form::Above => Values::Above(each(pieces, path)?),
        }))
    }

    /// The alternatives as they are without a modifier.
    pub fn plain(&self, pieces: &[&str]) -> Result<Option<Values>, Fault> {
        Ok(Some(match self.parameter.kind {
            _ if self.parameter.code == "_id" => Values::Id(each(pieces, unescape)?),
            SearchKind::Token => Values::Token(each(pieces, token)?),
            SearchKind::Reference => Values::Reference(each(pieces, |piece| self.reference(piece))?),
            SearchKind::String => Values::String(each(pieces, unescape)?),
            SearchKind::Date => Values::Date(each(pieces, prefixed_date)?),
            SearchKind::Number => Values::Number(each(pieces, prefixed_number)?),
            SearchKind::Quantity => Values::Quantity(each(pieces, prefixed_quantity)?),
            SearchKind::Uri => Values::Uri(each(pieces, unescape)?),
            SearchKind::Composite => Values::Composite(each(pieces, |piece| self.composite(piece))?),
            SearchKind::Special if self.parameter.usage == Some(Usage::Nearby) => {
                Values::Near(each(pieces, near)?)
            }
            SearchKind::Special => return Ok(None),
        }))
    }

    /// A value for each component, each read as its own parameter reads it.
    pub fn composite(&self, piece: &str) -> Result<Vec<Values>, Fault> {
        let parts: Vec<&str> = split(piece, '$').collect();
        let components = &self.parameter.components;
        if parts.len() != components.len() || parts.iter().any(|part| part.trim().is_empty()) {
            return Err(Fault::Composite);
        }
        let read = |(part, component): (&&str, &Component)| {
            let parameter = self.definitions.parameter_of(component.parameter);
            let reader = Self { parameter, target: None, ..*self };
            reader.plain(&[part])?.ok_or(Fault::Composite)
        };
        parts.iter().zip(components).map(read).collect()
    }

    pub fn reference(&self, piece: &str) -> Result<ReferenceValue, Fault> {
        let mut parts = split(piece, '|');
        let (Some(text), version, None) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Fault::Reference);
        };
        let (text, version) = (unescape(text)?, version.map(unescape).transpose()?);
        let is_absolute = text.contains("://") || text.starts_with("urn:");
        if is_absolute {
            let own = version.is_none().then(|| self.under_own_base(&text)).flatten();
            let foreign = || match (text.split_once("/_history/"), &version) {
                (Some((url, version)), None) => (url.to_owned(), Some(version.to_owned())),
                _ => (text.clone(), version.clone()),
            };
            return Ok(own.unwrap_or_else(|| {
                let (url, version) = foreign();
                ReferenceValue::Url { url, version }
            }));
        }
        if version.is_some() {
            return Err(Fault::Reference);
        }
        let value = self.local(&text)?;
        match (&value, self.target) {
            (ReferenceValue::Local { resource, .. }, Some(target)) if *resource != target => {
                Err(Fault::Reference)
            }
            _ => Ok(value),
        }
    }

    /// Resources that are part of others of their type, or have parts: by type and id. An id alone stands for every such type that
    /// the parameter may point to.
    fn parts(&self, pieces: &[&str]) -> Result<Vec<(TypeId, String)>, Fault> {
        let definitions = self.definitions;
        let mut parts = Vec::new();
        for piece in pieces {
            let before = parts.len();
            match self.reference(piece)? {
                ReferenceValue::Local { resource, id, version: None } => parts.push((resource, id)),
                ReferenceValue::Id(id) => {
                    let types = definitions.resource_types().map(|of| of.id);
                    let types = types.filter(|of| definitions.may_refer_to(self.parameter, *of));
                    parts.extend(types.map(|of| (of, id.clone())));
                }
                _ => {}
            }
            parts.retain(|(of, _)| part_of(definitions, *of).is_some());
            if parts.len() == before {
                return Err(Fault::Hierarchy);
            }
        }
        Ok(parts)
    }

    fn under_own_base(&self, url: &str) -> Option<ReferenceValue> {
        let rest = self.bases.iter().find_map(|base| url.strip_prefix(base.as_str())?.strip_prefix('/'))?;
        self.local(rest).ok().filter(|value| matches!(value, ReferenceValue::Local { .. }))
    }

    /// Reads `id`, `Type/id` or `Type/id/_history/version`.
    fn local(&self, text: &str) -> Result<ReferenceValue, Fault> {
        let parts: Vec<&str> = text.split('/').collect();
        let (named, id, version) = match parts[..] {
            [id] => (None, id, None),
            [named, id] => (Some(named), id, None),
            [named, id, "_history", version] => (Some(named), id, Some(version)),
            _ => return Err(Fault::Reference),
        };
        if !is_id(id) || !version.is_none_or(is_id) {
            return Err(Fault::Reference);
        }
        let resource = match named {
            Some(name) => Some(resource_named(self.definitions, name).ok_or(Fault::ResourceType)?),
            None => self.only_target(),
        };
        let id = id.to_owned();
        Ok(match resource {
            Some(resource) => ReferenceValue::Local { resource, id, version: version.map(str::to_owned) },
            None => ReferenceValue::Id(id),
        })
    }

    fn only_target(&self) -> Option<TypeId> {
        match (self.target, &self.parameter.targets[..]) {
            (Some(target), _) => Some(target),
            (None, [only]) if !self.definitions.type_of(*only).is_abstract => Some(*only),
            _ => None,
        }
    }
}

/// How the values of a pair are meant: what a modifier says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Plain,
    Exact,
    Contains,
    CodedText,
    CodeStart,
    OfType,
    Identifier,
    InSet,
    CodesBelow,
    CodesAbove,
    ReferencesBelow,
    ReferencesAbove,
    Below,
    Above,
}

fn each<T>(pieces: &[&str], read: impl Fn(&str) -> Result<T, Fault>) -> Result<Vec<T>, Fault> {
    pieces.iter().map(|piece| read(piece)).collect()
}

/// Whether a text has the shape of a resource id.
fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
}

/// `code`, `system|code`, `|code` or `system|`.
pub(crate) fn token(piece: &str) -> Result<TokenValue, Fault> {
    let mut parts = split(piece, '|');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(code), None, _) => Ok(TokenValue::Code(unescape(code)?)),
        (Some(""), Some(""), _) => Err(Fault::Token),
        (Some(""), Some(code), None) => Ok(TokenValue::CodeWithoutSystem(unescape(code)?)),
        (Some(system), Some(""), None) => Ok(TokenValue::System(unescape(system)?)),
        (Some(system), Some(code), None) => {
            Ok(TokenValue::Coding { system: unescape(system)?, code: unescape(code)? })
        }
        _ => Err(Fault::Token),
    }
}

fn of_type(piece: &str) -> Result<OfTypeValue, Fault> {
    let parts = split(piece, '|').map(unescape).collect::<Result<Vec<_>, _>>()?;
    match <[String; 3]>::try_from(parts) {
        Ok([system, code, value]) if !(system.is_empty() || code.is_empty() || value.is_empty()) => {
            Ok(OfTypeValue { system, code, value })
        }
        _ => Err(Fault::OfType),
    }
}

/// `system|code`, both.
pub(crate) fn coding(piece: &str) -> Result<(String, String), Fault> {
    match token(piece)? {
        TokenValue::Coding { system, code } => Ok((system, code)),
        _ => Err(Fault::Coding),
    }
}

/// How far is near where nothing is said, and in what.
const NEAR: (&str, &str) = ("50", "km");

/// `latitude|longitude`, `…|distance`, `…|distance|unit`.
fn near(piece: &str) -> Result<NearValue, Fault> {
    let parts: Vec<&str> = split(piece, '|').collect();
    let (latitude, longitude, distance, unit) = match parts[..] {
        [latitude, longitude] => (latitude, longitude, NEAR.0, NEAR.1),
        [latitude, longitude, distance] => (latitude, longitude, distance, NEAR.1),
        [latitude, longitude, distance, unit] => (latitude, longitude, distance, unit),
        _ => return Err(Fault::Near),
    };
    // A decimal of FHIR: no words such as `inf`.
    let number = |text: &str| {
        Decimal::parse(text).map_err(|_| Fault::Near)?;
        text.parse::<f64>().map_err(|_| Fault::Near)
    };
    let (latitude, longitude, distance) = (number(latitude)?, number(longitude)?, number(distance)?);
    let distance_m = octofhir_ucum::convert(distance, &unescape(unit)?, "m").map_err(|_| Fault::Length)?;
    if latitude.abs() > 90.0 || longitude.abs() > 180.0 || distance_m < 0.0 {
        return Err(Fault::Near);
    }
    Ok(NearValue { latitude, longitude, distance_m })
}

/// A URL, without a slash at its end.
fn path(piece: &str) -> Result<String, Fault> {
    let mut url = unescape(piece)?;
    if !url.contains("://") {
        return Err(Fault::Path);
    }
    url.truncate(url.trim_end_matches('/').len());
    // Nothing but a scheme has no path either.
    if url.contains("://") { Ok(url) } else { Err(Fault::Path) }
}

/// Takes a prefix off a value that starts with a digit or a sign where it has none.
fn prefix(piece: &str) -> Option<(Prefix, &str)> {
    if !piece.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        return Some((Prefix::Eq, piece));
    }
    let (word, rest) = piece.split_at_checked(2)?;
    let prefix = match word {
        "eq" => Prefix::Eq,
        "ne" => Prefix::Ne,
        "gt" => Prefix::Gt,
        "lt" => Prefix::Lt,
        "ge" => Prefix::Ge,
        "le" => Prefix::Le,
        "sa" => Prefix::Sa,
        "eb" => Prefix::Eb,
        "ap" => Prefix::Ap,
        _ => return None,
    };
    Some((prefix, rest))
}

fn prefixed_date(piece: &str) -> Result<DateValue, Fault> {
    let (prefix, text) = prefix(piece).ok_or(Fault::Date)?;
    date(prefix, text)
}

/// A date without its prefix.
pub(crate) fn date(prefix: Prefix, text: &str) -> Result<DateValue, Fault> {
    Ok(DateValue { prefix, date: DateTime::parse(text).map_err(|_| Fault::Date)? })
}

fn prefixed_number(piece: &str) -> Result<NumberValue, Fault> {
    let (prefix, text) = prefix(piece).ok_or(Fault::Number)?;
    number(prefix, text)
}

/// A number without its prefix.
pub(crate) fn number(prefix: Prefix, text: &str) -> Result<NumberValue, Fault> {
    let number = Decimal::parse(text).map_err(|fault| match fault {
        DecimalFault::Malformed => Fault::Number,
        DecimalFault::OutOfRange => Fault::NumberRange,
    })?;
    Ok(NumberValue { prefix, number })
}

fn prefixed_quantity(piece: &str) -> Result<QuantityValue, Fault> {
    let (prefix, text) = prefix(piece).ok_or(Fault::Quantity)?;
    quantity(prefix, text)
}

/// A quantity without its prefix.
pub(crate) fn quantity(prefix: Prefix, text: &str) -> Result<QuantityValue, Fault> {
    let parts: Vec<&str> = split(text, '|').collect();
    let unit = match parts[..] {
        [_] => Unit::Any,
        [_, _, ""] => return Err(Fault::Quantity),
        [_, "", code] => Unit::CodeOrName(unescape(code)?),
        [_, system, code] => Unit::Coding { system: unescape(system)?, code: unescape(code)? },
        _ => return Err(Fault::Quantity),
    };
    let number = number(prefix, parts[0]).map_err(|fault| match fault {
        Fault::Number => Fault::Quantity,
        fault => fault,
    })?;
    Ok(QuantityValue { number, unit })
}
