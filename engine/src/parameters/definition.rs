//! A SearchParameter resource, read.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use fornax_definitions::{
    Coded, Comparator, Component, Definitions, Modifier, ParameterId, Readiness, SearchKind, SearchParameter,
    TypeId, Usage,
};
use fornax_index::Indexer;
use fornax_model::Node;
use serde::{Deserialize, Serialize};

/// What a SearchParameter resource says, as far as searching goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ParameterDefinition {
    pub url: String,
    pub code: String,
    pub kind: String,
    pub expression: String,
    /// Names of types.
    pub base: Vec<String>,
    pub targets: Vec<String>,
    /// URL and expression of each.
    pub components: Vec<(String, String)>,
    pub comparators: Vec<String>,
    pub modifiers: Vec<String>,
    pub chains: Vec<String>,
    pub multiple_or: Option<bool>,
    pub multiple_and: Option<bool>,
}

/// Why a SearchParameter resource is not searched by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Its status is another than `active`.
    NotActive,
    /// The release's own parameter of this code selects the same.
    OfRelease,
    /// A resource that was written later has the code on all of its types.
    Overridden,
    /// The specification's codes begin with an underscore.
    ReservedCode,
    /// It has no expression, or says that the values are used in a way of their own.
    NotEvaluated,
    /// An expression that does not compile, or a type that is not.
    Expression,
    /// A component that no search parameter here defines, or whose kind a composite can't take.
    Component,
    /// More than the limits allow.
    TooMany,
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::NotActive => "its status is not active",
            Self::OfRelease => "FHIR's own search parameter of this code selects the same",
            Self::Overridden => "another one, written later, has this code",
            Self::ReservedCode => "codes that begin with an underscore are the specification's",
            Self::NotEvaluated => "it has no expression that a search can be evaluated by",
            Self::Expression => "its expression does not compile on all of its types",
            Self::Component => "a component is defined by no search parameter here that a composite can take",
            Self::TooMany => "there are more search parameters than a tenant may have",
        })
    }
}

fn texts(node: Node<'_>, name: &str) -> Vec<String> {
    let items = node.get(name).into_iter().flat_map(Node::items);
    items.filter_map(|item| Some(item.as_str()?.into_owned())).collect()
}

impl ParameterDefinition {
    /// Reads a resource whose shape was checked.
    pub(crate) fn read(resource: Node<'_>) -> Result<Self, Reason> {
        let text = |name| resource.get(name).and_then(Node::as_str).map(Cow::into_owned);
        if text("status").as_deref() != Some("active") {
            return Err(Reason::NotActive);
        }
        let (Some(url), Some(code), Some(kind)) = (text("url"), text("code"), text("type")) else {
            return Err(Reason::NotEvaluated);
        };
        if code.starts_with('_') {
            return Err(Reason::ReservedCode);
        }
        let usage = text("xpathUsage").unwrap_or_else(|| Usage::Normal.code().to_owned());
        let expression = text("expression").filter(|_| usage == Usage::Normal.code());
        let is_special = kind == SearchKind::Special.code();
        let Some(expression) = expression.filter(|_| !is_special) else { return Err(Reason::NotEvaluated) };
        let components = resource.get("component").into_iter().flat_map(Node::items);
        let part = |node: Node<'_>, name| Some(node.get(name)?.as_str()?.into_owned());
        let components = components.map(|one| Some((part(one, "definition")?, part(one, "expression")?)));
        let flag = |name| resource.get(name).and_then(Node::as_bool);
        Ok(Self {
            url,
            code,
            kind,
            expression,
            base: texts(resource, "base"),
            targets: texts(resource, "target"),
            components: components.collect::<Option<_>>().ok_or(Reason::Component)?,
            comparators: texts(resource, "comparator"),
            modifiers: texts(resource, "modifier"),
            chains: texts(resource, "chain"),
            multiple_or: flag("multipleOr"),
            multiple_and: flag("multipleAnd"),
        })
    }

    /// The types that it is for and that the release's own parameter of its code does not serve as well.
    pub(crate) fn bases(&self, definitions: &Definitions) -> Vec<String> {
        let is_new = |name: &&String| {
            let Some(of) = definitions.type_named(name) else { return false };
            let released = definitions.parameter_of_release(of.id, &self.code);
            released.is_none_or(|released| !self.selects_as(released, of.name))
        };
        self.base.iter().filter(is_new).cloned().collect()
    }

    /// Whether a parameter of the release selects the same values of a type, and compares them alike.
    fn selects_as(&self, released: &SearchParameter, type_name: &str) -> bool {
        let others = released.expression.as_deref().map(|other| paths(other, type_name));
        released.kind.code() == self.kind
            && self.components.is_empty()
            && others.is_some_and(|others| others == paths(&self.expression, type_name))
    }

    /// Whether its values can be found on all of its types; `None`: a name in it is unknown.
    pub(crate) fn compiles(&self, indexer: &Indexer) -> Option<Result<(), (TypeId, String)>> {
        let definitions = indexer.definitions();
        let number = definitions.added_from().number();
        // Which parameters its components are like makes no difference to where their values are.
        let parameter = self.to_parameter(definitions, number, &vec![number; self.components.len()])?;
        Some(indexer.check(&parameter))
    }

    /// Ready to be added to a release; `None`: a name in it is unknown.
    pub(crate) fn to_parameter(
        &self,
        definitions: &Definitions,
        number: u16,
        components: &[u16],
    ) -> Option<SearchParameter> {
        let types = |names: &[String]| -> Option<Vec<TypeId>> {
            names.iter().map(|name| Some(definitions.type_named(name)?.id)).collect()
        };
        let components = components.iter().zip(&self.components).map(|(&number, (_, expression))| {
            Component { parameter: ParameterId::new(number), expression: expression.clone().into() }
        });
        Some(SearchParameter {
            id: ParameterId::new(number),
            url: self.url.clone().into(),
            code: self.code.clone().into(),
            kind: coded(&self.kind)?,
            expression: Some(self.expression.clone().into()),
            usage: Some(Usage::Normal),
            base: types(&self.base)?.into(),
            targets: types(&self.targets)?.into(),
            components: components.collect(),
            comparators: self.comparators.iter().filter_map(|code| coded::<Comparator>(code)).collect(),
            modifiers: self.modifiers.iter().filter_map(|code| coded::<Modifier>(code)).collect(),
            chains: self.chains.iter().map(|chain| chain.clone().into()).collect(),
            multiple_or: self.multiple_or,
            multiple_and: self.multiple_and,
            is_example: false,
            readiness: Readiness::Ready,
        })
    }
}

pub(super) fn coded<T: Coded + Copy>(code: &str) -> Option<T> {
    T::ALL.iter().copied().find(|one| one.code() == code)
}

/// The alternatives of an expression that can start at a type, without white space: two expressions of the same are the same on
/// that type. Not the other way round, which only costs an index of its own.
fn paths(expression: &str, type_name: &str) -> BTreeSet<String> {
    let (mut depth, mut quoted) = (0_usize, false);
    let parts = expression.split(move |letter| {
        match letter {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == '|' && depth == 0 && !quoted
    });
    let bare = parts.map(|part| part.chars().filter(|letter| !letter.is_whitespace()).collect::<String>());
    let starts = |path: &String| {
        let path = path.trim_start_matches('(');
        [type_name, "Resource", "DomainResource"].iter().any(|name| {
            path.strip_prefix(name).is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric()))
        })
    };
    bare.filter(starts).collect()
}

#[cfg(test)]
mod tests;
