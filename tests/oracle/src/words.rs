//! The words of a resource, and what is asked of them (search.html#content, search.html#text; docs/SEARCH.md, "Words").
//!
//! Which members hold words is known of those that the histories write: all texts but ids, URLs and times.

use crate::folding::folded_letters;
use crate::json::Json;
use crate::parameters::Parameter;
use crate::query::unescaped;
use crate::refusal::Refusal;
use crate::values::{Value, values};
use crate::version::Stored;

/// How much of a word counts.
const WORD_BYTES_MAX: usize = 64;

/// Parentheses and `NOT` within each other.
const LEVELS_MAX: usize = 16;

/// The texts that are looked at.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// The narrative.
    Narrative,
    /// That and all else.
    Content,
    /// The values of a string parameter.
    Values(&'static Parameter),
}

/// What is asked of the texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Words, one right after the other, in one text.
    Row(Vec<String>),
    /// A word that starts so, and others beside it.
    Start(Vec<String>, String),
    /// All of them.
    All(Vec<Asked>),
    /// One of them.
    Any(Vec<Asked>),
    /// Not that.
    Not(Box<Asked>),
}

/// The words of a text.
pub fn words(text: &str) -> Vec<String> {
    let folded = folded_letters(text);
    let parts = folded.split(|letter: char| !letter.is_alphanumeric());
    let mut words: Vec<String> = parts.filter(|word| !word.is_empty()).map(str::to_owned).collect();
    for word in &mut words {
        while word.len() > WORD_BYTES_MAX {
            word.pop();
        }
    }
    words
}

impl Asked {
    /// Reads one value.
    ///
    /// # Errors
    /// `Invalid`: it is no expression. `Limit`: it nests too deep.
    pub fn parse(value: &str) -> Result<Self, Refusal> {
        let tokens = tokens(value)?;
        let mut rest = &tokens[..];
        let asked = Self::any(&mut rest, 0)?;
        if rest.is_empty() { Ok(asked) } else { Err(Refusal::Invalid) }
    }

    fn any(rest: &mut &[String], level: usize) -> Result<Self, Refusal> {
        let mut any = vec![Self::all(rest, level)?];
        while rest.first().is_some_and(|next| next == "OR") {
            *rest = &rest[1..];
            any.push(Self::all(rest, level)?);
        }
        Ok(Self::Any(any))
    }

    fn all(rest: &mut &[String], level: usize) -> Result<Self, Refusal> {
        let mut all = vec![Self::one(rest, level)?];
        while let Some(next) = rest.first().filter(|next| !["OR", ")"].contains(&next.as_str())) {
            if next == "AND" {
                *rest = &rest[1..];
            }
            all.push(Self::one(rest, level)?);
        }
        Ok(Self::All(all))
    }

    fn one(rest: &mut &[String], level: usize) -> Result<Self, Refusal> {
        if level > LEVELS_MAX {
            return Err(Refusal::Limit);
        }
        let Some((first, after)) = rest.split_first() else { return Err(Refusal::Invalid) };
        *rest = after;
        match first.as_str() {
            "NOT" => Ok(Self::Not(Box::new(Self::one(rest, level + 1)?))),
            "(" => {
                let inner = Self::any(rest, level + 1)?;
                match rest.split_first() {
                    Some((closing, after)) if closing == ")" => *rest = after,
                    _ => return Err(Refusal::Invalid),
                }
                Ok(inner)
            }
            ")" | "AND" | "OR" => Err(Refusal::Invalid),
            text => match text.strip_suffix('*') {
                Some(start) => {
                    let mut words = words(start);
                    let start = words.pop().ok_or(Refusal::Invalid)?;
                    Ok(Self::Start(words, start))
                }
                None => Ok(Self::Row(words(text))),
            },
        }
    }

    fn holds(&self, texts: &[Vec<String>]) -> bool {
        let has = |word: &String| texts.iter().any(|text| text.contains(word));
        match self {
            Self::Row(row) => texts.iter().any(|text| text.windows(row.len()).any(|some| some == row)),
            Self::Start(others, start) => {
                others.iter().all(has) && texts.iter().flatten().any(|word| word.starts_with(start.as_str()))
            }
            Self::All(all) => all.iter().all(|asked| asked.holds(texts)),
            Self::Any(any) => any.iter().any(|asked| asked.holds(texts)),
            Self::Not(asked) => !asked.holds(texts),
        }
    }
}

/// Words, phrases without their quotation marks, words with a star at their end, operators and parentheses.
fn tokens(value: &str) -> Result<Vec<String>, Refusal> {
    let mut tokens = Vec::new();
    let mut rest = value.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' => 1,
            '"' => rest[1..].find('"').ok_or(Refusal::Invalid)? + 2,
            _ => rest.find([' ', '(', ')', '"']).unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at(length);
        rest = after.trim_start();
        let text = unescaped(token.trim_matches('"'));
        let has_words = !words(&text).is_empty();
        match first {
            '(' | ')' => tokens.push(token.to_owned()),
            '"' if !has_words => return Err(Refusal::Invalid),
            // In quotation marks an operator is a word, and a star a sign.
            '"' => tokens.push(format!("\"{}\"", text.replace('*', " "))),
            _ if text.contains('*') && (!has_words || text.find('*') != Some(text.len() - 1)) => {
                return Err(Refusal::Invalid);
            }
            _ if has_words => tokens.push(text),
            _ => {}
        }
    }
    Ok(tokens)
}

/// Whether one of the expressions holds.
pub fn holds(place: Place, any_of: &[Asked], version: &Stored) -> bool {
    let texts = texts(place, version);
    any_of.iter().any(|asked| asked.holds(&texts))
}

fn texts(place: Place, version: &Stored) -> Vec<Vec<String>> {
    let body = version.body.as_ref();
    let narrative = body.and_then(|body| body.get("text")).and_then(|text| text.text_at("div"));
    let mut texts = match place {
        Place::Values(parameter) => {
            let strings = values(parameter, version).into_iter().filter_map(|value| match value {
                Value::String(text) => Some(words(&text.folded)),
                _ => None,
            });
            return strings.collect();
        }
        Place::Narrative | Place::Content => vec![words(&read_narrative(narrative.unwrap_or("")))],
    };
    if let (Place::Content, Some(body)) = (place, body) {
        add_texts("", body, &mut texts);
    }
    texts
}

/// The texts within an element of that name.
fn add_texts(name: &str, json: &Json, texts: &mut Vec<Vec<String>>) {
    match json {
        Json::Text(text) => texts.push(words(text)),
        Json::List(items) => items.iter().for_each(|item| add_texts(name, item, texts)),
        Json::Object(members) => {
            for (member, value) in members.iter().filter(|(member, _)| !is_wordless(name, member, json)) {
                add_texts(member, value, texts);
            }
        }
        Json::Null | Json::Boolean(_) | Json::Number(_) => {}
    }
}

/// Whether the member of an element of that name (of the resource: no name) holds no words: an id, a URL, a time, the narrative.
fn is_wordless(name: &str, member: &str, element: &Json) -> bool {
    match member {
        "resourceType" | "id" | "profile" | "versionId" | "lastUpdated" | "reference" | "div" => true,
        "start" | "end" | "event" | "birthDate" | "authoredOn" | "recordedDate" | "date" => true,
        _ if member.ends_with("DateTime") || member.ends_with("Instant") => true,
        "source" => name == "meta",
        // Of a contact point it is a code.
        "system" => name != "telecom",
        // Of a reference it is a URL.
        "type" => !name.is_empty() && name != "link" && element.get("identifier").is_some(),
        _ => false,
    }
}

/// The text of a narrative: its tags part words. The entities are those of the vocabulary.
fn read_narrative(div: &str) -> String {
    let mut text = String::new();
    let mut rest = div;
    while let Some((before, after)) = rest.split_once('<') {
        text += before;
        text.push(' ');
        rest = after.split_once('>').map_or("", |(_, after)| after);
    }
    text += rest;
    let entities = [("&lt;", "<"), ("&uuml;", "ü"), ("&#233;", "é"), ("&#xDF;", "ß"), ("&nbsp;", " ")];
    entities.iter().fold(text, |text, (entity, letter)| text.replace(entity, letter)).replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_words() {
        for (text, expected) in [
            ("de  la Cruz", "de la cruz"),
            ("O'Brien", "o brien"),
            ("Müller-MEIER, Straße", "muller meier strasse"),
            ("8480-6", "8480 6"),
            ("Østergaard", "østergaard"),
            (" - ", ""),
        ] {
            assert_eq!(words(text).join(" "), expected);
        }
        assert_eq!(words(&"ø".repeat(40)), ["ø".repeat(32)]);
        let narrative = "<div a=\"b\">a<b>b</b> &lt;c&gt; M&uuml;ller &amp;amp;</div>";
        assert_eq!(words(&read_narrative(narrative)).join(" "), "a b c gt muller amp");
    }

    #[test]
    fn expressions_are_read() {
        let holds = |value: &str| {
            let texts = [words("red green"), words("blue")];
            Asked::parse(value).map(|asked| asked.holds(&texts))
        };
        let rows = [
            ("red", true),
            ("red blue", true),
            ("red AND pink", false),
            ("\"red green\"", true),
            ("\"green blue\"", false),
            ("red-green", true),
            ("NOT pink OR pink red", true),
            ("NOT (pink OR red)", false),
            ("gre*", true),
            ("red-b*", true),
            ("b-red*", false),
            ("- red .", true),
            ("\"OR\"", false),
        ];
        for (value, expected) in rows {
            assert_eq!(holds(value), Ok(expected), "{value}");
        }
        for value in ["", "-", "AND", "a OR", "(a", "a)", "()", "\"a", "\"\"", "*", "a*b", "-*", "NOT"] {
            assert_eq!(holds(value), Err(Refusal::Invalid), "{value}");
        }
        assert_eq!(holds(&format!("{}a", "NOT ".repeat(17))), Err(Refusal::Limit));
    }
}
