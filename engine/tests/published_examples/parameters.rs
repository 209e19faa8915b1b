//! The official search parameters.

use crate::elements::{Elements, Node};
use crate::expression::Expression;
use crate::shared_files::{self, Wanted};
use crate::values::{self, Datum, Unread};
use serde::Deserialize;
use serde_json::Value;

const R4: Wanted = Wanted::all("*/hl7.fhir.r4.core/package/SearchParameter-*.json");

const RELATIONSHIP: &str = "/DocumentReference-relationship";

/// The expression of [`Parameter::is_death`].
const DEATH: &str = "Patient.deceased.exists() and Patient.deceased != false";

/// A search parameter, as its definition has it.
#[derive(Clone, Debug, Deserialize)]
pub struct Parameter {
    pub url: String,
    pub code: String,
    #[serde(rename = "type")]
    pub kind: String,
    /// The types that it is a parameter of; some of no type stand in the package beside the others.
    #[serde(rename = "base", default)]
    pub of: Vec<String>,
    #[serde(rename = "target", default)]
    pub targets: Vec<String>,
    expression: Option<String>,
    #[serde(rename = "component", default)]
    components: Vec<Component>,
}

#[derive(Clone, Debug, Deserialize)]
struct Component {
    definition: String,
    expression: String,
}

impl Parameter {
    pub fn is_of(&self, resource_type: &str) -> bool {
        let is_plain = matches!(resource_type, "Binary" | "Bundle" | "Parameters");
        self.of.iter().any(|name| {
            name == resource_type || name == "Resource" || (name == "DomainResource" && !is_plain)
        })
    }

    /// The one expression that is not a path, and gives a truth.
    fn is_death(&self) -> bool {
        self.expression.as_deref() == Some(DEATH)
    }
}

/// The search parameters of R4.
pub struct Parameters {
    list: Vec<Parameter>,
}

impl Parameters {
    pub fn read() -> Option<Self> {
        let documents = shared_files::documents("packages/r4-core/files.tar.zst", &R4)?;
        assert_eq!(documents.len(), 1_400);
        let mut list: Vec<Parameter> =
            documents.iter().map(|each| serde_json::from_str(each).unwrap()).collect();
        // Some are examples of how a search parameter is written, and are named like others.
        list.retain(|parameter| !parameter.url.contains("/SearchParameter/example"));
        // 4.0.1 swaps the definitions of its parts.
        let relationship = list.iter_mut().find(|parameter| parameter.url.ends_with(RELATIONSHIP)).unwrap();
        let [code, target] = &mut *relationship.components else { panic!("it has other parts") };
        std::mem::swap(&mut code.definition, &mut target.definition);
        Some(Self { list })
    }

    /// Takes the search parameters of a guide's package that R4 has not, and answers their documents.
    pub fn add_guide(&mut self, archive: &str) -> Option<Vec<String>> {
        let mut added = Vec::new();
        for document in shared_files::documents(archive, &Wanted::all("package/SearchParameter-*.json"))? {
            let parameter: Parameter = serde_json::from_str(&document).unwrap();
            let is_new = |name: &String| self.named(name, &parameter.code).is_none();
            if parameter.of.iter().all(is_new) {
                self.list.push(parameter);
                added.push(document);
            }
        }
        Some(added)
    }

    /// That of a type that goes by this name.
    pub fn named(&self, resource_type: &str, code: &str) -> Option<&Parameter> {
        self.of(resource_type).find(|parameter| parameter.code == code)
    }

    pub fn of(&self, resource_type: &str) -> impl Iterator<Item = &Parameter> {
        self.list.iter().filter(move |parameter| parameter.is_of(resource_type))
    }

    fn with_url(&self, url: &str) -> Option<&Parameter> {
        self.list.iter().find(|parameter| parameter.url == url)
    }

    /// The values of a parameter in a resource.
    pub fn values(
        &self,
        elements: &Elements,
        parameter: &Parameter,
        resource: &Value,
    ) -> Result<Vec<Datum>, Unread> {
        let whole = Node::of_resource(resource);
        if parameter.is_death() {
            return Ok(vec![values::death(elements, &whole)]);
        }
        let source = parameter.expression.as_deref().ok_or(Unread)?;
        let mut nodes = Expression::parse(source).ok_or(Unread)?.find(elements, resource, &whole);
        // An extension stands for its value.
        if nodes.iter().any(|node| node.kind == "Extension") {
            nodes = nodes.iter().flat_map(|node| elements.children(node, "value")).collect();
        }
        if parameter.kind != "composite" {
            return values::read_all(&parameter.kind, &nodes, &parameter.targets);
        }
        let each = nodes.iter().map(|node| self.parts(elements, parameter, resource, node));
        let parts: Vec<Vec<Vec<Datum>>> = each.collect::<Result<_, _>>()?;
        // Components take no modifier.
        let is_searched = |datum: &Datum| !matches!(datum, Datum::Caption(_) | Datum::LinkIdentifier(_));
        let is_whole = |parts: &Vec<Vec<Datum>>| parts.iter().all(|part| part.iter().any(is_searched));
        Ok(parts.into_iter().filter(is_whole).map(Datum::Parts).collect())
    }

    /// What an element has for each component of a composite.
    fn parts(
        &self,
        elements: &Elements,
        parameter: &Parameter,
        resource: &Value,
        node: &Node<'_>,
    ) -> Result<Vec<Vec<Datum>>, Unread> {
        let part = |component: &Component| {
            let definition = self.with_url(&component.definition).ok_or(Unread)?;
            let expression = Expression::parse(&component.expression).ok_or(Unread)?;
            let nodes = expression.find(elements, resource, node);
            values::read_all(&definition.kind, &nodes, &definition.targets)
        };
        parameter.components.iter().map(part).collect()
    }
}
