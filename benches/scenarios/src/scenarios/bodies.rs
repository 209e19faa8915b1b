//! Resources to write, linked to others.

/// A resource type, and a body of it in which `"@Type"` stands for a reference to a resource of that type.
type Body = (&'static str, &'static str);

macro_rules! bodies {
    ($($resource_type:literal)*) => {
        [$(($resource_type, include_str!(concat!("../../bodies/", $resource_type, ".json")))),*]
    };
}

/// Those of the scenario `crud`, in an order in which each comes after what it refers to.
pub const LINKED: [Body; 9] = bodies![
    "Patient" "Location" "Organization" "Practitioner" "Encounter" "Observation" "MedicationRequest" "Claim"
    "ExplanationOfBenefit"
];

const CONDITION: [Body; 1] = bodies!["Condition"];

/// The field that an update changes, in its two states.
const FIELD: [&str; 2] = [r#""language":"en""#, r#""language":"fr""#];

/// The body of a type, from this module.
pub fn body(resource_type: &str) -> Option<&'static str> {
    let mut bodies = LINKED.into_iter().chain(CONDITION);
    bodies.find(|(name, _)| *name == resource_type).map(|(_, body)| body)
}

/// JSON without the space that is there for people, as programs send it.
pub fn compact(json: &str) -> String {
    let (mut is_text, mut is_escaped) = (false, false);
    let kept = json.chars().filter(|letter| {
        let is_quote = *letter == '"' && !is_escaped;
        is_escaped = *letter == '\\' && is_text && !is_escaped;
        is_text ^= is_quote;
        is_text || !letter.is_ascii_whitespace()
    });
    kept.collect()
}

/// A compact body with references, as `Type/id`, each in the places of its type. `None`, when one is missing.
pub fn linked<'a>(body: &str, places: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut filled = compact(body);
    for place in places {
        let (resource_type, _) = place.split_once('/')?;
        filled = filled.replace(&format!("\"@{resource_type}\""), &format!("\"{place}\""));
    }
    (!filled.contains("\"@")).then_some(filled)
}

/// The same resource with an id.
pub fn with_id(body: &str, id: &str) -> String {
    body.replacen('{', &format!("{{\"id\":\"{id}\","), 1)
}

/// The same resource with one field changed; changed again it is as before.
pub fn changed(body: &str) -> String {
    let [one, other] = FIELD;
    if body.contains(one) { body.replacen(one, other, 1) } else { body.replacen(other, one, 1) }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn space_goes_but_not_from_texts() {
        for (json, expected) in [
            ("{ \"a b\": [1,\n 2] }\n", r#"{"a b":[1,2]}"#),
            (r#"{"a": "\\", "b": "\" c"}"#, r#"{"a":"\\","b":"\" c"}"#),
        ] {
            assert_eq!(compact(json), expected);
        }
    }

    #[test]
    fn bodies_refer_to_what_comes_before_them_and_one_field_can_change() {
        let mut places: Vec<String> = Vec::new();
        for (resource_type, body) in LINKED.into_iter().chain(CONDITION) {
            let body = linked(body, places.iter().map(String::as_str)).expect(resource_type);
            let before: Value = serde_json::from_str(&body).expect(resource_type);
            assert_eq!(before["resourceType"], resource_type);
            let mut after: Value =
                serde_json::from_str(&with_id(&changed(&body), "i7")).expect(resource_type);
            assert_eq!(changed(&changed(&body)), body);
            assert_eq!(after["id"], "i7");
            assert_eq!((&before["language"], &after["language"]), (&"en".into(), &"fr".into()));
            after["language"] = "en".into();
            after.as_object_mut().expect("an object").remove("id");
            assert_eq!(before, after);
            places.push(format!("{resource_type}/1"));
        }
        assert_eq!(linked(LINKED[4].1, ["Patient/1"]), None, "a reference is missing");
    }
}
