//! JSON for people.

/// The same JSON with line breaks and indents of two spaces. The bytes of strings and numbers stay as they are. What is not
/// JSON comes back in an order of its own, but whole. `None`: it would be larger than `bytes_max`.
pub(crate) fn pretty(json: &[u8], bytes_max: usize) -> Option<Vec<u8>> {
    let mut writer = Writer { out: Vec::with_capacity(json.len() * 2), depth: 0 };
    let mut rest = json;
    while let Some((&byte, after)) = rest.split_first() {
        if writer.out.len() > bytes_max {
            return None;
        }
        rest = match byte {
            b'"' => {
                let (string, after) = rest.split_at(string_bytes(rest));
                writer.out.extend_from_slice(string);
                after
            }
            b'{' | b'[' => writer.open(byte, after),
            b'}' | b']' => {
                writer.close(byte);
                after
            }
            b',' => {
                writer.out.push(b',');
                writer.line();
                after
            }
            b':' => {
                writer.out.extend_from_slice(b": ");
                after
            }
            b' ' | b'\t' | b'\r' | b'\n' => after,
            _ => {
                writer.out.push(byte);
                after
            }
        };
    }
    writer.out.push(b'\n');
    Some(writer.out)
}

/// Bytes of the string that `json` begins with, its quotes included.
fn string_bytes(json: &[u8]) -> usize {
    let mut is_escaped = false;
    let end = json.iter().skip(1).position(|&byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(json.len(), |end| end + 2)
}

struct Writer {
    out: Vec<u8>,
    depth: usize,
}

impl Writer {
    /// Writes an opening bracket; with its closing one, if nothing stands between. What follows is returned.
    fn open<'a>(&mut self, bracket: u8, after: &'a [u8]) -> &'a [u8] {
        self.out.push(bracket);
        let within = after.trim_ascii_start();
        if let Some((&close @ (b'}' | b']'), after)) = within.split_first() {
            self.out.push(close);
            return after;
        }
        self.depth += 1;
        self.line();
        within
    }

    fn close(&mut self, bracket: u8) {
        self.depth = self.depth.saturating_sub(1);
        self.line();
        self.out.push(bracket);
    }

    fn line(&mut self) {
        self.out.push(b'\n');
        self.out.resize(self.out.len() + 2 * self.depth, b' ');
    }
}

#[cfg(test)]
mod tests;
