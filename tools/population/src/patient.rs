//! Patients.

use crate::calendar::Moment;
use crate::chart::Chart;
use crate::datatype::{refer_to, write_named};
use crate::dice::Dice;
use crate::json::{Decimal, Json};
use crate::person::{Address, Person, address};
use crate::resources::Profile;
use crate::tables::{Culture, Sex, Tables};

const US_CORE: &str = "http://hl7.org/fhir/us/core/StructureDefinition/";
const CENSUS: &str = "urn:oid:2.16.840.1.113883.6.238";
const IDENTIFIERS: &str = "http://terminology.hl7.org/CodeSystem/v2-0203";

/// Writes the Patient.
pub fn write(chart: &mut Chart<'_>) {
    let person = chart.person;
    let place = chart.out.begin("Patient", Profile::UsCore("us-core-patient"));
    let mut dice = Dice::new(place.seed);
    let moved = chart.out.is_changed(&place);
    chart.patient = place;
    let json = &mut chart.out.json;
    json.object("text", |json| {
        let name = person.name();
        json.text("status", "generated");
        json.text("div", &format!(r#"<div xmlns="http://www.w3.org/1999/xhtml">{name}</div>"#));
    });
    json.list("extension", |json| write_extensions(json, person, chart.tables, &mut dice));
    json.list("identifier", |json| write_identifiers(json, person, place.id.as_str(), &mut dice));
    json.raw("active", "true");
    json.list("name", |json| write_names(json, person, &mut dice));
    json.list("telecom", |json| write_contacts(json, person, &mut dice, moved));
    json.text("gender", if person.sex == Sex::Female { "female" } else { "male" });
    json.day("birthDate", person.birth.day());
    if let Some(death) = person.death {
        json.moment("deceasedDateTime", death);
    }
    json.list("address", |json| {
        let new = address(chart.tables, person.home.town, &mut dice);
        if moved {
            json.element(|json| write_address(json, &new, "home", None));
        }
        let period = moved.then_some(person.record_until);
        let usage = if moved { "old" } else { "home" };
        json.element(|json| write_address(json, &person.home, usage, period));
    });
    write_marital_status(json, person, &mut dice);
    if person.birth.0 % 37 == 0 {
        json.number("multipleBirthInteger", 1 + person.birth.0.rem_euclid(2));
    } else {
        json.raw("multipleBirthBoolean", "false");
    }
    json.list("communication", |json| write_languages(json, person));
    json.list("generalPractitioner", |json| {
        json.element(|json| json.facility(&person.care.primary.practitioner));
    });
    refer_to(json, "managingOrganization", &person.care.primary.organization);
    chart.out.end();
}

fn write_extensions(json: &mut Json, person: &Person<'_>, tables: &Tables, dice: &mut Dice) {
    let Culture { race, detail, ethnicity, .. } = person.culture;
    let detail = Some(*detail).filter(|detail| !detail.0.is_empty() && dice.happens(50));
    let hispanic = person.culture.is_hispanic();
    write_census(json, "us-core-race", *race, detail.filter(|_| !hispanic));
    write_census(json, "us-core-ethnicity", *ethnicity, detail.filter(|_| hispanic));
    let value = |json: &mut Json, url: &str, key: &str, value: &str| {
        json.element(|json| {
            json.text("url", url);
            json.text(key, value);
        });
    };
    let mother =
        format!("{} {}", dice.pick(&person.culture.females).latin, dice.pick(&person.culture.families).latin);
    if dice.happens(60) {
        let url = "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName";
        value(json, url, "valueString", &mother);
    }
    let (letter, code) = if person.sex == Sex::Female { ("F", "248152002") } else { ("M", "248153007") };
    value(json, &format!("{US_CORE}us-core-birthsex"), "valueCode", letter);
    if dice.happens(40) {
        value(json, &format!("{US_CORE}us-core-sex"), "valueCode", code);
    }
    if dice.happens(25) {
        json.element(|json| write_gender_identity(json, person.sex));
    }
    let town = dice.pick(&tables.towns);
    if dice.happens(60) {
        json.element(|json| {
            json.text("url", "http://hl7.org/fhir/StructureDefinition/patient-birthPlace");
            json.object("valueAddress", |json| {
                json.text("city", town.city);
                json.text("state", town.state);
                json.text("country", "US");
            });
        });
    }
}

fn write_gender_identity(json: &mut Json, sex: Sex) {
    json.text("url", &format!("{US_CORE}us-core-genderIdentity"));
    let (code, display) = match sex {
        Sex::Female => ("446141000124107", "Identifies as female gender (finding)"),
        Sex::Male => ("446151000124109", "Identifies as male gender (finding)"),
    };
    json.object("valueCodeableConcept", |json| {
        write_named(json, ("http://snomed.info/sct", code, display));
    });
}

fn write_census(json: &mut Json, name: &str, group: (&str, &str), detail: Option<(&str, &str)>) {
    json.element(|json| {
        json.text("url", &format!("{US_CORE}{name}"));
        json.list("extension", |json| {
            let coding = |json: &mut Json, url: &str, (code, display): (&str, &str)| {
                json.element(|json| {
                    json.text("url", url);
                    json.object("valueCoding", |json| {
                        json.text("system", CENSUS);
                        json.text("code", code);
                        json.text("display", display);
                    });
                });
            };
            coding(json, "ombCategory", group);
            if let Some(detail) = detail {
                coding(json, "detailed", detail);
            }
            json.element(|json| {
                json.text("url", "text");
                json.text("valueString", group.1);
            });
        });
    });
}

/// None of the numbers is one that an authority gives: the social security numbers begin with 999.
fn write_identifiers(json: &mut Json, person: &Person<'_>, id: &str, dice: &mut Dice) {
    let typed = |json: &mut Json, kind: (&str, &str), system: &str, value: &str| {
        json.element(|json| {
            json.object("type", |json| write_named(json, (IDENTIFIERS, kind.0, kind.1)));
            json.text("system", system);
            json.text("value", value);
        });
    };
    let record = ("MR", "Medical Record Number");
    typed(json, record, "http://hospital.example.org", id);
    let (first, second) = (dice.below(100), dice.below(10_000));
    if dice.happens(80) {
        let number = format!("999-{first:02}-{second:04}");
        typed(json, ("SS", "Social Security Number"), "http://hl7.org/fhir/sid/us-ssn", &number);
    }
    let grown = person.age(person.record_until) > 17.0;
    if dice.happens(60) && grown {
        let number = format!("S999{:05}", dice.below(100_000));
        let license = ("DL", "Driver's license number");
        typed(json, license, "urn:oid:2.16.840.1.113883.4.3.25", &number);
    }
    if dice.happens(35) && grown {
        let number = format!("X{:08}X", dice.below(100_000_000));
        typed(json, ("PPN", "Passport Number"), "http://hl7.org/fhir/sid/passport-USA", &number);
    }
    let member = person.member_id.to_string();
    typed(json, ("MB", "Member Number"), "https://payer.example.com/member", &member);
}

fn write_names(json: &mut Json, person: &Person<'_>, dice: &mut Dice) {
    json.element(|json| {
        json.text("use", "official");
        json.text("family", person.family.latin);
        json.list("given", |json| {
            json.value(person.given.latin);
            person.middle.iter().for_each(|middle| json.value(middle.latin));
        });
        if let Some(prefix) = person.prefix() {
            json.list("prefix", |json| json.value(prefix));
        }
        if person.sex == Sex::Male && dice.happens(3) {
            json.list("suffix", |json| json.value(if dice.happens(70) { "Jr." } else { "III" }));
        }
    });
    let (family, given) = (person.family.native, person.given.native);
    if !family.is_empty() && !given.is_empty() && dice.happens(70) {
        json.element(|json| {
            json.text("use", "usual");
            let between = if matches!(person.culture.language.0, "zh" | "ja" | "ko") { "" } else { " " };
            let text = match between {
                "" => format!("{family}{given}"),
                _ => format!("{given} {family}"),
            };
            json.text("text", &text);
            json.text("family", family);
            json.list("given", |json| json.value(given));
        });
    }
    if let Some(former) = person.former_family {
        let usage = if person.sex == Sex::Female { "maiden" } else { "old" };
        let until = person.birth.day().plus(dice.between(20 * 365, 24 * 365));
        json.element(|json| {
            json.text("use", usage);
            json.text("family", former.latin);
            json.list("given", |json| json.value(person.given.latin));
            json.object("period", |json| {
                json.day("start", person.birth.day());
                json.day("end", until.min(person.record_until.day()));
            });
        });
    }
}

fn write_contacts(json: &mut Json, person: &Person<'_>, dice: &mut Dice, moved: bool) {
    let old = dice.below(10_000_000);
    let new = dice.below(10_000_000);
    let number = if moved { new } else { old };
    json.element(|json| {
        json.text("system", "phone");
        json.text("value", &format!("555-{:03}-{:04}", number / 10_000, number % 10_000));
        json.text("use", "home");
    });
    if dice.happens(45) {
        json.element(|json| {
            json.text("system", "phone");
            json.text("value", &format!("555-{:03}-{:04}", dice.below(1000), dice.below(10_000)));
            json.text("use", "mobile");
        });
    }
    if dice.happens(40) {
        json.element(|json| {
            json.text("system", "email");
            json.text("value", &format!("user{}@example.com", person.member_id % 1_000_000));
            json.text("use", "home");
        });
    }
}

/// Members of an address, which was left at a moment if one is given.
pub fn write_address(json: &mut Json, home: &Address<'_>, usage: &str, left: Option<Moment>) {
    json.only("extension", |json| {
        json.text("url", "http://hl7.org/fhir/StructureDefinition/geolocation");
        json.list("extension", |json| {
            let position = [
                ("latitude", home.town.latitude + home.off.0),
                ("longitude", home.town.longitude + home.off.1),
            ];
            for (url, digits) in position {
                json.element(|json| {
                    json.text("url", url);
                    json.decimal("valueDecimal", Decimal { digits, places: 3 });
                });
            }
        });
    });
    json.text("use", usage);
    json.list("line", |json| json.value(&home.line));
    json.text("city", home.town.city);
    json.text("state", home.town.state);
    json.text("postalCode", &home.zip);
    json.text("country", "US");
    if let Some(left) = left {
        json.object("period", |json| json.day("end", left.day()));
    }
}

fn write_marital_status(json: &mut Json, person: &Person<'_>, dice: &mut Dice) {
    let age = person.age(person.record_until);
    let (code, display) = match dice.below(100) {
        _ if age < 18.0 => ("S", "Never Married"),
        0..30 if age < 45.0 => ("S", "Never Married"),
        0..22 if age > 68.0 => ("W", "Widowed"),
        30..42 => ("D", "Divorced"),
        _ => ("M", "Married"),
    };
    json.object("maritalStatus", |json| {
        write_named(json, ("http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", code, display));
    });
}

fn write_languages(json: &mut Json, person: &Person<'_>) {
    let language = |json: &mut Json, (code, display): (&str, &str), preferred: &str| {
        json.element(|json| {
            json.object("language", |json| write_named(json, ("urn:ietf:bcp:47", code, display)));
            json.raw("preferred", preferred);
        });
    };
    if person.speaks_english {
        language(json, ("en-US", "English (United States)"), "true");
    } else {
        language(json, person.culture.language, "true");
        if !person.culture.language.0.starts_with("en") {
            language(json, ("en-US", "English (United States)"), "false");
        }
    }
}
