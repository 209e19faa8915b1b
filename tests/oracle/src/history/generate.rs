//! Random histories.

use std::convert::Infallible;

use super::author::{Author, id, slot};
use super::bodies::body;
use super::criteria::criteria;
use super::patches::patch;
use super::random::Random;
use super::search_values::token;
use super::searches::{long_search, search, search_of_one_type};
use super::step::{BundleKind, Moment, Since, Step};
use super::vocabulary_table as words;
use crate::changes::{Expected, Whose};
use crate::json::Json;
use crate::parameters::is_resource_type;
use crate::references::{OWN_ADDRESS, rewrite};
use crate::repository::Scope;
use crate::transaction::{Entry, Method};
use crate::version::Key;

/// How many writes a history begins with, so that there is something to look for.
const FIRST_WRITES: usize = 16;
/// How many steps follow.
const STEPS: usize = 40;

/// The history of a seed.
pub fn history(seed: u64) -> Vec<Step> {
    let mut random = Random::of(seed);
    let about = random.of_all(words::SUBJECTS);
    let mut author = Author { random, about };
    let mut steps: Vec<Step> = (0..FIRST_WRITES).map(|_| first_write(&mut author)).collect();
    while steps.len() < FIRST_WRITES + STEPS {
        match author.random.below(100) {
            0..=2 => steps.extend(followed(&mut author)),
            3 | 4 => steps.extend(forgotten(&mut author)),
            _ => steps.push(step(&mut author)),
        }
    }
    steps
}

/// Pages that are followed one by one, with changes in between.
fn followed(author: &mut Author) -> Vec<Step> {
    let slot = hold_slot(author);
    let begun = if author.random.chance(20) {
        Step::HoldAsOf(slot, moment(&mut author.random), long_search(author))
    } else {
        Step::Hold(slot, long_search(author))
    };
    let mut steps = vec![begun];
    for _ in 0..author.random.below(4) + 2 {
        let change = if author.random.chance(20) { bundle(author) } else { write(author) };
        steps.extend([change, Step::Continue(slot)]);
    }
    steps
}

/// History is forgotten, and something of the past is asked for.
fn forgotten(author: &mut Author) -> [Step; 2] {
    let before = Moment::Change(author.random.below(30) as u32);
    [Step::Forget(before), Step::SearchAsOf(moment(&mut author.random), search(author))]
}

/// Sometimes before everything.
fn moment(random: &mut Random) -> Moment {
    if random.chance(70) {
        Moment::Change(random.below(30) as u32)
    } else {
        Moment::Search(random.below(8) as u32)
    }
}

fn step(author: &mut Author) -> Step {
    match author.random.below(100) {
        0..=24 => write(author),
        25..=31 => bundle(author),
        32..=36 => Step::Read(key(author)),
        37..=39 => Step::VersionRead(key(author), author.random.below(4) as u64 + 1),
        40..=45 => history_of(author),
        46..=72 => Step::Search(search(author)),
        73..=79 => Step::SearchAsOf(moment(&mut author.random), search(author)),
        80..=82 => Step::SearchByPost(search(author)),
        83 | 84 => {
            let scope = scope(author);
            Step::HoldHistory(hold_slot(author), scope, author.random.below(2) as u32 + 1)
        }
        85..=88 => Step::Hold(hold_slot(author), long_search(author)),
        89 => Step::HoldAsOf(hold_slot(author), moment(&mut author.random), long_search(author)),
        90..=98 => Step::Continue(hold_slot(author)),
        _ => match author.random.below(10) {
            0..=4 => Step::Reopen,
            5 => Step::Rebuild,
            6 | 7 => Step::Compact,
            _ => Step::Continue(hold_slot(author)),
        },
    }
}

fn hold_slot(author: &mut Author) -> u8 {
    u8::from(author.random.chance(50))
}

fn key(author: &mut Author) -> Key {
    let resource_type = if author.random.chance(2) { "Nonsense" } else { author.resource_type() };
    let id = id(&mut author.random);
    Key::of(resource_type, id)
}

fn if_match(random: &mut Random) -> Expected {
    if random.chance(10) { Expected::Version(random.below(3) as u64 + 1) } else { Expected::Anything }
}

/// Of an update.
fn expected(random: &mut Random) -> Expected {
    if random.chance(5) { Expected::Nothing } else { if_match(random) }
}

/// A resource by its id, or by criteria.
fn whose(author: &mut Author) -> Whose {
    let key = key(author);
    if author.random.chance(40) {
        let criteria = criteria(author, &key.resource_type);
        return Whose::Matching(key.resource_type, criteria);
    }
    Whose::Id(key)
}

/// Mostly under ids that others refer to.
fn first_write(author: &mut Author) -> Step {
    if author.random.chance(40) {
        return write(author);
    }
    let key = Key::of(author.resource_type(), author.random.of_all(words::IDS));
    let body = body(&mut author.random, &key.resource_type, Some(&key.id));
    Step::Update { whose: Whose::Id(key), expected: Expected::Anything, body }
}

fn write(author: &mut Author) -> Step {
    match author.random.below(24) {
        0..=4 => {
            let key = key(author);
            let body = body(&mut author.random, &key.resource_type, None);
            let asks = author.random.chance(40);
            let criteria = asks.then(|| criteria(author, &key.resource_type));
            Step::Create { slot: slot(&mut author.random), resource_type: key.resource_type, criteria, body }
        }
        5..=7 => Step::Delete { whose: whose(author), expected: if_match(&mut author.random) },
        8 => {
            let resource_type = key(author).resource_type;
            let criteria = criteria(author, &resource_type);
            Step::DeleteAll { criteria, resource_type, at_most: author.random.below(5) + 1 }
        }
        9..=12 => {
            let whose = whose(author);
            let patch = patch(&mut author.random, whose.resource_type());
            Step::Patch { whose, expected: if_match(&mut author.random), patch }
        }
        13..=15 => conditional_update(author),
        _ => {
            let key = key(author);
            let written = if author.random.chance(2) { None } else { Some(key.id.as_str()) };
            let body = body(&mut author.random, &key.resource_type, written);
            Step::Update { expected: expected(&mut author.random), whose: Whose::Id(key), body }
        }
    }
}

/// Mostly without an id in the body.
fn conditional_update(author: &mut Author) -> Step {
    let key = key(author);
    let criteria = criteria(author, &key.resource_type);
    let written = author.random.chance(30).then_some(key.id.as_str());
    let body = body(&mut author.random, &key.resource_type, written);
    let whose = Whose::Matching(key.resource_type, criteria);
    Step::Update { whose, expected: expected(&mut author.random), body }
}

fn scope(author: &mut Author) -> Scope {
    match author.random.below(4) {
        0 | 1 => Scope::Instance(key(author)),
        2 => Scope::Type(key(author).resource_type),
        _ => Scope::System,
    }
}

fn history_of(author: &mut Author) -> Step {
    let scope = scope(author);
    let count = author.random.chance(60).then(|| author.random.below(4) as u32 + 1);
    let since = if author.random.chance(20) { Since::LastChange } else { Since::Ever };
    Step::History { scope, count, since }
}

fn bundle(author: &mut Author) -> Step {
    let kind = if author.random.chance(70) { BundleKind::Transaction } else { BundleKind::Batch };
    let (mut entries, mut slots) = (Vec::new(), Vec::new());
    for at in 0..author.random.below(5) + 1 {
        let resource_type = author.resource_type();
        let (mut entry, slot) = entry(author, at, resource_type);
        if kind == BundleKind::Transaction {
            entry.resource = entry.resource.map(|body| linked(&mut author.random, body));
            if let Some(patch) = &mut entry.patch {
                patch.body = linked(&mut author.random, patch.body.clone());
            }
        }
        entries.push(entry);
        slots.push(slot);
    }
    if kind == BundleKind::Batch {
        leave_out_open(&mut entries);
    }
    Step::Bundle { kind, entries, slots }
}

/// Leaves out conditional creates beside other creates of that type: entries of a batch must not depend on each other, so whether
/// one finds what another makes is open.
fn leave_out_open(entries: &mut [Entry]) {
    let creates: Vec<String> =
        entries.iter().filter(|entry| entry.method == Method::Post).map(|entry| entry.url.clone()).collect();
    for entry in entries {
        if creates.iter().filter(|url| **url == entry.url).count() > 1 {
            entry.if_none_exist = None;
        }
    }
}

/// An entry. Others refer to it by its fullUrl, such as `urn:uuid:Patient-0`, which tells its type and its place.
fn entry(author: &mut Author, at: usize, resource_type: &str) -> (Entry, Option<u8>) {
    let key = Key::of(resource_type, id(&mut author.random));
    let url = key.to_string();
    let bare = |method, url| Entry {
        full_url: None,
        method,
        url,
        if_none_exist: None,
        expected: Expected::Anything,
        resource: None,
        patch: None,
    };
    let full_url = Some(format!("urn:uuid:{resource_type}-{at}"));
    match author.random.below(20) {
        0..=6 => {
            let resource = Json::parse(&body(&mut author.random, resource_type, None));
            let asks = author.random.chance(30);
            let if_none_exist = asks.then(|| format!("identifier={}", token(&mut author.random)));
            let entry = Entry { full_url, if_none_exist, resource, ..bare(Method::Post, key.resource_type) };
            (entry, Some(slot(&mut author.random)))
        }
        7..=10 => {
            let resource = Json::parse(&body(&mut author.random, resource_type, Some(&key.id)));
            let full_url = author.random.chance(50).then(|| format!("{OWN_ADDRESS}/{key}"));
            let expected = expected(&mut author.random);
            (Entry { full_url, expected, resource, ..bare(Method::Put, url) }, None)
        }
        11 | 12 => {
            let given = author.random.chance(20).then_some(key.id.as_str());
            let resource = Json::parse(&body(&mut author.random, resource_type, given));
            let expected = expected(&mut author.random);
            let url = found(author, resource_type);
            (Entry { full_url, expected, resource, ..bare(Method::Put, url) }, None)
        }
        13..=15 => {
            let url = if author.random.chance(40) { found(author, resource_type) } else { url };
            let patch = Some(patch(&mut author.random, resource_type));
            let expected = if_match(&mut author.random);
            (Entry { full_url, expected, patch, ..bare(Method::Patch, url) }, None)
        }
        16 | 17 => {
            let url = if author.random.chance(40) { found(author, resource_type) } else { url };
            (Entry { expected: if_match(&mut author.random), ..bare(Method::Delete, url) }, None)
        }
        18 => (bare(Method::Get, url), None),
        _ => (bare(Method::Get, search_of_one_type(author)), None),
    }
}

/// The URL of what criteria match. The time is left out: that of a transaction is not known before it is over.
fn found(author: &mut Author, resource_type: &str) -> String {
    let criteria = criteria(author, resource_type);
    if criteria.contains("_lastUpdated") {
        return format!("{resource_type}?identifier={}", token(&mut author.random));
    }
    format!("{resource_type}?{criteria}")
}

/// A body some of whose references are to other entries of the transaction, or to what an identifier describes.
fn linked(random: &mut Random, mut body: Json) -> Json {
    let relinked = rewrite(&mut body, &mut |reference| {
        let asks = random.chance(8);
        Ok::<_, Infallible>(match reference.split_once('/') {
            Some((target, _)) if asks && is_resource_type(target) => {
                format!("{target}?identifier={}", token(random))
            }
            Some((target, _)) if !target.contains(':') && random.chance(40) => {
                format!("urn:uuid:{target}-{}", random.below(4))
            }
            _ => reference.to_owned(),
        })
    });
    match relinked {
        Ok(()) => body,
    }
}
