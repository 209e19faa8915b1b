//! Resources and queries: whether they match, told by the evaluator and by a real index alike.

#![allow(clippy::unwrap_used, reason = "tests panic")]

use std::sync::Arc;

use fornax_crypto::{DataKey, SystemEntropy};
use fornax_definitions::TypeId;
use fornax_index::{ClauseContext, Indexer, Kin, MatchContext, Resources, TimeZone};
use fornax_model::{Document, Limits as ModelLimits};
use fornax_postings::faulty::FaultyFiles;
use fornax_postings::{
    CacheBudget, Caches, Changes, Clause, Limits, Options, PageCache, Postings, Rid, RidSet, Seq,
};
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

    fn kin(&self, rid: Rid, _: Kin) -> Vec<Rid> {
        vec![rid]
    }

    fn members(&self, group: Rid) -> Arc<RidSet> {
        Arc::new([group].into_iter().collect())
    }

    fn resource(&self, _: Rid) -> Option<TypeId> {
        None
    }
}

fn check(body: &str, rows: &[(&str, bool)]) {
    check_by(&Indexer::new(fornax_definitions::r4()), body, rows);
}

fn check_by(indexer: &Indexer, body: &str, rows: &[(&str, bool)]) {
    let r4 = fornax_definitions::r4();
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
        let clauses = indexer.clauses(&query, &ClauseContext { resources: &Seven, now_us: NOW_US }).unwrap();
        let clause = Clause::And(clauses.into_iter().map(|(_, clause)| clause).collect());
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

/// Each row says what is found where dates without a zone are New York's, and what where they are UTC.
#[test]
fn dates_in_the_zone_of_new_york() {
    let utc = Indexer::new(fornax_definitions::r4());
    let new_york = utc.in_zone(TimeZone::named("America/New_York").unwrap());
    assert_ne!(utc.layout(), new_york.layout(), "an index of one is not taken for one of the other");
    let check = |effective: &str, rows: &[(&str, bool, bool)]| {
        let body = format!(
            r#"{{"resourceType":"Observation","id":"o1","status":"final","code":{{"coding":[{{"code":"c"}}]}},{effective}}}"#
        );
        let in_new_york: Vec<_> = rows.iter().map(|row| (row.0, row.1)).collect();
        check_by(&new_york, &body, &in_new_york);
        let in_utc: Vec<_> = rows.iter().map(|row| (row.0, row.2)).collect();
        check_by(&utc, &body, &in_utc);
    };
    // A day of 23 hours: from 05:00 to 04:00 UTC.
    check(
        r#""effectiveDateTime":"2024-03-10""#,
        &[
            ("date=2024-03-10", true, true),
            ("date=2024-03", true, true),
            ("date=2024", true, true),
            ("date=2024-03-11", false, false),
            ("date=ne2024-03-10", false, false),
            ("date=sa2024-03-09", true, true),
            ("date=eb2024-03-11", true, true),
            ("date=sa2024-03-10T04:59:59Z", true, false),
            ("date=sa2024-03-10T05:00:00Z", false, false),
            ("date=eb2024-03-11T04:00:00Z", true, true),
            ("date=eb2024-03-11T03:59:59Z", false, true),
            ("date=eb2024-03-11T00:00:00Z", false, true),
            ("date=eb2024-03-11T00:00", true, true),
            ("date=lt2024-03-10T05:00:00Z", false, true),
            ("date=lt2024-03-10T05:00:01Z", true, true),
            ("date=ge2024-03-10T05:00:00Z", true, true),
            ("date=gt2024-03-11T03:59:59Z", false, false),
            ("date=gt2024-03-11T03:59:58Z", true, false),
            ("date=le2024-03-11T03:59:59Z", true, true),
            ("date=ap2024-03-10", true, true),
            ("code-value-date=c$2024-03-10", false, false),
            ("_filter=date%20po%202024-03-11T03:00:00Z", true, false),
            ("_filter=date%20co%202024-03-11T03:00:00Z", true, false),
        ],
    );
    // A day of 25 hours: from 04:00 to 05:00 UTC.
    check(
        r#""effectiveDateTime":"2024-11-03""#,
        &[
            ("date=2024-11-03", true, true),
            ("date=sa2024-11-03T03:59:59Z", true, false),
            ("date=sa2024-11-03T04:00:00Z", false, false),
            ("date=eb2024-11-04T05:00:00Z", true, true),
            ("date=eb2024-11-04T04:59:59Z", false, true),
            ("date=le2024-11-04T04:59:59Z", true, true),
        ],
    );
    // Moments are what they are; the day that is searched for is the zone's.
    check(
        r#""effectiveDateTime":"2024-11-04T04:59:59Z""#,
        &[
            ("date=2024-11-03", true, false),
            ("date=2024-11-04", false, true),
            ("date=ne2024-11-03", false, true),
            ("date=2024-11-04T04:59:59Z", true, true),
            ("date=2024-11-03T23:59:59-05:00", true, true),
            ("date=2024-11-03T23:59", true, false),
            ("date=2024-11-04T04:59", false, true),
            ("date=sa2024-11-03", false, true),
            ("date=eb2024-11-04", true, false),
            ("date=ge2024-11-04", false, true),
            ("date=2024-11", true, true),
        ],
    );
    check(
        r#""effectiveDateTime":"2025-01-01T04:30:00Z""#,
        &[
            ("date=2024", true, false),
            ("date=2024-12", true, false),
            ("date=2024-12-31", true, false),
            ("date=2025", false, true),
            ("date=lt2025", true, false),
        ],
    );
    // Both 01:30 lie in the day; without a zone the first is meant.
    check(
        r#""effectiveDateTime":"2024-11-03T05:30:00Z""#,
        &[("date=2024-11-03T01:30", true, false), ("date=2024-11-03T01:30:00", true, false)],
    );
    check(
        r#""effectiveDateTime":"2024-11-03T06:30:00Z""#,
        &[("date=2024-11-03T01:30", false, false), ("date=2024-11-03", true, true)],
    );
    // 02:30 was left out: it is told by the clocks before, as 03:30.
    check(
        r#""effectiveDateTime":"2024-03-10T07:30:00Z""#,
        &[("date=2024-03-10T02:30", true, false), ("date=2024-03-10T03:30", true, false)],
    );
    // In UTC a day, in New York parts of two.
    check(
        r#""effectivePeriod":{"start":"2024-03-10T00:00:00Z","end":"2024-03-10T23:59:59.999999Z"}"#,
        &[
            ("date=2024-03-10", false, true),
            ("date=2024-03-09", false, false),
            ("date=2024-03", true, true),
            ("date=2024-03-10T00:00:00Z", false, false),
        ],
    );
    check(
        r#""effectivePeriod":{"start":"2024-03-10","end":"2024-03-11"}"#,
        &[
            ("date=sa2024-03-10T04:59:59Z", true, false),
            ("date=eb2024-03-12T04:00:00Z", true, true),
            ("date=eb2024-03-12T03:59:59Z", false, true),
            ("date=2024-03-10,2024-03-11", false, false),
            ("date=2024-03", true, true),
        ],
    );
    check(
        r#""effectiveTiming":{"event":["2024-03-10","2024-03-10T12:00:00Z"]}"#,
        &[("date=2024-03-10", true, true), ("date=eb2024-03-11T04:00:00Z", true, true)],
    );
    // It was written at 12:00 UTC.
    check(
        r#""valueDateTime":"2024-03-10""#,
        &[
            ("_lastUpdated=2020-01-15T07:00", true, false),
            ("_lastUpdated=2020-01-15T12:00", false, true),
            ("_lastUpdated=gt2020-01-15T06:59", true, true),
            ("_lastUpdated=sa2020-01-15T07:00", false, true),
            ("_lastUpdated=2020-01-15", true, true),
            ("value-date=2024-03-10", true, true),
            ("value-date=eb2024-03-11T04:00:00Z", true, true),
            ("value-date=eb2024-03-11T00:00:00Z", false, true),
            ("code-value-date=c$2024-03-10", true, true),
            ("code-value-date=c$eb2024-03-11T00:00:00Z", false, true),
            ("code-value-date=c$sa2024-03-10T04:59:59Z", true, false),
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
            ("relationship=http://hl7.org/fhir/document-relationship-type|$x", true),
            ("relationship=http://hl7.org/fhir/observation-status|$x", false),
        ],
    );
}

#[test]
fn quantities_in_other_units() {
    let with = |quantities: &str| {
        format!(
            r#"{{"resourceType":"Observation","id":"q","code":{{"coding":[{{"code":"c"}}]}},{quantities}}}"#
        )
    };
    let ucum = "http://unitsofmeasure.org";
    let gram = with(&format!(r#""valueQuantity":{{"value":1,"system":"{ucum}","code":"g"}}"#));
    check(
        &gram,
        &[
            ("value-quantity=1000|http://unitsofmeasure.org|mg", true),
            ("value-quantity=1000.4|http://unitsofmeasure.org|mg", false),
            ("value-quantity=1|http://unitsofmeasure.org|g", true),
            ("value-quantity=1|http://unitsofmeasure.org|mg", false),
            ("value-quantity=gt999|http://unitsofmeasure.org|mg", true),
            ("value-quantity=gt1000|http://unitsofmeasure.org|mg", false),
            ("value-quantity=ge1000|http://unitsofmeasure.org|mg", true),
            ("value-quantity=ne1000|http://unitsofmeasure.org|mg", false),
            ("value-quantity=ne5|http://unitsofmeasure.org|mg", true),
            ("value-quantity=ne5|http://unitsofmeasure.org|mL", false),
            ("value-quantity=ap1050|http://unitsofmeasure.org|mg", true),
            ("value-quantity=1000||mg", false),
            ("value-quantity=1000|urn:other|mg", false),
            ("value-quantity=0.001|http://unitsofmeasure.org|kg", true),
            ("value-quantity=1|http://unitsofmeasure.org|nonsense", false),
            ("code-value-quantity=c$1000|http://unitsofmeasure.org|mg", true),
            ("code-value-quantity=d$1000|http://unitsofmeasure.org|mg", false),
        ],
    );
    let several = with(&format!(
        r#""component":[
        {{"code":{{"coding":[{{"code":"a"}}]}},"valueQuantity":{{"value":98.6,"system":"{ucum}","code":"[degF]"}}}},
        {{"code":{{"coding":[{{"code":"b"}}]}},"valueQuantity":{{"value":2,"comparator":">","system":"{ucum}","code":"m"}}}}]"#
    ));
    check(
        &several,
        &[
            ("component-value-quantity=37.0|http://unitsofmeasure.org|Cel", true),
            ("component-value-quantity=ge37|http://unitsofmeasure.org|Cel", true),
            ("component-value-quantity=gt37|http://unitsofmeasure.org|Cel", false),
            ("component-value-quantity=gt300|http://unitsofmeasure.org|cm", true),
            ("component-value-quantity=lt200|http://unitsofmeasure.org|cm", false),
            ("component-code-value-quantity=a$37.0|http://unitsofmeasure.org|Cel", true),
            ("component-code-value-quantity=b$37.0|http://unitsofmeasure.org|Cel", false),
            ("component-code-value-quantity=b$gt300|http://unitsofmeasure.org|cm", true),
        ],
    );
}

fn check_filters(body: &str, rows: &[(&str, bool)]) {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
    let rows: Vec<(String, bool)> =
        rows.iter().map(|(text, want)| (format!("_filter={}", encoded(text)), *want)).collect();
    let rows: Vec<(&str, bool)> = rows.iter().map(|(text, want)| (text.as_str(), *want)).collect();
    check(body, &rows);
}

#[test]
fn filters() {
    check_filters(
        r#"{"resourceType":"Patient","id":"p1","meta":{"profile":["http://p/1|2"],"source":"http://s"},"gender":"female",
            "identifier":[{"system":"urn:s","value":"Ab1"},{"value":"x"}],"active":true,
            "name":[{"family":"de la Cruz","given":["Zoë","Ann"]}],"birthDate":"1975-06",
            "telecom":[{"system":"email","value":"Ann@X.org"}],
            "managingOrganization":{"reference":"Organization/o"}}"#,
        &[
            ("family eq \"DE LA  CRÚZ\"", true),
            ("family eq \"de la\"", false),
            ("family ne \"de la cruz\"", false),
            ("family ne cruz", true),
            ("given ne zoe", true),
            ("given ne zoe and not(given eq zoe)", false),
            ("address-city ne x", false),
            ("not(family eq x)", true),
            ("family co \"LA c\"", true),
            ("family sw \"De l\"", true),
            ("family sw cruz", false),
            ("family ew CRUZ", true),
            ("family ew \"la\"", false),
            ("given ew oe", true),
            ("family pr true", true),
            ("family pr false", false),
            ("death-date pr false", true),
            ("death-date pr true", false),
            ("_id eq p1", true),
            ("_id ne p1", false),
            ("_id ne unknown and _id pr true", true),
            ("_id pr false", false),
            ("gender eq female", true),
            ("gender eq Female", false),
            ("gender ne female", false),
            ("gender ne male", true),
            ("gender ne http://hl7.org/fhir/administrative-gender|female", false),
            ("gender ne http://hl7.org/fhir/administrative-gender|male", true),
            ("gender ne http://hl7.org/fhir/administrative-gender|", false),
            ("gender ne urn:x|", true),
            ("gender ne urn:x|female", true),
            ("gender ne |female", false),
            ("identifier eq urn:s|Ab1", true),
            ("identifier ne urn:s|Ab1", true),
            ("identifier ne |x", true),
            ("identifier ne urn:s|", true),
            ("identifier ne x", true),
            ("active ne true", false),
            ("active ne false", true),
            ("active ne urn:x|false", false),
            ("email eq ANN@x.org", true),
            ("email ne ANN@x.org", false),
            ("email ne bob", true),
            ("email ne |bob", false),
            ("birthdate eq 1975", true),
            ("birthdate ne 1975", false),
            ("birthdate ge 1975-06", true),
            ("birthdate lt 1975-06-10", true),
            ("birthdate sa 1975-05", true),
            ("birthdate eb 1975-06-20", false),
            ("birthdate po 1975-06-10", true),
            ("birthdate po 1975", true),
            ("birthdate po 1975-07", false),
            ("birthdate co 1975-06-10", true),
            ("birthdate co 1975-06", true),
            ("birthdate co 1975", false),
            ("birthdate ap 1975", true),
            ("_lastUpdated po 2020-01", true),
            ("_lastUpdated po 2020-02", false),
            ("_lastUpdated gt 2019", true),
            ("_profile eq http://p/1", true),
            ("_profile ne http://p/1", false),
            ("_profile ne http://p/1|2", false),
            ("_profile ne http://p/1|3", true),
            ("_profile ne http://p/", true),
            ("_profile sw http://p", true),
            ("_profile sw p/1", false),
            ("_profile co P/1", false),
            ("_profile co p/1|", true),
            ("_source ne http://s", false),
            ("_source ne http://s|1", false),
            ("_source ne http://S", true),
            ("organization re Organization/o", true),
            ("organization re o", true),
            ("organization re http://own/fhir/Organization/o", true),
            ("organization re Organization/unknown", false),
            ("family eq x and gender eq male or active eq true", true),
            ("active eq true or family eq x and gender eq male", false),
            ("active eq true or (family eq x and gender eq male)", true),
            ("not(family eq x or gender eq male)", true),
        ],
    );
    check_filters(
        r#"{"resourceType":"Observation","id":"o","status":"final",
            "code":{"coding":[{"system":"http://loinc.org","code":"LP1-a"},
                {"system":"http://terminology.hl7.org/CodeSystem/x","code":"Ab"},{"code":"Cd"}],"text":"x"},
            "category":[{"coding":[{"system":"urn:only"}],"text":"y"}],"method":{"text":"z"},
            "effectivePeriod":{"start":"2020-01-10"},
            "valueQuantity":{"value":5.4,"system":"http://unitsofmeasure.org","code":"mg"}}"#,
        &[
            ("code eq loinc|lp1-A", true),
            ("code ne loinc|lp1-A", true),
            ("code ne http://terminology.hl7.org/CodeSystem/x|ab", true),
            ("category eq urn:only|", true),
            ("category ne urn:only|", false),
            ("category ne urn:other|", true),
            ("category ne a", false),
            ("category ne |a", false),
            ("method pr true", true),
            ("method ne a or method ne |a or method ne urn:x|", false),
            ("date po 2030", true),
            ("date po 2020-01-09", false),
            ("date co 2030", true),
            ("date eq 2030", false),
            ("value-quantity eq \"5.4|ucum|mg\"", true),
            ("value-quantity ne 5.4", false),
            ("value-quantity ne 5.5||mg", true),
            ("value-quantity gt 5||mg and value-quantity lt 6", true),
            ("value-quantity ap 5", true),
            ("code-value-quantity eq loinc|LP1-a$gt5", true),
            ("code-value-quantity eq LP1-a$lt5", false),
            ("code-value-quantity pr true and code-value-string pr false", true),
        ],
    );
    check_filters(
        r#"{"resourceType":"Observation","id":"one","status":"final","code":{"coding":[{"system":"urn:s","code":"a"},{"system":"urn:s","code":"A"}]}}"#,
        &[("code ne a", false), ("code ne urn:s|A", false), ("code ne urn:s|", false), ("code ne |a", true)],
    );
}

#[test]
fn places() {
    let at =
        |position: &str| format!(r#"{{"resourceType":"Location","id":"l","status":"active"{position}}}"#);
    check(
        &at(r#","position":{"latitude":48.8566,"longitude":2.3522}"#),
        &[
            ("near=51.5074|-0.1278|344|km", true),
            ("near=51.5074|-0.1278|343|km", false),
            ("near=51.5074|-0.1278|344", true),
            ("near=51.5074|-0.1278|214|[mi_i]", true),
            ("near=51.5074|-0.1278|213|[mi_i]", false),
            ("near=48.9|2.4", true),
            ("near=51.5074|-0.1278", false),
            ("near=51.5|0|1|m,48.8566|2.3522|1|m", true),
            ("near:missing=false", true),
        ],
    );
    check(&at(r#","position":{"latitude":95,"longitude":2}"#), &[("near:missing=true", true)]);
    check(&at(""), &[("near:missing=true", true), ("near=0|0|20100|km", false)]);
}

#[test]
fn words() {
    check(
        r#"{"resourceType":"Patient","id":"p1","text":{"status":"generated","div":"<div>Chest <b>pain</b>,<br/>M&uuml;ller</div>"},
            "name":[{"family":"O'Brien","given":["Jos\u00e9 Mar\u00eda","Ann"]},{"family":"Ann-Kathrin"}],
            "contained":[{"resourceType":"Organization","name":"Inner Clinic"}],"gender":"female","birthDate":"1975-06-15",
            "_birthDate":{"extension":[{"url":"http://x","valueString":"guessed"}]},
            "managingOrganization":{"reference":"Organization/seven","display":"North"}}"#,
        &[
            ("_text=pain", true),
            ("_text=muller", true),
            ("_text=\"pain+muller\"", true),
            ("_text=brien", false),
            ("_text=ches*", true),
            ("_text=NOT+brien", true),
            ("_content=pain+brien", true),
            ("_content=\"muller+o\"", false),
            ("_content=JOSE", true),
            ("_content=inner+guessed+north+female", true),
            ("_content=seven", false),
            ("_content=1975", false),
            ("_content=organization", false),
            ("_content=nobody,ann", true),
            ("_content=(nobody+OR+ann)+NOT+chest", false),
            ("_content=o'b*", true),
            ("_content=x-b*", false),
            ("_content=\u{2603}", false),
            ("_content=pain+\u{2603}", true),
            ("name:text=ann", true),
            ("name:text=\"jose+maria\"", true),
            ("name:text=\"maria+ann\"", false),
            ("name:text=maria+kathrin", true),
            ("name:text=kath*", true),
            ("name:text=chest", false),
            ("family:text=ann", true),
            ("given:text=brien", false),
            ("given:text=NOT+brien", true),
        ],
    );
    check(
        r#"{"resourceType":"Bundle","id":"b1","type":"collection","entry":[{"resource":{"resourceType":"Patient",
            "text":{"status":"generated","div":"<div>violet</div>"},"name":[{"family":"Indigo"}]}}]}"#,
        &[("_content=violet", true), ("_content=indigo+collection", true), ("_content=patient", false)],
    );
}
