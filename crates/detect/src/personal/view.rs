//! A text as the detectors of this group read it: the plain form with its words of context.

use super::cue::{Cue, Kinds, is_unspaced};
use std::ops::Range;

/// How far before a finding a word counts, in bytes.
const BEFORE: usize = 90;
/// How far after a finding a word counts, in bytes.
const AFTER: usize = 32;

/// The plain form of a text, with its words of context.
pub struct View<'t> {
    /// The plain form.
    pub text: &'t str,
    /// The words of context, in order.
    pub cues: &'t [Cue],
    /// The words with which a number may begin, in order.
    pub words: &'t [Range<usize>],
    /// The places at which a word with a capital letter, or one of letters outside ASCII, may begin, in order.
    pub capitals: &'t [usize],
}

/// The nearest word of some kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Near {
    /// The bytes between it and the finding.
    pub distance: usize,
    /// The reduction of the confidence by the distance, in percentage points.
    pub penalty: u8,
}

impl<'t> View<'t> {
    /// The byte at a place; 0 after the end.
    pub fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    /// A part of the text; empty if it would cut a character.
    pub fn part(&self, range: Range<usize>) -> &'t str {
        self.text.get(range).unwrap_or("")
    }

    /// The text after a place.
    pub fn from(&self, at: usize) -> &'t str {
        self.text.get(at..).unwrap_or("")
    }

    /// The character before a place.
    pub fn before(&self, at: usize) -> Option<char> {
        let byte = self.byte(at.checked_sub(1)?);
        if byte.is_ascii() {
            return Some(char::from(byte));
        }
        self.text.get(..at)?.chars().next_back()
    }

    /// The character at a place.
    pub fn at(&self, at: usize) -> Option<char> {
        match self.byte(at) {
            0 if at >= self.text.len() => None,
            byte if byte.is_ascii() => Some(char::from(byte)),
            _ => self.from(at).chars().next(),
        }
    }

    /// Whether no letter or digit of the same word precedes.
    pub fn is_start(&self, at: usize) -> bool {
        !self.before(at).is_some_and(joins)
    }

    /// Whether no letter or digit of the same word follows.
    pub fn is_end(&self, at: usize) -> bool {
        !self.at(at).is_some_and(joins)
    }

    /// Whether a number ends here: no letter or digit follows, and no digit after a point, hyphen, slash or colon.
    pub fn is_number_end(&self, at: usize) -> bool {
        if !self.is_end(at) || self.byte(at) == b'_' {
            return false;
        }
        let is_joint = matches!(self.byte(at), b'.' | b'-' | b'/' | b':');
        !(is_joint && self.byte(at + 1).is_ascii_digit())
    }

    /// Whether a number begins here: it does not continue another one before a point, hyphen, slash or colon.
    pub fn is_number_start(&self, at: usize) -> bool {
        if !self.is_start(at) {
            return false;
        }
        let Some(joint) = at.checked_sub(1).map(|at| self.byte(at)) else { return true };
        let follows_digit = self.byte(at.saturating_sub(2)).is_ascii_digit();
        match joint {
            b'.' | b'-' | b'/' => {}
            b'+' | b'$' => return false,
            b'_' | b':' => return !follows_digit,
            _ => return true,
        }
        // The word before the separator, up to its greatest length: with a digit in it, this is part of a longer code.
        let word = (2..34).map(|back| at.checked_sub(back).map_or(0, |at| self.byte(at)));
        let mut word = word.take_while(|byte| byte.is_ascii_alphanumeric());
        !word.any(|byte| byte.is_ascii_digit())
    }

    /// The nearest word of these kinds, before or shortly after the span.
    pub fn near(&self, kinds: Kinds, span: &Range<usize>) -> Option<Near> {
        let before = self.before_within(kinds, span.start, BEFORE);
        let after = self.after_within(kinds, span.end, AFTER);
        let before =
            before.map(|distance| Near { distance, penalty: (distance / 6).min(20) as u8 });
        let after = after
            .map(|distance| Near { distance: distance + 24, penalty: 6 + (distance / 4) as u8 });
        [before, after].into_iter().flatten().min_by_key(|near| near.penalty)
    }

    /// The distance from the end of the nearest word of these kinds before a place.
    pub fn before_within(&self, kinds: Kinds, at: usize, bound: usize) -> Option<usize> {
        let next = self.cues.partition_point(|cue| cue.end <= at);
        let cues = self.cues.get(..next)?.iter().rev();
        let mut near = cues.take_while(|cue| at - cue.end <= bound);
        let cue = near.find(|cue| cue.kinds.meets(kinds))?;
        // A word has no effect beyond a blank line.
        match self.text.as_bytes().get(cue.end..at)?.windows(2).any(|two| two == b"\n\n") {
            true => None,
            false => Some(at - cue.end),
        }
    }

    /// The distance to the start of the nearest word of these kinds after a place, in the same line.
    pub fn after_within(&self, kinds: Kinds, at: usize, bound: usize) -> Option<usize> {
        let next = self.cues.partition_point(|cue| cue.start < at);
        let mut near = self.cues.get(next..)?.iter().take_while(|cue| cue.start - at <= bound);
        let cue = near.find(|cue| cue.kinds.meets(kinds))?;
        let between = self.text.as_bytes().get(at..cue.start)?;
        match between.iter().any(|byte| matches!(byte, b'\n' | b';' | b'|')) {
            true => None,
            false => Some(cue.start - at),
        }
    }
}

fn joins(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || !character.is_ascii() && character.is_alphanumeric() && !is_unspaced(character)
}

/// The places of a text from which detectors start.
#[derive(Default)]
pub struct Starts {
    /// The words of letters and digits with which a number may begin: those with a digit, short ones in capitals that another
    /// follows, and the first pair of a MAC address.
    pub words: Vec<Range<usize>>,
    /// The ASCII capitals before which no sign of a name in code stands, and the first bytes of characters outside ASCII.
    pub capitals: Vec<usize>,
}

const DIGIT: u8 = 1;
const LOWER: u8 = 2;
const UPPER: u8 = 4;
const WIDE: u8 = 8;
/// A sign of a name in code or in an address.
const CODE: u8 = 16;

/// The classes of all bytes.
#[allow(clippy::indexing_slicing, reason = "it is evaluated by the compiler")]
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'0'..=b'9' => DIGIT,
            b'a'..=b'z' => LOWER,
            b'A'..=b'Z' => UPPER,
            b'_' | b'@' | b'/' | b'.' => CODE,
            // The bytes of U+0080 to U+00BF are no letters that begin a name.
            0xc3.. => WIDE,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// Reads the places from which detectors start.
pub fn starts(text: &str) -> Starts {
    let bytes = text.as_bytes();
    let mut starts = Starts::default();
    // The start of the word, and the classes of its bytes.
    let (mut start, mut word) = (0, 0);
    for (at, byte) in bytes.iter().enumerate() {
        let class = CLASSES.get(usize::from(*byte)).copied().unwrap_or(0);
        if class & (DIGIT | LOWER | UPPER) != 0 {
            if class == UPPER && start == at && begins(bytes, at) {
                starts.capitals.push(at);
            }
            word |= class;
            continue;
        }
        if start < at && (word & DIGIT != 0 || leads(bytes, start..at, word & LOWER != 0)) {
            starts.words.push(start..at);
        }
        if class == WIDE {
            starts.capitals.push(at);
        }
        (start, word) = (at + 1, 0);
    }
    if start < bytes.len() && word & DIGIT != 0 {
        starts.words.push(start..bytes.len());
    }
    starts
}

/// Whether a word with a capital letter may begin here.
fn begins(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
    before.is_none_or(|before| before.is_ascii() && !matches!(before, b'_' | b'@' | b'/' | b'.'))
}

/// Whether a number may begin with a word without a digit.
fn leads(bytes: &[u8], word: Range<usize>, has_lower: bool) -> bool {
    let length = word.end - word.start;
    let (joint, next) =
        (bytes.get(word.end).copied().unwrap_or(0), bytes.get(word.end + 1).copied().unwrap_or(0));
    let is_pair = || {
        length == 2
            && matches!(joint, b':' | b'-')
            && bytes.get(word.clone()).is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit))
    };
    let is_short = !has_lower
        && length <= 6
        && matches!(joint, b' ' | b'-' | b'.')
        && next.is_ascii_alphanumeric();
    is_short || next.is_ascii_hexdigit() && is_pair()
}
