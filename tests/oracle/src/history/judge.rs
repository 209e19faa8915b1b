//! Taking the oracle and another repository through a history, and finding the first step on which they disagree.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use super::step::{Answer, BundleKind, Moment, Since, Step};
use crate::changes::Refusals;
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
    let mut times = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let disagreed = |step: &Step, how| Disagreement { at, step: step.to_string(), how };
        let filled = step.filled(&slots, &times).map_err(|how| disagreed(step, how))?;
        let answer = other(&filled);
        remember(&filled, &answer, &mut slots);
        judge.judge(&filled, &answer).map_err(|how| disagreed(&filled, how))?;
        times.extend(changed(&filled, &answer).iter().map(|version| version.at));
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
    let is_change = |outcome: &&Outcome| !matches!(outcome, Outcome::Existing(_) | Outcome::Unchanged(_));
    outcomes.into_iter().filter(is_change).flat_map(versions_of).collect()
}

fn written(entry: &EntryAnswer) -> Option<&Outcome> {
    match entry {
        Done::Written(outcome) => Some(outcome),
        _ => None,
    }
}

fn version_of(outcome: &Outcome) -> Option<&Rc<Stored>> {
    match outcome {
        Outcome::Created(version)
        | Outcome::Updated(version)
        | Outcome::Existing(version)
        | Outcome::Unchanged(version) => Some(version),
        Outcome::Deleted(version) => version.as_ref(),
        Outcome::DeletedAll(versions) => versions.first(),
    }
}

fn versions_of(outcome: &Outcome) -> Vec<&Rc<Stored>> {
    match outcome {
        Outcome::DeletedAll(versions) => versions.iter().collect(),
        outcome => version_of(outcome).into_iter().collect(),
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

/// The oracle, and what it has to keep in mind of the other side.
#[derive(Debug, Default)]
struct Judge {
    repository: Repository,
    /// Of searches.
    ties: SearchTies,
    /// Of histories.
    history_ties: Ties,
    held: BTreeMap<u8, Held>,
    /// What searches of the present saw, the last last.
    seen: Vec<Repository>,
}

/// What was begun and may be continued.
#[derive(Debug)]
struct Held {
    /// The repository that its pages are of.
    of: Repository,
    pages: HeldPages,
}

#[derive(Debug)]
enum HeldPages {
    Search(Pages),
    History(HistoryPages),
}

impl Held {
    /// Whether the last page said that there is another.
    fn continues(&self) -> Continues {
        match &self.pages {
            HeldPages::Search(pages) => pages.continues(),
            HeldPages::History(pages) => pages.continues(),
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
                let create =
                    |r: &mut Repository| r.create(resource_type, criteria.as_deref(), body, &decided);
                self.done(|r| create(r).map_err(|fault| vec![fault]), answer)
            }
            Step::Update { whose, expected, body } => {
                let decided = decided(answer);
                self.done(|r| r.update_of(whose, *expected, body, &decided), answer)
            }
            Step::Patch { whose, expected, patch } => {
                let at = decided(answer).at;
                self.done(|r| r.patch(whose, *expected, patch, at), answer)
            }
            Step::Delete { whose, expected } => {
                let at = decided(answer).at;
                self.done(|r| r.delete_of(whose, *expected, at), answer)
            }
            Step::DeleteAll { resource_type, criteria, at_most } => {
                let at = decided(answer).at;
                self.done(|r| r.delete_all(resource_type, criteria, *at_most, at), answer)
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
                let of = self.repository.clone();
                let expected = HistoryPages::begin(&of, scope, Some(*count), None).map(HeldPages::History);
                self.begin_agrees(*slot, expected.map(|pages| Held { of, pages }), answer)
            }
            Step::Search(search) | Step::SearchByPost(search) => {
                self.note_seen(answer);
                self.search_agrees(Ok(self.repository.clone()), search, answer)
            }
            Step::SearchAsOf(moment, search) => self.search_agrees(self.then(*moment), search, answer),
            Step::Hold(slot, search) => {
                self.note_seen(answer);
                self.hold_agrees((*slot, search), Ok(self.repository.clone()), answer)
            }
            Step::HoldAsOf(slot, moment, search) => {
                self.hold_agrees((*slot, search), self.then(*moment), answer)
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
            Step::Reopen | Step::Rebuild | Step::Compact => match answer {
                Answer::Nothing => Ok(()),
                answer => Err(instead(answer, "nothing")),
            },
            Step::Forget(moment) => self.forget_agrees(*moment, answer),
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
        change: impl FnOnce(&mut Repository) -> Result<Outcome, Refusals>,
        answer: &Answer,
    ) -> Result<(), String> {
        match (change(&mut self.repository), answer) {
            (Ok(expected), Answer::Done(outcome)) => outcome_agrees(&expected, outcome),
            (Err(expected), Answer::Refused(refusal)) if expected.contains(refusal) => Ok(()),
            (expected, answer) => Err(instead(answer, &format!("{expected:?}"))),
        }
    }

    fn note_seen(&mut self, answer: &Answer) {
        if matches!(answer, Answer::Pages(_)) {
            self.seen.push(self.repository.clone());
        }
    }

    /// The repository as it stood; before all, where a search is meant that there was not.
    fn then(&self, moment: Moment) -> Result<Repository, Refusal> {
        match moment {
            Moment::At(at) => self.repository.as_of(at),
            Moment::Search(back) => {
                let at = self.seen.len().checked_sub(1 + back as usize);
                let then = at.map(|at| self.seen[at].clone()).unwrap_or_default();
                self.repository.check_kept(&then).map(|()| then)
            }
            Moment::Change(_) => Err(Refusal::Unexpected),
        }
    }

    fn forget_agrees(&mut self, moment: Moment, answer: &Answer) -> Result<(), String> {
        let Moment::At(at) = moment else { return Err("a moment that is no time".to_owned()) };
        let forgotten = self.repository.forget(at);
        for held in self.held.values_mut() {
            if let HeldPages::History(pages) = &mut held.pages {
                pages.forget(&self.repository);
            }
        }
        match answer {
            Answer::Forgotten(count) if *count == forgotten => Ok(()),
            answer => Err(instead(answer, &format!("{forgotten} forgotten"))),
        }
    }

    fn search_agrees(
        &mut self,
        then: Result<Repository, Refusal>,
        search: &str,
        answer: &Answer,
    ) -> Result<(), String> {
        match (begun(then, search).map(|(_, pages)| pages), answer) {
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

    fn hold_agrees(
        &mut self,
        (slot, search): (u8, &str),
        then: Result<Repository, Refusal>,
        answer: &Answer,
    ) -> Result<(), String> {
        self.held.remove(&slot);
        let expected = begun(then, search).map(|(of, pages)| Held { of, pages: HeldPages::Search(pages) });
        self.begin_agrees(slot, expected, answer)
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
            (Some(held), answer) if self.repository.check_kept(&held.of).is_err() => match answer {
                Answer::Refused(Refusal::Gone) => Ok(()),
                answer => Err(instead(answer, "refused: Gone")),
            },
            (Some(mut held), answer) => {
                self.next_agrees(&mut held, answer)?;
                self.held.insert(slot, held);
                Ok(())
            }
        }
    }

    fn next_agrees(&mut self, held: &mut Held, answer: &Answer) -> Result<(), String> {
        match (&mut held.pages, answer) {
            (HeldPages::Search(expected), Answer::Pages(pages)) => {
                let [page] = &pages[..] else { return Err("not one page".to_owned()) };
                expected.agree(page, &mut self.ties)
            }
            (HeldPages::History(expected), Answer::History(pages)) => {
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
            (Done::Failed(expected), Done::Failed(refusals))
                if refusals.iter().all(|refusal| expected.contains(refusal)) =>
            {
                Ok(())
            }
            (Done::Search(_), entry) => Err(format!("{entry:?}\n  instead of a page")),
            (expected, entry) => Err(format!("{entry:?}\n  instead of {expected:?}")),
        }
    }
}

/// The pages of a search of a repository. A query that can't be read is refused first.
fn begun(then: Result<Repository, Refusal>, search: &str) -> Result<(Repository, Pages), Refusal> {
    Pages::begin(&Repository::default(), search)?;
    let then = then?;
    let pages = Pages::begin(&then, search)?;
    Ok((then, pages))
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
    if let (Outcome::DeletedAll(expected), Outcome::DeletedAll(versions)) = (expected, outcome) {
        return all_agree(expected, versions);
    }
    let is_alike = std::mem::discriminant(expected) == std::mem::discriminant(outcome);
    match (version_of(expected), version_of(outcome)) {
        (Some(expected), Some(version)) if is_alike => same(expected, version),
        (None, None) if is_alike => Ok(()),
        _ => Err(format!("{outcome:?}\n  instead of {expected:?}")),
    }
}

/// In any order.
fn all_agree(expected: &[Rc<Stored>], versions: &[Rc<Stored>]) -> Result<(), String> {
    if expected.len() != versions.len() {
        return Err(format!("{versions:?}\n  instead of {expected:?}"));
    }
    expected.iter().try_for_each(|expected| {
        let version = versions.iter().find(|version| version.key == expected.key);
        same(expected, version.ok_or_else(|| format!("{} is not among what was deleted", expected.key))?)
    })
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
