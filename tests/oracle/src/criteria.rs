//! What a search asks of a resource: parameters with their modifiers, chains and `_has` (search.html#modifiers,
//! search.html#chaining, search.html#has).

use crate::filter_expression;
use crate::parameters::{Kind, Parameter, parameter};
use crate::query::{split, unescaped};
use crate::references::Target;
use crate::refusal::Refusal;
use crate::version::Key;
use crate::wanted::{Modifier, Wanted};
use crate::words::{Asked, Place};

/// How many steps of chains and of `_has` a name may have in all.
const LINKS_MAX: usize = 8;

/// One criterion.
#[derive(Clone, Debug)]
pub enum Criterion {
    /// Some value is one of those.
    SomeValue(&'static Parameter, Vec<Wanted>),
    /// No value is one of those.
    NoValue(&'static Parameter, Vec<Wanted>),
    /// There is a value.
    Present(&'static Parameter),
    /// There is no value.
    Missing(&'static Parameter),
    /// Some value refers to a resource of one of the types that meets what is asked of that type.
    Chain(&'static Parameter, Vec<(&'static str, Criterion)>),
    /// Some resource meets a criterion and refers to this one.
    Has {
        /// Its type.
        source: String,
        /// By what it refers.
        by: &'static Parameter,
        /// What is asked of it.
        criterion: Box<Criterion>,
    },
    /// Some value refers to one of these resources, or to what their hierarchy puts on that side of them.
    Kin(&'static Parameter, Side, Vec<Key>),
    /// Some expression holds of its words.
    Words(Place, Vec<Asked>),
    /// It is an item of one of the Lists with these ids.
    Listed(Vec<String>),
    /// All hold.
    All(Vec<Criterion>),
    /// One holds.
    Any(Vec<Criterion>),
    /// It does not hold.
    Not(Box<Criterion>),
}

impl Criterion {
    /// Reads a name and a value. `None`: the type has no such parameter.
    ///
    /// # Errors
    /// `Limit`: too many links. `Invalid`: a value, a modifier or a link that it can't be. `NotSupported`: the modifier.
    pub fn parse(resource_type: &str, name: &str, value: &str) -> Result<Option<Self>, Refusal> {
        match name.strip_prefix("_filter") {
            Some("") => return filter_expression::criterion(resource_type, value).map(Some),
            Some(rest) if rest.starts_with(':') => return Err(Refusal::Invalid),
            _ => {}
        }
        let links = name.matches('.').count() + name.matches("_has:").count();
        if links > LINKS_MAX {
            return Err(Refusal::Limit);
        }
        Self::of(resource_type, name, value)
    }

    /// Whether other resources decide.
    pub fn is_join(&self) -> bool {
        match self {
            Self::Chain(..) | Self::Has { .. } | Self::Kin(..) | Self::Listed(_) => true,
            Self::SomeValue(..)
            | Self::NoValue(..)
            | Self::Present(_)
            | Self::Missing(_)
            | Self::Words(..) => false,
            Self::All(criteria) | Self::Any(criteria) => criteria.iter().any(Self::is_join),
            Self::Not(criterion) => criterion.is_join(),
        }
    }

    fn of(resource_type: &str, name: &str, value: &str) -> Result<Option<Self>, Refusal> {
        if let Some(rest) = name.strip_prefix("_has:") {
            return Self::has(rest, value).map(Some);
        }
        if let Some((head, rest)) = name.split_once('.') {
            return Self::chain(resource_type, head, rest, value);
        }
        let (code, modifier) = match name.split_once(':') {
            Some((code, modifier)) => (code, Some(modifier)),
            None => (name, None),
        };
        if code == "_list" {
            let ids = split(value, ',').iter().map(|id| unescaped(id)).collect();
            return if modifier.is_none() { Ok(Some(Self::Listed(ids))) } else { Err(Refusal::Invalid) };
        }
        let place = match code {
            "_text" => Some(Place::Narrative),
            "_content" => Some(Place::Content),
            _ => None,
        };
        if let Some(place) = place {
            return if modifier.is_none() { words(place, value).map(Some) } else { Err(Refusal::Invalid) };
        }
        let Some(parameter) = parameter(resource_type, code) else { return Ok(None) };
        if parameter.element.kind() == Kind::String && modifier == Some("text") {
            return words(Place::Values(parameter), value).map(Some);
        }
        Self::simple(parameter, modifier, value).map(Some)
    }

    fn simple(parameter: &'static Parameter, modifier: Option<&str>, value: &str) -> Result<Self, Refusal> {
        if modifier == Some("missing") {
            let is_everywhere = ["_id", "_lastUpdated"].contains(&parameter.code);
            return match value {
                "true" if !is_everywhere => Ok(Self::Missing(parameter)),
                "false" if !is_everywhere => Ok(Self::Present(parameter)),
                _ => Err(Refusal::Invalid),
            };
        }
        let is_negative = modifier == Some("not") && parameter.element.kind() == Kind::Token;
        if parameter.code == "_id" && modifier.is_some() && !is_negative {
            return Err(Refusal::Invalid);
        }
        let side = match modifier {
            Some("above") => Some(Side::Above),
            Some("below") => Some(Side::Below),
            _ => None,
        };
        if let Some(side) = side.filter(|_| parameter.element.kind() == Kind::Reference) {
            let parts = split(value, ',').into_iter().map(|value| parts(parameter, &value));
            let keys = parts.collect::<Result<Vec<_>, _>>()?.concat();
            return Ok(Self::Kin(parameter, side, keys));
        }
        let modifier = match modifier {
            Some(modifier) if !is_negative => Modifier::parse(parameter, modifier)?,
            _ => Modifier::Plain,
        };
        let wanted = split(value, ',').into_iter().map(|value| Wanted::parse(parameter, modifier, &value));
        let wanted = wanted.collect::<Result<_, _>>()?;
        Ok(if is_negative { Self::NoValue(parameter, wanted) } else { Self::SomeValue(parameter, wanted) })
    }

    /// `p.q` and `p:Type.q`: all types that have `q`, and for which the value can be read, are looked at.
    fn chain(resource_type: &str, head: &str, rest: &str, value: &str) -> Result<Option<Self>, Refusal> {
        let (code, target) = match head.split_once(':') {
            Some((code, target)) => (code, Some(target)),
            None => (head, None),
        };
        let Some(parameter) = parameter(resource_type, code) else { return Ok(None) };
        let mut types = parameter.target_types().collect::<Vec<_>>();
        types.retain(|name| target.is_none_or(|target| target == *name));
        if parameter.element.kind() != Kind::Reference || types.is_empty() {
            return Err(Refusal::Invalid);
        }
        chain(parameter, types, |target| Self::of(target, rest, value)).map(Some)
    }

    /// `Type:p:q`, without the `_has:` before it.
    fn has(rest: &str, value: &str) -> Result<Self, Refusal> {
        let mut parts = rest.splitn(3, ':');
        let (Some(source), Some(code), Some(name)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Refusal::Invalid);
        };
        let by = parameter(source, code).filter(|by| by.element.kind() == Kind::Reference);
        let criterion = Self::of(source, name, value)?;
        match (by, criterion) {
            (Some(by), Some(criterion)) => {
                Ok(Self::Has { source: source.to_owned(), by, criterion: Box::new(criterion) })
            }
            _ => Err(Refusal::Invalid),
        }
    }
}

fn words(place: Place, value: &str) -> Result<Criterion, Refusal> {
    let any_of = split(value, ',').into_iter().map(|value| Asked::parse(&value));
    Ok(Criterion::Words(place, any_of.collect::<Result<_, _>>()?))
}

/// A chain to those of the types of which something can be asked.
///
/// # Errors
/// There is no such type.
pub fn chain(
    parameter: &'static Parameter,
    types: Vec<&'static str>,
    asked_of: impl Fn(&str) -> Result<Option<Criterion>, Refusal>,
) -> Result<Criterion, Refusal> {
    let (mut asked, mut refusal) = (Vec::new(), Refusal::Invalid);
    for name in types {
        match asked_of(name) {
            Ok(Some(criterion)) => asked.push((name, criterion)),
            Ok(None) => {}
            Err(Refusal::NotSupported) => refusal = Refusal::NotSupported,
            Err(_) => {}
        }
    }
    if asked.is_empty() { Err(refusal) } else { Ok(Criterion::Chain(parameter, asked)) }
}

/// Where in a hierarchy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What something is part of.
    Above,
    /// What is part of something.
    Below,
}

/// Types whose resources say by `partof` or `part-of` which others they are part of.
const PARTS: [&str; 9] = [
    "CarePlan",
    "Communication",
    "Encounter",
    "Location",
    "MedicationStatement",
    "Organization",
    "Procedure",
    "ResearchStudy",
    "Task",
];

/// Whether a parameter may refer to what can be part of something.
pub fn may_point_to_parts(parameter: &Parameter) -> bool {
    PARTS.iter().any(|of| parameter.may_point_to(of))
}

/// The resources that a value of `:above` or `:below` may mean.
fn parts(parameter: &Parameter, value: &str) -> Result<Vec<Key>, Refusal> {
    let keys = match Wanted::parse(parameter, Modifier::Plain, value)? {
        Wanted::Target(Target::Local(key), None) => vec![key],
        Wanted::Id(id) => parameter.target_types().map(|of| Key::of(of, &id)).collect(),
        _ => Vec::new(),
    };
    let keys: Vec<Key> = keys.into_iter().filter(|key| PARTS.contains(&&*key.resource_type)).collect();
    if keys.is_empty() { Err(Refusal::Invalid) } else { Ok(keys) }
}
