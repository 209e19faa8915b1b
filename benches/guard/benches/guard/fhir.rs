//! What happens to a resource or a query before any byte is stored.

use std::hint::black_box;

use fornax_definitions::TypeId;
use fornax_index::{Indexer, MatchContext};
use fornax_model::{Document, Edits};
use fornax_query::{Context, Handling, Query};

use crate::clinic::{self, Clinic};
use crate::measuring::{Group, measure, measure_warm};

pub const GROUP: Group = Group { name: "fhir", run };

fn run() {
    let bodies = clinic::bodies();
    measure("model: parse resources", || {
        for body in &bodies {
            black_box(Document::parse(body.as_bytes(), &Default::default()).unwrap());
        }
    });
    let resources = clinic::resources();
    measure("model: edit resources", || resources.iter().for_each(|(_, document)| edit(document)));

    let shapes = fornax_validation::r4();
    measure("validation: shapes of resources", || {
        for (_, document) in &resources {
            black_box(shapes.check(document.root(), &Default::default()).unwrap());
        }
    });

    // Made before, it has compiled the parameters of all types that there are.
    let clinic = Clinic::new();
    measure("index: search values of resources", || extract(&clinic.indexer, &resources));
    measure("index: documents of resources", || drop(black_box(clinic.index_documents())));
    matches(&clinic);
    measure_warm("query: parse, and bring to the index", || {
        QUERIES.iter().for_each(|text| ask(&clinic, text));
    });
}

fn edit(document: &Document) {
    let root = document.root();
    let mut edits = Edits::of(root);
    edits.replace_with_string(root.get("id").unwrap(), "018f2e6b-7d6c-7a55-8f2e-6b7d6c7a558f").unwrap();
    edits.insert_last(root, "language", b"\"en\"").unwrap();
    black_box(edits.apply().unwrap());
}

fn extract(indexer: &Indexer, resources: &[(TypeId, Document)]) {
    for (resource, document) in resources {
        black_box(indexer.extract(*resource, document.root()).unwrap());
    }
}

fn matches(clinic: &Clinic) {
    let observation = clinic.indexer.definitions().type_named("Observation").unwrap().id;
    let query = query("Observation?code=http://loinc.org|8867-4&date=ge2015&value-quantity=gt70");
    let context = MatchContext { last_updated_us: clinic::NOW_US, now_us: clinic::NOW_US };
    measure("index: matches of a query", || {
        for values in clinic.values.iter().filter(|values| values.resource() == observation) {
            black_box(clinic.indexer.matches(&query, values, &context).unwrap());
        }
    });
}

const QUERIES: &[&str] = &[
    "Condition?clinical-status=active&_sort=-onset-date&_count=50",
    "Encounter?date=ge2020-01-01&date=lt2024-06-15&_include=Encounter:subject&_revinclude=Observation:encounter",
    "ExplanationOfBenefit?_lastUpdated=gt2020-01-01&_summary=count",
    "MedicationRequest?status=active,on-hold&intent=order&authoredon=ge2021-03",
    "Observation?code:not=http://loinc.org|8867-4&status=final",
    "Observation?code=http://loinc.org|8867-4,http://loinc.org|8480-6&date=ge2020&_sort=-date,code&_total=none",
    "Observation?component-code-value-quantity=http://loinc.org|8480-6$gt150",
    "Observation?patient.gender=female&value-quantity=gt5.4|http://unitsofmeasure.org|mg/dL",
    "Patient?_has:Observation:patient:code=http://loinc.org|4548-4&gender=male",
    "Patient?name:contains=mit&birthdate=lt1980-05&address-state:exact=MA&_elements=name,birthDate",
];

fn ask(clinic: &Clinic, text: &str) {
    let query = query(text);
    black_box(clinic.indexer.clauses(&query, &clinic.context()).unwrap());
    black_box(clinic.indexer.order(&query, None));
    black_box(query.to_query_string(clinic.indexer.definitions()));
}

pub fn query(text: &str) -> Query {
    let limits = fornax_query::Limits::default();
    let definitions = fornax_definitions::r4();
    let context = Context { definitions, bases: &[], handling: Handling::Strict, limits: &limits };
    Query::parse_relative(text, &context).unwrap()
}
