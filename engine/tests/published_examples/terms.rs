//! Questions that are made from a value, and what they ask for.

use crate::dates::Stretch;
use crate::folding::{folded, without_case};
use crate::parameters::Parameter;
use crate::values::{Address, Amount, Datum, Link, Place, System, Time, Token};
use std::fmt::Write as _;

const UCUM: &str = "http://unitsofmeasure.org";
const EARTH_RADIUS_KM: f64 = 6_371.008_8;
const PREFIXES: &[&str] = &["", "ne", "gt", "lt", "ge", "le", "sa", "eb"];

/// What stands behind the name of a parameter in a query, and what that asks for.
#[derive(Clone, Debug)]
pub struct Term {
    pub modifier: String,
    /// Escaped and percent-encoded.
    pub value: String,
    pub condition: Condition,
}

#[derive(Clone, Debug)]
pub enum Condition {
    Token(TokenForm),
    Not(TokenForm),
    Caption(String),
    StartsWith(String),
    Exactly(String),
    Contains(String),
    /// A reference to an id, of any of these types; of any at all if there are none.
    Id {
        id: String,
        kinds: Vec<String>,
    },
    Link(Link),
    LinkIdentifier(TokenForm),
    Time {
        prefix: &'static str,
        asked: Stretch,
    },
    Amount {
        prefix: &'static str,
        number: String,
        unit: Unit,
    },
    Uri(Address),
    UriBelow(String),
    Near {
        place: Place,
        kilometres: f64,
    },
    Parts(Vec<Condition>),
    Missing(bool),
}

#[derive(Clone, Debug)]
pub enum TokenForm {
    Code(String),
    OfSystem(String, String),
    OfNoSystem(String),
    AnyOf(String),
}

#[derive(Clone, Debug)]
pub enum Unit {
    Any,
    Of(String, String),
    Called(String),
}

impl Term {
    /// As it stands in a query.
    pub fn query(&self, code: &str) -> String {
        format!("{code}{}={}", self.modifier, self.value)
    }

    /// `:missing=true`
    pub fn missing() -> Self {
        Self {
            modifier: ":missing".to_owned(),
            value: "true".to_owned(),
            condition: Condition::Missing(true),
        }
    }

    fn plain(value: String, condition: Condition) -> Self {
        Self { modifier: String::new(), value, condition }
    }

    fn modified(modifier: &str, value: String, condition: Condition) -> Self {
        Self { modifier: format!(":{modifier}"), value, condition }
    }
}

/// What can be asked of a value; the plainest first.
pub fn of(datum: &Datum, parameter: &Parameter) -> Vec<Term> {
    match datum {
        Datum::Token(token) => of_token(token),
        Datum::Caption(text) => of_caption(text),
        Datum::Text(text) => of_text(text),
        Datum::Link(link) => of_link(link, parameter),
        Datum::LinkIdentifier(token) => {
            let terms = forms(token).into_iter();
            let terms = terms
                .map(|(value, form)| Term::modified("identifier", value, Condition::LinkIdentifier(form)));
            terms.collect()
        }
        Datum::Time(time) => of_time(time),
        Datum::Amount(amount) => of_amount(amount, &parameter.kind),
        Datum::Uri(address) => of_address(address),
        Datum::Place(place) => of_place(place),
        Datum::Parts(parts) => of_parts(parts, parameter),
    }
}

fn forms(token: &Token) -> Vec<(String, TokenForm)> {
    let mut forms = Vec::new();
    let system = match &token.system {
        System::Is(system) | System::Implied(Some(system)) => Some(system),
        _ => None,
    };
    if let Some(code) = &token.code {
        forms.push((escaped(code), TokenForm::Code(code.clone())));
        if let Some(system) = system {
            let form = TokenForm::OfSystem(system.clone(), code.clone());
            forms.push((format!("{}|{}", escaped(system), escaped(code)), form));
        }
        forms.push((format!("|{}", escaped(code)), TokenForm::OfNoSystem(code.clone())));
        let other_case: String = code
            .chars()
            .map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
            .collect();
        if other_case != *code {
            forms.push((escaped(&other_case), TokenForm::Code(other_case)));
        }
    }
    forms.extend(system.map(|system| (format!("{}|", escaped(system)), TokenForm::AnyOf(system.clone()))));
    forms
}

fn of_token(token: &Token) -> Vec<Term> {
    let forms = forms(token);
    let not = forms.first().cloned();
    let mut terms: Vec<Term> =
        forms.into_iter().map(|(value, form)| Term::plain(value, Condition::Token(form))).collect();
    terms.extend(not.map(|(value, form)| Term::modified("not", value, Condition::Not(form))));
    terms
}

fn of_caption(text: &str) -> Vec<Term> {
    let start: String = text.chars().take(12).collect();
    let asked = folded(&start);
    if asked.is_empty() {
        return Vec::new();
    }
    vec![Term::modified("text", escaped(&start), Condition::Caption(asked))]
}

fn of_text(text: &str) -> Vec<Term> {
    let whole: String = text.chars().take(300).collect();
    let start: String = text.chars().take(text.chars().count().div_ceil(2).min(20)).collect();
    let loud = start.to_ascii_uppercase();
    let plain = [whole, start, loud].into_iter().filter(|text| !folded(text).is_empty());
    let mut terms: Vec<Term> =
        plain.map(|text| Term::plain(escaped(&text), Condition::StartsWith(folded(&text)))).collect();
    let all = folded(text);
    let third = all.chars().count() / 3;
    let inner = folded(&all.chars().skip(third).take(third.clamp(1, 30)).collect::<String>());
    if !inner.is_empty() {
        terms.push(Term::modified("contains", escaped(&inner), Condition::Contains(inner)));
    }
    if text.len() <= 200 && !all.is_empty() {
        terms.push(Term::modified("exact", escaped(text), Condition::Exactly(text.to_owned())));
    }
    terms
}

fn of_link(link: &Link, parameter: &Parameter) -> Vec<Term> {
    match link {
        Link::Elsewhere(address) => {
            let whole = |address: Address| {
                let is_canonical = parameter.targets.is_empty() || !address.url.contains("/_history/");
                let separator = if is_canonical { "|" } else { "/_history/" };
                (written(&address, separator), address)
            };
            let mut asked = vec![whole(Address { version: None, ..address.clone() })];
            asked.extend(address.version.is_some().then(|| whole(address.clone())));
            let condition = |address| Condition::Link(Link::Elsewhere(address));
            asked.into_iter().map(|(value, address)| Term::plain(value, condition(address))).collect()
        }
        Link::Here { kind, id, version } => {
            let here = |version: Option<String>| {
                Condition::Link(Link::Here { kind: kind.clone(), id: id.clone(), version })
            };
            let name = format!("{kind}/{}", escaped(id));
            let mut terms = vec![Term::plain(name.clone(), here(None))];
            let any = Condition::Id { id: id.clone(), kinds: parameter.targets.clone() };
            terms.push(Term::plain(escaped(id), any));
            if parameter.targets.contains(kind) {
                terms.push(Term::modified(kind, escaped(id), here(None)));
            }
            terms.extend(version.iter().map(|version| {
                Term::plain(format!("{name}/_history/{version}"), here(Some(version.clone())))
            }));
            terms
        }
    }
}

fn written(address: &Address, separator: &str) -> String {
    match &address.version {
        Some(version) => format!("{}{separator}{}", escaped(&address.url), escaped(version)),
        None => escaped(&address.url),
    }
}

fn of_address(address: &Address) -> Vec<Term> {
    let mut terms = Vec::new();
    if address.version.is_some() {
        terms.push(Term::plain(written(address, "|"), Condition::Uri(address.clone())));
    }
    let bare = Address { url: address.url.clone(), version: None };
    terms.push(Term::plain(escaped(&bare.url), Condition::Uri(bare)));
    let parent = address.url.rsplit_once('/').map(|(parent, _)| parent);
    let parent = parent.filter(|parent| parent.split_once("://").is_some_and(|(_, rest)| !rest.is_empty()));
    terms.extend(
        parent.map(|parent| Term::modified("below", escaped(parent), Condition::UriBelow(parent.to_owned()))),
    );
    terms
}

fn of_time(time: &Time) -> Vec<Term> {
    let mut terms = Vec::new();
    for date in &time.dates {
        let mut asked: Vec<(&'static str, &str)> = PREFIXES.iter().map(|prefix| (*prefix, &**date)).collect();
        asked.extend(
            date.get(..10)
                .filter(|day| day != date)
                .into_iter()
                .flat_map(|day| [("", day), ("ge", day), ("le", day)]),
        );
        asked.push(("", &date[..4]));
        terms.extend(asked.into_iter().map(|(prefix, date)| {
            let asked = Stretch::parse(date).unwrap();
            Term::plain(format!("{prefix}{}", escaped(date)), Condition::Time { prefix, asked })
        }));
    }
    terms
}

fn of_amount(amount: &Amount, kind: &str) -> Vec<Term> {
    let mut units = vec![(String::new(), Unit::Any)];
    if kind == "quantity" {
        if let (Some(system), Some(code)) = (&amount.system, &amount.code) {
            let unit = Unit::Of(system.clone(), code.clone());
            units.push((format!("|{}|{}", escaped(system), escaped(code)), unit));
        }
        let names = amount.code.iter().chain(&amount.unit);
        units.extend(names.map(|name| (format!("||{}", escaped(name)), Unit::Called(name.clone()))));
    }
    let mut terms = Vec::new();
    for number in &amount.numbers {
        for (written, unit) in &units {
            terms.extend(PREFIXES.iter().map(|&prefix| {
                let value = format!("{prefix}{}{written}", escaped(number));
                let condition = Condition::Amount { prefix, number: number.clone(), unit: unit.clone() };
                Term::plain(value, condition)
            }));
        }
    }
    terms
}

fn of_place(place: &Place) -> Vec<Term> {
    let around = [("", 50.0), ("|1|km", 1.0), ("|6000", 6_000.0), ("|15000000|m", 15_000.0)];
    around
        .map(|(distance, kilometres)| {
            let value = format!("{}|{}{distance}", place.latitude, place.longitude);
            Term::plain(value, Condition::Near { place: place.clone(), kilometres })
        })
        .into()
}

/// Kilometres between two places, on a sphere of the earth's mean radius.
fn distance(one: &Place, two: &Place) -> f64 {
    let radians = |degrees: &str| degrees.parse::<f64>().unwrap().to_radians();
    let (north, south) = (radians(&one.latitude), radians(&two.latitude));
    let half_sine = |angle: f64| (angle / 2.0).sin().powi(2);
    let between = radians(&one.longitude) - radians(&two.longitude);
    let chord = half_sine(north - south) + north.cos() * south.cos() * half_sine(between);
    2.0 * EARTH_RADIUS_KM * chord.sqrt().min(1.0).asin()
}

fn of_parts(parts: &[Vec<Datum>], parameter: &Parameter) -> Vec<Term> {
    let of_part = |part: &Vec<Datum>| {
        let terms = part.iter().flat_map(|datum| of(datum, parameter));
        terms.filter(|term| term.modifier.is_empty()).collect::<Vec<_>>()
    };
    let parts: Vec<Vec<Term>> = parts.iter().map(of_part).collect();
    let Some(most) = parts.iter().map(Vec::len).max().filter(|_| parts.iter().all(|part| !part.is_empty()))
    else {
        return Vec::new();
    };
    let of_turn = |turn: usize| {
        let chosen = parts.iter().map(|part| &part[turn % part.len()]);
        let (values, conditions): (Vec<_>, Vec<_>) =
            chosen.map(|term| (term.value.clone(), term.condition.clone())).unzip();
        Term::plain(values.join("$"), Condition::Parts(conditions))
    };
    (0..most).map(of_turn).collect()
}

/// What is meant itself, with its backslashes, percent-encoded.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        if matches!(letter, ',' | '|' | '$' | '\\') {
            escaped.push_str("%5C");
        }
        let mut bytes = [0; 4];
        for byte in letter.encode_utf8(&mut bytes).bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b':' => {
                    escaped.push(char::from(byte));
                }
                _ => write!(escaped, "%{byte:02X}").unwrap(),
            }
        }
    }
    escaped
}

impl Condition {
    /// Whether the values of a parameter in a resource meet it.
    pub fn holds(&self, data: &[Datum]) -> bool {
        match self {
            Self::Not(form) => !data.iter().any(|datum| Self::Token(form.clone()).is_met_by(datum)),
            Self::Missing(value) => data.is_empty() == *value,
            _ => data.iter().any(|datum| self.is_met_by(datum)),
        }
    }

    /// Whether they may be found beside those that meet it: what is measured in another unit of UCUM is not compared here.
    pub fn may_hold(&self, data: &[Datum]) -> bool {
        let is_other = |datum: &Datum| match (self, datum) {
            (Self::Amount { unit: Unit::Of(system, code), .. }, Datum::Amount(amount)) => {
                system == UCUM && amount.system.as_deref() == Some(UCUM) && amount.code.as_ref() != Some(code)
            }
            (Self::Parts(conditions), Datum::Parts(parts)) => conditions
                .iter()
                .zip(parts)
                .all(|(condition, part)| condition.holds(part) || condition.may_hold(part)),
            _ => false,
        };
        data.iter().any(is_other)
    }

    fn is_met_by(&self, datum: &Datum) -> bool {
        match (self, datum) {
            (Self::Token(form), Datum::Token(token)) => form.is_of(token),
            (Self::Caption(start), Datum::Caption(text)) => folded(text).starts_with(&**start),
            (Self::StartsWith(start), Datum::Text(text)) => folded(text).starts_with(&**start),
            (Self::Contains(inner), Datum::Text(text)) => folded(text).contains(&**inner),
            (Self::Exactly(asked), Datum::Text(text)) => asked == text,
            (Self::Id { id, kinds }, Datum::Link(Link::Here { kind, id: own, .. })) => {
                id == own && (kinds.is_empty() || kinds.contains(kind))
            }
            (Self::Link(asked), Datum::Link(link)) => refers(asked, link),
            (Self::LinkIdentifier(form), Datum::LinkIdentifier(token)) => form.is_of(token),
            (Self::Time { prefix, asked }, Datum::Time(time)) => time.stretch.is(prefix, *asked),
            (Self::Amount { prefix, number, unit }, Datum::Amount(amount)) => {
                unit.is_of(amount) && amount.span.is(prefix, number)
            }
            (Self::Uri(asked), Datum::Uri(address)) => is_at(asked, address),
            (Self::Near { place, kilometres }, Datum::Place(own)) => distance(place, own) <= *kilometres,
            (Self::UriBelow(parent), Datum::Uri(address)) => is_below(parent, &address.url),
            (Self::Parts(conditions), Datum::Parts(parts)) => {
                conditions.iter().zip(parts).all(|(condition, part)| condition.holds(part))
            }
            _ => false,
        }
    }
}

impl TokenForm {
    fn is_of(&self, token: &Token) -> bool {
        let has_code = |asked: &str| {
            let code = token.code.as_deref();
            code.is_some_and(|code| match token.minds_case {
                true => code == asked,
                false => without_case(code) == without_case(asked),
            })
        };
        let has_system = |asked: &str| match &token.system {
            System::Is(system) | System::Implied(Some(system)) => system == asked,
            _ => false,
        };
        let may_have_none = matches!(token.system, System::None | System::Implied(_));
        match self {
            Self::Code(code) => has_code(code),
            Self::OfSystem(system, code) => has_system(system) && has_code(code),
            Self::OfNoSystem(code) => may_have_none && has_code(code),
            Self::AnyOf(system) => has_system(system),
        }
    }
}

impl Unit {
    fn is_of(&self, amount: &Amount) -> bool {
        match self {
            Self::Any => true,
            Self::Of(system, code) => {
                amount.system.as_ref() == Some(system) && amount.code.as_ref() == Some(code)
            }
            Self::Called(name) => amount.code.as_ref() == Some(name) || amount.unit.as_ref() == Some(name),
        }
    }
}

fn refers(asked: &Link, link: &Link) -> bool {
    match (asked, link) {
        (Link::Here { kind, id, version }, Link::Here { kind: own_kind, id: own_id, version: own }) => {
            kind == own_kind && id == own_id && (version.is_none() || version == own)
        }
        (Link::Elsewhere(asked), Link::Elsewhere(address)) => is_at(asked, address),
        _ => false,
    }
}

fn is_at(asked: &Address, address: &Address) -> bool {
    asked.url == address.url && (asked.version.is_none() || asked.version == address.version)
}

fn is_below(parent: &str, url: &str) -> bool {
    let parent = parent.trim_end_matches('/');
    url.strip_prefix(parent).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
