//! The templates, and each one's share of the bytes that are trained on.

/// Name, text and share.
pub type Sample = (&'static str, &'static str, u32);

macro_rules! template {
    ($name:literal, $share:literal) => {
        ($name, include_str!(concat!("../templates/", $name, ".json")), $share)
    };
}

/// What real servers of payers and providers hold, roughly: few kinds make up most of all bytes.
pub const SAMPLES: &[Sample] = &[
    template!("allergy-intolerance", 20),
    template!("care-plan", 40),
    template!("care-team", 30),
    template!("claim", 100),
    template!("condition", 60),
    template!("coverage", 30),
    template!("device", 15),
    template!("diagnostic-report", 60),
    template!("document-reference", 30),
    template!("encounter", 70),
    template!("eob-bluebutton", 80),
    template!("eob-carin", 50),
    template!("goal", 10),
    template!("imaging-study", 20),
    template!("immunization", 25),
    template!("location", 15),
    template!("medication", 8),
    template!("medication-administration", 10),
    template!("medication-request", 70),
    template!("observation-blood-pressure", 30),
    template!("observation-coded", 30),
    template!("observation-lab", 90),
    template!("observation-survey", 50),
    template!("observation-vital", 60),
    template!("organization", 15),
    template!("patient", 40),
    template!("practitioner", 15),
    template!("practitioner-role", 15),
    template!("procedure", 50),
    template!("provenance", 20),
    template!("service-request", 15),
    template!("supply-delivery", 10),
];
