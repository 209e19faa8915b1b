//! The repository as it stood, and how much of its history is kept.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::Repository;
use crate::refusal::Refusal;
use crate::version::{Key, Stored};

impl Repository {
    /// The repository after the last change up to a time.
    ///
    /// # Errors
    /// `Gone`: that is forgotten.
    pub fn as_of(&self, at: i64) -> Result<Self, Refusal> {
        let count = self.count_until(at);
        let mut then = self.clone();
        Rc::make_mut(&mut then.versions).truncate(count);
        Rc::make_mut(&mut then.commits).truncate(count);
        self.check_kept(&then)?;
        Ok(then)
    }

    /// Whether what this repository was once is still kept.
    ///
    /// # Errors
    /// `Gone`: it is forgotten.
    pub fn check_kept(&self, then: &Self) -> Result<(), Refusal> {
        if then.last_commit() < self.floor { Err(Refusal::Gone) } else { Ok(()) }
    }

    /// Forgets all versions that were replaced up to a time; answers how many.
    pub fn forget(&mut self, at: i64) -> u64 {
        let count = self.count_until(at);
        let floor = count.checked_sub(1).map_or(0, |last| self.commits[last]);
        if floor <= self.floor {
            return 0;
        }
        self.floor = floor;
        let mut seen: BTreeSet<&Key> = BTreeSet::new();
        let mut kept: Vec<usize> = (count..self.versions.len()).collect();
        kept.extend((0..count).rev().filter(|&at| seen.insert(&self.versions[at].key)));
        kept.sort_unstable();
        let before = self.versions.len();
        self.versions = Rc::new(kept.iter().map(|&at| Rc::clone(&self.versions[at])).collect());
        self.commits = Rc::new(kept.iter().map(|&at| self.commits[at]).collect());
        (before - kept.len()) as u64
    }

    /// Whether a version is still there.
    pub fn keeps(&self, version: &Stored) -> bool {
        self.versions.iter().any(|kept| kept.key == version.key && kept.version == version.version)
    }

    fn count_until(&self, at: i64) -> usize {
        self.versions.partition_point(|version| version.at <= at)
    }

    fn last_commit(&self) -> u64 {
        self.commits.last().copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::changes::Expected;
    use crate::repository::{Found, Scope};

    fn write(repository: &mut Repository, id: &str, at: i64) {
        repository.begin_commit();
        let body = format!(r#"{{"resourceType":"Patient","id":"{id}","multipleBirthInteger":{at}}}"#);
        repository.update(&Key::of("Patient", id), Expected::Anything, &body, at).unwrap();
    }

    #[test]
    fn the_past_is_there_until_it_is_forgotten() {
        let mut repository = Repository::default();
        write(&mut repository, "a", 10);
        write(&mut repository, "a", 20);
        write(&mut repository, "b", 20);
        let then = repository.clone();
        write(&mut repository, "a", 30);
        let there = |repository: &Repository, at| repository.as_of(at).map(|then| then.current().len());
        assert_eq!([5, 10, 19, 20, 99].map(|at| there(&repository, at)), [0, 1, 1, 2, 2].map(Ok));
        assert_eq!(repository.forget(5), 0);
        assert_eq!(repository.forget(25), 1);
        assert_eq!(repository.forget(10), 0);
        let gone = Err(Refusal::Gone);
        let expected = [gone, gone, gone, Ok(2), Ok(2)];
        assert_eq!([5, 10, 19, 20, 99].map(|at| there(&repository, at)), expected);
        assert_eq!(repository.check_kept(&then), Ok(()));
        assert_eq!(repository.check_kept(&Repository::default()), Err(Refusal::Gone));
        let read = |number| repository.vread(&Key::of("Patient", "a"), number).unwrap();
        assert_eq!(read(1), Found::Missing);
        assert!(matches!(read(2), Found::Current(_)));
        assert_eq!(repository.history(&Scope::System, None).unwrap().len(), 3);
    }
}
