//! What goes into an operation: a URL's parameters, and those of a Parameters resource.

use fornax::Handling;
use fornax_model::{Document, Limits, Node};

use super::super::interaction::Call;
use super::super::negotiation::{FORM_PARAMETERS, names_content_type, unsupported};
use super::super::query_string;
use super::super::refusal::Refusal;
use super::Operation;

/// Parameters that a call has. A value is text where it is primitive, and else JSON.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Inputs {
    values: Vec<(String, Value)>,
}

#[derive(Debug, PartialEq, Eq)]
enum Value {
    Text(String),
    Json(Vec<u8>),
}

impl Inputs {
    /// Reads a call's query and body. Empty values are as good as none.
    ///
    /// # Errors
    /// 400: the body is no Parameters resource; one has no name or value; one is there too often, or missing; under strict handling, or
    /// where it writes, the operation has none of that name. 415: nothing says what the body is.
    pub(crate) fn of(operation: &Operation, call: &Call, body: Vec<u8>) -> Result<Self, Refusal> {
        let inputs = Self::any_of(call, body)?;
        inputs.check(operation, call.preference.handling)?;
        Ok(inputs)
    }

    /// The same, whatever the operation takes.
    pub(crate) fn any_of(call: &Call, body: Vec<u8>) -> Result<Self, Refusal> {
        let mut inputs = Self::default();
        for (name, value) in query_string::pairs(&call.query).filter(|(_, value)| !value.is_empty()) {
            if !FORM_PARAMETERS.contains(&&*name) {
                inputs.values.push((name.into_owned(), Value::Text(value.into_owned())));
            }
        }
        if !body.is_empty() {
            if !names_content_type(&call.headers) {
                return Err(unsupported("the body must say what it is: a Content-Type is missing"));
            }
            inputs.read(body)?;
        }
        Ok(inputs)
    }

    /// All primitive values, by their names.
    pub(crate) fn all_texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().filter_map(|(name, value)| match value {
            Value::Text(text) => Some((name.as_str(), text.as_str())),
            Value::Json(_) => None,
        })
    }

    /// The first primitive value of a parameter.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.texts(name).next()
    }

    /// All primitive values of a parameter.
    pub(crate) fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        let of_name = self.values.iter().filter(move |(found, _)| found == name);
        of_name.filter_map(|(_, value)| match value {
            Value::Text(text) => Some(text.as_str()),
            Value::Json(_) => None,
        })
    }

    /// The first value of a parameter that is a resource or of a complex type, as JSON.
    pub(crate) fn json(&self, name: &str) -> Option<&[u8]> {
        let mut of_name = self.values.iter().filter(|(found, _)| found == name);
        of_name.find_map(|(_, value)| match value {
            Value::Json(json) => Some(json.as_slice()),
            Value::Text(_) => None,
        })
    }

    /// Whether a parameter is set to true.
    ///
    /// # Errors
    /// 400: it is neither true nor false.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Refusal> {
        match self.text(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Refusal::invalid(format!("{name} is true or false"))),
        }
    }

    /// Primitive values.
    #[cfg(test)]
    pub(crate) fn of_texts(texts: &[(&str, &str)]) -> Self {
        let value = |&(name, text): &(&str, &str)| (name.to_owned(), Value::Text(text.to_owned()));
        Self { values: texts.iter().map(value).collect() }
    }

    fn read(&mut self, body: Vec<u8>) -> Result<(), Refusal> {
        let document = Document::parse(body, &Limits::default())
            .map_err(|error| Refusal::invalid(format!("the body is not JSON: {error}")))?;
        let root = document.root();
        if text_of(root.get("resourceType")).as_deref() != Some("Parameters") {
            return Err(Refusal::invalid("the body must be a Parameters resource"));
        }
        for one in root.get("parameter").into_iter().flat_map(Node::items) {
            let place = one.path();
            let name = text_of(one.get("name"))
                .ok_or_else(|| Refusal::invalid(format!("a parameter has no name: {place}")))?;
            let value = value_of(one)
                .ok_or_else(|| Refusal::invalid(format!("a parameter has no value or resource: {place}")))?;
            self.values.push((name, value));
        }
        Ok(())
    }

    fn check(&self, operation: &Operation, handling: Handling) -> Result<(), Refusal> {
        let name = operation.name;
        for input in operation.inputs {
            let times = self.values.iter().filter(|(found, _)| found == input.name).count();
            if times < input.min as usize {
                return Err(Refusal::invalid(format!("${name} needs {}", input.name)));
            }
            if times > 1 && input.max == "1" {
                return Err(Refusal::invalid(format!("{} is there more than once", input.name)));
            }
        }
        let is_known = |found: &str| operation.inputs.iter().any(|input| input.name == found);
        // What a misspelt name leaves out of a write can't be put right afterwards.
        let is_strict = handling == Handling::Strict || operation.writes();
        if is_strict && !self.values.iter().all(|(found, _)| is_known(found)) {
            let names: Vec<&str> = operation.inputs.iter().map(|input| input.name).collect();
            let names = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
            return Err(Refusal::not_supported(format!("${name} takes {names}")));
        }
        Ok(())
    }
}

/// The value of a parameter: its `resource`, or its `value[x]`.
fn value_of(parameter: Node<'_>) -> Option<Value> {
    let is_value = |name: &str| name == "resource" || name.starts_with("value");
    let member = parameter.members().find(|(name, _)| is_value(name))?.1;
    Some(match text_of(Some(member)) {
        Some(text) => Value::Text(text),
        None => Value::Json(member.raw().to_vec()),
    })
}

/// A primitive as text.
fn text_of(node: Option<Node<'_>>) -> Option<String> {
    let node = node?;
    let text = node.as_str().map(std::borrow::Cow::into_owned);
    let number = || node.as_number().map(ToOwned::to_owned);
    text.or_else(number).or_else(|| node.as_bool().map(|flag| flag.to_string()))
}

#[cfg(test)]
mod tests;
