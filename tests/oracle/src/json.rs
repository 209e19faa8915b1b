//! JSON as the oracle sees it: numbers stay as they were written, so that 5.40 is not 5.4; the order of members means nothing.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::value::RawValue;

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number, digit by digit.
    Number(String),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object.
    Object(BTreeMap<String, Json>),
}

impl Json {
    /// The value of a text; `None`: it is not JSON.
    pub fn parse(text: &str) -> Option<Self> {
        let raw: &RawValue = serde_json::from_str(text).ok()?;
        Self::of(raw)
    }

    fn of(raw: &RawValue) -> Option<Self> {
        let text = raw.get();
        Some(match text.as_bytes().first()? {
            b'{' => {
                let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
                let members = members.into_iter().map(|(name, raw)| Some((name, Self::of(raw)?)));
                Self::Object(members.collect::<Option<_>>()?)
            }
            b'[' => {
                let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
                Self::List(items.into_iter().map(Self::of).collect::<Option<_>>()?)
            }
            b'"' => Self::Text(serde_json::from_str(text).ok()?),
            b't' | b'f' => Self::Boolean(text == "true"),
            b'n' => Self::Null,
            _ => Self::Number(text.to_owned()),
        })
    }

    /// A string.
    pub fn text_of(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The member of an object.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.get(name),
            _ => None,
        }
    }

    /// The string.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The string that is a member of an object.
    pub fn text_at(&self, name: &str) -> Option<&str> {
        self.get(name)?.text()
    }

    /// The members of an object.
    pub fn members_mut(&mut self) -> Option<&mut BTreeMap<String, Self>> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The items of an array; of anything else, itself.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            other => std::slice::from_ref(other),
        }
    }

    /// What lies at a path of member names such as `name.family`. Arrays are passed through. A step may ask for a member's value:
    /// `telecom[system=phone]`.
    pub fn at(&self, path: &str) -> Vec<&Self> {
        let mut found = vec![self];
        for step in path.split('.').filter(|step| !step.is_empty()) {
            let (name, condition) = match step.split_once('[') {
                Some((name, condition)) => (name, condition.trim_end_matches(']').split_once('=')),
                None => (step, None),
            };
            let inside = found.iter().filter_map(|value| value.get(name)).flat_map(Self::items);
            let holds = |value: &&Self| {
                condition.is_none_or(|(member, wanted)| value.text_at(member) == Some(wanted))
            };
            found = inside.filter(holds).collect();
        }
        found
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Number(digits) => f.write_str(digits),
            Self::Text(text) => write!(f, "{}", serde_json::Value::from(text.as_str())),
            Self::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if at == 0 { "[" } else { "," })?;
                }
                f.write_str(if items.is_empty() { "[]" } else { "]" })
            }
            Self::Object(members) => {
                for (at, (name, value)) in members.iter().enumerate() {
                    let open = if at == 0 { "{" } else { "," };
                    write!(f, "{open}{}:{value}", serde_json::Value::from(name.as_str()))?;
                }
                f.write_str(if members.is_empty() { "{}" } else { "}" })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits_and_paths_pass_through_arrays() {
        let json = Json::parse(r#"{"b":[{"s":"x","v":5.40},{"s":"y","v":1e2}],"a":{},"c":[]}"#).unwrap();
        assert_eq!(json.to_string(), r#"{"a":{},"b":[{"s":"x","v":5.40},{"s":"y","v":1e2}],"c":[]}"#);
        assert_eq!(json.at("b.v").len(), 2);
        assert_eq!(json.at("b[s=y].v"), [&Json::Number("1e2".to_owned())]);
        assert!(json.at("a.v").is_empty());
        assert!(Json::parse("{").is_none());
    }
}
