//! What goes on in a body: traits that last a lifetime, with a trend, and the problems that come of them.

use crate::calendar::{Day, Moment};
use crate::dice::Dice;
use crate::person::Person;
use crate::tables::{Course, HealthProblem, Sex, Tables};

/// A lasting health problem.
pub struct Lasting<'a> {
    pub(crate) problem: &'a HealthProblem,
    pub(crate) onset: Day,
}

/// How somebody smokes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Smoking {
    /// Never did.
    Never,
    /// No longer does.
    Former,
    /// Every day.
    Daily,
    /// Some days.
    SomeDays,
}

/// A body.
pub struct Health<'a> {
    birth: Moment,
    sex: Sex,
    /// The seed of what differs from lab to lab but not from year to year.
    pub(crate) seed: u64,
    height_cm: f64,
    /// How much heavier than others of the age, as a factor.
    weight: f64,
    bmi_a_year: f64,
    systolic: f64,
    glucose: f64,
    lipids: f64,
    kidneys: f64,
    /// From 0, hardly ever ill, to 1.
    pub(crate) frailty: f64,
    /// From 0 to 1.
    pub(crate) sadness: f64,
    pub(crate) smoking: Smoking,
    pub(crate) lasting: Vec<Lasting<'a>>,
}

/// Share of the final height and usual body mass index at ages.
const GROWTH: [(f64, f64, f64); 11] = [
    (0.0, 0.29, 13.4),
    (0.5, 0.385, 17.0),
    (1.0, 0.43, 16.9),
    (2.0, 0.50, 16.4),
    (4.0, 0.59, 15.6),
    (6.0, 0.67, 15.4),
    (8.0, 0.74, 15.9),
    (10.0, 0.80, 16.8),
    (13.0, 0.90, 18.6),
    (16.0, 0.98, 20.7),
    (18.0, 1.0, 22.0),
];

/// Height share and body mass index at an age, between the rows of the table.
fn growth(age: f64) -> (f64, f64) {
    let above = GROWTH.iter().position(|row| row.0 > age);
    let Some(above) = above.filter(|above| *above > 0) else {
        let row = if age <= 0.0 { GROWTH[0] } else { GROWTH[GROWTH.len() - 1] };
        return (row.1, row.2);
    };
    let (low, high) = (GROWTH[above - 1], GROWTH[above]);
    let share = (age - low.0) / (high.0 - low.0);
    (low.1 + share * (high.1 - low.1), low.2 + share * (high.2 - low.2))
}

impl<'a> Health<'a> {
    /// Makes up a body, and its lasting problems up to the end of the record.
    pub fn of(person: &Person<'_>, tables: &'a Tables, dice: &mut Dice) -> Self {
        let (height, spread) = if person.sex == Sex::Female { (162.5, 6.6) } else { (176.0, 7.2) };
        let heavy = dice.deviation();
        let mut health = Self {
            birth: person.birth,
            sex: person.sex,
            seed: dice.bits(),
            height_cm: height + spread * dice.deviation(),
            weight: (1.09 + 0.17 * heavy + if heavy > 1.0 { 0.12 * (heavy - 1.0) } else { 0.0 }).max(0.78),
            bmi_a_year: 0.11 + 0.06 * dice.deviation(),
            systolic: 8.0 * dice.deviation(),
            glucose: dice.deviation() + 0.5 * heavy,
            lipids: dice.deviation() + 0.3 * heavy,
            kidneys: dice.deviation(),
            frailty: dice.fraction() * dice.fraction(),
            sadness: dice.fraction(),
            smoking: Smoking::Never,
            lasting: Vec::new(),
        };
        if person.age(person.record_until) >= 18.0 {
            health.smoking = match dice.below(100) {
                0..58 => Smoking::Never,
                58..83 => Smoking::Former,
                83..95 => Smoking::Daily,
                _ => Smoking::SomeDays,
            };
        }
        health.fall_ill(person, tables, dice);
        health
    }

    fn fall_ill(&mut self, person: &Person<'_>, tables: &'a Tables, dice: &mut Dice) {
        let age = person.years(person.record_until);
        for problem in &tables.problems {
            let chance = match problem.course {
                Course::Chronic | Course::Cancer | Course::History => problem.rate(person.sex, age),
                Course::Diabetic if self.has("44054006") => problem.rate(person.sex, age) * 2,
                Course::Weight => u64::from(self.is_so_heavy(problem, person)) * 900,
                _ => 0,
            };
            // Chance is asked in any case: one problem more must not change those that follow.
            let ill = dice.per_mille((chance as f64 * self.inclination(problem)) as u64);
            let since = dice.fraction();
            if ill && !self.excludes(problem) {
                let lowest = problem.ages.0.max(0) as f64;
                let years =
                    lowest + (person.age(person.record_until) - lowest).max(0.0) * (1.0 - since * since);
                let onset = person.birth.plus_minutes((years * 525_960.0) as i64).min(person.record_until);
                self.lasting.push(Lasting { problem, onset: onset.day() });
            }
        }
    }

    fn is_so_heavy(&self, problem: &HealthProblem, person: &Person<'_>) -> bool {
        let bmi = self.bmi(person.record_until);
        if problem.concept.code == "408512008" { bmi >= 40.0 } else { (30.0..40.0).contains(&bmi) }
    }

    /// How much more often than others somebody with these traits gets a problem.
    fn inclination(&self, problem: &HealthProblem) -> f64 {
        let by = |deviation: f64| (1.0 + 0.6 * deviation).clamp(0.2, 2.5);
        match problem.concept.code {
            "44054006" | "714628002" | "15777000" => by(self.glucose),
            "59621000" | "38341003" => by(self.systolic / 8.0),
            "55822004" | "302870006" | "53741008" | "414545008" | "399211009" => by(self.lipids),
            "370143000" | "36923009" | "197480006" => 0.4 + 1.2 * self.sadness,
            "13645005" | "185086009" | "254637007" if self.smoking == Smoking::Never => 0.3,
            "13645005" | "185086009" | "254637007" => 2.2,
            _ if problem.course == Course::Weight => 1.0,
            _ => 0.6 + 1.6 * self.frailty,
        }
    }

    /// Whether a problem does not go with one that there is.
    fn excludes(&self, problem: &HealthProblem) -> bool {
        const ONE_OF: [&[&str]; 6] = [
            &["44054006", "714628002", "15777000"],
            &["59621000", "38341003"],
            &["431855005", "431856006", "433144002", "431857002", "46177005"],
            &["370143000", "36923009"],
            &["195967001", "233678006"],
            &["88805009", "84114007"],
        ];
        ONE_OF
            .iter()
            .any(|codes| codes.contains(&problem.concept.code) && codes.iter().any(|code| self.has(code)))
    }

    /// Whether there is a lasting problem of a code.
    pub fn has(&self, code: &str) -> bool {
        self.lasting.iter().any(|lasting| lasting.problem.concept.code == code)
    }

    /// Years since the onset of a problem of a code, if it has begun.
    fn years_with(&self, codes: &[&str], at: Moment) -> Option<f64> {
        let found = self.lasting.iter().find(|lasting| codes.contains(&lasting.problem.concept.code))?;
        let years = at.years_since(found.onset.at_minute(0));
        (years >= 0.0).then_some(years)
    }

    fn age(&self, at: Moment) -> f64 {
        at.years_since(self.birth)
    }

    /// Height in centimetres.
    pub fn height(&self, at: Moment) -> f64 {
        let shrunk = (self.age(at) - 60.0).max(0.0) * 0.08;
        self.height_cm * growth(self.age(at)).0 - shrunk
    }

    /// Body mass index. Women are lighter than men when they are young; both grow heavier until old age.
    pub fn bmi(&self, at: Moment) -> f64 {
        let age = self.age(at);
        let usual = growth(age).1;
        let since = (age - 18.0).clamp(0.0, 50.0) - (age - 72.0).max(0.0) * 0.8;
        let weight = if age < 2.0 { 1.0 + (self.weight - 1.0) * 0.5 } else { self.weight };
        (usual * weight + self.bmi_a_year * since).clamp(12.0, 58.0)
    }

    /// How far from others of the age, in deviations; for percentiles.
    pub fn heaviness(&self) -> f64 {
        (self.weight - 1.09) / 0.18
    }

    /// Systolic blood pressure. Treatment takes half of what high pressure adds.
    pub fn systolic(&self, at: Moment) -> f64 {
        let age = self.age(at);
        let usual = match age {
            ..18.0 => 88.0 + age * 1.5,
            _ => 112.0 + (age - 18.0) * 0.26 + f64::from(u8::from(self.sex == Sex::Male)) * 4.0,
        };
        let ill = self.years_with(&["59621000", "38341003"], at);
        let high = ill.map_or(0.0, |years| if years < 0.5 { 24.0 } else { 12.0 });
        usual + self.systolic + high + (self.bmi(at) - 26.0).clamp(-6.0, 14.0) * 0.5
    }

    /// Glycated haemoglobin in percent: rises slowly, falls when diabetes is treated, and rises again.
    pub fn hba1c(&self, at: Moment) -> f64 {
        let usual = 5.1 + 0.006 * self.age(at) + 0.12 * self.glucose;
        if let Some(years) = self.years_with(&["44054006"], at) {
            let treated = if years < 0.4 { 1.2 } else { 0.2 };
            return (6.7 + 0.35 * self.glucose + treated + 0.06 * years).clamp(5.9, 12.5);
        }
        match self.years_with(&["714628002", "15777000"], at) {
            Some(_) => (5.95 + 0.1 * self.glucose).clamp(5.7, 6.4),
            None => usual.min(5.6),
        }
    }

    /// Glomerular filtration rate.
    pub fn filtration(&self, at: Moment) -> f64 {
        let usual = 112.0 - 0.55 * (self.age(at) - 20.0).max(0.0) + 9.0 * self.kidneys;
        let stage = |code: &str| self.years_with(&[code], at).is_some();
        match () {
            () if stage("46177005") => 9.0,
            () if stage("431857002") => 22.0,
            () if stage("433144002") => 45.0,
            () if stage("431856006") => 72.0,
            () if stage("127013003") => usual.min(68.0),
            () => usual.max(62.0),
        }
    }

    /// Whether somebody takes a statin, which most do whose lipids are known to be high.
    fn on_statin(&self, at: Moment) -> bool {
        self.years_with(&["55822004", "53741008", "414545008", "399211009"], at)
            .is_some_and(|years| years > 0.3)
    }

    /// The value that a trait gives a laboratory test, if one decides: the mean, and how much it differs from day to day.
    pub fn lab_mean(&self, by: &str, at: Moment) -> Option<(f64, f64)> {
        let female = self.sex == Sex::Female;
        let lipids = self.lipids + if self.on_statin(at) { -1.0 } else { 0.0 };
        let (ldl, hdl) = (112.0 + 26.0 * lipids, if female { 57.0 } else { 47.0 } - 5.0 * self.lipids);
        let triglycerides = 118.0 + 38.0 * lipids + (self.bmi(at) - 26.0) * 4.0;
        let anemia = self.years_with(&["271737000"], at).is_some();
        let hemoglobin = if female { 13.6 } else { 15.1 } - if anemia { 3.0 } else { 0.0 };
        Some(match by {
            "glucose" => (28.7 * self.hba1c(at) - 60.0, 8.0),
            "hba1c" => (self.hba1c(at), 0.15),
            "ldl" => (ldl, 7.0),
            "hdl" => (hdl, 3.0),
            "triglycerides" => (triglycerides, 15.0),
            "cholesterol" => (ldl + hdl + triglycerides / 5.0, 7.0),
            "egfr" => (self.filtration(at), 3.0),
            "creatinine" => ((if female { 72.0 } else { 92.0 }) / self.filtration(at), 0.06),
            "hemoglobin" => (hemoglobin, 0.4),
            "hematocrit" => (hemoglobin * 2.95, 1.0),
            "tsh" => (
                self.years_with(&["40930008"], at).map_or(1.9, |years| if years < 0.5 { 7.2 } else { 3.1 }),
                0.4,
            ),
            "psa" if self.has("126906006") || self.has("92691004") => (7.5, 1.2),
            "psa" => (0.6 + 0.02 * self.age(at), 0.2),
            "bnp" if self.has("88805009") || self.has("84114007") => (620.0, 160.0),
            "albuminuria" if self.years_with(&["90781000119102", "127013003"], at).is_some() => (140.0, 40.0),
            "airflow" if self.has("13645005") || self.has("185086009") => (58.0, 4.0),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_grow() {
        let heights: Vec<f64> = (0..=20).map(|age| growth(f64::from(age)).0).collect();
        assert!(heights.windows(2).all(|pair| pair[0] <= pair[1]), "{heights:?}");
        assert_eq!(growth(-1.0).0, 0.29);
        assert_eq!(growth(80.0), (1.0, 22.0));
    }
}
