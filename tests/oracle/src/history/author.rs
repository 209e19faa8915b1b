//! Who makes a history up.

use super::random::Random;
use super::vocabulary_table as words;

/// Choices, and what the history is about.
#[derive(Clone, Debug)]
pub struct Author {
    /// The choices.
    pub random: Random,
    /// The resource types that it is about. Others occur as well, rarely.
    pub about: &'static [&'static str],
}

impl Author {
    /// A resource type.
    pub fn resource_type(&mut self) -> &'static str {
        match self.random.below(50) {
            0 => self.random.of_all(words::TYPES),
            _ => self.random.of_all(self.about),
        }
    }
}

/// An id that a client assigned, or what stands for one that the repository made.
pub fn id(random: &mut Random) -> String {
    if random.chance(12) { format!("${}", slot(random)) } else { random.of_all(words::IDS).to_owned() }
}

/// A slot for an id.
pub fn slot(random: &mut Random) -> u8 {
    u8::try_from(random.below(4)).unwrap_or(0)
}
