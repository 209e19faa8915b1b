//! One sealed file: a header, then pages of [`PAGE_BYTES`] plain bytes, each sealed on its own.
//!
//! Bytes: `"FXPG"`, format `1`, 3 zero bytes, 32 bytes salt; then per page the ciphertext and a 16-byte tag. Every page but the
//! last holds exactly [`PAGE_BYTES`]; the last holds 0 to [`PAGE_BYTES`] and is sealed as the last, so that a cut file does not
//! open. The key is derived from the index key, the salt and the file's name; a nonce is the page's number.

use std::fmt;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use fornax_crypto::{DataKey, Entropy, PageKey, PagePlace};
use serde::{Deserialize, Serialize};
use tantivy::HasLen;
use tantivy::directory::{FileHandle, OwnedBytes};

use crate::files::{AppendFile, Files, ReadFile};
use crate::page_cache::{FileId, PageCache};

/// Plain bytes of a page.
pub(crate) const PAGE_BYTES: usize = 4096;
const TAG_BYTES: usize = 16;
const SEALED_BYTES: usize = PAGE_BYTES + TAG_BYTES;
const MAGIC: [u8; 8] = *b"FXPG\x01\0\0\0";
const SALT_BYTES: usize = 32;
const HEADER_BYTES: usize = MAGIC.len() + SALT_BYTES;
/// Pages sealed before they go to the file in one write, and opened in one read past the cache.
const RUN_PAGES: usize = 64;
/// A longer read does not pass through the page cache: whoever asks for so much keeps it himself.
const CACHED_READ_BYTES_MAX: usize = 1 << 20;

/// What binds a manifest to one exact file: a file of the same name with other content has another salt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileSeal {
    /// The name within the folder.
    pub name: String,
    /// Bytes on disk.
    pub bytes: u64,
    /// The salt in the header.
    pub salt: [u8; SALT_BYTES],
}

/// Writes a sealed file front to back.
pub(crate) struct SealedWriter {
    file: Box<dyn AppendFile>,
    key: PageKey,
    seal: FileSeal,
    /// Plain bytes of the page being filled. A full page waits for the next byte, since it may be the last.
    plain: Vec<u8>,
    sealed: Vec<u8>,
    page: u64,
}

impl SealedWriter {
    pub(crate) fn create(
        files: &dyn Files,
        name: &str,
        key: &DataKey,
        entropy: &dyn Entropy,
    ) -> io::Result<Self> {
        let mut salt = [0; SALT_BYTES];
        entropy.fill(&mut salt).map_err(io::Error::other)?;
        let mut sealed = Vec::with_capacity(HEADER_BYTES + RUN_PAGES * SEALED_BYTES);
        sealed.extend_from_slice(&MAGIC);
        sealed.extend_from_slice(&salt);
        Ok(Self {
            file: files.create(name)?,
            key: key.page_key(&salt, name.as_bytes()),
            seal: FileSeal { name: name.to_owned(), bytes: 0, salt },
            plain: Vec::with_capacity(PAGE_BYTES),
            sealed,
            page: 0,
        })
    }

    pub(crate) fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.plain.len() == PAGE_BYTES {
                self.seal_page(PagePlace::Inner)?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(PAGE_BYTES - self.plain.len()));
            self.plain.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// Seals the last page and makes the file durable (its name is, after [`Files::sync_folder`]).
    pub(crate) fn finish(mut self) -> io::Result<FileSeal> {
        self.seal_page(PagePlace::Last)?;
        self.append_sealed()?;
        self.file.sync()?;
        Ok(self.seal)
    }

    fn seal_page(&mut self, place: PagePlace) -> io::Result<()> {
        self.key.seal_page(self.page, place, &self.plain, &mut self.sealed).map_err(io::Error::other)?;
        self.plain.clear();
        self.page += 1;
        if self.sealed.len() >= RUN_PAGES * SEALED_BYTES { self.append_sealed() } else { Ok(()) }
    }

    fn append_sealed(&mut self) -> io::Result<()> {
        self.file.append(&self.sealed)?;
        self.seal.bytes += self.sealed.len() as u64;
        self.sealed.clear();
        Ok(())
    }
}

/// A finished sealed file, read by page through a [`PageCache`].
pub(crate) struct SealedFile {
    file: Arc<dyn ReadFile>,
    key: PageKey,
    id: FileId,
    cache: Arc<PageCache>,
    pages: u64,
    plain_bytes: usize,
}

impl SealedFile {
    /// Opens the file that `seal` names, and no other.
    pub(crate) fn open(
        files: &dyn Files,
        seal: &FileSeal,
        key: &DataKey,
        cache: &Arc<PageCache>,
    ) -> io::Result<Self> {
        let file = files.open(&seal.name)?;
        if file.bytes() != seal.bytes || read_salt(&*file)? != seal.salt {
            return Err(damaged("a file is not the one that was written"));
        }
        let sealed_bytes =
            seal.bytes.checked_sub(HEADER_BYTES as u64).ok_or_else(|| damaged("a file is cut"))?;
        let pages = sealed_bytes.div_ceil(SEALED_BYTES as u64);
        let plain_bytes = pages
            .checked_mul(TAG_BYTES as u64)
            .and_then(|tags| sealed_bytes.checked_sub(tags))
            .and_then(|plain| usize::try_from(plain).ok())
            .filter(|_| pages > 0)
            .ok_or_else(|| damaged("a file is cut"))?;
        let key = key.page_key(&seal.salt, seal.name.as_bytes());
        Ok(Self { file, key, id: cache.new_file(), cache: Arc::clone(cache), pages, plain_bytes })
    }

    /// Reads the whole file, past the cache.
    pub(crate) fn read_all(&self) -> io::Result<Vec<u8>> {
        let mut plain = Vec::with_capacity(self.plain_bytes);
        self.read_runs(0..self.pages, |_, page| {
            plain.extend_from_slice(page);
        })?;
        Ok(plain)
    }

    /// Opens pages in runs of one read each, and hands them over in order.
    fn read_runs(&self, pages: Range<u64>, mut each: impl FnMut(u64, &[u8])) -> io::Result<()> {
        let mut buffer = Vec::new();
        let mut first = pages.start;
        while first < pages.end {
            let end = pages.end.min(first + RUN_PAGES as u64);
            let offset = HEADER_BYTES as u64 + first * SEALED_BYTES as u64;
            let bytes = (self.sealed_end(end) - offset) as usize;
            buffer.resize(bytes, 0);
            self.file.read_exact_at(&mut buffer, offset)?;
            for (page, sealed) in (first..end).zip(buffer.chunks_mut(SEALED_BYTES)) {
                let place = if page + 1 == self.pages { PagePlace::Last } else { PagePlace::Inner };
                let plain =
                    self.key.open_page(page, place, sealed).map_err(|_| damaged("a page does not open"))?;
                each(page, plain);
            }
            first = end;
        }
        Ok(())
    }

    fn sealed_end(&self, pages: u64) -> u64 {
        if pages == self.pages {
            HEADER_BYTES as u64 + self.plain_bytes as u64 + self.pages * TAG_BYTES as u64
        } else {
            HEADER_BYTES as u64 + pages * SEALED_BYTES as u64
        }
    }

    /// One page, through the cache.
    fn page(&self, page: u64) -> io::Result<Arc<[u8]>> {
        if let Some(plain) = self.cache.get(self.id, page) {
            return Ok(plain);
        }
        let mut opened = None;
        self.read_runs(page..page + 1, |_, plain| opened = Some(Arc::<[u8]>::from(plain)))?;
        let plain = opened.ok_or_else(|| damaged("a page is missing"))?;
        self.cache.insert(self.id, page, Arc::clone(&plain));
        Ok(plain)
    }

    fn read_uncached(&self, range: &Range<usize>, pages: Range<u64>) -> io::Result<Vec<u8>> {
        let mut plain = Vec::with_capacity(range.len() + 2 * PAGE_BYTES);
        let skip = range.start - pages.start as usize * PAGE_BYTES;
        self.read_runs(pages, |_, page| plain.extend_from_slice(page))?;
        plain.drain(..skip);
        plain.truncate(range.len());
        Ok(plain)
    }

    /// Gathers pages from the cache; each run of missing ones is read in one go and left there.
    fn read_cached(&self, range: &Range<usize>, pages: Range<u64>) -> io::Result<Vec<u8>> {
        let mut plain = Vec::with_capacity(range.len());
        let mut next = pages.start;
        while next < pages.end {
            if let Some(page) = self.cache.get(self.id, next) {
                plain.extend_from_slice(&page[within(range, next, page.len())]);
                next += 1;
                continue;
            }
            let end =
                (next + 1..pages.end).find(|&page| self.cache.contains(self.id, page)).unwrap_or(pages.end);
            self.read_runs(next..end, |number, page| {
                plain.extend_from_slice(&page[within(range, number, page.len())]);
                self.cache.insert(self.id, number, page.into());
            })?;
            next = end;
        }
        Ok(plain)
    }
}

/// The part of page `page` (of `bytes` plain bytes) that lies in `range` of the file.
fn within(range: &Range<usize>, page: u64, bytes: usize) -> Range<usize> {
    let start = page as usize * PAGE_BYTES;
    range.start.saturating_sub(start).min(bytes)..(range.end - start).min(bytes)
}

pub(crate) fn read_salt(file: &dyn ReadFile) -> io::Result<[u8; SALT_BYTES]> {
    let mut header = [0; HEADER_BYTES];
    file.read_exact_at(&mut header, 0)?;
    let (magic, salt) = header.split_at(MAGIC.len());
    if magic != MAGIC {
        return Err(damaged("a file has no sealed header"));
    }
    salt.try_into().map_err(|_| damaged("a file has no salt"))
}

fn damaged(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

impl fmt::Debug for SealedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedFile").field("id", &self.id).field("plain_bytes", &self.plain_bytes).finish()
    }
}

impl HasLen for SealedFile {
    fn len(&self) -> usize {
        self.plain_bytes
    }
}

impl FileHandle for SealedFile {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        if range.is_empty() {
            return Ok(OwnedBytes::empty());
        }
        if range.end > self.plain_bytes {
            return Err(damaged("a read beyond the end of a file"));
        }
        let first = (range.start / PAGE_BYTES) as u64;
        let end = ((range.end - 1) / PAGE_BYTES) as u64 + 1;
        if end - first == 1 {
            let page = self.page(first)?;
            let part = within(&range, first, page.len());
            return Ok(OwnedBytes::new(page).slice(part));
        }
        let plain = if range.len() > CACHED_READ_BYTES_MAX {
            self.read_uncached(&range, first..end)?
        } else {
            self.read_cached(&range, first..end)?
        };
        Ok(OwnedBytes::new(plain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faulty::FaultyFiles;
    use fornax_crypto::SystemEntropy;

    fn check(bytes: usize) {
        let files = FaultyFiles::default();
        let key = DataKey::generate(&SystemEntropy::new()).unwrap();
        let plain: Vec<u8> = (0..bytes).map(|n| (n % 251) as u8).collect();
        let mut writer = SealedWriter::create(&files, "file", &key, &SystemEntropy::new()).unwrap();
        for part in plain.chunks(1000) {
            writer.write_all(part).unwrap();
        }
        let seal = writer.finish().unwrap();
        assert_eq!(seal.bytes, files.contents()["file"].len() as u64);
        let cache = Arc::new(PageCache::with_bytes(1 << 20));
        let file = SealedFile::open(&files, &seal, &key, &cache).unwrap();
        assert_eq!(file.len(), bytes);
        assert_eq!(file.read_all().unwrap(), plain);
        // Every kind of read: within a page, over a border, many pages with some cached, beyond what the cache takes.
        let ends = [0, 1, PAGE_BYTES - 1, PAGE_BYTES, PAGE_BYTES + 1, 3 * PAGE_BYTES, bytes / 2, bytes];
        for start in ends {
            for end in ends.into_iter().filter(|&end| start <= end && end <= bytes) {
                assert_eq!(
                    &*file.read_bytes(start..end).unwrap(),
                    &plain[start..end],
                    "{start}..{end} of {bytes}"
                );
            }
        }
        assert!(file.read_bytes(0..bytes + 1).is_err());
    }

    #[test]
    fn every_length_comes_back_in_every_part() {
        let run = RUN_PAGES * PAGE_BYTES;
        for bytes in [0, 1, PAGE_BYTES - 1, PAGE_BYTES, PAGE_BYTES + 1, 5 * PAGE_BYTES, run, run + 1, 2 << 20]
        {
            check(bytes);
        }
    }
}
