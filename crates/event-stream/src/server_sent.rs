//! Server-sent events, as <https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream>
//! defines them.
//!
//! Two things differ from a browser's parser, because the bytes are to be passed on. What is no event in the standard's
//! sense (a block of comments, an empty line) comes out too, without data. And a `\r` that is the last byte seen ends
//! its line only once it is known whether a `\n` follows, so that no event depends on how the stream was cut.

use std::borrow::Cow;
use std::fmt;
use std::mem;
use std::ops::Range;

/// One block of a stream, up to and including the empty line that ends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event<'a> {
    /// All its bytes, line ends and comments included.
    pub raw: &'a str,
    /// What its last `event` field said; none if it had no such field, or an empty one.
    pub name: Option<&'a str>,
    /// Its `data` lines, joined by `\n`; none if it had none, and so was no event but a comment.
    pub data: Option<Cow<'a, str>>,
    /// Whether the empty line was there. The standard says to drop a last event without it; not all servers send it.
    pub complete: bool,
}

/// An event, or the beginning of one, was longer than the parser may hold.
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

/// Reads a stream: [`push`](Parser::push) what arrived, then take [`next_event`](Parser::next_event) until there is
/// none; at the end of the stream [`finish`](Parser::finish), and take the rest the same way.
#[derive(Debug)]
pub struct Parser {
    max_event_bytes: usize,
    buffer: String,
    /// How much of the buffer has been handed out.
    consumed: usize,
    block: Block,
    /// The first block has ended: a byte-order mark means nothing any more.
    started: bool,
    ended: bool,
}

impl Parser {
    /// A parser at the beginning of a stream that holds no event of more than `max_event_bytes`.
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

    /// Take what has arrived.
    pub fn push(&mut self, chunk: &str) {
        if self.consumed == self.buffer.len() {
            self.buffer.clear();
        } else {
            self.buffer.drain(..self.consumed);
        }
        self.consumed = 0;
        self.buffer.push_str(chunk);
    }

    /// Nothing more will arrive: what is left is an event, though the line that should end it is missing.
    pub fn finish(&mut self) {
        self.ended = true;
    }

    /// The next event that has arrived whole.
    ///
    /// # Errors
    /// An event that is longer than the cap, whole or not. Every later call says the same.
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

/// Where a block ends.
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

/// What is known of the block being read. All offsets count from its first byte.
#[derive(Debug, Default)]
struct Block {
    /// Where the line being read begins.
    line: usize,
    /// Up to where no line end was found.
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
    /// Read the lines of `text`, which begins with this block, until the block ends.
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

    /// Where the line being read ends, and where the next one begins.
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

    /// Read one line. False: it was empty, and ends the block.
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
