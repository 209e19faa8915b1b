//! The file of counts on record: what built them, and a line for each scenario.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::{fs, io};

use serde::{Deserialize, Serialize};

/// What counts depend on beside the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Toolchain {
    /// The processor's architecture.
    pub architecture: String,
    /// The compiler, as `rustc --version` says.
    pub rustc: String,
}

impl Toolchain {
    /// The one that runs now.
    ///
    /// # Errors
    /// When `rustc` can't be asked.
    pub fn current() -> Result<Self, CountsError> {
        let said = Command::new("rustc").arg("--version").output().map_err(CountsError::Rustc)?;
        let rustc = String::from_utf8_lossy(&said.stdout).trim().to_owned();
        Ok(Self { architecture: std::env::consts::ARCH.to_owned(), rustc })
    }
}

/// Instructions by scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// What they were counted with.
    pub toolchain: Toolchain,
    /// In the order of the names.
    pub instructions: BTreeMap<String, u64>,
}

/// Why counts are not at hand.
#[derive(Debug, thiserror::Error)]
pub enum CountsError {
    /// The compiler does not say its version.
    #[error("rustc does not run: {0}")]
    Rustc(#[source] io::Error),
    /// The file can't be read or written.
    #[error("the counts on record: {0}")]
    Io(#[from] io::Error),
    /// The file is not what was written.
    #[error("the counts on record: {0}")]
    Malformed(#[from] serde_json::Error),
}

impl Counts {
    /// Those on record; `None`: there are none yet.
    ///
    /// # Errors
    /// When there is a file that can't be read, or is not one of counts.
    pub fn read(path: &Path) -> Result<Option<Self>, CountsError> {
        match fs::read(path) {
            Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Puts these on record.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn write(&self, path: &Path) -> Result<(), CountsError> {
        fs::write(path, self.to_text()?)?;
        Ok(())
    }

    /// JSON, each scenario in a line of its own.
    fn to_text(&self) -> Result<String, CountsError> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{
  "toolchain": {
    "architecture": "x86_64",
    "rustc": "rustc 1.95.0"
  },
  "instructions": {
    "a": 1,
    "b": 2
  }
}
"#;

    #[test]
    fn the_file_is_sorted_and_has_a_line_for_each_scenario() {
        let counts = Counts {
            toolchain: Toolchain { architecture: "x86_64".into(), rustc: "rustc 1.95.0".into() },
            instructions: [("b".into(), 2), ("a".into(), 1)].into(),
        };
        assert_eq!(counts.to_text().unwrap(), TEXT);
        assert_eq!(serde_json::from_str::<Counts>(TEXT).unwrap(), counts);
    }

    #[test]
    fn what_is_not_a_count_is_refused() {
        for (from, to) in
            [(": 1", ": -1"), ("\"b\"", "\"a\" \"b\""), ("rustc\":", "compiler\":"), ("}\n}", "}")]
        {
            let text = TEXT.replacen(from, to, 1);
            assert!(serde_json::from_str::<Counts>(&text).is_err(), "{text}");
        }
    }
}
