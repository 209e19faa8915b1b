//! Makes the dictionary that records are compressed with, from the resources of a synthetic population, and measures it.
//!
//! `train FILE` writes a dictionary: the same bytes on every machine. It goes to `engine/crates/codec/assets` under a new number
//! once a release has shipped the old one. `show TYPE COUNT` prints resources as they are trained on. `measure FOLDER` compresses
//! the resources of a folder of Bundles one by one.

use std::io::Write;
use std::path::Path;

mod bundles;
mod compact;
mod error;
mod measure;
mod samples;

use error::ToolError;

const SEED: u64 = 0x0F02_4A11;
/// A hundred times the dictionary, as the trainer advises.
const SAMPLE_BYTES: usize = 12 << 20;
const DICTIONARY_BYTES: usize = 112_640;

fn main() -> std::process::ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut out = std::io::stdout().lock();
    match run(&words, &mut out) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "dictionary: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str], out: &mut impl Write) -> Result<(), ToolError> {
    let written = |source| ToolError::File { path: "standard output".into(), source };
    match words {
        ["train", path] => {
            let dictionary = train()?;
            std::fs::write(path, &dictionary)
                .map_err(|source| ToolError::File { path: path.into(), source })?;
            writeln!(out, "{} bytes of dictionary", dictionary.len())
        }
        ["show", kind, count] => {
            let count = count.parse().map_err(|_| ToolError::Usage)?;
            samples::examples(SEED, kind, count)?.iter().try_for_each(|resource| writeln!(out, "{resource}"))
        }
        ["measure", folder] => {
            let resources = bundles::resources(Path::new(folder))?;
            write!(out, "{}", measure::Report::of(&resources)?)
        }
        _ => return Err(ToolError::Usage),
    }
    .map_err(written)
}

fn train() -> Result<Vec<u8>, ToolError> {
    let resources = samples::resources(SEED, SAMPLE_BYTES)?;
    zstd::dict::from_samples(&resources, DICTIONARY_BYTES).map_err(ToolError::Zstd)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Once a release has shipped a dictionary, it is never trained again: its new form gets a new number.
    #[test]
    fn the_newest_dictionary_is_what_this_tool_makes() {
        let shipped = include_bytes!("../../../engine/crates/codec/assets/dictionary-2.zstd");
        assert!(train().unwrap() == shipped, "run `dictionary train`");
    }

    #[test]
    fn what_it_does_not_do() {
        for words in [&[][..], &["train"], &["show", "Patient", "x"], &["show", "Nothing", "1"], &["measure"]]
        {
            assert!(matches!(run(words, &mut Vec::new()), Err(ToolError::Usage)), "{words:?}");
        }
    }

    #[test]
    fn examples_are_shown() {
        let mut out = Vec::new();
        run(&["show", "Patient", "2"], &mut out).unwrap();
        let lines: Vec<&str> = std::str::from_utf8(&out).unwrap().lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line.starts_with(r#"{"resourceType":"Patient""#)));
    }
}
