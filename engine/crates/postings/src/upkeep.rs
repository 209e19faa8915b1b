//! Bringing fresh documents to disk, merging segments, and the manifest that names them.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::directory::SegmentDirectory;
use crate::document::{IndexDocument, Seq};
use crate::error::{Error, Result};
use crate::fresh::Chunk;
use crate::index::{DiskSegment, Limits, Live, Postings};
use crate::manifest::{Manifest, ManifestTag, SegmentEntry, TagKeeper};
use crate::merge::{self, MergeWorth};
use crate::schema::DICTIONARY;
use crate::sealed_file::FileSeal;
use crate::segment;
use crate::superseded::Superseded;

/// Documents of one chunk in memory that others are merged into.
const FRESH_MERGED_MAX: u32 = 1_000;

/// What flushes and merges know of the disk.
pub(crate) struct Upkeep {
    /// What the kept tag names; `None` before the first flush.
    kept: Option<ManifestTag>,
    flushed: Seq,
    /// Counts manifests and mark files; never the same twice, also after a failure.
    generation: u64,
    next_segment: u64,
    marks: Vec<MarkFile>,
    /// The segment that a merge is writing: its files are named by no manifest yet.
    being_merged: Option<u64>,
}

/// The marks of a segment as the kept manifest names them.
#[derive(Clone)]
struct MarkFile {
    segment: u64,
    /// What [`Superseded::marks`] was when all were in it; `None`: some are not.
    marks: Option<u32>,
    seal: FileSeal,
}

/// Neighbouring segments under way to become one.
struct MergeRun {
    /// The number of that one.
    number: u64,
    sources: Vec<Arc<DiskSegment>>,
    /// Which of their documents go on, one segment after the other.
    alive: Vec<bool>,
}

impl MergeRun {
    fn marks(&self) -> Vec<&Superseded> {
        self.sources.iter().map(|disk| &*disk.segment.superseded).collect()
    }
}

impl Upkeep {
    pub(crate) fn new() -> Self {
        Self { kept: None, flushed: 0, generation: 0, next_segment: 0, marks: Vec::new(), being_merged: None }
    }

    pub(crate) fn opened(manifest: Manifest, tag: ManifestTag, disk: &[Arc<DiskSegment>]) -> Self {
        let entries = manifest.segments.into_iter().zip(disk);
        let marks = entries.filter_map(|(entry, disk)| {
            entry.marks.map(|seal| MarkFile {
                segment: entry.number,
                marks: Some(disk.segment.superseded.marks()),
                seal,
            })
        });
        Self {
            kept: Some(tag),
            flushed: manifest.seq,
            generation: tag.generation + 1,
            next_segment: manifest.next_segment,
            marks: marks.collect(),
            being_merged: None,
        }
    }

    pub(crate) fn flushed(&self) -> Seq {
        self.flushed
    }

    fn next_segment(&mut self) -> u64 {
        self.next_segment += 1;
        self.next_segment - 1
    }

    fn next_generation(&mut self) -> u64 {
        self.generation += 1;
        self.generation - 1
    }
}

impl Postings {
    /// Brings all fresh documents to disk, except versions superseded up to `floor`: no snapshot before it is asked for any
    /// more. True when something was written.
    pub fn flush(&self, floor: Seq, keeper: &dyn TagKeeper) -> Result<bool> {
        let mut upkeep = self.upkeep.lock();
        let (chunks, seq) = {
            let mut writer = self.writer.lock();
            writer.raise_floor(floor);
            self.freeze(&mut writer)?;
            (self.live.load().chunks.clone(), writer.applied)
        };
        let is_hidden = self.hides.swap(false, Ordering::Relaxed);
        if chunks.is_empty() && upkeep.kept.is_some() && seq == upkeep.flushed && !is_hidden {
            return Ok(false);
        }
        self.write_fresh(&mut upkeep, (&chunks, seq), floor, keeper).inspect_err(|_| {
            self.hides.fetch_or(is_hidden, Ordering::Relaxed);
        })?;
        Ok(true)
    }

    /// Brings these chunks to disk, with all marks up to the commit.
    fn write_fresh(
        &self,
        upkeep: &mut Upkeep,
        (chunks, seq): (&[Arc<Chunk>], Seq),
        floor: Seq,
        keeper: &dyn TagKeeper,
    ) -> Result<()> {
        let marks: Vec<&Superseded> = chunks.iter().map(|chunk| &*chunk.superseded).collect();
        let alive = alive(&marks, floor);
        let written = self.write_segment(upkeep, &documents_alive(chunks, &alive))?;
        {
            let _writer = self.writer.lock();
            if let Some(disk) = &written {
                carry_marks(&marks, &alive, &disk.segment.superseded)?;
            }
            let mut live = Live::clone(&self.live.load());
            live.chunks.drain(..chunks.len());
            live.disk.extend(written.map(Arc::new));
            self.live.store(Arc::new(live));
        }
        self.write_manifest(upkeep, seq, keeper)
    }

    /// Merges one run of neighbouring segments, if there is one worth it, and drops versions superseded up to `floor`. True
    /// when it did; call again then. Flushes go on meanwhile: they wait no longer than marks take to carry over.
    pub fn merge(&self, floor: Seq, worth: MergeWorth, keeper: &dyn TagKeeper) -> Result<bool> {
        let _one_at_a_time = self.merging.lock();
        let Some(run) = self.choose_run(floor, worth) else { return Ok(false) };
        let merged = self.write_merged(&run);
        let mut upkeep = self.upkeep.lock();
        upkeep.being_merged = None;
        let merged = merged?;
        let marks = run.marks();
        {
            let _writer = self.writer.lock();
            if let Some(merged) = &merged {
                carry_marks(&marks, &run.alive, &merged.segment.superseded)?;
            }
            let mut live = Live::clone(&self.live.load());
            // Since the choice, flushes may have added segments behind these, and nobody else changes them.
            let start = live.disk.iter().position(|disk| Arc::ptr_eq(disk, &run.sources[0]));
            let start = start.ok_or(Error::Misuse("a segment went while it was being merged"))?;
            live.disk.splice(start..start + run.sources.len(), merged.map(Arc::new));
            self.live.store(Arc::new(live));
        }
        let seq = upkeep.flushed;
        self.write_manifest(&mut upkeep, seq, keeper)?;
        Ok(true)
    }

    /// What to merge next, if anything is worth it.
    fn choose_run(&self, floor: Seq, worth: MergeWorth) -> Option<MergeRun> {
        let mut upkeep = self.upkeep.lock();
        // A mark that is not on disk yet comes again from the log after a crash, and must find its document.
        let floor = floor.min(upkeep.flushed);
        self.writer.lock().raise_floor(floor);
        let live = self.live.load_full();
        let candidates: Vec<_> =
            live.disk.iter().map(|disk| merge::Candidate::of(&disk.segment, floor)).collect();
        let sources = live.disk[merge::choose(&candidates, worth, &self.limits)?].to_vec();
        let marks: Vec<&Superseded> = sources.iter().map(|disk| &*disk.segment.superseded).collect();
        let alive = alive(&marks, floor);
        let number = upkeep.next_segment();
        upkeep.being_merged = Some(number);
        Some(MergeRun { number, sources, alive })
    }

    /// Writes what is alive of a run; `None`: nothing is.
    fn write_merged(&self, run: &MergeRun) -> Result<Option<DiskSegment>> {
        if !run.alive.contains(&true) {
            return Ok(None);
        }
        let directory = SegmentDirectory::create(self.vault.clone(), run.number);
        let index = merge::write(&run.sources, &run.alive, directory.clone())?;
        DiskSegment::written(run.number, index, directory, &self.caches).map(Some)
    }

    /// Puts neighbouring chunks in memory together, if there is a run worth it, so that searches between single writes do not
    /// meet dozens. True when it did; call again then. A writer waits for it no longer than marks take to carry over.
    ///
    /// Only small ones: a document is built once more with each merge, and before long once more by a flush. Nothing is done
    /// while a flush is under way.
    pub fn merge_fresh(&self, floor: Seq) -> Result<bool> {
        let Some(_upkeep) = self.upkeep.try_lock() else { return Ok(false) };
        self.writer.lock().raise_floor(floor);
        let live = self.live.load_full();
        let candidates: Vec<_> = live
            .chunks
            .iter()
            .map(|chunk| merge::Candidate { documents: chunk.documents.len() as u32, dead: 0 })
            .collect();
        let limits = Limits { segment_documents_max: FRESH_MERGED_MAX, ..self.limits };
        let Some(run) = merge::choose(&candidates, MergeWorth::Third, &limits) else { return Ok(false) };
        let sources = &live.chunks[run.clone()];
        let marks: Vec<&Superseded> = sources.iter().map(|chunk| &*chunk.superseded).collect();
        let alive = alive(&marks, floor);
        let merged = Chunk::of(documents_alive(sources, &alive));
        if !merged.documents.is_empty() {
            merged.segment(&self.caches)?;
        }
        let writer = self.writer.lock();
        carry_marks(&marks, &alive, &merged.superseded)?;
        let mut live = Live::clone(&self.live.load());
        let merged = Some(Arc::new(merged)).filter(|merged| !merged.documents.is_empty());
        live.chunks.splice(run, merged);
        self.live.store(Arc::new(live));
        drop(writer);
        Ok(true)
    }

    fn write_segment(
        &self,
        upkeep: &mut Upkeep,
        documents: &[Arc<IndexDocument>],
    ) -> Result<Option<DiskSegment>> {
        if documents.is_empty() {
            return Ok(None);
        }
        let number = upkeep.next_segment();
        let directory = SegmentDirectory::create(self.vault.clone(), number);
        let index = segment::build(documents, Box::new(directory.clone()))?;
        Ok(Some(DiskSegment::written(number, index, directory, &self.caches)?))
    }

    /// Writes marks and manifest for commits up to `seq`, has the tag kept, and removes what nothing names any more.
    fn write_manifest(&self, upkeep: &mut Upkeep, seq: Seq, keeper: &dyn TagKeeper) -> Result<()> {
        let live = self.live.load_full();
        let mut marks = Vec::with_capacity(live.disk.len());
        let mut segments = Vec::with_capacity(live.disk.len());
        for disk in &live.disk {
            let file = self.write_marks(upkeep, disk, seq)?;
            let (meta, files) = disk.directory.contents();
            let seal = file.as_ref().map(|file| file.seal.clone());
            segments.push(SegmentEntry { number: disk.number, meta, files, marks: seal });
            marks.extend(file);
        }
        let manifest = Manifest {
            dictionary: DICTIONARY.to_owned(),
            context: self.context.clone(),
            seq,
            floor: self.writer.lock().floor,
            next_segment: upkeep.next_segment,
            segments,
        };
        let generation = upkeep.next_generation();
        let tag = manifest.write(&self.vault, generation)?;
        keeper.keep(&tag)?;
        upkeep.kept = Some(tag);
        upkeep.flushed = seq;
        upkeep.marks = marks;
        self.sweep(&manifest.names(generation), upkeep.being_merged)
    }

    /// The marks of a segment up to `seq`: the file that is there, when none came since, else a new one.
    fn write_marks(&self, upkeep: &mut Upkeep, disk: &DiskSegment, seq: Seq) -> Result<Option<MarkFile>> {
        let superseded = &disk.segment.superseded;
        let known = upkeep.marks.iter().find(|file| file.segment == disk.number);
        if let Some(file) = known.filter(|file| file.marks == Some(superseded.marks())) {
            return Ok(Some(file.clone()));
        }
        // Before they are read: one that comes meanwhile makes another file, as one does that is left out.
        let marks = superseded.marks();
        let Some((bytes, left_out)) = superseded.encode(seq)? else { return Ok(None) };
        let marks = if left_out == 0 { Some(marks) } else { None };
        let name = format!("{:016x}.{:016x}.marks", disk.number, upkeep.next_generation());
        let mut writer = self.vault.create(&name)?;
        writer.write_all(&bytes)?;
        Ok(Some(MarkFile { segment: disk.number, marks, seal: writer.finish()? }))
    }

    fn sweep(&self, needed: &[String], being_merged: Option<u64>) -> Result<()> {
        let spared = being_merged.map(|number| format!("{number:016x}."));
        let is_spared = |name: &str| spared.as_deref().is_some_and(|prefix| name.starts_with(prefix));
        for name in self.vault.files.list()? {
            if !needed.contains(&name) && !is_spared(&name) {
                self.vault.files.remove(&name)?;
            }
        }
        Ok(())
    }
}

/// Which versions, one segment after the other, a snapshot at `floor` or later may still see.
fn alive(segments: &[&Superseded], floor: Seq) -> Vec<bool> {
    let marks = segments.iter().flat_map(|superseded| superseded.iter());
    marks.map(|by| by.is_none_or(|by| by > floor)).collect()
}

fn documents_alive(chunks: &[Arc<Chunk>], alive: &[bool]) -> Vec<Arc<IndexDocument>> {
    let documents = chunks.iter().flat_map(|chunk| chunk.documents.iter()).zip(alive);
    documents.filter(|(_, alive)| **alive).map(|(document, _)| Arc::clone(document)).collect()
}

/// Sets the marks of the versions that are carried over on their new places.
fn carry_marks(from: &[&Superseded], alive: &[bool], to: &Superseded) -> Result<()> {
    let marks = from.iter().flat_map(|superseded| superseded.iter());
    let carried = marks.zip(alive).filter(|(_, alive)| **alive).map(|(by, _)| by);
    for (document, by) in (0_u32..).zip(carried) {
        if let Some(by) = by {
            to.mark(document, by)?;
        }
    }
    Ok(())
}
