//! When care took place, by type: what `start` and `end` of `$everything` go by.
//!
//! They relate to "care dates, not record currency dates" (R4, OperationDefinition Patient-everything). So a row names the search parameters
//! of when something was done, held, or was asked for: of several the first that a resource has. When a record was made, filed or billed is no
//! such date (`created` of documents and claims, `recorded` of an AuditEvent, `date` of an Invoice or a Consent). Types without a row have no
//! care date, and are not kept out.

/// A type, and where its care begins and ends.
pub(crate) struct CareDate {
    pub resource: &'static str,
    /// Compared with `end`.
    pub begins: &'static [&'static str],
    /// Compared with `start`; none: it goes on.
    pub ends: &'static [&'static str],
}

pub(crate) const CARE_DATES: &[CareDate] = &[
    at("Account", &["period"]),
    at("AdverseEvent", &["date"]),
    // Who is allergic stays so.
    from("AllergyIntolerance", &["date"], &[]),
    at("Appointment", &["date"]),
    at("CarePlan", &["date"]),
    at("CareTeam", &["date"]),
    at("ChargeItem", &["occurrence"]),
    at("ClinicalImpression", &["date"]),
    at("Communication", &["sent", "received"]),
    at("CommunicationRequest", &["occurrence", "authored"]),
    at("Composition", &["period", "date"]),
    // A condition goes on until it abates.
    from("Condition", &["onset-date", "recorded-date"], &["abatement-date"]),
    at("DetectedIssue", &["identified"]),
    at("DeviceRequest", &["event-date", "authored-on"]),
    at("DiagnosticReport", &["date", "issued"]),
    at("DocumentReference", &["period", "date"]),
    at("Encounter", &["date"]),
    at("EpisodeOfCare", &["date"]),
    // What was once true of a relative stays so.
    from("FamilyMemberHistory", &["date"], &[]),
    at("Flag", &["date"]),
    from("Goal", &["start-date"], &["target-date"]),
    at("ImagingStudy", &["started"]),
    at("Immunization", &["date"]),
    at("ImmunizationEvaluation", &["date"]),
    at("ImmunizationRecommendation", &["date"]),
    at("List", &["date"]),
    at("MeasureReport", &["period"]),
    // Of a Media it is when the picture was taken.
    at("Media", &["created"]),
    at("MedicationAdministration", &["effective-time"]),
    at("MedicationDispense", &["whenhandedover", "whenprepared"]),
    // `date` is when single doses are planned: few say so.
    at("MedicationRequest", &["authoredon"]),
    at("MedicationStatement", &["effective"]),
    at("NutritionOrder", &["datetime"]),
    at("Observation", &["date"]),
    at("Procedure", &["date"]),
    at("QuestionnaireResponse", &["authored"]),
    at("RequestGroup", &["authored"]),
    at("ResearchSubject", &["date"]),
    at("RiskAssessment", &["date"]),
    at("Schedule", &["date"]),
    at("ServiceRequest", &["occurrence", "authored"]),
    at("Specimen", &["collected"]),
    at("SupplyRequest", &["date"]),
    at("VisionPrescription", &["datewritten"]),
];

/// A point or a stretch that one parameter says.
const fn at(resource: &'static str, codes: &'static [&'static str]) -> CareDate {
    CareDate { resource, begins: codes, ends: codes }
}

const fn from(
    resource: &'static str,
    begins: &'static [&'static str],
    ends: &'static [&'static str],
) -> CareDate {
    CareDate { resource, begins, ends }
}
