//! The comparison finds what is wrong, and makes it short.

use std::collections::BTreeMap;

use fornax_oracle::changes::Whose;
use fornax_oracle::history::generate::history;
use fornax_oracle::history::shrink::shrunk;
use fornax_oracle::history::step::{Answer, Step};
use fornax_oracle::refusal::Refusal;
use fornax_oracle::repository::{Found, Outcome};
use fornax_oracle::search::{Continues, Page};
use fornax_oracle::transaction::Method;

use crate::rig::Rig;

/// Alters answers until a history disagrees, and shrinks it to at most `steps_max` steps.
fn check(what: &str, steps_max: usize, alter: fn(&Step, Answer) -> Answer) {
    let rig = Rig { fresh_documents_max: 40_000 };
    let altered = |steps: &[Step]| rig.run_altered(steps, &mut |step, answer| alter(step, answer));
    let found = (1_000_000..1_000_060).find_map(|seed| Some((seed, altered(&history(seed)).err()?)));
    let (seed, disagreement) = found.unwrap_or_else(|| panic!("{what}: not found"));
    let mut steps = history(seed);
    steps.truncate(disagreement.at + 1);
    let short = shrunk(&steps, 300, &mut |steps| altered(steps).is_err());
    assert!(short.len() <= steps_max, "{what}: {short:#?}");
    assert!(rig.run(&short).is_ok(), "{what}: it was the alteration that was found");
}

#[test]
fn what_is_altered_is_found_and_shrunk() {
    check("a match is lost", 3, |_, answer| match answer {
        Answer::Pages(mut pages) => {
            let last = pages.last_mut().unwrap();
            if last.matches.len() > 1 {
                last.matches.pop();
            }
            Answer::Pages(pages)
        }
        answer => answer,
    });
    check("an order is turned round", 3, |_, answer| match answer {
        Answer::Pages(mut pages) => {
            pages[0].matches.reverse();
            Answer::Pages(pages)
        }
        answer => answer,
    });
    check("an include is lost", 4, |_, answer| match answer {
        Answer::Pages(mut pages) => {
            pages[0].includes.clear();
            Answer::Pages(pages)
        }
        answer => answer,
    });
    check("a total is too high", 1, |_, answer| match answer {
        Answer::Pages(mut pages) => {
            pages[0].total = pages[0].total.map(|total| total + 1);
            Answer::Pages(pages)
        }
        answer => answer,
    });
    check("a history forgets its oldest version", 3, |_, answer| match answer {
        Answer::History(mut pages) => {
            pages.last_mut().unwrap().versions.pop();
            Answer::History(pages)
        }
        answer => answer,
    });
}

#[test]
fn what_is_altered_of_the_past_is_found_and_shrunk() {
    check("a match of the past is lost", 3, |step, answer| match answer {
        Answer::Pages(mut pages) if step.moment().is_some() => {
            pages[0].matches.pop();
            Answer::Pages(pages)
        }
        answer => answer,
    });
    check("what is forgotten is found", 4, |step, answer| match answer {
        Answer::Refused(Refusal::Gone) if step.moment().is_some() => Answer::Pages(vec![NOTHING_FOUND]),
        answer => answer,
    });
    check("too much is forgotten", 3, |_, answer| match answer {
        Answer::Forgotten(count) if count > 0 => Answer::Forgotten(count + 1),
        answer => answer,
    });
}

const NOTHING_FOUND: Page =
    Page { matches: Vec::new(), includes: Vec::new(), total: Some(0), continues: Continues::No };

/// How often something was seen, and how often it could have been.
#[derive(Default)]
struct Seen(BTreeMap<&'static str, (u32, u32)>);

impl Seen {
    fn note(&mut self, what: &'static str, holds: bool) {
        let (seen, all) = self.0.entry(what).or_default();
        *seen += u32::from(holds);
        *all += 1;
    }

    fn step(&mut self, step: &Step, answer: &Answer) {
        match (step, answer) {
            (Step::Search(search), Answer::Pages(pages)) => {
                self.note("searches find something", !pages[0].matches.is_empty());
                self.note("searches have several pages", pages.len() > 1);
                if search.contains("include") {
                    self.note("includes bring something", pages.iter().any(|page| !page.includes.is_empty()));
                }
            }
            (Step::SearchAsOf(..), answer) => {
                let found = matches!(answer, Answer::Pages(pages) if !pages[0].matches.is_empty());
                self.note("searches of the past find something", found);
                self.note(
                    "searches of the past are refused",
                    matches!(answer, Answer::Refused(Refusal::Gone)),
                );
            }
            (Step::Continue(_), answer) => self.note("pages go on", !matches!(answer, Answer::Nothing)),
            (Step::Bundle { entries, .. }, answer) => {
                let is_done = matches!(answer, Answer::Bundle(_));
                self.note("Bundles are done", is_done);
                if entries.iter().any(|entry| entry.method != Method::Get && entry.url.contains('?')) {
                    self.note("Bundles with criteria are done", is_done);
                }
                if entries.iter().any(|entry| entry.method == Method::Patch) {
                    self.note("Bundles with patches are done", is_done);
                }
            }
            (Step::Create { criteria: Some(_), .. }, answer) => {
                let exists = matches!(answer, Answer::Done(Outcome::Existing(_)));
                self.note("conditional creates find one", exists);
            }
            (Step::Update { whose: Whose::Matching(..), .. }, answer) => {
                let finds = matches!(answer, Answer::Done(Outcome::Updated(_) | Outcome::Unchanged(_)));
                self.note("conditional updates find one", finds);
                let makes = matches!(answer, Answer::Done(Outcome::Created(_)));
                self.note("conditional updates make one", makes);
            }
            (Step::Update { .. }, answer) => self.note("updates are done", matches!(answer, Answer::Done(_))),
            (Step::Patch { .. }, answer) => self.note("patches are done", matches!(answer, Answer::Done(_))),
            (Step::Delete { whose: Whose::Matching(..), .. }, answer) => {
                let finds = matches!(answer, Answer::Done(Outcome::Deleted(Some(_))));
                self.note("conditional deletes find one", finds);
            }
            (Step::DeleteAll { .. }, answer) => {
                let finds = matches!(answer, Answer::Done(Outcome::DeletedAll(all)) if !all.is_empty());
                self.note("deletes of all find some", finds);
            }
            (Step::Read(_), answer) => {
                let is_current = matches!(answer, Answer::Found(Found::Current(_)));
                self.note("reads find something", is_current);
            }
            _ => {}
        }
    }
}

#[test]
fn histories_are_worth_their_while() {
    let rig = Rig { fresh_documents_max: 40_000 };
    let mut seen = Seen::default();
    for seed in 2_000_000..2_000_040 {
        let steps = history(seed);
        let mut next = steps.iter();
        let mut look = |_: &Step, answer: Answer| {
            seen.step(next.next().unwrap(), &answer);
            answer
        };
        if let Err(disagreement) = rig.run_altered(&steps, &mut look) {
            panic!("seed {seed} disagrees: {disagreement}");
        }
    }
    let at_least = [
        ("searches find something", 30),
        ("searches have several pages", 5),
        ("includes bring something", 10),
        ("searches of the past find something", 12),
        ("searches of the past are refused", 3),
        ("pages go on", 20),
        ("Bundles are done", 40),
        ("Bundles with criteria are done", 15),
        ("Bundles with patches are done", 15),
        ("conditional creates find one", 8),
        ("updates are done", 70),
        ("conditional updates find one", 10),
        ("conditional updates make one", 10),
        ("patches are done", 10),
        ("conditional deletes find one", 8),
        ("deletes of all find some", 10),
        ("reads find something", 30),
    ];
    for (what, percent) in at_least {
        let (seen, all) = seen.0[what];
        println!("{what}: {seen} of {all}");
        assert!(seen * 100 >= all * percent, "{what}: {seen} of {all}");
    }
}
