//! What extraction costs: all search values of every resource in a folder of Bundles, by type.
//!
//!   cargo run --release -p fornax-fhirpath --example extraction_time -- FOLDER [ROUNDS]
//!
//! Of several rounds the fastest counts, resource by resource, so that other work on the machine shows less. Parsing the
//! JSON is not counted.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a benchmark program")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use fornax_definitions::r4;
use fornax_fhirpath::{Compiler, Element, Environment, ExtractionPlan};
use fornax_model::{Document, Limits, Node};

#[derive(Default)]
struct Cost {
    resources: u64,
    values: u64,
    time: Duration,
}

impl Cost {
    fn add(&mut self, other: &Self) {
        self.resources += other.resources;
        self.values += other.values;
        self.time += other.time;
    }

    fn print(&self, name: &str) {
        let each = |total: f64| total / self.resources as f64;
        println!(
            "{name:26} {:8} resources {:7.1} values {:8.2} us",
            self.resources,
            each(self.values as f64),
            each(self.time.as_secs_f64() * 1e6)
        );
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("a folder of Bundles");
    let rounds: u64 = arguments.next().map_or(3, |rounds| rounds.parse().expect("a number of rounds"));
    let entries = std::fs::read_dir(folder).expect("a folder");
    let files = entries.map(|entry| std::fs::read(entry.expect("an entry").path()).expect("a file"));
    let parse = |bytes| Document::parse(bytes, &Limits::default()).expect("JSON");
    let documents: Vec<Document> = files.map(parse).collect();

    let start = Instant::now();
    let compiler = Compiler::new(r4());
    let plan = |of| ExtractionPlan::new(&compiler, of, r4().parameters(of)).expect("R4's parameters compile");
    let plans: BTreeMap<&str, ExtractionPlan> =
        r4().resource_types().map(|of| (of.name, plan(of.id))).collect();
    println!("{} plans in {:?}", plans.len(), start.elapsed());

    let entries = documents.iter().flat_map(|document| document.root().get("entry")).flat_map(Node::items);
    let resources: Vec<Node<'_>> = entries.map(|entry| entry.get("resource").expect("a resource")).collect();
    let plan_of = |resource: Node<'_>| {
        let name = resource.get("resourceType").and_then(Node::as_str).expect("its type");
        &plans[&*name]
    };
    let mut best: Vec<Cost> = resources.iter().map(|node| measured(plan_of(*node), *node)).collect();
    for _ in 1..rounds {
        for (resource, best) in resources.iter().zip(&mut best) {
            best.time = best.time.min(measured(plan_of(*resource), *resource).time);
        }
    }
    let mut costs: BTreeMap<&str, Cost> = BTreeMap::new();
    for (resource, best) in resources.iter().zip(&best) {
        costs.entry(r4().type_of(plan_of(*resource).resource()).name).or_default().add(best);
    }
    let mut total = Cost::default();
    for (name, cost) in &costs {
        cost.print(name);
        total.add(cost);
    }
    total.print("all");
}

fn measured(plan: &ExtractionPlan, resource: Node<'_>) -> Cost {
    let element = Element::new(resource, plan.resource());
    let mut values = 0;
    let start = Instant::now();
    let mut take = |found| {
        values += 1;
        black_box(&found);
    };
    plan.extract(element, &Environment::of(element), &mut take).expect("within the limits");
    Cost { resources: 1, values, time: start.elapsed() }
}
