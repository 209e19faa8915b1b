//! When a patient is seen, and why: the frame of the whole record.

use crate::calendar::{Day, Moment};
use crate::dice::Dice;
use crate::health::Health;
use crate::person::Person;
use crate::tables::{Course, HealthProblem, Sex, Tables};

/// What a visit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VisitKind {
    /// A check up of a grown up.
    Wellness,
    /// A check up of a child.
    Child,
    /// Something new.
    Symptom,
    /// Something that lasts.
    FollowUp,
    /// The first visit of a pregnancy, which is found here.
    FirstPrenatal,
    /// A later visit of a pregnancy.
    Prenatal,
    /// Birth of a child.
    Delivery,
    /// After a birth.
    Postnatal,
    /// For a vaccine alone.
    Vaccination,
    /// In an emergency room.
    Emergency,
    /// A stay in hospital.
    Inpatient,
    /// By telephone or video.
    Virtual,
    /// At home.
    Home,
    /// Death is certified.
    Death,
}

impl VisitKind {
    /// As the table of encounters names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wellness => "wellness",
            Self::Child => "child",
            Self::Symptom => "symptom",
            Self::FollowUp => "followup",
            Self::FirstPrenatal => "prenatalfirst",
            Self::Prenatal => "prenatal",
            Self::Delivery => "delivery",
            Self::Postnatal => "postnatal",
            Self::Vaccination => "vaccination",
            Self::Emergency => "emergency",
            Self::Inpatient => "inpatient",
            Self::Virtual => "virtual",
            Self::Home => "home",
            Self::Death => "death",
        }
    }

    /// Whether the patient spends nights there.
    pub fn is_stay(self) -> bool {
        matches!(self, Self::Inpatient | Self::Delivery)
    }

    /// Whether nobody touches the patient.
    pub fn is_remote(self) -> bool {
        matches!(self, Self::Virtual | Self::Death)
    }
}

/// One visit.
pub struct Visit<'a> {
    pub(crate) kind: VisitKind,
    pub(crate) start: Moment,
    pub(crate) end: Moment,
    /// What is found here for the first time.
    pub(crate) found: Option<&'a HealthProblem>,
    /// The lasting problem that it is about, as a position.
    pub(crate) about: Option<usize>,
}

/// Adds visits between the record's beginning and its end.
struct Agenda<'p, 'a> {
    person: &'p Person<'p>,
    health: &'p Health<'a>,
    tables: &'a Tables,
    visits: Vec<Visit<'a>>,
}

/// No record holds more.
const VISITS_MAX: usize = 220;
/// Days of age at which children are seen.
const CHILD_DAYS: [i64; 11] = [14, 35, 63, 125, 186, 276, 368, 458, 550, 732, 915];
const COVID_FROM: Day = Day(18_322);
const VIDEO_FROM: Day = Day(17_167);

/// All visits of a record, by their time.
pub fn planned<'a>(
    person: &Person<'_>,
    health: &Health<'a>,
    tables: &'a Tables,
    dice: &mut Dice,
) -> Vec<Visit<'a>> {
    let mut agenda = Agenda { person, health, tables, visits: Vec::new() };
    agenda.check_ups(dice);
    agenda.follow_ups(dice);
    agenda.new_problems(dice);
    agenda.pregnancies(dice);
    agenda.autumns(dice);
    agenda.visits.sort_by_key(|visit| visit.start);
    // The oldest go first: a record that is full keeps what is new.
    let spare = agenda.visits.len().saturating_sub(VISITS_MAX);
    agenda.visits.drain(..spare);
    agenda.separate();
    agenda.death(dice);
    agenda.visits
}

impl<'a> Agenda<'_, 'a> {
    fn add(&mut self, kind: VisitKind, day: Day, dice: &mut Dice) -> Option<&mut Visit<'a>> {
        let (minute, minutes) = match kind {
            VisitKind::Emergency => (dice.between(0, 1380), dice.between(60, 420)),
            VisitKind::Inpatient => (dice.between(0, 1380), dice.between(1, 9) * 1440 + dice.between(0, 600)),
            VisitKind::Delivery => (dice.between(0, 1380), dice.between(1, 4) * 1440),
            VisitKind::Virtual => (dice.between(480, 1080), dice.between(5, 25)),
            _ => (dice.between(470, 1020), 15 * dice.between(1, 3)),
        };
        let start = Moment(day.at_minute(minute).0 + dice.between(0, 59));
        let end = start.plus_minutes(minutes);
        if start < self.person.record_from || end > self.person.record_until {
            return None;
        }
        self.visits.push(Visit { kind, start, end, found: None, about: None });
        self.visits.last_mut()
    }

    fn first_day(&self) -> Day {
        self.person.record_from.day()
    }

    fn last_day(&self) -> Day {
        self.person.record_until.day()
    }

    fn check_ups(&mut self, dice: &mut Dice) {
        let birth = self.person.birth.day();
        for days in CHILD_DAYS {
            if dice.happens(88) {
                self.add(VisitKind::Child, birth.plus(days + dice.between(-4, 12)), dice);
            }
        }
        // Once a year, near the birthday.
        for year in 3..105 {
            let day = birth.plus((f64::from(year) * 365.25) as i64 + dice.between(0, 90));
            if day > self.last_day() {
                break;
            }
            let (kind, percent) = match year {
                ..18 => (VisitKind::Child, 75),
                18..45 => (VisitKind::Wellness, 42),
                45..65 => (VisitKind::Wellness, 64),
                _ => (VisitKind::Wellness, 80),
            };
            if dice.happens(percent) && day >= self.first_day() {
                self.add(kind, day, dice);
            }
        }
    }

    fn follow_ups(&mut self, dice: &mut Dice) {
        for (about, lasting) in self.health.lasting.iter().enumerate() {
            let rhythm_days = match lasting.problem.course {
                Course::Cancer => 60,
                Course::Diabetic | Course::Weight | Course::History => 900,
                _ if lasting.problem.medications.is_empty() => 620,
                _ => 300,
            };
            let mut day = lasting.onset.max(self.first_day());
            let rounds = if lasting.problem.course == Course::Cancer { 24 } else { 60 };
            for _ in 0..rounds {
                let wait = dice.between(rhythm_days * 6 / 10, rhythm_days * 15 / 10);
                day = day.plus((wait as f64 * (1.35 - 0.7 * self.health.frailty)) as i64);
                if day > self.last_day() {
                    break;
                }
                let kind = match dice.below(100) {
                    0..9 if day >= VIDEO_FROM => VisitKind::Virtual,
                    9..12 if self.person.age(day.at_minute(0)) > 75.0 => VisitKind::Home,
                    _ => VisitKind::FollowUp,
                };
                if let Some(visit) = self.add(kind, day, dice) {
                    visit.about = Some(about);
                }
            }
        }
    }

    fn new_problems(&mut self, dice: &mut Dice) {
        let problems: Vec<&HealthProblem> = self.tables.problems.iter().collect();
        let mut day = self.first_day();
        loop {
            let age = self.person.years(day.at_minute(0));
            let usual = match age {
                ..6 => 330.0,
                6..18 => 600.0,
                18..65 => 640.0,
                _ => 520.0,
            };
            let wait = usual * (1.45 - self.health.frailty) * (0.15 + 1.7 * dice.fraction());
            day = day.plus((wait as i64).max(3));
            if day > self.last_day() {
                return;
            }
            let weigh = |problem: &&HealthProblem| {
                let share = match problem.course {
                    Course::Acute | Course::Injury | Course::Social => 1,
                    Course::Hospital => 1 + 2 * u64::from(age > 60),
                    Course::Covid if day >= COVID_FROM => 2,
                    _ => 0,
                };
                share * problem.rate(self.person.sex, age)
            };
            let Some(problem) = dice.weigh(&problems, weigh).copied() else { continue };
            let kind = match problem.course {
                Course::Hospital => VisitKind::Inpatient,
                Course::Injury if dice.happens(55) => VisitKind::Emergency,
                Course::Social => VisitKind::Wellness,
                _ => match dice.below(100) {
                    0..7 => VisitKind::Emergency,
                    7..16 if day >= VIDEO_FROM => VisitKind::Virtual,
                    _ => VisitKind::Symptom,
                },
            };
            if let Some(visit) = self.add(kind, day, dice) {
                visit.found = Some(problem);
            }
        }
    }

    fn pregnancies(&mut self, dice: &mut Dice) {
        let Some(pregnancy) = self.problem_of(Course::Pregnancy, dice) else { return };
        if self.person.sex == Sex::Male {
            return;
        }
        for _ in 0..dice.below(4) {
            let age_days = dice.between(19 * 365, 41 * 365);
            let first = self.person.birth.day().plus(age_days);
            let lost = dice.happens(14);
            let loss = self.problem_of(Course::PregnancyLoss, dice);
            let Some(visit) = self.add(VisitKind::FirstPrenatal, first, dice) else { continue };
            visit.found = Some(pregnancy);
            if lost {
                let day = first.plus(dice.between(14, 40));
                if let Some(visit) = self.add(VisitKind::Emergency, day, dice) {
                    visit.found = loss;
                }
                continue;
            }
            for week in [4, 9, 14, 19, 23, 26, 29] {
                self.add(VisitKind::Prenatal, first.plus(week * 7 + dice.between(-2, 2)), dice);
            }
            self.add(VisitKind::Delivery, first.plus(31 * 7 + dice.between(-9, 9)), dice);
            self.add(VisitKind::Postnatal, first.plus(37 * 7 + dice.between(0, 9)), dice);
        }
    }

    fn problem_of(&self, course: Course, dice: &mut Dice) -> Option<&'a HealthProblem> {
        dice.weigh(&self.tables.problems, |problem| match problem.course {
            own if own != course => 0,
            _ => problem.rates[0].max(1),
        })
    }

    /// Some come for their influenza vaccine only.
    fn autumns(&mut self, dice: &mut Dice) {
        let (first, last) = (self.first_day(), self.last_day());
        let mut year = first.civil().0;
        while year <= last.civil().0 {
            // The 10th of October or up to 40 days later; days of the year are near enough.
            let day = Day(((year - 1970) as f64 * 365.2425) as i64 + 283 + dice.between(0, 40));
            if dice.happens(14) && day.at_minute(0) > self.person.birth.plus_minutes(250 * 1440) {
                self.add(VisitKind::Vaccination, day, dice);
            }
            year += 1;
        }
    }

    /// A visit that would begin before another one is over is dropped.
    fn separate(&mut self) {
        let mut over = Moment(i64::MIN);
        self.visits.retain(|visit| {
            let free = visit.start > over;
            if free {
                over = visit.end;
            }
            free
        });
    }

    fn death(&mut self, dice: &mut Dice) {
        let Some(death) = self.person.death else { return };
        let over = self.visits.last().is_none_or(|visit| visit.end < death.plus_minutes(-15));
        if over && dice.happens(80) {
            let start = death.plus_minutes(-15);
            let visit = Visit { kind: VisitKind::Death, start, end: death, found: None, about: None };
            self.visits.push(visit);
        }
    }
}
