//! A pull reader: the caller states what it expects next and receives it, or the position of an error.
//!
//! Each [`Scanner::key`] and each true [`Scanner::element`] must be followed by exactly one read of a value; [`Scanner::skip`]
//! reads a value that is not needed.

use super::text::plain_bytes;
use super::{Error, Reason, Text};
use crate::Span;
use std::fmt;

/// The maximum nesting of arrays and objects, including the outermost. Requests in use reach about 20, the deepest being the
/// schemas of tools; each level costs a stack frame here and at the vendor.
pub(crate) const MAX_DEPTH: u32 = 128;

/// The type of a value, from its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Type::Null => "null",
            Type::Boolean => "a boolean",
            Type::Number => "a number",
            Type::String => "a string",
            Type::Array => "an array",
            Type::Object => "an object",
        })
    }
}

#[derive(Clone)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
    /// An array or object was just entered, and none of its content has been read.
    fresh: bool,
    /// Whether escapes of half a surrogate pair are accepted.
    lenient: bool,
}

impl<'a> Scanner<'a> {
    /// A reader that refuses escapes of half a surrogate pair, as `serde_json` does.
    pub fn new(text: &'a str) -> Self {
        Scanner { text, at: 0, depth: 0, fresh: false, lenient: false }
    }

    /// A reader that accepts escapes of half a surrogate pair: vendors split emoji between two events.
    pub fn lenient(text: &'a str) -> Self {
        Scanner { lenient: true, ..Scanner::new(text) }
    }

    /// The position of the next byte.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The number of arrays and objects that were entered and not left.
    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// The type of the next value.
    pub fn peek(&mut self) -> Result<Type, Error> {
        self.whitespace();
        match self.byte() {
            Some(b'"') => Ok(Type::String),
            Some(b'{') => Ok(Type::Object),
            Some(b'[') => Ok(Type::Array),
            Some(b'-' | b'0'..=b'9') => Ok(Type::Number),
            Some(b't' | b'f') => Ok(Type::Boolean),
            Some(b'n') => Ok(Type::Null),
            _ => self.expected("a value"),
        }
    }

    /// Enters an object; its members follow.
    pub fn object(&mut self) -> Result<(), Error> {
        self.enter(b'{', "`{`")
    }

    /// Reads the next member's key and stops at its value. None at the end of the object.
    pub fn key(&mut self) -> Result<Option<Text<'a>>, Error> {
        if !self.another(b'}', "`,` or `}`")? {
            return Ok(None);
        }
        if self.byte() != Some(b'"') {
            return self.expected("a key in quotes");
        }
        let key = self.string()?;
        self.whitespace();
        self.take(b':', "`:`")?;
        self.whitespace();
        Ok(Some(key))
    }

    /// Enters an array; its elements follow.
    pub fn array(&mut self) -> Result<(), Error> {
        self.enter(b'[', "`[`")
    }

    /// Whether there is another element, at which the scanner then stops. False at the end of the array.
    pub fn element(&mut self) -> Result<bool, Error> {
        self.another(b']', "`,` or `]`")
    }

    pub fn string(&mut self) -> Result<Text<'a>, Error> {
        let start = self.at;
        self.take(b'"', "a string")?;
        let mut escaped = false;
        loop {
            self.at += plain_bytes(self.rest());
            match self.byte() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(_) => return self.expected("an escape instead of a control character"),
                None => return self.expected("`\"` at the end of a string"),
            }
        }
        self.at += 1;
        Ok(Text::new(self.text.get(start..self.at).unwrap_or_default(), start, escaped))
    }

    /// A number as it is written.
    pub fn number(&mut self) -> Result<&'a str, Error> {
        let start = self.at;
        self.skip_if(b'-');
        match self.byte() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.skip_if(b'.') {
            self.digits()?;
        }
        if self.skip_if(b'e') || self.skip_if(b'E') {
            let _ = self.skip_if(b'+') || self.skip_if(b'-');
            self.digits()?;
        }
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    pub fn boolean(&mut self) -> Result<bool, Error> {
        match self.byte() {
            Some(b't') => self.word("true").map(|()| true),
            _ => self.word("false").map(|()| false),
        }
    }

    pub fn null(&mut self) -> Result<(), Error> {
        self.word("null")
    }

    /// Skips the next value, whatever its type. The recursion ends at [`MAX_DEPTH`].
    pub fn skip(&mut self) -> Result<Span, Error> {
        let value = self.peek()?;
        let start = self.at;
        match value {
            Type::Null => self.null()?,
            Type::Boolean => drop(self.boolean()?),
            Type::Number => drop(self.number()?),
            Type::String => drop(self.string()?),
            Type::Array => {
                self.array()?;
                while self.element()? {
                    self.skip()?;
                }
            }
            Type::Object => {
                self.object()?;
                while self.key()?.is_some() {
                    self.skip()?;
                }
            }
        }
        Ok(Span::from(start..self.at))
    }

    /// Skips the next value and returns its text.
    pub fn skip_text(&mut self) -> Result<&'a str, Error> {
        self.peek()?;
        let start = self.at;
        self.skip()?;
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    /// Checks that only white space follows.
    pub fn end(&mut self) -> Result<(), Error> {
        self.whitespace();
        if self.at == self.text.len() { Ok(()) } else { self.expected("the end") }
    }

    fn enter(&mut self, open: u8, what: &'static str) -> Result<(), Error> {
        let at = self.at;
        self.take(open, what)?;
        if self.depth == MAX_DEPTH {
            return Err(Error { at, reason: Reason::TooDeep });
        }
        self.depth += 1;
        self.fresh = true;
        Ok(())
    }

    /// Moves to the next member or element, or leaves at `close`.
    fn another(&mut self, close: u8, what: &'static str) -> Result<bool, Error> {
        self.whitespace();
        let first = std::mem::replace(&mut self.fresh, false);
        if self.skip_if(close) {
            self.depth = self.depth.saturating_sub(1);
            return Ok(false);
        }
        if !first {
            self.take(b',', what)?;
            self.whitespace();
        }
        Ok(true)
    }

    fn escape(&mut self) -> Result<(), Error> {
        let start = self.at;
        self.at += 1;
        match self.byte() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                let whole = match self.code_unit()? {
                    0xD800..=0xDBFF => {
                        self.rest().starts_with(b"\\u") && {
                            let second = self.at;
                            self.at += 1;
                            let low = matches!(self.code_unit()?, 0xDC00..=0xDFFF);
                            // A unit that completes no pair may begin the next one.
                            self.at = if low { self.at } else { second };
                            low
                        }
                    }
                    0xDC00..=0xDFFF => false,
                    _ => true,
                };
                if !whole && !self.lenient {
                    self.at = start;
                    return self.expected("the escapes of a whole surrogate pair");
                }
            }
            _ => return self.expected("an escape that JSON knows"),
        }
        Ok(())
    }

    /// Reads `u` and four hexadecimal digits.
    fn code_unit(&mut self) -> Result<u32, Error> {
        self.at += 1;
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.byte().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else { return self.expected("four hexadecimal digits") };
            unit = unit * 16 + digit;
            self.at += 1;
        }
        Ok(unit)
    }

    fn digits(&mut self) -> Result<(), Error> {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 {
            return self.expected("a digit");
        }
        self.at += count;
        Ok(())
    }

    fn word(&mut self, word: &'static str) -> Result<(), Error> {
        if !self.rest().starts_with(word.as_bytes()) {
            return self.expected("`true`, `false` or `null`");
        }
        self.at += word.len();
        Ok(())
    }

    fn take(&mut self, byte: u8, what: &'static str) -> Result<(), Error> {
        if self.skip_if(byte) { Ok(()) } else { self.expected(what) }
    }

    fn skip_if(&mut self, byte: u8) -> bool {
        let there = self.byte() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn whitespace(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn expected<T>(&self, what: &'static str) -> Result<T, Error> {
        Err(Error { at: self.at, reason: Reason::Syntax(what) })
    }
}
