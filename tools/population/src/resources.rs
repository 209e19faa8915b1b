//! Resources one after the other in one text, and the forms that a server takes them in.

use std::ops::Range;

use crate::calendar::Zone;
use crate::concept::Naming;
use crate::dice::seed_of;
use crate::id::Id;
use crate::json::{Json, Place};

/// What a resource says that it follows.
#[derive(Clone, Copy)]
pub enum Profile {
    /// The last part of a US Core profile's address.
    UsCore(&'static str),
    /// The last part of a CARIN Blue Button profile's address.
    Carin(&'static str),
    /// None that is known.
    None,
}

/// The resources of one patient, or of one piece of the facilities, in an order in which each comes after what it refers to.
pub struct Resources {
    pub(crate) json: Json,
    entries: Vec<Entry>,
    seed: u64,
    /// Which of the resources are written as they are after a change; none, when it is empty.
    pub(crate) changed: Vec<bool>,
}

#[derive(Clone)]
struct Entry {
    kind: &'static str,
    id: Id,
    text: Range<usize>,
    links: Range<usize>,
}

/// One resource.
#[derive(Clone, Copy)]
pub struct Resource<'a> {
    from: &'a Resources,
    entry: &'a Entry,
}

impl<'a> Resource<'a> {
    /// Its type.
    pub fn kind(self) -> &'static str {
        self.entry.kind
    }

    /// Its id, a UUID in lower case.
    pub fn id(self) -> &'a str {
        self.entry.id.as_str()
    }

    /// Its body: compact JSON, references written as `Type/id`.
    pub fn json(self) -> &'a str {
        &self.from.json.text[self.entry.text.clone()]
    }

    /// The positions of the resources of the same piece that it refers to.
    pub(crate) fn targets(self) -> impl Iterator<Item = usize> + 'a {
        self.from.json.links[self.entry.links.clone()].iter().map(|link| link.target)
    }

    /// Appends the body with `urn:uuid:id` for what the same piece holds.
    fn write_local(self, out: &mut String) {
        let mut from = self.entry.text.start;
        for link in &self.from.json.links[self.entry.links.clone()] {
            out.push_str(&self.from.json.text[from..link.at]);
            out.push_str("urn:uuid:");
            from = link.at + link.prefix_bytes;
        }
        out.push_str(&self.from.json.text[from..self.entry.text.end]);
    }

    /// Appends `"request":{"method":"PUT","url":"Type/id"}`, or another method.
    fn write_request(self, method: &str, out: &mut String) {
        write_request(method, self.kind(), self.id(), out);
    }

    /// Appends an entry of a batch: a `PUT` of the body.
    pub(crate) fn write_batch_entry(self, out: &mut String) {
        out.push_str(r#"{"resource":"#);
        out.push_str(self.json());
        out.push(',');
        self.write_request("PUT", out);
        out.push('}');
    }
}

/// Appends the `request` of a Bundle's entry.
pub(crate) fn write_request(method: &str, kind: &str, id: &str, out: &mut String) {
    for part in [r#""request":{"method":""#, method, r#"","url":""#, kind, "/", id, r#""}"#] {
        out.push_str(part);
    }
}

impl Default for Resources {
    fn default() -> Self {
        Self::new()
    }
}

impl Resources {
    /// None yet. Filled again and again, its memory is reused.
    pub fn new() -> Self {
        let json =
            Json { text: String::new(), links: Vec::new(), zone: Zone { winter_h: 0 }, naming: Naming::Full };
        Self { json, entries: Vec::new(), seed: 0, changed: Vec::new() }
    }

    /// Empties it, for the resources under another seed, which are written as a place and its sites do.
    pub(crate) fn restart(&mut self, seed: u64, zone: Zone, naming: Naming) {
        self.json.text.clear();
        self.json.links.clear();
        self.json.zone = zone;
        self.json.naming = naming;
        self.entries.clear();
        self.changed.clear();
        self.seed = seed;
    }

    /// Opens the next resource, up to its `meta`. It has to be ended before another one begins.
    pub(crate) fn begin(&mut self, kind: &'static str, profile: Profile) -> Place {
        let position = self.entries.len();
        let place = place_at(self.seed, position, kind);
        let (text, links) = (self.json.text.len(), self.json.links.len());
        self.entries.push(Entry { kind, id: place.id, text: text..text, links: links..links });
        let text = &mut self.json.text;
        for part in [r#"{"resourceType":""#, kind, r#"","id":""#, place.id.as_str(), "\""] {
            text.push_str(part);
        }
        let (address, name) = match profile {
            Profile::UsCore(name) => ("http://hl7.org/fhir/us/core/StructureDefinition/", name),
            Profile::Carin(name) => ("http://hl7.org/fhir/us/carin-bb/StructureDefinition/", name),
            Profile::None => return place,
        };
        for part in [r#","meta":{"profile":[""#, address, name, r#""]}"#] {
            text.push_str(part);
        }
        place
    }

    /// Closes the resource that was begun last.
    pub(crate) fn end(&mut self) {
        self.json.text.push('}');
        if let Some(entry) = self.entries.last_mut() {
            entry.text.end = self.json.text.len();
            entry.links.end = self.json.links.len();
        }
    }

    /// Whether a resource is to be written as it is after a change.
    pub(crate) fn is_changed(&self, place: &Place) -> bool {
        self.changed.get(place.position).copied().unwrap_or(false)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All of them, in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Resource<'_>> {
        self.entries.iter().map(|entry| Resource { from: self, entry })
    }

    /// The one at a position.
    pub(crate) fn get(&self, position: usize) -> Option<Resource<'_>> {
        self.entries.get(position).map(|entry| Resource { from: self, entry })
    }

    /// Appends a line for each resource, which is its body.
    pub fn write_ndjson(&self, out: &mut String) {
        for resource in self.iter() {
            out.push_str(resource.json());
            out.push('\n');
        }
    }

    /// Appends one transaction Bundle, in one line: each entry a `PUT` to `Type/id` under the `fullUrl` `urn:uuid:id`.
    /// References to what the Bundle holds are written as `urn:uuid:id`, those to others as `Type/id`.
    pub fn write_transaction(&self, out: &mut String) {
        out.push_str(r#"{"resourceType":"Bundle","type":"transaction","entry":["#);
        for (at, resource) in self.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            for part in [r#"{"fullUrl":"urn:uuid:"#, resource.id(), r#"","resource":"#] {
                out.push_str(part);
            }
            resource.write_local(out);
            out.push(',');
            resource.write_request("PUT", out);
            out.push('}');
        }
        out.push_str("]}");
    }
}

/// The place of the `position`-th resource under a seed.
pub(crate) fn place_at(seed: u64, position: usize, kind: &'static str) -> Place {
    let id = Id::at(seed, position as u64);
    Place { kind, id, position, seed: seed_of(!seed, position as u64) }
}
