//! The examples of the R4 specification, and all its search parameters.

use crate::examples::{Expected, World, different};
use crate::ratchet;
use crate::shared_files::{Wanted, documents};
use crate::terms::{self, Term};
use fornax::ErrorKind;
use fornax::capabilities::ParameterCapabilities;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};

const EXAMPLES: usize = 719;
const EXERCISED_MIN: usize = 1_948;
const QUERIES_MIN: usize = 25_000;

/// What the release itself does not define.
const OF_A_LATER_RELEASE: &str = "_language";

/// They select no values: what they find is `search_rows`' and the oracle's part.
const OF_WORDS: [&str; 2] = ["_text", "_content"];

/// Of one parameter.
const TERMS_MAX: usize = 150;

/// What hardly any example has, and every resource can have.
const META: &str = r#"{"profile":["http://x.example/StructureDefinition/p|1.0"],"source":"http://x.example/feed/7",
    "security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}],
    "tag":[{"system":"http://x.example/tags","code":"Marked","display":"Marked by a test"},{"code":"plain"}]}"#;

#[test]
fn every_parameter_finds_what_the_examples_have() {
    let Some(documents) = documents("data/fhir-r4-spec-examples/files.tar.zst", &Wanted::all("*.json"))
    else {
        return;
    };
    assert_eq!(documents.len(), EXAMPLES);
    let Some(mut world) = World::new() else { return };
    world.load(&documents);
    let mut wrong = ratchet::differences("r4_refused.txt", &world.refused);
    assert_eq!(world.count() + world.refused.len(), EXAMPLES);
    let known = world.refused.len();
    world.load(&marked(&world, &documents));
    assert_eq!(world.refused.len(), known, "{:?}", world.refused);

    let mut suite = Suite { world: &world, tally: Tally::default() };
    for resource_type in world.repository.capabilities() {
        suite.try_type(resource_type.name, &resource_type.parameters);
    }
    let tally = suite.tally;
    let (exercised, listed) =
        tally.by_kind.values().fold((0, 0), |sum, kind| (sum.0 + kind.0, sum.1 + kind.1));
    println!(
        "{} examples; {exercised} of {listed} search parameters exercised by {} queries; by kind: {:?}",
        EXAMPLES - known,
        tally.queries,
        tally.by_kind
    );
    tally.details.iter().for_each(|line| println!("{line}"));
    wrong.extend(ratchet::differences("r4_not_listed.txt", &tally.not_listed));
    wrong.extend(ratchet::differences("r4_not_exercised.txt", &tally.not_exercised));
    wrong.extend(ratchet::differences("r4_disagreements.txt", &tally.disagreements));
    assert!(wrong.is_empty(), "\n{}\n{} wrong", wrong.join("\n"), wrong.len());
    assert!(exercised >= EXERCISED_MIN, "only {exercised} parameters");
    assert!(tally.queries >= QUERIES_MIN, "only {} queries", tally.queries);
}

/// A copy of the first example of each type that was taken, with tags and the like.
fn marked(world: &World, documents: &[String]) -> Vec<String> {
    let mut copies = BTreeMap::new();
    for document in documents {
        let mut members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(document).unwrap();
        let word = |name: &str| members[name].get().trim_matches('"').to_owned();
        let (resource_type, id) = (word("resourceType"), word("id"));
        if world.find(&format!("{resource_type}/{id}")).is_some() {
            let raw = |text: &str| RawValue::from_string(text.to_owned()).unwrap();
            members.insert("id".to_owned(), raw("\"marked\""));
            members.insert("meta".to_owned(), raw(META));
            copies.entry(resource_type).or_insert_with(|| serde_json::to_string(&members).unwrap());
        }
    }
    copies.into_values().collect()
}

/// What came of the suite.
#[derive(Default)]
struct Tally {
    /// How many parameters of a kind were exercised, and how many there are.
    by_kind: BTreeMap<&'static str, (usize, usize)>,
    queries: usize,
    /// What R4 has and the engine's own list has not, and what the engine says to it.
    not_listed: BTreeSet<String>,
    not_exercised: BTreeSet<String>,
    /// Parameters of which some queries find something else.
    disagreements: BTreeSet<String>,
    details: Vec<String>,
}

struct Suite<'a> {
    world: &'a World,
    tally: Tally,
}

impl Suite<'_> {
    fn try_type(&mut self, resource_type: &str, listed: &[ParameterCapabilities]) {
        for parameter in self.world.parameters.of(resource_type) {
            if listed.iter().all(|own| own.url != parameter.url) {
                let answer = self.world.repository.search(resource_type, &format!("{}=1", parameter.code));
                let said = match answer.map_err(|error| error.kind()) {
                    Ok(_) => "searched",
                    Err(ErrorKind::Invalid | ErrorKind::NotSupported) => "refused",
                    Err(other) => panic!("{resource_type} {}: {other:?}", parameter.code),
                };
                // What every resource has is said once.
                let general = parameter.of.iter().find(|name| name.ends_with("Resource"));
                let name = general.map_or(resource_type, String::as_str);
                self.tally.not_listed.insert(format!("{name} {}: {said}", parameter.code));
            }
        }
        let has_examples = !self.world.of(resource_type).is_empty();
        let mut not_exercised = Vec::new();
        let is_tried = |code: &str| !OF_WORDS.contains(&code) && code != OF_A_LATER_RELEASE;
        for parameter in listed.iter().filter(|parameter| is_tried(&parameter.code)) {
            let tried = if has_examples {
                self.try_parameter(resource_type, &parameter.code)
            } else {
                Tried::NoValue
            };
            let count = self.tally.by_kind.entry(parameter.kind).or_default();
            count.1 += 1;
            match tried {
                Tried::Exercised => count.0 += 1,
                Tried::NoValue => not_exercised.push(parameter.code.to_owned()),
                Tried::Unread => not_exercised.push(format!("{} (not read)", parameter.code)),
            }
        }
        if !has_examples {
            self.tally.not_exercised.insert(format!("{resource_type}: no example"));
        } else if !not_exercised.is_empty() {
            self.tally.not_exercised.insert(format!("{resource_type}: {}", not_exercised.join(", ")));
        }
    }

    fn try_parameter(&mut self, resource_type: &str, code: &str) -> Tried {
        let world = self.world;
        let parameter = world.parameters.named(resource_type, code).unwrap();
        let Ok(values) = world.values(resource_type, parameter) else { return Tried::Unread };
        let mut terms = Vec::new();
        for (example, data) in &values {
            for datum in data {
                let of_this = terms::of(datum, parameter);
                let is_met = of_this.is_empty() || of_this.iter().any(|term| term.condition.holds(data));
                assert!(is_met, "{} does not have its own {code}: {datum:?}", example.name);
                terms.extend(of_this);
            }
        }
        let terms = different(terms.into_iter(), TERMS_MAX);
        let missing = (!matches!(code, "_id" | "_lastUpdated")).then(Term::missing);
        let (mut asked, mut wrong) = (0, 0);
        for term in terms.iter().chain(&missing) {
            let query = term.query(code);
            asked += 1;
            if let Some(words) = world.check(resource_type, &query, &Expected::of(&values, &term.condition)) {
                wrong += 1;
                self.tally.details.push(format!("{resource_type}?{query}: {words}"));
            }
        }
        self.tally.queries += asked;
        if wrong > 0 {
            self.tally.disagreements.insert(format!("{resource_type} {code}: {wrong} of {asked} queries"));
        }
        if terms.is_empty() { Tried::NoValue } else { Tried::Exercised }
    }
}

enum Tried {
    Exercised,
    NoValue,
    Unread,
}
