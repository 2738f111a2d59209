//! What a request has beside its texts, found in one pass over its JSON.
//!
//! A walk over brackets and strings, without recursion: however deep a body nests, this takes its length in time. The
//! vendor reads the same body; a name that is written with escapes is the same name.

use super::Text;
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
}

/// What a member of an object is, judging by its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Member {
    /// In the outermost object: what the model may call.
    Tools,
    /// Further in: what was called; anywhere: how the answer has to look.
    Call,
    /// Where the bytes of a picture may stand.
    Picture,
    /// How closely a picture is looked at.
    Detail,
    Name,
    Other,
}

impl Member {
    fn of(raw: &str, depth: usize) -> Self {
        match unescape(raw).as_ref() {
            "tools" | "functions" | "toolConfig" | "tool_config" if depth == 1 => Self::Tools,
            // OpenAI and Cohere; Anthropic and Bedrock; Google; Bedrock's results.
            "arguments" | "input" | "args" | "response" | "json" if depth > 1 => Self::Call,
            "response_format"
            | "responseSchema"
            | "response_schema"
            | "responseJsonSchema"
            | "response_json_schema"
            | "json_schema"
            | "output_format"
            | "output_config" => Self::Call,
            "url" | "image_url" | "data" | "bytes" | "image" | "uri" | "fileUri" | "file_uri" => {
                Self::Picture
            }
            "detail" => Self::Detail,
            "name" => Self::Name,
            _ => Self::Other,
        }
    }
}

/// An object or an array that is not closed yet.
struct Frame {
    /// What it is in the one around it.
    member: Member,
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
    /// How many frames there were when the tools or the call began in which we are, and where its next piece does.
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
        let (mut at, mut member) = (0, Member::Other);
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
                    member = if *byte == b'[' { member.of_elements() } else { Member::Other };
                }
                b'}' | b']' => {
                    self.close(at);
                    member = Member::Other;
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// What the string names, and where the colon behind it is; none for one that is a value.
    fn member_named(&self, inside: Range<usize>) -> Option<(Member, usize)> {
        let behind = self.body.get(inside.end + 1..)?;
        let colon = behind.bytes().position(|byte| !byte.is_ascii_whitespace())?;
        let is_name = behind.as_bytes().get(colon) == Some(&b':');
        let raw = self.body.get(inside.clone()).filter(|_| is_name)?;
        Some((Member::of(raw, self.frames.len()), inside.end + 1 + colon))
    }

    fn open(&mut self, start: usize, member: Member) {
        if self.within.is_none() && matches!(member, Member::Tools | Member::Call) {
            self.within = Some((self.frames.len(), start));
        }
        let first_picture = self.found.pictures.len();
        self.frames.push(Frame { member, start, first_picture, low: None });
    }

    fn close(&mut self, end: usize) {
        let Some(frame) = self.frames.pop() else { return };
        if let Some((_, piece)) = self.within.filter(|(depth, _)| *depth == self.frames.len()) {
            self.within = None;
            let tools = frame.member == Member::Tools;
            let start = if tools { frame.start } else { piece };
            let json = self.body.get(start..=end).unwrap_or_default();
            if tools { self.found.tools.push(json) } else { self.found.calls.push(json) }
        }
        if frame.low == Some(true) {
            let depth = self.frames.len() + 1;
            let pictures = self.found.pictures.get_mut(frame.first_picture..).unwrap_or_default();
            // Not for those further in: `detail` speaks of its neighbour.
            pictures.iter_mut().filter(|p| p.depth == depth).for_each(|p| p.low = true);
        }
    }

    /// A string that is a value.
    fn string(&mut self, inside: Range<usize>, member: Member) {
        let raw = self.body.get(inside.clone()).unwrap_or_default();
        if self.is_text(inside.start) {
            if let Some((_, piece)) = &mut self.within {
                self.found.calls.extend(self.body.get(*piece..inside.start));
                *piece = inside.end;
            }
            return;
        }
        if self.within.is_some() {
            return;
        }
        match member {
            Member::Call => self.found.calls.push(raw),
            // In the outermost object, its messages, a message: of a speaker, or further in of what was called.
            Member::Name if self.frames.len() >= 3 => self.found.names.push(raw),
            Member::Detail => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.low = Some(frame.low != Some(false) && unescape(raw) == "low");
                }
            }
            Member::Picture => {
                let depth = self.frames.len();
                let size = Size::from_string(raw);
                self.found.pictures.extend(size.map(|size| Picture { size, depth, low: false }));
            }
            Member::Tools | Member::Name | Member::Other => {}
        }
    }

    fn is_text(&self, start: usize) -> bool {
        u32::try_from(start).is_ok_and(|start| self.texts.binary_search(&start).is_ok())
    }
}

impl Member {
    /// What the elements of an array are that is this itself.
    fn of_elements(self) -> Self {
        if self == Self::Picture { Self::Picture } else { Self::Other }
    }
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
