use super::*;

fn fill(text: &str) -> Result<String, ToolError> {
    Template::parse(text)?.fill(&Table::all().unwrap(), &mut Dice::new(1))
}

#[test]
fn gaps_are_filled() {
    for (text, expected) in [
        (r#"{ "a" : "b  c \" d" , "e" : 1 }"#, r#"{"a":"b  c \" d","e":1}"#),
        (r#"$(let a = pick x y) ["$(a)", "$(a)"]"#, r#"["x y","x y"]"#),
        ("[$(int 5 5), $(dec 1.5 1.5 2)]", "[5,1.50]"),
        ("[$(repeat 3 3) 1 $(end)]", "[1,1,1]"),
        ("[$(repeat 0 0) 1 $(end)]", "[]"),
        ("$(some 100) 1 $(end) $(some 0) 2 $(end)", "1"),
        ("$(either) 1 $(or) 1 $(end)", "1"),
        ("$(either) $(some 100) $(either) 1 $(or) 1 $(end) $(end) $(end)", "1"),
    ] {
        assert_eq!(fill(text).unwrap(), expected, "{text}");
    }
}

#[test]
fn columns_of_one_row_belong_together() {
    let filled = fill("$(let v = row vitals) $(v.code) $(v.ucum) $(dec v.low v.high v.places)").unwrap();
    let table = &Table::all().unwrap()["vitals"];
    assert!(table.rows().iter().any(|row| filled.starts_with(&format!("{}{}", row[0], row[3]))), "{filled}");
}

#[test]
fn what_is_no_template() {
    for text in [
        "$(",
        "$(end)",
        "$(or)",
        "$(some 5) 1",
        "$(either) 1",
        "$(either) 1 $(or)",
        "$(some x) $(end)",
        "$(row vitals)",
        "$(row nothing)",
        "$(nothing)",
        "$(time)",
        "$(let v = row vitals) $(v)",
        "$(let v = row vitals) $(v.nothing)",
        "$(int a b)",
        "$(date t 1)",
        "$(what is this)",
    ] {
        assert!(fill(text).is_err(), "{text}");
    }
}

#[test]
fn base64_of_rfc_4648() {
    for (plain, expected) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
    {
        assert_eq!(base64(plain.as_bytes()), expected);
    }
}
