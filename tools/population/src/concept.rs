//! Codes with their names, as CodeableConcepts that are rendered once.

use crate::json::push_escaped;

/// Addresses of code systems.
pub mod system {
    /// SNOMED CT.
    pub const SNOMED: &str = "http://snomed.info/sct";
    /// LOINC.
    pub const LOINC: &str = "http://loinc.org";
    /// RxNorm.
    pub const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";
    /// Vaccines administered.
    pub const CVX: &str = "http://hl7.org/fhir/sid/cvx";
    /// ICD-10-CM.
    pub const ICD10: &str = "http://hl7.org/fhir/sid/icd-10-cm";
    /// Provider taxonomy.
    pub const NUCC: &str = "http://nucc.org/provider-taxonomy";
    /// Units of measure.
    pub const UCUM: &str = "http://unitsofmeasure.org";
    /// Procedures and supplies of the Centers for Medicare & Medicaid Services.
    pub const HCPCS: &str = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets";
}

/// How a site names codes: sites differ, and so do the texts that a server stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// The code system's own name in full.
    Full,
    /// The name that clinicians say.
    Short,
}

/// A code with its names.
pub struct Concept {
    /// The code.
    pub code: &'static str,
    /// The code system's own name.
    pub display: &'static str,
    /// The name that clinicians say.
    pub short: &'static str,
    full_json: String,
    short_json: String,
}

impl Concept {
    /// Renders both forms. Without a short name, the short one is the name without what stands in parentheses at its end.
    pub fn new(system: &str, code: &'static str, display: &'static str, short: Option<&'static str>) -> Self {
        let short = short.unwrap_or_else(|| match display.rfind(" (") {
            Some(at) if display.ends_with(')') => &display[..at],
            _ => display,
        });
        let full_json = concept_json(&[(system, code, display)], display);
        Self { code, display, short, full_json, short_json: concept_json(&[(system, code, short)], short) }
    }

    /// The same with a second code from another system in the full form.
    pub fn with_also(mut self, first: &str, second: (&str, &str, &str)) -> Self {
        self.full_json = concept_json(&[(first, self.code, self.display), second], self.display);
        self
    }

    /// The CodeableConcept.
    pub fn json(&self, naming: Naming) -> &str {
        match naming {
            Naming::Full => &self.full_json,
            Naming::Short => &self.short_json,
        }
    }

    /// Its name.
    pub fn name(&self, naming: Naming) -> &'static str {
        match naming {
            Naming::Full => self.display,
            Naming::Short => self.short,
        }
    }
}

/// `{"coding":[...],"text":"..."}` of codes: each a system, a code and a display.
pub fn concept_json(codings: &[(&str, &str, &str)], text: &str) -> String {
    let mut json = String::from(r#"{"coding":["#);
    for (at, (system, code, display)) in codings.iter().enumerate() {
        json.push_str(if at == 0 { "{" } else { ",{" });
        for (key, value) in [("system", system), ("code", code), ("display", display)] {
            if !value.is_empty() {
                json.push_str(if key == "system" { "\"" } else { ",\"" });
                json.push_str(key);
                json.push_str("\":\"");
                push_escaped(&mut json, value);
                json.push('"');
            }
        }
        json.push('}');
    }
    json.push(']');
    if !text.is_empty() {
        json.push_str(r#","text":""#);
        push_escaped(&mut json, text);
        json.push('"');
    }
    json.push('}');
    json
}
