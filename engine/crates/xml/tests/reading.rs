//! What XML means, and what is refused.

use fornax_xml::{Bound, Limits, XmlFault, to_json};

fn read(xml: &str) -> Result<String, String> {
    match to_json(xml.as_bytes(), fornax_definitions::r4(), &Limits::default()) {
        Ok(json) => Ok(String::from_utf8(json).expect("UTF-8")),
        Err(error) => Err(error.to_string()),
    }
}

/// Of a patient with that content, the members beside its type.
fn check(content: &str, members: &str) {
    check_whole(&format!(r#"<Patient xmlns="http://hl7.org/fhir">{content}</Patient>"#), "Patient", members);
}

fn check_whole(xml: &str, type_name: &str, members: &str) {
    let comma = if members.is_empty() { "" } else { "," };
    let json = format!(r#"{{"resourceType":"{type_name}"{comma}{members}}}"#);
    assert_eq!(read(xml), Ok(json), "{xml}");
}

/// A patient with that content is refused at that column of what is in it, with that text.
fn refuse(content: &str, text: &str, column: usize, path: &str) {
    let begin = r#"<Patient xmlns="http://hl7.org/fhir">"#;
    let expected = format!("{text} at line 1, column {}, in {path}", begin.len() + column);
    assert_eq!(read(&format!("{begin}{content}</Patient>")), Err(expected), "{content}");
}

/// A whole text is refused so.
fn refuse_whole(xml: &str, error: &str) {
    assert_eq!(read(xml), Err(error.to_owned()), "{xml}");
}

#[test]
fn elements() {
    check("", "");
    check(" \n\t<!-- a comment --> ", "");
    check(r#"<id value="1"/><active value="true"/>"#, r#""id":"1","active":true"#);
    check(r#"<active value = 'false' />"#, r#""active":false"#);
    check(r#"<active value="true"></active>"#, r#""active":true"#);
    check(r#"<multipleBirthInteger value="2"/>"#, r#""multipleBirthInteger":2"#);
    check(r#"<multipleBirthInteger value="+2"/>"#, r#""multipleBirthInteger":2"#);
    check(r#"<multipleBirthBoolean value="true"/>"#, r#""multipleBirthBoolean":true"#);
    check(
        r#"<name id="n"><family value="L"/><given value="A"/><given value="B"/></name><name><text value="A"/></name>"#,
        r#""name":[{"id":"n","family":"L","given":["A","B"]},{"text":"A"}]"#,
    );
    check(
        r#"<managingOrganization><reference value="Organization/1"/></managingOrganization>"#,
        r#""managingOrganization":{"reference":"Organization/1"}"#,
    );
    check(
        r#"<contained><Organization><id value="o"/></Organization></contained><contained><Basic/></contained>"#,
        r#""contained":[{"resourceType":"Organization","id":"o"},{"resourceType":"Basic"}]"#,
    );
    check_whole(
        r#"<Bundle xmlns="http://hl7.org/fhir"><entry><resource><Basic/></resource></entry></Bundle>"#,
        "Bundle",
        r#""entry":[{"resource":{"resourceType":"Basic"}}]"#,
    );
    for decimal in ["1.50", "0.0", "-0", "1e5", "1.0E-05", "123456789012345678901234567890.10"] {
        check_whole(
            &format!(
                r#"<Observation xmlns="http://hl7.org/fhir"><valueQuantity><value value="{decimal}"/></valueQuantity></Observation>"#
            ),
            "Observation",
            &format!(r#""valueQuantity":{{"value":{decimal}}}"#),
        );
    }
}

#[test]
fn extensions() {
    check(
        r#"<extension url="u" id="e"><valueString value="v"/></extension>"#,
        r#""extension":[{"url":"u","id":"e","valueString":"v"}]"#,
    );
    check(
        r#"<birthDate id="b" value="1970"><extension url="u"><valueCode value="v"/></extension></birthDate>"#,
        r#""birthDate":"1970","_birthDate":{"id":"b","extension":[{"url":"u","valueCode":"v"}]}"#,
    );
    check(
        r#"<active><extension url="u"><valueCode value="v"/></extension></active>"#,
        r#""_active":{"extension":[{"url":"u","valueCode":"v"}]}"#,
    );
    check(
        r#"<extension url="u"><valueString><extension url="v"><valueCode value="c"/></extension></valueString></extension>"#,
        r#""extension":[{"url":"u","_valueString":{"extension":[{"url":"v","valueCode":"c"}]}}]"#,
    );
    let name = |given: &str, members: &str| {
        check(&format!("<name>{given}</name>"), &format!(r#""name":[{{{members}}}]"#));
    };
    name(
        r#"<given value="A"/><given id="b"/><given value="C" id="c"/><given value="D"/>"#,
        r#""given":["A",null,"C","D"],"_given":[null,{"id":"b"},{"id":"c"},null]"#,
    );
    name(r#"<given id="a"/><given id="b"/>"#, r#""_given":[{"id":"a"},{"id":"b"}]"#);
    name(r#"<text id="t"/><given id="a"/>"#, r#""_text":{"id":"t"},"_given":[{"id":"a"}]"#);
    name(
        r#"<given id="a" value="A"/><prefix value="P"/>"#,
        r#""given":["A"],"_given":[{"id":"a"}],"prefix":["P"]"#,
    );
}

#[test]
fn characters() {
    let text = |xml: &str, json: &str| {
        check(&format!(r#"<name><text value="{xml}"/></name>"#), &format!(r#""name":[{{"text":"{json}"}}]"#));
    };
    text("&lt;&gt;&amp;&quot;&apos;", r#"<>&\"'"#);
    text("a&#10;b&#xD;c&#9;d\\", r#"a\nb\rc\td\\"#);
    // Line ends and tabs that are not references are white space of XML's own.
    text("a\nb\r\nc\rd\te", "a b c d e");
    text("é😀&#233;&#x1F600;", "é😀é😀");
    text("a  b ", "a  b ");
    text("]]>'", "]]>'");
    check_whole("\u{feff}<Basic xmlns='http://hl7.org/fhir'/>", "Basic", "");
    check_whole("<?xml version='1.0'?><Basic xmlns='http://hl7.org/fhir'/>", "Basic", "");
    check_whole(
        "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\" ?>\n<!-- -->\n<Basic xmlns='http://hl7.org/fhir'/>\n<!-- -->\n",
        "Basic",
        "",
    );
}

#[test]
fn namespaces() {
    check_whole(
        r#"<f:Patient xmlns:f="http://hl7.org/fhir"><f:active value="true"/></f:Patient>"#,
        "Patient",
        r#""active":true"#,
    );
    check_whole(
        r#"<f:Patient xmlns:f="http://hl7.org/fhir"><active xmlns="http://hl7.org/fhir" value="true"/></f:Patient>"#,
        "Patient",
        r#""active":true"#,
    );
    check_whole(r#"<Basic xmlns="http://hl7.org/&#102;hir" xmlns:other="urn:x"/>"#, "Basic", "");
    refuse_whole("<Basic/>", "not in the namespace http://hl7.org/fhir at line 1, column 1, in Basic");
    refuse_whole(
        "<Basic xmlns='http://hl7.org/fhir/'/>",
        "not in the namespace http://hl7.org/fhir at line 1, column 1, in Basic",
    );
    refuse_whole("<f:Basic/>", "a prefix that no namespace is declared for at line 1, column 1");
    refuse(
        r#"<active xmlns="" value="true"/>"#,
        "not in the namespace http://hl7.org/fhir",
        1,
        "Patient.active",
    );
    refuse(r#"<a:active value="true"/>"#, "a prefix that no namespace is declared for", 1, "Patient");
    refuse(
        r#"<active xmlns:a="urn:x" value="true"/><a:active value="true"/>"#,
        "a prefix that no namespace is declared for",
        39,
        "Patient",
    );
    for declaration in
        ["xmlns:a=\"\"", "xmlns:xml='urn:x'", "xmlns:xmlns='urn:x'", "xmlns:='urn:x'", "xmlns:a:b='urn:x'"]
    {
        refuse(
            &format!("<active {declaration} value='true'/>"),
            "a namespace that can't be declared so",
            9,
            "Patient",
        );
    }
}

#[test]
fn narratives() {
    const XHTML: &str = "http://www.w3.org/1999/xhtml";
    let narrative = |div: &str, json: &str| {
        let text = json.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        check(
            &format!(r#"<text><status value="generated"/>{div}</text>"#),
            &format!(r#""text":{{"status":"generated","div":"{text}"}}"#),
        );
    };
    let same = |inner: &str| {
        let div = format!(r#"<div xmlns="{XHTML}">{inner}</div>"#);
        narrative(&div, &div);
    };
    same("text");
    same(" <p class='a \"b\" c'>a<br />b&amp;&#160;&#xe9;</p>\n<!-- kept --><img src=\"x\" alt='&lt;'/>");
    same(r#"<p xml:lang="de" lang="de">é😀</p>"#);
    same("<div><div></div></div >");
    narrative(
        &format!("<div\n class='x' xmlns='{XHTML}' >a</div\n>"),
        &format!("<div\n class='x' xmlns='{XHTML}' >a</div\n>"),
    );
    narrative(
        &format!("<div xmlns='{XHTML}'>a\r\nb\rc</div>"),
        &format!("<div xmlns='{XHTML}'>a\nb\nc</div>"),
    );
    narrative(
        &format!("<div xmlns='{XHTML}'><![CDATA[<a> &amp; b]]></div>"),
        &format!("<div xmlns='{XHTML}'>&lt;a&gt; &amp;amp; b</div>"),
    );
    narrative(
        &format!(r#"<h:div xmlns:h="{XHTML}" class="x"><h:p title='"'>a<h:br/></h:p></h:div>"#),
        &format!(r#"<div xmlns="{XHTML}" class="x"><p title='"'>a<br/></p></div>"#),
    );
    check_whole(
        &format!(
            r#"<f:Patient xmlns:f="http://hl7.org/fhir" xmlns="{XHTML}"><f:text><div>a</div></f:text></f:Patient>"#
        ),
        "Patient",
        &format!(r#""text":{{"div":"<div xmlns=\"{XHTML}\">a</div>"}}"#),
    );
    let refuse = |div: &str, text: &str, column: usize| {
        refuse(&format!("<text>{div}</text>"), text, column + 6, "Patient.text.div");
    };
    refuse("<div>a</div>", "not in the namespace http://www.w3.org/1999/xhtml", 1);
    let begin = format!(r#"<div xmlns="{XHTML}">"#);
    let inside = |inner: &str, text: &str, column: usize| {
        refuse(&format!("{begin}{inner}</div>"), text, begin.len() + column);
    };
    inside("<p xmlns='urn:x'/>", "not an element of XHTML", 1);
    inside("<p xmlns:a='urn:x' a:b=''/>", "not an attribute of XHTML", 20);
    inside("a&nbsp;", "a reference to an entity other than the five that XML defines", 3);
    inside("<p title='&copy;'/>", "a reference to an entity other than the five that XML defines", 11);
    inside("<p>", "an end tag of another element", 4);
    inside("<?php ?>", "a processing instruction", 1);
    inside("<1p/>", "an element without a proper name", 1);
    inside("]]>", "a ]]> outside of CDATA", 1);
    inside("<p a='1' a='2'/>", "a second attribute of the same name", 10);
}

#[test]
fn what_has_no_place() {
    refuse(r#"<colour value="red"/>"#, "an unknown element", 1, "Patient.colour");
    refuse(r#"<a-secret-1234 value="red"/>"#, "an unknown element", 1, "Patient.?");
    refuse(r#"<resourceType value="Patient"/>"#, "an unknown element", 1, "Patient.resourceType");
    refuse(r#"<_active id="a"/>"#, "an unknown element", 1, "Patient.?");
    refuse(
        r#"<extension><url value="u"/></extension>"#,
        "an unknown element",
        12,
        "Patient.extension[0].url",
    );
    refuse(r#"<name><id value="i"/></name>"#, "an unknown element", 7, "Patient.name[0].id");
    refuse(r#"<active><value value="true"/></active>"#, "an unknown element", 9, "Patient.active.value");
    refuse(r#"<id value="i"><extension url="u"/></id>"#, "an unknown element", 15, "Patient.id.extension");
    refuse(r#"<name value="Ada"/>"#, "an unknown attribute", 7, "Patient.name[0].value");
    refuse(r#"<active value="true" url="u"/>"#, "an unknown attribute", 22, "Patient.active.url");
    refuse(r#"<id value="i" id="j"/>"#, "an unknown attribute", 15, "Patient.id.id");
    refuse(r#"<active value="true" xml:lang="de"/>"#, "an unknown attribute", 22, "Patient.active.?");
    refuse(
        r#"<contained id="c"><Basic/></contained>"#,
        "an unknown attribute",
        12,
        "Patient.contained[0].id",
    );
    refuse(
        r#"<name><given value="A"/><given value="B"><b/></given></name>"#,
        "an unknown element",
        42,
        "Patient.name[0].given[1].b",
    );
    refuse("text", "text between elements", 1, "Patient");
    refuse("<name>text</name>", "text between elements", 7, "Patient.name[0]");
    refuse("&#32;", "text between elements", 2, "Patient");
    refuse("<![CDATA[ ]]>", "text between elements", 10, "Patient");
    refuse_whole(
        r#"<Patient xmlns="http://hl7.org/fhir" id="1"/>"#,
        "an unknown attribute at line 1, column 38, in Patient.id",
    );
    refuse_whole(
        r#"<Patient xmlns="http://hl7.org/fhir" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="x y"/>"#,
        "an unknown attribute at line 1, column 92, in Patient.?",
    );
    for name in ["Quantity", "Resource", "DomainResource", "Patient.contact", "patient", "Unknown"] {
        let xml = format!(r#"<{name} xmlns="http://hl7.org/fhir"/>"#);
        assert!(read(&xml).unwrap_err().starts_with("not a type of resource at line 1, column 1"), "{name}");
    }
    refuse("<contained><Quantity/></contained>", "not a type of resource", 12, "Patient.contained[0]");
    refuse(
        "<contained><Basic/><Basic/></contained>",
        "a second resource in one element",
        20,
        "Patient.contained[0]",
    );
}

#[test]
fn order_and_repetition() {
    refuse(r#"<active value="true"/><id value="i"/>"#, "an element out of its order", 23, "Patient.id");
    refuse(
        r#"<name><given value="A"/><family value="L"/></name>"#,
        "an element out of its order",
        25,
        "Patient.name[0].family",
    );
    refuse(
        r#"<name><given value="A"/><prefix value="P"/><given value="B"/></name>"#,
        "an element out of its order",
        44,
        "Patient.name[0].given",
    );
    refuse(
        r#"<active value="true"/><active value="true"/>"#,
        "an element that can't be repeated",
        23,
        "Patient.active",
    );
    refuse(
        r#"<multipleBirthInteger value="1"/><multipleBirthBoolean value="true"/>"#,
        "an element that can't be repeated",
        34,
        "Patient.multipleBirth",
    );
}

#[test]
fn values() {
    refuse("<active/>", "an element without a value or content", 1, "Patient.active");
    refuse("<active></active>", "an element without a value or content", 1, "Patient.active");
    refuse("<id/>", "an element without a value or content", 1, "Patient.id");
    refuse("<name/>", "an element without a value or content", 1, "Patient.name[0]");
    refuse("<name> </name>", "an element without a value or content", 1, "Patient.name[0]");
    refuse("<name><given/></name>", "an element without a value or content", 7, "Patient.name[0].given[0]");
    refuse("<contained/>", "an element without a value or content", 1, "Patient.contained[0]");
    refuse(r#"<name id=""/>"#, "an empty attribute", 7, "Patient.name[0].id");
    refuse(r#"<id value=""/>"#, "an empty attribute", 5, "Patient.id");
    refuse(r#"<extension url=""/>"#, "an empty attribute", 12, "Patient.extension[0].url");
    for value in ["", "1", "True", " true", "truefalse"] {
        let text = if value.is_empty() { "an empty attribute" } else { "neither true nor false" };
        refuse(&format!("<active value='{value}'/>"), text, 9, "Patient.active");
    }
    for value in ["1.0", "01", "+-1", "++1", "-", "+", "1e1", " 1", "1 ", "١", "NaN"] {
        let content = format!("<multipleBirthInteger value='{value}'/>");
        refuse(&content, "not a whole number", 23, "Patient.multipleBirth");
    }
    for value in ["1.", ".1", "01.1", "+1", "1e", "1e+", "INF", "1,0", "0x1"] {
        let xml = format!(
            "<Observation xmlns='http://hl7.org/fhir'><valueQuantity><value value='{value}'/></valueQuantity></Observation>"
        );
        refuse_whole(&xml, "not a decimal number at line 1, column 64, in Observation.value.value");
    }
}

#[test]
fn what_is_no_xml() {
    refuse_whole("", "no element at line 1, column 1");
    refuse_whole(" \n <!-- -->", "no element at line 2, column 10");
    refuse_whole("{}", "text outside of the outermost element at line 1, column 1");
    let after = |rest: &str, error: &str| {
        refuse_whole(&format!("<Basic xmlns='http://hl7.org/fhir'/>{rest}"), error);
    };
    after("<Basic/>", "a second outermost element at line 1, column 37");
    after("x", "text outside of the outermost element at line 1, column 37");
    after("</Basic>", "an end tag of no element at line 1, column 37");
    after("<?xml version='1.0'?>", "an XML declaration that is not the first thing at line 1, column 37");
    refuse_whole(
        "<Basic xmlns='http://hl7.org/fhir'>",
        "an element without its end at line 1, column 36, in Basic",
    );
    refuse("<active value='true'", "no white space before an attribute", 21, "Patient");
    refuse("<active value='true></active>", "a tag without its end", 1, "Patient");
    refuse("<active value=true />", "an attribute without a value in quotes", 9, "Patient");
    refuse("<active value/>", "an attribute without a value in quotes", 9, "Patient");
    refuse("<active 1='2'/>", "an attribute without a proper name", 9, "Patient");
    refuse("<active a:b:c='2'/>", "an attribute without a proper name", 9, "Patient");
    refuse("<active a='1'value='true'/>", "no white space before an attribute", 14, "Patient");
    refuse("<active value='a<b'/>", "a < in an attribute's value", 9, "Patient");
    refuse("<active value='true' value='true'/>", "a second attribute of the same name", 22, "Patient");
    refuse("< active/>", "an element without a proper name", 1, "Patient");
    refuse("<a:b:c/>", "an element without a proper name", 1, "Patient");
    refuse("<a:1/>", "an element without a proper name", 1, "Patient");
    refuse("<active></name>", "an end tag of another element", 9, "Patient.active");
    refuse("<!-- a -- b -->", "a -- in a comment", 8, "Patient");
    refuse("<!-- a", "a comment without its end", 1, "Patient");
    refuse("<!ENTITY a 'b'>", "neither an element nor a comment", 1, "Patient");
    refuse("]]>", "a ]]> outside of CDATA", 1, "Patient");
    refuse("&amp", "a reference without its semicolon", 1, "Patient");
    refuse("<id value='&amp'/>", "a reference without its semicolon", 12, "Patient.id");
    for number in ["0", "8", "xB", "x", "", "xFFFE", "xD800", "x110000", "-1", "+32", "99999999999"] {
        let content = format!("<id value='a&#{number};'/>");
        refuse(&content, "a reference to a character that XML can't hold", 13, "Patient.id");
    }
    for letter in ["\0", "\u{b}", "\u{1f}", "\u{fffe}", "\u{ffff}"] {
        let error = "a character that XML can't hold at line 2, column 3".to_owned();
        assert_eq!(read(&format!("<!--\n  {letter}-->")), Err(error), "{letter:?}");
    }
    for before in [0, 63, 64, 200] {
        let error = format!("a character that XML can't hold at line 1, column {}", before + 5);
        refuse_whole(&format!("<!--{}\u{1}-->", "x".repeat(before)), &error);
    }
    refuse_whole(
        "<?xml version='1.1'?><Basic xmlns='http://hl7.org/fhir'/>",
        "XML of another version than 1.0 at line 1, column 7",
    );
    for declaration in ["encoding='UTF-8'", "version='1.0' standalone='maybe'", "version='1.0' other=''", ""]
    {
        let xml = format!("<?xml {declaration}?><Basic xmlns='http://hl7.org/fhir'/>");
        refuse_whole(&xml, "a malformed XML declaration at line 1, column 3");
    }
    refuse_whole(
        " <?xml version='1.0'?><Basic/>",
        "an XML declaration that is not the first thing at line 1, column 2",
    );
}

#[test]
fn what_is_not_safe() {
    let doctypes = [
        "<!DOCTYPE Patient>",
        "<!DOCTYPE Patient SYSTEM 'file:///etc/passwd'>",
        "<!DOCTYPE Patient [<!ENTITY a 'b'><!ENTITY c '&a;&a;'>]>",
        "<!doctype Patient>",
    ];
    for doctype in doctypes {
        let xml = format!("{doctype}<Patient xmlns='http://hl7.org/fhir'/>");
        refuse_whole(&xml, "a document type declaration at line 1, column 1");
    }
    let entity = "a reference to an entity other than the five that XML defines";
    refuse("<id value='a&b;'/>", entity, 13, "Patient.id");
    refuse("<id value='&AMP;'/>", entity, 12, "Patient.id");
    refuse("<?xml-stylesheet href='x'?>", "a processing instruction", 1, "Patient");
    refuse_whole("<?pi?><Basic/>", "a processing instruction at line 1, column 1");
}

#[test]
fn encodings() {
    let utf8 = r#"<?xml version="1.0" encoding="UTF-16"?><Basic xmlns="http://hl7.org/fhir"/>"#;
    refuse_whole(utf8, "another encoding than UTF-8 at line 1, column 21");
    let fault = |bytes: &[u8]| {
        let error = to_json(bytes, fornax_definitions::r4(), &Limits::default()).unwrap_err();
        assert!(matches!(error.fault, XmlFault::Encoding(_)));
        error.to_string()
    };
    let utf16: Vec<u8> = utf8.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(fault(&utf16), "UTF-16, of which only UTF-8 is read at line 1, column 1");
    assert_eq!(
        fault(&[b"\xff\xfe", utf16.as_slice()].concat()),
        "UTF-16, of which only UTF-8 is read at line 1, column 1"
    );
    assert_eq!(fault(b"<Basic\n  xmlns='\xe9'/>"), "not UTF-8 at line 2, column 10");
}

#[test]
fn places_are_of_lines_and_characters() {
    refuse_whole(
        "<Patient xmlns='http://hl7.org/fhir'>\n  <name>\n    <!-- 😀é --><given value='A'/>\n  <!-- 😀é --><colour/>",
        "an unknown element at line 4, column 14, in Patient.name[0].colour",
    );
}

#[test]
fn limits() {
    let over = |limits: Limits, xml: &str, bound: Bound, place: (usize, &str)| {
        let max = match bound {
            Bound::DocumentBytes => limits.document_bytes_max,
            Bound::Depth => limits.depth_max,
            Bound::Elements => limits.elements_max,
            Bound::Attributes => limits.attributes_max,
            Bound::AttributeBytes => limits.attribute_bytes_max,
            Bound::Namespaces => limits.namespaces_max,
            Bound::Operations | Bound::SelectorBytes => unreachable!("not of a resource"),
        };
        let error = to_json(xml.as_bytes(), fornax_definitions::r4(), &limits).unwrap_err();
        assert_eq!(error.fault, XmlFault::Limit { bound, max });
        assert_eq!((error.column, error.path.as_str()), place, "{xml}");
    };
    let patient = "<Patient xmlns='http://hl7.org/fhir'><name id='abc'><text value='a'/></name></Patient>";
    let default = Limits::default;
    over(
        Limits { document_bytes_max: patient.len() - 1, ..default() },
        patient,
        Bound::DocumentBytes,
        (1, ""),
    );
    over(Limits { depth_max: 1, ..default() }, patient, Bound::Depth, (53, "Patient.name[0].text"));
    over(Limits { elements_max: 2, ..default() }, patient, Bound::Elements, (53, "Patient.name[0]"));
    over(Limits { attribute_bytes_max: 18, ..default() }, patient, Bound::AttributeBytes, (10, ""));
    over(Limits { attributes_max: 0, ..default() }, patient, Bound::Attributes, (10, ""));
    over(Limits { namespaces_max: 0, ..default() }, patient, Bound::Namespaces, (10, ""));
    let all = Limits {
        document_bytes_max: patient.len(),
        depth_max: 2,
        elements_max: 3,
        attributes_max: 1,
        attribute_bytes_max: 19,
        namespaces_max: 1,
        ..default()
    };
    assert!(to_json(patient.as_bytes(), fornax_definitions::r4(), &all).is_ok());
    // However deep, it is a limit and no overflow.
    let deep = "<extension url='u'>".repeat(100_000);
    let xml = format!("<Patient xmlns='http://hl7.org/fhir'>{deep}");
    let error = to_json(xml.as_bytes(), fornax_definitions::r4(), &Limits::default()).unwrap_err();
    assert_eq!(error.fault, XmlFault::Limit { bound: Bound::Depth, max: 64 });
    let div = "<div>".repeat(100_000) + &"</div>".repeat(100_000);
    let xml = format!(
        "<Patient xmlns='http://hl7.org/fhir'><text><div xmlns='http://www.w3.org/1999/xhtml'>{div}</div></text></Patient>"
    );
    assert!(to_json(xml.as_bytes(), fornax_definitions::r4(), &Limits::default()).is_ok());
}
