//! `fornax import`.

use std::fmt::Write;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use fornax::{Engine, Error, ImportReport, Principal, Tenant};

use crate::administration::{ADMINISTRATOR, Answer, Imported, Request, ask};
use crate::command_line::ImportOptions;
use crate::failure::Failure;
use crate::print::print;

/// Bytes of a line, also of one that will be refused.
const LINE_BYTES_MAX: u64 = 256 << 20;

/// Imports files. Fails when any line was not imported.
pub(crate) fn run(options: &ImportOptions) -> Result<(), Failure> {
    let absolute = |file: &PathBuf| {
        let found = file.canonicalize();
        found.map_err(Failure::io(format!("cannot read {}", file.display())))
    };
    let files = options.files.iter().map(absolute).collect::<Result<Vec<_>, _>>()?;
    let asked = files.len();
    let request = Request::Import { tenant: options.tenant.name.clone(), files };
    let Answer::Imported(all) = ask(&options.tenant.directory.data, &request)? else {
        return Err(Failure::unexpected_answer());
    };
    print(&table(&all))?;
    let refused: usize = all.iter().map(|one| one.refused.len()).sum();
    if all.iter().any(|one| one.stopped.is_some()) {
        return Err(Failure::Refused(format!("stopped in file {} of {asked}", all.len())));
    }
    match refused {
        0 => Ok(()),
        refused => Err(Failure::Refused(format!("{refused} lines were refused"))),
    }
}

fn table(all: &[Imported]) -> String {
    let mut text = String::new();
    for Imported { file, created, updated, unchanged, refused, stopped } in all {
        // Writing to a string can't fail.
        let _ = writeln!(
            text,
            "{}: {created} created, {updated} updated, {unchanged} unchanged, {} lines refused",
            file.display(),
            refused.len()
        );
        for (line, why) in refused {
            let _ = writeln!(text, "  line {line}: {why}");
        }
        if let Some((line, why)) = stopped {
            let _ = writeln!(text, "  stopped, lines up to {line} are done: {why}");
        }
    }
    text
}

/// Imports files one after the other, up to one that stops.
pub(crate) fn files(engine: &Engine, tenant: &str, files: &[PathBuf]) -> fornax::Result<Vec<Imported>> {
    let tenant = engine.tenant(&tenant.parse()?)?;
    let mut all: Vec<Imported> = Vec::new();
    for file in files {
        all.push(import_file(&tenant, file)?);
        if all.last().is_some_and(|one| one.stopped.is_some()) {
            break;
        }
    }
    Ok(all)
}

fn import_file(tenant: &Tenant, file: &Path) -> fornax::Result<Imported> {
    let report = match open(file) {
        Ok(lines) => {
            let mut lines = Lines(lines);
            tenant.import(&mut lines, &fornax::ImportOptions::default(), &Principal::named(ADMINISTRATOR))?
        }
        // As of a file that can't be read from its first line on.
        Err(error) => {
            let mut lines = std::iter::once(Err(error));
            tenant.import(&mut lines, &fornax::ImportOptions::default(), &Principal::named(ADMINISTRATOR))?
        }
    };
    let ImportReport { created, updated, unchanged, refused, stopped, lines, .. } = report;
    let why = |error: Error| match std::error::Error::source(&error) {
        Some(cause) if error.kind() == fornax::ErrorKind::Io => format!("{error}: {cause}"),
        _ => error.to_string(),
    };
    Ok(Imported {
        file: file.to_owned(),
        created,
        updated,
        unchanged,
        refused: refused.into_iter().map(|line| (line.number, line.error.to_string())).collect(),
        stopped: stopped.map(|error| (lines, why(error))),
    })
}

/// A file, unpacked by what its name says.
fn open(path: &Path) -> io::Result<Box<dyn BufRead + Send>> {
    let file = BufReader::with_capacity(1 << 20, File::open(path)?);
    Ok(match path.extension().and_then(|extension| extension.to_str()) {
        Some("gz") => Box::new(BufReader::with_capacity(1 << 20, MultiGzDecoder::new(file))),
        Some("zst") => Box::new(BufReader::with_capacity(1 << 20, zstd::Decoder::with_buffer(file)?)),
        _ => Box::new(file),
    })
}

/// The lines of a file.
struct Lines(Box<dyn BufRead + Send>);

impl Iterator for Lines {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<io::Result<Vec<u8>>> {
        let mut line = Vec::new();
        match (&mut self.0).take(LINE_BYTES_MAX).read_until(b'\n', &mut line) {
            Err(error) => Some(Err(error)),
            Ok(0) => None,
            Ok(bytes) if bytes as u64 == LINE_BYTES_MAX && line.last() != Some(&b'\n') => {
                Some(Err(io::Error::new(io::ErrorKind::InvalidData, "a line is too long")))
            }
            Ok(_) => {
                line.pop_if(|last| *last == b'\n');
                Some(Ok(line))
            }
        }
    }
}
