//! Values with the name of a secret, in code, configuration, commands and markup.
//!
//! `db_password = "..."`, `API_KEY=...`, `"token": "..."`, `<secret>...</secret>`, `--password ...`, `setPassword("...")`,
//! `name: DB_PASSWORD` with `value: ...` beside it.

use super::name::{self, Kind};
use super::reader::{MAX_SPACE, Reader, Sign};
use super::value::{self, Written};
use super::{class, random};
use std::ops::Range;

/// The longest name, in bytes.
const MAX_NAME: usize = 64;

/// The complete name around a keyword.
pub struct Name {
    /// Its place.
    pub span: Range<usize>,
    /// The kind of secret that it announces, if any.
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

/// The text after a name.
pub enum Assignment {
    /// No assignment.
    None,
    /// A value that is not a credential, and the end of the text that was read.
    Other(usize),
    /// A credential and its confidence.
    Credential(Range<usize>, u8),
}

/// Reads the value that is assigned to a name.
pub fn assignment(source: &str, name: &Name) -> Assignment {
    let mut reader = Reader::new(source, name.span.end);
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
        Sign::Comma => written == Written::Quoted && super::shape::is_mixed(value),
        Sign::Element => source.get(span.end..).is_some_and(|rest| rest.starts_with("</")),
        Sign::Flag => written == Written::Quoted || super::shape::is_mixed(value),
        Sign::Tight | Sign::Spaced | Sign::Colon => true,
    };
    if !fits {
        return None;
    }
    // A type in a cloud's template, `AWS::SecretsManager::Secret`, is not the name of a secret.
    let is_type = source.get(..name.span.start).is_some_and(|head| head.ends_with("::"));
    let confidence = value::confidence(name.kind?, text, value, written).filter(|_| !is_type)?;
    Some((span, confidence))
}

/// Whether it is `NAME=value` or `name: value` with nothing after it. Code has spaces around the sign, and ends its statements.
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
