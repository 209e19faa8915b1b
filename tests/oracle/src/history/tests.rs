//! Random histories, taken through two oracles: they agree, and what searches ask for is found often enough.

use std::collections::BTreeMap;

use super::generate::history;
use super::judge::run;
use super::step::{Answer, BundleKind, Moment, Step};
use crate::changes::Refusals;
use crate::refusal::Refusal;
use crate::repository::{Decided, Outcome, Repository};
use crate::search::{Continues, Pages};
use crate::transaction::{Done, Entry};

/// An oracle that takes the engine's part.
#[derive(Default)]
struct Other {
    repository: Repository,
    made: i64,
    held: BTreeMap<u8, (Repository, Pages)>,
    /// What searches of the present saw.
    seen: Vec<Repository>,
}

impl Other {
    fn decided(&mut self) -> Decided {
        self.made += 1;
        Decided { id: Some(format!("made-{}", self.made)), at: 1_600_000_000_000 + self.made }
    }

    fn perform(&mut self, step: &Step) -> Answer {
        self.answer(step).unwrap_or_else(Answer::Refused)
    }

    fn answer(&mut self, step: &Step) -> Result<Answer, Refusal> {
        self.repository.begin_commit();
        let decided = self.decided();
        let at = decided.at;
        Ok(match step {
            Step::Create { resource_type, criteria, body, .. } => {
                Answer::Done(self.repository.create(resource_type, criteria.as_deref(), body, &decided)?)
            }
            Step::Update { whose, expected, body } => {
                done(self.repository.update_of(whose, *expected, body, &decided))?
            }
            Step::Patch { whose, expected, patch } => {
                done(self.repository.patch(whose, *expected, patch, at))?
            }
            Step::Delete { whose, expected } => done(self.repository.delete_of(whose, *expected, at))?,
            Step::DeleteAll { resource_type, criteria, at_most } => {
                done(self.repository.delete_all(resource_type, criteria, *at_most, at))?
            }
            Step::Read(key) => Answer::Found(self.repository.read(key)?),
            Step::VersionRead(key, version) => Answer::Found(self.repository.vread(key, *version)?),
            Step::Search(search) | Step::SearchByPost(search) => {
                let answer = all_pages(&self.repository, search)?;
                self.seen.push(self.repository.clone());
                answer
            }
            Step::SearchAsOf(moment, search) => {
                Pages::begin(&self.repository, search)?;
                all_pages(&self.then(*moment)?, search)?
            }
            Step::Hold(slot, search) => {
                self.held.remove(slot);
                let answer = self.hold(*slot, search, self.repository.clone())?;
                self.seen.push(self.repository.clone());
                answer
            }
            Step::HoldAsOf(slot, moment, search) => {
                self.held.remove(slot);
                Pages::begin(&self.repository, search)?;
                self.hold(*slot, search, self.then(*moment)?)?
            }
            Step::Continue(slot) => {
                let Some((of, mut pages)) = self.held.remove(slot) else { return Ok(Answer::Nothing) };
                if pages.continues() == Continues::No {
                    return Ok(Answer::Nothing);
                }
                self.repository.check_kept(&of)?;
                let shown = pages.show();
                self.held.insert(*slot, (of, pages));
                Answer::Pages(vec![shown])
            }
            Step::Forget(Moment::At(at)) => Answer::Forgotten(self.repository.forget(*at)),
            Step::Bundle { kind, entries, .. } => self.bundle(*kind, entries)?,
            Step::History { .. } | Step::HoldHistory(..) => Answer::Nothing,
            Step::Reopen | Step::Rebuild | Step::Compact | Step::Forget(_) => Answer::Nothing,
        })
    }

    fn then(&self, moment: Moment) -> Result<Repository, Refusal> {
        match moment {
            Moment::At(at) => self.repository.as_of(at),
            Moment::Search(back) => {
                let then = self.seen.iter().rev().nth(back as usize).cloned().unwrap_or_default();
                self.repository.check_kept(&then).map(|()| then)
            }
            Moment::Change(_) => Err(Refusal::Unexpected),
        }
    }

    fn hold(&mut self, slot: u8, search: &str, of: Repository) -> Result<Answer, Refusal> {
        let mut pages = Pages::begin(&of, search)?;
        let shown = pages.show();
        self.held.insert(slot, (of, pages));
        Ok(Answer::Pages(vec![shown]))
    }

    fn bundle(&mut self, kind: BundleKind, entries: &[Entry]) -> Result<Answer, Refusal> {
        let at = self.decided().at;
        let decided: Vec<Decided> = entries.iter().map(|_| Decided { at, ..self.decided() }).collect();
        let done = match kind {
            BundleKind::Batch => self.repository.batch(entries, &decided),
            BundleKind::Transaction => {
                let done = self.repository.transaction(entries, &decided);
                done.map_err(|reasons| reasons[0])?
            }
        };
        let shown = done.into_iter().map(|done| match done {
            Done::Written(outcome) => Done::Written(outcome),
            Done::Read(version) => Done::Read(version),
            Done::Search(mut pages) => Done::Search(Box::new(pages.show())),
            Done::Failed(refusal) => Done::Failed(refusal),
        });
        Ok(Answer::Bundle(shown.collect()))
    }
}

fn all_pages(of: &Repository, search: &str) -> Result<Answer, Refusal> {
    let mut pages = Pages::begin(of, search)?;
    let mut shown = vec![pages.show()];
    while pages.continues() == Continues::Yes {
        shown.push(pages.show());
    }
    Ok(Answer::Pages(shown))
}

fn done(outcome: Result<Outcome, Refusals>) -> Result<Answer, Refusal> {
    outcome.map(Answer::Done).map_err(|reasons| reasons[0])
}

/// Histories of resources are not looked at here.
fn steps(seed: u64) -> Vec<Step> {
    let mut steps = history(seed);
    steps.retain(|step| !matches!(step, Step::History { .. } | Step::HoldHistory(..)));
    steps
}

/// What a search has in it.
fn features(search: &str) -> Vec<&'static str> {
    let query = search.split_once('?').map_or("", |(_, query)| query);
    let names: Vec<&str> = query.split('&').filter_map(|pair| pair.split('=').next()).collect();
    let has = |part: &str| names.iter().any(|name| name.contains(part));
    let filters = query.split('&').filter_map(|pair| pair.strip_prefix("_filter="));
    let filters: Vec<String> = filters.map(|text| format!("%20{text}")).collect();
    let filter_has = |part: &str| filters.iter().any(|text| text.contains(part));
    let rows = [
        ("missing", has(":missing")),
        ("exact", has(":exact")),
        ("contains", has(":contains")),
        ("not", has(":not")),
        ("text", has(":text")),
        ("words", has("_content") || has("_text")),
        ("code-text", has(":code-text")),
        ("of-type", has(":of-type")),
        ("identifier", has(":identifier")),
        ("above, below", has(":above") || has(":below")),
        ("composite", has("code-value-")),
        ("chain", has(".")),
        ("long chain", names.iter().any(|name| name.matches('.').count() > 1)),
        ("_has", has("_has:")),
        ("nested _has", names.iter().any(|name| name.matches("_has:").count() > 1)),
        ("chain and _has", names.iter().any(|name| name.contains("_has:") && name.contains('.'))),
        ("several types", search.starts_with('?')),
        ("compartment", search.split('?').next().is_some_and(|path| path.contains('/'))),
        ("_list", has("_list")),
        ("_filter", has("_filter")),
        ("_filter: and", filter_has("%20and%20")),
        ("_filter: or", filter_has("%20or%20")),
        ("_filter: not", filter_has("not%28")),
        ("_filter: chain", filter_has("subject.") || filter_has("patient.") || filter_has("member.")),
        ("_filter: brackets", filter_has("].")),
        ("_filter: eq", filter_has("%20eq%20")),
        ("_filter: ne", filter_has("%20ne%20")),
        ("_filter: co", filter_has("%20co%20")),
        ("_filter: sw", filter_has("%20sw%20")),
        ("_filter: ew", filter_has("%20ew%20")),
        ("_filter: pr", filter_has("%20pr%20")),
        ("_filter: po", filter_has("%20po%20")),
        ("_filter: re", filter_has("%20re%20")),
        ("criteria", names.iter().any(|name| !name.is_empty() && !name.starts_with('_'))),
    ];
    rows.into_iter().filter(|(_, holds)| *holds).map(|(name, _)| name).collect()
}

#[test]
fn two_oracles_agree_and_searches_are_worth_their_while() {
    let mut tallies: BTreeMap<&'static str, (u32, u32)> = BTreeMap::new();
    let mut note = |feature: &'static str, found: bool| {
        let (asked, count) = tallies.entry(feature).or_default();
        *asked += 1;
        *count += u32::from(found);
    };
    for seed in 0..500 {
        let steps = steps(seed);
        let mut other = Other::default();
        let result = run(&steps, &mut |step| {
            let answer = other.perform(step);
            if let (Step::Search(search) | Step::SearchAsOf(_, search), Answer::Pages(pages)) =
                (step, &answer)
            {
                let found = pages[0].total.is_some_and(|total| total > 0) || !pages[0].matches.is_empty();
                for feature in features(search) {
                    note(feature, found);
                }
                if step.moment().is_some() {
                    note("as of the past", found);
                }
                if search.contains(":iterate") || search.contains(":recurse") {
                    note("included by iterate", pages.iter().any(|page| !page.includes.is_empty()));
                }
            }
            answer
        });
        if let Err(disagreement) = result {
            panic!("seed {seed}: {disagreement}");
        }
    }
    let at_least = [
        ("_filter", 90),
        ("_filter: and", 25),
        ("_filter: brackets", 10),
        ("_filter: chain", 5),
        ("_filter: co", 10),
        ("_filter: eq", 50),
        ("_filter: ew", 4),
        ("_filter: ne", 30),
        ("_filter: not", 35),
        ("_filter: or", 45),
        ("_filter: po", 2),
        ("_filter: pr", 25),
        ("_filter: re", 12),
        ("_filter: sw", 5),
        ("_has", 30),
        ("_list", 1),
        ("above, below", 7),
        ("as of the past", 150),
        ("chain", 40),
        ("chain and _has", 8),
        ("code-text", 4),
        ("compartment", 30),
        ("composite", 8),
        ("contains", 6),
        ("criteria", 300),
        ("exact", 2),
        ("identifier", 5),
        ("included by iterate", 20),
        ("long chain", 3),
        ("missing", 60),
        ("nested _has", 2),
        ("not", 60),
        ("of-type", 2),
        ("several types", 60),
        ("text", 3),
        ("words", 8),
    ];
    for (feature, least) in at_least {
        let (asked, found) = tallies.get(feature).copied().unwrap_or((0, 0));
        println!("{feature}: {found} of {asked}");
        assert!(found >= least, "{feature}: {found} of {asked}");
    }
}
