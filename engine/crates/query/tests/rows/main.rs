//! Search URLs and what they are read as.

mod filters;

use fornax_definitions::{Definitions, ParameterId, r4};
use fornax_model::ZoneOffset;
use fornax_model::date::instant_text;
use fornax_query::{
    Condition, Context, DateValue, Described, Direction, Handling, Include, Limits, NumberValue, Prefix,
    Query, QueryError, Reach, ReferenceValue, SortBy, Summary, TextExpression, TokenValue, Total, Types,
    Unit, Values, Way,
};

fn read_as(handling: Handling, url: &str) -> Result<Query, QueryError> {
    let bases = ["https://clinic.example/fhir".to_owned()];
    let context = Context { definitions: r4(), bases: &bases, handling, limits: &Limits::default() };
    Query::parse_relative(url, &context)
}

/// A query in a line of words: what a test row can show.
fn show(query: &Query) -> String {
    let definitions = r4();
    let mut words: Vec<String> = Vec::new();
    words.extend(
        query.within.iter().map(|within| format!("within ({})", show_condition(definitions, within))),
    );
    words.extend(query.filters.iter().map(|filter| show_condition(definitions, &filter.condition)));
    words.extend(query.includes.iter().map(|include| show_include(definitions, include)));
    for key in &query.sort {
        let sign = if key.direction == Direction::Descending { "-" } else { "+" };
        let code = match key.by {
            SortBy::Parameter(parameter) => &*definitions.parameter_of(parameter).code,
            SortBy::Score => "score",
        };
        words.push(format!("sort {sign}{code}"));
    }
    if !query.elements.is_empty() {
        words.push(format!("elements {}", query.elements.join(" ")));
    }
    if query.summary != Summary::False {
        words.push(format!("summary {:?}", query.summary));
    }
    if query.total != Total::Accurate {
        words.push(format!("total {:?}", query.total));
    }
    words.extend(query.is_explained.then(|| "explained".to_owned()));
    words.extend(query.max_results.map(|max| format!("at most {max}")));
    words.extend(query.count.map(|count| format!("count {count}")));
    words.extend(query.ignored.iter().map(|error| format!("ignored {error}")));
    words.join("; ")
}

fn show_condition(definitions: &Definitions, condition: &Condition) -> String {
    let code = |parameter: &ParameterId| &*definitions.parameter_of(*parameter).code;
    let described = |one: &Described| {
        let name = definitions.type_of(one.resource).name;
        format!("{name}({})", show_condition(definitions, &one.condition))
    };
    let listed = |words: Vec<String>, by: &str| words.join(by);
    let grouped = |one: &Condition| {
        let shown = show_condition(definitions, one);
        if matches!(one, Condition::All(_) | Condition::Any(_)) { format!("({shown})") } else { shown }
    };
    let all = |conditions: &[Condition]| conditions.iter().map(grouped).collect();
    match condition {
        Condition::Has { parameter, values } => {
            format!("{} {}", code(parameter), show_values(definitions, values))
        }
        Condition::Present(parameter) => format!("any {}", code(parameter)),
        Condition::Refers { parameter, targets } => {
            format!("{} to {}", code(parameter), listed(targets.iter().map(described).collect(), " or "))
        }
        Condition::Referred { parameter, source } => {
            format!("by {} of {}", code(parameter), described(source))
        }
        Condition::ByType(of) => listed(of.iter().map(described).collect(), " or "),
        Condition::Is { resource, id } => format!("{}/{id}", definitions.type_of(*resource).name),
        Condition::IsMember { resource, id } => {
            format!("member of {}/{id}", definitions.type_of(*resource).name)
        }
        Condition::Not(condition) => format!("not ({})", show_condition(definitions, condition)),
        Condition::All(none) if none.is_empty() => "anything".to_owned(),
        Condition::All(conditions) => listed(all(conditions), " and "),
        Condition::Any(conditions) => listed(all(conditions), " or "),
    }
}

fn show_include(definitions: &Definitions, include: &Include) -> String {
    let way = if include.way == Way::Include { "include" } else { "revinclude" };
    let code = include.parameter.map_or("*", |parameter| &*definitions.parameter_of(parameter).code);
    let target = match &include.target {
        Types::Every => "*".to_owned(),
        types => types.list(definitions).iter().map(|of| definitions.type_of(*of).name).collect(),
    };
    let source = include.source.map_or("*", |source| definitions.type_of(source).name);
    let again = if include.reach == Reach::Included { " again" } else { "" };
    format!("{way} {source}.{code}>{target}{again}")
}

fn show_values(definitions: &Definitions, values: &Values) -> String {
    let words: Vec<String> = match values {
        Values::Id(ids) => ids.iter().map(|id| format!("id<{id}>")).collect(),
        Values::String(texts) => texts.iter().map(|text| format!("text<{text}>")).collect(),
        Values::Exact(texts) => texts.iter().map(|text| format!("exactly<{text}>")).collect(),
        Values::Contains(texts) => texts.iter().map(|text| format!("with<{text}>")).collect(),
        Values::CodedText(texts) => texts.iter().map(|text| format!("called<{text}>")).collect(),
        Values::Words(expressions) => expressions.iter().map(show_expression).collect(),
        Values::CodeStart(texts) => texts.iter().map(|text| format!("starting<{text}>")).collect(),
        Values::OfType(values) => {
            values.iter().map(|v| format!("<{}> of type <{}> of <{}>", v.value, v.code, v.system)).collect()
        }
        Values::Identifier(tokens) => tokens.iter().map(show_token).collect(),
        Values::Below(uris) => uris.iter().map(|uri| format!("below<{uri}>")).collect(),
        Values::Above(uris) => uris.iter().map(|uri| format!("above<{uri}>")).collect(),
        Values::Whole(texts) => texts.iter().map(|text| format!("whole<{text}>")).collect(),
        Values::End(texts) => texts.iter().map(|text| format!("ending<{text}>")).collect(),
        Values::OtherString(texts) => texts.iter().map(|text| format!("other than whole<{text}>")).collect(),
        Values::OtherToken(tokens) => {
            tokens.iter().map(|token| format!("other than {}", show_token(token))).collect()
        }
        Values::OtherUri(uris) => uris.iter().map(|uri| format!("other than uri<{uri}>")).collect(),
        Values::UriStart(uris) => uris.iter().map(|uri| format!("uri starting<{uri}>")).collect(),
        Values::UriPart(uris) => uris.iter().map(|uri| format!("uri with<{uri}>")).collect(),
        Values::Composite(all) => {
            let one = |values: &Vec<Values>| {
                values.iter().map(|one| show_values(definitions, one)).collect::<Vec<_>>().join(" with ")
            };
            all.iter().map(one).collect()
        }
        Values::InSet(urls) => urls.iter().map(|url| format!("in<{url}>")).collect(),
        Values::CodesBelow(codes) => {
            codes.iter().map(|(of, code)| format!("below <{code}> of <{of}>")).collect()
        }
        Values::CodesAbove(codes) => {
            codes.iter().map(|(of, code)| format!("above <{code}> of <{of}>")).collect()
        }
        Values::ReferencesBelow(of) => {
            of.iter().map(|(of, id)| format!("below {}/{id}", definitions.type_of(*of).name)).collect()
        }
        Values::ReferencesAbove(of) => {
            of.iter().map(|(of, id)| format!("above {}/{id}", definitions.type_of(*of).name)).collect()
        }
        Values::ReferencesToMembers(of, id) => {
            vec![format!("member of {}/{id}", definitions.type_of(*of).name)]
        }
        Values::Near(values) => values
            .iter()
            .map(|near| format!("{} m around {} {}", near.distance_m, near.latitude, near.longitude))
            .collect(),
        Values::Uri(uris) => uris.iter().map(|uri| format!("uri<{uri}>")).collect(),
        Values::Token(tokens) => tokens.iter().map(show_token).collect(),
        Values::Reference(references) => references.iter().map(|r| show_reference(definitions, r)).collect(),
        Values::Date(dates) => dates.iter().map(show_date).collect(),
        Values::Number(numbers) => numbers.iter().map(show_number).collect(),
        Values::Quantity(quantities) => {
            quantities.iter().map(|q| format!("{} {}", show_number(&q.number), show_unit(&q.unit))).collect()
        }
    };
    words.join(" or ")
}

fn show_expression(expression: &TextExpression) -> String {
    let listed = |all: &[TextExpression], joint: &str| {
        let all: Vec<String> = all.iter().map(show_expression).collect();
        format!("({})", all.join(joint))
    };
    match expression {
        TextExpression::Words(text) => format!("words<{text}>"),
        TextExpression::Start(text) => format!("words<{text}...>"),
        TextExpression::Not(inner) => format!("no {}", show_expression(inner)),
        TextExpression::All(all) => listed(all, " and "),
        TextExpression::Any(any) => listed(any, " or "),
    }
}

fn show_token(token: &TokenValue) -> String {
    match token {
        TokenValue::Code(code) => format!("<{code}> of any"),
        TokenValue::Coding { system, code } => format!("<{code}> of <{system}>"),
        TokenValue::CodeWithoutSystem(code) => format!("<{code}> of none"),
        TokenValue::System(system) => format!("any of <{system}>"),
    }
}

fn show_reference(definitions: &Definitions, reference: &ReferenceValue) -> String {
    match reference {
        ReferenceValue::Id(id) => format!("?/{id}"),
        ReferenceValue::Local { resource, id, version } => {
            let version = version.as_ref().map_or(String::new(), |version| format!(" at {version}"));
            format!("{}/{id}{version}", definitions.type_of(*resource).name)
        }
        ReferenceValue::Url { url, version } => {
            let version = version.as_ref().map_or(String::new(), |version| format!(" at {version}"));
            format!("<{url}>{version}")
        }
    }
}

fn show_prefix(prefix: Prefix) -> &'static str {
    match prefix {
        Prefix::Eq => "=",
        Prefix::Ne => "!=",
        Prefix::Gt => ">",
        Prefix::Lt => "<",
        Prefix::Ge => ">=",
        Prefix::Le => "<=",
        Prefix::Sa => "after",
        Prefix::Eb => "before",
        Prefix::Ap => "about",
        Prefix::Po => "meets",
        Prefix::Co => "holds",
    }
}

fn show_date(date: &DateValue) -> String {
    let interval = date.date.interval(ZoneOffset::UTC);
    let text = |micros| instant_text(micros).expect("a year that exists");
    format!("{} {}..{}", show_prefix(date.prefix), text(interval.low), text(interval.high))
}

fn show_number(number: &NumberValue) -> String {
    format!("{} {}", show_prefix(number.prefix), number.number)
}

fn show_unit(unit: &Unit) -> String {
    match unit {
        Unit::Any => "in any".to_owned(),
        Unit::Coding { system, code } => format!("in <{code}> of <{system}>"),
        Unit::CodeOrName(code) => format!("in <{code}>"),
    }
}

/// A URL reads as these words, and what is written back reads the same again.
#[track_caller]
fn check(url: &str, words: &str) {
    let query = read_as(Handling::Lenient, url).unwrap_or_else(|error| panic!("{url}: {error}"));
    assert_eq!(show(&query), words, "{url}");
    let resource = url.split('?').next().expect("a type");
    let written = format!("{resource}?{}", query.to_query_string(r4()));
    let again = read_as(Handling::Guard, &written).unwrap_or_else(|error| panic!("{written}: {error}"));
    assert_eq!(again, Query { ignored: Vec::new(), ..query }, "{written}");
}

/// A URL is refused with this text, whatever the handling.
/// What asks for other resources is not for criteria.
#[track_caller]
fn joined(url: &str, want: &str) {
    assert_eq!(
        show(&read_as(Handling::Strict, url).unwrap_or_else(|error| panic!("{url}: {error}"))),
        want,
        "{url}"
    );
}

#[track_caller]
fn unjoined(url: &str, want: &str) {
    assert_eq!(read_as(Handling::Strict, url).expect_err(url).to_string(), want, "{url}");
}

#[track_caller]
fn refused(url: &str, text: &str) {
    for handling in [Handling::Lenient, Handling::Strict, Handling::Guard] {
        let error = read_as(handling, url).map(|query| show(&query)).expect_err(url);
        assert_eq!(error.to_string(), text, "{url}");
    }
}

/// A URL is refused with this text where nothing may be passed over, and else reads as these words.
#[track_caller]
fn passed_over(url: &str, text: &str, words: &str) {
    for handling in [Handling::Strict, Handling::Guard] {
        let error = read_as(handling, url).map(|query| show(&query)).expect_err(url);
        assert_eq!(error.to_string(), text, "{url}");
    }
    check(
        url,
        &[words, &format!("ignored {text}")]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("; "),
    );
}

#[test]
fn nothing_asked() {
    check("Patient", "");
    check("Patient?", "");
    check("Patient?&&", "");
}

#[test]
fn tokens() {
    check("Observation?code=8480-6", "code <8480-6> of any");
    check("Observation?code=http://loinc.org|8480-6", "code <8480-6> of <http://loinc.org>");
    check("Observation?code=http%3A%2F%2Floinc.org%7C8480-6", "code <8480-6> of <http://loinc.org>");
    check("Observation?code=|8480-6", "code <8480-6> of none");
    check("Observation?code=http://loinc.org|", "code any of <http://loinc.org>");
    check("Observation?code=a,s|b,|c", "code <a> of any or <b> of <s> or <c> of none");
    check("Observation?code=a&code=b", "code <a> of any; code <b> of any");
    check(r"Observation?code=a\,b", "code <a,b> of any");
    check(r"Observation?code=s\|t|a\$\\", r"code <a$\> of <s|t>");
    check("Patient?active=true", "active <true> of any");
    check("Patient?gender=male,female", "gender <male> of any or <female> of any");
    refused(
        "Observation?code=|",
        "'code' (parameter 1): not a token: expected code, system|code, |code or system|",
    );
    refused(
        "Observation?code=a|b|c",
        "'code' (parameter 1): not a token: expected code, system|code, |code or system|",
    );
    refused("Observation?code=a,,b", "'code' (parameter 1): empty between its separators");
    refused("Observation?code=,", "'code' (parameter 1): empty between its separators");
    refused(
        r"Observation?code=a\b",
        "'code' (parameter 1): a backslash may only stand before a comma, a bar, a dollar sign or a backslash",
    );
    refused(
        r"Observation?code=a\",
        "'code' (parameter 1): a backslash may only stand before a comma, a bar, a dollar sign or a backslash",
    );
}

#[test]
fn parameters_of_every_resource() {
    check("Patient?_id=a,b-1", "_id id<a> or id<b-1>");
    check("Patient?_tag=s|t", "_tag <t> of <s>");
    check("Patient?_security=s|t", "_security <t> of <s>");
    check("Patient?_profile=http://example.org/p", "_profile uri<http://example.org/p>");
    check("Patient?_source=http://example.org/s", "_source uri<http://example.org/s>");
}

#[test]
fn strings_and_uris() {
    check("Patient?family=M%C3%BCller", "family text<Müller>");
    check("Patient?family=de+la%20Cruz", "family text<de la Cruz>");
    check(r"Patient?family=a\,b,c", "family text<a,b> or text<c>");
    check("Patient?family=a|b", "family text<a|b>");
    check("Patient?name=O%27Neil%26Sons", "name text<O'Neil&Sons>");
    check(
        "ValueSet?url=http://example.org/a,urn:oid:1.2",
        "url uri<http://example.org/a> or uri<urn:oid:1.2>",
    );
    refused("Patient?family=%20", "'family' (parameter 1): empty between its separators");
}

#[test]
fn dates() {
    check("Patient?birthdate=2020", "birthdate = 2020-01-01T00:00:00.000Z..2020-12-31T23:59:59.999999Z");
    check("Patient?birthdate=2020-02", "birthdate = 2020-02-01T00:00:00.000Z..2020-02-29T23:59:59.999999Z");
    check(
        "Patient?birthdate=eq2020-02-29",
        "birthdate = 2020-02-29T00:00:00.000Z..2020-02-29T23:59:59.999999Z",
    );
    check(
        "Observation?date=2020-02-29T10:00",
        "date = 2020-02-29T10:00:00.000Z..2020-02-29T10:00:59.999999Z",
    );
    check(
        "Observation?date=2020-02-29T10:00:00Z",
        "date = 2020-02-29T10:00:00.000Z..2020-02-29T10:00:00.999999Z",
    );
    check(
        "Observation?date=2020-02-29T10:00:00%2B02:00",
        "date = 2020-02-29T08:00:00.000Z..2020-02-29T08:00:00.999999Z",
    );
    check(
        "Patient?_lastUpdated=gt2020-02-29T10:00:00.5Z",
        "_lastUpdated > 2020-02-29T10:00:00.500Z..2020-02-29T10:00:00.599999Z",
    );
    for (word, sign) in [
        ("ne", "!="),
        ("gt", ">"),
        ("lt", "<"),
        ("ge", ">="),
        ("le", "<="),
        ("sa", "after"),
        ("eb", "before"),
        ("ap", "about"),
    ] {
        let day = "2020-02-29T00:00:00.000Z..2020-02-29T23:59:59.999999Z";
        check(&format!("Patient?birthdate={word}2020-02-29"), &format!("birthdate {sign} {day}"));
    }
    check(
        "Patient?birthdate=ge2020-02-29,lt2020-02-29",
        "birthdate >= 2020-02-29T00:00:00.000Z..2020-02-29T23:59:59.999999Z or < \
         2020-02-29T00:00:00.000Z..2020-02-29T23:59:59.999999Z",
    );
    let values = [
        "2021-02-29",
        "xx2020",
        "GE2020",
        "ge",
        "20-01-01",
        "2020-1-1",
        "2020-01-01T10",
        "2020-01-01T10:00:00+02:00",
        "2020|x",
        "today",
    ];
    for value in values {
        refused(
            &format!("Patient?birthdate={value}"),
            "'birthdate' (parameter 1): not a date: expected YYYY, YYYY-MM, YYYY-MM-DD or a time with minutes",
        );
    }
}

#[test]
fn references() {
    check("Observation?subject=123", "subject ?/123");
    check("Observation?subject=Patient/123", "subject Patient/123");
    check("Encounter?service-provider=123", "service-provider Organization/123");
    check("Observation?subject=Patient/123/_history/2", "subject Patient/123 at 2");
    check("Observation?subject=https://clinic.example/fhir/Patient/1", "subject Patient/1");
    check(
        "Observation?subject=https://clinic.example/fhirs/Patient/1",
        "subject <https://clinic.example/fhirs/Patient/1>",
    );
    check(
        "Observation?subject=https://other.example/fhir/Patient/1",
        "subject <https://other.example/fhir/Patient/1>",
    );
    check("Observation?subject=urn:uuid:0-1", "subject <urn:uuid:0-1>");
    check("Observation?subject:Patient=1", "subject Patient/1");
    check("Observation?subject:Patient=Patient/1", "subject Patient/1");
    check(
        "QuestionnaireResponse?questionnaire=http://example.org/q|1.0",
        "questionnaire <http://example.org/q> at 1.0",
    );
    check("Observation?subject=Patient/1,Group/2", "subject Patient/1 or Group/2");
    let not_one = "'subject' (parameter 1): not a reference: expected id, Type/id or an absolute URL";
    refused("Observation?subject=Patient/", not_one);
    refused("Observation?subject=Patient/1/2", not_one);
    refused("Observation?subject=a b", not_one);
    refused("Observation?subject=Patient/1|2", not_one);
    refused("Observation?subject=Patients/1", "'subject' (parameter 1): unknown resource type");
    refused("Observation?subject=DomainResource/1", "'subject' (parameter 1): unknown resource type");
    refused(
        "Observation?subject:Patient=Group/1",
        "'subject:Patient' (parameter 1): not a reference: expected id, Type/id or an absolute URL",
    );
    refused("Observation?code:Patient=1", "'code:Patient' (parameter 1): unknown modifier");
}

#[test]
fn numbers_and_quantities() {
    check("RiskAssessment?probability=0.80", "probability = 0.80");
    check("RiskAssessment?probability=gt0.8,lt-1e2", "probability > 0.8 or < -1e2");
    check("Observation?value-quantity=5.40", "value-quantity = 5.40 in any");
    check(
        "Observation?value-quantity=ap5.4|http://unitsofmeasure.org|mg",
        "value-quantity about 5.4 in <mg> of <http://unitsofmeasure.org>",
    );
    check("Observation?value-quantity=le5.4||mg", "value-quantity <= 5.4 in <mg>");
    let number = "'probability' (parameter 1): not a number";
    let digits = "9".repeat(38);
    let range = "'probability' (parameter 1): a number with too many digits or too great a power of ten";
    refused(&format!("RiskAssessment?probability={digits}"), range);
    refused("RiskAssessment?probability=1e10000", range);
    for value in ["x", "gt", "1,5x", "0x1", "1.", "NaN", "eqgt1", "++1", "1 "] {
        refused(&format!("RiskAssessment?probability={value}"), number);
    }
    let quantity =
        "'value-quantity' (parameter 1): not a quantity: expected number, number|system|code or number||code";
    for value in ["5.4|mg", "5.4|s|", "5.4||", "|s|mg", "5.4|s|mg|x", "mg"] {
        refused(&format!("Observation?value-quantity={value}"), quantity);
    }
}

#[test]
fn modifiers() {
    check("Patient?name:exact=Ann", "name exactly<Ann>");
    check("Patient?name:contains=a,b", "name with<a> or with<b>");
    check("Patient?name:missing=true", "not (any name)");
    check("Patient?name:missing=false", "any name");
    check("Observation?code-value-quantity:missing=false", "any code-value-quantity");
    check("Patient?gender:not=male,female", "not (gender <male> of any or <female> of any)");
    check("Patient?_id:not=a", "not (_id id<a>)");
    check("Observation?code:text=head", "code called<head>");
    check("Observation?code:code-text=84", "code starting<84>");
    check("Patient?identifier:of-type=s|MR|1", "identifier <1> of type <MR> of <s>");
    check("Observation?subject:identifier=s|1", "subject <1> of <s>");
    check("Observation?subject:Patient=1", "subject Patient/1");
    check("ValueSet?url:below=http://a.org/b/", "url below<http://a.org/b>");
    check("ValueSet?url:above=http://a.org/b", "url above<http://a.org/b>");
    let row = |name: &str, text: &str| {
        refused(&format!("Observation?code=a&{name}"), &format!("'{}' (parameter 2): {text}", before(name)));
    };
    row("code:missing=x", "expected one of: true, false");
    row("code:missing=TRUE", "expected one of: true, false");
    row("code:exact=x", "this modifier is not for parameters of this kind");
    row("_id:missing=true", "this modifier is not for parameters of this kind");
    row("_id:text=x", "this modifier is not for parameters of this kind");
    row("date:not=2020", "this modifier is not for parameters of this kind");
    row("code-value-quantity:exact=a$5", "this modifier is not for parameters of this kind");
    row("subject:iterate=x", "this modifier is not for parameters of this kind");
    row("subject:Practitioner=x", "unknown modifier");
    row("code:Patient=x", "unknown modifier");
    row("code:below=x", "expected system|code");
    row("code:above=|x", "expected system|code");
    for value in ["a", "s|a", "s||v", "|a|v", "s|a|", "s|a|v|x"] {
        refused(
            &format!("Patient?identifier:of-type={value}"),
            "'identifier:of-type' (parameter 1): expected system|code|value of an identifier's type and value",
        );
    }
    refused("ValueSet?url:below=urn:x", "'url:below' (parameter 1): expected a URL; a URN has no path");
    refused("Observation?code:exactly=x", "'code:exactly' (parameter 1): unknown modifier");
    refused("Observation?code:=x", "'code:' (parameter 1): unknown modifier");
}

#[test]
fn codes_by_terminology() {
    // What a code system or a value set says may change while a write that depends on it is under way.
    joined("Observation?code:in=http://v", "code in<http://v>");
    joined("Observation?code:not-in=ValueSet/v,http://w|1", "not (code in<ValueSet/v> or in<http://w|1>)");
    joined("Observation?code:below=s|a", "code below <a> of <s>");
    joined("Observation?code:above=s|a,s|b", "code above <a> of <s> or above <b> of <s>");
}

#[test]
fn hierarchies() {
    joined("Observation?subject:below=Location/a", "subject below Location/a");
    joined("Observation?subject:above=a,Location/b", "subject above Location/a or above Location/b");
    joined("Procedure?part-of:below=a", "part-of below Procedure/a");
    joined("Patient?organization:above=a", "organization above Organization/a");
    let text = "not a resource here, of a type whose resources are part of each other";
    for pair in [
        "subject:below=Patient/a",
        "patient:below=a",
        "subject:below=http://x.org/Location/a",
        "subject:below=Location/a/_history/1",
        "subject:below=a,Patient/b",
    ] {
        refused(&format!("Observation?{pair}"), &format!("'{}' (parameter 1): {text}", before(pair)));
    }
    refused("MeasureReport?measure:below=http://x.org/m", &format!("'measure:below' (parameter 1): {text}"));
}

#[test]
fn places() {
    check("Location?near=10|-20.5|2|km", "near 2000 m around 10 -20.5");
    check("Location?near=10|20", "near 50000 m around 10 20");
    check("Location?near=10|20|1.5", "near 1500 m around 10 20");
    let expected = "'near' (parameter 1): expected latitude|longitude, or with |distance|unit: degrees to the north and east, and how far";
    for value in ["10", "10|20|1|km|x", "x|20", "91|20", "10|181", "10|20|-1"] {
        refused(&format!("Location?near={value}"), expected);
    }
    refused(
        "Location?near=10|20|1|kg",
        "'near' (parameter 1): expected a UCUM unit of length, such as km or [mi_us]",
    );
}

fn before(pair: &str) -> &str {
    pair.split('=').next().unwrap_or(pair)
}

#[test]
fn composites() {
    check(
        r"Observation?code-value-quantity=a\$b$gt5.4,s|c$5||mg",
        r"code-value-quantity <a$b> of any with > 5.4 in any or <c> of <s> with = 5 in <mg>",
    );
    for value in ["a", "a$", "$5", "a$5$6"] {
        refused(
            &format!("Observation?code-value-quantity={value}"),
            "'code-value-quantity' (parameter 1): expected as many parts, separated by $, as the composite has",
        );
    }
    unjoined(
        "Observation?code-value-quantity.code=a",
        "'code-value-quantity.code' (parameter 1): only a reference can be followed by a chain",
    );
}

#[test]
fn chains() {
    joined("Patient?organization.name=x", "organization to Organization(name text<x>)");
    joined(
        "Encounter?subject.identifier=x",
        "subject to Group(identifier <x> of any) or Patient(identifier <x> of any)",
    );
    joined("Observation?subject:Patient.name:exact=x", "subject to Patient(name exactly<x>)");
    joined(
        "Observation?subject.birthdate=2020",
        &format!(
            "subject to Patient(birthdate {})",
            "= 2020-01-01T00:00:00.000Z..2020-12-31T23:59:59.999999Z"
        ),
    );
    joined(
        "Observation?patient.organization.partof.name=x",
        "patient to Patient(organization to Organization(partof to Organization(name text<x>)))",
    );
    joined(
        "Observation?patient._has:Group:member:_id=g",
        "patient to Group(by member of Group(_id id<g>)) or Patient(by member of Group(_id id<g>))",
    );
    let row = |url: &str, name: &str, text: &str| unjoined(url, &format!("'{name}' (parameter 1): {text}"));
    row("Observation?code.name=x", "code.name", "only a reference can be followed by a chain");
    row(
        "Observation?subject.nonsense=x",
        "subject.nonsense",
        "no type that it may refer to has such a parameter",
    );
    row("Observation?subject:Nobody.name=x", "subject:Nobody.name", "unknown resource type");
    row(
        "Observation?subject.birthdate=x",
        "subject.birthdate",
        "not a date: expected YYYY, YYYY-MM, YYYY-MM-DD or a time with minutes",
    );
    row("Observation?subject:Patient.name:foo=x", "subject:Patient.name:foo", "unknown modifier");
    let guarded = "Patient?organization.name=x";
    let text = "'organization.name' (parameter 1): in criteria, what other resources say is not supported";
    assert_eq!(read_as(Handling::Guard, guarded).unwrap_err().to_string(), text);
}

#[test]
fn reverse_chains() {
    joined("Patient?_has:Observation:subject:code=x", "by subject of Observation(code <x> of any)");
    joined(
        "Patient?_has:Observation:subject:_has:DiagnosticReport:result:status=final",
        "by subject of Observation(by result of DiagnosticReport(status <final> of any))",
    );
    joined(
        "Patient?_has:Observation:subject:encounter.class=x",
        "by subject of Observation(encounter to Encounter(class <x> of any))",
    );
    joined("Patient?_list=l", "by item of List(_id id<l>)");
    let has = "expected _has:Type:reference:parameter, with parameters of that type";
    let row = |name: &str, text: &str| {
        unjoined(&format!("Patient?{name}=x"), &format!("'{name}' (parameter 1): {text}"));
    };
    row("_has", has);
    row("_has:Observation", has);
    row("_has:Observation:subject", has);
    row("_has:Nobody:subject:code", "unknown resource type");
    row("_has:Observation:code:code", has);
    row("_has:Observation:subject:nonsense", has);
    row("_list:exact", "takes no modifier");
}

#[test]
fn several_types() {
    check("?_id=a", "_id id<a>");
    check("?_type=Patient,Encounter&_id=a", "_id id<a>");
    check(
        "?_type=Patient,Practitioner&identifier=a",
        "Patient(identifier <a> of any) or Practitioner(identifier <a> of any)",
    );
    check("?_type=Patient,Practitioner&family=a", "family text<a>");
    check("?_sort=_lastUpdated", "sort +_lastUpdated");
    passed_over(
        "?_type=Patient,Encounter&birthdate=2020",
        "'birthdate' (parameter 2): not a search parameter of this type",
        "",
    );
    check("Patient/p/Observation", "within (subject Patient/p or performer Patient/p)");
    check(
        "Patient/p/*?_type=Coverage,Patient",
        "within (Coverage(policy-holder Patient/p or subscriber Patient/p or beneficiary Patient/p or payor Patient/p) or Patient(link Patient/p or Patient/p))",
    );
    check("Patient/p/Organization", "within ()");
    refused("?_type=Nobody", "'_type' (parameter 1): unknown resource type");
    refused("?_type=Patient&_type=Group", "'_type' (parameter 1): given more than once");
    refused("Patient?_type=Group", "'_type' (parameter 1): only for searches over several types");
    refused("Observation/o/Patient", "resources of this type have no compartment");
    refused("Patient/p/Nobody", "unknown resource type");
}

#[test]
fn what_is_not_evaluated_is_not_passed_over() {
    refused("Patient?phonetic=x", "'phonetic' (parameter 1): the parameter is not supported");
}

#[test]
fn texts() {
    let check = |value: &str, want: &str| {
        let value = value.replace(' ', "+");
        check(&format!("Patient?_content={value}"), &format!("_content {want}"));
        check(&format!("Patient?_text={value}"), &format!("_text {want}"));
        check(&format!("Patient?name:text={value}"), &format!("name {want}"));
    };
    check("a", "words<a>");
    check("a b", "(words<a> and words<b>)");
    check("a AND b", "(words<a> and words<b>)");
    check("  a  and b  ", "(words<a> and words<and> and words<b>)");
    check("a,b c", "words<a> or (words<b> and words<c>)");
    check(r"a\,b", "words<a,b>");
    check(r"a\\,b", r"words<a\> or words<b>");
    check("\"a b\"", "words<a b>");
    check("\"a\"\"b\"c", "(words<a> and words<b> and words<c>)");
    check("\"AND\"", "words<AND>");
    check("ab*", "words<ab...>");
    check("a-b*", "words<a-b...>");
    check("a OR b c OR d", "(words<a> or (words<b> and words<c>) or words<d>)");
    check("(a OR b) c", "((words<a> or words<b>) and words<c>)");
    check("(a OR b)AND(c)", "((words<a> or words<b>) and words<c>)");
    check("NOT a", "no words<a>");
    check("NOT NOT a b", "(no no words<a> and words<b>)");
    check("a NOT (b OR c*)", "(words<a> and no (words<b> or words<c...>))");
    check("a - b", "(words<a> and words<b>)");
    check("-a %2B b.", "(words<-a> and words<b.>)");
    check("\u{2603}", "words<\u{2603}>");
    check("120/80", "words<120/80>");
    check(r"a\$b\|c", "words<a$b|c>");
}

#[test]
fn texts_that_are_none() {
    let check = |value: &str, want: &str| {
        let value = value.replace(' ', "+");
        for name in ["_content", "_text", "name:text"] {
            refused(&format!("Patient?{name}={value}"), &format!("'{name}' (parameter 1, character {want}"));
        }
    };
    let word = "expected a word, a phrase in quotation marks, NOT or '('";
    check("AND", &format!("1): {word}"));
    check("a OR", &format!("5): {word}"));
    check("a OR OR b", &format!("6): {word}"));
    check("a AND AND b", &format!("7): {word}"));
    check("a OR -", &format!("7): {word}"));
    check("- .", &format!("4): {word}"));
    check("()", &format!("2): {word}"));
    check("a,NOT", &format!("6): {word}"));
    check("é OR )", &format!("6): {word}"));
    check("(a", "3): expected a word, AND, OR or ')'");
    check("a)", "2): expected a word, AND, OR or the end");
    check("a \"b", "3): expected a closing quotation mark");
    check("a \"\"", "4): expected a word");
    check("a \"-\"", "4): expected a word");
    check("\"a,b\"", "1): expected a closing quotation mark");
    let star = "a star may only stand at the end of a word";
    check("*", &format!("1): {star}"));
    check("a -*", &format!("3): {star}"));
    check("a*b", &format!("1): {star}"));
    check("a**", &format!("1): {star}"));
    check(r"a\b", "1): a backslash may only stand before a comma, a bar, a dollar sign or a backslash");
    for name in ["_content:exact", "_text:missing", "_text.name", "_content:text"] {
        refused(&format!("Patient?{name}=x"), &format!("'{name}' (parameter 1): takes no modifier"));
    }
    passed_over("Bundle?_text=x", "'_text' (parameter 1): not a search parameter of this type", "");
    refused(
        "Patient?_filter=_text+co+x",
        "'_filter' (parameter 1, character 1): the parameter is not supported",
    );
}

#[test]
fn texts_of_several_types() {
    check("?_text=a", "_text words<a>");
    check("?_type=Bundle,Patient&_content=a", "_content words<a>");
    check("?_type=Bundle,Patient&_text=a", "_text words<a>");
    let unknown = "'_text' (parameter 2): not a search parameter of this type";
    passed_over("?_type=Bundle,Binary&_text=a", unknown, "");
}

#[test]
fn unknown_parameters() {
    passed_over("Patient?non.sense=1", "'non.sense' (parameter 1): not a search parameter of this type", "");
    passed_over(
        "Patient?no.non.sense=1",
        "'no.non.sense' (parameter 1): not a search parameter of this type",
        "",
    );
    passed_over(
        "Patient?nonsense:not=1",
        "'nonsense:not' (parameter 1): not a search parameter of this type",
        "",
    );
    passed_over("Patient?nonsense=1", "'nonsense' (parameter 1): not a search parameter of this type", "");
    passed_over(
        "Patient?gender=male&code=1",
        "'code' (parameter 2): not a search parameter of this type",
        "gender <male> of any",
    );
    refused("Patients?gender=male", "unknown resource type");
}

#[test]
fn parameters_without_a_value() {
    let text = "'family' (parameter 1): has no value";
    for url in ["Patient?family=", "Patient?family"] {
        check(url, &format!("ignored {text}"));
        assert_eq!(show(&read_as(Handling::Strict, url).unwrap()), format!("ignored {text}"));
        assert_eq!(read_as(Handling::Guard, url).unwrap_err().to_string(), text);
    }
}

#[test]
fn result_parameters() {
    check("Patient?_count=5", "count 5");
    check("Patient?_count=5000", "count 1000");
    check("Patient?_count=99999999999999999999", "count 1000");
    check("Patient?_count=0", "summary Count");
    check("Patient?_summary=count", "summary Count");
    check("Patient?_summary=true&_total=none", "summary True; total None");
    check("Patient?_total=accurate&_summary=false", "");
    check("Patient?_total=estimate", "total Estimate");
    check("Patient?_explain=true&_count=1", "explained; count 1");
    check("Patient?_explain=false", "");
    check("Patient?_maxresults=2000&_count=1", "at most 2000; count 1");
    check("Patient?_maxresults=0", "summary Count");
    refused("Patient?_explain=1", "'_explain' (parameter 1): expected one of: true, false");
    check("Patient?_sort=-birthdate,family", "sort -birthdate; sort +family");
    check("Patient?_sort=_lastUpdated&_sort=-_id", "sort +_lastUpdated; sort -_id");
    check("Patient?_elements=id,name,birthDate", "elements id name birthDate");
    check("Observation?_elements=value,effectiveDateTime", "elements value effectiveDateTime");
    check("Patient?_format=json&_pretty=true&_format=xml", "");
    refused("Patient?_count=-1", "'_count' (parameter 1): expected a whole number from 0");
    refused("Patient?_count=ten", "'_count' (parameter 1): expected a whole number from 0");
    refused("Patient?_count=1&_count=2", "'_count' (parameter 2): given more than once");
    refused(
        "Patient?_summary=yes",
        "'_summary' (parameter 1): expected one of: true, text, data, count, false",
    );
    refused("Patient?_total=exact", "'_total' (parameter 1): expected one of: accurate, estimate, none");
    refused("Patient?_sort:desc=family", "'_sort:desc' (parameter 1): takes no modifier");
    refused("Patient?_sort:exact=family", "'_sort:exact' (parameter 1): takes no modifier");
    let unscored = "_score is for searches that ask for words: _text, _content or a string's :text";
    for url in ["Patient?_sort=_score", "Patient?_content=NOT%20a&_sort=-_score"] {
        let error = read_as(Handling::Strict, url).unwrap_err().to_string();
        assert!(error.ends_with(unscored), "{url}: {error}");
    }
    passed_over("Patient?_sort=_score,family", &format!("'_sort' (parameter 1): {unscored}"), "sort +family");
    check("Patient?_sort=_score,-family&_text=a", "_text words<a>; sort +score; sort -family");
    check("Patient?_sort=-_score&name:text=a", "name words<a>; sort -score");
    let not_sortable = "'_sort' (parameter 1): not a search parameter that can be sorted by";
    passed_over("Patient?_sort=nonsense,family", not_sortable, "sort +family");
    passed_over("Observation?_sort=code-value-quantity", not_sortable, "");
    passed_over(
        "Patient?_elements=name,nonsense",
        "'_elements' (parameter 1): not an element of this type",
        "elements name",
    );
}

#[test]
fn includes() {
    check("Observation?_include=Observation:subject", "include Observation.subject>*");
    check("Observation?_include=Observation:subject:Patient", "include Observation.subject>Patient");
    check("Observation?_include=*", "include *.*>*");
    check("Observation?_include=Observation:*", "include Observation.*>*");
    check("Observation?_revinclude=Provenance:target", "revinclude Provenance.target>*");
    check("Patient?_revinclude=Observation:subject:Patient", "revinclude Observation.subject>Patient");
    check("Patient?_revinclude=Observation:*", "revinclude Observation.*>*");
    check(
        "Observation?_include=Observation:subject&_include=Observation:encounter&_include=Observation:subject",
        "include Observation.subject>*; include Observation.encounter>*",
    );
    check("Observation?_include:iterate=Patient:link", "include Patient.link>* again");
    check("Observation?_revinclude:recurse=Patient:link", "revinclude Patient.link>* again");
    check("Patient?_revinclude=*", "revinclude *.*>*");
    refused("Observation?_include:exact=Patient:link", "'_include:exact' (parameter 1): takes no modifier");
    let row = |url: &str, name: &str| {
        passed_over(
            url,
            &format!(
                "'{name}' (parameter 1): no such reference: expected Type:parameter or Type:parameter:TargetType"
            ),
            "",
        );
    };
    row("Observation?_include=Observation:code", "_include");
    row("Observation?_include=Observation:nonsense", "_include");
    row("Observation?_include=Patient:link", "_include");
    row("Observation?_include=Observation", "_include");
    row("Observation?_include=Observation:subject:Patient:x", "_include");
    row("Observation?_include=Observation:subject:Nobody", "_include");
    row("Patient?_revinclude=Observation:subject:Group", "_revinclude");
}

#[test]
fn encoding() {
    let broken = |url: &str, text: &str| refused(url, text);
    broken("Patient?family=%", "'family' (parameter 1): broken percent-encoding");
    broken("Patient?family=%4", "'family' (parameter 1): broken percent-encoding");
    broken("Patient?family=%zz", "'family' (parameter 1): broken percent-encoding");
    broken("Patient?family=%+1", "'family' (parameter 1): broken percent-encoding");
    broken("Patient?family=%ff", "'family' (parameter 1): not UTF-8");
    broken("Patient?family=%ed%a0%80", "'family' (parameter 1): not UTF-8");
    broken("Patient?gender=male&%ff=1", "parameter 2: not UTF-8");
    broken("Patient?=1", "parameter 1: empty between its separators");
    check("Patient?%66amily=a%3Db%26c", "family text<a=b&c>");
    check("Patient?family=a=b", "family text<a=b>");
}
