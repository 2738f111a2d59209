//! Restores originals in place of placeholders in a text that arrives in pieces.

use crate::vault::Entry;
use aho_corasick::{AhoCorasick, Input, MatchKind};
use postern_types::escape;
use std::ops::Range;

/// The placeholders of a request.
pub struct Restorer {
    entries: Vec<Entry>,
    /// `None` if there are no placeholders.
    searcher: Option<AhoCorasick>,
    /// The placeholders in lower case, sorted, to tell whether a text may be the beginning of one.
    beginnings: Vec<String>,
    longest: usize,
}

/// The state of one text.
#[derive(Clone, Default)]
pub struct Restored {
    /// Held text that may be the beginning of a placeholder.
    held: String,
    /// The last character that has left: a placeholder must not be part of a longer word.
    before: Option<char>,
    /// How many characters of an escape are missing, if the text is JSON as it is written.
    escape: u8,
}

impl Restorer {
    pub fn new(entries: Vec<Entry>) -> Self {
        let needles: Vec<&str> = entries.iter().map(|entry| &*entry.placeholder).collect();
        let mut builder = AhoCorasick::builder();
        builder.ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest);
        // Building fails only if the automaton has too many states.
        let searcher = builder.build(&needles).ok().filter(|_| !needles.is_empty());
        let mut beginnings: Vec<String> =
            needles.iter().map(|needle| needle.to_ascii_lowercase()).collect();
        beginnings.sort_unstable();
        let longest = needles.iter().map(|needle| needle.len()).max().unwrap_or(0);
        Restorer { entries, searcher, beginnings, longest }
    }

    /// The places of placeholders in a text.
    pub fn placeholders(&self, text: &str) -> Vec<Range<usize>> {
        let Some(searcher) = &self.searcher else { return Vec::new() };
        searcher.find_iter(text).map(|found| found.range()).collect()
    }

    /// Takes more of a text, and returns what leaves. With `in_json`, the text is the escaped inside of a JSON string.
    pub fn push(&self, state: &mut Restored, text: &str, in_json: bool) -> String {
        self.advance(state, text, in_json, false)
    }

    /// Ends a text, and returns what was held.
    pub fn finish(&self, state: &mut Restored, in_json: bool) -> String {
        self.advance(state, "", in_json, true)
    }

    fn advance(&self, state: &mut Restored, text: &str, in_json: bool, ended: bool) -> String {
        let Some(searcher) = &self.searcher else { return text.to_owned() };
        let mut buffer = std::mem::take(&mut state.held);
        buffer.push_str(text);
        let hold = |from| if ended { buffer.len() } else { self.hold_from(&buffer, from) };
        let mut out = String::with_capacity(buffer.len());
        let (mut done, mut held) = (0, hold(0));
        while let Some(found) = searcher.find(Input::new(&buffer).range(done..)) {
            if found.start() >= held {
                break;
            }
            state.pass(buffer.get(done..found.start()).unwrap_or_default(), in_json, &mut out);
            let matched = buffer.get(found.range()).unwrap_or_default();
            let entry = self.entries.get(found.pattern().as_usize());
            done = match entry.filter(|_| !state.before.is_some_and(char::is_alphanumeric)) {
                Some(entry) => {
                    let original = recased(entry, matched);
                    out.push_str(&if in_json { escape(&original).into_owned() } else { original });
                    state.before = matched.chars().next_back();
                    state.escape = 0;
                    found.end()
                }
                // It is part of a longer word; another placeholder may begin within it.
                None => {
                    let first = matched.chars().next().map_or(1, char::len_utf8);
                    state.pass(matched.get(..first).unwrap_or_default(), in_json, &mut out);
                    found.start() + first
                }
            };
            if held < done {
                held = hold(done);
            }
        }
        state.pass(buffer.get(done..held).unwrap_or_default(), in_json, &mut out);
        state.held = buffer.get(held..).unwrap_or_default().to_owned();
        out
    }

    /// The first place, not before `from`, at which the rest of the text may be the beginning of a longer placeholder.
    fn hold_from(&self, text: &str, from: usize) -> usize {
        let earliest = text.len().saturating_sub(self.longest.saturating_sub(1)).max(from);
        (earliest..text.len())
            .find(|at| text.get(*at..).is_some_and(|tail| self.may_go_on(tail)))
            .unwrap_or(text.len())
    }

    fn may_go_on(&self, tail: &str) -> bool {
        let tail = tail.to_ascii_lowercase();
        let first = self.beginnings.partition_point(|needle| *needle <= tail);
        self.beginnings.get(first).is_some_and(|needle| needle.starts_with(&tail))
    }
}

impl Restored {
    fn pass(&mut self, text: &str, in_json: bool, out: &mut String) {
        match in_json {
            true => text.chars().for_each(|character| self.read(character)),
            false => self.before = text.chars().next_back().or(self.before),
        }
        out.push_str(text);
    }

    /// An escape says one character, whatever letters it is written with.
    fn read(&mut self, character: char) {
        (self.escape, self.before) = match (self.escape, character) {
            (0, '\\') => (BEGUN, Some('\\')),
            (0, _) => (0, Some(character)),
            (BEGUN, 'u') => (4, None),
            (BEGUN, _) => (0, None),
            (missing, _) => (missing - 1, None),
        };
    }
}

/// A backslash has been read.
const BEGUN: u8 = 5;

/// The original, in the case in which the model writes its placeholder.
fn recased(entry: &Entry, matched: &str) -> String {
    let Entry { placeholder, original } = entry;
    if matched == placeholder {
        return original.clone();
    }
    if !matched.contains(char::is_lowercase) {
        return original.to_uppercase();
    }
    if !matched.contains(char::is_uppercase) {
        return original.to_lowercase();
    }
    original.clone()
}

#[cfg(test)]
mod tests;
