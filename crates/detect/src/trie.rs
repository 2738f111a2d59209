//! Finds the words of a list in a text.
//!
//! A word of the list is looked for only where one may begin: at the start of a run of ASCII letters and digits, and at every
//! other character. Most places are rejected by a hash of the bytes there, so that a text costs little more than reading it.

mod filter;

pub use filter::{Bits, three};

use filter::Filter;

/// The number of a word in its list.
pub type Number = u16;

/// No word ends at a node.
const NONE: Number = Number::MAX;

/// A word of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word<'w> {
    /// Its letters.
    pub text: &'w str,
    /// Whether letters may follow.
    pub is_stem: bool,
}

/// The words of a list, as a tree of their bytes.
pub struct Trie {
    filter: Filter,
    /// The children of the root, by their byte; 0 if there is none.
    top: Vec<u32>,
    /// The first child of each node. Children are adjacent, and in the order of their parents.
    first: Vec<u32>,
    /// The byte of each node.
    bytes: Vec<u8>,
    /// The word that ends at each node.
    words: Vec<Number>,
    endings: Endings,
}

/// Words that other letters may precede: endings of longer words.
#[derive(Default)]
struct Endings {
    words: Vec<(Box<[u8]>, Number)>,
    /// The last three bytes of each.
    last: Bits,
}

/// A word of the list in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// Its first byte.
    pub start: usize,
    /// The byte after it.
    pub end: usize,
    /// Its number.
    pub word: Number,
}

impl Trie {
    /// Builds the tree. Of equal words, the first has the number. Words beyond the greatest number are left out, which a test of
    /// each list rules out.
    pub fn new<'w>(words: impl Iterator<Item = Word<'w>>) -> Self {
        let mut sorted: Vec<(&[u8], Number)> = Vec::new();
        let mut trie = Trie {
            filter: Filter::default(),
            top: vec![0; 256],
            first: Vec::new(),
            bytes: vec![0],
            words: vec![NONE],
            endings: Endings::default(),
        };
        for (word, number) in words.zip(0..NONE).filter(|(word, _)| !word.text.is_empty()) {
            trie.filter.add(word);
            sorted.push((word.text.as_bytes(), number));
        }
        sorted.sort();
        trie.add_nodes(&sorted);
        trie
    }

    /// Also finds these words of the list, of at least three bytes, at the end of a run of letters, or at a point after it.
    pub fn with_endings<'w>(mut self, endings: impl Iterator<Item = (&'w str, Number)>) -> Self {
        for (ending, number) in endings {
            if let Some(last) = ending.as_bytes().last_chunk() {
                self.endings.last.add(three(*last));
            }
            self.endings.words.push((ending.as_bytes().into(), number));
        }
        self
    }

    /// Adds the nodes level by level, so that the children of a node are adjacent.
    fn add_nodes(&mut self, sorted: &[(&[u8], Number)]) {
        let mut level = vec![(0, sorted)];
        let mut depth = 0;
        while !level.is_empty() {
            let mut next = Vec::new();
            for (node, words) in level {
                self.first.push(self.bytes.len() as u32);
                for group in words.chunk_by(|a, b| a.0.get(depth) == b.0.get(depth)) {
                    let Some((first, number)) = group.first() else { continue };
                    match first.get(depth) {
                        None => {
                            self.words.get_mut(node).into_iter().for_each(|word| *word = *number)
                        }
                        Some(byte) => next.push((self.child(depth, *byte), group)),
                    }
                }
            }
            (level, depth) = (next, depth + 1);
        }
        self.first.push(self.bytes.len() as u32);
    }

    fn child(&mut self, depth: usize, byte: u8) -> usize {
        let child = self.bytes.len();
        self.bytes.push(byte);
        self.words.push(NONE);
        if depth == 0
            && let Some(top) = self.top.get_mut(usize::from(byte))
        {
            *top = child as u32;
        }
        child
    }

    /// The size of the tables, in bytes.
    #[cfg(test)]
    pub fn memory_usage(&self) -> usize {
        self.first.len() * 4
            + self.bytes.len()
            + self.words.len() * 2
            + self.filter.memory_usage()
            + 1024
    }

    /// Calls `visit` with the longest word at each place, from the first to the last place; words do not overlap. With
    /// `everywhere`, also within runs of letters and digits.
    pub fn each(&self, text: &str, everywhere: bool, mut visit: impl FnMut(Match)) {
        let bytes = text.as_bytes();
        // Where the last match ends, and the place that is read.
        let (mut free, mut at) = (0, 0);
        while let Some(byte) = bytes.get(at) {
            if everywhere || !byte.is_ascii_alphanumeric() {
                let found = if everywhere || self.filter.may_begin(bytes, at) {
                    self.walk(bytes, at)
                } else {
                    None
                };
                if let Some((end, word)) = found {
                    visit(Match { start: at, end, word });
                    free = end;
                }
                at = found.map_or(at + 1, |(end, _)| end);
                continue;
            }
            let rest = bytes.get(at..).unwrap_or_default();
            let letters = letters(rest);
            let mut end = at + letters;
            if self.filter.may_be(rest, letters)
                && let Some((match_end, word)) = self.walk(bytes, at)
            {
                visit(Match { start: at, end: match_end, word });
                free = match_end;
                end = end.max(match_end);
                if !bytes.get(end - 1).is_some_and(u8::is_ascii_alphanumeric) {
                    at = end;
                    continue;
                }
            }
            at = end + run(bytes.get(end..).unwrap_or_default());
            if let Some(found) = self.endings.at(bytes, free, at) {
                visit(found);
                (free, at) = (found.end, found.end);
            }
        }
    }

    /// The end and the number of the longest word that begins here.
    fn walk(&self, text: &[u8], start: usize) -> Option<(usize, Number)> {
        let mut node = self.top.get(usize::from(*text.get(start)?)).copied()? as usize;
        let mut longest = None;
        let mut at = start + 1;
        while node != 0 {
            match self.words.get(node) {
                Some(&NONE) | None => {}
                Some(number) => longest = Some((at, *number)),
            }
            let Some(byte) = text.get(at) else { break };
            let (Some(first), Some(end)) = (self.first.get(node), self.first.get(node + 1)) else {
                break;
            };
            let first = *first as usize;
            let children = self.bytes.get(first..*end as usize).unwrap_or_default();
            let Some(child) = children.iter().position(|child| child == byte) else { break };
            node = first + child;
            at += 1;
        }
        longest
    }
}

impl Endings {
    /// The ending, from `from`, of a run of letters that ends here.
    fn at(&self, text: &[u8], from: usize, end: usize) -> Option<Match> {
        if self.words.is_empty() {
            return None;
        }
        let with_point = || Some(end + 1).filter(|_| text.get(end) == Some(&b'.'));
        self.ending(text, from, end).or_else(|| self.ending(text, from, with_point()?))
    }

    fn ending(&self, text: &[u8], from: usize, end: usize) -> Option<Match> {
        let text = text.get(from..end)?;
        if !self.last.has(three(*text.last_chunk()?)) {
            return None;
        }
        let fitting = self.words.iter().filter(|(word, _)| text.ends_with(word));
        let (word, number) = fitting.max_by_key(|(word, _)| word.len())?;
        Some(Match { start: end - word.len(), end, word: *number })
    }
}

/// How many ASCII letters a text begins with.
fn letters(text: &[u8]) -> usize {
    text.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(text.len())
}

/// How many ASCII letters and digits a text begins with.
fn run(text: &[u8]) -> usize {
    text.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(text.len())
}

#[cfg(test)]
mod tests;
