use super::*;
use crate::http::operations::{Definition, Input, Level};

const OPERATION: Operation = Operation {
    name: "test",
    route: "…/$test",
    levels: &[Level::System],
    types: &[],
    definition: Definition::Own,
    searches: false,
    get: Some(crate::http::operations::versions::answer),
    post: None,
    inputs: &[
        Input { name: "one", kind: "string", min: 1, max: "1", documentation: "" },
        Input { name: "many", kind: "string", min: 0, max: "*", documentation: "" },
    ],
};

/// What a body gives, or where it is refused.
fn check(body: &str, handling: Handling, expected: Result<&[&str], &str>) {
    let mut inputs = Inputs::default();
    let outcome = inputs.read(body.as_bytes().to_vec()).and_then(|()| inputs.check(&OPERATION, handling));
    let found =
        outcome.map(|()| ["one", "many"].iter().flat_map(|name| inputs.texts(name)).collect::<Vec<_>>());
    match (found, expected) {
        (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{body}"),
        (Err(refusal), Err(part)) => {
            let text = refusal.issues[0].diagnostics.clone();
            assert!(refusal.status == 400 && text.contains(part), "{body}: {text}");
        }
        (found, _) => panic!("{body}: {found:?}"),
    }
}

fn parameters(list: &str) -> String {
    format!(r#"{{"resourceType":"Parameters","parameter":[{list}]}}"#)
}

#[test]
fn parameters_are_read() {
    let lenient = |list: &str, expected| check(&parameters(list), Handling::Lenient, expected);
    lenient(r#"{"name":"one","valueString":"a"}"#, Ok(&["a"]));
    lenient(r#"{"name":"one","valueBoolean":true}"#, Ok(&["true"]));
    lenient(r#"{"name":"one","valueDecimal":1.50},{"name":"more","valueCode":"x"}"#, Ok(&["1.50"]));
    lenient(
        r#"{"name":"many","valueCode":"b"},{"name":"one","valueId":"a"},{"name":"many","valueCode":"c"}"#,
        Ok(&["a", "b", "c"]),
    );
    lenient(r#"{"name":"one","resource":{"resourceType":"Patient"}}"#, Ok(&[]));
    lenient(r#"{"name":"one"}"#, Err("Parameters.parameter[0]"));
    lenient(r#"{"name":"one","valueString":"a"},{"valueString":"b"}"#, Err("parameter[1]"));
    lenient(r#"{"name":"one","valueString":"a"},{"name":"one","valueString":"b"}"#, Err("more than once"));
    lenient("", Err("$test needs one"));
    check(r#"{"resourceType":"Patient"}"#, Handling::Lenient, Err("Parameters"));
    check("{", Handling::Lenient, Err("JSON"));
    let more = parameters(r#"{"name":"one","valueString":"a"},{"name":"more","valueString":"b"}"#);
    check(&more, Handling::Strict, Err("$test takes one, many"));
}

#[test]
fn a_flag_is_true_or_false() {
    let flag =
        |text| Inputs::of_texts(&[("one", text)]).flag("one").map_err(|refusal| refusal.status.as_u16());
    assert_eq!(flag("true"), Ok(true));
    assert_eq!(flag("false"), Ok(false));
    assert_eq!(flag("yes"), Err(400));
    assert_eq!(Inputs::default().flag("one").map_err(|_| ()), Ok(false));
}
