//! A parameter that says what must hold: its name with modifiers and chains, and its values, to a condition.

use std::borrow::Cow;

use fornax_definitions::{ParameterId, Readiness, SearchKind, SearchParameter, TypeId};

use crate::condition::{Condition, Described};
use crate::error::{Bound, Fault, Feature, QueryError};
use crate::implied::implied_systems;
use crate::includable::is_includable;
use crate::name::{Suffix, resource_named, split_code, suffix};
use crate::pairs::Pair;
use crate::parse::{Reading, has_values};
use crate::read::{Form, ValueReader};
use crate::text::text_scope;

impl Reading<'_> {
    /// What a pair asks of the resources that are searched.
    pub fn pair_condition(&self, pair: &Pair) -> Result<Condition, QueryError> {
        match split_code(&pair.name) {
            ("_filter", "") => return self.expression_condition(pair),
            ("_filter", _) => return Err(pair.invalid(Fault::NoModifier)),
            _ => {}
        }
        let links = pair.name.matches('.').count() + pair.name.matches("_has:").count();
        Bound::Links.holds_in(pair, links, self.context.limits.links_max)?;
        self.condition(&self.types, &pair.name, pair)
    }

    /// What a parameter of that name asks of resources of these types.
    fn condition(&self, types: &[TypeId], name: &str, pair: &Pair) -> Result<Condition, QueryError> {
        let (code, rest) = split_code(name);
        if code == "_has" {
            return self.referred(rest, pair);
        }
        if code == "_list" {
            return self.listed(rest, pair);
        }
        let narrated = self.narrated(types, code);
        self.of_each(&narrated, code, pair, &|parameter| self.of_parameter(parameter, rest, pair))
    }

    /// Of several types those that have a narrative, where it is asked for; else all.
    fn narrated<'t>(&self, types: &'t [TypeId], code: &str) -> Cow<'t, [TypeId]> {
        if types.len() < 2 || code != "_text" {
            return Cow::Borrowed(types);
        }
        let has = |of: &TypeId| self.context.definitions.parameter(*of, code).is_some();
        let narrated: Vec<TypeId> = types.iter().copied().filter(has).collect();
        if narrated.is_empty() { Cow::Borrowed(types) } else { Cow::Owned(narrated) }
    }

    /// What the parameter of that code asks of resources of these types, read of each type's own.
    pub fn of_each(
        &self,
        types: &[TypeId],
        code: &str,
        pair: &Pair,
        read: &dyn Fn(&SearchParameter) -> Result<Condition, QueryError>,
    ) -> Result<Condition, QueryError> {
        let definitions = self.context.definitions;
        let mut described: Vec<Described> = Vec::new();
        // A parameter of several types means the same of each, unless codes go without another system there.
        let mut meanings: Vec<(ParameterId, Vec<&str>)> = Vec::new();
        for &resource in types {
            self.try_one(pair)?;
            let parameter = self.parameter(resource, code, pair)?;
            let parameter = parameter.ok_or_else(|| QueryError::Unknown { place: pair.place() })?;
            // Of a single type there is nothing to compare.
            let systems = match types {
                [_] => Vec::new(),
                _ => implied_systems(definitions, parameter, resource),
            };
            let meaning = (parameter.id, systems);
            let condition = match meanings.iter().position(|known| *known == meaning) {
                Some(at) => described[at].condition.clone(),
                None => self.counted(read(parameter)?, pair)?,
            };
            meanings.push(meaning);
            described.push(Described { resource, condition });
        }
        let is_one = meanings.windows(2).all(|two| two[0] == two[1]);
        match described.pop() {
            Some(Described { condition, .. }) if is_one => Ok(condition),
            last => Ok(Condition::ByType(described.into_iter().chain(last).collect())),
        }
    }

    /// The parameter of that code on a type, if there is one and resources are indexed by it.
    pub fn parameter(
        &self,
        resource: TypeId,
        code: &str,
        pair: &Pair,
    ) -> Result<Option<&SearchParameter>, QueryError> {
        let parameter = self.context.definitions.parameter(resource, code);
        match parameter.map(|parameter| parameter.readiness) {
            Some(Readiness::Waiting) => Err(QueryError::NotReady { place: pair.place() }),
            Some(Readiness::Ready) | None => Ok(parameter),
        }
    }

    /// Before a type is looked at: chains without types lead to many, and these again.
    fn try_one(&self, pair: &Pair) -> Result<(), QueryError> {
        self.meanings.set(self.meanings.get() + 1);
        Bound::Meanings.holds_in(pair, self.meanings.get(), self.context.limits.meanings_max)
    }

    /// The values of one type are as many again for the next one.
    fn counted(&self, condition: Condition, pair: &Pair) -> Result<Condition, QueryError> {
        if matches!(condition, Condition::Has { .. }) {
            self.read_values.set(self.read_values.get() + condition.values());
            Bound::Values.holds_in(pair, self.read_values.get(), self.context.limits.values_max)?;
        }
        Ok(condition)
    }

    fn of_parameter(
        &self,
        parameter: &SearchParameter,
        rest: &str,
        pair: &Pair,
    ) -> Result<Condition, QueryError> {
        let definitions = self.context.definitions;
        if text_scope(parameter).is_some() {
            return if rest.is_empty() {
                self.words(parameter, pair)
            } else {
                Err(pair.invalid(Fault::NoModifier))
            };
        }
        if !has_values(parameter) {
            return Err(pair.not_supported(Feature::Parameter));
        }
        if let Some((before, after)) = rest.split_once('.') {
            return self.chain(parameter, (before, after), pair);
        }
        match suffix(rest, pair, definitions)? {
            Suffix::None => self.values(parameter, None, pair, Form::Plain),
            Suffix::Type(target)
                if parameter.kind == SearchKind::Reference && definitions.may_refer_to(parameter, target) =>
            {
                self.values(parameter, Some(target), pair, Form::Plain)
            }
            Suffix::Type(_) => Err(pair.invalid(Fault::Modifier)),
            Suffix::Modifier(modifier) => self.modified(parameter, modifier, pair),
        }
    }

    fn values(
        &self,
        parameter: &SearchParameter,
        target: Option<TypeId>,
        pair: &Pair,
        form: Form,
    ) -> Result<Condition, QueryError> {
        let crate::Context { definitions, bases, limits, .. } = *self.context;
        let reader = ValueReader { definitions, parameter, target, bases, limits };
        let values = reader.read(pair, form)?;
        let values = values.ok_or_else(|| pair.not_supported(Feature::Kind(parameter.kind)))?;
        Ok(Condition::Has { parameter: parameter.id, values })
    }

    fn words(&self, parameter: &SearchParameter, pair: &Pair) -> Result<Condition, QueryError> {
        let crate::Context { definitions, bases, limits, .. } = *self.context;
        let reader = ValueReader { definitions, parameter, target: None, bases, limits };
        Ok(Condition::Has { parameter: parameter.id, values: reader.read_words(pair)? })
    }

    fn modified(
        &self,
        parameter: &SearchParameter,
        modifier: &'static str,
        pair: &Pair,
    ) -> Result<Condition, QueryError> {
        let is_every = matches!(&*parameter.code, "_id" | "_lastUpdated");
        let form = match (modifier, parameter.kind) {
            ("missing", _) if !is_every => return missing(parameter, pair),
            ("not", SearchKind::Token) => {
                let condition = self.values(parameter, None, pair, Form::Plain)?;
                return Ok(Condition::Not(Box::new(condition)));
            }
            _ if is_every => return Err(pair.invalid(Fault::ModifierKind)),
            ("exact", SearchKind::String) => Form::Exact,
            ("contains", SearchKind::String) => Form::Contains,
            ("text", SearchKind::Token) => Form::CodedText,
            ("code-text", SearchKind::Token) => Form::CodeStart,
            ("of-type", SearchKind::Token) => Form::OfType,
            ("identifier", SearchKind::Reference) => Form::Identifier,
            ("below", SearchKind::Uri) => Form::Below,
            ("above", SearchKind::Uri) => Form::Above,
            ("in", SearchKind::Token) => Form::InSet,
            ("not-in", SearchKind::Token) => {
                let condition = self.values(parameter, None, pair, Form::InSet)?;
                return Ok(Condition::Not(Box::new(condition)));
            }
            ("below", SearchKind::Token) => Form::CodesBelow,
            ("above", SearchKind::Token) => Form::CodesAbove,
            ("below", SearchKind::Reference) => Form::ReferencesBelow,
            ("above", SearchKind::Reference) => Form::ReferencesAbove,
            ("text", SearchKind::String) => return self.words(parameter, pair),
            _ => return Err(pair.invalid(Fault::ModifierKind)),
        };
        self.values(parameter, None, pair, form)
    }

    /// `subject.name`, `subject:Patient.name`: what stands before and after the dot.
    fn chain(
        &self,
        parameter: &SearchParameter,
        (before, after): (&str, &str),
        pair: &Pair,
    ) -> Result<Condition, QueryError> {
        let definitions = self.context.definitions;
        if parameter.kind != SearchKind::Reference {
            return Err(pair.invalid(Fault::ChainKind));
        }
        let only = match before.strip_prefix(':') {
            None => None,
            Some(name) => {
                Some(resource_named(definitions, name).ok_or_else(|| pair.invalid(Fault::ResourceType))?)
            }
        };
        let read = |resource| self.condition(&[resource], after, pair);
        self.refers(parameter, only, pair, &read)
    }

    /// What a reference asks of its targets: of every type that it may point to, or of one only, all that can be read.
    pub fn refers(
        &self,
        parameter: &SearchParameter,
        only: Option<TypeId>,
        pair: &Pair,
        read: &dyn Fn(TypeId) -> Result<Condition, QueryError>,
    ) -> Result<Condition, QueryError> {
        let definitions = self.context.definitions;
        let possible = definitions.resource_types().map(|of| of.id);
        let possible = possible.filter(|&of| definitions.may_refer_to(parameter, of));
        let (mut targets, mut failure) = (Vec::new(), None);
        for resource in possible.filter(|&of| only.is_none_or(|only| only == of)) {
            match read(resource) {
                Ok(condition) => targets.push(Described { resource, condition }),
                Err(error @ (QueryError::Limit { .. } | QueryError::NotReady { .. })) => return Err(error),
                // What is wrong with a value says more than that another type has no such parameter.
                Err(QueryError::Unknown { .. }) => {}
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        match failure {
            _ if !targets.is_empty() => Ok(Condition::Refers { parameter: parameter.id, targets }),
            Some(error) => Err(error),
            None => Err(pair.invalid(Fault::ChainTarget)),
        }
    }

    /// What follows `_has`: `:Type:reference:parameter`.
    fn referred(&self, rest: &str, pair: &Pair) -> Result<Condition, QueryError> {
        let definitions = self.context.definitions;
        let parts: Vec<&str> = rest.splitn(4, ':').collect();
        let ["", name, code, after] = parts[..] else { return Err(pair.invalid(Fault::Has)) };
        let resource = resource_named(definitions, name).ok_or_else(|| pair.invalid(Fault::ResourceType))?;
        let parameter = self.parameter(resource, code, pair)?;
        let parameter = parameter.filter(|found| is_includable(definitions, found, resource));
        let parameter = parameter.ok_or_else(|| pair.invalid(Fault::Has))?;
        let condition = self.condition(&[resource], after, pair);
        // An unknown parameter here is not one of the searched type's, which may be passed over.
        let condition = condition.map_err(|error| match error {
            QueryError::Unknown { .. } => pair.invalid(Fault::Has),
            other => other,
        })?;
        let source = Box::new(Described { resource, condition });
        Ok(Condition::Referred { parameter: parameter.id, source })
    }

    /// `_list`: what a List has as an item.
    fn listed(&self, rest: &str, pair: &Pair) -> Result<Condition, QueryError> {
        let definitions = self.context.definitions;
        if !rest.is_empty() {
            return Err(pair.invalid(Fault::NoModifier));
        }
        if pair.value.starts_with('$') {
            return Err(pair.not_supported(Feature::Value("$current")));
        }
        let list = resource_named(definitions, "List");
        let item = list.and_then(|list| definitions.parameter_of_release(list, "item"));
        let (Some(resource), Some(item)) = (list, item) else {
            return Err(pair.not_supported(Feature::Parameter));
        };
        let condition = self.condition(&[resource], "_id", pair)?;
        let source = Box::new(Described { resource, condition });
        Ok(Condition::Referred { parameter: item.id, source })
    }
}

fn missing(parameter: &SearchParameter, pair: &Pair) -> Result<Condition, QueryError> {
    let present = Condition::Present(parameter.id);
    match pair.value.as_str() {
        "true" => Ok(Condition::Not(Box::new(present))),
        "false" => Ok(present),
        _ => Err(pair.invalid(Fault::Choice("true, false"))),
    }
}
