//! Making a failing history short: first fewer steps, then simpler ones.

use super::step::{Moment, Step};
use crate::json::Json;
use crate::patch::Patch;

/// The shortest history found that still fails. `fails` is asked at most `attempts_max` times.
pub fn shrunk(steps: &[Step], attempts_max: usize, fails: &mut impl FnMut(&[Step]) -> bool) -> Vec<Step> {
    let mut attempts = attempts_max;
    let mut still_fails = |steps: &[Step]| {
        attempts > 0 && {
            attempts -= 1;
            fails(steps)
        }
    };
    let mut short = steps.to_vec();
    loop {
        let before = short.clone();
        // A near moment needs fewer steps.
        simplify(&mut short, nearer, &mut still_fails);
        leave_out(&mut short, &mut still_fails);
        simplify(&mut short, simpler, &mut still_fails);
        if short == before {
            return short;
        }
    }
}

/// Leaves out pieces of half the length, of a quarter, and so on down to single steps.
fn leave_out(steps: &mut Vec<Step>, fails: &mut impl FnMut(&[Step]) -> bool) {
    let mut length = steps.len().div_ceil(2);
    while length > 0 {
        // From the end: what comes late is rarely needed.
        let mut at = steps.len().saturating_sub(length);
        loop {
            let mut fewer = steps.clone();
            fewer.drain(at..(at + length).min(steps.len()));
            if !fewer.is_empty() && fails(&fewer) {
                *steps = fewer;
            }
            if at == 0 {
                break;
            }
            at = at.saturating_sub(length);
        }
        length /= 2;
    }
}

/// Makes each step simpler, as often as one of the ways is found.
fn simplify(steps: &mut [Step], ways: fn(&Step) -> Vec<Step>, fails: &mut impl FnMut(&[Step]) -> bool) {
    for at in 0..steps.len() {
        while let Some(simpler) = ways(&steps[at]).into_iter().find(|simpler| {
            let mut changed = steps.to_vec();
            changed[at] = simpler.clone();
            fails(&changed)
        }) {
            steps[at] = simpler;
        }
    }
}

/// A step in all the ways in which it may be made a little simpler.
fn simpler(step: &Step) -> Vec<Step> {
    match step {
        Step::Create { slot, resource_type, criteria, body } => {
            let with = |body: String| Step::Create {
                slot: *slot,
                resource_type: resource_type.clone(),
                criteria: criteria.clone(),
                body,
            };
            simpler_texts(body).into_iter().map(with).collect()
        }
        Step::Update { whose, expected, body } => {
            let with = |body| Step::Update { whose: whose.clone(), expected: *expected, body };
            simpler_texts(body).into_iter().map(with).collect()
        }
        Step::Patch { whose, expected, patch } => {
            let with = |patch| Step::Patch { whose: whose.clone(), expected: *expected, patch };
            simpler_patches(patch).into_iter().map(with).collect()
        }
        Step::Search(search) => simpler_searches(search).into_iter().map(Step::Search).collect(),
        Step::SearchByPost(search) => {
            let by_get = [Step::Search(search.clone())].into_iter();
            by_get.chain(simpler_searches(search).into_iter().map(Step::SearchByPost)).collect()
        }
        Step::Hold(slot, search) => {
            simpler_searches(search).into_iter().map(|search| Step::Hold(*slot, search)).collect()
        }
        Step::SearchAsOf(moment, search) => {
            let of_now = [Step::Search(search.clone())].into_iter();
            let simpler = simpler_searches(search).into_iter();
            of_now.chain(simpler.map(|search| Step::SearchAsOf(*moment, search))).collect()
        }
        Step::HoldAsOf(slot, moment, search) => {
            let of_now = [Step::Hold(*slot, search.clone())].into_iter();
            let simpler = simpler_searches(search).into_iter();
            of_now.chain(simpler.map(|search| Step::HoldAsOf(*slot, *moment, search))).collect()
        }
        Step::Rebuild => vec![Step::Reopen],
        Step::Bundle { kind, entries, slots } => {
            let mut found = Vec::new();
            for at in 0..entries.len() {
                let (mut fewer, mut fewer_slots) = (entries.clone(), slots.clone());
                fewer.remove(at);
                fewer_slots.remove(at);
                found.push(Step::Bundle { kind: *kind, entries: fewer, slots: fewer_slots });
                for patch in entries[at].patch.iter().flat_map(simpler_patches) {
                    let mut changed = entries.clone();
                    changed[at].patch = Some(patch);
                    found.push(Step::Bundle { kind: *kind, entries: changed, slots: slots.clone() });
                }
                for resource in entries[at].resource.iter().flat_map(simpler_bodies) {
                    let mut changed = entries.clone();
                    changed[at].resource = Some(resource);
                    found.push(Step::Bundle { kind: *kind, entries: changed, slots: slots.clone() });
                }
            }
            found
        }
        _ => Vec::new(),
    }
}

/// The step at moments that fewer steps lead to.
fn nearer(step: &Step) -> Vec<Step> {
    let of: &dyn Fn(Moment) -> Step = match step {
        Step::SearchAsOf(_, search) => &|moment| Step::SearchAsOf(moment, search.clone()),
        Step::HoldAsOf(slot, _, search) => &|moment| Step::HoldAsOf(*slot, moment, search.clone()),
        Step::Forget(_) => &Step::Forget,
        _ => return Vec::new(),
    };
    let (back, moment): (u32, fn(u32) -> Moment) = match step {
        Step::SearchAsOf(Moment::Change(back), _)
        | Step::HoldAsOf(_, Moment::Change(back), _)
        | Step::Forget(Moment::Change(back)) => (*back, Moment::Change),
        Step::SearchAsOf(Moment::Search(back), _) | Step::HoldAsOf(_, Moment::Search(back), _) => {
            (*back, Moment::Search)
        }
        _ => return Vec::new(),
    };
    let nearer = [0, back / 2, back.saturating_sub(1)].into_iter().filter(|nearer| *nearer < back);
    nearer.map(|back| of(moment(back))).collect()
}

/// A patch without one of its operations.
fn simpler_patches(patch: &Patch) -> Vec<Patch> {
    let of = |body| Patch { kind: patch.kind, body };
    match &patch.body {
        Json::List(operations) => without_one(operations).map(|fewer| of(Json::List(fewer))).collect(),
        Json::Object(members) => {
            let operations = members.get("parameter").map_or(&[][..], Json::items);
            let with = |fewer| {
                let mut members = members.clone();
                members.insert("parameter".to_owned(), Json::List(fewer));
                of(Json::Object(members))
            };
            without_one(operations).map(with).collect()
        }
        _ => Vec::new(),
    }
}

fn without_one(items: &[Json]) -> impl Iterator<Item = Vec<Json>> {
    let at_all = 0..if items.len() > 1 { items.len() } else { 0 };
    at_all.map(|at| {
        let mut fewer = items.to_vec();
        fewer.remove(at);
        fewer
    })
}

fn simpler_texts(body: &str) -> Vec<String> {
    Json::parse(body).iter().flat_map(simpler_bodies).map(|body| body.to_string()).collect()
}

/// A body without one of its members, or without one item of one of them. What every resource of its type must have is tried too:
/// a body that is refused does not fail in the same way.
fn simpler_bodies(body: &Json) -> Vec<Json> {
    let Json::Object(members) = body else { return Vec::new() };
    let mut found = Vec::new();
    for (name, value) in members.iter().filter(|(name, _)| !matches!(name.as_str(), "resourceType" | "id")) {
        let mut fewer = members.clone();
        fewer.remove(name);
        found.push(Json::Object(fewer));
        if let Json::List(items) = value
            && items.len() > 1
        {
            for at in 0..items.len() {
                let (mut items, mut fewer) = (items.clone(), members.clone());
                items.remove(at);
                fewer.insert(name.clone(), Json::List(items));
                found.push(Json::Object(fewer));
            }
        }
    }
    found
}

/// A search without one of its parameters, or of its values, or over more.
fn simpler_searches(search: &str) -> Vec<String> {
    let Some((path, query)) = search.split_once('?') else { return Vec::new() };
    let pairs: Vec<&str> = query.split('&').collect();
    let of = |pairs: Vec<&str>| match pairs.join("&") {
        kept if kept.is_empty() && !path.is_empty() => path.to_owned(),
        kept => format!("{path}?{kept}"),
    };
    let mut found = Vec::new();
    for at in 0..pairs.len() {
        let mut fewer = pairs.clone();
        fewer.remove(at);
        found.push(of(fewer));
    }
    for (at, (name, value)) in
        pairs.iter().enumerate().filter_map(|(at, pair)| Some((at, pair.split_once('=')?)))
    {
        // A comma that is meant itself has a backslash before it.
        let values: Vec<&str> = if value.contains("%5C") { vec![value] } else { value.split(',').collect() };
        for fewer in values.iter().filter(|_| values.len() > 1) {
            let simpler = format!("{name}={fewer}");
            let mut changed = pairs.clone();
            changed[at] = &simpler;
            found.push(of(changed));
        }
    }
    if let Some((_, resource_type)) = path.rsplit_once('/') {
        let everywhere = if resource_type == "*" { "" } else { resource_type };
        found.push(format!("{everywhere}?{query}"));
    }
    found.retain(|simpler| simpler != search);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::notation::{parse, write};

    #[test]
    fn what_has_no_part_in_the_failure_goes() {
        let mut text = String::new();
        for n in 0..20 {
            text += &format!("read Patient/{n}\n");
        }
        text += r#"create 1 Patient {"resourceType":"Patient","active":true,"name":[{"family":"a"},{"family":"b"}]}"#;
        text += "\nreopen\nsearch Patient?family=b&active=true\n";
        let steps = parse(&text).unwrap();
        let mut fails = |steps: &[Step]| {
            let text = write(steps);
            text.contains("read Patient/7\n")
                && text.contains(r#"{"family":"b"}"#)
                && text.contains("family=b")
        };
        let short = write(&shrunk(&steps, 1_000, &mut fails));
        let expected = r#"read Patient/7
create 1 Patient {"name":[{"family":"b"}],"resourceType":"Patient"}
search Patient?family=b
"#;
        assert_eq!(short, expected);
    }

    #[test]
    fn moments_come_nearer() {
        let text = "read Patient/1\nforget change-9\nsearch-as-of change-20 Patient?_id=a";
        let mut fails = |steps: &[Step]| {
            let far =
                |step: &Step, least| matches!(step.moment(), Some(Moment::Change(back)) if back >= least);
            steps.iter().any(|step| far(step, 3))
        };
        assert_eq!(
            write(&shrunk(&parse(text).unwrap(), 1_000, &mut fails)),
            "search-as-of change-3 Patient\n"
        );
    }

    #[test]
    fn searches_become_simpler() {
        let rows = [
            ("Patient?a=1&b=2", "Patient?b=2 Patient?a=1"),
            ("Patient?a=1,2", "Patient Patient?a=1 Patient?a=2"),
            ("Patient?a=1%5C,2", "Patient"),
            ("?_type=A", "?"),
            ("?", ""),
            ("Patient/x/Group?a=1", "Patient/x/Group Group?a=1"),
            ("Patient/x/*?a=1", "Patient/x/* ?a=1"),
        ];
        for (search, expected) in rows {
            assert_eq!(simpler_searches(search).join(" "), expected, "{search}");
        }
    }
}
