//! What XML patches do, and which are refused.

use fornax_model::Document;
use fornax_xml::patch::{PatchError, apply};
use fornax_xml::{Limits, XmlFault};

const PATIENT: &str = r#"{"resourceType":"Patient","id":"p","text":{"status":"additional","div":"<div xmlns='http://www.w3.org/1999/xhtml' title=\"a\"><p>a &amp;&#160;<b>b</b> c</p><!-- d --><p/></div>"},"active":true,"name":[{"id":"n","family":"L","given":["A","B"]},{"use":"old","given":["C"]}],"telecom":[{"system":"phone","value":"1"},{"system":"email","value":"2"},{"system":"phone","value":"3"}],"birthDate":"1970","_birthDate":{"id":"b"}}"#;

fn patch(operations: &str) -> Result<String, PatchError> {
    let namespaces = r#"xmlns:f="http://hl7.org/fhir" xmlns:h="http://www.w3.org/1999/xhtml""#;
    patch_whole(&format!("<diff {namespaces}>{operations}</diff>"), &Limits::default())
}

fn patch_whole(patch: &str, limits: &Limits) -> Result<String, PatchError> {
    let patient = Document::parse(PATIENT, &fornax_model::Limits::default()).expect("JSON");
    let json = apply(patch.as_bytes(), patient.root(), fornax_definitions::r4(), limits)?;
    Ok(String::from_utf8(json).expect("UTF-8"))
}

/// The operations make of the patient's text what comes about when each of these is put in the other's place.
fn check(operations: &str, changes: &[(&str, &str)]) {
    let mut expected = PATIENT.to_owned();
    for (before, after) in changes {
        assert_eq!(expected.matches(before).count(), 1, "{before}");
        expected = expected.replace(before, after);
    }
    assert_eq!(patch(operations).as_deref(), Ok(expected.as_str()), "{operations}");
}

fn refuse(operations: &str, error: &str) {
    assert_eq!(patch(operations).map_err(|error| error.to_string()), Err(error.to_owned()), "{operations}");
}

#[test]
fn additions() {
    check("", &[]);
    check(
        r#"<add sel="f:Patient/f:name[1]"><f:prefix value="Dr"/></add>"#,
        &[(r#""given":["A","B"]"#, r#""given":["A","B"],"prefix":["Dr"]"#)],
    );
    check(
        r#"<add sel="f:Patient/f:name[2]/f:given" pos="before"><f:given value="X"/><f:given value="Y"/></add>"#,
        &[(r#"["C"]"#, r#"["X","Y","C"]"#)],
    );
    check(
        r#"<add sel="f:Patient/f:active" pos="after"> <f:name><f:text value="&lt;x&#10;"/></f:name> <!-- e --> </add>"#,
        &[(r#""name":["#, r#""name":[{"text":"<x\n"},"#)],
    );
    check(
        r#"<add sel="f:Patient/f:name[1]" pos="prepend"><use xmlns="http://hl7.org/fhir" value="usual"/></add>"#,
        &[(r#""family""#, r#""use":"usual","family""#)],
    );
    check(r#"<add sel="f:Patient/f:name[2]" type="@id">m</add>"#, &[(r#"{"use""#, r#"{"id":"m","use""#)]);
    check(
        r#"<add sel="f:Patient/f:birthDate"><f:extension url="u"><f:valueCode value="v"/></f:extension></add>"#,
        &[(r#"{"id":"b"}"#, r#"{"id":"b","extension":[{"url":"u","valueCode":"v"}]}"#)],
    );
    check(
        r#"<add sel="f:Patient/f:text/h:div/h:p[1]"><h:i lang="de">e &lt;</h:i>f</add>"#,
        &[
            ("a &amp;&#160;<b>b</b> c</p>", "a &amp;\u{a0}<b>b</b> c<i lang=\\\"de\\\">e &lt;</i>f</p>"),
            ("title=", "xmlns=\\\"http://www.w3.org/1999/xhtml\\\" title="),
            (" xmlns='http://www.w3.org/1999/xhtml'", ""),
        ],
    );
}

#[test]
fn replacements() {
    check(r#"<replace sel="f:Patient/f:active/@value">false</replace>"#, &[("true", "false")]);
    check(
        r#"<replace sel="/f:Patient/f:active/@value">fal<![CDATA[s]]>&#101;</replace>"#,
        &[("true", "false")],
    );
    check(
        r#"<replace sel="f:Patient/f:telecom[f:value/@value='2']/f:system/@value">fax</replace>"#,
        &[("email", "fax")],
    );
    check(
        r#"<replace sel="f:Patient/f:name[@id='n']"> <f:name><f:text value="N"/></f:name> </replace>"#,
        &[(r#"{"id":"n","family":"L","given":["A","B"]}"#, r#"{"text":"N"}"#)],
    );
    check(
        r#"<replace sel="f:Patient/f:text/h:div/h:p/h:b/text()">e &amp; f</replace>"#,
        &[
            ("<p>a &amp;&#160;<b>b</b> c</p>", "<p>a &amp;\u{a0}<b>e &amp; f</b> c</p>"),
            ("title=", "xmlns=\\\"http://www.w3.org/1999/xhtml\\\" title="),
            (" xmlns='http://www.w3.org/1999/xhtml'", ""),
        ],
    );
    let all = r#"<replace sel="f:Patient"><f:Patient><f:active value="true"/></f:Patient></replace>"#;
    assert_eq!(patch(all).as_deref(), Ok(r#"{"resourceType":"Patient","active":true}"#));
}

#[test]
fn removals() {
    check(r#"<remove sel="f:Patient/f:active"/>"#, &[(r#""active":true,"#, "")]);
    check(r#"<remove sel="f:Patient/f:name[1]/@id"></remove>"#, &[(r#""id":"n","#, "")]);
    check(r#"<remove sel="f:Patient/f:name[1]/f:given[2]" ws="after"/>"#, &[(r#"["A","B"]"#, r#"["A"]"#)]);
    check(
        r#"<remove sel="f:Patient/f:text"/>"#,
        &[(&PATIENT[PATIENT.find("\"text\"").unwrap()..PATIENT.find("\"active\"").unwrap()], "")],
    );
}

#[test]
fn operations_see_what_those_before_them_did() {
    check(
        r#"<add sel="f:Patient/f:name[2]" pos="after"><f:name><f:text value="N"/></f:name></add>
           <!-- a comment -->
           <replace sel="f:Patient/f:name[3]/f:text/@value">M</replace>
           <remove sel="f:Patient/f:name[1]"/>
           <add sel="f:Patient/f:name[2]" type="@id">m</add>"#,
        &[
            (r#"{"id":"n","family":"L","given":["A","B"]},"#, ""),
            (r#"["C"]}"#, r#"["C"]},{"id":"m","text":"M"}"#),
        ],
    );
    // On the way it may be what no resource is.
    check(
        r#"<remove sel="f:Patient/f:active/@value"/><add sel="f:Patient/f:active" type="@value">false</add>"#,
        &[("true", "false")],
    );
}

#[test]
fn selectors() {
    let removes = |selector: &str, before: &str| {
        check(&format!(r#"<remove sel="{selector}"/>"#), &[(before, "")]);
    };
    let third = r#",{"system":"phone","value":"3"}"#;
    removes("f:Patient/f:telecom[3]", third);
    removes("  / f:Patient / f:telecom [ 3 ]  ", third);
    removes("*/f:telecom[3]", third);
    removes("*/f:telecom[f:system/@value='phone'][2]", third);
    removes("*/f:telecom[*/@value='3']", third);
    removes("*/f:telecom[f:value/@value=&quot;3&quot;]", third);
    removes("*/f:telecom[2][f:value/@value='2']", r#"{"system":"email","value":"2"},"#);
    removes("*/f:name[2]/*[@value='old']", r#""use":"old","#);
    let in_narrative = |selector: &str, before: &str| {
        let operation = format!(r#"<remove sel="*/*/h:div/{selector}"/>"#);
        let namespace = " xmlns='http://www.w3.org/1999/xhtml'";
        let declared = r#"xmlns=\"http://www.w3.org/1999/xhtml\" title="#;
        check(&operation, &[(before, ""), (namespace, ""), ("title=", declared)]);
    };
    in_narrative("h:p[h:b='b']", "<p>a &amp;&#160;<b>b</b> c</p>");
    in_narrative("h:p[h:b/text()='b']", "<p>a &amp;&#160;<b>b</b> c</p>");
    in_narrative("h:p[text()=' c']", "<p>a &amp;&#160;<b>b</b> c</p>");
    in_narrative("h:p[.='a &amp;&#160;b c']", "<p>a &amp;&#160;<b>b</b> c</p>");
    in_narrative("h:p[.='']", "<p/>");
    in_narrative("h:p[2]", "<p/>");
}

#[test]
fn unprefixed_names_are_fhirs_unless_the_patch_says_otherwise() {
    let active = |diff: &str| {
        let operation = "<replace sel='Patient/active'><active value='false'/></replace>";
        patch_whole(&diff.replace("...", operation), &Limits::default())
    };
    let expected = PATIENT.replace("true", "false");
    assert_eq!(active("<diff>...</diff>").as_deref(), Ok(expected.as_str()));
    assert_eq!(active("<diff xmlns='http://hl7.org/fhir'>...</diff>").as_deref(), Ok(expected.as_str()));
    assert_eq!(
        active("<p:diff xmlns:p='urn:ietf:params:xml:schema:patchops'>...</p:diff>").as_deref(),
        Ok(expected.as_str())
    );
    assert_eq!(
        active("<p:patch xmlns:p='urn:ietf:rfc:7351'>...</p:patch>").as_deref(),
        Ok(expected.as_str())
    );
    let error = active("<diff xmlns='http://www.w3.org/1999/xhtml'>...</diff>").unwrap_err().to_string();
    assert_eq!(error, "operation 1: nothing is there");
}

#[test]
fn operations_that_can_not_be_made() {
    for nothing in [
        "f:Observation",
        "f:Patient/f:gender",
        "f:Patient/f:name[3]",
        "f:Patient/f:name[0]",
        "h:Patient",
        "f:Patient/f:active/@id",
        "@id",
        "f:Patient/text()",
        "f:Patient/f:telecom[@value='1']",
        "f:Patient/f:name/f:given/f:x",
        "f:Patient/f:name[99999999999999999999999]",
        "text()",
        "f:active",
    ] {
        refuse(&format!(r#"<remove sel="{nothing}"/>"#), "operation 1: nothing is there");
    }
    for several in [
        "f:Patient/f:name",
        "*/*",
        "f:Patient/f:telecom[f:system/@value='phone']",
        "f:Patient/f:name/f:given[1]",
    ] {
        refuse(&format!(r#"<remove sel="{several}"/>"#), "operation 1: more than one place is meant");
    }
    refuse(
        r#"<remove sel="f:Patient/f:active"/><remove sel="f:Patient/f:active"/>"#,
        "operation 2: nothing is there",
    );
    refuse(r#"<remove sel="f:Patient"/>"#, "operation 1: must not be the outermost element");
    refuse(
        r#"<add sel="f:Patient" pos="after"><f:id/></add>"#,
        "operation 1: must not be the outermost element",
    );
    refuse(r#"<add sel="f:Patient/@id"><f:id/></add>"#, "operation 1: nothing is there");
    refuse(r#"<add sel="f:Patient/f:name[1]/@id"><f:id/></add>"#, "operation 1: must be an element");
    refuse(
        r#"<add sel="f:Patient/f:name[1]" type="@id">m</add>"#,
        "operation 1: the attribute is there already",
    );
    refuse(r#"<add sel="f:Patient/f:name[2]" type="@id"><f:id/></add>"#, "operation 1: must hold text only");
    refuse(
        r#"<replace sel="f:Patient/f:active/@value"><f:id/></replace>"#,
        "operation 1: must hold text only",
    );
    let one = "operation 1: must hold one element, to replace one";
    refuse(r#"<replace sel="f:Patient/f:active">true</replace>"#, one);
    refuse(r#"<replace sel="f:Patient/f:active"/>"#, one);
    refuse(r#"<replace sel="f:Patient/f:active"><f:active/><f:active/></replace>"#, one);
    refuse(
        r#"<remove sel="f:Patient/f:active">x</remove>"#,
        "operation 1: must be empty, to remove something",
    );
}

#[test]
fn what_is_no_patch() {
    let refuse = |text: &str, error: &str| {
        let found = patch_whole(text, &Limits::default()).map_err(|error| error.to_string());
        assert_eq!(found, Err(error.to_owned()), "{text}");
    };
    refuse("", "must be a diff or patch with operations at line 1, column 1");
    refuse("[]", "must be a diff or patch with operations at line 1, column 1");
    refuse("<diff/>", "must be a diff or patch with operations at line 1, column 1");
    refuse("<Patient></Patient>", "must be a diff or patch with operations at line 1, column 1");
    refuse("<diff>", "an element without its end at line 1, column 7");
    refuse("<diff></diff><diff></diff>", "a second outermost element at line 1, column 14");
    refuse("<!DOCTYPE diff><diff></diff>", "a document type declaration at line 1, column 1");
    let inside = |inner: &str, error: &str| {
        let text = format!("<diff xmlns:x='urn:x'>\n{inner}</diff>");
        refuse(&text, error);
    };
    inside("text", "text between operations at line 1, column 23");
    inside("<move/>", "none of add, replace and remove at line 2, column 1");
    inside("<remove/>", "an operation without a selector at line 2, column 1");
    inside(
        "<remove sel='a' pos='after'/>",
        "an attribute that the operation does not have at line 2, column 17",
    );
    inside(
        "<remove sel='a' ws='all'/>",
        "an attribute that the operation does not have at line 2, column 17",
    );
    inside("<add sel='a' pos='inside'/>", "none of prepend, before and after at line 2, column 14");
    inside("<add sel='a' type='id'/>", "must be @ and the name of an attribute at line 2, column 14");
    inside("<add sel='a' type='@x:id'/>", "must be @ and the name of an attribute at line 2, column 14");
    inside(
        "<add sel='a' type='namespace::x'/>",
        "must be @ and the name of an attribute at line 2, column 14",
    );
    inside("<add sel='a' type='@id' pos='after'/>", "an attribute has no position at line 2, column 25");
    inside("<add sel='a'><x:a/></add>", "an element of neither FHIR nor XHTML at line 2, column 14");
    inside("<add sel='a'><a x:a=''/></add>", "an attribute of another namespace at line 2, column 17");
    inside("<remove sel='y:a'/>", "a prefix that no namespace is declared for at line 2, column 9");
    inside("<remove sel='a/@x:b'/>", "an attribute of another namespace at line 2, column 9");
    let unknown = [
        "",
        "/",
        "//a",
        "a//b",
        "a/",
        "a[",
        "a[]",
        "a[1",
        "a[b]",
        "a[b=c]",
        "a[b='c]",
        "a[last()]",
        "a[position()=1]",
        "a[b='c' and d='e']",
        "a|b",
        "a/..",
        "child::a",
        "id(\"a\")",
        "a/node()",
        "a/comment()",
        "@a/b",
        "text()/a",
        "a[b[1]='c']",
        "a b",
        "1",
        "a/@*",
        "$a",
        "a[-1]",
        "a[1.5]",
        "count(a)",
    ];
    for selector in unknown {
        inside(
            &format!("<remove sel='{}'/>", selector.replace('\'', "&apos;")),
            "a selector beyond the part of XPath that is understood at line 2, column 9",
        );
    }
}

#[test]
fn what_is_left_is_a_resource() {
    refuse(
        r#"<add sel="f:Patient"><f:gender value="male"/></add>"#,
        "an element out of its order, in Patient.gender, after the patch",
    );
    refuse(
        r#"<add sel="f:Patient"><f:colour/></add>"#,
        "an unknown element, in Patient.colour, after the patch",
    );
    refuse(r#"<add sel="f:Patient">x</add>"#, "text between elements, in Patient, after the patch");
    refuse(
        r#"<replace sel="f:Patient/f:active/@value">x</replace>"#,
        "neither true nor false, in Patient.active, after the patch",
    );
    refuse(
        r#"<add sel="f:Patient/f:text/h:div"><f:b/></add>"#,
        "not an element of XHTML, in Patient.text.div, after the patch",
    );
    refuse(
        r#"<replace sel="f:Patient"><f:Quantity/></replace>"#,
        "not a type of resource, in Quantity, after the patch",
    );
}

#[test]
fn limits() {
    let remove = "<remove sel='Patient/active'/>";
    let over = |limits: Limits| match patch_whole(&format!("<diff>{remove}{remove}</diff>"), &limits) {
        Err(PatchError::Patch(error)) => matches!(error.fault, XmlFault::Limit { .. }),
        _ => false,
    };
    assert!(over(Limits { operations_max: 0, ..Limits::default() }));
    assert!(over(Limits { selector_bytes_max: 13, ..Limits::default() }));
    assert!(over(Limits { document_bytes_max: 60, ..Limits::default() }));
    assert!(!over(Limits::default()));
    let one = format!("<diff>{remove}</diff>");
    assert!(
        patch_whole(&one, &Limits { operations_max: 1, selector_bytes_max: 14, ..Limits::default() }).is_ok()
    );
}
