//! Text to tape, in one pass and without recursion.

mod names;
mod number;
mod string;

use std::borrow::Cow;
use std::ops::Range;

use names::Names;

use crate::error::{Bound, ParseFault};
use crate::limits::Limits;
use crate::path::Path;
use crate::tape::{Children, Kind, NameAt, Slot};
use crate::{scan, text};

/// What stopped the pass, and at which offset.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stop {
    pub fault: ParseFault,
    pub at: usize,
}

impl Stop {
    #[cold]
    fn syntax(what: &'static str, at: usize) -> Self {
        Self { fault: ParseFault::Syntax(what), at }
    }

    #[cold]
    fn limit(bound: Bound, max: usize, at: usize) -> Self {
        Self { fault: ParseFault::Limit { bound, max }, at }
    }
}

/// An object or array that is not closed yet.
#[derive(Clone, Copy, Debug)]
struct Frame {
    slot: usize,
    is_object: bool,
    /// Where the object's names begin among [`Names`].
    names: usize,
    members: usize,
}

/// A pass over one text. After a [`Stop`] what was read so far still stands.
pub(crate) struct Pass<'a> {
    text: &'a str,
    bytes: &'a [u8],
    limits: &'a Limits,
    tape: Vec<Slot>,
    frames: Vec<Frame>,
    names: Names,
    /// The member whose value is being read.
    member: NameAt,
}

/// Bytes a value takes in minified resources, less a little: enough for most bodies to need no second allocation.
const BYTES_PER_VALUE: usize = 20;

impl<'a> Pass<'a> {
    pub fn new(text: &'a str, limits: &'a Limits) -> Self {
        let values = (text.len() / BYTES_PER_VALUE + 4).min(limits.values_max);
        Self {
            text,
            bytes: text.as_bytes(),
            limits,
            tape: Vec::with_capacity(values),
            frames: Vec::with_capacity(8),
            names: Names::new(),
            member: NameAt::NONE,
        }
    }

    pub fn into_tape(self) -> Vec<Slot> {
        self.tape
    }

    /// Reads the whole text.
    pub fn run(&mut self) -> Result<(), Stop> {
        let mut at = scan::space(self.bytes, 0);
        loop {
            at = match self.bytes.get(at) {
                Some(b'"') => self.string(at)?,
                Some(b'{') => match self.open_object(at)? {
                    Opened::Empty(end) => end,
                    Opened::First(value) => {
                        at = value;
                        continue;
                    }
                },
                Some(b'[') => match self.open_array(at)? {
                    Opened::Empty(end) => end,
                    Opened::First(value) => {
                        at = value;
                        continue;
                    }
                },
                Some(b'-' | b'0'..=b'9') => self.number(at)?,
                Some(b't') => self.word(at, b"true", Kind::Bool)?,
                Some(b'f') => self.word(at, b"false", Kind::Bool)?,
                Some(b'n') => self.word(at, b"null", Kind::Null)?,
                _ => return Err(self.unexpected("expected a value", at)),
            };
            match self.after_value(at)? {
                Some(value) => at = value,
                None => return Ok(()),
            }
        }
    }

    /// Goes on to the next value; `None` at the end of the text.
    #[inline(always)]
    fn after_value(&mut self, mut at: usize) -> Result<Option<usize>, Stop> {
        loop {
            at = scan::space(self.bytes, at);
            let byte = self.bytes.get(at).copied();
            let Some(frame) = self.frames.last() else {
                return match byte {
                    None => Ok(None),
                    Some(_) => Err(Stop::syntax("expected the end of the document", at)),
                };
            };
            match (byte, frame.is_object) {
                (Some(b','), true) => {
                    let name = scan::space(self.bytes, at + 1);
                    return self.name(name).map(Some);
                }
                (Some(b','), false) => {
                    self.member = NameAt::NONE;
                    return Ok(Some(scan::space(self.bytes, at + 1)));
                }
                (Some(b'}'), true) | (Some(b']'), false) => at = self.close(at)?,
                (_, true) => return Err(self.unexpected("expected a comma or the end of the object", at)),
                (_, false) => return Err(self.unexpected("expected a comma or the end of the array", at)),
            }
        }
    }

    #[inline(always)]
    fn open_object(&mut self, at: usize) -> Result<Opened, Stop> {
        self.open(Kind::Object, at)?;
        let inside = scan::space(self.bytes, at + 1);
        if self.bytes.get(inside) == Some(&b'}') {
            return self.close(inside).map(Opened::Empty);
        }
        self.name(inside).map(Opened::First)
    }

    #[inline(always)]
    fn open_array(&mut self, at: usize) -> Result<Opened, Stop> {
        self.open(Kind::Array, at)?;
        let inside = scan::space(self.bytes, at + 1);
        if self.bytes.get(inside) == Some(&b']') {
            return self.close(inside).map(Opened::Empty);
        }
        self.member = NameAt::NONE;
        Ok(Opened::First(inside))
    }

    #[inline(always)]
    fn open(&mut self, kind: Kind, at: usize) -> Result<(), Stop> {
        if self.frames.len() >= self.limits.depth_max {
            return Err(Stop::limit(Bound::Depth, self.limits.depth_max, at));
        }
        let slot = self.tape.len();
        self.push(Slot::open(kind, at, self.member), at)?;
        self.frames.push(Frame {
            slot,
            is_object: kind == Kind::Object,
            names: self.names.begin(),
            members: 0,
        });
        Ok(())
    }

    /// Closes the innermost container, whose last byte is at `at`.
    #[inline(always)]
    fn close(&mut self, at: usize) -> Result<usize, Stop> {
        if let Some(frame) = self.frames.pop() {
            let next = self.tape.len();
            self.tape[frame.slot].close(at + 1, next);
            if frame.members > names::COMPARED_MAX
                && let Some(second) = names::repeated(self.text, Children::so_far(&self.tape, frame.slot))
            {
                self.member = second;
                self.frames.push(frame);
                return Err(Stop { fault: ParseFault::DuplicateName, at: second.quote().unwrap_or(at) });
            }
            self.names.end(frame.names);
        }
        Ok(at + 1)
    }

    /// Reads a member's name, whose opening quote is at `at`, and goes on to its value.
    #[inline(always)]
    fn name(&mut self, at: usize) -> Result<usize, Stop> {
        self.member = NameAt::NONE;
        if self.bytes.get(at) != Some(&b'"') {
            return Err(self.unexpected("expected a name in quotes", at));
        }
        let (close, escaped) = string::content(self.bytes, at + 1)?;
        self.member = NameAt::new(at, escaped);
        if close - at - 1 > self.limits.name_bytes_max {
            self.member = NameAt::NONE;
            return Err(Stop::limit(Bound::NameBytes, self.limits.name_bytes_max, at));
        }
        self.count_member(at, close)?;
        let colon = scan::space(self.bytes, close + 1);
        if self.bytes.get(colon) != Some(&b':') {
            return Err(self.unexpected("expected a colon", colon));
        }
        Ok(scan::space(self.bytes, colon + 1))
    }

    #[inline(always)]
    fn count_member(&mut self, at: usize, close: usize) -> Result<(), Stop> {
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        if frame.members >= self.limits.members_max {
            return Err(Stop::limit(Bound::Members, self.limits.members_max, at));
        }
        frame.members += 1;
        if frame.members <= names::COMPARED_MAX {
            let content = &self.text[at + 1..close];
            let name =
                if self.member.is_escaped() { text::unescape(content) } else { Cow::Borrowed(content) };
            let members = Children::so_far(&self.tape, frame.slot);
            if self.names.is_repeated(frame.names, &name, self.text, members) {
                return Err(Stop { fault: ParseFault::DuplicateName, at });
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn string(&mut self, at: usize) -> Result<usize, Stop> {
        let (close, escaped) = string::content(self.bytes, at + 1)?;
        if close - at - 1 > self.limits.string_bytes_max {
            return Err(Stop::limit(Bound::StringBytes, self.limits.string_bytes_max, at));
        }
        let slot = self.scalar(Kind::String, at..close + 1);
        self.push(if escaped { slot.escaped() } else { slot }, at)?;
        Ok(close + 1)
    }

    #[inline]
    fn number(&mut self, at: usize) -> Result<usize, Stop> {
        let end = number::end(self.bytes, at).map_err(|(what, at)| self.unexpected(what, at))?;
        if end - at > self.limits.number_bytes_max {
            return Err(Stop::limit(Bound::NumberBytes, self.limits.number_bytes_max, at));
        }
        self.push(self.scalar(Kind::Number, at..end), at)?;
        Ok(end)
    }

    #[inline]
    fn word(&mut self, at: usize, word: &'static [u8], kind: Kind) -> Result<usize, Stop> {
        if !self.bytes[at..].starts_with(word) {
            return Err(self.unexpected("expected a value", at));
        }
        self.push(self.scalar(kind, at..at + word.len()), at)?;
        Ok(at + word.len())
    }

    #[inline(always)]
    fn scalar(&self, kind: Kind, span: Range<usize>) -> Slot {
        Slot::scalar(kind, span, self.member, self.tape.len() + 1)
    }

    #[inline(always)]
    fn push(&mut self, slot: Slot, at: usize) -> Result<(), Stop> {
        if self.tape.len() >= self.limits.values_max {
            return Err(Stop::limit(Bound::Values, self.limits.values_max, at));
        }
        self.tape.push(slot);
        Ok(())
    }

    #[cold]
    fn unexpected(&self, what: &'static str, at: usize) -> Stop {
        Stop::syntax(if at >= self.bytes.len() { "the document ends too early" } else { what }, at)
    }

    /// The path of the value at which the pass stopped.
    pub fn path(&self) -> String {
        let mut path = Path::new(self.text, &self.tape);
        for (depth, frame) in self.frames.iter().enumerate() {
            match self.frames.get(depth + 1) {
                Some(inner) => path.enter(frame.slot, inner.slot),
                None if frame.is_object => path.name(self.member),
                None => path.index(Children::so_far(&self.tape, frame.slot).count()),
            }
        }
        path.finish()
    }
}

/// What follows a bracket.
enum Opened {
    /// Its closing bracket, whose end this is.
    Empty(usize),
    /// The first value inside.
    First(usize),
}
