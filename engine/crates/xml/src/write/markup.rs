//! Tags and attributes on their way out.

use crate::Layout;
use crate::characters::is_character;

/// XML under construction.
pub(super) struct Markup {
    out: String,
    layout: Layout,
    /// Elements that are open.
    depth: usize,
    /// Whether the latest tag still waits for its bracket.
    is_open: bool,
}

impl Markup {
    pub fn new(layout: Layout, bytes: usize) -> Self {
        Self { out: String::with_capacity(bytes + bytes / 4 + 128), layout, depth: 0, is_open: false }
    }

    pub fn declaration(&mut self) {
        self.out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    }

    /// Begins an element.
    pub fn open(&mut self, name: &str) {
        self.end_tag();
        self.line();
        self.out.push('<');
        self.out.push_str(name);
        self.depth += 1;
        self.is_open = true;
    }

    /// Adds an attribute to the element that was opened last; `false` when XML can't hold its text.
    pub fn attribute(&mut self, name: &str, text: &str) -> bool {
        self.out.extend([" ", name, "=\""]);
        let mut plain = 0;
        for (at, byte) in text.bytes().enumerate() {
            let escape = match byte {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                b'\t' => "&#9;",
                b'\n' => "&#10;",
                b'\r' => "&#13;",
                0..b' ' => return false,
                0xef if !text[at..].starts_with(is_character) => return false,
                _ => continue,
            };
            self.out.push_str(&text[plain..at]);
            self.out.push_str(escape);
            plain = at + 1;
        }
        self.out.push_str(&text[plain..]);
        self.out.push('"');
        true
    }

    /// Where to write an element that is XML already.
    pub fn raw(&mut self) -> &mut String {
        self.end_tag();
        self.line();
        &mut self.out
    }

    /// Bytes so far.
    pub fn bytes(&self) -> usize {
        self.out.len()
    }

    /// Ends an element, which is empty when nothing was written since it began.
    pub fn close(&mut self, name: &str) {
        self.depth -= 1;
        if std::mem::take(&mut self.is_open) {
            self.out.push_str("/>");
            return;
        }
        self.line();
        self.out.extend(["</", name, ">"]);
    }

    pub fn finish(mut self) -> String {
        if self.layout == Layout::Pretty {
            self.out.push('\n');
        }
        self.out
    }

    fn end_tag(&mut self) {
        if std::mem::take(&mut self.is_open) {
            self.out.push('>');
        }
    }

    fn line(&mut self) {
        if self.layout == Layout::Pretty {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", self.depth));
        }
    }
}
