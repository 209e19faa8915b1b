//! Resources with gaps: JSON, of which `$(...)` is filled in.
//!
//! | Gap | Becomes |
//! |---|---|
//! | `$(let NAME = GAP)` | nothing; keeps what the gap makes |
//! | `$(NAME)`, `$(NAME.COLUMN)` | what was kept; a column of a kept row |
//! | `$(row TABLE)` | (only to be kept) a row of a table |
//! | `$(uuid)`, `$(person)` | a random UUID; a person's name |
//! | `$(time)` | (only to be kept) a moment |
//! | `$(instant NAME MINUTES)`, `$(date NAME DAYS)` | a kept moment, so much later |
//! | `$(moment NAME MINUTES)` | the same to the millisecond |
//! | `$(int LOW HIGH)`, `$(dec LOW HIGH PLACES)` | a number; the bounds may be columns |
//! | `$(digits N)`, `$(hex N)` | that many characters |
//! | `$(note)` | a clinical note as base64 |
//! | `$(pick A\|B\|C)` | one of these |
//! | `$(some PERCENT)` ... `$(end)` | what stands between, so often |
//! | `$(repeat LOW HIGH)` ... `$(end)` | what stands between, so many times, with commas |
//! | `$(either)` ... `$(or)` ... `$(end)` | one of the parts |
//!
//! White space outside strings is dropped: servers store none.

use std::collections::BTreeMap;

use crate::ToolError;
use crate::calendar;
use crate::compact::compact;
use crate::dice::Dice;
use crate::table::{Table, Tables};

/// A parsed template.
pub struct Template {
    parts: Vec<Part>,
}

enum Part {
    Text(String),
    Gap(Vec<String>),
    Some { percent: i64, parts: Vec<Part> },
    Repeat { low: i64, high: i64, parts: Vec<Part> },
    Either(Vec<Vec<Part>>),
}

/// What was kept under a name.
enum Kept<'a> {
    Text(String),
    Time(i64),
    Row { table: &'a Table, row: usize },
}

const HEX: &[u8] = b"0123456789abcdef";
const NOTE: &str = include_str!("../templates/note.txt");
/// 1990 to 2025.
const TIMES_S: (i64, i64) = (631_152_000, 1_767_225_600);

fn wrong(what: impl std::fmt::Display) -> ToolError {
    ToolError::Template(what.to_string())
}

impl Template {
    /// Parses a template.
    pub fn parse(text: &str) -> Result<Self, ToolError> {
        let mut tokens = tokens(text)?.into_iter();
        let (parts, closed_by) = parse_parts(&mut tokens)?;
        match closed_by {
            None => Ok(Self { parts }),
            Some(word) => Err(wrong(format!("`{word}` closes nothing"))),
        }
    }

    /// Fills the gaps and drops the white space.
    pub fn fill(&self, tables: &Tables, dice: &mut Dice) -> Result<String, ToolError> {
        self.raw(tables, dice).map(|filled| compact(&filled))
    }

    fn raw(&self, tables: &Tables, dice: &mut Dice) -> Result<String, ToolError> {
        let style = *dice.favour(&calendar::STYLES);
        let mut filling = Filling { tables, dice, style, kept: BTreeMap::new(), out: String::new() };
        filling.parts(&self.parts)?;
        Ok(filling.out)
    }
}

enum Token {
    Text(String),
    Gap(Vec<String>),
}

/// Cuts a template at its gaps.
fn tokens(text: &str) -> Result<Vec<Token>, ToolError> {
    let mut pieces = text.split("$(");
    let mut tokens: Vec<Token> =
        pieces.next().map(|first| Token::Text(first.to_owned())).into_iter().collect();
    for piece in pieces {
        let (gap, rest) = piece.split_once(')').ok_or_else(|| wrong("a gap is not closed"))?;
        tokens.push(Token::Gap(gap.split_whitespace().map(str::to_owned).collect()));
        tokens.push(Token::Text(rest.to_owned()));
    }
    Ok(tokens)
}

/// The parts up to the end, or to a word that closes a block, which is given too.
fn parse_parts(
    tokens: &mut impl Iterator<Item = Token>,
) -> Result<(Vec<Part>, Option<&'static str>), ToolError> {
    let mut parts = Vec::new();
    while let Some(token) = tokens.next() {
        let words = match token {
            Token::Text(text) => {
                parts.push(Part::Text(text));
                continue;
            }
            Token::Gap(words) => words,
        };
        let words_as_str: Vec<&str> = words.iter().map(String::as_str).collect();
        parts.push(match words_as_str[..] {
            ["end"] => return Ok((parts, Some("end"))),
            ["or"] => return Ok((parts, Some("or"))),
            ["some", percent] => Part::Some { percent: number(percent)?, parts: block(tokens)? },
            ["repeat", low, high] => {
                Part::Repeat { low: number(low)?, high: number(high)?, parts: block(tokens)? }
            }
            ["either"] => Part::Either(alternatives(tokens)?),
            _ => Part::Gap(words),
        });
    }
    Ok((parts, None))
}

fn block(tokens: &mut impl Iterator<Item = Token>) -> Result<Vec<Part>, ToolError> {
    match parse_parts(tokens)? {
        (parts, Some("end")) => Ok(parts),
        (_, other) => Err(wrong(format!("a block is closed by {other:?}"))),
    }
}

fn alternatives(tokens: &mut impl Iterator<Item = Token>) -> Result<Vec<Vec<Part>>, ToolError> {
    let mut alternatives = Vec::new();
    loop {
        let (parts, closed_by) = parse_parts(tokens)?;
        alternatives.push(parts);
        match closed_by {
            Some("or") => {}
            Some(_) => return Ok(alternatives),
            None => return Err(wrong("`either` is not closed")),
        }
    }
}

fn number(text: &str) -> Result<i64, ToolError> {
    text.parse().map_err(|_| wrong(format!("`{text}` is no number")))
}

struct Filling<'a> {
    tables: &'a Tables,
    dice: &'a mut Dice,
    style: &'static str,
    kept: BTreeMap<String, Kept<'a>>,
    out: String,
}

impl<'a> Filling<'a> {
    fn parts(&mut self, parts: &[Part]) -> Result<(), ToolError> {
        parts.iter().try_for_each(|part| self.part(part))
    }

    fn part(&mut self, part: &Part) -> Result<(), ToolError> {
        match part {
            Part::Text(text) => self.out.push_str(text),
            Part::Gap(words) => {
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                if let ["let", name, "=", gap @ ..] = &words[..] {
                    let made = self.make(gap)?;
                    self.kept.insert((*name).to_owned(), made);
                } else if let Kept::Text(text) = self.make(&words)? {
                    self.out.push_str(&text);
                } else {
                    return Err(wrong(format!("{words:?} can only be kept")));
                }
            }
            Part::Some { percent, parts } => {
                if self.dice.happens(*percent) {
                    self.parts(parts)?;
                }
            }
            Part::Repeat { low, high, parts } => {
                for at in 0..self.dice.between(*low, *high) {
                    if at > 0 {
                        self.out.push(',');
                    }
                    self.parts(parts)?;
                }
            }
            Part::Either(alternatives) => {
                let chosen: &Vec<Part> = self.dice.pick(alternatives.as_slice());
                self.parts(chosen)?;
            }
        }
        Ok(())
    }

    fn make(&mut self, words: &[&str]) -> Result<Kept<'a>, ToolError> {
        let text = match words {
            ["row", name] => {
                let tables: &'a Tables = self.tables;
                let table = tables.get(*name).ok_or_else(|| wrong(format!("no table {name}")))?;
                let rows: Vec<usize> = (0..table.rows().len()).collect();
                return Ok(Kept::Row { table, row: *self.dice.favour(&rows) });
            }
            ["time"] => return Ok(Kept::Time(self.dice.between(TIMES_S.0, TIMES_S.1))),
            ["uuid"] => self.dice.uuid(),
            ["person"] => self.person()?,
            ["instant", name, minutes] => {
                calendar::instant(self.time(name)? + 60 * number(minutes)?, self.style)
            }
            ["moment", name, minutes] => {
                let style =
                    format!(".{:03}{}", self.dice.between(0, 999), self.style.trim_start_matches(".000"));
                calendar::instant(self.time(name)? + 60 * number(minutes)?, &style)
            }
            ["date", name, days] => calendar::date(self.time(name)? + 86_400 * number(days)?),
            ["int", low, high] => self.decimal(low, high, 0)?,
            ["dec", low, high, places] => {
                let places = self.bound(places)? as usize;
                self.decimal(low, high, places)?
            }
            ["digits", count] => self.dice.text(&HEX[..10], number(count)? as usize),
            ["hex", count] => self.dice.text(HEX, number(count)? as usize),
            ["note"] => base64(Template::parse(NOTE)?.raw(self.tables, self.dice)?.as_bytes()),
            ["pick", choices @ ..] => {
                let choices = choices.join(" ");
                let choices: Vec<&str> = choices.split('|').collect();
                (*self.dice.pick(&choices)).to_owned()
            }
            [name] => self.look_up(name)?,
            _ => return Err(wrong(format!("{words:?} is no gap"))),
        };
        Ok(Kept::Text(text))
    }

    fn person(&mut self) -> Result<String, ToolError> {
        let (Kept::Row { table: givens, row: given }, Kept::Row { table: families, row: family }) =
            (self.make(&["row", "givens"])?, self.make(&["row", "families"])?)
        else {
            return Err(wrong("a name is no row"));
        };
        Ok(format!("{} {}", givens.rows()[given][0], families.rows()[family][0]))
    }

    fn time(&self, name: &str) -> Result<i64, ToolError> {
        match self.kept.get(name) {
            Some(Kept::Time(seconds)) => Ok(*seconds),
            _ => Err(wrong(format!("{name} is no time"))),
        }
    }

    fn look_up(&self, path: &str) -> Result<String, ToolError> {
        let (name, column) = path.split_once('.').map_or((path, None), |(name, column)| (name, Some(column)));
        match (self.kept.get(name), column) {
            (Some(Kept::Text(text)), None) => Ok(text.clone()),
            (Some(Kept::Row { table, row }), Some(column)) => {
                let at = table.column(column).ok_or_else(|| wrong(format!("no column {path}")))?;
                Ok(table.rows()[*row][at].to_owned())
            }
            _ => Err(wrong(format!("{path} was not kept"))),
        }
    }

    /// A bound: a number, or a column that holds one.
    fn bound(&self, word: &str) -> Result<f64, ToolError> {
        match word.parse() {
            Ok(number) => Ok(number),
            Err(_) => self.look_up(word)?.parse().map_err(|_| wrong(format!("{word} is no number"))),
        }
    }

    fn decimal(&mut self, low: &str, high: &str, places: usize) -> Result<String, ToolError> {
        let scale = 10f64.powi(places as i32);
        let [low, high] = [self.bound(low)?, self.bound(high)?].map(|bound| (bound * scale).round() as i64);
        Ok(format!("{:.places$}", self.dice.between(low, high) as f64 / scale))
    }
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits =
            chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let digit = ALPHABET[(bits >> (18 - 6 * at)) as usize & 63];
            text.push(if at > chunk.len() { '=' } else { char::from(digit) });
        }
    }
    text
}

#[cfg(test)]
mod tests;
