//! Patches: JSON Patch (RFC 6902) and FHIRPath Patch (fhirpatch.html), as far as histories write them; docs/PATCH.md says what these
//! leave open.

use crate::json::Json;
use crate::refusal::Refusal;

/// How a patch is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchKind {
    /// JSON Patch: an array of operations.
    Json,
    /// FHIRPath Patch: a Parameters resource.
    FhirPath,
}

/// A patch of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// How it is written.
    pub kind: PatchKind,
    /// The patch.
    pub body: Json,
}

/// Members that hold lists, of those that patches add to.
const LISTS: [&str; 1] = ["identifier"];
/// Members that stay as they are.
const FIXED: [&str; 2] = ["id", "resourceType"];

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Member(String),
    Item(usize),
    /// Behind the last item.
    End,
}

impl Patch {
    /// Whether it is a patch at all, whatever the resource.
    ///
    /// # Errors
    /// `Invalid`: it is none.
    pub fn malformed(&self) -> Result<(), Refusal> {
        let known: &[&str] = match self.kind {
            PatchKind::Json => &["add", "remove", "replace", "test"],
            PatchKind::FhirPath => &["add", "insert", "delete", "replace"],
        };
        let names = |operation: &Json| match self.kind {
            PatchKind::Json => operation.text_at("op").map(str::to_owned),
            PatchKind::FhirPath => part(operation, "type").and_then(|name| name.text().map(str::to_owned)),
        };
        let is_known = |operation: &Json| names(operation).is_some_and(|name| known.contains(&&*name));
        if self.operations().iter().all(is_known) { Ok(()) } else { Err(Refusal::Invalid) }
    }

    fn operations(&self) -> &[Json] {
        match self.kind {
            PatchKind::Json => self.body.items(),
            PatchKind::FhirPath => self.body.get("parameter").map_or(&[], Json::items),
        }
    }

    /// What it makes of a resource, as a client sees it.
    ///
    /// # Errors
    /// `Invalid`: it is no patch. `Unprocessable`: it does not fit the resource.
    pub fn apply(&self, resource: &Json) -> Result<Json, Refusal> {
        self.malformed()?;
        let mut patched = resource.clone();
        for operation in self.operations() {
            match self.kind {
                PatchKind::Json => json_operation(operation, &mut patched),
                PatchKind::FhirPath => fhirpath_operation(operation, &mut patched),
            }
            .ok_or(Refusal::Unprocessable)?;
        }
        if FIXED.iter().any(|name| patched.get(name) != resource.get(name)) {
            return Err(Refusal::Unprocessable);
        }
        prune(&mut patched);
        Ok(patched)
    }
}

/// `None`: it does not fit.
fn json_operation(operation: &Json, resource: &mut Json) -> Option<()> {
    let path: Vec<Part> = operation.text_at("path")?.split('/').skip(1).map(pointer_part).collect();
    let value = operation.get("value");
    match operation.text_at("op")? {
        "test" => (find(resource, &path)? == value?).then_some(()),
        "add" => {
            let (last, parents) = path.split_last()?;
            if !matches!(last, Part::Member(_)) && find(resource, parents).is_none() {
                // FHIR has no empty lists: one that is not there is one without items.
                let (list, above) = parents.split_last()?;
                let Part::Member(name) = list else { return None };
                let begins = matches!(last, Part::End | Part::Item(0));
                let members = find_mut(resource, above)?.members_mut()?;
                return begins.then(|| {
                    members.insert(name.clone(), Json::List(vec![value.cloned().unwrap_or(Json::Null)]));
                });
            }
            put(find_mut(resource, parents)?, last, value?.clone())
        }
        "replace" => {
            *find_mut(resource, &path)? = value?.clone();
            Some(())
        }
        "remove" => {
            let (last, parents) = path.split_last()?;
            take(find_mut(resource, parents)?, last)
        }
        _ => None,
    }
}

fn pointer_part(text: &str) -> Part {
    match text.parse() {
        Ok(at) => Part::Item(at),
        Err(_) if text == "-" => Part::End,
        Err(_) => Part::Member(text.to_owned()),
    }
}

/// `None`: it does not fit.
fn fhirpath_operation(operation: &Json, resource: &mut Json) -> Option<()> {
    let text = |name: &str| part(operation, name).and_then(Json::text);
    let path = text("path")?;
    let value = part(operation, "value").cloned();
    let found = places(resource, path);
    match text("type")? {
        "add" => {
            let ([place], name) = (&found[..], text("name")?) else { return None };
            let members = find_mut(resource, place)?.members_mut()?;
            match members.get_mut(name) {
                Some(Json::List(items)) => items.push(value?),
                Some(_) => return None,
                None => {
                    let value = if LISTS.contains(&name) { Json::List(vec![value?]) } else { value? };
                    members.insert(name.to_owned(), value);
                }
            }
            Some(())
        }
        "insert" => {
            let (above, name) = path.rsplit_once('.')?;
            let ([place], Json::Number(index)) = (&places(resource, above)[..], part(operation, "index")?)
            else {
                return None;
            };
            let index: usize = index.parse().ok()?;
            let members = find_mut(resource, place)?.members_mut()?;
            let list = members.entry(name.to_owned()).or_insert_with(|| Json::List(Vec::new()));
            put(list, &Part::Item(index), value?)
        }
        "replace" => {
            let [place] = &found[..] else { return None };
            *find_mut(resource, place)? = value?;
            Some(())
        }
        "delete" => match &found[..] {
            [] => Some(()),
            [place] => {
                let (last, parents) = place.split_last()?;
                take(find_mut(resource, parents)?, last)
            }
            _ => None,
        },
        _ => None,
    }
}

/// The value of a part of an operation.
fn part<'a>(operation: &'a Json, name: &str) -> Option<&'a Json> {
    let parts = operation.get("part").map_or(&[][..], Json::items);
    let part = parts.iter().find(|part| part.text_at("name") == Some(name))?;
    let Json::Object(members) = part else { return None };
    members.iter().find(|(name, _)| name.starts_with("value")).map(|(_, value)| value)
}

/// Where the elements lie that a path of names and indexes selects.
fn places(resource: &Json, path: &str) -> Vec<Vec<Part>> {
    let mut steps = path.split('.');
    if steps.next() != resource.text_at("resourceType") {
        return Vec::new();
    }
    let mut found = vec![Vec::new()];
    for step in steps {
        let (name, index) = match step.split_once('[') {
            Some((name, index)) => (name, index.trim_end_matches(']').parse::<usize>().ok()),
            None => (step, None),
        };
        let mut next = Vec::new();
        for place in found {
            let mut place: Vec<Part> = place;
            place.push(Part::Member(name.to_owned()));
            match find(resource, &place) {
                Some(Json::List(items)) => {
                    let items = (0..items.len()).map(|at| [&place[..], &[Part::Item(at)]].concat());
                    next.extend(items);
                }
                Some(_) => next.push(place),
                None => {}
            }
        }
        found = match index {
            Some(index) => next.into_iter().nth(index).into_iter().collect(),
            None => next,
        };
    }
    found
}

fn find<'a>(json: &'a Json, path: &[Part]) -> Option<&'a Json> {
    path.iter().try_fold(json, |json, part| match (json, part) {
        (Json::Object(members), Part::Member(name)) => members.get(name),
        (Json::List(items), Part::Item(at)) => items.get(*at),
        _ => None,
    })
}

fn find_mut<'a>(json: &'a mut Json, path: &[Part]) -> Option<&'a mut Json> {
    path.iter().try_fold(json, |json, part| match (json, part) {
        (Json::Object(members), Part::Member(name)) => members.get_mut(name),
        (Json::List(items), Part::Item(at)) => items.get_mut(*at),
        _ => None,
    })
}

/// Puts a member in, or an item before the one that is there.
fn put(into: &mut Json, part: &Part, value: Json) -> Option<()> {
    match (into, part) {
        (Json::Object(members), Part::Member(name)) => {
            members.insert(name.clone(), value);
        }
        (Json::List(items), Part::Item(at)) if *at <= items.len() => items.insert(*at, value),
        (Json::List(items), Part::End) => items.push(value),
        _ => return None,
    }
    Some(())
}

fn take(out_of: &mut Json, part: &Part) -> Option<()> {
    match (out_of, part) {
        (Json::Object(members), Part::Member(name)) => members.remove(name).map(|_| ()),
        (Json::List(items), Part::Item(at)) if *at < items.len() => {
            items.remove(*at);
            Some(())
        }
        _ => None,
    }
}

/// What has nothing left goes.
fn prune(json: &mut Json) {
    let is_empty = |json: &Json| match json {
        Json::List(items) => items.is_empty(),
        Json::Object(members) => members.is_empty(),
        _ => false,
    };
    match json {
        Json::List(items) => {
            items.iter_mut().for_each(prune);
            items.retain(|item| !is_empty(item));
        }
        Json::Object(members) => {
            members.values_mut().for_each(prune);
            members.retain(|_, value| !is_empty(value));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: PatchKind, patch: &str, resource: &str, expected: Result<&str, Refusal>) {
        let patch = Patch { kind, body: Json::parse(patch).unwrap() };
        let patched = patch.apply(&Json::parse(resource).unwrap());
        assert_eq!(patched, expected.map(|json| Json::parse(json).unwrap()), "{patch:?}");
    }

    #[test]
    fn json_patches() {
        let check = |patch, resource, expected| check(PatchKind::Json, patch, resource, expected);
        let add = r#"[{"op":"add","path":"/identifier/-","value":{"value":"x"}}]"#;
        check(add, r#"{"id":"a"}"#, Ok(r#"{"id":"a","identifier":[{"value":"x"}]}"#));
        check(
            add,
            r#"{"identifier":[{"value":"w"}]}"#,
            Ok(r#"{"identifier":[{"value":"w"},{"value":"x"}]}"#),
        );
        let remove = r#"[{"op":"remove","path":"/identifier/0"}]"#;
        check(remove, r#"{"id":"a","identifier":[{"value":"x"}]}"#, Ok(r#"{"id":"a"}"#));
        check(remove, r#"{"id":"a"}"#, Err(Refusal::Unprocessable));
        let test = r#"[{"op":"test","path":"/active","value":true},{"op":"replace","path":"/active","value":false}]"#;
        check(test, r#"{"active":true}"#, Ok(r#"{"active":false}"#));
        check(test, r#"{"active":false}"#, Err(Refusal::Unprocessable));
        check(r#"[{"op":"dance"}]"#, "{}", Err(Refusal::Invalid));
        check(r#"[{"op":"replace","path":"/id","value":"z"}]"#, r#"{"id":"a"}"#, Err(Refusal::Unprocessable));
    }

    #[test]
    fn fhirpath_patches() {
        let patch = |parts: &str| {
            format!(
                r#"{{"resourceType":"Parameters","parameter":[{{"name":"operation","part":[{parts}]}}]}}"#
            )
        };
        let check = |parts: &str, resource, expected| {
            check(PatchKind::FhirPath, &patch(parts), resource, expected);
        };
        let add = r#"{"name":"type","valueCode":"add"},{"name":"path","valueString":"Patient"},{"name":"name","valueString":"active"},{"name":"value","valueBoolean":true}"#;
        check(add, r#"{"resourceType":"Patient"}"#, Ok(r#"{"resourceType":"Patient","active":true}"#));
        check(add, r#"{"resourceType":"Patient","active":true}"#, Err(Refusal::Unprocessable));
        check(add, r#"{"resourceType":"Group"}"#, Err(Refusal::Unprocessable));
        let delete =
            r#"{"name":"type","valueCode":"delete"},{"name":"path","valueString":"Patient.identifier[1]"}"#;
        let two = r#"{"resourceType":"Patient","identifier":[{"value":"a"},{"value":"b"}]}"#;
        check(delete, two, Ok(r#"{"resourceType":"Patient","identifier":[{"value":"a"}]}"#));
        check(delete, r#"{"resourceType":"Patient"}"#, Ok(r#"{"resourceType":"Patient"}"#));
        let insert = r#"{"name":"type","valueCode":"insert"},{"name":"path","valueString":"Patient.identifier"},{"name":"index","valueInteger":0},{"name":"value","valueIdentifier":{"value":"x"}}"#;
        check(
            insert,
            r#"{"resourceType":"Patient"}"#,
            Ok(r#"{"resourceType":"Patient","identifier":[{"value":"x"}]}"#),
        );
    }
}
