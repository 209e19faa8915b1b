//! Taking the oracle and another repository through a history, and finding the first step on which they disagree.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use super::step::{Answer, BundleKind, Since, Step};
use crate::history_pages::HistoryPages;
use crate::refusal::Refusal;
use crate::repository::{Decided, Found, Outcome, Repository};
use crate::search::{Continues, Page, Pages, same};
use crate::sorting::{SearchTies, Ties};
use crate::transaction::{Done, Entry, EntryAnswer, processing_order};
use crate::version::Stored;

/// Where and how two repositories disagree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// The step, counted from nought.
    pub at: usize,
    /// The step, with its ids.
    pub step: String,
    /// How.
    pub how: String,
}

impl Disagreement {
    /// Whether another one may have the same cause: the same is done, and the same words begin each line that tells how.
    pub fn is_like(&self, other: &Self) -> bool {
        let signature = |this: &Self| {
            let lines = this.how.lines().map(|line| line.trim_start_matches("  instead of ")).map(first_word);
            [first_word(&this.step)].into_iter().chain(lines).collect::<Vec<_>>()
        };
        signature(self) == signature(other)
    }
}

/// What a text begins with, but not an id.
fn first_word(text: &str) -> String {
    text.trim_start().chars().take_while(|letter| letter.is_alphabetic() || *letter == '-').collect()
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step {}: {}\n  {}", self.at + 1, self.step, self.how)
    }
}

/// Takes both through a history.
///
/// # Errors
/// The first disagreement.
pub fn run(steps: &[Step], other: &mut impl FnMut(&Step) -> Answer) -> Result<(), Disagreement> {
    let mut judge = Judge::default();
    let mut slots = BTreeMap::new();
    let mut last = "2020-01-01".to_owned();
    for (at, step) in steps.iter().enumerate() {
        let disagreed = |step: &Step, how| Disagreement { at, step: step.to_string(), how };
        let filled = step.filled(&slots, &last).map_err(|how| disagreed(step, how))?;
        let answer = other(&filled);
        remember(&filled, &answer, &mut slots);
        judge.judge(&filled, &answer).map_err(|how| disagreed(&filled, how))?;
        if let Some(version) = changed(&filled, &answer).last() {
            last = as_text(version.at);
        }
    }
    Ok(())
}

/// The versions that an answer shows as newly made, in the order of their making.
fn changed<'a>(step: &Step, answer: &'a Answer) -> Vec<&'a Rc<Stored>> {
    let outcomes: Vec<&Outcome> = match (step, answer) {
        (_, Answer::Done(outcome)) => vec![outcome],
        (Step::Bundle { entries, .. }, Answer::Bundle(answers)) => {
            let order = processing_order(entries).into_iter();
            order.filter_map(|at| answers.get(at).and_then(written)).collect()
        }
        _ => Vec::new(),
    };
    let is_change = |outcome: &&Outcome| !matches!(outcome, Outcome::Existing(_));
    outcomes.into_iter().filter(is_change).filter_map(version_of).collect()
}

fn written(entry: &EntryAnswer) -> Option<&Outcome> {
    match entry {
        Done::Written(outcome) => Some(outcome),
        _ => None,
    }
}

fn version_of(outcome: &Outcome) -> Option<&Rc<Stored>> {
    match outcome {
        Outcome::Created(version) | Outcome::Updated(version) | Outcome::Existing(version) => Some(version),
        Outcome::Deleted(version) => version.as_ref(),
    }
}

fn remember(step: &Step, answer: &Answer, slots: &mut BTreeMap<u8, String>) {
    let mut keep = |slot: u8, outcome: &Outcome| {
        if let Some(version) = version_of(outcome) {
            slots.insert(slot, version.key.id.clone());
        }
    };
    match (step, answer) {
        (Step::Create { slot, .. }, Answer::Done(outcome)) => keep(*slot, outcome),
        (Step::Bundle { slots, .. }, Answer::Bundle(entries)) => {
            for (slot, entry) in slots.iter().zip(entries) {
                if let (Some(slot), Some(outcome)) = (slot, written(entry)) {
                    keep(*slot, outcome);
                }
            }
        }
        _ => {}
    }
}

/// Milliseconds since 1970 as `2020-02-29T23:30:00.000Z`.
fn as_text(at: i64) -> String {
    let (days, rest) = (at.div_euclid(86_400_000), at.rem_euclid(86_400_000));
    // Years are counted from a March; see the days of `crate::dates`.
    let shifted = days + 719_468;
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day_of_month = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = era * 400 + year + next;
    let (hours, minutes, seconds) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60);
    format!(
        "{year:04}-{month:02}-{day_of_month:02}T{hours:02}:{minutes:02}:{seconds:02}.{:03}Z",
        rest % 1_000
    )
}

/// The oracle, and what it has to keep in mind of the other side.
#[derive(Debug, Default)]
struct Judge {
    repository: Repository,
    /// Of searches.
    ties: SearchTies,
    /// Of histories.
    history_ties: Ties,
    held: BTreeMap<u8, Held>,
}

/// What was begun and may be continued.
#[derive(Debug)]
enum Held {
    Search(Pages),
    History(HistoryPages),
}

impl Held {
    fn continues(&self) -> Continues {
        match self {
            Self::Search(pages) => pages.continues(),
            Self::History(pages) => pages.continues(),
        }
    }
}

impl Judge {
    fn judge(&mut self, step: &Step, answer: &Answer) -> Result<(), String> {
        self.times_agree(step, answer)?;
        self.repository.begin_commit();
        match step {
            Step::Create { resource_type, criteria, body, .. } => {
                let decided = decided(answer);
                self.done(|r| r.create(resource_type, criteria.as_deref(), body, &decided), answer)
            }
            Step::Update { key, if_match, body } => {
                let at = decided(answer).at;
                self.done(|r| r.update(key, *if_match, body, at), answer)
            }
            Step::Delete { key, if_match } => {
                let at = decided(answer).at;
                self.done(|r| r.delete(key, *if_match, at), answer)
            }
            Step::Read(key) => found_agrees(self.repository.read(key), answer),
            Step::VersionRead(key, version) => found_agrees(self.repository.vread(key, *version), answer),
            Step::History { scope, count, since } => {
                let since = (*since == Since::LastChange).then(|| self.repository.now());
                let expected = HistoryPages::begin(&self.repository, scope, *count, since);
                self.history_agrees(expected, answer)
            }
            Step::HoldHistory(slot, scope, count) => {
                self.held.remove(slot);
                let expected = HistoryPages::begin(&self.repository, scope, Some(*count), None);
                self.begin_agrees(*slot, expected.map(Held::History), answer)
            }
            Step::Search(search) | Step::SearchByPost(search) => self.search_agrees(search, answer),
            Step::Hold(slot, search) => {
                self.held.remove(slot);
                let expected = Pages::begin(&self.repository, search);
                self.begin_agrees(*slot, expected.map(Held::Search), answer)
            }
            Step::Continue(slot) => self.continue_agrees(*slot, answer),
            Step::Bundle { kind: BundleKind::Batch, entries, .. } => {
                let expected = self.repository.batch(entries, &decided_of(entries, answer));
                self.entries_agree(expected, answer)
            }
            Step::Bundle { kind: BundleKind::Transaction, entries, .. } => {
                match self.repository.transaction(entries, &decided_of(entries, answer)) {
                    Ok(expected) => self.entries_agree(expected, answer),
                    Err(reasons) => match answer {
                        Answer::Refused(refusal) if reasons.contains(refusal) => Ok(()),
                        answer => Err(instead(answer, &format!("refused: {reasons:?}"))),
                    },
                }
            }
            Step::Reopen => match answer {
                Answer::Nothing => Ok(()),
                answer => Err(instead(answer, "opened again")),
            },
        }
    }

    /// Time does not go back, and stands still within a transaction.
    fn times_agree(&self, step: &Step, answer: &Answer) -> Result<(), String> {
        let mut last = self.repository.now();
        for version in changed(step, answer) {
            if version.at < last {
                return Err(format!("{} is from {}, before {last}", version.key, version.at));
            }
            last = version.at;
        }
        Ok(())
    }

    fn done(
        &mut self,
        change: impl FnOnce(&mut Repository) -> Result<Outcome, Refusal>,
        answer: &Answer,
    ) -> Result<(), String> {
        match (change(&mut self.repository), answer) {
            (Ok(expected), Answer::Done(outcome)) => outcome_agrees(&expected, outcome),
            (Err(expected), Answer::Refused(refusal)) if expected == *refusal => Ok(()),
            (expected, answer) => Err(instead(answer, &format!("{expected:?}"))),
        }
    }

    fn search_agrees(&mut self, search: &str, answer: &Answer) -> Result<(), String> {
        let expected = Pages::begin(&self.repository, search);
        match (expected, answer) {
            (Ok(mut expected), Answer::Pages(pages)) => {
                for page in pages {
                    expected.agree(page, &mut self.ties)?;
                }
                let ends = expected.continues() == Continues::No;
                if ends { Ok(()) } else { Err("the last pages are missing".to_owned()) }
            }
            (Err(expected), Answer::Refused(refusal)) if expected == *refusal => Ok(()),
            (expected, answer) => Err(instead(answer, &format!("{:?}", expected.map(|_| "pages")))),
        }
    }

    fn history_agrees(
        &mut self,
        expected: Result<HistoryPages, Refusal>,
        answer: &Answer,
    ) -> Result<(), String> {
        match (expected, answer) {
            (Ok(mut expected), Answer::History(pages)) => {
                for page in pages {
                    expected.agree(page, &mut self.history_ties)?;
                }
                let ends = expected.continues() == Continues::No;
                if ends { Ok(()) } else { Err("the last pages are missing".to_owned()) }
            }
            (Err(expected), Answer::Refused(refusal)) if expected == *refusal => Ok(()),
            (expected, answer) => Err(instead(answer, &format!("{:?}", expected.map(|_| "a history")))),
        }
    }

    /// The first page of what is held from now on.
    fn begin_agrees(
        &mut self,
        slot: u8,
        expected: Result<Held, Refusal>,
        answer: &Answer,
    ) -> Result<(), String> {
        match (expected, answer) {
            (Ok(mut expected), answer) => {
                self.next_agrees(&mut expected, answer)?;
                self.held.insert(slot, expected);
                Ok(())
            }
            (Err(expected), Answer::Refused(refusal)) if expected == *refusal => Ok(()),
            (Err(expected), answer) => Err(instead(answer, &format!("refused: {expected}"))),
        }
    }

    fn continue_agrees(&mut self, slot: u8, answer: &Answer) -> Result<(), String> {
        let held = self.held.remove(&slot).filter(|held| held.continues() == Continues::Yes);
        match (held, answer) {
            (None, Answer::Nothing) => Ok(()),
            (None, answer) => Err(instead(answer, "nothing held")),
            (Some(mut held), answer) => {
                self.next_agrees(&mut held, answer)?;
                self.held.insert(slot, held);
                Ok(())
            }
        }
    }

    fn next_agrees(&mut self, held: &mut Held, answer: &Answer) -> Result<(), String> {
        match (held, answer) {
            (Held::Search(expected), Answer::Pages(pages)) => {
                let [page] = &pages[..] else { return Err("not one page".to_owned()) };
                expected.agree(page, &mut self.ties)
            }
            (Held::History(expected), Answer::History(pages)) => {
                let [page] = &pages[..] else { return Err("not one page".to_owned()) };
                expected.agree(page, &mut self.history_ties)
            }
            (_, answer) => Err(instead(answer, "a page")),
        }
    }

    fn entries_agree(&mut self, expected: Vec<Done<Pages>>, answer: &Answer) -> Result<(), String> {
        let Answer::Bundle(entries) = answer else { return Err(instead(answer, "a Bundle")) };
        if entries.len() != expected.len() {
            return Err(format!("{} entries, not {}", entries.len(), expected.len()));
        }
        for (at, (expected, entry)) in expected.into_iter().zip(entries).enumerate() {
            self.entry_agrees(expected, entry).map_err(|how| format!("entry {at}: {how}"))?;
        }
        Ok(())
    }

    fn entry_agrees(&mut self, expected: Done<Pages>, entry: &EntryAnswer) -> Result<(), String> {
        match (expected, entry) {
            (Done::Written(expected), Done::Written(outcome)) => outcome_agrees(&expected, outcome),
            (Done::Read(expected), Done::Read(version)) => same(&expected, version),
            (Done::Search(mut expected), Done::Search(page)) => expected.agree(page, &mut self.ties),
            (Done::Failed(expected), Done::Failed(refusal)) if expected == *refusal => Ok(()),
            (Done::Search(_), entry) => Err(format!("{entry:?}\n  instead of a page")),
            (expected, entry) => Err(format!("{entry:?}\n  instead of {expected:?}")),
        }
    }
}

fn decided(answer: &Answer) -> Decided {
    match answer {
        Answer::Done(outcome) => decided_by(outcome),
        _ => Decided::default(),
    }
}

fn decided_by(outcome: &Outcome) -> Decided {
    let decided = |version: &Rc<Stored>| Decided { id: Some(version.key.id.clone()), at: version.at };
    version_of(outcome).map(decided).unwrap_or_default()
}

fn decided_of(entries: &[Entry], answer: &Answer) -> Vec<Decided> {
    let answers = match answer {
        Answer::Bundle(answers) => answers.as_slice(),
        _ => &[],
    };
    let of = |at| answers.get(at).and_then(written).map(decided_by).unwrap_or_default();
    (0..entries.len()).map(of).collect()
}

fn outcome_agrees(expected: &Outcome, outcome: &Outcome) -> Result<(), String> {
    let is_alike = std::mem::discriminant(expected) == std::mem::discriminant(outcome);
    match (version_of(expected), version_of(outcome)) {
        (Some(expected), Some(version)) if is_alike => same(expected, version),
        (None, None) if is_alike => Ok(()),
        _ => Err(format!("{outcome:?}\n  instead of {expected:?}")),
    }
}

fn found_agrees(expected: Result<Found, Refusal>, answer: &Answer) -> Result<(), String> {
    match (expected, answer) {
        (Ok(Found::Missing), Answer::Found(Found::Missing)) => Ok(()),
        (Ok(Found::Current(expected)), Answer::Found(Found::Current(version))) => same(&expected, version),
        (Ok(Found::Deleted(expected)), Answer::Found(Found::Deleted(version))) => same(&expected, version),
        (Err(expected), Answer::Refused(refusal)) if expected == *refusal => Ok(()),
        (expected, answer) => Err(instead(answer, &format!("{expected:?}"))),
    }
}

fn instead(answer: &Answer, expected: &str) -> String {
    let shown = match answer {
        Answer::Pages(pages) => {
            let keys =
                |page: &Page| page.matches.iter().map(|version| version.key.to_string()).collect::<Vec<_>>();
            format!("pages {:?}", pages.iter().map(keys).collect::<Vec<_>>())
        }
        answer => format!("{answer:?}"),
    };
    format!("{shown}\n  instead of {expected}")
}

#[cfg(test)]
mod tests {
    use super::as_text;

    #[test]
    fn times_are_written() {
        assert_eq!(as_text(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(as_text(951_782_399_999), "2000-02-28T23:59:59.999Z");
        assert_eq!(as_text(951_782_400_001), "2000-02-29T00:00:00.001Z");
        assert_eq!(as_text(1_795_657_361_314), "2026-11-26T01:42:41.314Z");
    }
}
