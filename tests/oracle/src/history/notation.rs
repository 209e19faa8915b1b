//! Histories as text, a step a line, so that they can be read, kept and run again.
//!
//! ```text
//! create 3 Patient if-none-exist=identifier=urn:a|1 {"resourceType":"Patient"}
//! update Patient/a if-match=2 {"resourceType":"Patient","id":"a"}
//! update Patient?identifier=urn:a|1 if-none-match=* {"resourceType":"Patient"}
//! patch Patient/a [{"op":"remove","path":"/active"}]
//! patch Patient?identifier=1 if-match=2 {"resourceType":"Parameters","parameter":[]}
//! delete Patient/$3
//! delete Patient?identifier=urn:a|1
//! delete-all 3 Patient?identifier=urn:a|1
//! history * count=2 since
//! search Patient?family=x&_sort=birthdate
//! search ?_type=Patient,Practitioner&name=x
//! search Patient/a/Observation?code=x
//! search-as-of change-3 Patient?family=x
//! hold-as-of 1 search-0 Patient?_count=1
//! hold 1 Patient?_count=1
//! hold-history 2 Patient/a count=1
//! continue 1
//! transaction [{"method":"POST","url":"Patient","slot":"4","resource":{"resourceType":"Patient"}}]
//! reopen
//! rebuild
//! forget change-7
//! compact
//! ```

use std::collections::BTreeMap;
use std::fmt;

use super::step::{BundleKind, Moment, Since, Step};
use crate::changes::{Expected, Whose};
use crate::dates::instant_text;
use crate::json::Json;
use crate::patch::{Patch, PatchKind};
use crate::repository::Scope;
use crate::transaction::{Entry, Method};
use crate::version::Key;

impl Step {
    /// Reads a line.
    ///
    /// # Errors
    /// In words.
    pub fn parse(line: &str) -> Result<Self, String> {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        Self::of(verb, rest).ok_or_else(|| format!("not a step: {line}"))
    }

    fn of(verb: &str, rest: &str) -> Option<Self> {
        Some(match verb {
            "create" => {
                let (slot, rest) = rest.split_once(' ')?;
                let (resource_type, rest) = rest.split_once(' ')?;
                let (criteria, body) = option(rest, "if-none-exist");
                let (resource_type, criteria) = (resource_type.to_owned(), criteria.map(str::to_owned));
                Self::Create { slot: slot.parse().ok()?, resource_type, criteria, body: body.to_owned() }
            }
            "update" => {
                let (place, rest) = rest.split_once(' ')?;
                let (expected, body) = expected(rest)?;
                Self::Update { whose: Whose::parse(place)?, expected, body: body.to_owned() }
            }
            "patch" => {
                let (place, rest) = rest.split_once(' ')?;
                let (expected, body) = expected(rest)?;
                Self::Patch { whose: Whose::parse(place)?, expected, patch: patch(Json::parse(body)?) }
            }
            "delete" => {
                let (place, rest) = rest.split_once(' ').unwrap_or((rest, ""));
                Self::Delete { whose: Whose::parse(place)?, expected: expected(rest)?.0 }
            }
            "delete-all" => {
                let (at_most, place) = rest.split_once(' ')?;
                let Whose::Matching(resource_type, criteria) = Whose::parse(place)? else { return None };
                Self::DeleteAll { resource_type, criteria, at_most: at_most.parse().ok()? }
            }
            "read" => Self::Read(key(rest)?),
            "vread" => {
                let (place, version) = rest.split_once(' ')?;
                Self::VersionRead(key(place)?, version.parse().ok()?)
            }
            "history" => {
                let (scope, rest) = rest.split_once(' ').unwrap_or((rest, ""));
                let (count, rest) = option(rest, "count");
                let since = if rest == "since" { Since::LastChange } else { Since::Ever };
                Self::History {
                    scope: scope_of(scope)?,
                    count: count.map(str::parse).transpose().ok()?,
                    since,
                }
            }
            "search" => Self::Search(rest.to_owned()),
            "search-by-post" => Self::SearchByPost(rest.to_owned()),
            "hold-history" => {
                let (slot, rest) = rest.split_once(' ')?;
                let (scope, rest) = rest.split_once(' ')?;
                let count = option(rest, "count").0?.parse().ok()?;
                Self::HoldHistory(slot.parse().ok()?, scope_of(scope)?, count)
            }
            "hold" => {
                let (slot, search) = rest.split_once(' ')?;
                Self::Hold(slot.parse().ok()?, search.to_owned())
            }
            "continue" => Self::Continue(rest.parse().ok()?),
            "batch" => bundle(BundleKind::Batch, rest)?,
            "transaction" => bundle(BundleKind::Transaction, rest)?,
            "search-as-of" => {
                let (moment, search) = rest.split_once(' ')?;
                Self::SearchAsOf(moment_of(moment)?, search.to_owned())
            }
            "hold-as-of" => {
                let (slot, rest) = rest.split_once(' ')?;
                let (moment, search) = rest.split_once(' ')?;
                Self::HoldAsOf(slot.parse().ok()?, moment_of(moment)?, search.to_owned())
            }
            "reopen" => Self::Reopen,
            "rebuild" => Self::Rebuild,
            "forget" => Self::Forget(moment_of(rest)?),
            "compact" => Self::Compact,
            _ => return None,
        })
    }

    /// The step with ids and times in place of what stands for them. `times`: when versions were made, the last last.
    ///
    /// # Errors
    /// In words.
    pub fn filled(&self, slots: &BTreeMap<u8, String>, times: &[i64]) -> Result<Self, String> {
        let last = instant_text(times.last().copied().unwrap_or(BEFORE_ALL));
        let line = self.to_string();
        let mut parts = line.split('$');
        let mut out = parts.next().map(str::to_owned).into_iter().collect::<String>();
        for part in parts {
            let mut letters = part.chars();
            match letters.next() {
                Some('L') => out.push_str(&last),
                Some(digit) if digit.is_ascii_digit() => {
                    let slot = u8::try_from(digit).unwrap_or(b'0') - b'0';
                    out.push_str(slots.get(&slot).map_or("unset", String::as_str));
                }
                letter => out.extend(['$'].into_iter().chain(letter)),
            }
            out.push_str(letters.as_str());
        }
        let mut filled = Self::parse(&out)?;
        if let Self::SearchAsOf(moment, _) | Self::HoldAsOf(_, moment, _) | Self::Forget(moment) = &mut filled
            && let Moment::Change(back) = *moment
        {
            let at = times.len().checked_sub(1 + back as usize).map_or(BEFORE_ALL, |at| times[at]);
            *moment = Moment::At(at);
        }
        Ok(filled)
    }
}

/// The year 2000: before anything is written.
const BEFORE_ALL: i64 = 946_684_800_000;

/// Reads a history. Empty lines and those that begin with `#` are passed over.
///
/// # Errors
/// In words.
pub fn parse(text: &str) -> Result<Vec<Step>, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(Step::parse).collect()
}

/// Writes a history.
pub fn write(steps: &[Step]) -> String {
    steps.iter().map(|step| format!("{step}\n")).collect()
}

/// Takes `name=value` from the beginning.
fn option<'a>(rest: &'a str, name: &str) -> (Option<&'a str>, &'a str) {
    let value = rest.strip_prefix(name).and_then(|rest| rest.strip_prefix('='));
    match value {
        Some(value) => {
            let (value, rest) = value.split_once(' ').unwrap_or((value, ""));
            (Some(value), rest)
        }
        None => (None, rest),
    }
}

/// Takes what a change expects from the beginning.
fn expected(rest: &str) -> Option<(Expected, &str)> {
    match (option(rest, "if-match"), option(rest, "if-none-match")) {
        ((Some(version), rest), _) => Some((Expected::Version(version.parse().ok()?), rest)),
        (_, (Some("*"), rest)) => Some((Expected::Nothing, rest)),
        (_, (Some(_), _)) => None,
        ((None, rest), _) => Some((Expected::Anything, rest)),
    }
}

fn expected_text(expected: Expected) -> String {
    match expected {
        Expected::Anything => String::new(),
        Expected::Version(version) => format!(" if-match={version}"),
        Expected::Nothing => " if-none-match=*".to_owned(),
    }
}

/// A patch is told by what it looks like.
fn patch(body: Json) -> Patch {
    let kind = if matches!(body, Json::List(_)) { PatchKind::Json } else { PatchKind::FhirPath };
    Patch { kind, body }
}

fn key(place: &str) -> Option<Key> {
    let (resource_type, id) = place.split_once('/')?;
    Some(Key::of(resource_type, id))
}

fn scope_of(scope: &str) -> Option<Scope> {
    Some(match scope {
        "*" => Scope::System,
        place if place.contains('/') => Scope::Instance(key(place)?),
        resource_type => Scope::Type(resource_type.to_owned()),
    })
}

fn moment_of(text: &str) -> Option<Moment> {
    let (kind, number) = text.split_once('-')?;
    Some(match kind {
        "change" => Moment::Change(number.parse().ok()?),
        "search" => Moment::Search(number.parse().ok()?),
        "at" => Moment::At(number.parse().ok()?),
        _ => return None,
    })
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Change(back) => write!(f, "change-{back}"),
            Self::Search(back) => write!(f, "search-{back}"),
            Self::At(at) => write!(f, "at-{at}"),
        }
    }
}

fn scope_text(scope: &Scope) -> String {
    match scope {
        Scope::Instance(key) => key.to_string(),
        Scope::Type(name) => name.clone(),
        Scope::System => "*".to_owned(),
    }
}

fn bundle(kind: BundleKind, text: &str) -> Option<Step> {
    let json = Json::parse(text)?;
    let (mut entries, mut slots) = (Vec::new(), Vec::new());
    for item in json.items() {
        let text = |name: &str| item.text_at(name).map(str::to_owned);
        entries.push(Entry {
            full_url: text("fullUrl"),
            method: method(item.text_at("method")?)?,
            url: text("url")?,
            if_none_exist: text("ifNoneExist"),
            expected: match (item.text_at("ifMatch"), item.text_at("ifNoneMatch")) {
                (Some(version), _) => Expected::Version(version.parse().ok()?),
                (None, Some("*")) => Expected::Nothing,
                (None, Some(_)) => return None,
                (None, None) => Expected::Anything,
            },
            resource: item.get("resource").cloned(),
            patch: item.get("patch").cloned().map(patch),
        });
        slots.push(item.text_at("slot").map(str::parse).transpose().ok()?);
    }
    Some(Step::Bundle { kind, entries, slots })
}

fn method(name: &str) -> Option<Method> {
    Some(match name {
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "PATCH" => Method::Patch,
        "DELETE" => Method::Delete,
        "GET" => Method::Get,
        _ => return None,
    })
}

impl Method {
    /// The word that HTTP has for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Get => "GET",
        }
    }
}

fn entry_json(entry: &Entry, slot: Option<u8>) -> Json {
    let if_match = match entry.expected {
        Expected::Version(version) => Some(version.to_string()),
        Expected::Anything | Expected::Nothing => None,
    };
    let texts = [
        ("fullUrl", entry.full_url.clone()),
        ("method", Some(entry.method.name().to_owned())),
        ("url", Some(entry.url.clone())),
        ("ifNoneExist", entry.if_none_exist.clone()),
        ("ifMatch", if_match),
        ("ifNoneMatch", (entry.expected == Expected::Nothing).then(|| "*".to_owned())),
        ("slot", slot.map(|slot| slot.to_string())),
    ];
    let texts = texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), Json::Text(text?))));
    let resource = entry.resource.clone().map(|resource| ("resource".to_owned(), resource));
    let patch = entry.patch.clone().map(|patch| ("patch".to_owned(), patch.body));
    Json::Object(texts.chain(resource).chain(patch).collect())
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given = |name: &str, value: Option<String>| {
            value.map_or(String::new(), |value| format!(" {name}={value}"))
        };
        match self {
            Self::Create { slot, resource_type, criteria, body } => {
                write!(f, "create {slot} {resource_type}{} {body}", given("if-none-exist", criteria.clone()))
            }
            Self::Update { whose, expected, body } => {
                write!(f, "update {whose}{} {body}", expected_text(*expected))
            }
            Self::Patch { whose, expected, patch } => {
                write!(f, "patch {whose}{} {}", expected_text(*expected), patch.body)
            }
            Self::Delete { whose, expected } => write!(f, "delete {whose}{}", expected_text(*expected)),
            Self::DeleteAll { resource_type, criteria, at_most } => {
                write!(f, "delete-all {at_most} {resource_type}?{criteria}")
            }
            Self::Read(key) => write!(f, "read {key}"),
            Self::VersionRead(key, version) => write!(f, "vread {key} {version}"),
            Self::History { scope, count, since } => {
                let scope = scope_text(scope);
                let since = if *since == Since::LastChange { " since" } else { "" };
                write!(f, "history {scope}{}{since}", given("count", count.map(|count| count.to_string())))
            }
            Self::Search(search) => write!(f, "search {search}"),
            Self::SearchByPost(search) => write!(f, "search-by-post {search}"),
            Self::HoldHistory(slot, scope, count) => {
                write!(f, "hold-history {slot} {} count={count}", scope_text(scope))
            }
            Self::Hold(slot, search) => write!(f, "hold {slot} {search}"),
            Self::Continue(slot) => write!(f, "continue {slot}"),
            Self::Bundle { kind, entries, slots } => {
                let entries = entries.iter().zip(slots).map(|(entry, slot)| entry_json(entry, *slot));
                let verb = if *kind == BundleKind::Batch { "batch" } else { "transaction" };
                write!(f, "{verb} {}", Json::List(entries.collect()))
            }
            Self::SearchAsOf(moment, search) => write!(f, "search-as-of {moment} {search}"),
            Self::HoldAsOf(slot, moment, search) => write!(f, "hold-as-of {slot} {moment} {search}"),
            Self::Reopen => f.write_str("reopen"),
            Self::Rebuild => f.write_str("rebuild"),
            Self::Forget(moment) => write!(f, "forget {moment}"),
            Self::Compact => f.write_str("compact"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let text = r#"create 3 Patient if-none-exist=identifier=urn:a|1 {"resourceType":"Patient"}
create 3 Patient {"resourceType":"Patient"}
update Patient/a if-match=2 {"resourceType":"Patient","id":"a"}
update Patient/a if-none-match=* {"resourceType":"Patient","id":"a"}
update Patient?identifier=urn:a|1 {"resourceType":"Patient"}
patch Patient/a if-match=3 [{"op":"remove","path":"/active"}]
patch Patient?identifier=1 {"parameter":[],"resourceType":"Parameters"}
delete Patient/$3
delete Patient/a if-match=1
delete Patient?identifier=1 if-match=1
delete-all 3 Patient?identifier=1
read Patient/a
vread Patient/a 2
history * count=2 since
history Patient
history Patient/a since
search Patient?family=x
search-by-post Patient?family=x
search ?_type=Patient,Group&_id=a
search Patient/a/*?_id=b
hold 1 Patient
hold-history 2 * count=3
hold-history 2 Patient/a count=3
continue 1
transaction [{"method":"POST","resource":{"resourceType":"Patient"},"slot":"4","url":"Patient"}]
transaction [{"ifNoneMatch":"*","method":"PATCH","patch":[{"op":"remove","path":"/active"}],"url":"Patient?_id=a"}]
batch [{"fullUrl":"urn:x","ifMatch":"1","ifNoneExist":"a=b","method":"GET","url":"Patient"}]
search-as-of change-3 Patient?family=x
search-as-of at-12 ?_id=a
hold-as-of 1 search-0 Patient
reopen
rebuild
forget change-12
compact
"#;
        assert_eq!(write(&parse(text).unwrap()), text);
        assert!(Step::parse("dance").is_err());
        let slots = [(3, "x".to_owned())].into();
        let step = Step::parse("search Patient?_id=$3,$4&_lastUpdated=$L&family=$x").unwrap();
        let filled = step.filled(&slots, &[0]).unwrap().to_string();
        let now = "1970-01-01T00:00:00.000Z";
        assert_eq!(filled, format!("search Patient?_id=x,unset&_lastUpdated={now}&family=$x"));
        for (moment, expected) in
            [("change-0", "at-9"), ("change-1", "at-7"), ("change-2", "at-946684800000")]
        {
            let step = Step::parse(&format!("forget {moment}")).unwrap();
            assert_eq!(step.filled(&slots, &[7, 9]).unwrap().to_string(), format!("forget {expected}"));
        }
    }
}
