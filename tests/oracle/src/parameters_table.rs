//! The search parameters that the oracle knows, as the specification defines them for each resource type.

use crate::parameters::{Component, Element, Parameter};

const fn row(
    resource_type: &'static str,
    code: &'static str,
    element: Element,
    paths: &'static [&'static str],
) -> Parameter {
    Parameter { resource_type, code, element, paths, targets: &[], components: &[] }
}

const fn to(row: Parameter, targets: &'static [&'static str]) -> Parameter {
    Parameter { targets, ..row }
}

/// A composite of the code and the value of an Observation, or of its components.
const fn pair(
    code: &'static str,
    elements: &'static [&'static str],
    components: &'static [Component],
) -> Parameter {
    Parameter { components, ..row("Observation", code, Element::Composite, elements) }
}

const CODE: Component = Component { element: Element::CodeableConcept, paths: &["code"] };
const CONCEPT: Component = Component { element: Element::CodeableConcept, paths: &["valueCodeableConcept"] };
const QUANTITY: Component = Component { element: Element::Quantity, paths: &["valueQuantity"] };
const TEXT: Component = Component { element: Element::String, paths: &["valueString"] };
const TIME: Component = Component { element: Element::Time, paths: &["valueDateTime", "valuePeriod"] };

/// The resource itself.
const SELF: &[&str] = &[""];
const EACH: &[&str] = &["component"];
const BOTH: &[&str] = &["", "component"];

use Element as E;

/// All rows.
pub const TABLE: &[Parameter] = &[
    row("Resource", "_id", E::Id, &["id"]),
    row("Resource", "_lastUpdated", E::LastUpdated, &[]),
    row("Resource", "_profile", E::Canonical, &["meta.profile"]),
    row("Resource", "_source", E::Uri, &["meta.source"]),
    row("Resource", "_tag", E::Coding, &["meta.tag"]),
    row("Resource", "_security", E::Coding, &["meta.security"]),
    // Patient
    row("Patient", "active", E::Boolean, &["active"]),
    row("Patient", "address", E::Address, &["address"]),
    row("Patient", "address-city", E::String, &["address.city"]),
    row("Patient", "address-postalcode", E::String, &["address.postalCode"]),
    row("Patient", "address-use", E::Code("http://hl7.org/fhir/address-use"), &["address.use"]),
    row("Patient", "birthdate", E::Time, &["birthDate"]),
    row("Patient", "death-date", E::Time, &["deceasedDateTime"]),
    row("Patient", "deceased", E::Existence, &["deceasedBoolean", "deceasedDateTime"]),
    row("Patient", "email", E::ContactPoint, &["telecom[system=email]"]),
    row("Patient", "family", E::String, &["name.family"]),
    row("Patient", "gender", E::Code("http://hl7.org/fhir/administrative-gender"), &["gender"]),
    row("Patient", "given", E::String, &["name.given"]),
    row("Patient", "identifier", E::Identifier, &["identifier"]),
    row("Patient", "language", E::CodeableConcept, &["communication.language"]),
    row("Patient", "name", E::HumanName, &["name"]),
    row("Patient", "phone", E::ContactPoint, &["telecom[system=phone]"]),
    row("Patient", "telecom", E::ContactPoint, &["telecom"]),
    to(row("Patient", "organization", E::Reference, &["managingOrganization"]), &["Organization"]),
    to(
        row("Patient", "general-practitioner", E::Reference, &["generalPractitioner"]),
        &["Practitioner", "Organization", "PractitionerRole"],
    ),
    to(row("Patient", "link", E::Reference, &["link.other"]), &["Patient", "RelatedPerson"]),
    // Practitioner
    row("Practitioner", "active", E::Boolean, &["active"]),
    // Every code that one type of these has stands here for all that have it: chains without a type reach them all.
    row("Practitioner", "address", E::Address, &["address"]),
    row("Practitioner", "address-city", E::String, &["address.city"]),
    row("Practitioner", "address-postalcode", E::String, &["address.postalCode"]),
    row("Practitioner", "address-use", E::Code("http://hl7.org/fhir/address-use"), &["address.use"]),
    row("Practitioner", "email", E::ContactPoint, &["telecom[system=email]"]),
    row("Practitioner", "family", E::String, &["name.family"]),
    row("Practitioner", "gender", E::Code("http://hl7.org/fhir/administrative-gender"), &["gender"]),
    row("Practitioner", "given", E::String, &["name.given"]),
    row("Practitioner", "identifier", E::Identifier, &["identifier"]),
    row("Practitioner", "name", E::HumanName, &["name"]),
    row("Practitioner", "phone", E::ContactPoint, &["telecom[system=phone]"]),
    row("Practitioner", "telecom", E::ContactPoint, &["telecom"]),
    // Organization
    row("Organization", "active", E::Boolean, &["active"]),
    row("Organization", "address", E::Address, &["address"]),
    row("Organization", "address-city", E::String, &["address.city"]),
    row("Organization", "address-postalcode", E::String, &["address.postalCode"]),
    row("Organization", "address-use", E::Code("http://hl7.org/fhir/address-use"), &["address.use"]),
    row("Organization", "identifier", E::Identifier, &["identifier"]),
    row("Organization", "name", E::String, &["name", "alias"]),
    to(row("Organization", "partof", E::Reference, &["partOf"]), &["Organization"]),
    row("Organization", "type", E::CodeableConcept, &["type"]),
    // Encounter
    row("Encounter", "class", E::Coding, &["class"]),
    row("Encounter", "date", E::Time, &["period"]),
    row("Encounter", "identifier", E::Identifier, &["identifier"]),
    row("Encounter", "length", E::Quantity, &["length"]),
    to(row("Encounter", "part-of", E::Reference, &["partOf"]), &["Encounter"]),
    to(
        row("Encounter", "participant", E::Reference, &["participant.individual"]),
        &["Practitioner", "PractitionerRole", "RelatedPerson"],
    ),
    to(row("Encounter", "patient", E::Reference, &["subject"]), &["Patient"]),
    to(row("Encounter", "practitioner", E::Reference, &["participant.individual"]), &["Practitioner"]),
    row("Encounter", "reason-code", E::CodeableConcept, &["reasonCode"]),
    to(row("Encounter", "service-provider", E::Reference, &["serviceProvider"]), &["Organization"]),
    row("Encounter", "status", E::Code("http://hl7.org/fhir/encounter-status"), &["status"]),
    to(row("Encounter", "subject", E::Reference, &["subject"]), &["Patient", "Group"]),
    row("Encounter", "type", E::CodeableConcept, &["type"]),
    // Condition
    row("Condition", "abatement-date", E::Time, &["abatementDateTime", "abatementPeriod"]),
    row("Condition", "abatement-string", E::String, &["abatementString"]),
    to(
        row("Condition", "asserter", E::Reference, &["asserter"]),
        &["Practitioner", "PractitionerRole", "Patient", "RelatedPerson"],
    ),
    row("Condition", "category", E::CodeableConcept, &["category"]),
    row("Condition", "clinical-status", E::CodeableConcept, &["clinicalStatus"]),
    row("Condition", "code", E::CodeableConcept, &["code"]),
    to(row("Condition", "encounter", E::Reference, &["encounter"]), &["Encounter"]),
    row("Condition", "identifier", E::Identifier, &["identifier"]),
    row("Condition", "onset-age", E::Quantity, &["onsetAge"]),
    row("Condition", "onset-date", E::Time, &["onsetDateTime", "onsetPeriod"]),
    row("Condition", "onset-info", E::String, &["onsetString"]),
    to(row("Condition", "patient", E::Reference, &["subject"]), &["Patient"]),
    row("Condition", "recorded-date", E::Time, &["recordedDate"]),
    row("Condition", "severity", E::CodeableConcept, &["severity"]),
    to(row("Condition", "subject", E::Reference, &["subject"]), &["Patient", "Group"]),
    // Observation
    row("Observation", "category", E::CodeableConcept, &["category"]),
    row("Observation", "code", E::CodeableConcept, &["code"]),
    pair("code-value-concept", SELF, &[CODE, CONCEPT]),
    pair("code-value-date", SELF, &[CODE, TIME]),
    pair("code-value-quantity", SELF, &[CODE, QUANTITY]),
    // The composite's expression leaves the text of a concept out, which `value-string` has.
    pair("code-value-string", SELF, &[CODE, TEXT]),
    pair("combo-code-value-concept", BOTH, &[CODE, CONCEPT]),
    pair("combo-code-value-quantity", BOTH, &[CODE, QUANTITY]),
    pair("component-code-value-concept", EACH, &[CODE, CONCEPT]),
    pair("component-code-value-quantity", EACH, &[CODE, QUANTITY]),
    row("Observation", "combo-code", E::CodeableConcept, &["code", "component.code"]),
    row(
        "Observation",
        "combo-value-concept",
        E::CodeableConcept,
        &["valueCodeableConcept", "component.valueCodeableConcept"],
    ),
    row("Observation", "combo-value-quantity", E::Quantity, &["valueQuantity", "component.valueQuantity"]),
    row("Observation", "component-code", E::CodeableConcept, &["component.code"]),
    row("Observation", "component-value-concept", E::CodeableConcept, &["component.valueCodeableConcept"]),
    row("Observation", "component-value-quantity", E::Quantity, &["component.valueQuantity"]),
    row("Observation", "data-absent-reason", E::CodeableConcept, &["dataAbsentReason"]),
    row(
        "Observation",
        "date",
        E::Time,
        &["effectiveDateTime", "effectivePeriod", "effectiveInstant", "effectiveTiming"],
    ),
    to(row("Observation", "encounter", E::Reference, &["encounter"]), &["Encounter"]),
    to(
        row("Observation", "has-member", E::Reference, &["hasMember"]),
        &["Observation", "QuestionnaireResponse", "MolecularSequence"],
    ),
    row("Observation", "identifier", E::Identifier, &["identifier"]),
    to(
        row("Observation", "part-of", E::Reference, &["partOf"]),
        &[
            "ImagingStudy",
            "Immunization",
            "MedicationAdministration",
            "MedicationDispense",
            "MedicationStatement",
            "Procedure",
        ],
    ),
    to(row("Observation", "patient", E::Reference, &["subject"]), &["Patient"]),
    to(
        row("Observation", "performer", E::Reference, &["performer"]),
        &["Practitioner", "PractitionerRole", "Organization", "CareTeam", "Patient", "RelatedPerson"],
    ),
    row("Observation", "status", E::Code("http://hl7.org/fhir/observation-status"), &["status"]),
    to(
        row("Observation", "subject", E::Reference, &["subject"]),
        &["Patient", "Group", "Device", "Location"],
    ),
    row("Observation", "value-concept", E::CodeableConcept, &["valueCodeableConcept"]),
    row("Observation", "value-date", E::Time, &["valueDateTime", "valuePeriod"]),
    row("Observation", "value-quantity", E::Quantity, &["valueQuantity"]),
    // `value-string` also covers the text of a concept.
    row("Observation", "value-string", E::String, &["valueString", "valueCodeableConcept.text"]),
    // MedicationRequest
    row("MedicationRequest", "authoredon", E::Time, &["authoredOn"]),
    row("MedicationRequest", "category", E::CodeableConcept, &["category"]),
    row("MedicationRequest", "code", E::CodeableConcept, &["medicationCodeableConcept"]),
    row("MedicationRequest", "date", E::Time, &["dosageInstruction.timing"]),
    to(row("MedicationRequest", "encounter", E::Reference, &["encounter"]), &["Encounter"]),
    row("MedicationRequest", "identifier", E::Identifier, &["identifier"]),
    row(
        "MedicationRequest",
        "intent",
        E::Code("http://hl7.org/fhir/CodeSystem/medicationrequest-intent"),
        &["intent"],
    ),
    to(row("MedicationRequest", "patient", E::Reference, &["subject"]), &["Patient"]),
    row("MedicationRequest", "priority", E::Code("http://hl7.org/fhir/request-priority"), &["priority"]),
    to(
        row("MedicationRequest", "requester", E::Reference, &["requester"]),
        &["Practitioner", "PractitionerRole", "Organization", "Patient", "RelatedPerson", "Device"],
    ),
    row(
        "MedicationRequest",
        "status",
        E::Code("http://hl7.org/fhir/CodeSystem/medicationrequest-status"),
        &["status"],
    ),
    to(row("MedicationRequest", "subject", E::Reference, &["subject"]), &["Patient", "Group"]),
    // Group
    row("Group", "actual", E::Boolean, &["actual"]),
    row("Group", "code", E::CodeableConcept, &["code"]),
    row("Group", "identifier", E::Identifier, &["identifier"]),
    to(
        row("Group", "managing-entity", E::Reference, &["managingEntity"]),
        &["Organization", "RelatedPerson", "Practitioner", "PractitionerRole"],
    ),
    to(
        row("Group", "member", E::Reference, &["member.entity"]),
        &["Patient", "Practitioner", "PractitionerRole", "Device", "Medication", "Substance", "Group"],
    ),
    row("Group", "type", E::Code("http://hl7.org/fhir/group-type"), &["type"]),
    // List
    row("List", "code", E::CodeableConcept, &["code"]),
    row("List", "date", E::Time, &["date"]),
    to(row("List", "encounter", E::Reference, &["encounter"]), &["Encounter", "EpisodeOfCare"]),
    row("List", "identifier", E::Identifier, &["identifier"]),
    to(row("List", "item", E::Reference, &["entry.item"]), &["Resource"]),
    to(row("List", "patient", E::Reference, &["subject"]), &["Patient"]),
    to(
        row("List", "source", E::Reference, &["source"]),
        &["Practitioner", "PractitionerRole", "Patient", "Device"],
    ),
    row("List", "status", E::Code("http://hl7.org/fhir/list-status"), &["status"]),
    to(row("List", "subject", E::Reference, &["subject"]), &["Patient", "Group", "Device", "Location"]),
    row("List", "title", E::String, &["title"]),
];
