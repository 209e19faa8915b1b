//! Writes the answer, laid out as the directives want it.

use std::collections::HashMap;

use fornax_definitions::TypeId;
use fornax_model::write::string_into;

use crate::answer::{Answer, Entry, Value};
use crate::plan::Field;
use crate::problem::{Problem, Step};

/// Writes JSON until it gets too long.
pub(crate) struct Writer<'a, 'p> {
    pub answer: &'a Answer<'p>,
    pub out: Vec<u8>,
    pub bytes_max: usize,
    /// What is found wrong on the way.
    pub problems: Vec<Problem<'p>>,
}

/// The answer has more bytes than it may have.
#[derive(Debug)]
pub(crate) struct TooLong;

/// Members of an object whose names and shapes directives change.
#[derive(Default)]
struct Gathered<'a, 'p> {
    members: Vec<Member<'a, 'p>>,
    places: HashMap<String, usize>,
}

struct Member<'a, 'p> {
    key: String,
    field: &'p Field,
    is_list: bool,
    of: Option<TypeId>,
    is_mixed: bool,
    values: Vec<&'a Value<'p>>,
}

/// What fields around a value have made of it.
#[derive(Clone, Copy)]
struct Inherited<'s> {
    /// It stands where a list was flattened.
    is_list: bool,
    /// It stands where something was flattened: what is absent is left out.
    is_flat: bool,
    suffix: &'s str,
}

impl<'a, 'p> Writer<'a, 'p> {
    pub fn value(&mut self, value: &'a Value<'p>) -> Result<(), TooLong> {
        if self.out.len() > self.bytes_max {
            return Err(TooLong);
        }
        match value {
            Value::Null => self.out.extend_from_slice(b"null"),
            Value::Scalar(range) => {
                if let Some(json) = self.answer.scalars.get(range.clone()) {
                    self.out.extend_from_slice(json);
                }
            }
            Value::Object(entries) => self.object(entries)?,
            Value::List(items) => self.list(items.iter())?,
            Value::Sliced(items) => self.list(items.iter().map(|item| &item.1))?,
            Value::Slot(slot) => self.value(self.filled(*slot))?,
        }
        Ok(())
    }

    fn filled(&self, slot: usize) -> &'a Value<'p> {
        self.answer.slots.get(slot).unwrap_or(&Value::Null)
    }

    fn list(&mut self, items: impl Iterator<Item = &'a Value<'p>>) -> Result<(), TooLong> {
        self.out.push(b'[');
        for (place, item) in items.enumerate() {
            if place > 0 {
                self.out.push(b',');
            }
            self.value(item)?;
        }
        self.out.push(b']');
        Ok(())
    }

    fn object(&mut self, entries: &'a [Entry<'p>]) -> Result<(), TooLong> {
        if !entries.iter().all(|entry| entry.field.layout.is_plain()) {
            let mut gathered = Gathered::default();
            let inherited = Inherited { is_list: false, is_flat: false, suffix: "" };
            self.gather(entries, inherited, &mut gathered)?;
            return self.members(gathered);
        }
        self.out.push(b'{');
        for (place, entry) in entries.iter().enumerate() {
            self.name(place, &entry.field.key);
            self.value(&entry.value)?;
        }
        self.out.push(b'}');
        Ok(())
    }

    fn name(&mut self, place: usize, name: &str) {
        if place > 0 {
            self.out.push(b',');
        }
        string_into(&mut self.out, name);
        self.out.push(b':');
    }

    fn gather(
        &mut self,
        entries: &'a [Entry<'p>],
        inherited: Inherited<'_>,
        into: &mut Gathered<'a, 'p>,
    ) -> Result<(), TooLong> {
        for entry in entries {
            let mut value = &entry.value;
            while let Value::Slot(slot) = value {
                value = self.filled(*slot);
            }
            match value {
                Value::List(items) => {
                    if items.is_empty() && !inherited.is_flat && !entry.field.layout.is_flat {
                        self.member(entry, entry.field.key.clone(), inherited, into);
                    }
                    for item in items {
                        self.take(entry, item, inherited, into)?;
                    }
                }
                Value::Sliced(items) => {
                    for (name, item) in items {
                        let suffix = format!("{}.{name}", inherited.suffix);
                        self.take(entry, item, Inherited { suffix: &suffix, ..inherited }, into)?;
                    }
                }
                Value::Null if inherited.is_flat || entry.field.layout.is_flat => {}
                Value::Null => {
                    let key = format!("{}{}", entry.field.key, inherited.suffix);
                    let place = self.member(entry, key, inherited, into);
                    into.members[place].is_list = false;
                }
                single => self.take(entry, single, inherited, into)?,
            }
            if self.out.len() + into.members.len() > self.bytes_max {
                return Err(TooLong);
            }
        }
        Ok(())
    }

    /// Takes one value of an entry: itself, or what it holds.
    fn take(
        &mut self,
        entry: &'a Entry<'p>,
        item: &'a Value<'p>,
        inherited: Inherited<'_>,
        into: &mut Gathered<'a, 'p>,
    ) -> Result<(), TooLong> {
        let mut item = item;
        while let Value::Slot(slot) = item {
            item = self.filled(*slot);
        }
        if !entry.field.layout.is_flat {
            let key = format!("{}{}", entry.field.key, inherited.suffix);
            let place = self.member(entry, key, inherited, into);
            into.members[place].values.push(item);
            return Ok(());
        }
        let Value::Object(entries) = item else { return Ok(()) };
        let is_list = inherited.is_list || entry.is_list;
        self.gather(entries, Inherited { is_list, is_flat: true, suffix: inherited.suffix }, into)
    }

    /// The member of that name, made if there is none.
    fn member(
        &self,
        entry: &Entry<'p>,
        key: String,
        inherited: Inherited<'_>,
        into: &mut Gathered<'a, 'p>,
    ) -> usize {
        let place = into.members.len();
        let is_list = (entry.is_list || inherited.is_list) && !entry.field.layout.is_singleton;
        match into.places.get(&key) {
            Some(&place) => {
                let member = &mut into.members[place];
                member.is_mixed |= member.of != entry.of;
                member.is_list |= is_list;
                place
            }
            None => {
                into.places.insert(key.clone(), place);
                let (field, of) = (entry.field, entry.of);
                into.members.push(Member { key, field, is_list, of, is_mixed: false, values: Vec::new() });
                place
            }
        }
    }

    fn members(&mut self, gathered: Gathered<'a, 'p>) -> Result<(), TooLong> {
        self.out.push(b'{');
        for (place, member) in gathered.members.into_iter().enumerate() {
            self.name(place, &member.key);
            let fault = match member.values.len() {
                _ if member.is_mixed => Some("values of different types"),
                0 | 1 => None,
                _ if !member.is_list => Some("more than one value"),
                _ => None,
            };
            if let Some(fault) = fault {
                let message = format!("`{}` holds {fault}", member.key);
                let path = vec![Step::Key(&member.field.key)];
                self.problems.push(Problem::new("processing", member.field.at, message).under(&path));
                self.out.extend_from_slice(b"null");
                continue;
            }
            match member.values.first() {
                _ if member.is_list => self.list(member.values.into_iter())?,
                Some(single) => self.value(single)?,
                None => self.out.extend_from_slice(b"null"),
            }
        }
        self.out.push(b'}');
        Ok(())
    }
}
