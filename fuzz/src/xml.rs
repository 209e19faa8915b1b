//! XML becomes JSON and XML again.

use fornax_model::Document;
use fornax_xml::{Layout, Limits, to_json, to_xml};

/// Any text. What is a resource in XML is one in JSON, which can be written as XML of either layout, and that is the same
/// resource.
pub fn xml(bytes: &[u8]) {
    let definitions = fornax_definitions::r4();
    let Ok(json) = to_json(bytes, definitions, &Limits::default()) else { return };
    // Numbers may be long, and lists make JSON nest deeper.
    let roomy = fornax_model::Limits {
        number_bytes_max: usize::MAX,
        depth_max: 512,
        ..fornax_model::Limits::default()
    };
    let resource = Document::parse(json.as_slice(), &roomy).expect("JSON");
    for layout in [Layout::Compact, Layout::Pretty] {
        let xml = to_xml(resource.root(), definitions, layout, &Limits::default()).expect("a resource");
        let again = to_json(&xml, definitions, &Limits::default()).expect("a resource in XML");
        assert_eq!(again, json, "{}", String::from_utf8_lossy(&xml));
    }
}
