//! How JSON is written as XML, and what can't be.

use fornax_model::Document;
use fornax_xml::{Layout, Limits, WriteError, WriteFault, to_json, to_xml};

const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

fn document(json: &str) -> Document {
    Document::parse(json, &fornax_model::Limits::default()).expect("JSON")
}

fn write(json: &str, layout: Layout) -> Result<String, WriteError> {
    let xml = to_xml(document(json).root(), fornax_definitions::r4(), layout, &Limits::default())?;
    let xml = String::from_utf8(xml).expect("UTF-8");
    Ok(xml.strip_prefix(DECLARATION).expect("a declaration").to_owned())
}

/// A resource of that type with these members becomes an element with that content, and that the same JSON.
fn check_whole(type_name: &str, members: &str, content: &str) {
    check_one_way(type_name, members, content);
    let comma = if members.is_empty() { "" } else { "," };
    let json = format!(r#"{{"resourceType":"{type_name}"{comma}{members}}}"#);
    let xml = write(&json, Layout::Compact).expect("FHIR");
    let again = to_json(xml.as_bytes(), fornax_definitions::r4(), &Limits::default()).expect("FHIR");
    assert_eq!(String::from_utf8(again).expect("UTF-8"), json);
}

/// The same, where the JSON is not the one that the XML becomes.
fn check_one_way(type_name: &str, members: &str, content: &str) {
    let comma = if members.is_empty() { "" } else { "," };
    let json = format!(r#"{{{members}{comma}"resourceType":"{type_name}"}}"#);
    let xml = match content {
        "" => format!(r#"<{type_name} xmlns="http://hl7.org/fhir"/>"#),
        _ => format!(r#"<{type_name} xmlns="http://hl7.org/fhir">{content}</{type_name}>"#),
    };
    assert_eq!(write(&json, Layout::Compact), Ok(xml), "{json}");
}

fn check(members: &str, content: &str) {
    check_whole("Patient", members, content);
}

fn refuse(members: &str, error: &str) {
    let json = format!(r#"{{"resourceType":"Patient",{members}}}"#);
    let found = write(&json, Layout::Compact).map_err(|error| error.to_string());
    assert_eq!(found, Err(error.to_owned()), "{json}");
}

#[test]
fn elements() {
    check("", "");
    check(r#""id":"1","active":true"#, r#"<id value="1"/><active value="true"/>"#);
    check(r#""multipleBirthInteger":2"#, r#"<multipleBirthInteger value="2"/>"#);
    check(
        r#""name":[{"id":"n","given":["A","B"]},{"text":"A"}]"#,
        r#"<name id="n"><given value="A"/><given value="B"/></name><name><text value="A"/></name>"#,
    );
    check(
        r#""contained":[{"resourceType":"Organization","id":"o"},{"resourceType":"Basic"}]"#,
        r#"<contained><Organization><id value="o"/></Organization></contained><contained><Basic/></contained>"#,
    );
    check(
        r#""extension":[{"id":"e","url":"u","valueDecimal":1.50}]"#,
        r#"<extension id="e" url="u"><valueDecimal value="1.50"/></extension>"#,
    );
    check_whole(
        "Bundle",
        r#""type":"searchset","entry":[{"resource":{"resourceType":"Basic","id":"b"},"search":{"score":0.10}}]"#,
        r#"<type value="searchset"/><entry><resource><Basic><id value="b"/></Basic></resource><search><score value="0.10"/></search></entry>"#,
    );
    check_whole(
        "OperationOutcome",
        r#""issue":[{"severity":"error","code":"invalid","expression":["Patient.id"]}]"#,
        r#"<issue><severity value="error"/><code value="invalid"/><expression value="Patient.id"/></issue>"#,
    );
    check_whole(
        "CapabilityStatement",
        r#""format":["json","xml"],"rest":[{"mode":"server","resource":[{"type":"Patient","readHistory":true}]}]"#,
        r#"<format value="json"/><format value="xml"/><rest><mode value="server"/><resource><type value="Patient"/><readHistory value="true"/></resource></rest>"#,
    );
}

#[test]
fn order_is_that_of_the_definitions() {
    check_one_way(
        "Patient",
        r#""active":true,"name":[{"given":["A"],"family":"L","id":"n"}],"id":"1""#,
        r#"<id value="1"/><active value="true"/><name id="n"><family value="L"/><given value="A"/></name>"#,
    );
    check_one_way(
        "Patient",
        r#""extension":[{"valueCode":"v","url":"u"}],"_birthDate":{"id":"b"},"gender":"male","birthDate":"1970""#,
        r#"<extension url="u"><valueCode value="v"/></extension><gender value="male"/><birthDate id="b" value="1970"/>"#,
    );
}

#[test]
fn extensions() {
    check(
        r#""birthDate":"1970","_birthDate":{"id":"b","extension":[{"url":"u","valueCode":"v"}]}"#,
        r#"<birthDate id="b" value="1970"><extension url="u"><valueCode value="v"/></extension></birthDate>"#,
    );
    check(
        r#""_active":{"extension":[{"url":"u","_valueCode":{"id":"c"}}]}"#,
        r#"<active><extension url="u"><valueCode id="c"/></extension></active>"#,
    );
    check(
        r#""name":[{"given":["A",null,"C"],"_given":[null,{"id":"b"},{"id":"c"}]}]"#,
        r#"<name><given value="A"/><given id="b"/><given id="c" value="C"/></name>"#,
    );
    check(r#""name":[{"_given":[{"id":"a"}]}]"#, r#"<name><given id="a"/></name>"#);
    check_one_way(
        "Patient",
        r#""name":[{"given":[null,"B"],"_given":[{"id":"a"}]},{"given":[null],"_given":[{"id":"c"}]}]"#,
        r#"<name><given id="a"/><given value="B"/></name><name><given id="c"/></name>"#,
    );
}

#[test]
fn characters() {
    check(
        r#""name":[{"text":"<>&\"'\t\n\r é😀 ]]>"}]"#,
        "<name><text value=\"&lt;&gt;&amp;&quot;'&#9;&#10;&#13; é😀 ]]&gt;\"/></name>",
    );
    for letter in ["\\u0000", "\\u0001", "\\b", "\\f", "\\u001f", "\\uffff", "\\uFFFE"] {
        refuse(
            &format!(r#""name":[{{"text":"a{letter}"}}]"#),
            "a character that XML can't hold, in Patient.name[0].text",
        );
        refuse(
            &format!(r#""text":{{"div":"<div>{letter}</div>"}}"#),
            "a character that XML can't hold, in Patient.text.div",
        );
        refuse(
            &format!(r#""name":[{{"id":"{letter}"}}]"#),
            "a character that XML can't hold, in Patient.name[0].id",
        );
    }
    check(
        r#""name":[{"text":"\u007f￼"}]"#.replace("\\u007f", "\u{7f}").as_str(),
        "<name><text value=\"\u{7f}￼\"/></name>",
    );
}

#[test]
fn narratives() {
    const XHTML: &str = "http://www.w3.org/1999/xhtml";
    let check = |div: &str, xml: &str| {
        let text = div.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        check_one_way("Patient", &format!(r#""text":{{"div":"{text}"}}"#), &format!("<text>{xml}</text>"));
    };
    let same = format!("<div class='a' xmlns='{XHTML}'><p>a<br />&#160;&amp;\n </p><!-- b --></div>");
    check(&same, &same);
    check(&format!("\n {same} \n"), &same);
    check("<div>a</div>", &format!(r#"<div xmlns="{XHTML}">a</div>"#));
    check(r#"<div title='a"b' id="c"/>"#, &format!(r#"<div xmlns="{XHTML}" title='a"b' id="c"/>"#));
    // XML has no names for these.
    check("<div>&nbsp;&copy;&Omega;</div>", &format!(r#"<div xmlns="{XHTML}">&#160;&#169;&#937;</div>"#));
    check(
        &format!("<div xmlns='{XHTML}'><img alt='&nbsp;&amp;&copy;' src='a'/></div>"),
        &format!(r#"<div xmlns='{XHTML}'><img alt="&#160;&amp;&#169;" src="a"/></div>"#),
    );
    let no_div = [
        "",
        "text",
        "<p/>",
        "<div>",
        "</div>",
        "<div></div><div></div>",
        "<div></div>text",
        "<div><p></div>",
        "<div></div></text><active value='true'/><text>",
        "<div>&unknown;</div>",
        "<div>&</div>",
        "<div a='<'/>",
        "<div a='1' a='2'/>",
        "<div a='&unknown;'/>",
        "<!DOCTYPE div><div/>",
        "<div><?pi?></div>",
        "<a:div/>",
        "<div xmlns=''/>",
        "<div xmlns='http://hl7.org/fhir'/>",
        "<div><script xmlns='urn:x'/></div>",
        "<!-- --><div/>",
    ];
    for div in no_div {
        refuse(&format!(r#""text":{{"div":"{div}"}}"#), "must be XHTML in one div, in Patient.text.div");
    }
    refuse(r#""text":{"div":true}"#, "must be a JSON string, in Patient.text.div");
    refuse(r#""text":{"_div":{"id":"a"}}"#, "must be one value, with nothing beside it, in Patient.text.div");
}

#[test]
fn layout() {
    let json = r#"{"resourceType":"Patient","text":{"status":"empty","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">\n<p>a\n b</p></div>"},
        "contained":[{"resourceType":"Basic"}],"_active":{"extension":[{"url":"u","valueCode":"v"}]}}"#;
    let pretty = r#"
<Patient xmlns="http://hl7.org/fhir">
  <text>
    <status value="empty"/>
    <div xmlns="http://www.w3.org/1999/xhtml">
<p>a
 b</p></div>
  </text>
  <contained>
    <Basic/>
  </contained>
  <active>
    <extension url="u">
      <valueCode value="v"/>
    </extension>
  </active>
</Patient>
"#;
    assert_eq!(write(json, Layout::Pretty).as_deref(), Ok(pretty));
}

#[test]
fn what_is_no_resource() {
    for json in ["null", "[]", "{}", r#"{"resourceType":1}"#, r#"{"resourceType":"Quantity"}"#] {
        let error = write(json, Layout::Compact).unwrap_err();
        assert_eq!(error.to_string(), "not a resource, in Resource", "{json}");
    }
    refuse(r#""contained":[{}]"#, "not a resource, in Patient.contained[0]");
    refuse(r#""contained":[1]"#, "not a resource, in Patient.contained[0]");
    refuse(r#""colour":"red""#, "an unknown element, in Patient.colour");
    refuse(r#""a secret":"red""#, "an unknown element, in Patient.?");
    refuse(r#""__active":{}"#, "an unknown element, in Patient.?");
    refuse(r#""_active":{"value":true}"#, "an unknown element, in Patient.active.value");
    refuse(r#""name":[{"resourceType":"HumanName"}]"#, "an unknown element, in Patient.name[0].resourceType");
    refuse(r#""name":{}"#, "must be an array, in Patient.name");
    refuse(r#""name":[[]]"#, "must be an object, in Patient.name[0]");
    refuse(r#""name":[{}]"#, "must not be empty, in Patient.name[0]");
    refuse(r#""name":[null]"#, "must be one value, with nothing beside it, in Patient.name[0]");
    refuse(r#""_name":[{"id":"a"}]"#, "must be one value, with nothing beside it, in Patient.name[0]");
    refuse(r#""_id":{"id":"a"}"#, "must be one value, with nothing beside it, in Patient.id");
    refuse(r#""name":[{"_id":{}}]"#, "must be one value, with nothing beside it, in Patient.name[0].id");
    refuse(r#""_active":[]"#, "must be an object, in Patient.active");
    refuse(r#""_active":{}"#, "must have a value or something beside it, in Patient.active");
    refuse(r#""active":null"#, "must have a value or something beside it, in Patient.active");
    refuse(
        r#""name":[{"given":["A",null]}]"#,
        "must have a value or something beside it, in Patient.name[0].given[1]",
    );
    refuse(r#""active":"true""#, "must be a JSON boolean, in Patient.active");
    refuse(r#""active":{}"#, "must be a JSON boolean, in Patient.active");
    refuse(r#""multipleBirthInteger":"1""#, "must be a JSON number, in Patient.multipleBirth");
    refuse(r#""id":1"#, "must be a JSON string, in Patient.id");
    refuse(r#""id":"""#, "must not be empty, in Patient.id");
    refuse(r#""name":[{"id":7}]"#, "must be a JSON string, in Patient.name[0].id");
    refuse(
        r#""multipleBirthInteger":1,"multipleBirthBoolean":true"#,
        "a second type of one element, in Patient.multipleBirthBoolean",
    );
}

#[test]
fn depth() {
    let deep = |levels: usize| {
        let inner = (0..levels)
            .fold(r#"{"url":"u"}"#.to_owned(), |inner, _| format!(r#"{{"url":"u","extension":[{inner}]}}"#));
        let json = format!(r#"{{"resourceType":"Patient","extension":[{inner}]}}"#);
        let limits = fornax_model::Limits { depth_max: 1_000, ..Default::default() };
        let document = Document::parse(json, &limits).expect("JSON");
        to_xml(document.root(), fornax_definitions::r4(), Layout::Compact, &Limits::default())
    };
    assert!(deep(63).is_ok());
    assert_eq!(deep(64).unwrap_err().fault, WriteFault::Depth(64));
    assert_eq!(deep(300).unwrap_err().fault, WriteFault::Depth(64));
}

#[test]
fn bytes() {
    let json = r#"{"resourceType":"Patient","name":[{"given":["A","B","C"]},{"family":"D"}]}"#;
    let document = Document::parse(json, &fornax_model::Limits::default()).expect("JSON");
    let write = |layout, document_bytes_max| {
        let limits = Limits { document_bytes_max, ..Limits::default() };
        to_xml(document.root(), fornax_definitions::r4(), layout, &limits)
    };
    for layout in [Layout::Compact, Layout::Pretty] {
        let whole = write(layout, 1_000).expect("FHIR's XML");
        assert_eq!(write(layout, whole.len()).as_ref(), Ok(&whole));
        for bytes_max in 0..whole.len() {
            assert_eq!(write(layout, bytes_max).unwrap_err().fault, WriteFault::Bytes(bytes_max));
        }
    }
}
