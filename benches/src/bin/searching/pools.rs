//! Values to search for: those of some patients of the population.

use fornax_model::{Document, Kind, Limits, Node};
use fornax_population::{Population, Resources};

/// Patients looked at, spread over the population.
const PATIENTS: u64 = 200;

/// Values as query strings have them but where said otherwise, as often as they are there.
#[derive(Debug, Default)]
pub struct Pools {
    /// These three as they are, since parts of them are searched for.
    pub families: Vec<String>,
    pub cities: Vec<String>,
    pub organizations: Vec<String>,
    pub birth_dates: Vec<String>,
    pub observed: Vec<String>,
    pub encountered: Vec<String>,
    pub categories: Vec<[String; 2]>,
    pub codes: Vec<[String; 2]>,
    pub classes: Vec<[String; 2]>,
    pub statuses: Vec<String>,
    /// Code, value and UCUM unit.
    pub quantities: Vec<[String; 3]>,
    pub component_quantities: Vec<[String; 3]>,
    pub patients: Vec<String>,
    pub encounters: Vec<String>,
    pub performers: Vec<String>,
    pub words: Vec<String>,
}

fn at<'n>(node: Node<'n>, path: &[&str]) -> Vec<Node<'n>> {
    let mut found = vec![node];
    for name in path {
        let children = found.into_iter().filter_map(|node| node.get(name));
        found = children
            .flat_map(|child| if child.kind() == Kind::Array { child.items().collect() } else { vec![child] })
            .collect();
    }
    found
}

fn texts(node: Node<'_>, path: &[&str]) -> Vec<String> {
    plain_texts(node, path).iter().map(|text| encoded(text)).collect()
}

fn plain_texts(node: Node<'_>, path: &[&str]) -> Vec<String> {
    let of = |node: Node<'_>| {
        node.as_str().map(std::borrow::Cow::into_owned).or_else(|| node.as_number().map(str::to_owned))
    };
    at(node, path).into_iter().filter_map(of).collect()
}

/// As it stands in a query string: letters, digits and what a query string leaves alone.
pub fn encoded(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:/".contains(byte);
    let mut out = String::new();
    for byte in text.bytes() {
        if plain(&byte) { out.push(char::from(byte)) } else { out.push_str(&format!("%{byte:02X}")) }
    }
    out
}

fn codings(node: Node<'_>, path: &[&str]) -> Vec<[String; 2]> {
    let pair = |node: Node<'_>| {
        let one = |name| texts(node, &[name]).into_iter().next();
        Some([one("system")?, one("code")?])
    };
    at(node, path).into_iter().filter_map(pair).collect()
}

impl Pools {
    pub fn of(population: &Population) -> Self {
        let mut pools = Self::default();
        let count = population.plan().patients;
        let step = (count / PATIENTS).max(1);
        let mut patient = Resources::new();
        for number in (0..count).step_by(step as usize) {
            population.fill_patient(number, &mut patient);
            for resource in patient.iter() {
                let document =
                    Document::parse(resource.json().as_bytes().to_vec(), &Limits::default()).unwrap();
                pools.add(resource.kind(), resource.id(), document.root());
            }
        }
        for piece in population.facilities() {
            for resource in piece.iter().filter(|resource| resource.kind() == "Organization") {
                let document =
                    Document::parse(resource.json().as_bytes().to_vec(), &Limits::default()).unwrap();
                pools.organizations.extend(plain_texts(document.root(), &["name"]));
            }
        }
        pools
    }

    fn add(&mut self, kind: &str, id: &str, root: Node<'_>) {
        match kind {
            "Patient" => {
                self.families.extend(plain_texts(root, &["name", "family"]));
                self.cities.extend(plain_texts(root, &["address", "city"]));
                self.birth_dates.extend(texts(root, &["birthDate"]));
                self.patients.push(id.to_owned());
            }
            "Observation" => {
                self.observed.extend(texts(root, &["effectiveDateTime"]));
                self.categories.extend(codings(root, &["category", "coding"]));
                let codes = codings(root, &["code", "coding"]);
                self.words.extend(texts(root, &["code", "text"]));
                self.performers.extend(texts(root, &["performer", "reference"]));
                add_quantities(&mut self.quantities, root, &codes);
                for component in at(root, &["component"]) {
                    let codes = codings(component, &["code", "coding"]);
                    add_quantities(&mut self.component_quantities, component, &codes);
                }
                self.codes.extend(codes);
            }
            "Encounter" => {
                self.encountered.extend(texts(root, &["period", "start"]));
                self.classes.extend(codings(root, &["class"]));
                self.statuses.extend(texts(root, &["status"]));
                self.encounters.push(id.to_owned());
            }
            _ => {}
        }
    }
}

fn add_quantities(out: &mut Vec<[String; 3]>, node: Node<'_>, codes: &[[String; 2]]) {
    let value = texts(node, &["valueQuantity", "value"]).into_iter().next();
    let unit = texts(node, &["valueQuantity", "code"]).into_iter().next();
    if let (Some([system, code]), Some(value), Some(unit)) = (codes.first(), value, unit) {
        out.push([format!("{system}%7C{code}"), value, unit]);
    }
}
