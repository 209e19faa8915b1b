//! What expressions mean: FHIRPath 2.0 (N1) and the additions of FHIR R4, a row per fact.

use fornax_definitions::r4;
use fornax_fhirpath::{
    Compiler, DateTime, Dialect, Element, Environment, Error, Item, Limits, Named, Resolution, Resolver,
    Value,
};
use fornax_model::{Document, Node};

const PATIENT: &str = r##"{
    "resourceType": "Patient", "id": "p1", "active": true,
    "contained": [{"resourceType": "Organization", "id": "org", "name": "Clinic"}],
    "extension": [
        {"url": "http://example.org/a", "valueString": "one"},
        {"url": "http://example.org/b", "extension": [{"url": "inner", "valueInteger": 7}]}
    ],
    "identifier": [{"system": "urn:x", "value": "1"}, {"system": "urn:y", "value": "2"}],
    "name": [
        {"use": "official", "family": "Chalmers", "given": ["Peter", "James"]},
        {"use": "usual", "given": ["Jim"], "_given": [{"extension": [{"url": "http://example.org/g", "valueCode": "x"}]}]},
        {"use": "maiden", "family": "Windsor", "given": ["Peter", "James", null],
         "_given": [null, null, {"extension": [{"url": "http://example.org/absent", "valueCode": "unknown"}]}]}
    ],
    "telecom": [
        {"system": "phone", "value": "(03) 5555 6473", "use": "work", "rank": 1},
        {"system": "email", "value": "p@example.org"}
    ],
    "gender": "male", "birthDate": "1974-12-25",
    "_birthDate": {"extension": [{"url": "http://example.org/time", "valueDateTime": "1974-12-25T14:35:45-05:00"}]},
    "_language": {"extension": [{"url": "http://example.org/absent", "valueCode": "asked"}]},
    "deceasedBoolean": false, "multipleBirthInteger": 2,
    "contact": [{"name": {"family": "du Marché"}, "relationship": [{"coding": [{"system": "s", "code": "N"}]}]}],
    "generalPractitioner": [
        {"reference": "Practitioner/23"}, {"reference": "#org"}, {"reference": "urn:uuid:4c1c1c80"},
        {"type": "PractitionerRole", "identifier": {"value": "9"}},
        {"reference": "http://example.org/fhir/Organization/1/_history/3"}
    ],
    "managingOrganization": {"reference": "#org"}
}"##;

const OBSERVATION: &str = r#"{
    "resourceType": "Observation", "status": "final", "code": {"coding": [{"code": "29463-7"}]},
    "effectiveDateTime": "2016-03-28T10:15:00Z", "issued": "2016-03-28T10:15:30.500Z",
    "valueQuantity": {"value": 185.0, "unit": "lbs", "system": "http://unitsofmeasure.org", "code": "[lb_av]"},
    "referenceRange": [
        {"age": {"low": {"value": 2, "system": "http://unitsofmeasure.org", "code": "a"},
                 "high": {"value": 18, "comparator": "<", "system": "http://unitsofmeasure.org", "code": "a"}}}
    ],
    "component": [
        {"code": {"text": "a"}, "valueQuantity": {"value": 1.50, "system": "http://unitsofmeasure.org", "code": "mg"}},
        {"code": {"text": "b"}, "valueString": "high"},
        {"code": {"text": "b"}, "valueString": "high"}
    ]
}"#;

/// An item as the rows write it: decimals with a point, text in quotes, dates with `@`, elements as JSON.
fn shown(item: &Item<'_>) -> String {
    match item {
        Item::Element(Element { node: Some(node), .. }) => text(*node),
        Item::Element(Element { extra, .. }) => format!("_{}", extra.map_or(String::new(), text)),
        Item::Target(type_id) => format!("-> {}", r4().type_of(*type_id).name),
        Item::Value(Value::String(text)) => format!("'{text}'"),
        Item::Value(Value::Decimal(number)) if number.scale() == 0 => format!("{number}."),
        Item::Value(value @ Value::Date(_)) => format!("@{value}"),
        Item::Value(Value::DateTime(moment)) if moment.time.is_none() => format!("@{moment}T"),
        Item::Value(value @ Value::DateTime(_)) => format!("@{value}"),
        Item::Value(value @ Value::Time(_)) => format!("@T{value}"),
        Item::Value(value) => value.to_string(),
    }
}

fn text(node: Node<'_>) -> String {
    String::from_utf8_lossy(node.raw()).into_owned()
}

fn failed(error: &Error) -> String {
    let kind = match error {
        Error::Syntax { .. } => "syntax",
        Error::Unknown { what: Named::Function, .. } => "unknown function",
        Error::Unknown { what: Named::Type, .. } => "unknown type",
        Error::Unknown { what: Named::Element, .. } => "unknown element",
        Error::Unknown { what: Named::Variable, .. } => "unknown variable",
        Error::NotSupported { .. } => "not supported",
        Error::Mismatch { .. } => "mismatch",
        Error::NotGiven { .. } => "not given",
        Error::Limit { limit, .. } => return format!("{limit:?} at {}", error.at()),
    };
    format!("{kind} at {}", error.at())
}

fn evaluated(compiler: &Compiler, source: &str, expression: &str) -> Result<String, Error> {
    let document =
        Document::parse(source, &fornax_model::Limits::default()).expect("a row's resource is JSON");
    let name = document.root().get("resourceType").and_then(Node::as_str).expect("a resource");
    let focus = Element::new(document.root(), r4().type_named(&name).expect("a type").id);
    let program = compiler.compile(expression, focus.type_id)?;
    let now = DateTime::parse("2020-02-29T12:30:45.250+02:00");
    let own = [vec![Item::Value(Value::Integer(5)), Item::Value(Value::Integer(6))]];
    let environment = Environment { now, variables: &own, ..Environment::of(focus) };
    let items: Vec<String> = program.evaluate(focus, &environment)?.iter().map(shown).collect();
    Ok(format!("{{{}}}", items.join(", ")))
}

fn check_with(compiler: &Compiler, source: &str, rows: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (expression, expected) in rows {
        let actual = evaluated(compiler, source, expression).unwrap_or_else(|error| failed(&error));
        if actual != *expected {
            wrong.push(format!("{expression}\n    gives {actual}\n    not   {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

fn check(source: &str, rows: &[(&str, &str)]) {
    check_with(&Compiler::new(r4()).variable("own"), source, rows);
}

#[test]
fn literals() {
    check(
        PATIENT,
        &[
            ("{}", "{}"),
            ("true", "{true}"),
            ("'text'", "{'text'}"),
            (r"'\'\\\/\`\u0041\n\t\r\f'", "{''\\/`A\n\t\r\u{c}'}"),
            (r"'\uD83D\uDE00'", "{'😀'}"),
            (r"'\uD83D'", "syntax at 1"),
            (r"'\x'", "syntax at 1"),
            ("42", "{42}"),
            ("007", "{7}"),
            ("2147483647", "{2147483647}"),
            ("2147483648", "syntax at 0"),
            ("-2147483648", "{-2147483648}"),
            ("4.50", "{4.50}"),
            ("1.0", "{1.0}"),
            ("@2015", "{@2015}"),
            ("@2015-02", "{@2015-02}"),
            ("@2015-02-04", "{@2015-02-04}"),
            ("@2015-02-30", "syntax at 0"),
            ("@2015T", "{@2015T}"),
            ("@2015-02T", "{@2015-02T}"),
            ("@2015-02-04T", "{@2015-02-04T}"),
            ("@2015-02-04T14", "{@2015-02-04T14}"),
            ("@2015-02-04T14:34:28.123+09:00", "{@2015-02-04T14:34:28.123+09:00}"),
            ("@2015-02-04T14:34:28Z", "{@2015-02-04T14:34:28Z}"),
            ("@2015T10", "syntax at 0"),
            ("@T14:34:28.5", "{@T14:34:28.5}"),
            ("@T24:00", "syntax at 0"),
            ("4.5 'mg'", "{4.5 'mg'}"),
            ("1 year", "{1 year}"),
            ("4 days", "{4 days}"),
            ("1 . not()", "{false}"),
            ("// nothing\n 1 /* more */ + /* and\n more */ 2", "{3}"),
            ("1 /* no end", "syntax at 2"),
            ("'no end", "syntax at 0"),
            ("1 # 2", "syntax at 2"),
            ("", "syntax at 0"),
            ("1 +", "syntax at 3"),
            ("(1", "syntax at 2"),
            ("1 2", "syntax at 2"),
            ("text.div", "{}"),
            ("text.div.and", "unknown element at 9"),
            ("div", "syntax at 0"),
            ("text.div div div", "syntax at 13"),
        ],
    );
}

#[test]
fn precedence() {
    check(
        PATIENT,
        &[
            ("1 | 2 = 2", "{false}"),
            ("1 + 1 | 2", "{2}"),
            ("1 in 1 | 2", "{true}"),
            ("1 | 2 contains 2", "{true}"),
            ("2 > 1 = true", "{true}"),
            ("true or true and false", "{true}"),
            ("false and false or true", "{true}"),
            ("true xor true or true", "{true}"),
            ("false implies false and false", "{true}"),
            ("1 is Integer = true", "{true}"),
            ("1 + 1 is Integer", "{true}"),
            ("1 | 2 is Integer", "{1, true}"),
            ("-1.abs()", "{-1}"),
            ("2 - 1 - 1", "{0}"),
            ("8 / 4 / 2", "{1.}"),
            ("2 * -3", "{-6}"),
            ("'a' & 'b' = 'ab'", "{true}"),
            ("1 = 1 and 1 in 1", "{true}"),
            ("{}.as(Patient).is(Patient)", "{}"),
            ("$this as Patient is Patient", "{true}"),
            ("true and", "syntax at 8"),
            ("and true", "syntax at 0"),
            ("`and`", "unknown element at 0"),
            ("is", "unknown element at 0"),
            ("contains.id", "unknown element at 0"),
            ("(name).given.first()", "{\"Peter\"}"),
            ("name.given . first ( )", "{\"Peter\"}"),
            ("name[ 1 - 1 ].family", "{\"Chalmers\"}"),
            ("1 year > 1 month", "{true}"),
            ("name.$this.count()", "{1}"),
        ],
    );
}

#[test]
fn paths() {
    check(
        PATIENT,
        &[
            ("Patient.id", "{\"p1\"}"),
            ("id", "{\"p1\"}"),
            ("Resource.id", "{\"p1\"}"),
            ("DomainResource.id", "{\"p1\"}"),
            ("Observation.status", "{}"),
            ("FHIR.id", "unknown element at 0"),
            (
                "name.given",
                "{\"Peter\", \"James\", \"Jim\", \"Peter\", \"James\", _{\"extension\": [{\"url\": \"http://example.org/absent\", \"valueCode\": \"unknown\"}]}}",
            ),
            ("name.family", "{\"Chalmers\", \"Windsor\"}"),
            ("`name`.`family`", "{\"Chalmers\", \"Windsor\"}"),
            ("Patient.nonsense", "unknown element at 8"),
            ("name.nonsense", "unknown element at 5"),
            ("'a'.length", "unknown element at 4"),
            ("name[0].family", "{\"Chalmers\"}"),
            ("name[1].family", "{}"),
            ("name[7].family", "{}"),
            ("name[-1]", "{}"),
            ("name[0].given[1]", "{\"James\"}"),
            ("name['a']", "mismatch at 4"),
            ("deceased", "{false}"),
            ("Patient.deceased", "{false}"),
            ("deceasedBoolean", "unknown element at 0"),
            ("multipleBirth", "{2}"),
            (
                "language",
                "{_{\"extension\": [{\"url\": \"http://example.org/absent\", \"valueCode\": \"asked\"}]}}",
            ),
            ("birthDate.extension.value", "{\"1974-12-25T14:35:45-05:00\"}"),
            ("birthDate.extension.url", "{\"http://example.org/time\"}"),
            ("name.given.extension.value", "{\"x\", \"unknown\"}"),
            ("contained.name", "{\"Clinic\"}"),
            ("contained.ofType(Organization).name", "{\"Clinic\"}"),
            ("contained.ofType(Patient).name", "{}"),
            ("contact.relationship.coding.code", "{\"N\"}"),
            ("$this.id", "{\"p1\"}"),
            ("%context.id", "{\"p1\"}"),
            ("%resource.id", "{\"p1\"}"),
            ("%rootResource.id", "{\"p1\"}"),
            ("name.where(%context.gender = 'male').family", "{\"Chalmers\", \"Windsor\"}"),
            ("%ucum", "{'http://unitsofmeasure.org'}"),
            ("%sct", "{'http://snomed.info/sct'}"),
            ("%loinc", "{'http://loinc.org'}"),
            ("%`vs-administrative-gender`", "{'http://hl7.org/fhir/ValueSet/administrative-gender'}"),
            ("%'ext-patient-birthTime'", "{'http://hl7.org/fhir/StructureDefinition/patient-birthTime'}"),
            ("%own", "{5, 6}"),
            ("%other", "unknown variable at 0"),
            ("$index", "{}"),
            ("name.select($index)", "{0, 1, 2}"),
            ("nonsense()", "unknown function at 0"),
            ("name.first(1)", "syntax at 5"),
            ("gender.memberOf('x')", "not supported at 7"),
        ],
    );
    check(
        OBSERVATION,
        &[
            ("value.unit", "{\"lbs\"}"),
            ("Observation.value.value", "{185.0}"),
            (
                "component.value",
                "{{\"value\": 1.50, \"system\": \"http://unitsofmeasure.org\", \"code\": \"mg\"}, \"high\", \"high\"}",
            ),
            ("effective", "{\"2016-03-28T10:15:00Z\"}"),
            ("value.coding", "{}"),
            ("value.nonsense", "unknown element at 6"),
            ("valueQuantity", "unknown element at 0"),
        ],
    );
}

#[test]
fn types() {
    check(
        OBSERVATION,
        &[
            ("value is Quantity", "{true}"),
            ("value is System.Quantity", "{false}"),
            ("value is string", "{false}"),
            ("value.is(FHIR.Quantity)", "{true}"),
            ("(value as Quantity).code", "{\"[lb_av]\"}"),
            ("value.as(string)", "{}"),
            ("component.value.ofType(string)", "{\"high\", \"high\"}"),
            ("component.value as string", "mismatch at 16"),
            ("component.value is string", "mismatch at 16"),
            ("value is Nonsense", "unknown type at 6"),
            ("value is Other.Quantity", "unknown type at 6"),
            ("value.ofType(1)", "syntax at 13"),
            ("status is code", "{true}"),
            ("status is string", "{true}"),
            ("status is System.String", "{false}"),
            ("status is uri", "{false}"),
            ("1 is Integer", "{true}"),
            ("1 is System.Integer", "{true}"),
            ("1 is Decimal", "{false}"),
            ("'a' is String", "{true}"),
            ("'a' is string", "{false}"),
            ("@2015 is Date", "{true}"),
            ("1 'mg' is System.Quantity", "{true}"),
            ("1 is System.Any", "{true}"),
            ("{} is Integer", "{}"),
            ("$this is Observation", "{true}"),
            ("$this is DomainResource", "{true}"),
            ("$this is Patient", "{false}"),
            ("referenceRange.age is Element", "{true}"),
            ("referenceRange is BackboneElement", "{true}"),
            ("effective.as(dateTime)", "{\"2016-03-28T10:15:00Z\"}"),
            ("effective.as(DateTime)", "{}"),
        ],
    );
    let lenient = Compiler::new(r4()).dialect(Dialect::R4);
    check_with(
        &lenient,
        OBSERVATION,
        &[
            ("component.value as string", "{\"high\", \"high\"}"),
            ("effective.as(DateTime)", "{\"2016-03-28T10:15:00Z\"}"),
            ("issued.as(DateTime)", "{\"2016-03-28T10:15:30.500Z\"}"),
            ("effective.as(System.DateTime)", "{}"),
            ("effectiveDateTime", "{\"2016-03-28T10:15:00Z\"}"),
            ("effectivePeriod.start", "{}"),
        ],
    );
}

#[test]
fn equality() {
    check(
        PATIENT,
        &[
            ("1 = 1", "{true}"),
            ("1 = 1.0", "{true}"),
            ("1.10 = 1.1", "{true}"),
            ("1 = 2", "{false}"),
            ("1 = 'a'", "{false}"),
            ("'a' = 'a'", "{true}"),
            ("'a' = 'A'", "{false}"),
            ("true = true", "{true}"),
            ("{} = {}", "{}"),
            ("1 = {}", "{}"),
            ("{} != 'dummy'", "{}"),
            ("1 != 2", "{true}"),
            ("(1 | 2) = (1 | 2)", "{true}"),
            ("(1 | 2) = (2 | 1)", "{false}"),
            ("(1 | 2) = 1", "{false}"),
            ("(1 | 2) != 1", "{true}"),
            ("@2012 = @2012", "{true}"),
            ("@2012 = @2013", "{false}"),
            ("@2012-01 = @2012", "{}"),
            ("@2012-01 = @2013", "{false}"),
            ("@2012-01 != @2012", "{}"),
            ("@2012-01-01T10:30 = @2012-01-01T10:30", "{true}"),
            ("@2012-01-01T10:30 = @2012-01-01T10:31", "{false}"),
            ("@2012-01-01T10:30:31 = @2012-01-01T10:30", "{}"),
            ("@2012-01-01T10:30:31.0 = @2012-01-01T10:30:31", "{true}"),
            ("@2012-01-01T10:30:31.1 = @2012-01-01T10:30:31", "{false}"),
            ("@2012-01-01 = @2012-01-01T", "{true}"),
            ("@2012-01-01 = @2012-01-01T10", "{}"),
            ("@2017-11-05T01:30:00.0-04:00 = @2017-11-05T01:15:00.0-05:00", "{false}"),
            ("@2017-11-05T01:30:00.0-04:00 = @2017-11-05T00:30:00.0-05:00", "{true}"),
            ("@2017-01-01T00:30:00+02:00 = @2016-12-31T22:30:00Z", "{true}"),
            // Without an offset, that of the evaluation: +02:00.
            ("@2017-01-01T00:30:00 = @2016-12-31T22:30:00Z", "{true}"),
            ("@T10:30 = @T10:30", "{true}"),
            ("@T10:30 = @T10:30:00", "{}"),
            ("@2012 = '2012'", "{false}"),
            ("1 'mg' = 1 'mg'", "{true}"),
            ("1.0 'mg' = 1 'mg'", "{true}"),
            ("1 'mg' = 2 'mg'", "{false}"),
            ("1 'mg' = 1 'kg'", "{}"),
            ("1 = 1 '1'", "{true}"),
            ("1 year = 12 months", "{true}"),
            ("1 week = 7 days", "{true}"),
            ("7 days = 1 'wk'", "{true}"),
            ("1 second = 1 's'", "{true}"),
            ("1 second = 1000 'ms'", "{true}"),
            ("1 year = 1 'a'", "{}"),
            ("name[0].given[0] = name[2].given[0]", "{true}"),
            ("name[0] = name[0]", "{true}"),
            ("name[0] = name[1]", "{false}"),
            ("gender = 'male'", "{true}"),
            ("birthDate = @1974-12-25", "{true}"),
            ("birthDate = @1974", "{}"),
            ("active = true", "{true}"),
            ("multipleBirth = 2", "{true}"),
            ("id = 'p1'", "{true}"),
        ],
    );
    check(
        OBSERVATION,
        &[
            ("component[1] = component[2]", "{true}"),
            ("component[0] = component[1]", "{false}"),
            ("component.value.value = 1.5", "{true}"),
            ("value = 185 '[lb_av]'", "{true}"),
            ("referenceRange.age.low = 2 years", "{true}"),
            ("referenceRange.age.low = 24 months", "{true}"),
            ("issued = @2016-03-28T12:15:30.5+02:00", "{true}"),
        ],
    );
}

#[test]
fn equivalence() {
    check(
        PATIENT,
        &[
            ("{} ~ {}", "{true}"),
            ("1 ~ {}", "{false}"),
            ("1 !~ {}", "{true}"),
            ("'abc' ~ 'ABC'", "{true}"),
            ("'a b' ~ 'A\\tb'", "{true}"),
            ("'abc' ~ 'abd'", "{false}"),
            ("1.10 ~ 1.1", "{true}"),
            ("1.2 / 1.8 ~ 0.67", "{true}"),
            ("0.67 ~ 0.68", "{false}"),
            ("1 ~ 1.4", "{true}"),
            ("(1 | 2 | 3) ~ (3 | 2 | 1)", "{true}"),
            ("(1 | 2) ~ (1 | 3)", "{false}"),
            ("(1 | 2) ~ 1", "{false}"),
            ("@2012 ~ @2012", "{true}"),
            ("@2012-01 ~ @2012", "{false}"),
            ("@2012-01-01T10:30:31.0 ~ @2012-01-01T10:30:31", "{true}"),
            ("1 year ~ 1 'a'", "{true}"),
            ("1 month ~ 1 'mo'", "{true}"),
            ("1 'mg' ~ 1 'kg'", "{}"),
            ("1 'mg' !~ 2 'mg'", "{true}"),
            ("true ~ false", "{false}"),
            ("1 ~ 'a'", "{false}"),
            ("name[0].given ~ (name[0].given[1] | name[0].given[0])", "{true}"),
        ],
    );
}

#[test]
fn comparison() {
    check(
        PATIENT,
        &[
            ("10 > 5", "{true}"),
            ("10 > 5.0", "{true}"),
            ("10 <= 10", "{true}"),
            ("10 < 10", "{false}"),
            ("'abc' > 'ABC'", "{true}"),
            ("'abc' < 'abd'", "{true}"),
            ("1 > {}", "{}"),
            ("true > {}", "{}"),
            ("1 > 'a'", "mismatch at 2"),
            ("true > false", "mismatch at 5"),
            ("(1 | 2) > 1", "mismatch at 8"),
            ("name > 1", "mismatch at 5"),
            ("@2018-03-01 > @2018-01-01", "{true}"),
            ("@2018-03 > @2018-03-01", "{}"),
            ("@2018-03 > @2018-02-01", "{true}"),
            ("@2018 > @2017-12-31", "{true}"),
            ("@2018-03-01T10:30:00 > @2018-03-01T10:00:00", "{true}"),
            ("@2018-03-01T10 > @2018-03-01T10:30", "{}"),
            ("@2018-03-01T10:30:00 > @2018-03-01T10:30:00.0", "{false}"),
            ("@2018-03-01T10:30:00 >= @2018-03-01T10:30:00.0", "{true}"),
            ("@2018-01-01T16:00:00+11:00 < @2018-01-01T15:00:00.0+10:00", "{false}"),
            ("@2018-01-01T16:00:00+12:00 < @2018-01-01T15:00:00.0+10:00", "{true}"),
            ("@T10:30:00 > @T10:00:00", "{true}"),
            ("@T10 > @T10:30", "{}"),
            ("@T10:30:00 <= @T10:30:00.0", "{true}"),
            ("4 'mg' > 3 'mg'", "{true}"),
            ("4 'mg' > 3 'kg'", "{}"),
            ("6 months > 1 year", "{false}"),
            ("10 seconds > 1 's'", "{true}"),
            ("1 year > 1 'a'", "{}"),
            ("2 > 1 '1'", "{true}"),
            ("birthDate < @1980-01-01", "{true}"),
            ("birthDate < today()", "{true}"),
            ("birthDate > @1974", "{}"),
            ("multipleBirth > 1", "{true}"),
            ("birthDate < 5", "mismatch at 10"),
        ],
    );
    check(
        OBSERVATION,
        &[
            ("value > 100 '[lb_av]'", "{true}"),
            ("value > 100 'kg'", "{}"),
            ("referenceRange.age.low < 3 years", "{true}"),
            ("effective < @2016-03-28T10:16:00Z", "{true}"),
            ("effective < @2017", "{true}"),
            // A comparator makes it no definite quantity.
            ("referenceRange.age.high < 20 years", "mismatch at 24"),
        ],
    );
}

#[test]
fn logic() {
    check(
        PATIENT,
        &[
            ("true and true", "{true}"),
            ("true and false", "{false}"),
            ("true and {}", "{}"),
            ("false and {}", "{false}"),
            ("{} and false", "{false}"),
            ("{} and {}", "{}"),
            ("true or {}", "{true}"),
            ("{} or true", "{true}"),
            ("false or {}", "{}"),
            ("false or false", "{false}"),
            ("true xor false", "{true}"),
            ("true xor true", "{false}"),
            ("true xor {}", "{}"),
            ("true implies false", "{false}"),
            ("true implies {}", "{}"),
            ("false implies {}", "{true}"),
            ("{} implies true", "{true}"),
            ("{} implies false", "{}"),
            ("true.not()", "{false}"),
            ("{}.not()", "{}"),
            ("active and gender = 'male'", "{true}"),
            ("gender and true", "{true}"),
            ("language and true", "{}"),
            ("1 and true", "{true}"),
            ("name and true", "mismatch at 5"),
            ("deceased.exists() and deceased != false", "{false}"),
            ("true or false and false", "{true}"),
            ("false implies true or false", "{true}"),
            ("1 = 1 and 2 > 1", "{true}"),
            ("1 in (1 | 2) and true", "{true}"),
        ],
    );
}

#[test]
fn arithmetic() {
    check(
        PATIENT,
        &[
            ("1 + 2 * 3", "{7}"),
            ("(1 + 2) * 3", "{9}"),
            ("-1 + 2", "{1}"),
            ("- -1", "{1}"),
            ("+1", "{1}"),
            ("-'a'", "mismatch at 0"),
            ("-(4 'mg')", "{-4 'mg'}"),
            ("5 / 2", "{2.5}"),
            ("4 / 2", "{2.}"),
            ("5 div 2", "{2}"),
            ("-5 div 2", "{-2}"),
            ("5.5 div 0.7", "{7}"),
            ("5 mod 2", "{1}"),
            ("-5 mod 2", "{-1}"),
            ("5.5 mod 0.7", "{0.6}"),
            ("1 / 0", "{}"),
            ("1 div 0", "{}"),
            ("1 mod 0", "{}"),
            ("1.5 mod 0.0", "{}"),
            ("2147483647 + 1", "{}"),
            ("-2147483648 - 1", "{}"),
            ("2147483647 * 2", "{}"),
            ("0.1 + 0.2", "{0.3}"),
            ("1 + 1.0", "{2.0}"),
            ("1 + {}", "{}"),
            ("1 + 'a'", "mismatch at 2"),
            ("(1 | 2) + 1", "mismatch at 8"),
            ("'a' + 'b'", "{'ab'}"),
            ("'a' + {}", "{}"),
            ("'a' & 'b'", "{'ab'}"),
            ("'a' & {}", "{'a'}"),
            ("{} & {}", "{''}"),
            ("'a' - 'b'", "mismatch at 4"),
            ("'sir ' + name[1].given", "{'sir Jim'}"),
            ("3 'mg' + 2 'mg'", "{5 'mg'}"),
            ("3 'mg' + 2 'kg'", "{}"),
            ("1 year + 6 months", "{18 months}"),
            ("1 week - 1 day", "{6 days}"),
            ("2 * 3 'mg'", "{6 'mg'}"),
            ("6 'mg' / 2", "{3 'mg'}"),
            ("6 'mg' / 2 'mg'", "{3 '1'}"),
            ("2 'cm' * 2 'cm'", "{}"),
            ("-multipleBirth", "{-2}"),
            ("multipleBirth + 1", "{3}"),
        ],
    );
}

#[test]
fn calendar() {
    check(
        PATIENT,
        &[
            ("@2014 + 24 months", "{@2016}"),
            ("@2014 + 23 months", "{@2015}"),
            ("@2014 - 24 months", "{@2012}"),
            ("@2014 + 366 days", "{@2015}"),
            ("@2014-01 + 45 days", "{@2014-02}"),
            ("@2019-03-01 + 24 months", "{@2021-03-01}"),
            ("@2020-01-31 + 1 month", "{@2020-02-29}"),
            ("@2020-02-29 + 1 year", "{@2021-02-28}"),
            ("@1973-12-25 + 7 days", "{@1974-01-01}"),
            ("@1973-12-25 + 7.7 days", "{@1974-01-01}"),
            ("@1973-12-25 + 1 'wk'", "{@1974-01-01}"),
            ("@1973-12-25 + 1 'mo'", "mismatch at 12"),
            ("@1973-12-25 + 1 hour", "mismatch at 12"),
            ("@1973-12-25 + 1 'mg'", "mismatch at 12"),
            ("@1973-12-25 + 1", "mismatch at 12"),
            ("@1973-12-25 - 1 month", "{@1973-11-25}"),
            ("@2020-03-01 - 1 day", "{@2020-02-29}"),
            ("@9999-12-31 + 1 day", "{}"),
            ("@0001-01-01 - 1 day", "{}"),
            ("@2014 + 2147483647 years", "{}"),
            ("@1973-12-25T00:00:00.000+10:00 + 1 second", "{@1973-12-25T00:00:01.000+10:00}"),
            ("@1973-12-25T00:00:00.000+10:00 + 0.01 seconds", "{@1973-12-25T00:00:00.010+10:00}"),
            ("@1973-12-25T00:00:00 + 10.1 'ms'", "{@1973-12-25T00:00:00.0101}"),
            ("@1973-12-25T23:59 + 1 minute", "{@1973-12-26T00:00}"),
            ("@1973-12-25T23:59 + 59 seconds", "{@1973-12-25T23:59}"),
            ("@1973-12-25T00:00:00.000 - 1 second", "{@1973-12-24T23:59:59.000}"),
            ("@1973-12-25T10:00:00 + 1 month", "{@1974-01-25T10:00:00}"),
            ("@1973-12-25T + 25 hours", "{@1973-12-26T}"),
            ("@T01:00 + 2 hours", "{@T03:00}"),
            ("@T23:00:00 + 50 hours", "{@T01:00:00}"),
            ("@T01:00 + 1 day", "mismatch at 8"),
            ("birthDate + 1 year", "{@1975-12-25}"),
            ("today()", "{@2020-02-29}"),
            ("now()", "{@2020-02-29T12:30:45.250+02:00}"),
            ("timeOfDay()", "{@T12:30:45.250}"),
            ("now() = now()", "{true}"),
        ],
    );
}

#[test]
fn existence() {
    check(
        PATIENT,
        &[
            ("{}.empty()", "{true}"),
            ("name.empty()", "{false}"),
            ("photo.exists()", "{false}"),
            ("language.exists()", "{true}"),
            ("telecom.exists(system = 'phone' and use = 'work')", "{true}"),
            ("telecom.exists(system = 'fax')", "{false}"),
            ("telecom.all(system = 'phone')", "{false}"),
            ("name.all(given.exists())", "{true}"),
            ("photo.all(false)", "{true}"),
            ("(true | false).allTrue()", "{false}"),
            ("{}.allTrue()", "{true}"),
            ("(true | false).anyTrue()", "{true}"),
            ("{}.anyTrue()", "{false}"),
            ("(true | false).allFalse()", "{false}"),
            ("{}.allFalse()", "{true}"),
            ("(true | false).anyFalse()", "{true}"),
            ("true.anyFalse()", "{false}"),
            ("(1 | 2).allTrue()", "mismatch at 8"),
            ("name.count()", "{3}"),
            ("{}.count()", "{0}"),
            ("(1 | 2).subsetOf(1 | 2 | 3)", "{true}"),
            ("(1 | 4).subsetOf(1 | 2 | 3)", "{false}"),
            ("{}.subsetOf(1)", "{true}"),
            ("(1 | 2 | 3).supersetOf(1 | 2)", "{true}"),
            ("{}.supersetOf(1)", "{false}"),
            ("name.given.isDistinct()", "{false}"),
            ("(1 | 2).isDistinct()", "{true}"),
            ("{}.isDistinct()", "{true}"),
            ("name.given.distinct().count()", "{4}"),
            ("name.family.hasValue()", "{false}"),
            ("gender.hasValue()", "{true}"),
            ("language.hasValue()", "{false}"),
            ("name.hasValue()", "{false}"),
            ("gender.getValue()", "{'male'}"),
            ("gender.getValue() is String", "{true}"),
        ],
    );
}

#[test]
fn filtering() {
    check(
        PATIENT,
        &[
            ("name.where(use = 'official').family", "{\"Chalmers\"}"),
            ("name.where(family.exists().not()).given", "{\"Jim\"}"),
            ("name.where({})", "{}"),
            ("name.where(given)", "mismatch at 11"),
            ("name.where($index = 1).given", "{\"Jim\"}"),
            ("name.select(given.first())", "{\"Peter\", \"Jim\", \"Peter\"}"),
            ("name.select(use + '!')", "{'official!', 'usual!', 'maiden!'}"),
            ("identifier.select(system & '|' & value)", "{'urn:x|1', 'urn:y|2'}"),
            ("extension.repeat(extension).url", "{\"inner\"}"),
            ("(1 | 2 | 3).aggregate($this + $total, 0)", "{6}"),
            ("(1 | 2 | 3).aggregate(iif($total.empty(), $this, iif($this < $total, $this, $total)))", "{1}"),
            ("{}.aggregate($total + $this, 7)", "{7}"),
            ("iif(active, 'yes', 'no')", "{'yes'}"),
            ("iif({}, 'yes', 'no')", "{'no'}"),
            ("iif(false, 'yes')", "{}"),
            ("iif(true, 1, name > 1)", "{1}"),
            ("name.first().iif(family.exists(), family, 'none')", "{\"Chalmers\"}"),
            ("name.iif(true, 1)", "mismatch at 5"),
            ("name.family.trace('names').count()", "{2}"),
            ("name.trace('names', family).family", "{\"Chalmers\", \"Windsor\"}"),
            ("name.where(use = 'usual').aggregate($total & $this.given, id)", "{'p1Jim'}"),
            ("name.given.where($this > 'K')", "{\"Peter\", \"Peter\"}"),
        ],
    );
}

#[test]
fn subsetting() {
    check(
        PATIENT,
        &[
            ("name.single()", "mismatch at 5"),
            ("{}.single()", "{}"),
            ("identifier.first().value", "{\"1\"}"),
            ("identifier.last().value", "{\"2\"}"),
            ("name.tail().use", "{\"usual\", \"maiden\"}"),
            ("{}.tail()", "{}"),
            ("name.skip(2).use", "{\"maiden\"}"),
            ("name.skip(0).count()", "{3}"),
            ("name.skip(-1).count()", "{3}"),
            ("name.skip(9)", "{}"),
            ("name.take(1).use", "{\"official\"}"),
            ("name.take(0)", "{}"),
            ("name.take(-1)", "{}"),
            ("(1 | 2 | 3).intersect(2 | 3 | 4)", "{2, 3}"),
            ("(1 | 2 | 3).exclude(2)", "{1, 3}"),
            ("(1 | 2).combine(2 | 3)", "{1, 2, 2, 3}"),
            ("(1 | 2).union(2 | 3)", "{1, 2, 3}"),
            ("1 | 1", "{1}"),
            ("1 | 1.0", "{1}"),
            ("@2012 | @2012-01", "{@2012, @2012-01}"),
            ("{} | {}", "{}"),
            ("(name.family | name.family).count()", "{2}"),
            ("name.family | gender", "{\"Chalmers\", \"Windsor\", \"male\"}"),
            ("1 in (1 | 2)", "{true}"),
            ("3 in (1 | 2)", "{false}"),
            ("{} in (1 | 2)", "{}"),
            ("1 in {}", "{false}"),
            ("(1 | 2) in (1 | 2)", "mismatch at 8"),
            ("(1 | 2) contains 2", "{true}"),
            ("(1 | 2) contains {}", "{}"),
            ("{} contains 1", "{false}"),
            ("'Jim' in name.given", "{true}"),
            ("name.given contains 'Bob'", "{false}"),
        ],
    );
}

#[test]
fn strings() {
    check(
        PATIENT,
        &[
            ("'abcdefg'.indexOf('bc')", "{1}"),
            ("'abcdefg'.indexOf('x')", "{-1}"),
            ("'abc'.indexOf('')", "{0}"),
            ("'é€b'.indexOf('b')", "{2}"),
            ("'abcdefg'.substring(3)", "{'defg'}"),
            ("'abcdefg'.substring(1, 2)", "{'bc'}"),
            ("'abcdefg'.substring(6, 2)", "{'g'}"),
            ("'abcdefg'.substring(7, 1)", "{}"),
            ("'abcdefg'.substring(-1, 1)", "{}"),
            ("'abc'.substring(1, 0)", "{''}"),
            ("'é€b'.substring(1, 1)", "{'€'}"),
            ("{}.substring(1)", "{}"),
            ("'abc'.substring({})", "{}"),
            ("'abc'.startsWith('ab')", "{true}"),
            ("'abc'.startsWith('')", "{true}"),
            ("'abc'.endsWith('bc')", "{true}"),
            ("'abc'.endsWith('x')", "{false}"),
            ("'abc'.contains('b')", "{true}"),
            ("'abc'.contains('d')", "{false}"),
            ("1.contains('1')", "mismatch at 2"),
            ("name.given.startsWith('P')", "mismatch at 11"),
            ("'aBc'.upper()", "{'ABC'}"),
            ("'aBc'.lower()", "{'abc'}"),
            ("'abcdefg'.replace('cde', '123')", "{'ab123fg'}"),
            ("'abcdefg'.replace('cde', '')", "{'abfg'}"),
            ("'abc'.replace('', 'x')", "{'xaxbxcx'}"),
            ("'abc'.matches('^a.c$')", "{true}"),
            ("'abc'.matches('b')", "{true}"),
            ("'abc'.matches('^b')", "{false}"),
            ("'a\\nc'.matches('a.c')", "{true}"),
            ("'abc'.matches('(')", "syntax at 14"),
            ("'abc'.matches({})", "{}"),
            ("'abc'.matches('a' + '.c')", "{true}"),
            ("'abc'.matches('(' + 'a')", "syntax at 6"),
            (
                r"'11/30/1972'.replaceMatches('\\b(?<month>\\d{1,2})/(?<day>\\d{1,2})/(?<year>\\d{2,4})\\b', '${day}-${month}-${year}')",
                "{'30-11-1972'}",
            ),
            ("'abc'.length()", "{3}"),
            ("'é€'.length()", "{2}"),
            ("''.length()", "{0}"),
            ("{}.length()", "{}"),
            ("'abc'.toChars()", "{'a', 'b', 'c'}"),
            ("gender.length()", "{4}"),
            ("language.length()", "{}"),
            ("id.upper()", "{'P1'}"),
        ],
    );
}

#[test]
fn conversion() {
    check(
        PATIENT,
        &[
            ("'1'.toInteger()", "{1}"),
            ("'+7'.toInteger()", "{7}"),
            ("'-7'.toInteger()", "{-7}"),
            ("'1.5'.toInteger()", "{}"),
            ("'a'.toInteger()", "{}"),
            ("true.toInteger()", "{1}"),
            ("1.5.toInteger()", "{}"),
            ("(1 | 2).toInteger()", "mismatch at 8"),
            ("'1.50'.toDecimal()", "{1.50}"),
            ("'+1.5'.toDecimal()", "{1.5}"),
            ("'1.'.toDecimal()", "{}"),
            ("'1e3'.toDecimal()", "{}"),
            ("1.toDecimal()", "{1.}"),
            ("false.toDecimal()", "{0.0}"),
            ("'yes'.toBoolean()", "{true}"),
            ("'T'.toBoolean()", "{true}"),
            ("'0.0'.toBoolean()", "{false}"),
            ("'maybe'.toBoolean()", "{}"),
            ("1.toBoolean()", "{true}"),
            ("1.0.toBoolean()", "{true}"),
            ("2.toBoolean()", "{}"),
            ("1.toString()", "{'1'}"),
            ("1.50.toString()", "{'1.50'}"),
            ("true.toString()", "{'true'}"),
            ("@2014-12.toString()", "{'2014-12'}"),
            ("@2014-12-14T09:30Z.toString()", "{'2014-12-14T09:30Z'}"),
            ("@T09:30.toString()", "{'09:30'}"),
            ("(1 'mg').toString()", "{'1 'mg''}"),
            ("(1 year).toString()", "{'1 year'}"),
            ("(2 years).toString()", "{'2 years'}"),
            ("birthDate.toString()", "{'1974-12-25'}"),
            ("name.first().toString()", "{}"),
            ("name.first().convertsToString()", "{false}"),
            ("'2015-02'.toDate()", "{@2015-02}"),
            ("'2015-02-30'.toDate()", "{}"),
            ("@2015-02-04T14:34:28Z.toDate()", "{@2015-02-04}"),
            ("'2015-02-04T14:34:28Z'.toDateTime()", "{@2015-02-04T14:34:28Z}"),
            ("@2015-02-04.toDateTime()", "{@2015-02-04T}"),
            ("'14:34'.toTime()", "{@T14:34}"),
            ("'T14:34'.toTime()", "{@T14:34}"),
            ("'25:00'.toTime()", "{}"),
            ("'4 days'.toQuantity()", "{4 days}"),
            ("'10 \\'mm[Hg]\\''.toQuantity()", "{10 'mm[Hg]'}"),
            ("'10'.toQuantity()", "{10 '1'}"),
            ("'10 mg'.toQuantity()", "{}"),
            ("1.5.toQuantity()", "{1.5 '1'}"),
            ("'1'.convertsToInteger()", "{true}"),
            ("'x'.convertsToInteger()", "{false}"),
            ("{}.convertsToInteger()", "{}"),
            ("'1.a'.convertsToDecimal()", "{false}"),
            ("'2015-13'.convertsToDate()", "{false}"),
            ("'2015-02-04T14:34:28'.convertsToDateTime()", "{true}"),
            ("'10:00'.convertsToTime()", "{true}"),
            ("'1 day'.convertsToQuantity()", "{true}"),
            ("3.convertsToBoolean()", "{false}"),
        ],
    );
}

#[test]
fn math() {
    check(
        PATIENT,
        &[
            ("(-5).abs()", "{5}"),
            ("(-5.5).abs()", "{5.5}"),
            ("(-5.5 'mg').abs()", "{5.5 'mg'}"),
            ("(-2147483648).abs()", "{}"),
            ("1.1.ceiling()", "{2}"),
            ("(-1.1).ceiling()", "{-1}"),
            ("2.9.floor()", "{2}"),
            ("(-2.1).floor()", "{-3}"),
            ("(-1.56).truncate()", "{-1}"),
            ("1.round()", "{1.}"),
            ("3.14159.round(3)", "{3.142}"),
            ("2.5.round()", "{3.}"),
            ("(-2.5).round()", "{-3.}"),
            ("3.1.round(-1)", "mismatch at 4"),
            ("'a'.abs()", "mismatch at 4"),
            ("{}.abs()", "{}"),
            ("81.sqrt()", "not supported at 3"),
        ],
    );
}

#[test]
fn trees() {
    check(
        PATIENT,
        &[
            ("contact.children().count()", "{2}"),
            ("name[1].children().ofType(string)", "{\"usual\", \"Jim\"}"),
            ("birthDate.children().url", "{\"http://example.org/time\"}"),
            ("contact.descendants().ofType(code)", "{\"N\"}"),
            ("name[0].descendants()", "{\"official\", \"Chalmers\", \"Peter\", \"James\"}"),
            ("descendants().where($this is Quantity)", "{}"),
            ("extension.descendants().ofType(integer)", "{7}"),
        ],
    );
}

#[test]
fn additions_of_fhir() {
    check(
        PATIENT,
        &[
            ("extension('http://example.org/a').value", "{\"one\"}"),
            ("extension('http://example.org/none')", "{}"),
            ("extension({})", "{}"),
            ("extension('http://example.org/b').extension('inner').value", "{7}"),
            ("birthDate.extension('http://example.org/time').value", "{\"1974-12-25T14:35:45-05:00\"}"),
            ("hasExtension('http://example.org/a')", "{true}"),
            ("name.hasExtension('http://example.org/a')", "{false}"),
            ("managingOrganization.resolve().name", "{\"Clinic\"}"),
            ("managingOrganization.resolve() is Organization", "{true}"),
            ("generalPractitioner.where(resolve() is Practitioner).reference", "{\"Practitioner/23\"}"),
            (
                "generalPractitioner.where(resolve() is Organization).reference",
                "{\"#org\", \"http://example.org/fhir/Organization/1/_history/3\"}",
            ),
            ("generalPractitioner.where(resolve() is PractitionerRole).identifier.value", "{\"9\"}"),
            ("generalPractitioner.where(resolve() is DomainResource).count()", "{4}"),
            ("generalPractitioner[0].resolve()", "{-> Practitioner}"),
            ("generalPractitioner[0].resolve().active", "not given at 33"),
            ("generalPractitioner[2].resolve()", "{}"),
            ("'Patient/1'.resolve()", "{-> Patient}"),
            ("'Nonsense/1'.resolve()", "{}"),
            ("'Patient'.resolve()", "{}"),
            ("'#'.resolve().id", "{\"p1\"}"),
            ("'#none'.resolve()", "{}"),
        ],
    );
}

#[test]
fn what_is_not_given_is_asked_for_in_vain() {
    let document = Document::parse(PATIENT, &fornax_model::Limits::default()).expect("JSON");
    let focus = Element::new(document.root(), r4().type_named("Patient").expect("a type").id);
    let compiler = Compiler::new(r4()).variable("own");
    for (expression, at) in
        [("now()", 0), ("1 + today()", 4), ("%resource", 0), ("%rootResource", 0), ("%own", 0)]
    {
        let program = compiler.compile(expression, focus.type_id).expect("compiles");
        let error = program.evaluate(focus, &Environment::default()).expect_err(expression);
        assert!(matches!(error, Error::NotGiven { at: found, .. } if found == at), "{expression}: {error}");
    }
    // An offset that nobody knows leaves the order open.
    let program =
        compiler.compile("@2017-01-01T00:30:00 = @2016-12-31T22:30:00Z", focus.type_id).expect("compiles");
    assert!(program.evaluate(focus, &Environment::default()).expect("evaluated").is_empty());
}

#[test]
fn a_resolver_goes_before_the_text() {
    struct Known<'a>(Element<'a>);
    impl Resolver for Known<'_> {
        fn resolve<'s>(&'s self, reference: &str) -> Resolution<'s> {
            match reference {
                "Practitioner/23" => Resolution::Resource(self.0),
                "urn:uuid:4c1c1c80" => Resolution::ByText,
                _ => Resolution::Missing,
            }
        }
    }
    let other =
        Document::parse(r#"{"resourceType":"Practitioner","active":true}"#, &fornax_model::Limits::default());
    let other = other.expect("JSON");
    let known = Known(Element::new(other.root(), r4().type_named("Practitioner").expect("a type").id));
    let document = Document::parse(PATIENT, &fornax_model::Limits::default()).expect("JSON");
    let focus = Element::new(document.root(), r4().type_named("Patient").expect("a type").id);
    let environment = Environment { resolver: Some(&known), ..Environment::of(focus) };
    for (expression, expected) in [
        ("generalPractitioner.resolve().ofType(Practitioner).active", "true"),
        // The contained one, and the one without a reference's text: not what the resolver says is missing.
        ("generalPractitioner.resolve().count()", "3"),
    ] {
        let program = Compiler::new(r4()).compile(expression, focus.type_id).expect("compiles");
        let found = program.evaluate(focus, &environment).expect("evaluated");
        assert_eq!(found.iter().map(shown).collect::<Vec<_>>(), [expected], "{expression}");
    }
}

#[test]
fn evaluations_share_steps() {
    let document = Document::parse(PATIENT, &fornax_model::Limits::default()).expect("JSON");
    let focus = Element::new(document.root(), r4().type_named("Patient").expect("a type").id);
    let program = Compiler::new(r4()).compile("name.given", focus.type_id).expect("an expression");
    let environment = Environment::of(focus);
    let mut steps = 1_000;
    let first = program.evaluate_within(focus, &environment, &mut steps).expect("enough steps");
    assert_eq!(first.len(), program.evaluate(focus, &environment).expect("enough steps").len());
    let taken = 1_000 - steps;
    assert!(taken > 0);
    let mut twice = 2 * taken;
    for _ in 0..2 {
        program.evaluate_within(focus, &environment, &mut twice).expect("enough steps");
    }
    let error = program.evaluate_within(focus, &environment, &mut twice).expect_err("no steps left");
    assert!(matches!(error, Error::Limit { limit: fornax_fhirpath::Limit::Steps, .. }), "{error}");
}

#[test]
fn limits_hold() {
    let small = Limits {
        expression_bytes_max: 120,
        depth_max: 10,
        steps_max: 300,
        items_max: 20,
        string_bytes_max: 40,
        pattern_bytes_max: 1_000,
    };
    let compiler = Compiler::new(r4()).limits(small);
    check_with(
        &compiler,
        PATIENT,
        &[
            ("1 + 1", "{2}"),
            (&"1 ".repeat(61), "ExpressionBytes at 0"),
            ("((((((((((1))))))))))", "Depth at 10"),
            ("-----------1", "Depth at 11"),
            ("1+1+1+1+1+1+1+1+1+1+1", "Depth at 19"),
            ("id.id.id.id.id.id.id.id.id.id.id", "Depth at 30"),
            ("1|2|3|4|5|6|7|8|9|10|11|12|13|14", "{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}"),
            ("descendants()", "Items at 0"),
            ("(1|2|3|4|5|6|7|8|9).select(1|2|3|4|5|6)", "Items at 37"),
            ("'0123456789'.replace('', '0123456789')", "StringBytes at 13"),
            ("'0123456789012345678901234' & '01234567890123456'", "StringBytes at 28"),
            ("'a'.matches('(a{10}){10}')", "PatternBytes at 12"),
            ("(1|2|3|4|5|6|7|8).select((1|2|3|4|5|6).exists(7 = $this))", "Steps at 48"),
        ],
    );
}
