//! XML becomes JSON and XML again, and is patched.

use fornax_model::Document;
use fornax_xml::{Layout, Limits, patch, to_json, to_xml};

/// Any text. What is a resource in XML is one in JSON, which can be written as XML of either layout, and that is the same
/// resource.
pub fn xml(bytes: &[u8]) {
    let definitions = fornax_definitions::r4();
    let Ok(json) = to_json(bytes, definitions, &Limits::default()) else { return };
    there_and_back(&json);
}

/// Any text as a patch of one patient. Where it can be applied, what it leaves is a resource.
pub fn xml_patch(bytes: &[u8]) {
    let patient = Document::parse(PATIENT, &fornax_model::Limits::default()).expect("JSON");
    let definitions = fornax_definitions::r4();
    if let Ok(json) = patch::apply(bytes, patient.root(), definitions, &Limits::default()) {
        there_and_back(&json);
    }
}

const PATIENT: &str = r#"{"resourceType":"Patient","id":"p","text":{"div":"<div xmlns='http://www.w3.org/1999/xhtml'><p>a&amp;b<b/></p></div>"},"active":true,"name":[{"id":"n","given":["A",null],"_given":[null,{"id":"g"}]},{"text":"T"}]}"#;

fn there_and_back(json: &[u8]) {
    let definitions = fornax_definitions::r4();
    // Numbers may be long, and lists make JSON nest deeper.
    let roomy = fornax_model::Limits {
        number_bytes_max: usize::MAX,
        depth_max: 512,
        ..fornax_model::Limits::default()
    };
    let resource = Document::parse(json, &roomy).expect("JSON");
    for layout in [Layout::Compact, Layout::Pretty] {
        let xml = to_xml(resource.root(), definitions, layout, &Limits::default()).expect("a resource");
        let again = to_json(&xml, definitions, &Limits::default()).expect("a resource in XML");
        assert_eq!(again, json, "{}", String::from_utf8_lossy(&xml));
    }
}
