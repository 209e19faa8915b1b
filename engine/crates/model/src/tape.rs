//! One entry per JSON value, in document order.

use std::ops::Range;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// The highest offset that an entry can hold.
pub(crate) const OFFSET_MAX: usize = (1 << OFFSET_BITS) - 1;

const OFFSET_BITS: u32 = 29;
const OFFSET_MASK: u32 = (1 << OFFSET_BITS) - 1;
/// In a name or an end: the text has escapes.
const ESCAPED: u32 = 1 << OFFSET_BITS;

/// Where a member's name begins, and whether it must be unescaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NameAt(u32);

impl NameAt {
    /// Of a value that is no member.
    pub const NONE: Self = Self(u32::MAX);

    pub fn new(quote: usize, escaped: bool) -> Self {
        Self(packed(quote) | if escaped { ESCAPED } else { 0 })
    }

    /// The offset of the opening quote.
    pub fn quote(self) -> Option<usize> {
        (self != Self::NONE).then_some((self.0 & OFFSET_MASK) as usize)
    }

    pub fn is_escaped(self) -> bool {
        self.0 & ESCAPED != 0
    }
}

/// A value. A container's content follows it, up to [`next`](Slot::next).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    /// Offset of the first byte; the kind above it.
    start: u32,
    /// Offset after the last byte; whether a string has escapes above it.
    end: u32,
    /// The slot after the value and all that it holds.
    next: u32,
    name: NameAt,
}

const _: () = assert!(size_of::<Slot>() == 16);

impl Slot {
    /// A value that is no container, in the slot before `next`.
    #[inline(always)]
    pub fn scalar(kind: Kind, span: Range<usize>, name: NameAt, next: usize) -> Self {
        let start = packed(span.start) | (kind as u32) << OFFSET_BITS;
        Self { start, end: packed(span.end), next: next as u32, name }
    }

    /// A container whose end is not known yet: nothing comes after it.
    #[inline(always)]
    pub fn open(kind: Kind, start: usize, name: NameAt) -> Self {
        Self::scalar(kind, start..start, name, u32::MAX as usize)
    }

    #[inline(always)]
    pub fn close(&mut self, end: usize, next: usize) {
        self.end = packed(end);
        self.next = next as u32;
    }

    #[inline(always)]
    pub fn escaped(mut self) -> Self {
        self.end |= ESCAPED;
        self
    }

    pub fn kind(self) -> Kind {
        match self.start >> OFFSET_BITS {
            0 => Kind::Null,
            1 => Kind::Bool,
            2 => Kind::Number,
            3 => Kind::String,
            4 => Kind::Array,
            _ => Kind::Object,
        }
    }

    pub fn is_escaped(self) -> bool {
        self.end & ESCAPED != 0
    }

    pub fn start(self) -> usize {
        (self.start & OFFSET_MASK) as usize
    }

    pub fn end(self) -> usize {
        (self.end & OFFSET_MASK) as usize
    }

    pub fn next(self) -> usize {
        self.next as usize
    }

    pub fn name(self) -> NameAt {
        self.name
    }

    /// The same value in a document that begins `bytes` and `slots` later.
    pub fn rebased(self, bytes: usize, slots: usize) -> Self {
        let name = if self.name == NameAt::NONE { self.name } else { NameAt(self.name.0 - packed(bytes)) };
        Self {
            start: self.start - packed(bytes),
            end: self.end - packed(bytes),
            next: self.next - slots as u32,
            name,
        }
    }

    /// The same value as a root.
    pub fn without_name(self) -> Self {
        Self { name: NameAt::NONE, ..self }
    }
}

/// The indices of the slots right inside a container.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Children<'a> {
    tape: &'a [Slot],
    at: usize,
    end: usize,
}

impl<'a> Children<'a> {
    /// Of a closed container; of another value, none.
    #[inline]
    pub fn of(tape: &'a [Slot], parent: usize) -> Self {
        Self { tape, at: parent + 1, end: tape[parent].next() }
    }

    pub fn none() -> Self {
        Self { tape: &[], at: 0, end: 0 }
    }

    /// Of a container that is still open; the last child may be, too.
    pub fn so_far(tape: &'a [Slot], parent: usize) -> Self {
        Self { tape, at: parent + 1, end: tape.len() }
    }

    pub fn names(self) -> impl Iterator<Item = NameAt> + 'a {
        let tape = self.tape;
        self.map(move |index| tape[index].name())
    }
}

impl Iterator for Children<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        let index = self.at;
        if index >= self.end {
            return None;
        }
        self.at = self.tape[index].next();
        Some(index)
    }
}

fn packed(offset: usize) -> u32 {
    debug_assert!(offset <= OFFSET_MAX);
    offset as u32
}
