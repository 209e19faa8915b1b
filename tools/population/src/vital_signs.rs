//! Vital signs.

use crate::calendar::Moment;
use crate::chart::{Chart, Stay};
use crate::concept::{Naming, system};
use crate::datatype::{quantity, refer_all};
use crate::dice::Dice;
use crate::json::{Decimal, Json, Place};
use crate::observation::{Begun, Category, Heading, begin, write_absent};
use crate::tables::Sign;
use crate::visits::VisitKind;

const HEIGHT: &str = "8302-2";
const WEIGHT: &str = "29463-7";
const BMI: &str = "39156-5";
const HEART: &str = "8867-4";
const BREATH: &str = "9279-1";
const TEMPERATURE: &str = "8310-5";
const ORAL: &str = "8331-1";
const OXYGEN: &str = "2708-6";
const PAIN: &str = "72514-3";

/// Measures what is measured at such a visit.
pub fn write(chart: &mut Chart<'_>, stay: &Stay<'_>) {
    let at = Chart::during(stay.visit, 5);
    let age = chart.person.age(at);
    let ill = matches!(stay.visit.kind, VisitKind::Symptom | VisitKind::Emergency | VisitKind::Inpatient);
    let all = matches!(stay.visit.kind, VisitKind::Wellness | VisitKind::Child | VisitKind::Inpatient);
    let mut codes: Vec<&str> = Vec::new();
    if all || chart.dice.happens(45) {
        codes.extend([HEIGHT, WEIGHT]);
        codes.extend((age >= 2.0).then_some(BMI));
    }
    if age < 3.0 && stay.visit.kind == VisitKind::Child {
        codes.extend(["9843-4", "8289-1", "77606-2"]);
    }
    if (2.0..20.0).contains(&age) && stay.visit.kind == VisitKind::Child {
        codes.push("59576-9");
    }
    if all || ill || chart.dice.happens(60) {
        codes.push(HEART);
        codes.extend(chart.dice.happens(70).then_some(BREATH));
    }
    if ill || chart.dice.happens(25) {
        codes.push(if chart.dice.happens(70) { TEMPERATURE } else { ORAL });
    }
    if (ill && chart.dice.happens(50)) || stay.visit.kind == VisitKind::Inpatient {
        codes.push(OXYGEN);
    }
    if chart.dice.happens(if ill { 60 } else { 30 }) && age > 4.0 {
        codes.push(PAIN);
    }
    let mut members = Vec::new();
    for code in codes {
        let tables = chart.tables;
        if let Some(sign) = tables.signs.iter().find(|sign| sign.concept.code == code) {
            members.push(write_sign(chart, stay, sign, at));
        }
    }
    if age >= 3.0 {
        members.push(write_pressure(chart, stay, at));
    }
    if stay.visit.kind == VisitKind::Inpatient && chart.dice.happens(70) {
        write_panel(chart, stay, &members, at);
    }
}

/// The value of a sign, with what a measurement adds.
fn value(chart: &Chart<'_>, code: &str, at: Moment, dice: &mut Dice) -> f64 {
    let health = chart.health;
    let height = health.height(at);
    let noise = dice.deviation();
    let age = chart.person.age(at);
    let percentile = |noise: f64| (50.0 + 27.0 * health.heaviness() + 4.0 * noise).clamp(1.0, 99.0);
    match code {
        HEIGHT => height + 0.3 * noise,
        WEIGHT => (health.bmi(at) + 0.3 * noise) * height * height / 10_000.0,
        BMI => health.bmi(at) + 0.3 * noise,
        HEART => (if age < 12.0 { 118.0 - 3.5 * age } else { 74.0 } + 9.0 * noise).clamp(42.0, 190.0),
        BREATH => (if age < 6.0 { 30.0 - 2.0 * age } else { 15.5 } + 1.8 * noise).clamp(9.0, 60.0),
        TEMPERATURE | ORAL => {
            (36.9 + 0.4 * noise + if dice.happens(25) { 1.1 } else { 0.0 }).clamp(35.4, 41.0)
        }
        OXYGEN => (97.3 + 1.2 * noise).clamp(84.0, 100.0),
        PAIN => (2.0 + 2.2 * noise).clamp(0.0, 10.0),
        "9843-4" => 35.0 + 13.0 * (age / (age + 0.6)) + 0.5 * noise,
        _ => percentile(noise),
    }
}

fn write_sign(chart: &mut Chart<'_>, stay: &Stay<'_>, sign: &Sign, at: Moment) -> Place {
    let code = if sign.concept.code == OXYGEN { OXYGEN_JSON } else { sign.concept.json(chart.person.naming) };
    let heading = Heading { profile: sign.profile, category: Category::VitalSigns, code, at };
    let mut begun = begin(chart, stay, &heading);
    let mut number = value(chart, sign.concept.code, at, &mut begun.dice);
    let percent_missing = if sign.profile == "us-core-bmi" || sign.concept.code == PAIN { 2 } else { 1 };
    let missing = begun.dice.happens(percent_missing) && !begun.corrected;
    if begun.corrected {
        number *= 1.02;
    }
    let json = &mut chart.out.json;
    if missing {
        write_absent(json);
    } else {
        let limit = if sign.ucum == "%" { 100.0 } else { f64::MAX };
        let number = Decimal::nearest(number.min(limit), sign.places);
        quantity(json, "valueQuantity", number, (sign.unit, sign.ucum));
    }
    if sign.concept.code == OXYGEN && begun.dice.happens(35) {
        write_oxygen_given(json, &mut begun);
    }
    chart.out.end();
    begun.place
}

/// Both codes that the profile of pulse oximetry asks for.
const OXYGEN_JSON: &str = r#"{"coding":[{"system":"http://loinc.org","code":"59408-5","display":"Oxygen saturation in Arterial blood by Pulse oximetry"},{"system":"http://loinc.org","code":"2708-6","display":"Oxygen saturation in Arterial blood"}],"text":"Oxygen saturation in Arterial blood by Pulse oximetry"}"#;

fn write_code(json: &mut Json, code: &str, display: &str) {
    json.object("code", |json| crate::datatype::write_named(json, (system::LOINC, code, display)));
}

fn write_oxygen_given(json: &mut Json, begun: &mut Begun) {
    let flow = Decimal { digits: begun.dice.between(1, 6), places: 0 };
    let share = Decimal { digits: begun.dice.between(24, 44), places: 0 };
    let missing = begun.dice.happens(20);
    json.list("component", |json| {
        json.element(|json| {
            write_code(json, "3151-8", "Inhaled oxygen flow rate");
            if missing {
                write_absent(json);
            } else {
                quantity(json, "valueQuantity", flow, ("L/min", "L/min"));
            }
        });
        json.element(|json| {
            write_code(json, "3150-6", "Inhaled oxygen concentration");
            if missing { write_absent(json) } else { quantity(json, "valueQuantity", share, ("%", "%")) }
        });
    });
}

const PRESSURE_JSON: &str = r#"{"coding":[{"system":"http://loinc.org","code":"85354-9","display":"Blood pressure panel with all children optional"}],"text":"Blood pressure panel with all children optional"}"#;
const PRESSURE_SHORT_JSON: &str = r#"{"coding":[{"system":"http://loinc.org","code":"85354-9","display":"Blood Pressure"}],"text":"Blood Pressure"}"#;

fn write_pressure(chart: &mut Chart<'_>, stay: &Stay<'_>, at: Moment) -> Place {
    let naming = chart.person.naming;
    let code = if naming == Naming::Full { PRESSURE_JSON } else { PRESSURE_SHORT_JSON };
    let heading = Heading { profile: "us-core-blood-pressure", category: Category::VitalSigns, code, at };
    let Begun { place, mut dice, corrected } = begin(chart, stay, &heading);
    let systolic = (chart.health.systolic(at) + 6.0 * dice.deviation()).clamp(70.0, 215.0);
    let diastolic = (systolic * 0.62 + 3.0 + 4.0 * dice.deviation()).clamp(40.0, systolic - 15.0);
    let systolic = systolic + if corrected { -4.0 } else { 0.0 };
    let missing = dice.happens(2);
    let json = &mut chart.out.json;
    let (low, high) = match naming {
        Naming::Full => ("Diastolic blood pressure", "Systolic blood pressure"),
        Naming::Short => ("Diastolic Blood Pressure", "Systolic Blood Pressure"),
    };
    if missing {
        write_absent(json);
    }
    json.list("component", |json| {
        for (code, display, number) in [("8462-4", low, diastolic), ("8480-6", high, systolic)] {
            json.element(|json| {
                write_code(json, code, display);
                if missing {
                    write_absent(json);
                } else {
                    quantity(json, "valueQuantity", Decimal::nearest(number, 0), ("mm[Hg]", "mm[Hg]"));
                }
            });
        }
    });
    chart.out.end();
    place
}

const PANEL_JSON: &str = r#"{"coding":[{"system":"http://loinc.org","code":"85353-1","display":"Vital signs, weight, height, head circumference, oxygen saturation and BMI panel"}],"text":"Vital signs Panel"}"#;

fn write_panel(chart: &mut Chart<'_>, stay: &Stay<'_>, members: &[Place], at: Moment) {
    let heading =
        Heading { profile: "us-core-vital-signs", category: Category::VitalSigns, code: PANEL_JSON, at };
    begin(chart, stay, &heading);
    refer_all(&mut chart.out.json, "hasMember", members);
    chart.out.end();
}
