//! Random histories.

use std::convert::Infallible;

use super::bodies::body;
use super::random::Random;
use super::step::{BundleKind, Since, Step};
use super::vocabulary_table as words;
use crate::json::Json;
use crate::parameters::{Element, Kind, Parameter, is_resource_type, parameters};
use crate::references::{OWN_ADDRESS, rewrite};
use crate::repository::Scope;
use crate::transaction::{Entry, Method};
use crate::version::Key;

/// How many writes a history begins with, so that there is something to look for.
const FIRST_WRITES: usize = 16;
/// How many steps follow.
const STEPS: usize = 40;

/// Who makes a history up.
struct Author {
    random: Random,
    /// The resource types that it is about. Others occur as well, rarely.
    about: &'static [&'static str],
}

impl Author {
    fn resource_type(&mut self) -> &'static str {
        match self.random.below(50) {
            0 => self.random.of_all(words::TYPES),
            _ => self.random.of_all(self.about),
        }
    }
}

/// The history of a seed.
pub fn history(seed: u64) -> Vec<Step> {
    let mut random = Random::of(seed);
    let about = random.of_all(words::SUBJECTS);
    let mut author = Author { random, about };
    let mut steps: Vec<Step> = (0..FIRST_WRITES).map(|_| write(&mut author)).collect();
    steps.extend((0..STEPS).map(|_| step(&mut author)));
    steps
}

fn step(author: &mut Author) -> Step {
    match author.random.below(100) {
        0..=24 => write(author),
        25..=31 => bundle(author),
        32..=36 => Step::Read(key(author)),
        37..=39 => Step::VersionRead(key(author), author.random.below(4) as u64 + 1),
        40..=45 => history_of(author),
        46..=79 => Step::Search(search(author)),
        80..=82 => Step::SearchByPost(search(author)),
        83 | 84 => {
            let scope = scope(author);
            Step::HoldHistory(hold_slot(author), scope, author.random.below(2) as u32 + 1)
        }
        85..=89 => Step::Hold(hold_slot(author), long_search(author)),
        90..=98 => Step::Continue(hold_slot(author)),
        _ if author.random.chance(50) => Step::Reopen,
        _ => Step::Continue(hold_slot(author)),
    }
}

fn slot(random: &mut Random) -> u8 {
    u8::try_from(random.below(4)).unwrap_or(0)
}

fn hold_slot(author: &mut Author) -> u8 {
    u8::from(author.random.chance(50))
}

fn id(random: &mut Random) -> String {
    if random.chance(12) { format!("${}", slot(random)) } else { random.of_all(words::IDS).to_owned() }
}

fn key(author: &mut Author) -> Key {
    let resource_type = if author.random.chance(2) { "Nonsense" } else { author.resource_type() };
    let id = id(&mut author.random);
    Key::of(resource_type, id)
}

fn if_match(random: &mut Random) -> Option<u64> {
    random.chance(10).then(|| random.below(3) as u64 + 1)
}

fn write(author: &mut Author) -> Step {
    let key = key(author);
    match author.random.below(20) {
        0..=4 => {
            let body = body(&mut author.random, &key.resource_type, None);
            let criteria = author.random.chance(40).then(|| criteria(&mut author.random, &key.resource_type));
            Step::Create { slot: slot(&mut author.random), resource_type: key.resource_type, criteria, body }
        }
        5..=7 => Step::Delete { if_match: if_match(&mut author.random), key },
        _ => {
            let written = if author.random.chance(2) { None } else { Some(key.id.as_str()) };
            let body = body(&mut author.random, &key.resource_type, written);
            Step::Update { if_match: if_match(&mut author.random), key, body }
        }
    }
}

/// Criteria of a conditional create: mostly an identifier.
fn criteria(random: &mut Random, resource_type: &str) -> String {
    match random.below(10) {
        0 => format!("_id={}", random.of_all(words::IDS)),
        1 => "_count=1".to_owned(),
        2 => criterion(random, resource_type),
        _ => format!("identifier={}", token(random)),
    }
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

/// A search: some criteria, perhaps an order, perhaps includes.
fn search(author: &mut Author) -> String {
    let criteria = author.random.of_all(&[0, 0, 1, 1, 1, 1, 2]);
    let mut search = search_with(author, criteria);
    if author.random.chance(40) {
        search += &format!("&_count={}", author.random.below(4));
    }
    search
        + author.random.of_all(&["", "", "", "", "", "", "&_total=none", "&_summary=count", "&unheardof=1"])
}

/// A search that has many pages, if there is much to find.
fn long_search(author: &mut Author) -> String {
    let criteria = author.random.of_all(&[0, 0, 0, 1]);
    let search = search_with(author, criteria);
    format!("{search}&_count={}", author.random.below(2) + 1)
}

fn search_with(author: &mut Author, criteria: usize) -> String {
    let resource_type = author.resource_type();
    let mut pairs = Vec::new();
    for _ in 0..criteria {
        pairs.push(criterion(&mut author.random, resource_type));
    }
    if author.random.chance(50) {
        pairs.push(format!("_sort={}", sort(&mut author.random, resource_type)));
    }
    if author.random.chance(30) {
        pairs.push(include(author, resource_type));
    }
    format!("{resource_type}?{}", pairs.join("&"))
}

fn one_of_parameters(
    random: &mut Random,
    resource_type: &str,
    fits: fn(&Parameter) -> bool,
) -> &'static Parameter {
    let all: Vec<&'static Parameter> =
        parameters(resource_type).filter(|parameter| fits(parameter)).collect();
    random.of_all(&all)
}

/// How references are ordered is left to the server.
fn is_sortable(parameter: &Parameter) -> bool {
    parameter.element.kind() != Kind::Reference
}

fn sort(random: &mut Random, resource_type: &str) -> String {
    let mut keys = Vec::new();
    for _ in 0..random.of_all(&[1, 1, 2, 3]) {
        let parameter = one_of_parameters(random, resource_type, is_sortable);
        keys.push(format!("{}{}", random.of_all(&["", "-"]), parameter.code));
    }
    keys.join(",")
}

/// An include that leads from or to what the history is about.
fn include(author: &mut Author, resource_type: &str) -> String {
    let is_reference = |parameter: &&Parameter| parameter.element.kind() == Kind::Reference;
    let leads_here =
        |parameter: &&Parameter| parameter.targets.iter().any(|target| author.about.contains(target));
    let forward = parameters(resource_type).filter(is_reference).filter(leads_here);
    let points = |parameter: &&Parameter| parameter.targets.contains(&resource_type);
    let reverse = author.about.iter().flat_map(|source| parameters(source)).filter(points);
    let mut ways: Vec<String> = forward.map(|by| format!("_include={resource_type}:{}", by.code)).collect();
    ways.extend(reverse.map(|by| format!("_revinclude={}:{}", by.resource_type, by.code)));
    ways.push("_include=*".to_owned());
    let way = author.random.below(ways.len());
    let way = ways.swap_remove(way);
    match author.random.below(12) {
        0 if way != "_include=*" => format!("{way}:{}", author.random.of_all(author.about)),
        1 if ways.len() > 1 => format!("{way}&{}", ways[0]),
        _ => way,
    }
}

/// One criterion: a parameter and its values, rarely several, rarely something that is refused.
fn criterion(random: &mut Random, resource_type: &str) -> String {
    if parameters(resource_type).count() == 0 {
        return "_id=a".to_owned();
    }
    let parameter = one_of_parameters(random, resource_type, |_| true);
    let code = parameter.code;
    match random.below(60) {
        0 => return format!("{code}:missing=true"),
        3 => return format!("{code}:nonsense=a"),
        1 => return "_has:Observation:subject:code=x".to_owned(),
        2 if parameter.element.kind() == Kind::Date => return format!("{code}=2020-13"),
        _ => {}
    }
    if parameter.element.kind() == Kind::Reference && random.chance(15) {
        return format!("{code}:{}={}", random.of_all(parameter.targets), random.of_all(words::IDS));
    }
    let first = value(random, parameter);
    let values = if random.chance(20) { format!("{first},{}", value(random, parameter)) } else { first };
    format!("{code}={values}")
}

fn value(random: &mut Random, parameter: &Parameter) -> String {
    match parameter.element {
        Element::String | Element::HumanName | Element::Address => {
            random.of_all(words::NAME_SEARCHES).to_owned()
        }
        Element::Boolean | Element::Existence => random.chance(50).to_string(),
        Element::Id => id(random),
        Element::Code => code(random, parameter),
        Element::ContactPoint => random.of_all(words::CODES).to_owned(),
        Element::CodeableConcept | Element::Coding | Element::Identifier => token(random),
        Element::Uri => random.of_all(words::URIS).to_owned(),
        Element::Reference => reference(random, parameter),
        Element::LastUpdated => {
            format!("{}$L", random.of_all(&["", "ne", "gt", "lt", "ge", "le", "sa", "eb"]))
        }
        Element::Time => format!("{}{}", random.of_all(words::PREFIXES), date(random)),
        Element::Quantity => quantity(random),
    }
}

fn code(random: &mut Random, parameter: &Parameter) -> String {
    let all: &[&str] = match parameter.code {
        "gender" => &["male", "female", "Male"],
        "intent" => &["order", "plan"],
        "priority" => &["routine", "urgent"],
        "address-use" => &["home", "work"],
        _ => &["final", "amended", "planned", "finished", "active", "stopped"],
    };
    random.of_all(all).to_owned()
}

fn token(random: &mut Random) -> String {
    let (system, code) = (random.of_all(words::SYSTEMS), random.of_all(words::CODES));
    match random.below(8) {
        0 => format!("|{code}"),
        1 => format!("{system}|"),
        2..=4 => format!("{system}|{code}"),
        _ => code.to_owned(),
    }
}

fn date(random: &mut Random) -> String {
    let all = if random.chance(60) { words::DAYS } else { words::TIMES };
    random.of_all(all).replace('+', "%2B")
}

fn quantity(random: &mut Random) -> String {
    let number = random.of_all(words::DECIMALS);
    // A tenth of nothing is nothing, and a tenth of a hundred is too near to others.
    let prefix = random.of_all(words::PREFIXES);
    let prefix = if prefix == "ap" && number != "5.4" { "" } else { prefix };
    let unit = random.of_all(&["", "", "|http://unitsofmeasure.org|mg", "||mg", "||mmHg", "|urn:sys:a|mg"]);
    format!("{prefix}{number}{unit}")
}

fn reference(random: &mut Random, parameter: &Parameter) -> String {
    let (target, id) = (random.of_all(parameter.targets), id(random));
    match random.below(6) {
        0 | 1 => id,
        2 => format!("http://own/fhir/{target}/{id}"),
        3 => format!("http://other/fhir/{target}/{id}"),
        _ => format!("{target}/{id}"),
    }
}

fn bundle(author: &mut Author) -> Step {
    let kind = if author.random.chance(70) { BundleKind::Transaction } else { BundleKind::Batch };
    let (mut entries, mut slots) = (Vec::new(), Vec::new());
    for at in 0..author.random.below(5) + 1 {
        let resource_type = author.resource_type();
        let (mut entry, slot) = entry(author, at, resource_type);
        if kind == BundleKind::Transaction {
            entry.resource = entry.resource.map(|body| linked(&mut author.random, body));
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
        if_match: None,
        resource: None,
    };
    match author.random.below(10) {
        0..=3 => {
            let resource = Json::parse(&body(&mut author.random, resource_type, None));
            let full_url = Some(format!("urn:uuid:{resource_type}-{at}"));
            let asks = author.random.chance(30);
            let if_none_exist = asks.then(|| format!("identifier={}", token(&mut author.random)));
            let entry = Entry { full_url, if_none_exist, resource, ..bare(Method::Post, key.resource_type) };
            (entry, Some(slot(&mut author.random)))
        }
        4..=6 => {
            let resource = Json::parse(&body(&mut author.random, resource_type, Some(&key.id)));
            let full_url = author.random.chance(50).then(|| format!("{OWN_ADDRESS}/{key}"));
            let if_match = if_match(&mut author.random);
            (Entry { full_url, if_match, resource, ..bare(Method::Put, url) }, None)
        }
        7 => (Entry { if_match: if_match(&mut author.random), ..bare(Method::Delete, url) }, None),
        8 => (bare(Method::Get, url), None),
        _ => (bare(Method::Get, search(author)), None),
    }
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
