//! Random bodies: what every resource of its type must have, and of all else a part.

use super::random::Random;
use super::vocabulary_table as words;
use crate::dates::Interval;
use crate::json::Json;
use crate::repository::UNHEARD_OF;

/// The members of an object, as text.
struct Members(Vec<String>);

impl Members {
    fn add(&mut self, name: &str, value: impl AsRef<str>) {
        self.0.push(format!("\"{name}\":{}", value.as_ref()));
    }

    fn maybe(&mut self, random: &mut Random, name: &str, value: impl FnOnce(&mut Random) -> String) {
        if random.chance(60) {
            let value = value(random);
            self.add(name, value);
        }
    }

    fn object(self) -> String {
        format!("{{{}}}", self.0.join(","))
    }
}

/// A body of a resource type. An update's bears its id.
pub fn body(random: &mut Random, resource_type: &str, id: Option<&str>) -> String {
    let mut members = Members(Vec::new());
    members.add("resourceType", quoted(resource_type));
    if let Some(id) = id {
        members.add("id", quoted(id));
    }
    if random.chance(25) {
        let meta = meta(random);
        members.add("meta", meta);
    }
    if random.chance(25) {
        let div = word(random, words::NARRATIVES);
        members.add("text", format!(r#"{{"status":"generated","div":{div}}}"#));
    }
    match resource_type {
        "Patient" => patient(random, &mut members),
        "Practitioner" => practitioner(random, &mut members),
        "Organization" => organization(random, &mut members),
        "Encounter" => encounter(random, &mut members),
        "Condition" => condition(random, &mut members),
        "MedicationRequest" => medication_request(random, &mut members),
        "Group" => group(random, &mut members),
        "List" => listing(random, &mut members),
        _ => observation(random, &mut members),
    }
    if random.chance(1) {
        members.add(UNHEARD_OF, "true");
    }
    members.object()
}

fn quoted(text: &str) -> String {
    Json::text_of(text).to_string()
}

fn word(random: &mut Random, all: &[&str]) -> String {
    quoted(random.of_all(all))
}

/// One item, rarely two.
fn list(random: &mut Random, item: fn(&mut Random) -> String) -> String {
    let first = item(random);
    if random.chance(30) { format!("[{first},{}]", item(random)) } else { format!("[{first}]") }
}

fn meta(random: &mut Random) -> String {
    let mut members = Members(Vec::new());
    let profiles = list(random, |r| word(r, words::PROFILES));
    members.add("profile", profiles);
    members.maybe(random, "tag", |r| list(r, coding));
    members.maybe(random, "security", |r| list(r, coding));
    members.maybe(random, "source", |r| word(r, words::SOURCES));
    // Both are the repository's to say.
    members.maybe(random, "versionId", |_| "\"77\"".to_owned());
    members.maybe(random, "lastUpdated", |_| "\"1999-01-01T00:00:00Z\"".to_owned());
    members.object()
}

fn coding(random: &mut Random) -> String {
    let mut members = Members(Vec::new());
    let parts = random.below(10);
    if !matches!(parts, 1 | 2) {
        members.add("system", word(random, words::SYSTEMS));
    }
    if parts > 0 {
        members.add("code", word(random, words::CODES));
    }
    if random.chance(30) {
        members.add("display", word(random, words::NAMES));
    }
    members.object()
}

fn concept(random: &mut Random) -> String {
    let mut members = Members(Vec::new());
    let parts = random.below(10);
    if parts > 0 {
        members.add("coding", list(random, coding));
    }
    if parts < 3 {
        members.add("text", word(random, words::NAMES));
    }
    members.object()
}

pub(super) fn identifier(random: &mut Random) -> String {
    let mut members = Members(Vec::new());
    let parts = random.below(8);
    if parts > 0 {
        members.add("system", word(random, words::SYSTEMS));
    }
    if parts != 1 {
        members.add("value", word(random, words::CODES));
    }
    if random.chance(50) {
        members.add("type", identifier_type(random));
    }
    members.object()
}

fn identifier_type(random: &mut Random) -> String {
    let mut members = Members(Vec::new());
    let (system, code) = random.of_all(words::IDENTIFIER_TYPES);
    let parts = random.below(5);
    if parts > 0 {
        let coding = format!(r#"[{{"system":{},"code":{}}}]"#, quoted(system), quoted(code));
        members.add("coding", coding);
    }
    if parts < 2 {
        members.add("text", word(random, words::NAMES));
    }
    members.object()
}

fn human_name(random: &mut Random) -> String {
    let mut members = Members(Vec::new());
    members.add("family", word(random, words::NAMES));
    members.maybe(random, "given", |r| list(r, |r| word(r, words::NAMES)));
    members.maybe(random, "prefix", |_| r#"["Ann"]"#.to_owned());
    members.object()
}

fn address(random: &mut Random) -> String {
    let mut members = Members(Vec::new());
    members.add("city", word(random, words::NAMES));
    members.maybe(random, "line", |r| list(r, |r| word(r, words::NAMES)));
    members.maybe(random, "postalCode", |r| word(r, words::CODES));
    members.maybe(random, "use", |r| word(r, &["home", "work"]));
    members.object()
}

fn contact(random: &mut Random) -> String {
    let system = word(random, &["phone", "email"]);
    format!(r#"{{"system":{system},"value":{}}}"#, word(random, words::CODES))
}

/// A reference to one of these types: local, under the own address, elsewhere, or by an identifier.
pub(super) fn reference(random: &mut Random, types: &[&str]) -> String {
    let (target, id) = (random.of_all(types), random.of_all(words::IDS));
    let reference = match random.below(24) {
        0 | 1 => format!("http://other/fhir/{target}/{id}"),
        2..=4 => format!("http://own/fhir/{target}/{id}"),
        5 | 6 => format!("{target}/${}", random.below(4)),
        7 => format!("{target}/{id}/_history/{}", random.below(2) + 1),
        _ => format!("{target}/{id}"),
    };
    let mut members = Members(Vec::new());
    match random.below(12) {
        0 => {
            members.add("type", quoted(target));
            members.add("identifier", identifier(random));
        }
        1 | 2 => {
            members.add("reference", quoted(&reference));
            members.add("identifier", identifier(random));
        }
        _ => members.add("reference", quoted(&reference)),
    }
    members.object()
}

fn date_time(random: &mut Random) -> String {
    let all = if random.chance(50) { words::DAYS } else { words::TIMES };
    word(random, all)
}

fn begins(quoted: &str) -> Option<i64> {
    Some(Interval::parse(quoted.trim_matches('"'))?.low)
}

fn period(random: &mut Random) -> String {
    let (start, end) = (date_time(random), date_time(random));
    match random.below(4) {
        0 => format!(r#"{{"start":{start}}}"#),
        1 => format!(r#"{{"end":{end}}}"#),
        // One that ends before it begins would be no interval.
        _ if begins(&start) > begins(&end) => format!(r#"{{"start":{end},"end":{start}}}"#),
        _ => format!(r#"{{"start":{start},"end":{end}}}"#),
    }
}

fn quantity(random: &mut Random) -> String {
    let mut members = Members(Vec::new());
    let (system, code, unit) = random.of_all(words::UNITS);
    if !random.chance(5) {
        members.add("value", random.of_all(words::DECIMALS));
    }
    if random.chance(15) {
        members.add("comparator", word(random, &["<", "<=", ">=", ">"]));
    }
    for (name, text) in [("system", system), ("code", code), ("unit", unit)] {
        if !text.is_empty() {
            members.add(name, quoted(text));
        }
    }
    if members.0.is_empty() {
        members.add("unit", quoted("mg"));
    }
    members.object()
}

fn patient(random: &mut Random, members: &mut Members) {
    members.maybe(random, "identifier", |r| list(r, identifier));
    members.maybe(random, "active", |r| r.chance(50).to_string());
    members.maybe(random, "name", |r| list(r, human_name));
    members.maybe(random, "telecom", |r| list(r, contact));
    members.maybe(random, "gender", |r| word(r, &["male", "female"]));
    members.maybe(random, "birthDate", |r| word(r, words::DAYS));
    match random.below(6) {
        0 => members.add("deceasedBoolean", random.chance(50).to_string()),
        1 => members.add("deceasedDateTime", date_time(random)),
        _ => {}
    }
    members.maybe(random, "address", |r| list(r, address));
    members.maybe(random, "managingOrganization", |r| reference(r, &["Organization"]));
    members.maybe(random, "generalPractitioner", |r| {
        list(r, |r| reference(r, &["Practitioner", "Organization"]))
    });
    members
        .maybe(random, "link", |r| format!(r#"[{{"other":{},"type":"refer"}}]"#, reference(r, &["Patient"])));
}

fn practitioner(random: &mut Random, members: &mut Members) {
    members.maybe(random, "identifier", |r| list(r, identifier));
    members.maybe(random, "active", |r| r.chance(50).to_string());
    members.maybe(random, "name", |r| list(r, human_name));
    members.maybe(random, "telecom", |r| list(r, contact));
    members.maybe(random, "gender", |r| word(r, &["male", "female"]));
}

fn organization(random: &mut Random, members: &mut Members) {
    members.add("name", word(random, words::NAMES));
    members.maybe(random, "identifier", |r| list(r, identifier));
    members.maybe(random, "active", |r| r.chance(50).to_string());
    members.maybe(random, "type", |r| list(r, concept));
    members.maybe(random, "alias", |r| list(r, |r| word(r, words::NAMES)));
    members.maybe(random, "address", |r| list(r, address));
    members.maybe(random, "partOf", |r| reference(r, &["Organization"]));
}

fn encounter(random: &mut Random, members: &mut Members) {
    members.add("status", word(random, &["planned", "finished"]));
    members.add("class", coding(random));
    members.maybe(random, "identifier", |r| list(r, identifier));
    members.maybe(random, "type", |r| list(r, concept));
    members.maybe(random, "subject", |r| reference(r, &["Patient", "Patient", "Group"]));
    members.maybe(random, "participant", |r| {
        format!(r#"[{{"individual":{}}}]"#, reference(r, &["Practitioner", "Practitioner", "RelatedPerson"]))
    });
    members.maybe(random, "period", period);
    members.maybe(random, "length", |r| {
        let number = r.of_all(words::DECIMALS);
        format!(r#"{{"value":{number},"system":"http://unitsofmeasure.org","code":"min"}}"#)
    });
    members.maybe(random, "reasonCode", |r| list(r, concept));
    members.maybe(random, "partOf", |r| reference(r, &["Encounter"]));
    members.maybe(random, "serviceProvider", |r| reference(r, &["Organization"]));
}

fn condition(random: &mut Random, members: &mut Members) {
    members.add("subject", reference(random, &["Patient", "Patient", "Group"]));
    members.maybe(random, "identifier", |r| list(r, identifier));
    members.maybe(random, "clinicalStatus", concept);
    members.maybe(random, "category", |r| list(r, concept));
    members.maybe(random, "severity", concept);
    members.maybe(random, "code", concept);
    members.maybe(random, "encounter", |r| reference(r, &["Encounter"]));
    match random.below(6) {
        0 => members.add("onsetDateTime", date_time(random)),
        1 => members.add("onsetPeriod", period(random)),
        2 => members.add("onsetString", word(random, words::NAMES)),
        _ => {}
    }
    match random.below(4) {
        0 => members.add("abatementDateTime", date_time(random)),
        1 => members.add("abatementString", word(random, words::NAMES)),
        _ => {}
    }
    members.maybe(random, "recordedDate", date_time);
    members.maybe(random, "asserter", |r| reference(r, &["Practitioner", "Patient"]));
}

fn observation(random: &mut Random, members: &mut Members) {
    members.add("status", word(random, &["final", "amended"]));
    members.add("code", concept(random));
    members.maybe(random, "identifier", |r| list(r, identifier));
    members.maybe(random, "category", |r| list(r, concept));
    members.maybe(random, "subject", |r| reference(r, &["Patient", "Patient", "Group"]));
    members.maybe(random, "encounter", |r| reference(r, &["Encounter"]));
    match random.below(6) {
        0 | 1 => members.add("effectiveDateTime", date_time(random)),
        2 => members.add("effectivePeriod", period(random)),
        3 => members.add("effectiveInstant", word(random, words::TIMES)),
        4 => {
            let (first, last) = (date_time(random), date_time(random));
            members.add("effectiveTiming", format!(r#"{{"event":[{first},{last}]}}"#));
        }
        _ => {}
    }
    members.maybe(random, "performer", |r| {
        list(r, |r| reference(r, &["Practitioner", "Organization", "Patient"]))
    });
    match random.below(8) {
        0..=2 => members.add("valueQuantity", quantity(random)),
        3 => members.add("valueCodeableConcept", concept(random)),
        4 => members.add("valueString", word(random, words::NAMES)),
        5 => members.add("valueDateTime", date_time(random)),
        6 => members.add("valuePeriod", period(random)),
        _ => {}
    }
    members.maybe(random, "hasMember", |r| list(r, |r| reference(r, &["Observation"])));
    members.maybe(random, "component", |r| list(r, component));
}

fn component(random: &mut Random) -> String {
    let value = match random.below(3) {
        0 => format!(r#","valueCodeableConcept":{}"#, concept(random)),
        _ => format!(r#","valueQuantity":{}"#, quantity(random)),
    };
    format!(r#"{{"code":{}{value}}}"#, concept(random))
}

fn medication_request(random: &mut Random, members: &mut Members) {
    members.add("status", word(random, &["active", "stopped"]));
    members.add("intent", word(random, &["order", "plan"]));
    members.add("medicationCodeableConcept", concept(random));
    members.add("subject", reference(random, &["Patient", "Patient", "Group"]));
    members.maybe(random, "identifier", |r| list(r, identifier));
    members.maybe(random, "priority", |r| word(r, &["routine", "urgent"]));
    members.maybe(random, "encounter", |r| reference(r, &["Encounter"]));
    members.maybe(random, "authoredOn", date_time);
    members.maybe(random, "requester", |r| reference(r, &["Practitioner", "Organization"]));
}

fn group(random: &mut Random, members: &mut Members) {
    members.add("type", word(random, &["person", "animal"]));
    members.add("actual", random.chance(50).to_string());
    members.maybe(random, "identifier", |r| list(r, identifier));
    members.maybe(random, "code", concept);
    members.maybe(random, "managingEntity", |r| reference(r, &["Organization", "Practitioner"]));
    members.maybe(random, "member", |r| list(r, member));
}

fn member(random: &mut Random) -> String {
    let entity = reference(random, &["Patient", "Patient", "Practitioner", "Group"]);
    format!(r#"{{"entity":{entity}}}"#)
}

fn listing(random: &mut Random, members: &mut Members) {
    members.add("status", word(random, &["current", "retired"]));
    members.add("mode", quoted("working"));
    members.maybe(random, "identifier", |r| list(r, identifier));
    members.maybe(random, "title", |r| word(r, words::NAMES));
    members.maybe(random, "code", concept);
    members.maybe(random, "subject", |r| reference(r, &["Patient", "Patient", "Group"]));
    members.maybe(random, "encounter", |r| reference(r, &["Encounter"]));
    members.maybe(random, "date", date_time);
    members.maybe(random, "source", |r| reference(r, &["Practitioner", "Patient"]));
    if random.chance(80) {
        let items = (0..random.below(3) + 1)
            .map(|_| format!(r#"{{"item":{}}}"#, reference(random, words::ITEMS)))
            .collect::<Vec<_>>();
        members.add("entry", format!("[{}]", items.join(",")));
    }
}
