//! The data that lies beside the checkout, or where `FORNAX_SHARED` says.

use serde_json::value::RawValue;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A file or folder of the shared data; `None`, and a line that says so, when it is not there. In CI it has to be.
pub fn path(name: &str) -> Option<PathBuf> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let path = std::env::var_os("FORNAX_SHARED").map_or_else(beside, PathBuf::from).join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "no data at {}", path.display());
    println!("skipped: no data at {}", path.display());
    None
}

/// Which files of an archive are wanted: by pattern, and not by another.
pub struct Wanted {
    pub pattern: &'static str,
    pub except: &'static str,
}

impl Wanted {
    pub const fn all(pattern: &'static str) -> Self {
        Self { pattern, except: "" }
    }
}

/// The JSON documents of an archive, as written.
pub fn documents(archive: &str, wanted: &Wanted) -> Option<Vec<String>> {
    let path = path(archive)?;
    let program = if archive.ends_with(".tgz") { "gzip -d" } else { "zstd -d --long=27" };
    let output = Command::new("tar")
        .args(["--use-compress-program", program, "--to-stdout", "--wildcards"])
        .arg(format!("--exclude={}", wanted.except))
        .args(["-x", "-f"])
        .arg(&path)
        .arg(wanted.pattern)
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "{} cannot be unpacked", path.display());
    let documents = serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Box<RawValue>>();
    Some(documents.map(|document| Box::<str>::from(document.unwrap()).into_string()).collect())
}

/// A document in which every number is a string, digit by digit as it was written.
pub fn with_numbers_as_written(document: &str) -> serde_json::Value {
    let mut quoted = String::with_capacity(document.len() + 64);
    let mut letters = document.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                quoted.push('"');
                while let Some(inner) = letters.next() {
                    quoted.push(inner);
                    match inner {
                        '\\' => quoted.extend(letters.next()),
                        '"' => break,
                        _ => (),
                    }
                }
            }
            '-' | '0'..='9' => {
                quoted.push('"');
                quoted.push(letter);
                while let Some(digit) =
                    letters.next_if(|&c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'))
                {
                    quoted.push(digit);
                }
                quoted.push('"');
            }
            other => quoted.push(other),
        }
    }
    serde_json::from_str(&quoted).unwrap()
}
