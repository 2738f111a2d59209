//! What a request has beside its texts, found in one pass over its JSON.
//!
//! A walk over brackets and strings, without recursion: however deep a body nests, this takes its length in time. The
//! vendor reads the same body; a name that is written with escapes is the same name.

use super::Text;
use super::fields::Field;
use super::images::{Picture, Size};
use super::unescape;
use std::ops::Range;

/// What costs tokens and is no text.
#[derive(Default)]
pub struct Found<'a> {
    /// The JSON of tools and functions.
    pub tools: Vec<&'a str>,
    /// What earlier calls of tools said, and the schemas of answers; pieces between texts, escapes included.
    pub calls: Vec<&'a str>,
    /// The names of those who speak, and of the tools they called.
    pub names: Vec<&'a str>,
    /// The pictures, wherever they are.
    pub pictures: Vec<Picture>,
    /// What may be recordings or documents: data that is no picture whose size is known.
    pub data: Vec<&'a str>,
    /// Files that the vendor has or fetches.
    pub files: u64,
    /// What the vendor has or fetches otherwise.
    pub references: u64,
    /// Sealed thoughts, in bytes of base64.
    pub sealed_bytes: u64,
    /// Tokens that were sent as numbers.
    pub token_ids: u64,
    /// What may be billed as answer beside it.
    pub predictions: Vec<&'a str>,
}

/// An object or an array that is not closed yet.
struct Frame {
    /// What it is in the one around it.
    member: Field,
    start: usize,
    /// Where the pictures that were found in it begin.
    first_picture: usize,
    /// Whether every `detail` that was said in it is `low`.
    low: Option<bool>,
}

struct Scanner<'a> {
    body: &'a str,
    /// Where texts start, in order.
    texts: Vec<u32>,
    frames: Vec<Frame>,
    /// How many frames there were when that began in which we are and which is counted as one, and where its next piece does.
    within: Option<(usize, usize)>,
    found: Found<'a>,
}

/// Finds them; `texts` may stand in any order.
pub fn scan<'a>(body: &'a str, texts: &[Text]) -> Found<'a> {
    let mut texts: Vec<u32> = texts.iter().map(|text| text.start).collect();
    texts.sort_unstable();
    let found = Found::default();
    let mut scanner = Scanner { body, texts, frames: Vec::new(), within: None, found };
    scanner.run();
    scanner.found
}

impl<'a> Scanner<'a> {
    fn run(&mut self) {
        let bytes = self.body.as_bytes();
        let (mut at, mut member) = (0, Field::Words);
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => {
                    let inside = at + 1..end_of_string(bytes, at + 1);
                    at = inside.end;
                    match self.member_named(inside.clone()) {
                        Some((named, colon)) => (member, at) = (named, colon),
                        None => self.string(inside, member),
                    }
                }
                b'{' | b'[' => {
                    self.open(at, member);
                    member = if *byte == b'[' { member.of_elements() } else { Field::Words };
                }
                b'}' | b']' => {
                    self.close(at);
                    // Of an array, the next element is what the last one was.
                    let around = self.frames.last().filter(|_| self.is_in_array());
                    member = around.map_or(Field::Words, |frame| frame.member.of_elements());
                }
                b'-' | b'0'..=b'9' if member == Field::TokenIds && self.is_in_array() => {
                    self.found.token_ids += 1;
                    at = end_of_number(bytes, at);
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// What the string names, and where the colon behind it is; none for one that is a value.
    fn member_named(&self, inside: Range<usize>) -> Option<(Field, usize)> {
        let behind = self.body.get(inside.end + 1..)?;
        let colon = behind.bytes().position(|byte| !byte.is_ascii_whitespace())?;
        let is_name = behind.as_bytes().get(colon) == Some(&b':');
        let raw = self.body.get(inside.clone()).filter(|_| is_name)?;
        Some((Field::of_member(raw, self.frames.len()), inside.end + 1 + colon))
    }

    fn open(&mut self, start: usize, member: Field) {
        let is_object = self.body.as_bytes().get(start) == Some(&b'{');
        if self.within.is_none() {
            let is_reference = is_object && member == Field::Reference;
            // A prompt that is kept at the vendor.
            let is_kept = is_object && member == Field::TokenIds && self.frames.len() == 1;
            self.found.references += u64::from(is_reference || is_kept);
            let is_one = matches!(
                member,
                Field::Tools
                    | Field::Call
                    | Field::Free
                    | Field::Id
                    | Field::Cap
                    | Field::Prediction
            );
            if is_one || is_reference {
                self.within = Some((self.frames.len(), start));
            }
        }
        let first_picture = self.found.pictures.len();
        self.frames.push(Frame { member, start, first_picture, low: None });
    }

    fn close(&mut self, end: usize) {
        let Some(frame) = self.frames.pop() else { return };
        if let Some((_, piece)) = self.within.filter(|(depth, _)| *depth == self.frames.len()) {
            self.within = None;
            let whole = self.body.get(frame.start..=end).unwrap_or_default();
            match frame.member {
                Field::Tools => self.found.tools.push(whole),
                Field::Prediction => self.found.predictions.push(whole),
                Field::Call => self.found.calls.extend(self.body.get(piece..=end)),
                _ => {}
            }
        }
        if frame.low == Some(true) {
            let depth = self.frames.len() + 1;
            let pictures = self.found.pictures.get_mut(frame.first_picture..).unwrap_or_default();
            // Not for those further in: `detail` speaks of its neighbour.
            pictures.iter_mut().filter(|p| p.depth == depth).for_each(|p| p.low = true);
        }
    }

    /// A string that is a value.
    fn string(&mut self, inside: Range<usize>, member: Field) {
        let raw = self.body.get(inside.clone()).unwrap_or_default();
        if self.is_text(inside.start) {
            if let Some((depth, piece)) = &mut self.within {
                let is_call = |frame: &Frame| frame.member == Field::Call;
                if self.frames.get(*depth).is_some_and(is_call) {
                    self.found.calls.extend(self.body.get(*piece..inside.start));
                }
                *piece = inside.end;
            }
            return;
        }
        if self.within.is_some() {
            return;
        }
        match member {
            Field::Call => self.found.calls.push(raw),
            // In the outermost object, its messages, a message: of a speaker, or further in of what was called.
            Field::Name if self.frames.len() >= 3 => self.found.names.push(raw),
            Field::Detail => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.low = Some(frame.low != Some(false) && unescape(raw) == "low");
                }
            }
            Field::Bytes => self.bytes(raw),
            Field::File => self.found.files += u64::from(!raw.is_empty()),
            Field::Reference => self.found.references += u64::from(!raw.is_empty()),
            Field::Sealed => self.found.sealed_bytes += raw.len() as u64,
            Field::Prediction => self.found.predictions.push(raw),
            // An earlier answer, which the vendor has.
            Field::Id if self.is_in(Field::Spoken) => {
                self.found.references += u64::from(!raw.is_empty());
            }
            // An earlier item, which the vendor has.
            Field::Free if raw == "item_reference" => self.found.references += 1,
            Field::Words | Field::Spoken | Field::TokenIds => self.found.calls.push(raw),
            Field::Tools | Field::Name | Field::Free | Field::Id | Field::Cap => {}
        }
    }

    /// What may be a picture, or a recording or a document.
    fn bytes(&mut self, raw: &'a str) {
        let depth = self.frames.len();
        match Size::from_string(raw) {
            Some(size) => self.found.pictures.push(Picture { size, depth, low: false }),
            None => self.found.data.push(raw),
        }
    }

    fn is_in(&self, member: Field) -> bool {
        self.frames.last().is_some_and(|frame| frame.member == member)
    }

    fn is_in_array(&self) -> bool {
        let last = self.frames.last();
        last.is_some_and(|frame| self.body.as_bytes().get(frame.start) == Some(&b'['))
    }

    fn is_text(&self, start: usize) -> bool {
        u32::try_from(start).is_ok_and(|start| self.texts.binary_search(&start).is_ok())
    }
}

impl Field {
    /// What the elements of an array are that is this itself.
    fn of_elements(self) -> Self {
        match self {
            Self::Bytes | Self::TokenIds | Self::Reference => self,
            _ => Self::Words,
        }
    }
}

/// The last byte of the number that begins there.
fn end_of_number(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    let is_part = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
    let length = rest.iter().take_while(|byte| is_part(byte)).count();
    from + length.saturating_sub(1)
}

/// Where the string ends whose inside begins there: at its quote, or where the body does.
fn end_of_string(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => break,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at.min(bytes.len())
}
