//! JSON text, written once and from front to back. Values of tables and people are escaped here; nothing is read again.

use crate::calendar::{Day, Moment, Zone};
use crate::concept::Naming;
use crate::id::Id;

/// A number of so many decimal places: as exact as it looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decimal {
    /// The number without its point.
    pub digits: i64,
    /// How many of the digits stand behind the point.
    pub places: u8,
}

impl Decimal {
    /// The decimal nearest to `number`.
    pub fn nearest(number: f64, places: u8) -> Self {
        let scale: f64 = [1.0, 10.0, 100.0, 1000.0][usize::from(places.min(3))];
        Self {
            digits: (number * scale + if number < 0.0 { -0.5 } else { 0.5 }) as i64,
            places: places.min(3),
        }
    }

    /// As near as a float comes.
    pub fn as_f64(self) -> f64 {
        self.digits as f64 / [1.0, 10.0, 100.0, 1000.0][usize::from(self.places)]
    }
}

/// A resource of the same piece, or of the facilities.
#[derive(Clone, Copy)]
pub struct Place {
    /// Its type.
    pub kind: &'static str,
    /// Its id.
    pub id: Id,
    /// Its position within its piece.
    pub position: usize,
    /// What its own dice start from.
    pub seed: u64,
}

/// A resource of the facilities, and its name.
#[derive(Clone)]
pub struct Facility {
    /// Its type.
    pub kind: &'static str,
    /// Its id.
    pub id: Id,
    /// As people know it.
    pub name: String,
}

/// Where a body refers to a resource of the same piece.
#[derive(Clone, Copy)]
pub struct Link {
    /// Where `Type/` starts.
    pub at: usize,
    /// How long `Type/` is.
    pub prefix_bytes: usize,
    /// The position of what it refers to.
    pub target: usize,
}

/// Text under way. The comma before a member is there unless the text ends with what opens an object or a list.
pub struct Json {
    pub(crate) text: String,
    pub(crate) links: Vec<Link>,
    /// The clocks that moments are written by.
    pub(crate) zone: Zone,
    /// Whether references to facilities tell their names: sites differ in that too.
    pub(crate) naming: Naming,
}

impl Json {
    fn comma(&mut self) {
        if !matches!(self.text.as_bytes().last(), Some(b'{' | b'[') | None) {
            self.text.push(',');
        }
    }

    fn key(&mut self, key: &str) {
        self.comma();
        self.text.push('"');
        self.text.push_str(key);
        self.text.push_str("\":");
    }

    fn escaped(&mut self, value: &str) {
        self.text.push('"');
        push_escaped(&mut self.text, value);
        self.text.push('"');
    }

    /// `"key":"value"`
    pub fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        self.escaped(value);
    }

    /// `"key":value`, the value being JSON already.
    pub fn raw(&mut self, key: &str, value: &str) {
        self.key(key);
        self.text.push_str(value);
    }

    /// A member that is JSON already, with its key but without a comma.
    pub fn member(&mut self, member: &str) {
        self.comma();
        self.text.push_str(member);
    }

    /// `"key":12`
    pub fn number(&mut self, key: &str, value: i64) {
        self.key(key);
        push_number(&mut self.text, value);
    }

    /// `"key":12.5`
    pub fn decimal(&mut self, key: &str, value: Decimal) {
        self.key(key);
        push_decimal(&mut self.text, value);
    }

    /// `"key":"2019-05-07"`
    pub fn day(&mut self, key: &str, day: Day) {
        self.key(key);
        self.text.push('"');
        day.write(&mut self.text);
        self.text.push('"');
    }

    /// `"key":"2019-05-07T12:34:56-04:00"`
    pub fn moment(&mut self, key: &str, moment: Moment) {
        self.key(key);
        self.text.push('"');
        moment.write(&mut self.text, self.zone, None);
        self.text.push('"');
    }

    /// `"key":"2019-05-07T12:34:56.789-04:00"`
    pub fn instant(&mut self, key: &str, moment: Moment, milliseconds: u16) {
        self.key(key);
        self.text.push('"');
        moment.write(&mut self.text, self.zone, Some(milliseconds));
        self.text.push('"');
    }

    /// `"key":{...}`
    pub fn object(&mut self, key: &str, members: impl FnOnce(&mut Self)) {
        self.key(key);
        self.braces(members);
    }

    /// `"key":[...]`
    pub fn list(&mut self, key: &str, elements: impl FnOnce(&mut Self)) {
        self.key(key);
        self.text.push('[');
        elements(self);
        self.text.push(']');
    }

    /// `{...}` in a list.
    pub fn element(&mut self, members: impl FnOnce(&mut Self)) {
        self.comma();
        self.braces(members);
    }

    /// `"value"` in a list.
    pub fn value(&mut self, value: &str) {
        self.comma();
        self.escaped(value);
    }

    /// `"key":[{...}]`
    pub fn only(&mut self, key: &str, members: impl FnOnce(&mut Self)) {
        self.list(key, |json| json.element(members));
    }

    fn braces(&mut self, members: impl FnOnce(&mut Self)) {
        self.text.push('{');
        members(self);
        self.text.push('}');
    }

    /// `"reference":"Type/id"` to a resource of the same piece.
    pub fn place(&mut self, place: &Place) {
        self.key("reference");
        self.text.push('"');
        let link = Link { at: self.text.len(), prefix_bytes: place.kind.len() + 1, target: place.position };
        self.links.push(link);
        self.text.push_str(place.kind);
        self.text.push('/');
        self.text.push_str(place.id.as_str());
        self.text.push('"');
    }

    /// `"reference":"Type/id","display":"name"` to a facility, with the name where names are told.
    pub fn facility(&mut self, facility: &Facility) {
        self.key("reference");
        self.text.push('"');
        self.text.push_str(facility.kind);
        self.text.push('/');
        self.text.push_str(facility.id.as_str());
        self.text.push('"');
        if self.naming == Naming::Full {
            self.text("display", &facility.name);
        }
    }
}

/// Appends a string's characters as JSON has them.
pub fn push_escaped(text: &mut String, value: &str) {
    if value.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        text.push_str(value);
        return;
    }
    for letter in value.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            control if control < ' ' => text.push(' '),
            other => text.push(other),
        }
    }
}

/// Appends a whole number.
pub fn push_number(text: &mut String, value: i64) {
    let (mut digits, mut at, mut left) = ([0u8; 20], 20, value.unsigned_abs());
    loop {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    if value < 0 {
        text.push('-');
    }
    digits[at..].iter().for_each(|digit| text.push(char::from(*digit)));
}

/// Appends a decimal.
pub fn push_decimal(text: &mut String, value: Decimal) {
    let scale = 10i64.pow(u32::from(value.places));
    if value.digits < 0 {
        text.push('-');
    }
    push_number(text, value.digits.abs() / scale);
    if value.places > 0 {
        text.push('.');
        let mut behind = value.digits.abs() % scale;
        for place in (0..value.places).rev() {
            let unit = 10i64.pow(u32::from(place));
            push_number(text, behind / unit);
            behind %= unit;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Json)) -> String {
        let mut json = Json {
            text: String::new(),
            links: Vec::new(),
            zone: Zone { winter_h: -5 },
            naming: Naming::Full,
        };
        json.element(write);
        json.text
    }

    #[test]
    fn members_and_elements() {
        let text = written(|json| {
            json.text("a", "b\"\\\nç");
            json.list("c", |json| {
                json.value("d");
                json.element(|json| json.number("e", -120));
                json.element(|_| {});
            });
            json.object("f", |json| json.raw("g", "true"));
            json.day("h", Day(0));
        });
        assert_eq!(text, r#"{"a":"b\"\\\nç","c":["d",{"e":-120},{}],"f":{"g":true},"h":"1970-01-01"}"#);
    }

    #[test]
    fn decimals() {
        for (number, places, expected) in
            [(1.05, 1, "1.1"), (0.004, 2, "0.00"), (-0.5, 1, "-0.5"), (120.0, 0, "120"), (36.96, 2, "36.96")]
        {
            let mut text = String::new();
            push_decimal(&mut text, Decimal::nearest(number, places));
            assert_eq!(text, expected);
        }
    }
}
