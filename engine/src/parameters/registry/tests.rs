use fornax_definitions::{Readiness, r4};
use fornax_index::Indexer;

use super::{ParameterDefinition, Reason, Registry, Row, Survey};

fn definition(url: &str, code: &str, base: &[&str], expression: &str) -> ParameterDefinition {
    ParameterDefinition {
        url: url.to_owned(),
        code: code.to_owned(),
        kind: "token".to_owned(),
        expression: expression.to_owned(),
        base: base.iter().map(|name| (*name).to_owned()).collect(),
        targets: Vec::new(),
        components: Vec::new(),
        comparators: Vec::new(),
        modifiers: Vec::new(),
        chains: Vec::new(),
        multiple_or: None,
        multiple_and: None,
    }
}

/// The resources, the last written first.
fn survey(definitions: &[ParameterDefinition]) -> Survey {
    let read = definitions.iter().map(|one| (one.url.clone(), Ok(one.clone())));
    Survey::of(read, &Indexer::new(r4()), 3)
}

fn numbers(rows: &[Row]) -> Vec<u16> {
    rows.iter().map(|row| row.number - r4().added_from().number()).collect()
}

fn waiting(registry: &Registry) -> Vec<u16> {
    numbers(&registry.waiting().cloned().collect::<Vec<_>>())
}

#[test]
fn another_definition_has_another_number_and_the_one_before_serves_until_then() {
    let mut registry = Registry::default().of(r4());
    let (race, tribe) = (
        definition("r", "race", &["Patient"], "Patient.id"),
        definition("t", "tribe", &["Group"], "Group.id"),
    );
    registry.want(survey(&[race.clone(), tribe.clone()]), r4());
    assert_eq!((waiting(&registry), registry.in_force.len()), (vec![0, 1], 0));
    let built = registry.wanted.clone();
    registry.complete(&built);
    assert_eq!((waiting(&registry), numbers(&registry.in_force)), (vec![], vec![0, 1]));

    // Changed: the old one serves, and the new one waits.
    let changed = ParameterDefinition { expression: "Patient.gender".to_owned(), ..race.clone() };
    registry.want(survey(&[changed.clone(), tribe.clone()]), r4());
    assert_eq!((waiting(&registry), numbers(&registry.in_force)), (vec![2], vec![0, 1]));
    let parameters = r4().with_parameters(registry.parameters(r4()));
    let patient = r4().type_named("Patient").unwrap().id;
    let found = parameters.parameter(patient, "race").unwrap();
    assert_eq!((found.id.number(), found.readiness), (registry.in_force[0].number, Readiness::Ready));
    let built = registry.wanted.clone();
    registry.complete(&built);
    assert_eq!((waiting(&registry), numbers(&registry.in_force)), (vec![], vec![2, 1]));

    // Taken away: at once. Back again: not what the index has.
    registry.want(survey(std::slice::from_ref(&tribe)), r4());
    assert_eq!((waiting(&registry), numbers(&registry.in_force)), (vec![], vec![1]));
    registry.want(survey(&[changed, tribe]), r4());
    assert_eq!((waiting(&registry), numbers(&registry.in_force)), (vec![3], vec![1]));
}

#[test]
fn what_comes_while_the_index_is_built_waits_for_the_next_one() {
    let mut registry = Registry::default().of(r4());
    let (race, tribe) = (
        definition("r", "race", &["Patient"], "Patient.id"),
        definition("t", "tribe", &["Group"], "Group.id"),
    );
    registry.want(survey(std::slice::from_ref(&race)), r4());
    let built = registry.wanted.clone();
    registry.want(survey(&[tribe.clone(), race]), r4());
    registry.complete(&built);
    assert_eq!((waiting(&registry), numbers(&registry.in_force)), (vec![1], vec![0]));
    registry.want(survey(&[tribe]), r4());
    assert_eq!((waiting(&registry), numbers(&registry.in_force)), (vec![1], vec![]));
}

#[test]
fn what_is_said_beside_the_selection_needs_no_new_number() {
    let mut registry = Registry::default().of(r4());
    let race = definition("r", "race", &["Patient", "Person"], "id");
    registry.want(survey(std::slice::from_ref(&race)), r4());
    let built = registry.wanted.clone();
    registry.complete(&built);
    let less = ParameterDefinition {
        url: "other".to_owned(),
        base: vec!["Person".to_owned()],
        multiple_or: Some(true),
        ..race.clone()
    };
    registry.want(survey(&[less]), r4());
    assert_eq!((waiting(&registry), numbers(&registry.in_force)), (vec![], vec![0]));
    assert_eq!(registry.in_force[0].definition.base, ["Person"]);
    registry.want(survey(&[race]), r4());
    assert_eq!(waiting(&registry), [1], "Patient was not indexed meanwhile");
}

#[test]
fn of_several_of_one_code_the_last_written_counts() {
    let (one, two) =
        (definition("1", "race", &["Patient", "Person"], "id"), definition("2", "race", &["Patient"], "id"));
    let both = survey(&[two.clone(), one.clone()]);
    assert_eq!(both.definitions.iter().map(|one| one.base.len()).collect::<Vec<_>>(), [1, 1]);
    let both = survey(&[one.clone(), two.clone()]);
    assert_eq!((both.definitions.len(), &both.refused[..]), (1, &[("2".to_owned(), Reason::Overridden)][..]));
    let many = survey(&[
        one,
        definition("3", "a", &["Group"], "id"),
        definition("4", "b", &["Group"], "id"),
        definition("5", "c", &["Group"], "id"),
    ]);
    assert_eq!((many.definitions.len(), &many.refused[..]), (3, &[("5".to_owned(), Reason::TooMany)][..]));
}

#[test]
fn a_composite_goes_by_what_its_components_are() {
    let mut registry = Registry::default().of(r4());
    let code = "http://hl7.org/fhir/SearchParameter/clinical-code";
    let composite = |urls: &[&str]| ParameterDefinition {
        kind: "composite".to_owned(),
        components: urls.iter().map(|url| ((*url).to_owned(), "code".to_owned())).collect(),
        ..definition("c", "both", &["Observation"], "Observation")
    };
    let own = definition("own", "own", &["Observation"], "Observation.code");
    registry.want(survey(&[composite(&[code, "own"]), own.clone()]), r4());
    let row = registry.wanted.iter().find(|row| row.definition.code == "both").unwrap();
    let released = r4().parameter_at(code).unwrap().id.number();
    assert_eq!(row.components, [released, r4().added_from().number()]);

    let refused = registry.want(survey(&[composite(&[code, "nobody"]), own.clone()]), r4());
    assert_eq!(refused, [("c".to_owned(), Reason::Component)]);
    let refused = registry.want(survey(&[composite(&[]), own]), r4());
    assert_eq!(refused, [("c".to_owned(), Reason::Component)]);
}

#[test]
fn numbers_of_another_release_are_not_taken_for_ones_own() {
    let mut registry = Registry::default().of(r4());
    registry.want(survey(&[definition("r", "race", &["Patient"], "Patient.id")]), r4());
    registry.generation = 7;
    let other = Registry { fingerprint: 1, ..registry.clone() }.of(r4());
    assert!(other.wanted.is_empty() && other.in_force.is_empty());
    assert_eq!((other.fingerprint, other.generation), (r4().fingerprint(), 7));
    assert_eq!(registry.clone().of(r4()), registry);
}
