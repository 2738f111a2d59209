//! A JSON text as it is written, beside what it says.

use postern_types::Unescaped;
use std::ops::Range;

/// The writing of a text, and the places of its escapes.
#[derive(Clone, Default)]
pub struct Written {
    text: String,
    /// The beginning of an escape whose end has not arrived.
    tail: String,
    /// Of each escape: where it ends in what is said, and in the writing.
    escapes: Vec<(usize, usize)>,
}

impl Written {
    /// Takes more of the writing, and adds what it says to `said`. `ended`: nothing follows that could complete an escape.
    pub fn push(&mut self, more: &str, ended: bool, said: &mut String) {
        self.tail.push_str(more);
        let length = if ended { self.tail.len() } else { complete(&self.tail) };
        let ready = self.tail.get(..length).unwrap_or_default();
        let mut before = 0;
        for (end, character) in Unescaped::new(ready) {
            said.push(character);
            if end - before != character.len_utf8() {
                self.escapes.push((said.len(), self.text.len() + end));
            }
            before = end;
        }
        self.text.push_str(ready);
        self.tail.drain(..length);
    }

    /// How a range of what is said is written.
    pub fn get(&self, said: Range<usize>) -> &str {
        self.text.get(self.at(said.start)..self.at(said.end)).unwrap_or_default()
    }

    /// Drops what stands before a place of what is said.
    pub fn forget(&mut self, said: usize) {
        let written = self.at(said);
        self.text.drain(..written);
        self.escapes.retain(|(end, _)| *end > said);
        for (in_said, in_written) in &mut self.escapes {
            *in_said -= said;
            *in_written -= written;
        }
    }

    fn at(&self, said: usize) -> usize {
        let before = self.escapes.partition_point(|(end, _)| *end <= said);
        let last = before.checked_sub(1).and_then(|last| self.escapes.get(last));
        let at = last.map_or(said, |(in_said, in_written)| in_written + (said - in_said));
        at.min(self.text.len())
    }
}

/// The length of the text without an escape at its end that more text could complete.
fn complete(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(next) = bytes.get(at..).and_then(|rest| rest.iter().position(|b| *b == b'\\')) {
        at += next;
        match escape_length(bytes.get(at..).unwrap_or_default()) {
            Some(length) => at += length,
            None => return at,
        }
    }
    text.len()
}

/// The length of the escape with which a text begins, 1 if it is none; `None` if its end is missing.
fn escape_length(text: &[u8]) -> Option<usize> {
    match text.get(1)? {
        b'u' => {}
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => return Some(2),
        _ => return Some(1),
    }
    let Some(first) = unit(text)? else { return Some(1) };
    if !(0xd800..0xdc00).contains(&first) {
        return Some(6);
    }
    // The second half of a pair may follow.
    let rest = text.get(6..).unwrap_or_default();
    match (rest.first(), rest.get(1)) {
        (None, _) | (Some(b'\\'), None) => None,
        (Some(b'\\'), Some(b'u')) => match unit(rest)? {
            Some(second) if (0xdc00..0xe000).contains(&second) => Some(12),
            _ => Some(6),
        },
        _ => Some(6),
    }
}

/// The number in `\uXXXX`; `Some(None)` if these are not four digits, `None` if some are missing.
fn unit(text: &[u8]) -> Option<Option<u32>> {
    let mut value = 0;
    for at in 2..6 {
        match char::from(*text.get(at)?).to_digit(16) {
            Some(digit) => value = value * 16 + digit,
            None => return Some(None),
        }
    }
    Some(Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_types::unescape;

    const TEXTS: [&str; 9] = [
        r#"{"a":"x\u0040y\n\"\\"}"#,
        r"\ud83d\ude00!",
        r"\ud83dx",
        r"\ud83d\n",
        r"\ud83d\u0041",
        r"\ud83d\ud83d\ude00",
        r"\u12x4\x\u",
        r"\u00é\",
        "ünescaped",
    ];

    #[test]
    fn what_is_said_does_not_depend_on_where_the_writing_is_cut() {
        for text in TEXTS {
            for (cut, _) in text.char_indices() {
                for (second, _) in text.char_indices().filter(|(at, _)| *at >= cut) {
                    let (mut written, mut said) = (Written::default(), String::new());
                    written.push(text.get(..cut).unwrap(), false, &mut said);
                    assert!(unescape(text).starts_with(&said), "{text} {cut}");
                    written.push(text.get(cut..second).unwrap(), false, &mut said);
                    written.push(text.get(second..).unwrap(), true, &mut said);
                    assert_eq!(said, unescape(text), "{text} {cut} {second}");
                    assert_eq!(written.get(0..said.len()), text);
                }
            }
        }
    }

    #[test]
    fn every_place_has_its_writing_also_when_the_beginning_is_forgotten() {
        for text in TEXTS {
            let whole = unescape(text).into_owned();
            for (from, _) in whole.char_indices() {
                let (mut written, mut said) = (Written::default(), String::new());
                written.push(text, true, &mut said);
                let rest = written.get(from..said.len()).to_owned();
                let places: Vec<_> = whole.char_indices().filter(|(at, _)| *at >= from).collect();
                let before: Vec<_> =
                    places.iter().map(|(at, _)| written.get(*at..said.len()).to_owned()).collect();
                written.forget(from);
                assert_eq!(written.get(0..said.len() - from), rest);
                for ((at, _), before) in places.iter().zip(before) {
                    assert_eq!(written.get(at - from..said.len() - from), before, "{text} {from}");
                }
            }
        }
    }
}
