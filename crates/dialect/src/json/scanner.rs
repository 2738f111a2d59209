//! A pull reader: the caller says what it wants next, and gets it or where it is wrong.
//!
//! Each [`Scanner::key`] and each true [`Scanner::element`] must be followed by exactly one read of a value, with
//! [`Scanner::skip`] for what is of no interest.

use super::text::plain_bytes;
use super::{Error, Reason, Text};
use crate::Span;
use std::fmt;

/// How deep arrays and objects may be nested, the outermost included. Requests in use reach about 20, the schemas of
/// tools being the deepest; each level costs a stack frame here and at the vendor.
pub(crate) const MAX_DEPTH: u32 = 128;

/// What a value is, by its first byte.
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
    /// An array or object was entered, and nothing in it was read yet.
    fresh: bool,
    /// Escapes of half a surrogate pair are passed over.
    lenient: bool,
}

impl<'a> Scanner<'a> {
    /// Reads as `serde_json` does: escapes of half a surrogate pair are refused.
    pub fn new(text: &'a str) -> Self {
        Scanner { text, at: 0, depth: 0, fresh: false, lenient: false }
    }

    /// Passes over escapes of half a surrogate pair: vendors cut emoji between two events.
    pub fn lenient(text: &'a str) -> Self {
        Scanner { lenient: true, ..Scanner::new(text) }
    }

    /// Where the next byte stands.
    pub fn at(&self) -> usize {
        self.at
    }

    /// How many arrays and objects were entered and not left.
    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// What comes next.
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

    /// Enter an object: its members follow.
    pub fn object(&mut self) -> Result<(), Error> {
        self.enter(b'{', "`{`")
    }

    /// The next member's key, the scanner then standing at its value; none at the end of the object.
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

    /// Enter an array: its elements follow.
    pub fn array(&mut self) -> Result<(), Error> {
        self.enter(b'[', "`[`")
    }

    /// Whether there is another element, the scanner then standing at it; false at the end of the array.
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

    /// Pass over the next value, whatever it is. Recursion ends at [`MAX_DEPTH`].
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

    /// The text of the next value, which is passed over.
    pub fn skip_text(&mut self) -> Result<&'a str, Error> {
        self.peek()?;
        let start = self.at;
        self.skip()?;
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    /// Nothing but white space may follow.
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

    /// Stand at the next member or element, or leave at `close`.
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
                            // The second half of no pair may be the first half of the next one.
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

    /// `u` and four hexadecimal digits.
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
