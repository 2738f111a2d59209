//! Values whose name says that they are secret: in code, configuration, commands and markup.
//!
//! `db_password = "..."`, `API_KEY=...`, `"token": "..."`, `<secret>...</secret>`, `--password ...`, `setPassword("...")`,
//! `name: DB_PASSWORD` with `value: ...` beside it.

use super::name::{self, Kind};
use super::value::{self, Written};
use super::{class, random};
use std::ops::Range;

/// A longer name is not a name.
const MAX_NAME: usize = 64;

/// Spaces between a name, its sign and the value.
const MAX_SPACE: usize = 48;

/// A value is not longer.
const MAX_VALUE: usize = 1_024;

/// A name in a text: the whole of it, around its keyword.
pub struct Name {
    /// Where it stands.
    pub span: Range<usize>,
    /// What it announces.
    pub kind: Option<Kind>,
}

const fn in_name(byte: u8) -> bool {
    class::alnum(byte) || byte == b'_' || byte == b'-'
}

/// The name around a keyword.
pub fn name_around(source: &str, keyword: Range<usize>) -> Name {
    let bytes = source.as_bytes();
    let start = class::run_start(bytes, keyword.start, MAX_NAME, in_name);
    let end = class::run_end(bytes, keyword.end, MAX_NAME, in_name);
    let start = start + class::run_end(bytes, start, MAX_NAME, |byte| byte == b'-') - start;
    let is_name = |text: &&str| {
        text.len() <= MAX_NAME && !(text.len() > 24 && random::is_generated(text.as_bytes()))
    };
    let text = source.get(start..end).filter(is_name);
    Name { span: start..end, kind: text.and_then(name::kind) }
}

/// What stands after a name.
pub enum Assignment {
    /// Nothing that assigns a value to it.
    None,
    /// A value that is no credential, and where it was read to.
    Other(usize),
    /// A credential, and how certain it is one.
    Credential(Range<usize>, u8),
}

/// What is assigned to this name.
pub fn assignment(source: &str, name: &Name) -> Assignment {
    let mut reader =
        Reader { source, bytes: source.as_bytes(), at: name.span.end, read: name.span.end };
    match reader.sign(name.span.start) {
        None => Assignment::None,
        Some(sign) => match credential(source, name, &mut reader, &sign) {
            Some((span, confidence)) => Assignment::Credential(span, confidence),
            None => Assignment::Other(reader.read),
        },
    }
}

fn credential(
    source: &str,
    name: &Name,
    reader: &mut Reader<'_>,
    sign: &Sign,
) -> Option<(Range<usize>, u8)> {
    let text = source.get(name.span.clone())?;
    let (span, mut written) = reader.value()?;
    reader.read = span.end;
    if written == Written::Bare && is_line(source.as_bytes(), name.span.start, &span, sign) {
        written = Written::Line;
    }
    let value = source.get(span.clone())?;
    let fits = match sign {
        Sign::Comma => written == Written::Quoted && value::is_mixed(value),
        Sign::Element => source.get(span.end..).is_some_and(|rest| rest.starts_with("</")),
        Sign::Flag => written == Written::Quoted || value::is_mixed(value),
        Sign::Tight | Sign::Spaced | Sign::Colon => true,
    };
    if !fits {
        return None;
    }
    // A type of a cloud's template, `AWS::SecretsManager::Secret`, is no name of a secret.
    let is_type = source.get(..name.span.start).is_some_and(|head| head.ends_with("::"));
    let confidence = value::confidence(name.kind?, text, value, written).filter(|_| !is_type)?;
    Some((span, confidence))
}

/// What connects a name and its value.
#[derive(PartialEq, Eq)]
enum Sign {
    /// `=`, without spaces around it.
    Tight,
    /// `=` and its kin, as in code.
    Spaced,
    /// `:`
    Colon,
    /// `,` between the arguments of a call: as often between the entries of a list.
    Comma,
    /// An element of XML.
    Element,
    /// A flag of a command.
    Flag,
}

struct Reader<'a> {
    source: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// Where the value ends.
    read: usize,
}

impl Reader<'_> {
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

    /// Read what connects the name and its value.
    fn sign(&mut self, name_start: usize) -> Option<Sign> {
        let quotes = self.skip(|byte| matches!(byte, b'"' | b'\'' | b'`' | b']' | b'\\'));
        let is_flag = quotes == 0 && class::before(self.bytes, name_start) == b'-';
        let is_element = class::before(self.bytes, name_start) == b'<';
        let spaces = self.skip(|byte| byte == b' ' || byte == b'\t');
        let sign = match self.peek() {
            b':' | b'=' | b'!' | b'?' | b'|' | b'+' => self.equals(spaces)?,
            b'>' if is_element => self.step(Sign::Element),
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

    /// The value stands in a field of its own, after this one.
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

    /// Read the value: in quotes, as the argument of what makes a string of it, or bare.
    fn value(&mut self) -> Option<(Range<usize>, Written)> {
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
        let closed = class::at(self.bytes, end) == quote;
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

    /// Signs at the end of a bare value belong to the sentence, the call or the address around it.
    fn without_end(&self, end: usize) -> usize {
        let bytes = self.bytes.get(self.at..end).unwrap_or_default();
        let end = bytes
            .iter()
            .zip(bytes.iter().skip(1))
            .position(|(a, b)| *a == b'&' && b.is_ascii_alphabetic() && bytes.contains(&b'='))
            .map_or(end, |at| self.at + at);
        let bytes = self.bytes.get(self.at..end).unwrap_or_default();
        let open = bytes.iter().any(|byte| *byte == b'(' || *byte == b'[');
        class::run_start(self.bytes, end, end - self.at, |byte| {
            matches!(byte, b'.' | b':' | b'\\') || (!open && matches!(byte, b')' | b']'))
        })
    }
}

/// Is it `NAME=value` or `name: value`, with nothing after it? In code there are spaces around the sign, and an end to the statement.
fn is_line(bytes: &[u8], name_start: usize, value: &Range<usize>, sign: &Sign) -> bool {
    let after = class::at(bytes, value.end);
    let ends = after == 0
        || after.is_ascii_whitespace()
        || after == b'<'
        || (after == b';' && *sign == Sign::Tight);
    let rest = class::run_end(bytes, value.end, MAX_SPACE, |byte| {
        byte == b' ' || byte == b'\t' || byte == b'\r'
    });
    let alone = matches!(class::at(bytes, rest), 0 | b'\n' | b'#' | b'<' | b';');
    let line = class::run_start(bytes, name_start, 40, |byte| byte != b'\n');
    let head = bytes.get(line..name_start).unwrap_or_default();
    let plain = head.iter().all(|byte| {
        in_name(*byte)
            || matches!(byte, b' ' | b'\t' | b'.' | b'$' | b'<' | b'-' | b'/' | b':' | b'@')
    });
    match sign {
        Sign::Tight | Sign::Element => ends && alone | plain,
        Sign::Comma | Sign::Flag => false,
        Sign::Colon => ends && alone && plain,
        Sign::Spaced => ends && alone && plain && head.is_empty(),
    }
}
