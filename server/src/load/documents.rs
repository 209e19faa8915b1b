//! The documents of a file, one at a time: a file may be larger than memory, a document may not.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::sources::{Content, Format, Packing, Source};

/// Where a document lies: the number of its file, and its own within the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Place {
    pub source: u32,
    pub number: u32,
}

/// One Bundle, one resource, or some lines with a resource each.
#[derive(Debug)]
pub(crate) struct Document {
    pub place: Place,
    /// The file, and the file within the archive.
    pub name: String,
    pub text: Vec<u8>,
    pub form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Json,
    /// Resources, a line each; the first line's number counts from 1.
    Lines {
        first: u64,
    },
}

/// Bytes of one document. What a server takes in one request is less.
const DOCUMENT_BYTES_MAX: u64 = 256 << 20;
/// Lines that are sent together.
const LINES_MAX: u64 = 100;
/// Bytes after which no further line goes with those before.
const LINES_BYTES_MAX: usize = 2 << 20;

/// Takes documents.
pub(crate) trait Reader {
    /// Whether it wants the document at this place.
    fn wants(&self, place: Place) -> bool;
    /// Takes a document, and says whether to go on.
    fn take(&mut self, document: Document) -> ControlFlow<()>;
    /// Is told of a file in an archive that can't be read; those after it may be.
    fn unreadable(&mut self, name: &str, error: &io::Error);
}

/// Gives a reader the documents of a file that it wants, in order.
///
/// # Errors
/// The file can't be read or unpacked, or something in it is too large.
pub(crate) fn read(source: &Source, index: u32, reader: &mut dyn Reader) -> io::Result<()> {
    let file = File::open(&source.path)?;
    let mut walk = Walk { source: index, next: 0, reader };
    walk.stream(&source.path.display().to_string(), source.format, Box::new(file)).map(drop)
}

struct Walk<'a> {
    source: u32,
    next: u32,
    reader: &'a mut dyn Reader,
}

impl Walk<'_> {
    fn stream(
        &mut self,
        name: &str,
        format: Format,
        packed: Box<dyn Read + '_>,
    ) -> io::Result<ControlFlow<()>> {
        let plain: Box<dyn Read + '_> = match format.packing {
            Packing::Plain => packed,
            Packing::Gzip => Box::new(MultiGzDecoder::new(BufReader::new(packed))),
            Packing::Zstd => Box::new(zstd::Decoder::new(packed)?),
        };
        match format.content {
            Content::Json => self.document(name, plain),
            Content::Ndjson => self.lines(name, BufReader::with_capacity(256 << 10, plain)),
            Content::Tar => self.archive(name, plain),
        }
    }

    fn place(&mut self) -> Place {
        let place = Place { source: self.source, number: self.next };
        self.next += 1;
        place
    }

    fn document(&mut self, name: &str, plain: impl Read) -> io::Result<ControlFlow<()>> {
        let place = self.place();
        if !self.reader.wants(place) {
            return Ok(ControlFlow::Continue(()));
        }
        let mut text = Vec::new();
        plain.take(DOCUMENT_BYTES_MAX + 1).read_to_end(&mut text)?;
        if text.len() as u64 > DOCUMENT_BYTES_MAX {
            return Err(too_large());
        }
        Ok(self.reader.take(Document { place, name: name.to_owned(), text, form: Form::Json }))
    }

    fn lines(&mut self, name: &str, mut plain: impl BufRead) -> io::Result<ControlFlow<()>> {
        let mut first = 1;
        loop {
            let mut text = Vec::new();
            // What was read before a failure is good.
            let (lines, outcome) = read_lines(&mut plain, &mut text);
            let place = self.place();
            if !text.trim_ascii().is_empty() && self.reader.wants(place) {
                let document = Document { place, name: name.to_owned(), text, form: Form::Lines { first } };
                if self.reader.take(document).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            if outcome?.is_break() {
                return Ok(ControlFlow::Continue(()));
            }
            first += lines;
        }
    }

    fn archive(&mut self, name: &str, plain: impl Read) -> io::Result<ControlFlow<()>> {
        let mut archive = tar::Archive::new(plain);
        for member in archive.entries()? {
            let member = member?;
            let path = member.path()?.into_owned();
            let format = Format::of(&path).filter(|format| format.content != Content::Tar);
            let Some(format) = format.filter(|_| member.header().entry_type().is_file()) else { continue };
            let name = format!("{name}!{}", Path::new(&path).display());
            match self.stream(&name, format, Box::new(member)) {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => return Ok(ControlFlow::Break(())),
                Err(error) => self.reader.unreadable(&name, &error),
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// Appends some whole lines. Answers how many, and whether that was all (a break), or what failed; a line that is cut off by a
/// failure is left out.
fn read_lines(plain: &mut impl BufRead, text: &mut Vec<u8>) -> (u64, io::Result<ControlFlow<()>>) {
    let mut lines = 0;
    while lines < LINES_MAX && text.len() < LINES_BYTES_MAX {
        let before = text.len();
        let read = (&mut *plain).take(DOCUMENT_BYTES_MAX).read_until(b'\n', text);
        let outcome = match read {
            Ok(0) => Some(Ok(ControlFlow::Break(()))),
            Ok(read) if read as u64 == DOCUMENT_BYTES_MAX => Some(Err(too_large())),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        };
        if let Some(outcome) = outcome {
            text.truncate(before);
            return (lines, outcome);
        }
        lines += 1;
    }
    (lines, Ok(ControlFlow::Continue(())))
}

fn too_large() -> io::Error {
    let text = format!("a document is larger than {DOCUMENT_BYTES_MAX} bytes");
    io::Error::new(io::ErrorKind::FileTooLarge, text)
}

#[cfg(test)]
mod tests;
