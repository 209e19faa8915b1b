//! Text. Positions and lengths count characters (Unicode scalar values).

use std::borrow::Cow;

use regex::{Regex, RegexBuilder};

use super::{Function, Yields};
use crate::error::Error;
use crate::evaluate::{Frame, Machine, Mark, Site};
use crate::item::Value;
use crate::limits::{Limit, Limits};
use crate::types::SystemType::{Boolean, Integer, String as Text};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("indexOf", 1..=1, Yields::System(Integer), index_of),
    Function::new("substring", 1..=2, Yields::System(Text), substring),
    Function::new("startsWith", 1..=1, Yields::System(Boolean), starts_with),
    Function::new("endsWith", 1..=1, Yields::System(Boolean), ends_with),
    Function::new("contains", 1..=1, Yields::System(Boolean), contains),
    Function::new("upper", 0..=0, Yields::System(Text), upper),
    Function::new("lower", 0..=0, Yields::System(Text), lower),
    Function::new("replace", 2..=2, Yields::System(Text), replace),
    Function::new("matches", 1..=1, Yields::System(Boolean), matches).takes_pattern(),
    Function::new("replaceMatches", 2..=2, Yields::System(Text), replace_matches).takes_pattern(),
    Function::new("length", 0..=0, Yields::System(Integer), length),
    Function::new("toChars", 0..=0, Yields::System(Text), to_chars),
];

/// Compiles a regular expression: case-sensitive, Unicode, and a dot matches line ends too.
pub(crate) fn pattern(text: &str, limits: &Limits, at: u32) -> Result<Regex, Error> {
    let built =
        RegexBuilder::new(text).dot_matches_new_line(true).size_limit(limits.pattern_bytes_max).build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => Error::Limit { at, limit: Limit::PatternBytes },
        _ => Error::syntax(at, "no such regular expression"),
    })
}

/// The one string of the input, and where its place on the stack was.
fn text<'a>(
    machine: &mut Machine<'a, '_>,
    site: Site<'a>,
    frame: &Frame<'a>,
) -> Result<(Mark, Option<Cow<'a, str>>), Error> {
    let mark = machine.input(site, frame)?;
    let text = machine.string(mark, site.at)?;
    Ok((mark, text))
}

/// A function of two strings, empty if either is.
fn with_argument<'a, V: Into<Value<'a>>>(
    machine: &mut Machine<'a, '_>,
    site: Site<'a>,
    frame: &Frame<'a>,
    of: fn(&str, &str) -> V,
) -> Result<(), Error> {
    let (mark, text) = text(machine, site, frame)?;
    let argument = machine.string_argument(site.at, site.arguments[0], frame)?;
    if let Some((text, argument)) = text.zip(argument) {
        machine.answer(mark, of(&text, &argument));
    }
    Ok(())
}

fn index_of<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    with_argument(machine, site, frame, |text, part| {
        let characters = |at| i32::try_from(text[..at].chars().count()).unwrap_or(i32::MAX);
        text.find(part).map_or(-1, characters)
    })
}

fn starts_with<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    with_argument(machine, site, frame, |text, prefix| text.starts_with(prefix))
}

fn ends_with<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    with_argument(machine, site, frame, |text, suffix| text.ends_with(suffix))
}

fn contains<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    with_argument(machine, site, frame, |text, part| text.contains(part))
}

fn substring<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let (mark, text) = text(machine, site, frame)?;
    let start = machine.integer_argument(site.at, site.arguments[0], frame)?;
    let length = match site.arguments.get(1) {
        Some(argument) => machine.integer_argument(site.at, *argument, frame)?,
        None => None,
    };
    let Some((text, start)) = text.zip(start) else { return Ok(()) };
    let byte_at = |text: &str, characters: i32| {
        let characters = usize::try_from(characters).ok()?;
        text.char_indices().map(|(at, _)| at).nth(characters)
    };
    let Some(from) = byte_at(&text, start) else { return Ok(()) };
    let rest = &text[from..];
    let end = length.map_or(rest.len(), |length| byte_at(rest, length.max(0)).unwrap_or(rest.len()));
    machine.answer(mark, Cow::Owned(rest[..end].to_owned()));
    Ok(())
}

fn upper<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let (mark, text) = text(machine, site, frame)?;
    text.map_or(Ok(()), |text| machine.answer_text(site.at, mark, text.to_uppercase()))
}

fn lower<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let (mark, text) = text(machine, site, frame)?;
    text.map_or(Ok(()), |text| machine.answer_text(site.at, mark, text.to_lowercase()))
}

fn replace<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let (mark, text) = text(machine, site, frame)?;
    let part = machine.string_argument(site.at, site.arguments[0], frame)?;
    let substitution = machine.string_argument(site.at, site.arguments[1], frame)?;
    let Some(((text, part), substitution)) = text.zip(part).zip(substitution) else { return Ok(()) };
    let times = text.matches(&*part).count();
    machine.check_text(site.at, text.len().saturating_add(times.saturating_mul(substitution.len())))?;
    machine.answer_text(site.at, mark, text.replace(&*part, &substitution))
}

/// The regular expression in the first argument.
fn regex<'a>(
    machine: &mut Machine<'a, '_>,
    site: Site<'a>,
    frame: &Frame<'a>,
) -> Result<Option<Cow<'a, Regex>>, Error> {
    if let Some(regex) = site.pattern {
        return Ok(Some(Cow::Borrowed(regex)));
    }
    let Some(text) = machine.string_argument(site.at, site.arguments[0], frame)? else { return Ok(None) };
    pattern(&text, machine.limits(), site.at).map(|regex| Some(Cow::Owned(regex)))
}

fn matches<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let (mark, text) = text(machine, site, frame)?;
    let regex = regex(machine, site, frame)?;
    if let Some((text, regex)) = text.zip(regex) {
        machine.answer(mark, regex.is_match(&text));
    }
    Ok(())
}

fn replace_matches<'a>(
    machine: &mut Machine<'a, '_>,
    site: Site<'a>,
    frame: &Frame<'a>,
) -> Result<(), Error> {
    let (mark, text) = text(machine, site, frame)?;
    let regex = regex(machine, site, frame)?;
    let substitution = machine.string_argument(site.at, site.arguments[1], frame)?;
    let Some(((text, regex), substitution)) = text.zip(regex).zip(substitution) else { return Ok(()) };
    // A group named in the substitution brings at most the whole text.
    let groups = substitution.matches('$').count();
    let each = substitution.len().saturating_add(groups.saturating_mul(text.len()));
    let times = regex.find_iter(&text).count();
    machine.check_text(site.at, text.len().saturating_add(times.saturating_mul(each)))?;
    machine.answer_text(site.at, mark, regex.replace_all(&text, &*substitution).into_owned())
}

fn length<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let (mark, text) = text(machine, site, frame)?;
    if let Some(text) = text {
        machine.answer(mark, i32::try_from(text.chars().count()).unwrap_or(i32::MAX));
    }
    Ok(())
}

fn to_chars<'a>(machine: &mut Machine<'a, '_>, site: Site<'a>, frame: &Frame<'a>) -> Result<(), Error> {
    let (_, text) = text(machine, site, frame)?;
    let Some(text) = text else { return Ok(()) };
    text.chars().try_for_each(|letter| machine.push(site.at, Value::String(Cow::Owned(letter.to_string()))))
}

impl<'a> Machine<'a, '_> {
    fn check_text(&self, at: u32, bytes: usize) -> Result<(), Error> {
        let is_too_long = bytes > self.limits().string_bytes_max;
        if is_too_long { Err(Error::Limit { at, limit: Limit::StringBytes }) } else { Ok(()) }
    }

    fn answer_text(&mut self, at: u32, mark: Mark, text: String) -> Result<(), Error> {
        self.check_text(at, text.len())?;
        self.answer(mark, Cow::Owned(text));
        Ok(())
    }
}
