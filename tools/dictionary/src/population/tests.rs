use super::*;

#[test]
fn the_same_seed_makes_the_same_resources() {
    let make = |seed| resources(seed, 1 << 20).unwrap();
    assert_eq!(make(1), make(1));
    assert_ne!(make(1), make(2));
}

#[test]
fn every_template_has_its_share() {
    let all = resources(1, 1 << 20).unwrap();
    for (name, text, _) in SAMPLES {
        let kind = text.split("\"resourceType\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let begin = format!("{{\"resourceType\":\"{kind}\"");
        assert!(all.iter().any(|resource| resource.starts_with(&begin)), "{name}");
    }
}

#[test]
fn no_gap_is_left_open() {
    let all = resources(1, 1 << 20).unwrap();
    assert!(all.iter().all(|resource| !resource.contains("$(") && !resource.contains('\n')));
}
