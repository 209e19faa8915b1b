//! US Core 6.1 and CARIN Blue Button: what they require to be searchable, over their examples.

use crate::examples::{Expected, Has, World, different};
use crate::parameters::Parameter;
use crate::ratchet;
use crate::requirements::{self, Requirement};
use crate::shared_files::{self, Wanted, documents};
use crate::terms::{self, Term};
use crate::values::{Datum, Link};
use std::collections::BTreeSet;

/// Values of one parameter that are asked for in a combination.
const TERMS_MAX: usize = 24;

struct Guide {
    /// The heading of its table in the checklists.
    heading: &'static str,
    /// What the names of its ratchets begin with.
    name: &'static str,
    /// The official package: its search parameters are the guide's own, and its examples come after those of the data.
    package: &'static str,
    data: &'static str,
    examples_min: usize,
    /// Requirements that were tried, each with some queries.
    rows_min: usize,
    /// How many there are depends on how many resources were written within the same millisecond.
    queries_min: usize,
}

const US_CORE: Guide = Guide {
    heading: "### US Core v6.1.0",
    name: "us_core",
    package: "packages/hl7.fhir.us.core-610.tgz",
    data: "data/us-core-examples/files.tar.zst",
    examples_min: 237,
    rows_min: 133,
    queries_min: 3_300,
};

const CARIN: Guide = Guide {
    heading: "### CARIN BB",
    name: "carin",
    package: "packages/carin-bb-200.tgz",
    data: "data/carin-bb-examples/files.tar.zst",
    examples_min: 42,
    rows_min: 26,
    queries_min: 600,
};

#[test]
fn us_core() {
    run(&US_CORE);
}

#[test]
fn carin_blue_button() {
    run(&CARIN);
}

fn run(guide: &Guide) {
    let Some(checklists) = shared_files::path("requirements/checklists.md") else { return };
    let requirements = requirements::read(&std::fs::read_to_string(checklists).unwrap(), guide.heading);
    let Some(mut world) = World::new() else { return };
    let examples = [(guide.data, "*.json"), (guide.package, "package/example/*.json")];
    for (archive, pattern) in examples {
        let Some(documents) = documents(archive, &Wanted::all(pattern)) else { return };
        world.load(&documents);
    }
    let Some(own) = world.parameters.add_guide(guide.package) else { return };
    let file = |subject: &str| format!("{}_{subject}.txt", guide.name);
    let mut wrong = ratchet::differences(&file("refused"), &world.refused);
    let examples = world.count();
    let known = world.refused.len();
    world.load(&made(&world, guide.name));
    world.load(&own);
    assert_eq!(world.refused.len(), known, "{:?}", world.refused);
    world.repository.finish_jobs();

    let mut suite = Suite { world: &world, tally: Tally::default() };
    requirements.iter().for_each(|requirement| suite.try_type(requirement));
    let tally = suite.tally;
    println!("{examples} examples; {} requirements met by {} queries", tally.rows, tally.queries);
    tally.details.iter().for_each(|line| println!("{line}"));
    wrong.extend(ratchet::differences(&file("no_example"), &tally.no_example));
    wrong.extend(ratchet::differences(&file("disagreements"), &tally.disagreements));
    assert!(wrong.is_empty(), "\n{}\n{} wrong", wrong.join("\n"), wrong.len());
    assert!(examples >= guide.examples_min, "only {examples} examples");
    assert!(tally.rows >= guide.rows_min, "only {} requirements", tally.rows);
    assert!(tally.queries >= guide.queries_min, "only {} queries", tally.queries);
}

/// What no example is: resources of the guide's file, one a line; and for each type a Provenance of its first and its last one.
fn made(world: &World, guide: &str) -> Vec<String> {
    let mut made = ratchet::read(&format!("{guide}_made.jsonl"));
    made.extend(world.types().map(|resource_type| {
        let all = world.of(resource_type);
        let targets = all.iter().take(1).chain(all.last()).map(|example| &example.name);
        let targets: Vec<String> =
            targets.map(|name| format!(r#"{{"reference":"{name}"}}"#)).collect();
        format!(
            r#"{{"resourceType":"Provenance","id":"of-{}","recorded":"2020-01-01T00:00:00Z","agent":[{{"who":{{"display":"x"}}}}],"target":[{}]}}"#,
            resource_type.to_lowercase(),
            targets.join(",")
        )
    }));
    made
}

/// What came of the suite.
#[derive(Default)]
struct Tally {
    rows: usize,
    queries: usize,
    /// Requirements for which no example has a value of each parameter.
    no_example: BTreeSet<String>,
    disagreements: BTreeSet<String>,
    details: Vec<String>,
}

struct Suite<'a> {
    world: &'a World,
    tally: Tally,
}

/// A query, and what it has to find.
type Question = (String, Expected);

impl<'a> Suite<'a> {
    fn try_type(&mut self, requirement: &Requirement) {
        let resource_type = &*requirement.resource_type;
        for codes in &requirement.combinations {
            let row = format!("{resource_type} {}", codes.join("+"));
            let parameters: Vec<&Parameter> = codes
                .iter()
                .map(|code| self.world.parameters.named(resource_type, code))
                .map(|found| found.unwrap_or_else(|| panic!("nobody defines {row}")))
                .collect();
            let questions = self.combined(resource_type, &parameters);
            self.try_row(resource_type, row, &questions);
        }
        let includes = requirement.includes.iter().map(|include| ("_include", include));
        let reverse = requirement.reverse_includes.iter().map(|include| ("_revinclude", include));
        for (name, include) in includes.chain(reverse) {
            let row = format!("{resource_type} {name}={include}");
            let parameters = self.includable(include);
            let questions = self.including(resource_type, name, include, &parameters);
            self.try_row(resource_type, row, &questions);
        }
    }

    /// Asks the questions of a requirement.
    fn try_row(&mut self, resource_type: &str, row: String, questions: &[Question]) {
        if questions.is_empty() {
            self.tally.no_example.insert(row);
            return;
        }
        self.tally.rows += 1;
        for (query, expected) in questions {
            self.tally.queries += 1;
            if let Some(words) = self.world.check(resource_type, query, expected) {
                self.tally.details.push(format!("{resource_type}?{query}: {words}"));
                self.tally.disagreements.insert(format!("{resource_type}?{query}"));
            }
        }
    }

    /// Questions of several parameters at once, with the values of each example that has one of each.
    fn combined(&self, resource_type: &str, parameters: &[&Parameter]) -> Vec<Question> {
        let values = |parameter: &&Parameter| self.world.values(resource_type, parameter).unwrap();
        let columns: Vec<Vec<Has<'_>>> = parameters.iter().map(values).collect();
        let mut asked = BTreeSet::new();
        let mut questions = Vec::new();
        for at in 0..self.world.of(resource_type).len() {
            let of_one = |(parameter, column): (&&Parameter, &Vec<Has<'_>>)| {
                let terms = column[at].1.iter().flat_map(|datum| terms::of(datum, parameter));
                different(terms.filter(|term| term.modifier.is_empty()), TERMS_MAX)
            };
            let terms: Vec<Vec<Term>> = parameters.iter().zip(&columns).map(of_one).collect();
            let has_each = terms.iter().all(|terms| !terms.is_empty());
            let most = terms.iter().map(Vec::len).max().filter(|_| has_each);
            for turn in 0..most.unwrap_or(0) {
                let chosen: Vec<&Term> = terms.iter().map(|terms| &terms[turn % terms.len()]).collect();
                let query: Vec<String> = parameters
                    .iter()
                    .zip(&chosen)
                    .map(|(parameter, term)| term.query(&parameter.code))
                    .collect();
                let query = query.join("&");
                if asked.insert(query.clone()) {
                    let each =
                        columns.iter().zip(&chosen).map(|(all, term)| Expected::of(all, &term.condition));
                    questions.push((query, each.reduce(|one, two| one.and(&two)).unwrap()));
                }
            }
        }
        questions
    }

    /// The parameters that an include follows: `Type:parameter`, `Type:parameter:Target`, `Type:*`.
    fn includable(&self, include: &str) -> Vec<&'a Parameter> {
        let mut words = include.split(':');
        let (source, code) = (words.next().unwrap(), words.next().unwrap());
        let of_type = self.world.parameters.of(source).filter(|parameter| match code {
            "*" => parameter.kind == "reference",
            _ => parameter.code == code,
        });
        let found: Vec<&'a Parameter> = of_type.collect();
        assert!(!found.is_empty(), "nobody defines {include}");
        found
    }

    /// Each of a type alone, and all, with an include. Nothing, if it leads nowhere.
    fn including(
        &self,
        resource_type: &str,
        name: &str,
        include: &str,
        parameters: &[&Parameter],
    ) -> Vec<Question> {
        let mut words = include.split(':');
        let (source, target) = (words.next().unwrap(), words.nth(1));
        let mut links = Vec::new();
        for parameter in parameters {
            for (example, data) in self.world.values(source, parameter).unwrap() {
                for datum in data {
                    let Datum::Link(Link::Here { kind, id, .. }) = datum else { continue };
                    let there = format!("{kind}/{id}");
                    if self.world.find(&there).is_some() && target.is_none_or(|target| target == kind) {
                        let here = example.name.clone();
                        links.push(if name == "_include" { (here, there) } else { (there, here) });
                    }
                }
            }
        }
        let question = |query: String, matches: BTreeSet<String>| {
            let from_here = links.iter().filter(|(from, to)| matches.contains(from) && !matches.contains(to));
            let includes = from_here.map(|(_, to)| to.clone()).collect();
            (query, Expected { matches, maybe: BTreeSet::new(), includes })
        };
        let all: BTreeSet<String> =
            self.world.of(resource_type).iter().map(|example| example.name.clone()).collect();
        let alone = |example: &String| {
            let id = example.split_once('/').unwrap().1;
            question(format!("_id={id}&{name}={include}"), BTreeSet::from([example.clone()]))
        };
        let mut questions: Vec<Question> = all.iter().map(alone).collect();
        questions.push(question(format!("{name}={include}"), all.clone()));
        let leads_somewhere = questions.iter().any(|(_, expected)| !expected.includes.is_empty());
        if leads_somewhere { questions } else { Vec::new() }
    }
}
