//! What there is at one moment, for searches that look from one resource to others.

use std::rc::Rc;

use crate::references::Target;
use crate::repository::Repository;
use crate::version::Stored;

/// The current versions, and the time.
#[derive(Clone, Debug)]
pub struct World {
    /// The current version of every resource.
    pub current: Vec<Rc<Stored>>,
    /// In milliseconds since 1970.
    pub now: i64,
}

impl World {
    /// What a repository has now.
    pub fn of(repository: &Repository) -> Self {
        Self { current: repository.current(), now: repository.now() }
    }

    /// What a reference points to, if it is here.
    pub fn find(&self, target: &Target) -> Option<&Stored> {
        let Target::Local(key) = target else { return None };
        self.current.iter().find(|version| version.key == *key).map(Rc::as_ref)
    }
}
