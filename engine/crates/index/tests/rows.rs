//! Resources and queries: whether they match, told by the evaluator and by a real index alike.

#![allow(clippy::unwrap_used, reason = "tests panic")]

use std::sync::Arc;

use fornax_crypto::{DataKey, SystemEntropy};
use fornax_definitions::TypeId;
use fornax_index::{ClauseContext, Indexer, MatchContext, Resources};
use fornax_model::{Document, Limits as ModelLimits};
use fornax_postings::faulty::FaultyFiles;
use fornax_postings::{CacheBudget, Caches, Changes, Limits, Options, PageCache, Postings, Rid, Seq};
use fornax_query::{Context, Handling, Query};

const NOW_US: i64 = 1_600_000_000_000_000;
/// 2020-01-15T12:00:00Z
const LAST_UPDATED_US: i64 = 1_579_089_600_000_000;

/// Everything that is referred to has the number 7, but `Patient/unknown`, which has none.
struct Seven;

impl Resources for Seven {
    fn rid(&self, _: TypeId, id: &str) -> Option<Rid> {
        (id != "unknown").then_some(7)
    }

    fn newest(&self, _: Rid) -> Option<Seq> {
        Some(1)
    }

    fn resource(&self, _: Rid) -> Option<TypeId> {
        None
    }
}

fn check(body: &str, rows: &[(&str, bool)]) {
    let r4 = fornax_definitions::r4();
    let indexer = Indexer::new(r4);
    let document = Document::parse(body, &ModelLimits::default()).unwrap();
    let name = document.root().get("resourceType").unwrap().as_str().unwrap().into_owned();
    let resource = r4.type_named(&name).unwrap().id;
    let values = indexer.extract(resource, document.root()).unwrap();

    let entropy = Arc::new(SystemEntropy::new());
    let postings = Postings::create(Options {
        files: Arc::new(FaultyFiles::default()),
        key: Arc::new(DataKey::generate(&*entropy).unwrap()),
        entropy,
        pages: Arc::new(PageCache::with_bytes(1 << 20)),
        caches: Arc::new(Caches::with_budget(CacheBudget::default())),
        context: Vec::new(),
        limits: Limits::default(),
    })
    .unwrap();
    let targets: Vec<Rid> = values.references().iter().map(|_| 7).collect();
    let documents = vec![values.to_document(7, 1, &targets).dated(LAST_UPDATED_US)];
    postings.apply(Changes { documents, superseded: Vec::new(), seq: 1 }).unwrap();
    let snapshot = postings.snapshot(1).unwrap();

    for (text, want) in rows {
        let limits = fornax_query::Limits::default();
        let bases = ["http://own/fhir".to_owned()];
        let context = Context { definitions: r4, bases: &bases, handling: Handling::Strict, limits: &limits };
        let query = Query::parse_relative(&format!("{name}?{text}"), &context)
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        let clause = indexer.clause(&query, &ClauseContext { resources: &Seven, now_us: NOW_US }).unwrap();
        assert_eq!(snapshot.count(&clause).unwrap() == 1, *want, "by the index: {name}?{text}");
        // The evaluator knows ids by their text, not by number: rows on `unknown` are the index's alone.
        if !text.contains("unknown") {
            let context = MatchContext { last_updated_us: LAST_UPDATED_US, now_us: NOW_US };
            assert_eq!(indexer.matches(&query, &values, &context), Ok(*want), "by the values: {name}?{text}");
        }
    }
}

#[test]
fn patients() {
    check(
        r#"{"resourceType":"Patient","id":"p1","meta":{"profile":["http://p/1"],"tag":[{"system":"urn:t","code":"x"}]},
            "identifier":[{"system":"urn:s","value":"1"},{"value":"bare"}],"active":true,
            "name":[{"family":"Zzyzx-Müller","given":["Ada","Augusta"],"text":"Countess"}],
            "telecom":[{"system":"phone","value":"555"}],"gender":"female","birthDate":"1975-06-15",
            "address":[{"city":"Springfield","postalCode":"12345"}],
            "generalPractitioner":[{"reference":"Practitioner/d"}]}"#,
        &[
            ("family=zzyzx", true),
            ("family=ZZYZX-MULLER", true),
            ("family=muller", false),
            ("given=augusta", true),
            ("name=countess", true),
            ("name=ada,nobody", true),
            ("name=ada&name=nobody", false),
            ("address=spring", true),
            ("address-city=springfield", true),
            ("address-city=shelby", false),
            ("identifier=1", true),
            ("identifier=urn:s|1", true),
            ("identifier=urn:other|1", false),
            ("identifier=urn:s|", true),
            ("identifier=|bare", true),
            ("identifier=|1", false),
            ("gender=female", true),
            ("gender=male", false),
            ("gender=male,female", true),
            ("active=true", true),
            ("active=false", false),
            ("phone=555", true),
            ("telecom=555", true),
            ("birthdate=1975-06-15", true),
            ("birthdate=1975-06", true),
            ("birthdate=1975", true),
            ("birthdate=1976", false),
            ("birthdate=ne1975", false),
            ("birthdate=ne1976", true),
            ("birthdate=lt1975-06-15", false),
            ("birthdate=lt1975-06-16", true),
            ("birthdate=le1975-06-15", true),
            ("birthdate=gt1975-06-15", false),
            ("birthdate=gt1975-06-14", true),
            ("birthdate=ge1975-06", true),
            ("birthdate=sa1975-06-14", true),
            ("birthdate=sa1975-06", false),
            ("birthdate=eb1975-06-16", true),
            ("birthdate=eb1975-06", false),
            ("birthdate=ap1975-06-20", true),
            ("birthdate=ap1900", false),
            ("general-practitioner=Practitioner/d", true),
            ("general-practitioner=d", true),
            ("general-practitioner=http://own/fhir/Practitioner/d", true),
            ("general-practitioner=Practitioner/unknown", false),
            ("_id=p1", true),
            ("_id=unknown", false),
            ("_tag=urn:t|x", true),
            ("_tag=y", false),
            ("_profile=http://p/1", true),
            ("_profile=http://p/2", false),
            ("_lastUpdated=2020-01-15", true),
            ("_lastUpdated=gt2020-01-15T12:00:00Z", false),
            ("_lastUpdated=ge2020-01-15T12:00:00Z", true),
            ("_lastUpdated=lt2020", false),
        ],
    );
}

#[test]
fn observations() {
    check(
        r#"{"resourceType":"Observation","id":"o1","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8480-6"},{"code":"bp"}]},
            "subject":{"reference":"Patient/p1"},"effectivePeriod":{"start":"2020-01-10","end":"2020-01-20"},
            "valueQuantity":{"value":120.5,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}"#,
        &[
            ("code=8480-6", true),
            ("code=http://loinc.org|8480-6", true),
            ("code=http://loinc.org|bp", false),
            ("code=|bp", true),
            ("status=final&code=bp", true),
            ("date=2020-01", true),
            ("date=2020-01-15", false),
            ("date=ge2020-01-15", true),
            ("date=lt2020-01-15", true),
            ("date=gt2020-01-20", false),
            ("date=sa2020-01-09", true),
            ("date=sa2020-01-10", false),
            ("date=eb2020-01-21", true),
            ("date=eb2020-01-20", false),
            ("patient=p1", true),
            ("subject=Patient/p1", true),
            ("subject=Patient/unknown", false),
            ("value-quantity=120.5", true),
            ("value-quantity=120.50", true),
            ("value-quantity=120", false),
            ("value-quantity=121", true),
            ("value-quantity=gt120.5", false),
            ("value-quantity=ge120.5", true),
            ("value-quantity=lt120.6", true),
            ("value-quantity=ne120.5", false),
            ("value-quantity=120.5|http://unitsofmeasure.org|mm[Hg]", true),
            ("value-quantity=120.5||mmHg", true),
            ("value-quantity=120.5||mm[Hg]", true),
            ("value-quantity=120.5|http://unitsofmeasure.org|kg", false),
            ("value-quantity=gt100||kg", false),
            ("value-quantity=ap115", true),
            ("value-quantity=ap90", false),
        ],
    );
}

#[test]
fn other_kinds_of_values() {
    check(
        r#"{"resourceType":"ValueSet","id":"v","url":"http://v/s","status":"active","version":"2"}"#,
        &[("url=http://v/s", true), ("url=http://v/", false), ("url=http://V/s", false), ("version=2", true)],
    );
    check(
        r#"{"resourceType":"RiskAssessment","id":"r","status":"final","subject":{"reference":"Patient/p"},"prediction":[{"probabilityDecimal":0.02},{"probabilityDecimal":0.9}]}"#,
        &[
            ("probability=0.02", true),
            ("probability=gt0.8", true),
            ("probability=gt0.9", false),
            ("probability=0.5", false),
            ("probability=lt0.02", false),
            ("probability=le2e-2", true),
        ],
    );
}

#[test]
fn modifiers() {
    check(
        r#"{"resourceType":"Patient","id":"p1","meta":{"profile":["http://p/1|2"]},"gender":"female",
            "identifier":[{"type":{"coding":[{"system":"urn:t","code":"MR"}],"text":"Record"},"system":"urn:s","value":"Ab1"}],
            "name":[{"family":"de la Cruz","given":["Zoë"]}],"telecom":[{"system":"email","value":"Ann@X.org"}],
            "managingOrganization":{"identifier":{"system":"urn:o","value":"7"}}}"#,
        &[
            ("family:exact=de%20la%20Cruz", true),
            ("family:exact=De%20la%20Cruz", false),
            ("family:exact=de%20la", false),
            ("family:contains=LA%20c", true),
            ("family:contains=cruzes", false),
            ("name:contains=oe", true),
            ("name:missing=false", true),
            ("name:missing=true", false),
            ("birthdate:missing=true", true),
            ("gender:not=male", true),
            ("gender:not=male,female", false),
            ("birthdate:missing=false", false),
            ("identifier:of-type=urn:t|MR|Ab1", true),
            ("identifier:of-type=urn:t|MR|ab1", false),
            ("identifier:of-type=urn:s|MR|Ab1", false),
            ("identifier:text=rec", true),
            ("identifier:text=ord", false),
            ("identifier:code-text=AB", true),
            ("identifier:code-text=b", false),
            ("identifier=ab1", false),
            ("identifier=urn:s|Ab1", true),
            ("email=ann@x.org", true),
            ("email:missing=false", true),
            ("gender=Female", false),
            ("gender:code-text=FEM", true),
            ("gender=http://hl7.org/fhir/administrative-gender|female", true),
            ("gender=http://hl7.org/fhir/administrative-gender|male", false),
            ("gender=http://hl7.org/fhir/administrative-gender|", true),
            ("gender=http://hl7.org/fhir/observation-status|female", false),
            ("gender=http://hl7.org/fhir/observation-status|", false),
            ("gender=|female", true),
            ("organization:identifier=urn:o|7", true),
            ("organization:identifier=7", true),
            ("organization:identifier=|7", false),
            ("organization:identifier=urn:o|", true),
            ("organization:identifier=urn:p|", false),
            ("organization:missing=false", true),
            ("_profile=http://p/1", true),
            ("_profile=http://p/1|2", true),
            ("_profile=http://p/1|3", false),
            ("_profile:below=http://p", true),
            ("_profile:below=http://p/1", true),
            ("_profile:below=http://p/", true),
            ("_profile:below=http://pp", false),
            ("_profile:above=http://p/1/2/3", true),
            ("_profile:above=http://p/12", false),
            ("_id:not=p1", false),
        ],
    );
}

#[test]
fn case_by_system() {
    check(
        r#"{"resourceType":"Observation","id":"o","status":"final","code":{"coding":[
            {"system":"http://loinc.org","code":"LP1-a","display":"Blutdruck"},
            {"system":"http://terminology.hl7.org/CodeSystem/x","code":"Ab"},{"code":"Cd"}],"text":"Blood pressure"}}"#,
        &[
            ("code=lp1-A", true),
            ("code=http://loinc.org|lp1-A", true),
            ("code=HTTP://loinc.org|LP1-a", false),
            ("code=Ab", true),
            ("code=ab", false),
            ("code=http://terminology.hl7.org/CodeSystem/x|Ab", true),
            ("code=http://terminology.hl7.org/CodeSystem/x|ab", false),
            ("code=cD", true),
            ("code=|cD", true),
            ("code=|Ab", false),
            ("code:not=lp1-a", false),
            ("code:code-text=AB", true),
            ("code:code-text=lp1", true),
            ("code:text=blood%20p", true),
            ("code:text=blutdr", true),
            ("code:text=pressure", false),
        ],
    );
}

#[test]
fn composites() {
    let pressure = r#"{"resourceType":"Observation","id":"bp","code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},
        "component":[
        {"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"},{"system":"urn:x","code":"sys"}]},
         "valueQuantity":{"value":107,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}},
        {"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"valueQuantity":{"value":60,"comparator":"<"}},
        {"code":{"coding":[{"code":"note"}]},"valueString":"Größer als acht Zeichen"}]}"#;
    check(
        pressure,
        &[
            ("component-code-value-quantity=8480-6$107", true),
            ("component-code-value-quantity=http://loinc.org|8480-6$gt100", true),
            ("component-code-value-quantity=SYS$gt100||mmHg", true),
            ("component-code-value-quantity=urn:x|$107|http://unitsofmeasure.org|mm[Hg]", true),
            ("component-code-value-quantity=8480-6$60", false),
            ("component-code-value-quantity=8462-4$107", false),
            ("component-code-value-quantity=8462-4$lt60", true),
            ("component-code-value-quantity=8462-4$60", false),
            ("component-code-value-quantity=8480-6$1,8480-6$107", true),
            ("component-code-value-quantity=|8480-6$107", false),
            ("component-code-value-quantity=note$107", false),
            ("combo-code-value-quantity=8480-6$107", true),
            ("combo-code-value-quantity=85354-9$107", false),
            ("code-value-quantity=85354-9$107", false),
            ("code-value-quantity:missing=true", true),
            ("component-code-value-quantity:missing=false", true),
            ("component-code-value-concept:missing=true", true),
        ],
    );
    check(
        r#"{"resourceType":"Observation","id":"one","code":{"coding":[{"system":"s","code":"a"},{"system":"t","code":"b"}]},
            "valueCodeableConcept":{"coding":[{"system":"u","code":"x"},{"system":"v","code":"y"}],"text":"Zett"}}"#,
        &[
            ("code-value-concept=a$x", true),
            ("code-value-concept=t|b$v|y", true),
            ("code-value-concept=s|b$v|y", false),
            ("combo-code-value-concept=a$y", true),
            ("combo-code-value-concept=x$a", false),
            ("code-value-string=a$zett", false),
            ("code-value-string:missing=true", true),
        ],
    );
    check(
        r#"{"resourceType":"Group","id":"g","type":"person","actual":true,"characteristic":[
            {"code":{"coding":[{"code":"gender"}]},"valueCodeableConcept":{"coding":[{"code":"mixed"}]},"exclude":false},
            {"code":{"coding":[{"code":"smoker"}]},"valueBoolean":true,"exclude":false}]}"#,
        &[
            ("characteristic-value=gender$mixed", true),
            ("characteristic-value=smoker$true", true),
            ("characteristic-value=smoker$mixed", false),
        ],
    );
    check(
        r#"{"resourceType":"DocumentReference","id":"d","status":"current","relatesTo":[
            {"code":"replaces","target":{"reference":"DocumentReference/x"}},
            {"code":"appends","target":{"reference":"DocumentReference/unknown"}}]}"#,
        &[
            ("relationship=replaces$DocumentReference/x", true),
            ("relationship=http://hl7.org/fhir/document-relationship-type|replaces$x", true),
            ("relationship=http://hl7.org/fhir/observation-status|replaces$x", false),
            ("relationship=transforms$x", false),
        ],
    );
}
