//! Web addresses and connection strings with a password: `scheme://user:password@host` (RFC 3986, 3.2.1).

use super::{class, placeholder, random};
use std::ops::Range;

/// The longest user and password, in bytes.
const MAX_USER_INFO: usize = 256;

/// Passwords that documentation shows beside such a user.
const SHOWN: &[&str] = &[
    "password",
    "pass",
    "passwd",
    "pwd",
    "pw",
    "secret",
    "mypassword",
    "user_password",
    "db_password",
    "pass123word",
    "token",
];

/// Users that documentation shows.
const SHOWN_USERS: &[&str] = &[
    "user", "username", "myuser", "usr", "login", "name", "db_user", "dbuser", "me", "u", "foo",
    "x",
];

/// The password in the address whose `://` is here, and its confidence.
pub fn password(source: &str, anchor: Range<usize>) -> Option<(Range<usize>, u8)> {
    let bytes = source.as_bytes();
    if !class::alnum(class::before(bytes, anchor.start)) {
        return None;
    }
    let stop = class::run_end(bytes, anchor.end, MAX_USER_INFO, |byte| {
        !byte.is_ascii_whitespace()
            && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`' | b'/' | b',' | b'\\')
    });
    let authority = bytes.get(anchor.end..stop)?;
    let at = anchor.end + authority.iter().rposition(|byte| *byte == b'@')?;
    let colon = bytes.get(anchor.end..at)?.iter().position(|byte| *byte == b':');
    let Some(colon) = colon else { return lone_token(source, anchor.end..at) };
    let user = source.get(anchor.end..anchor.end + colon)?;
    let span = anchor.end + colon + 1..at;
    let password = source.get(span.clone())?;
    let user = user.to_ascii_lowercase();
    let lower = password.to_ascii_lowercase();
    let shown = SHOWN.contains(&lower.as_str())
        && (SHOWN_USERS.contains(&user.as_str()) || lower == "password" || lower == "pass");
    let blank = password.len() < 3
        || placeholder::is_blank(password)
        || placeholder::is_reference(password);
    (!blank && !shown && !placeholder::has_mark(&lower)).then_some((span, 90))
}

/// `https://TOKEN@host`
fn lone_token(source: &str, span: Range<usize>) -> Option<(Range<usize>, u8)> {
    let token = source.get(span.clone())?;
    (token.len() >= 20
        && random::is_generated(token.as_bytes())
        && !placeholder::is_dummy(token.as_bytes()))
    .then_some((span, 80))
}

/// The password before `@tcp(` in the format of Go's drivers: `user:password@tcp(host:3306)/name`.
pub fn before_protocol(source: &str, anchor: Range<usize>) -> Option<(Range<usize>, u8)> {
    let bytes = source.as_bytes();
    let start = class::run_start(bytes, anchor.start, MAX_USER_INFO, |byte| {
        !byte.is_ascii_whitespace() && !matches!(byte, b'"' | b'\'' | b'`' | b'=' | b'(')
    });
    let colon = bytes.get(start..anchor.start)?.iter().position(|byte| *byte == b':')?;
    let span = start + colon + 1..anchor.start;
    let password = source.get(span.clone())?;
    let blank = password.len() < 3
        || placeholder::is_blank(password)
        || placeholder::is_reference(password);
    let shown = SHOWN.contains(&password.to_ascii_lowercase().as_str());
    (!blank && !shown && !placeholder::has_mark(password)).then_some((span, 90))
}
