//! Look-ups in FHIR R4, a row each.

use fornax_definitions::{
    BindingStrength, Coded, Comparator, Definitions, Derivation, Direction, JsonKind, Modifier,
    OperationLevel, ParameterId, Readiness, SELF_CODE, SearchKind, SearchParameter, SystemType, TypeId,
    TypeKind, Usage, r4,
};

fn id(name: &str) -> TypeId {
    r4().type_named(name).unwrap_or_else(|| panic!("no type {name}")).id
}

fn name(id: TypeId) -> &'static str {
    r4().type_of(id).name
}

#[test]
fn children_by_json_member() {
    // What the member is: the element's name, the type's name, and whether JSON writes it as an array.
    let check = |parent: &str, member: &str, wanted: Option<(&str, &str, bool)>| {
        let child = r4().child(id(parent), member);
        let found = child.map(|c| (c.element.name, name(c.value.type_id), c.element.is_array()));
        assert_eq!(found, wanted, "{parent}.{member}");
    };
    check("Patient", "birthDate", Some(("birthDate", "date", false)));
    check("Patient", "name", Some(("name", "HumanName", true)));
    check("Patient", "contact", Some(("contact", "Patient.contact", true)));
    check("Patient.contact", "relationship", Some(("relationship", "CodeableConcept", true)));
    check("Patient.contact", "modifierExtension", Some(("modifierExtension", "Extension", true)));
    check("Patient", "id", Some(("id", "string", false)));
    check("Patient", "contained", Some(("contained", "Resource", true)));
    check("Patient", "deceasedBoolean", Some(("deceased", "boolean", false)));
    check("Observation", "valueQuantity", Some(("value", "Quantity", false)));
    check("Observation", "valueCodeableConcept", Some(("value", "CodeableConcept", false)));
    check("Extension", "valueBase64Binary", Some(("value", "base64Binary", false)));
    check("Extension", "url", Some(("url", "uri", false)));
    check("Bundle.entry", "resource", Some(("resource", "Resource", false)));
    check("Bundle.entry", "link", Some(("link", "Bundle.link", true)));
    check("Questionnaire.item", "item", Some(("item", "Questionnaire.item", true)));
    check("Timing", "repeat", Some(("repeat", "Timing.repeat", false)));
    check("Dosage", "doseAndRate", Some(("doseAndRate", "Dosage.doseAndRate", true)));
    check("DomainResource", "meta", Some(("meta", "Meta", false)));

    check("Patient", "", None);
    check("Patient", "resourceType", None);
    check("Patient", "_birthDate", None);
    check("Patient", "birthdate", None);
    check("Patient", "deceased", None);
    check("Patient", "deceased[x]", None);
    check("Patient", "deceasedString", None);
    check("Patient", "deceasedboolean", None);
    check("Observation", "valuequantity", None);
    check("Observation", "valueQuantit", None);
    check("Observation", "valueQuantity ", None);
    check("Observation", "valueÖ", None);
    check("Observation", "contact", None);
    check("Meta", "project", None);
    check("Binary", "text", None);
}

/// The hash table answers as a walk over all elements does.
#[test]
fn every_member_is_found() {
    let mut members = 0;
    for parent in r4().types() {
        for element in r4().elements(parent.id) {
            for (member, value) in r4().member_names(element) {
                let child =
                    r4().child(parent.id, &member).unwrap_or_else(|| panic!("{}.{member}", parent.name));
                assert_eq!((child.element.id, child.value.type_id), (element.id, value.type_id), "{member}");
                members += 1;
            }
            let by_name = r4().element_named(parent.id, element.name).map(|element| element.id);
            assert_eq!(by_name, Some(element.id), "{}.{}", parent.name, element.name);
        }
    }
    assert!(members > 8_000, "{members} members only");
}

#[test]
fn types_and_lineage() {
    let check = |of: &str, kind: TypeKind, lineage: &[&str]| {
        let found = r4().type_named(of).unwrap();
        let names: Vec<&str> = r4().lineage(found.id).skip(1).map(|ancestor| ancestor.name).collect();
        assert_eq!((found.kind, names.as_slice()), (kind, lineage), "{of}");
        for ancestor in lineage {
            assert!(r4().is_a(found.id, id(ancestor)), "{of} is a {ancestor}");
            assert!(!r4().is_a(id(ancestor), found.id), "{ancestor} is no {of}");
        }
    };
    check("Element", TypeKind::Complex, &[]);
    check("Resource", TypeKind::Resource, &[]);
    check("Bundle", TypeKind::Resource, &["Resource"]);
    check("Patient", TypeKind::Resource, &["DomainResource", "Resource"]);
    check("Patient.contact", TypeKind::Backbone, &["BackboneElement", "Element"]);
    check("Timing.repeat", TypeKind::Backbone, &["Element"]);
    check("Timing", TypeKind::Complex, &["BackboneElement", "Element"]);
    check("Age", TypeKind::Complex, &["Quantity", "Element"]);
    check("SimpleQuantity", TypeKind::Complex, &["Quantity", "Element"]);
    check("boolean", TypeKind::Primitive(JsonKind::Boolean), &["Element"]);
    check("decimal", TypeKind::Primitive(JsonKind::Decimal), &["Element"]);
    check("integer", TypeKind::Primitive(JsonKind::Integer), &["Element"]);
    check("positiveInt", TypeKind::Primitive(JsonKind::Integer), &["integer", "Element"]);
    check("unsignedInt", TypeKind::Primitive(JsonKind::Integer), &["integer", "Element"]);
    check("id", TypeKind::Primitive(JsonKind::String), &["string", "Element"]);
    check("dateTime", TypeKind::Primitive(JsonKind::String), &["Element"]);
    check("canonical", TypeKind::Primitive(JsonKind::String), &["uri", "Element"]);

    for missing in
        ["", "patient", "Patient.name", "SubscriptionStatus", "MetadataResource", "Bot", "vitalsigns"]
    {
        assert!(r4().type_named(missing).is_none(), "{missing}");
    }
}

#[test]
fn resource_types_are_concrete_and_in_order() {
    let names: Vec<&str> = r4().resource_types().map(|one| one.name).collect();
    assert_eq!(names.len(), 146);
    assert!(names.is_sorted());
    assert_eq!((names[0], names[145]), ("Account", "VisionPrescription"));
    assert!(!names.contains(&"DomainResource") && names.contains(&"Binary"));
}

#[test]
fn numbers_lead_back_to_their_rows() {
    for (at, one) in r4().types().iter().enumerate() {
        assert_eq!((one.id.index(), r4().type_of(one.id).name), (at, one.name));
        assert!(one.base.is_none_or(|base| base < one.id), "{} stands before its base", one.name);
    }
    for (at, one) in r4().all_parameters().enumerate() {
        assert_eq!((one.id.index(), &r4().parameter_of(one.id).url), (at, &one.url));
        assert_eq!(r4().parameter_at(&one.url).map(|found| found.id), Some(one.id));
    }
    assert!(r4().parameter_at("http://hl7.org/fhir/SearchParameter/none").is_none());
}

#[test]
fn element_types_carry_targets_profiles_and_system_types() {
    let value = |parent: &str, member: &str| r4().child(id(parent), member).unwrap().value;
    let targets: Vec<&str> =
        value("Observation", "subject").targets.iter().map(|target| name(*target)).collect();
    assert_eq!(targets, ["Patient", "Group", "Device", "Location"]);
    assert_eq!(value("Observation.referenceRange", "low").profile, Some(id("SimpleQuantity")));
    assert_eq!(value("Observation", "valueQuantity").profile, None);
    assert_eq!(value("Patient", "id").system, Some(SystemType::String));
    assert_eq!(value("boolean", "value").system, Some(SystemType::Boolean));
    assert_eq!(value("Patient", "active").system, None);
    assert_eq!(r4().type_named("SimpleQuantity").unwrap().derivation, Derivation::Constraint);
    assert_eq!(r4().child(id("SimpleQuantity"), "comparator").unwrap().element.max, Some(0));
}

#[test]
fn parameters_by_type_and_code() {
    let check = |resource: &str, code: &str, wanted: Option<&str>| {
        let found = r4().parameter(id(resource), code).map(|one| one.url.rsplit('/').next().unwrap());
        assert_eq!(found, wanted, "{resource}?{code}");
    };
    check("Patient", "birthdate", Some("individual-birthdate"));
    check("Patient", "_id", Some("Resource-id"));
    check("Patient", "_text", Some("DomainResource-text"));
    check("Bundle", "_text", None);
    check("Bundle", "_language", Some("Resource-language"));
    check("Bundle", "_lastUpdated", Some("Resource-lastUpdated"));
    check("Condition", "subject", Some("Condition-subject"));
    check("Observation", "code", Some("clinical-code"));
    check("Observation", "gene-identifier", Some("observation-genetic-Observation-gene-identifier"));
    check(
        "QuestionnaireResponse",
        "item-subject",
        Some("questionnaireresponse-extensions-QuestionnaireResponse-item-subject"),
    );
    check("Resource", "_filter", Some("filter"));

    // An example of the specification; one that the source adds; another type's; another case; data types have none.
    check("Patient", "part-agree", None);
    check("ServiceRequest", "order-detail", None);
    check("Patient", "abatement-age", None);
    check("Patient", "Birthdate", None);
    check("HumanName", "family", None);
}

#[test]
fn parameters_of_a_type_are_listed_once() {
    for resource in r4().resource_types() {
        let mut codes: Vec<&str> = r4().parameters(resource.id).map(|one| &*one.code).collect();
        for code in &codes {
            assert!(r4().parameter(resource.id, code).is_some(), "{}?{code}", resource.name);
        }
        let before = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), before, "{} has two parameters of one code", resource.name);
    }
    let patient: Vec<&str> = r4().parameters(id("Patient")).map(|one| &*one.code).collect();
    assert!(patient.starts_with(&["active", "address", "address-city"]), "{patient:?}");
    assert!(patient.contains(&"_text") && patient.contains(&"_profile") && !patient.contains(&"part-agree"));
}

#[test]
fn parameters_in_full() {
    let code_value = r4().parameter(id("Observation"), "code-value-quantity").unwrap();
    assert_eq!((code_value.kind, code_value.multiple_or), (SearchKind::Composite, Some(false)));
    let parts: Vec<(&str, &str)> = code_value
        .components
        .iter()
        .map(|part| (&*r4().parameter_of(part.parameter).code, &*part.expression))
        .collect();
    assert_eq!(parts, [("code", "code"), ("value-quantity", "value.as(Quantity)")]);

    let onset = r4().parameter(id("Condition"), "onset-date").unwrap();
    assert_eq!(
        onset.expression.as_deref(),
        Some("Condition.onset.as(dateTime) | Condition.onset.as(Period)")
    );
    assert_eq!(onset.comparators.first(), Some(&Comparator::Eq));
    let medication = r4().parameter(id("Substance"), "code").unwrap();
    assert_eq!(
        medication.expression.as_deref(),
        Some("Substance.code | (Substance.ingredient.substance as CodeableConcept)")
    );
    let part_of = r4().parameter(id("Encounter"), "part-of").unwrap();
    assert_eq!(*part_of.modifiers, [Modifier::Below, Modifier::Above]);
    assert_eq!(r4().parameter(id("Patient"), "phonetic").unwrap().usage, Some(Usage::Phonetic));
    assert_eq!(r4().parameter(id("Patient"), "_content").unwrap().expression, None);
}

#[test]
fn compartments() {
    let check = |compartment: &str, resource: &str, wanted: &[&str]| {
        let found = r4().compartment(compartment).unwrap().parameters(id(resource));
        assert_eq!(found, wanted, "{compartment}/{resource}");
    };
    check("Patient", "Observation", &["subject", "performer"]);
    check("Patient", "Patient", &["link"]);
    check("Encounter", "Encounter", &[SELF_CODE]);
    check("Device", "Communication", &["sender", "recipient"]);
    check("Device", "Device", &[]);
    check("Patient", "Medication", &[]);
    check("Patient", "HumanName", &[]);
    for missing in ["Group", "patient", ""] {
        assert!(r4().compartment(missing).is_none(), "{missing}");
    }
    assert_eq!(r4().compartments().len(), 6);
}

/// The codes that compartments name are those of search parameters.
#[test]
fn compartment_codes_are_search_parameters() {
    let usable = r4().compartments().iter().filter(|compartment| !compartment.is_example);
    let mut unknown: Vec<String> = Vec::new();
    for compartment in usable {
        for resource in compartment.types() {
            let codes = compartment.parameters(resource).iter().filter(|code| **code != SELF_CODE);
            let lost = codes.filter(|code| r4().parameter(resource, code).is_none());
            unknown
                .extend(lost.map(|code| format!("{}/{}?{code}", name(compartment.type_id), name(resource))));
        }
    }
    assert_eq!(unknown, [""; 0]);
}

#[test]
fn operations() {
    let check = |level: OperationLevel, code: &str, wanted: Option<&str>| {
        let found = r4().operation(level, code).map(|one| one.url.rsplit('/').next().unwrap());
        assert_eq!(found, wanted, "{level:?} ${code}");
    };
    check(OperationLevel::Instance(id("Patient")), "everything", Some("Patient-everything"));
    check(OperationLevel::Type(id("Patient")), "everything", Some("Patient-everything"));
    check(OperationLevel::Instance(id("Group")), "everything", Some("Group-everything"));
    check(OperationLevel::Type(id("Group")), "everything", None);
    check(OperationLevel::Type(id("Observation")), "everything", None);
    check(OperationLevel::System, "everything", None);
    check(OperationLevel::Instance(id("Patient")), "validate", Some("Resource-validate"));
    check(OperationLevel::System, "convert", Some("Resource-convert"));
    check(OperationLevel::Type(id("ValueSet")), "expand", Some("ValueSet-expand"));
    check(OperationLevel::Instance(id("Questionnaire")), "populate", None);

    let lookup = r4().operation(OperationLevel::Type(id("CodeSystem")), "lookup").unwrap();
    let designation = lookup.parameters.iter().find(|one| one.name == "designation").unwrap();
    assert_eq!((designation.direction, designation.max, designation.type_of), (Direction::Out, None, None));
    assert_eq!(
        designation.parts.iter().map(|part| part.name).collect::<Vec<_>>(),
        ["language", "use", "value"]
    );
    assert_eq!(lookup.affects_state, Some(false));
}

#[test]
fn codes_lead_both_ways() {
    fn check<T: Coded + std::fmt::Debug>() {
        for (place, member) in T::ALL.iter().enumerate() {
            assert_eq!(T::from_code(member.code()), Some(*member));
            assert_eq!(T::from_byte(u8::try_from(place).unwrap()), Some(*member));
        }
        assert_eq!(T::from_byte(u8::try_from(T::ALL.len()).unwrap()), None);
        assert_eq!(T::from_code("no such code"), None);
    }
    check::<SearchKind>();
    check::<Usage>();
    check::<Comparator>();
    check::<Modifier>();
    check::<Direction>();
    check::<Derivation>();
    check::<SystemType>();
    check::<BindingStrength>();
    check::<TypeKind>();
}

#[test]
fn the_image_says_what_it_is() {
    assert_eq!(r4().release(), "4.0.1");
    assert_ne!(r4().fingerprint(), 0);
    let check = |image: &'static [u8]| assert!(Definitions::decode(image).is_err(), "{image:?}");
    check(b"");
    check(b"FXDEFS");
    check(b"FXDEFS\x02\0\0\0\0\0\0\0\0\0");
    check(b"something else altogether");
}

#[test]
fn added_parameters_count_beside_and_before_those_of_the_release() {
    let patient = id("Patient");
    let from = r4().added_from().number();
    let made = |number: u16, code: &'static str, base: &str, readiness| SearchParameter {
        id: ParameterId::new(from + number),
        url: format!("http://example.org/{number}").into(),
        code: code.into(),
        base: [id(base)].into(),
        readiness,
        ..r4().parameter(patient, "gender").unwrap().clone()
    };
    let (ready, waiting) = (Readiness::Ready, Readiness::Waiting);
    let definitions = r4().with_parameters(vec![
        made(9, "of-all", "Resource", ready),
        made(2, "race", "Patient", ready),
        made(3, "family", "Patient", ready),
        made(4, "given", "Patient", waiting),
        made(5, "race", "Patient", ready),
        made(7, "tribe", "Patient", waiting),
        made(8, "_tag", "Patient", ready),
    ]);
    let check = |code: &str, number: Option<u16>| {
        let found = definitions.parameter(patient, code).unwrap();
        match number {
            Some(number) => assert_eq!(found.id.number(), from + number, "{code}"),
            None => assert_eq!(found.id, r4().parameter(patient, code).unwrap().id, "{code}"),
        }
        let listed = definitions.parameters(patient).filter(|one| one.code == code);
        assert_eq!(listed.map(|one| one.id).collect::<Vec<_>>(), [found.id], "{code} is listed once");
        assert_eq!(definitions.parameter_of(found.id).id, found.id);
    };
    check("race", Some(5));
    check("family", Some(3));
    check("given", None);
    check("tribe", Some(7));
    check("of-all", Some(9));
    check("_tag", Some(8));
    check("gender", None);
    assert_eq!(definitions.parameter(id("Group"), "of-all").unwrap().readiness, ready);
    assert!(definitions.parameter(id("Group"), "race").is_none());
    assert_eq!(definitions.parameter_at("http://example.org/7").unwrap().code, "tribe");
    assert_eq!(definitions.all_parameters().count(), usize::from(from) + 7);
    assert!(r4().parameter(patient, "race").is_none());
}
