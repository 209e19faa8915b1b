//! Observations: what all kinds of them have in common.

use crate::calendar::Moment;
use crate::chart::{Chart, Stay};
use crate::concept::Naming;
use crate::datatype::{coded, coded_element, refer};
use crate::dice::Dice;
use crate::encounter::within;
use crate::json::{Json, Place};
use crate::resources::Profile;

/// What an Observation says of itself before its value.
pub struct Heading<'a> {
    pub(crate) profile: &'static str,
    pub(crate) category: Category,
    /// The CodeableConcept.
    pub(crate) code: &'a str,
    pub(crate) at: Moment,
}

/// Categories of Observations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// Vital signs.
    VitalSigns,
    /// Laboratory.
    Laboratory,
    /// Answers.
    Survey,
    /// Answers about how people live.
    SocialSurvey,
    /// How people live.
    SocialHistory,
    /// What a physician sees.
    Exam,
}

/// An Observation that was begun.
pub struct Begun {
    pub(crate) place: Place,
    pub(crate) dice: Dice,
    /// Whether the value is to be a corrected one.
    pub(crate) corrected: bool,
}

const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/observation-category";

impl Category {
    fn write(self, json: &mut Json, naming: Naming) {
        let (code, display) = match self {
            Self::VitalSigns => ("vital-signs", "Vital Signs"),
            Self::Laboratory => ("laboratory", "Laboratory"),
            Self::Survey | Self::SocialSurvey => ("survey", "Survey"),
            Self::SocialHistory => ("social-history", "Social History"),
            Self::Exam => ("exam", "Exam"),
        };
        let display = if naming == Naming::Full { display } else { code };
        json.list("category", |json| {
            coded_element(json, (CATEGORY, code, display));
            if self == Self::SocialSurvey {
                let system = "http://hl7.org/fhir/us/core/CodeSystem/us-core-category";
                coded_element(json, (system, "sdoh", "SDOH"));
            }
        });
    }
}

/// Begins an Observation, up to its value. One that is written as it is after a change is final if it was preliminary, and
/// amended with a corrected value if it was final.
pub fn begin(chart: &mut Chart<'_>, stay: &Stay<'_>, heading: &Heading<'_>) -> Begun {
    let place = chart.out.begin("Observation", Profile::UsCore(heading.profile));
    let mut dice = Dice::new(place.seed);
    let preliminary = dice.happens(3);
    let changed = chart.out.is_changed(&place);
    let json = &mut chart.out.json;
    let status = match (preliminary, changed) {
        (true, false) => "preliminary",
        (false, true) => "amended",
        _ => "final",
    };
    json.text("status", status);
    heading.category.write(json, chart.person.naming);
    json.raw("code", heading.code);
    refer(json, "subject", &chart.patient);
    within(json, stay);
    json.moment("effectiveDateTime", heading.at);
    json.instant("issued", heading.at, dice.below(1000) as u16);
    Begun { place, dice, corrected: changed && !preliminary }
}

/// `"dataAbsentReason":{...}`
pub fn write_absent(json: &mut Json) {
    let system = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
    coded(json, "dataAbsentReason", (system, "not-performed", "Not Performed"));
}
