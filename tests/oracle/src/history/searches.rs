//! Random searches.

use super::author::Author;
use super::criteria::{content, criterion, last};
use super::filters::filter_of_both;
use super::random::Random;
use super::vocabulary_table as words;
use crate::parameters::{Kind, Parameter, parameters};

/// A search: some criteria, perhaps an order, perhaps includes.
pub fn search(author: &mut Author) -> String {
    let criteria = author.random.of_all(&[0, 0, 1, 1, 1, 1, 2]);
    let search = search_anywhere(author, criteria);
    finished(author, search)
}

/// A search over the resources of one type.
pub fn search_of_one_type(author: &mut Author) -> String {
    let criteria = author.random.of_all(&[0, 0, 1, 1, 1, 1, 2]);
    let resource_type = author.resource_type();
    let search = search_with(author, resource_type, resource_type, criteria);
    finished(author, search)
}

fn finished(author: &mut Author, mut search: String) -> String {
    if author.random.chance(40) {
        search += &format!("&_count={}", author.random.below(4));
    }
    if author.random.chance(8) {
        search += &format!("&_maxresults={}", author.random.below(6));
    }
    search
        + author.random.of_all(&["", "", "", "", "", "", "&_total=none", "&_summary=count", "&unheardof=1"])
}

/// A search that has many pages, if there is much to find.
pub fn long_search(author: &mut Author) -> String {
    let criteria = author.random.of_all(&[0, 0, 0, 1]);
    let search = search_anywhere(author, criteria);
    format!("{search}&_count={}", author.random.below(2) + 1)
}

/// Mostly over one type, also over several, and over what belongs to a patient.
fn search_anywhere(author: &mut Author, criteria: usize) -> String {
    let resource_type = author.resource_type();
    let patient = author.random.of_all(words::IDS);
    match author.random.below(100) {
        0..=7 => search_of_several(author, criteria),
        8..=9 => {
            let pairs = pairs_of_all(author, criteria);
            format!("?{}", pairs.join("&"))
        }
        10..=17 if words::OF_PATIENTS.contains(&resource_type) => {
            search_with(author, &format!("Patient/{patient}/{resource_type}"), resource_type, criteria)
        }
        18..=19 => {
            let pairs = pairs_of_all(author, criteria);
            format!("Patient/{patient}/*?{}", pairs.join("&"))
        }
        _ => search_with(author, resource_type, resource_type, criteria),
    }
}

fn search_with(author: &mut Author, path: &str, resource_type: &str, criteria: usize) -> String {
    let mut pairs = Vec::new();
    for _ in 0..criteria {
        pairs.push(criterion(author, resource_type));
    }
    if author.random.chance(50) {
        pairs.push(format!("_sort={}", sort(&mut author.random, resource_type)));
    }
    if author.random.chance(30) {
        pairs.push(include(author, resource_type));
    }
    format!("{path}?{}", pairs.join("&"))
}

/// Over two types, mostly by what both have.
fn search_of_several(author: &mut Author, criteria: usize) -> String {
    let (one, other) = (author.resource_type(), author.random.of_all(words::TYPES));
    let mut pairs = vec![if one == other { format!("_type={one}") } else { format!("_type={one},{other}") }];
    for _ in 0..criteria {
        if author.random.chance(30) {
            pairs.push(filter_of_both(author, one, other));
            continue;
        }
        if author.random.chance(10) {
            pairs.push(content(&mut author.random));
            continue;
        }
        let asked = last(&mut author.random, one);
        let code = asked.split([':', '=']).next().map(str::to_owned);
        let is_in_both = parameters(other).any(|parameter| Some(parameter.code) == code.as_deref());
        pairs.push(if is_in_both { asked } else { last(&mut author.random, "Resource") });
    }
    pairs.extend(sort_of_all(&mut author.random));
    if author.random.chance(30) {
        pairs.push(include(author, one));
    }
    format!("?{}", pairs.join("&"))
}

/// What all types have.
fn pairs_of_all(author: &mut Author, criteria: usize) -> Vec<String> {
    let mut pairs = Vec::new();
    for _ in 0..criteria {
        pairs.push(match author.random.below(4) {
            0 => filter_of_both(author, "Resource", "Resource"),
            1 => content(&mut author.random),
            _ => last(&mut author.random, "Resource"),
        });
    }
    pairs.extend(sort_of_all(&mut author.random));
    if author.random.chance(20) {
        let resource_type = author.resource_type();
        pairs.push(include(author, resource_type));
    }
    pairs
}

fn sort_of_all(random: &mut Random) -> Option<String> {
    random.chance(50).then(|| {
        format!(
            "_sort={}",
            random.of_all(&["_id", "-_id", "_lastUpdated", "-_lastUpdated", "_id,_lastUpdated"])
        )
    })
}

/// How references and composites are ordered is left to the server.
fn is_sortable(parameter: &&Parameter) -> bool {
    !matches!(parameter.element.kind(), Kind::Reference | Kind::Composite)
}

fn sort(random: &mut Random, resource_type: &str) -> String {
    let all: Vec<&Parameter> = parameters(resource_type).filter(is_sortable).collect();
    let mut keys = Vec::new();
    for _ in 0..random.of_all(&[1, 1, 2, 3]) {
        keys.push(format!("{}{}", random.of_all(&["", "-"]), random.of_all(&all).code));
    }
    keys.join(",")
}

/// An include that leads from or to what the history is about, and perhaps on from there.
fn include(author: &mut Author, resource_type: &str) -> String {
    let mut includes = vec![one_include(author, resource_type)];
    if author.random.chance(35) {
        let next = author.random.of_all(author.about);
        includes.push(one_include(author, next).replacen('=', iterate(author), 1));
    }
    if author.random.chance(10) {
        includes[0] = includes[0].replacen('=', iterate(author), 1);
    }
    includes.join("&")
}

fn iterate(author: &mut Author) -> &'static str {
    author.random.of_all(&[":iterate=", ":iterate=", ":recurse="])
}

fn one_include(author: &mut Author, resource_type: &str) -> String {
    let is_reference = |parameter: &&Parameter| parameter.element.kind() == Kind::Reference;
    let leads_here =
        |parameter: &&Parameter| author.about.iter().any(|target| parameter.may_point_to(target));
    let forward = parameters(resource_type).filter(is_reference).filter(leads_here);
    let points = |parameter: &&Parameter| parameter.may_point_to(resource_type);
    let reverse = author.about.iter().flat_map(|source| parameters(source)).filter(points);
    let mut ways: Vec<String> = forward.map(|by| format!("_include={resource_type}:{}", by.code)).collect();
    ways.extend(reverse.map(|by| format!("_revinclude={}:{}", by.resource_type, by.code)));
    match author.random.below(12) {
        0 => "_include=*".to_owned(),
        1 => format!("_include={resource_type}:*"),
        2 => "_revinclude=*".to_owned(),
        3 => format!("_revinclude={}:*", author.random.of_all(author.about)),
        _ if ways.is_empty() => "_include=*".to_owned(),
        at => {
            let way = author.random.below(ways.len());
            let way = ways.swap_remove(way);
            if at == 4 { format!("{way}:{}", author.random.of_all(author.about)) } else { way }
        }
    }
}
