//! Searches, by looking at one resource after the other.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::matching::{meets, refers};
use crate::parameters::{Kind, parameters};
use crate::query::{Answer, Include, Query, Start, Way};
use crate::refusal::Refusal;
use crate::repository::Repository;
use crate::sorting::{SearchTies, order};
use crate::version::{Key, Stored};
use crate::world::World;

/// How many matches a page has when nothing is said.
const COUNT_DEFAULT: usize = 20;

/// A page, as the other side shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// In order.
    pub matches: Vec<Stored>,
    /// In any order.
    pub includes: Vec<Stored>,
    /// All matches, when they were counted.
    pub total: Option<u64>,
    /// Whether there is another page.
    pub continues: Continues,
}

/// Whether a page is followed by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continues {
    /// It is.
    Yes,
    /// It is the last.
    No,
}

/// The answer to a search, page after page, of the repository as it was when the search began.
#[derive(Clone, Debug)]
pub struct Pages {
    query: Query,
    snapshot: Repository,
    total: usize,
    /// How many matches may still be shown.
    left: usize,
    /// What has not been shown yet. Within a group the order is free.
    groups: VecDeque<Vec<Rc<Stored>>>,
    /// What has been shown of the first group.
    shown: Vec<Key>,
}

/// The current versions that meet all criteria, the one that changed last last.
pub fn matches(repository: &Repository, query: &Query) -> Vec<Rc<Stored>> {
    let world = World::of(repository);
    let mut found = world.current.clone();
    found.retain(|version| {
        let asked = query.asked_of(version);
        asked.is_some_and(|asked| asked.iter().all(|criterion| meets(criterion, version, &world)))
    });
    found
}

impl Pages {
    /// Begins a search.
    ///
    /// # Errors
    /// What is wrong with the query.
    pub fn begin(repository: &Repository, search: &str) -> Result<Self, Refusal> {
        let query = Query::parse(search)?;
        let mut found = matches(repository, &query);
        let total = found.len();
        if query.answer == Answer::CountOnly {
            found.clear();
        }
        let order = |one: &Stored, other: &Stored| match query.sort.is_empty() {
            // Without `_sort` the order is that of the changes.
            true => repository.commit_of(one).cmp(&repository.commit_of(other)),
            false => order(&query.sort, one, other),
        };
        found.sort_by(|one, other| order(one, other));
        let mut groups: VecDeque<Vec<Rc<Stored>>> = VecDeque::new();
        for version in found {
            match groups.back_mut() {
                Some(group) if order(&group[0], &version).is_eq() => group.push(version),
                _ => groups.push_back(vec![version]),
            }
        }
        let left = query.max.unwrap_or(usize::MAX);
        Ok(Self { query, snapshot: repository.clone(), total, left, groups, shown: Vec::new() })
    }

    /// Whether there is more to show.
    pub fn continues(&self) -> Continues {
        if self.groups.is_empty() || self.left == 0 { Continues::No } else { Continues::Yes }
    }

    /// The next page, with what is alike in the order of its keys.
    #[cfg(test)]
    pub fn show(&mut self) -> Page {
        let mut left = self.query.count.unwrap_or(COUNT_DEFAULT).min(self.left);
        let mut matches = Vec::new();
        while left > 0
            && let Some(group) = self.groups.front_mut()
        {
            group.sort_by(|one, other| one.key.cmp(&other.key));
            matches.push(Stored::clone(&group.remove(0)));
            left -= 1;
            if group.is_empty() {
                self.groups.pop_front();
            }
        }
        self.left -= matches.len();
        let keys: Vec<&Key> = matches.iter().map(|version| &version.key).collect();
        let includes = self.included(&keys).iter().map(|version| Stored::clone(version)).collect();
        let total = (self.query.answer != Answer::Uncounted).then_some(self.total as u64);
        Page { matches, includes, total, continues: self.continues() }
    }

    /// Compares the next page.
    ///
    /// # Errors
    /// In words, how it differs.
    pub fn agree(&mut self, page: &Page, ties: &mut SearchTies) -> Result<(), String> {
        let total = (self.query.answer != Answer::Uncounted).then_some(self.total as u64);
        if page.total != total {
            return Err(format!("total {:?}, not {total:?}", page.total));
        }
        let left: usize = self.groups.iter().map(Vec::len).sum();
        let count = self.query.count.unwrap_or(COUNT_DEFAULT).min(left).min(self.left);
        if page.matches.len() != count {
            return Err(format!("{} matches, not {count}: {}", page.matches.len(), self.describe()));
        }
        for version in &page.matches {
            self.take(version)?;
            let ties = if self.query.sort.is_empty() { &mut ties.unsorted } else { &mut ties.sorted };
            ties.note(&self.shown)?;
            if self.groups.front().is_some_and(Vec::is_empty) {
                self.groups.pop_front();
                self.shown.clear();
            }
        }
        self.left -= count;
        self.includes_agree(page)?;
        let continues = self.continues();
        if page.continues == continues { Ok(()) } else { Err(format!("another page: not {continues:?}")) }
    }

    /// The match must be one of the first group.
    fn take(&mut self, version: &Stored) -> Result<(), String> {
        let Some(group) = self.groups.front_mut() else { return Err("a match too many".to_owned()) };
        let Some(at) = group.iter().position(|expected| expected.key == version.key) else {
            return Err(format!("{} is not what comes next: {}", version.key, self.describe()));
        };
        let expected = group.remove(at);
        self.shown.push(version.key.clone());
        same(&expected, version)
    }

    fn describe(&self) -> String {
        let group = |group: &Vec<Rc<Stored>>| {
            group.iter().map(|version| version.key.to_string()).collect::<Vec<_>>().join(" or ")
        };
        self.groups.iter().map(group).collect::<Vec<_>>().join(", ")
    }

    fn includes_agree(&self, page: &Page) -> Result<(), String> {
        let matches: Vec<&Key> = page.matches.iter().map(|version| &version.key).collect();
        let mut expected = self.included(&matches);
        for version in &page.includes {
            let Some(at) = expected.iter().position(|expected| expected.key == version.key) else {
                return Err(format!("{} is included, and should not be", version.key));
            };
            same(&expected.swap_remove(at), version)?;
        }
        match expected.first() {
            None => Ok(()),
            Some(missing) => Err(format!("{} is not included", missing.key)),
        }
    }

    /// What comes along with the matches of a page: what is linked to them, and then what is linked to that, until nothing new is.
    fn included(&self, matches: &[&Key]) -> Vec<Rc<Stored>> {
        let all = self.snapshot.current().into_iter();
        let (page, mut others): (Vec<_>, Vec<_>) = all.partition(|version| matches.contains(&&version.key));
        let mut found: Vec<Rc<Stored>> = Vec::new();
        loop {
            let is_reached = |version: &Rc<Stored>, include: &Include| {
                let further = if include.start == Start::Everything { &found[..] } else { &[] };
                page.iter().chain(further).any(|start| is_linked(start, include, version))
            };
            let is_new =
                |version: &Rc<Stored>| self.query.includes.iter().any(|include| is_reached(version, include));
            let (new, left): (Vec<_>, Vec<_>) = others.into_iter().partition(is_new);
            others = left;
            if new.is_empty() {
                return found;
            }
            found.extend(new);
        }
    }
}

/// Whether an include leads from one version to another.
fn is_linked(start: &Stored, include: &Include, end: &Stored) -> bool {
    let (source, target) = match include.way {
        Way::Forward => (start, end),
        Way::Reverse => (end, start),
    };
    let resource_type = &source.key.resource_type;
    include.source.as_ref().is_none_or(|name| name == resource_type)
        && include.target.as_ref().is_none_or(|name| *name == target.key.resource_type)
        && match include.parameter {
            Some(by) => refers(by, source, &target.key),
            None => {
                let mut all = parameters(resource_type);
                all.any(|by| by.element.kind() == Kind::Reference && refers(by, source, &target.key))
            }
        }
}

/// Whether two versions are the same in all that is shown of them.
///
/// # Errors
/// In words, how they differ.
pub fn same(expected: &Stored, version: &Stored) -> Result<(), String> {
    if expected == version {
        return Ok(());
    }
    let show = |version: &Stored| {
        let body = version.body.as_ref().map(ToString::to_string);
        format!(
            "{} version {} at {}, {:?}, {body:?}",
            version.key, version.version, version.at, version.operation
        )
    };
    Err(format!("{}\n  instead of {}", show(version), show(expected)))
}

#[cfg(test)]
mod tests;
