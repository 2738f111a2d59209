//! Server-sent events, as <https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream>
//! defines them.
//!
//! Two things differ from a browser's parser, because the bytes are passed on. A block that is not an event by the
//! standard (comments, an empty line) comes out too, without data. And a final `\r` ends its line only once it is known
//! whether a `\n` follows, so that no event depends on how the stream was cut.

use std::borrow::Cow;
use std::fmt;
use std::mem;
use std::ops::Range;

/// One block of a stream, up to and including its final empty line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event<'a> {
    /// All its bytes, line ends and comments included.
    pub raw: &'a str,
    /// The value of its last `event` field; none if it is absent or empty.
    pub name: Option<&'a str>,
    /// Its `data` lines, joined by `\n`; none if it had none, and so was only a comment.
    pub data: Option<Cow<'a, str>>,
    /// Whether the final empty line was there. The standard drops a last event without it; not all servers send it.
    pub complete: bool,
}

/// An event, or the beginning of one, exceeds the parser's limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventTooLong {
    /// The cap, in bytes.
    pub max_event_bytes: usize,
}

impl fmt::Display for EventTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an event is longer than {} bytes", self.max_event_bytes)
    }
}

impl std::error::Error for EventTooLong {}

/// Parses a stream: [`push`](Parser::push) each chunk, then take [`next_event`](Parser::next_event) until there is
/// none; at the end of the stream [`finish`](Parser::finish), and take the rest in the same way.
#[derive(Debug)]
pub struct Parser {
    max_event_bytes: usize,
    buffer: String,
    /// The bytes of the buffer that were returned.
    consumed: usize,
    block: Block,
    /// The first block has ended: a byte-order mark has no meaning any more.
    started: bool,
    ended: bool,
}

impl Parser {
    /// A parser at the beginning of a stream without events over `max_event_bytes`.
    pub fn new(max_event_bytes: usize) -> Self {
        Parser {
            max_event_bytes,
            buffer: String::new(),
            consumed: 0,
            block: Block::default(),
            started: false,
            ended: false,
        }
    }

    /// Adds a chunk.
    pub fn push(&mut self, chunk: &str) {
        if self.consumed == self.buffer.len() {
            self.buffer.clear();
        } else {
            self.buffer.drain(..self.consumed);
        }
        self.consumed = 0;
        self.buffer.push_str(chunk);
    }

    /// Ends the stream: the rest is an event, even without its final empty line.
    pub fn finish(&mut self) {
        self.ended = true;
    }

    /// The next complete event.
    ///
    /// # Errors
    /// An event that exceeds the limit, complete or not. Every later call returns the same error.
    pub fn next_event(&mut self) -> Result<Option<Event<'_>>, EventTooLong> {
        let pending = self.buffer.get(self.consumed..).unwrap_or_default();
        let ending = self.block.scan(pending, !self.started, self.ended);
        if ending.unwrap_or(Ending::at(pending.len())).end > self.max_event_bytes {
            return Err(EventTooLong { max_event_bytes: self.max_event_bytes });
        }
        let Some(Ending { end, complete }) = ending else { return Ok(None) };
        self.started = true;
        self.consumed += end;
        let raw = pending.get(..end).unwrap_or_default();
        Ok(Some(mem::take(&mut self.block).into_event(raw, complete)))
    }
}

/// The end of a block.
#[derive(Clone, Copy)]
struct Ending {
    end: usize,
    complete: bool,
}

impl Ending {
    fn at(end: usize) -> Self {
        Ending { end, complete: false }
    }
}

/// The state of the current block. All offsets are relative to its first byte.
#[derive(Debug, Default)]
struct Block {
    /// The offset of the current line.
    line: usize,
    /// The offset up to which there is no line end.
    scanned: usize,
    name: Option<Range<usize>>,
    data: Data,
}

#[derive(Debug, Default)]
enum Data {
    #[default]
    None,
    Line(Range<usize>),
    Joined(String),
}

impl Block {
    /// Reads the lines of `text`, which begins with this block, until the block ends.
    fn scan(&mut self, text: &str, first: bool, ended: bool) -> Option<Ending> {
        while let Some((end, next)) = self.line_end(text, ended) {
            let start = self.line;
            (self.line, self.scanned) = (next, next);
            if !self.read_line(text, start..end, first && start == 0) {
                return Some(Ending { end: next, complete: true });
            }
        }
        if !ended || text.is_empty() {
            return None;
        }
        self.read_line(text, self.line..text.len(), first && self.line == 0);
        Some(Ending::at(text.len()))
    }

    /// The end of the current line, and the beginning of the next.
    fn line_end(&mut self, text: &str, ended: bool) -> Option<(usize, usize)> {
        let rest = text.as_bytes().get(self.scanned..)?;
        let Some(length) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
            self.scanned = text.len();
            return None;
        };
        let end = self.scanned + length;
        match (rest.get(length), rest.get(length + 1)) {
            (Some(b'\r'), Some(b'\n')) => Some((end, end + 2)),
            (Some(b'\r'), None) if !ended => {
                self.scanned = end;
                None
            }
            _ => Some((end, end + 1)),
        }
    }

    /// Reads one line. False: it is empty, and ends the block.
    fn read_line(&mut self, text: &str, range: Range<usize>, first: bool) -> bool {
        let Some(whole) = text.get(range.clone()) else { return true };
        let line = if first { whole.strip_prefix('\u{feff}').unwrap_or(whole) } else { whole };
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        let place = range.end - value.len()..range.end;
        match field {
            "data" => self.data.add(text, place),
            "event" => self.name = Some(place),
            _ => {}
        }
        !line.is_empty()
    }

    fn into_event(self, raw: &str, complete: bool) -> Event<'_> {
        let slice = |range: Range<usize>| raw.get(range).unwrap_or_default();
        Event {
            raw,
            name: self.name.map(slice).filter(|name| !name.is_empty()),
            data: match self.data {
                Data::None => None,
                Data::Line(range) => Some(Cow::Borrowed(slice(range))),
                Data::Joined(joined) => Some(Cow::Owned(joined)),
            },
            complete,
        }
    }
}

impl Data {
    fn add(&mut self, text: &str, place: Range<usize>) {
        let slice = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
        match self {
            Data::None => *self = Data::Line(place),
            Data::Line(before) => *self = Data::Joined([slice(before), slice(&place)].join("\n")),
            Data::Joined(joined) => {
                joined.push('\n');
                joined.push_str(slice(&place));
            }
        }
    }
}
