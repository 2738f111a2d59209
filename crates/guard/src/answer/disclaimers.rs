//! What the rules want appended to a text of an answer.

use postern_detect::Text;
use postern_detect::words::words;
use std::collections::VecDeque;

/// The disclaimers of the rules, and whether a text needs them.
#[derive(Clone, Default)]
pub struct Disclaimers<'g> {
    all: Vec<Disclaimer<'g>>,
    /// The hashes of the last words, as many as the longest disclaimer has.
    last: VecDeque<u64>,
    longest: usize,
    /// Text whose last word may go on.
    rest: String,
    /// The first and the last character that is no white space.
    ends: Option<(char, char)>,
}

#[derive(Clone)]
struct Disclaimer<'g> {
    text: &'g str,
    words: Vec<u64>,
    /// A finding requires it.
    is_required: bool,
    /// The text has it already.
    is_said: bool,
}

impl<'g> Disclaimers<'g> {
    pub fn new(texts: impl Iterator<Item = &'g str>) -> Self {
        let mut disclaimers = Disclaimers::default();
        for text in texts {
            if disclaimers.all.iter().all(|known| known.text != text) {
                let words = hashes(text);
                disclaimers.longest = disclaimers.longest.max(words.len());
                let one = Disclaimer { text, words, is_required: false, is_said: false };
                disclaimers.all.push(one);
            }
        }
        disclaimers
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Reads more of the text, to know which disclaimers it has already: by their words, in any writing.
    pub fn read(&mut self, more: &str, ended: bool) {
        if self.all.is_empty() {
            return;
        }
        let shown: Vec<char> = more.chars().filter(|letter| !letter.is_whitespace()).collect();
        if let (Some(first), Some(last)) = (shown.first(), shown.last()) {
            self.ends = Some((self.ends.map_or(*first, |(first, _)| first), *last));
        }
        let before = self.rest.len();
        self.rest.push_str(more);
        let is_border = |byte: u8| byte.is_ascii() && !byte.is_ascii_alphanumeric();
        let border = more.bytes().rposition(is_border).map(|at| before + at + 1);
        let whole = if ended { self.rest.len() } else { border.unwrap_or(0) };
        let rest = self.rest.split_off(whole);
        let read = std::mem::replace(&mut self.rest, rest);
        hashes(&read).into_iter().for_each(|word| self.push(word));
    }

    fn push(&mut self, word: u64) {
        self.last.push_back(word);
        if self.last.len() > self.longest {
            self.last.pop_front();
        }
        for one in self.all.iter_mut().filter(|one| one.words.last() == Some(&word)) {
            let last = self.last.iter().rev().take(one.words.len());
            one.is_said |= last.eq(one.words.iter().rev());
        }
    }

    /// A finding requires this disclaimer.
    pub fn require(&mut self, text: &str) {
        for one in self.all.iter_mut().filter(|one| one.text == text) {
            one.is_required = true;
        }
    }

    /// What is to be appended to the text, once.
    pub fn due(&mut self) -> String {
        // JSON is read by a program.
        let is_json = matches!(self.ends, Some(('{', '}') | ('[', ']')));
        let mut due = String::new();
        for one in self.all.iter_mut().filter(|one| !is_json && one.is_required && !one.is_said) {
            one.is_said = true;
            due.push_str("\n\n");
            due.push_str(one.text);
        }
        due
    }
}

fn hashes(text: &str) -> Vec<u64> {
    words(Text::new(text).folded()).map(|word| word.hash).collect()
}

#[cfg(test)]
mod tests;
