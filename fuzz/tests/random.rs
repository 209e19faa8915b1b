//! Targets over random texts that are nearly right, which plain random bytes never are.

use proptest::prelude::*;
use proptest::sample::Index;

/// A JSON text with white space and escapes in odd places; members may have one name.
fn json() -> impl Strategy<Value = String> {
    let space = "[ \n\t\r]{0,3}";
    let string = prop_oneof![
        "[a-c]{0,3}",
        "[ -!#-\\[\\]-~]{0,40}",
        "[é😀\u{7f}\u{a0}]{0,3}",
        "(a|\\\\[\"\\\\/bfnrt]|\\\\u00[0-9a-fA-F]{2}|\\\\ud83d\\\\ude0[0-9]|\\\\u0061){0,4}",
    ]
    .prop_map(|content| format!("\"{content}\""));
    let number = "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,20})?([eE][-+]?[0-9]{1,3})?";
    let word = prop_oneof![Just("null"), Just("true"), Just("false")].prop_map(str::to_owned);
    let scalar = prop_oneof![string.clone(), number, word];
    let value = scalar.prop_recursive(5, 80, 8, move |inner| {
        let padded =
            (space, inner, space).prop_map(|(before, value, after)| format!("{before}{value}{after}"));
        let member = (space, string.clone(), space, padded.clone())
            .prop_map(|(before, name, after, value)| format!("{before}{name}{after}:{value}"));
        prop_oneof![
            prop::collection::vec(padded, 0..8).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(member, 0..8).prop_map(|members| format!("{{{}}}", members.join(","))),
        ]
    });
    (space, value, space).prop_map(|(before, value, after)| format!("{before}{value}{after}"))
}

/// A resource in XML that most often is right, with prefixes, references, extensions and narratives in it.
fn xml() -> impl Strategy<Value = String> {
    let value = "([a-c]|&(amp|lt|quot|#10|#[34][0-9]|#x[0-9a-e]{3,4});|\t|\r\n|é|😀){0,3}x";
    let space = "[ \n\r\t]{0,2}|<!--[a ]{0,3}-->";
    // An id, a value and an extension: all that a primitive may have.
    let parts = move || {
        let parts = (space, prop::option::of(value), prop::option::of(value), prop::option::of(value));
        parts.prop_map(|(space, id, value, extension)| {
            let id = id.map(|id| format!(" id='{id}'")).unwrap_or_default();
            let value = value.map(|value| format!(" value=\"{value}\"")).unwrap_or_default();
            let extension = extension.map(|inner| {
                format!("{space}<f:extension url='{inner}'><valueCode id='i' value='{inner}'/></f:extension>")
            });
            format!("{id}{value}>{}", extension.unwrap_or_default())
        })
    };
    let primitives = move |name: &'static str, most: usize| {
        let elements = prop::collection::vec(parts(), 0..=most);
        elements
            .prop_map(move |all| all.iter().map(|one| format!("<{name}{one}</{name}>")).collect::<String>())
    };
    let name =
        (primitives("text", 1), primitives("f:family", 1), primitives("given", 4), primitives("prefix", 2));
    let name =
        name.prop_map(|(text, family, given, prefix)| format!("<name>{text}{family}{given}{prefix}</name>"));
    let piece = "a|<b>c</b>|<br/>|<h:i >d</h:i>|&#160;|<!-- e -->|<!\\[CDATA\\[<&\\]\\]>|<p title='&amp;\"'></p>|\r|\n|<b>|&nbsp;";
    let div = prop::collection::vec(piece, 0..5).prop_map(|inner| {
        let namespaces = "xmlns='http://www.w3.org/1999/xhtml' xmlns:h='http://www.w3.org/1999/xhtml'";
        format!("<text><div {namespaces}>{}</div></text>", inner.concat())
    });
    let contained = prop::sample::select(vec!["", "<contained><Basic/></contained>"]);
    let names = prop::collection::vec(name, 0..3);
    (div, contained, names, primitives("birthDate", 1)).prop_map(|(div, contained, names, birth_date)| {
        let namespaces = "xmlns='http://hl7.org/fhir' xmlns:f='http://hl7.org/fhir'";
        let content = format!("{div}{contained}{}{birth_date}", names.concat());
        format!("<?xml version='1.0'?><f:Patient {namespaces}>{content}</f:Patient>")
    })
}

/// A patch of a patient in XML, many of whose operations can be made.
fn xml_patch() -> impl Strategy<Value = String> {
    let step = "(name|given|active|text|\\*|h:div|h:p|h:b|text\\(\\)|@id|@value)(\\[(1|2|@id='n'|@value='A'|\\.='a'|text/@value='T')\\]){0,1}";
    let random = prop::collection::vec(step, 1..4).prop_map(|steps| format!("Patient/{}", steps.join("/")));
    let apt = prop::sample::select(vec![
        "Patient/name[1]",
        "Patient/name[@id='n']/given[2]",
        "Patient/name[text/@value='T']/text/@value",
        "Patient/active",
        "Patient/active/@value",
        "Patient/text/h:div",
        "*/*/h:div/h:p/text()",
        "*/*/h:div/h:p/h:b",
    ]);
    let selector = prop_oneof![random, apt.prop_map(str::to_owned)];
    let content = "|x|<id value='i'/>|<given value='B'/>|<name><text value='N'/></name>|<h:b>c</h:b>|true|&#9;|<active value='false'/>";
    let kind = prop::sample::select(vec![
        "add",
        "add pos='before'",
        "add pos='after'",
        "add pos='prepend'",
        "add type='@id'",
        "replace",
        "remove",
    ]);
    let operation = (kind, selector, content).prop_map(|(kind, selector, content)| {
        let name = kind.split(' ').next().expect("a name");
        let content = if name == "remove" { "" } else { content.as_str() };
        format!("<{kind} sel=\"{selector}\">{content}</{name}>")
    });
    prop::collection::vec(operation, 1..4).prop_map(|operations| {
        format!("<diff xmlns:h='http://www.w3.org/1999/xhtml'>{}</diff>", operations.concat())
    })
}

/// What can happen to a text on its way.
#[derive(Clone, Debug)]
enum Damage {
    Set(Index, u8),
    Insert(Index, u8),
    Remove(Index),
    Truncate(Index),
    /// What stands at the first place comes again at the second.
    Repeat(Index, Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let telling = b"{}[]\",:\\ue-+.0123abfnrt \n\0\x1f\x80\xc3\xed\xf4\xff<>/&;='!?";
    let byte = prop_oneof![prop::sample::select(telling.as_slice()), any::<u8>()];
    prop_oneof![
        (any::<Index>(), byte.clone()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        (any::<Index>(), byte).prop_map(|(at, byte)| Damage::Insert(at, byte)),
        any::<Index>().prop_map(Damage::Remove),
        any::<Index>().prop_map(Damage::Truncate),
        any::<(Index, Index)>().prop_map(|(from, to)| Damage::Repeat(from, to)),
    ]
}

fn damaged(text: String, damages: &[Damage]) -> Vec<u8> {
    let mut bytes = text.into_bytes();
    for damage in damages {
        if bytes.is_empty() {
            break;
        }
        let length = bytes.len();
        match *damage {
            Damage::Set(at, byte) => bytes[at.index(length)] = byte,
            Damage::Insert(at, byte) => bytes.insert(at.index(length + 1), byte),
            Damage::Remove(at) => drop(bytes.remove(at.index(length))),
            Damage::Truncate(at) => bytes.truncate(at.index(length)),
            Damage::Repeat(from, to) => {
                let from = from.index(length);
                let piece = bytes[from..length.min(from + 12)].to_vec();
                let to = to.index(length);
                bytes.splice(to..to, piece);
            }
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn documents(text in json()) {
        fornax_fuzz::document(text.as_bytes());
    }

    #[test]
    fn damaged_documents(text in json(), damages in prop::collection::vec(damage(), 1..4)) {
        fornax_fuzz::document(&damaged(text, &damages));
    }

    #[test]
    fn resources_in_xml(text in xml()) {
        fornax_fuzz::xml(text.as_bytes());
    }

    #[test]
    fn damaged_resources_in_xml(text in xml(), damages in prop::collection::vec(damage(), 1..4)) {
        fornax_fuzz::xml(&damaged(text, &damages));
    }

    #[test]
    fn patches_in_xml(text in xml_patch(), damages in prop::collection::vec(damage(), 0..2)) {
        fornax_fuzz::xml_patch(text.as_bytes());
        fornax_fuzz::xml_patch(&damaged(text, &damages));
    }

    #[test]
    fn edited_documents(steps in prop::collection::vec(any::<(u8, u8)>(), 0..6), text in json()) {
        let mut bytes = vec![steps.len() as u8];
        bytes.extend(steps.iter().flat_map(|&(kind, node)| [kind, node]));
        bytes.extend(text.bytes());
        fornax_fuzz::edits(&bytes);
    }

    #[test]
    fn decimals(text in "-?(0|[1-9][0-9]{0,38})(\\.[0-9]{0,10})?([eE][-+]?[0-9]{1,5})?(,-?[0-9]{1,5}(\\.[0-9]{1,9})?)?") {
        fornax_fuzz::decimal(text.as_bytes());
    }

    #[test]
    fn dates(text in "[0-9]{4}(-[01][0-9](-[0-3][0-9](T[0-2][0-9]:[0-6][0-9](:[0-6][0-9](\\.[0-9]{1,9})?)?(Z|[-+][01][0-9]:[0-6][0-9])?)?)?)?") {
        fornax_fuzz::date(text.as_bytes());
        for index in 0..20 {
            fornax_fuzz::primitive(&[&[index], text.as_bytes()].concat());
        }
    }

    #[test]
    fn primitives(index in any::<u8>(), text in prop_oneof![
        "[a-zA-Z0-9 .=/+\\-]{0,70}", "<div>(<p>|</p>|<br/>|a|&amp;|<!--|-->| |<img a='b'/>){0,6}</div>",
        "urn:(oid:[0-9.]{0,9}|uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})", ".{0,20}",
    ]) {
        fornax_fuzz::primitive(&[&[index], text.as_bytes()].concat());
    }
}
