//! Reads the sign of assignment and the value after a name, in code, configuration, markup and commands.

use super::class;
use super::value::Written;
use std::ops::Range;

/// The most spaces between a name, its sign and the value.
pub const MAX_SPACE: usize = 48;

/// The longest value, in bytes.
const MAX_VALUE: usize = 1_024;

/// The shortest beginning of a quoted value at the end of a text, in bytes.
const MIN_BEGUN: usize = 64;

/// The sign between a name and its value.
#[derive(PartialEq, Eq)]
pub enum Sign {
    /// `=`, without spaces around it.
    Tight,
    /// `=` with spaces, and similar signs, as in code.
    Spaced,
    /// `:`
    Colon,
    /// `,` between the arguments of a call, or between the entries of a list.
    Comma,
    /// An element of XML.
    Element,
    /// A flag of a command.
    Flag,
}

/// Reads the text after a name.
pub struct Reader<'a> {
    source: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// The end of the text that was read.
    pub read: usize,
}

impl<'a> Reader<'a> {
    /// A reader that begins at the end of a name.
    pub fn new(source: &'a str, name_end: usize) -> Self {
        Reader { source, bytes: source.as_bytes(), at: name_end, read: name_end }
    }

    fn peek(&self) -> u8 {
        class::at(self.bytes, self.at)
    }

    fn skip(&mut self, class: impl Fn(u8) -> bool) -> usize {
        let end = class::run_end(self.bytes, self.at, MAX_SPACE, class);
        std::mem::replace(&mut self.at, end).abs_diff(end)
    }

    fn skip_text(&mut self, text: &str) -> bool {
        let found = self.source.get(self.at..).is_some_and(|rest| rest.starts_with(text));
        self.at += if found { text.len() } else { 0 };
        found
    }

    /// Reads the sign between the name and its value.
    pub fn sign(&mut self, name_start: usize) -> Option<Sign> {
        let quotes = self.skip(|byte| matches!(byte, b'"' | b'\'' | b'`' | b']' | b'\\'));
        let is_flag = quotes == 0 && class::before(self.bytes, name_start) == b'-';
        let is_element = class::before(self.bytes, name_start) == b'<';
        let spaces = self.skip(|byte| byte == b' ' || byte == b'\t');
        let sign = match self.peek() {
            b':' | b'=' | b'!' | b'?' | b'|' | b'+' => self.equals(spaces)?,
            b'>' if is_element || quotes > 0 => self.step(Sign::Element),
            b'(' if matches!(class::at(self.bytes, self.at + 1), b'"' | b'\'' | b'`') => {
                self.step(Sign::Spaced)
            }
            b',' if quotes > 0 && self.beside_follows() => return self.beside(),
            b',' if quotes > 0 && matches!(class::before(self.bytes, name_start), b'"' | b'\'') => {
                self.step(Sign::Comma)
            }
            b'"' | b'\'' if spaces > 0 => Sign::Spaced,
            _ if is_flag && spaces > 0 => Sign::Flag,
            _ => return self.beside(),
        };
        self.skip(|byte| byte == b' ' || byte == b'\t');
        Some(sign)
    }

    fn step(&mut self, sign: Sign) -> Sign {
        self.at += 1;
        sign
    }

    /// `=`, `:=`, `=>`, `==`, `: &str =`
    fn equals(&mut self, spaces: usize) -> Option<Sign> {
        let first = self.peek();
        let signs =
            self.skip(|byte| matches!(byte, b':' | b'=' | b'!' | b'?' | b'|' | b'+' | b'>' | b'~'));
        let colon = first == b':' && signs == 1;
        if colon {
            let before = self.at;
            if self.type_and_equals() {
                return Some(Sign::Spaced);
            }
            self.at = before;
            // `password:`, and on the next line `value: ...`.
            if matches!(self.peek(), b'\n' | b'\r') {
                return self.beside();
            }
            return Some(Sign::Colon);
        }
        (signs <= 3).then_some(if spaces == 0 && self.peek() != b' ' {
            Sign::Tight
        } else {
            Sign::Spaced
        })
    }

    fn type_and_equals(&mut self) -> bool {
        self.skip(|byte| byte == b' ');
        let is_type = self.skip(|byte| {
            class::alnum(byte)
                || matches!(
                    byte,
                    b'&' | b'\''
                        | b'<'
                        | b'>'
                        | b'_'
                        | b'?'
                        | b'['
                        | b']'
                        | b':'
                        | b'.'
                        | b' '
                        | b'|'
                )
        });
        is_type > 0 && self.peek() == b'=' && class::at(self.bytes, self.at + 1) != b'=' && {
            self.at += 1;
            true
        }
    }

    fn beside_follows(&self) -> bool {
        let rest = class::run_end(self.bytes, self.at + 1, MAX_SPACE, |byte| {
            byte.is_ascii_whitespace() || byte == b'"' || byte == b'\''
        });
        let rest = self.source.get(rest..).unwrap_or_default();
        ["value\":", "value':", "value:", "Value\":", "value="]
            .iter()
            .any(|start| rest.starts_with(start))
    }

    /// Reads up to a value in a separate field after this one.
    fn beside(&mut self) -> Option<Sign> {
        self.skip(|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b'"' | b'\'' | b'{'));
        let word = ["value", "Value", "VALUE", "default", "defaultValue", "content"]
            .iter()
            .any(|word| self.skip_text(word));
        self.skip(|byte| matches!(byte, b'"' | b'\''));
        self.skip(|byte| byte == b' ');
        let sign = word && matches!(self.peek(), b':' | b'=');
        self.at += usize::from(sign);
        self.skip(|byte| byte == b' ');
        sign.then_some(Sign::Spaced)
    }

    /// Reads the value: in quotes, as the argument of a string's constructor, or bare.
    pub fn value(&mut self) -> Option<(Range<usize>, Written)> {
        self.skip_text("\\");
        if let Some(quote) = self.quote() {
            return self.quoted(quote);
        }
        if let Some(span) = self.wrapped() {
            return Some(span);
        }
        for scheme in
            ["Bearer ", "bearer ", "Token ", "token ", "Basic ", "ApiKey ", "SSWS ", "Api-Key "]
        {
            self.skip_text(scheme);
        }
        let end = class::run_end(self.bytes, self.at, MAX_VALUE, |byte| {
            !byte.is_ascii_whitespace()
                && !matches!(
                    byte,
                    b'"' | b'\'' | b'`' | b';' | b',' | b'<' | b'>' | b'|' | b'{' | b'}'
                )
        });
        let end = self.without_end(end);
        (end > self.at && self.source.is_char_boundary(end))
            .then_some((self.at..end, Written::Bare))
    }

    fn quote(&self) -> Option<u8> {
        Some(self.peek()).filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))
    }

    fn quoted(&mut self, quote: u8) -> Option<(Range<usize>, Written)> {
        let run = class::run_end(self.bytes, self.at, 3, |byte| byte == quote);
        let start = if run - self.at == 3 { run } else { self.at + 1 };
        let end =
            class::run_end(self.bytes, start, MAX_VALUE, |byte| byte != quote && byte != b'\n');
        // A stream is decided before all of a long value is there.
        let is_begun = end == self.bytes.len() && end - start >= MIN_BEGUN;
        let closed = class::at(self.bytes, end) == quote || is_begun;
        let end = if class::before(self.bytes, end) == b'\\' { end - 1 } else { end };
        let start = ["Bearer ", "bearer ", "Token ", "token ", "Basic ", "ApiKey "].iter().fold(
            start,
            |start, scheme| {
                start
                    + if self.source.get(start..).is_some_and(|rest| rest.starts_with(scheme)) {
                        scheme.len()
                    } else {
                        0
                    }
            },
        );
        (closed && end > start).then_some((start..end, Written::Quoted))
    }

    /// `Some("...")`, `String::from("...")`, `b"..."`, `[]byte("...")`, `@"..."`
    fn wrapped(&mut self) -> Option<(Range<usize>, Written)> {
        let end = class::run_end(self.bytes, self.at, 40, |byte| {
            class::alnum(byte)
                || matches!(byte, b'_' | b'.' | b':' | b'[' | b']' | b' ' | b'@' | b'<' | b'>')
        });
        let call = self.source.get(self.at..end)?;
        let opening = class::at(self.bytes, end);
        let quote_at = if opening == b'(' { end + 1 } else { end };
        let quote = Some(class::at(self.bytes, quote_at))
            .filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
        let word = call
            .trim_start_matches("new ")
            .rsplit(['.', ':', ' '])
            .find(|word| !word.is_empty())
            .unwrap_or(call);
        let makes_string = [
            "from",
            "Some",
            "[]byte",
            "byte",
            "bytes",
            "String",
            "string",
            "SecureString",
            "SecretString",
            "str",
            "Buffer",
            "quote",
            "Secret",
            "SecretStr",
            "b",
            "r",
            "u",
            "f",
            "rb",
            "br",
            "@",
            "L",
            "N",
            "E",
            "S",
        ];
        if !makes_string.contains(&word) {
            return None;
        }
        self.at = quote_at;
        self.quoted(quote)
    }

    /// The end of a bare value without signs that belong to the sentence, call or address around it.
    fn without_end(&self, end: usize) -> usize {
        let bytes = self.bytes.get(self.at..end).unwrap_or_default();
        let is_query = bytes.contains(&b'=');
        let end = bytes
            .iter()
            .zip(bytes.iter().skip(1))
            .position(|(a, b)| *a == b'&' && b.is_ascii_alphabetic() && is_query)
            .map_or(end, |at| self.at + at);
        let bytes = self.bytes.get(self.at..end).unwrap_or_default();
        let open = bytes.iter().any(|byte| *byte == b'(' || *byte == b'[');
        class::run_start(self.bytes, end, end - self.at, |byte| {
            matches!(byte, b'.' | b':' | b'\\') || (!open && matches!(byte, b')' | b']'))
        })
    }
}
