//! The steps of an import: each is the next so many lines, prepared by one thread while another one's are committed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use fornax_model::{Document, Node};
use parking_lot::{Condvar, Mutex};

use super::lines::Lines;
use super::{ImportLines, ImportOptions, ImportReport, RefusedLine};
use crate::change::Expected;
use crate::commit::{contended, sequence_all};
use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::parameters;
use crate::records::bug;
use crate::tenant_id::Principal;
use crate::write::{
    BodySource, Content, IdRule, Outlives, OwnReferences, PreparedWrite, Staging, Work, Written,
    parse_failed, put_node, resource_limits,
};

/// Fewer writes than these are a commit like any other: a file for each would be too small.
const BULK_WRITES_MIN: usize = 1_000;
/// How often others may be in the way of a bulk commit before its writes are made one by one.
const BULK_TRIES: usize = 3;
/// The same, where they can't be made one by one.
const CHECKED_TRIES: usize = 16;

/// Single writes that are brought to the sequencer at a time.
const WORKS_AT_ONCE: usize = 250;

/// What the threads of an import share.
struct Import<'a, 'l> {
    core: &'a Core,
    options: &'a ImportOptions,
    principal: &'a Principal,
    feed: Mutex<Feed<'l>>,
    /// The step whose turn it is to commit, and the report so far.
    turn: Mutex<Turn>,
    turned: Condvar,
}

struct Feed<'l> {
    lines: &'l mut ImportLines<'l>,
    /// Lines read, and steps made of them.
    read: u64,
    steps: u64,
    is_over: bool,
}

struct Turn {
    step: u64,
    report: ImportReport,
}

/// Lines of one step, with their numbers.
struct Step {
    number: u64,
    lines: Vec<(u64, Vec<u8>)>,
    /// The last line that was read for it.
    up_to: u64,
    /// Why nothing comes after it.
    failed: Option<Error>,
}

/// A step's lines, prepared.
struct Ready {
    lines: Lines,
    refused: Vec<RefusedLine>,
}

/// Imports all lines, or as many as can be.
pub(super) fn run<'l>(
    core: &Core,
    lines: &'l mut ImportLines<'l>,
    options: &ImportOptions,
    principal: &Principal,
) -> ImportReport {
    let import = Import {
        core,
        options,
        principal,
        feed: Mutex::new(Feed { lines, read: 0, steps: 0, is_over: false }),
        turn: Mutex::new(Turn { step: 0, report: ImportReport::default() }),
        turned: Condvar::new(),
    };
    std::thread::scope(|scope| {
        for _ in 1..options.threads {
            scope.spawn(|| import.work());
        }
        import.work();
    });
    import.turn.into_inner().report
}

impl Import<'_, '_> {
    fn work(&self) {
        while let Some(mut step) = self.next_step() {
            let lines = std::mem::take(&mut step.lines);
            // Else those whose turn is later would wait for ever.
            let ready = catch_unwind(AssertUnwindSafe(|| self.prepare(lines)));
            self.commit_in_turn(&step, ready.ok());
        }
    }

    /// The next lines; `None`: there are no more, or it was stopped.
    fn next_step(&self) -> Option<Step> {
        let mut feed = self.feed.lock();
        if feed.is_over {
            return None;
        }
        let (mut lines, mut bytes, mut failed) = (Vec::new(), 0, None);
        while lines.len() < self.options.commit_lines_max && bytes < self.options.commit_bytes_max {
            match feed.lines.next() {
                None => {
                    feed.is_over = true;
                    break;
                }
                Some(Err(error)) => {
                    feed.is_over = true;
                    let issue = Issue::error("incomplete", "what is imported can't be read further");
                    failed = Some(Error::new(ErrorKind::Io, issue).caused_by(error));
                    break;
                }
                Some(Ok(line)) => {
                    feed.read += 1;
                    if !line.trim_ascii().is_empty() {
                        bytes += line.len();
                        lines.push((feed.read, line));
                    }
                }
            }
        }
        feed.steps += 1;
        Some(Step { number: feed.steps - 1, lines, up_to: feed.read, failed })
    }

    fn prepare(&self, lines: Vec<(u64, Vec<u8>)>) -> Ready {
        let mut ready = Ready { lines: Lines::with_capacity(lines.len()), refused: Vec::new() };
        for (number, line) in lines {
            match prepare_line(self.core, &self.options.own_bases, line) {
                Ok(write) => ready.lines.push(number, write),
                Err(error) => ready.refused.push(RefusedLine { number, error }),
            }
            if ready.refused.len() > self.options.refused_max {
                break;
            }
        }
        ready
    }

    /// Waits until all steps before are committed; then it is this one's turn, unless one before stopped the import.
    /// Without what is ready a mistake ended its preparation.
    fn commit_in_turn(&self, step: &Step, ready: Option<Ready>) {
        let mut turn = self.turn.lock();
        while turn.step < step.number {
            self.turned.wait(&mut turn);
        }
        let report = &mut turn.report;
        if report.stopped.is_none() {
            let commit = AssertUnwindSafe(|| ready.map(|ready| self.commit(step, ready, report)));
            if catch_unwind(commit).ok().flatten().is_none() {
                turn.report.stopped = Some(bug("a mistake ended a step of the import"));
            }
        }
        let report = &turn.report;
        if report.stopped.is_some() {
            self.feed.lock().is_over = true;
        }
        turn.step += 1;
        self.turned.notify_all();
    }

    fn commit(&self, step: &Step, ready: Ready, report: &mut ImportReport) {
        if let Err(error) = self.refuse(ready.refused, report) {
            report.stopped = Some(error);
            return;
        }
        let mut lines = ready.lines;
        while !lines.writes.is_empty() {
            let later = lines.split_repeated();
            if let Err(error) = self.commit_distinct(lines, report) {
                report.stopped = Some(error);
                return;
            }
            lines = later;
        }
        report.lines = step.up_to;
        report.stopped = step.failed.as_ref().map(Error::repeated);
    }

    /// Notes lines that are refused, and stops at too many.
    fn refuse(&self, refused: Vec<RefusedLine>, report: &mut ImportReport) -> Result<()> {
        report.refused.extend(refused);
        report.refused.sort_by_key(|line| line.number);
        if report.refused.len() <= self.options.refused_max {
            return Ok(());
        }
        report.refused.truncate(self.options.refused_max);
        let text = format!("more than {} lines are refused", self.options.refused_max);
        Err(Error::new(ErrorKind::Invalid, Issue::error("too-costly", text)))
    }

    /// Commits writes of which each is of another resource.
    fn commit_distinct(&self, lines: Lines, report: &mut ImportReport) -> Result<()> {
        self.core.check_open()?;
        if self.core.integrity.is_on() {
            self.commit_checked(lines, report)?;
        } else {
            let writes = lines.writes;
            let committed = if writes.len() < BULK_WRITES_MIN { None } else { self.commit_in_bulk(&writes)? };
            match committed {
                Some(written) => report.add(&written),
                None => self.commit_one_by_one(writes, report)?,
            }
        }
        // As after any commit; what was committed is, whatever becomes of this: it is tried again from the background.
        if let Err(error) = parameters::refresh(self.core) {
            tracing::error!(error = %error, "search parameters could not be read");
        }
        Ok(())
    }

    /// By one commit; `None`: others were in the way.
    fn commit_in_bulk(&self, writes: &[PreparedWrite]) -> Result<Option<Vec<Written>>> {
        for _ in 0..BULK_TRIES {
            if let Some(written) = self.try_in_bulk(writes)? {
                return Ok(Some(written));
            }
        }
        Ok(None)
    }

    fn try_in_bulk(&self, writes: &[PreparedWrite]) -> Result<Option<Vec<Written>>> {
        let mut staging = Staging::begin(self.core, writes.len());
        staging.add_bulk(writes)?;
        staging.commit(&[], self.principal)
    }

    /// By one commit, since they may refer to each other. Those whose references lead nowhere are refused.
    fn commit_checked(&self, mut lines: Lines, report: &mut ImportReport) -> Result<()> {
        for _ in 0..CHECKED_TRIES {
            let refused = lines.refuse_dangling(self.core)?;
            self.refuse(refused, report)?;
            if lines.writes.is_empty() {
                return Ok(());
            }
            match self.try_in_bulk(&lines.writes) {
                Ok(Some(written)) => {
                    report.add(&written);
                    return Ok(());
                }
                Ok(None) => {}
                // Somebody deleted what it refers to, just now.
                Err(error) if error.kind() == ErrorKind::Unprocessable => {}
                Err(error) => return Err(error),
            }
        }
        Err(contended())
    }

    /// Each as a commit of its own: nobody can be in the way of that, while no large transaction is staged.
    fn commit_one_by_one(&self, writes: Vec<PreparedWrite>, report: &mut ImportReport) -> Result<()> {
        let _nothing_is_staged = self.core.sequencer.staging.lock();
        let work = |write| Work::new(self.principal, vec![write], Vec::new());
        let mut writes = writes.into_iter().peekable();
        while writes.peek().is_some() {
            let works = writes.by_ref().take(WORKS_AT_ONCE).map(work).collect();
            for outcome in sequence_all(self.core, works) {
                let written = outcome?.ok_or_else(|| bug("a write without conditions went stale"))?;
                report.add(&written);
            }
        }
        Ok(())
    }
}

impl ImportReport {
    /// Counts one commit.
    fn add(&mut self, written: &[Written]) {
        self.commits += u64::from(written.iter().any(|one| !matches!(one, Written::Unchanged(_))));
        written.iter().for_each(|one| self.count(one));
    }

    fn count(&mut self, written: &Written) {
        match written {
            Written::Created(_) => self.created += 1,
            Written::Updated(_) => self.updated += 1,
            Written::Unchanged(_) => self.unchanged += 1,
            Written::Deleted(_) => {}
        }
    }
}

fn prepare_line(core: &Core, own_bases: &[String], line: Vec<u8>) -> Result<PreparedWrite> {
    let document = Document::parse(line, &resource_limits(core)).map_err(|error| parse_failed(&error))?;
    let node = document.root();
    let text = |name: &str| node.get(name).and_then(Node::as_str);
    let resource_type = text("resourceType").ok_or_else(|| missing("resourceType"))?;
    let resource_type = core.types.named(&resource_type)?;
    let id = text("id").ok_or_else(|| missing("id"))?;
    let (id, outlives) = (&*id, Outlives::Nothing);
    let source = BodySource { node, whole: Some(&document), resource_type, id, outlives };
    let mut write = put_node(core, resource_type, &source, IdRule::MustBe, &OwnReferences(own_bases))?;
    write.expected = Expected::Whatever;
    if let Content::Put(prepared) = &mut write.content {
        // Nobody asks for it any more: only what is compressed is kept until the commit.
        prepared.body.text = Arc::default();
    }
    Ok(write)
}

fn missing(element: &str) -> Error {
    let issue =
        Issue::error("required", "a line that is imported says type and id of its resource").at(element);
    Error::new(ErrorKind::Invalid, issue)
}
