//! Passwords as arguments of commands: `curl -u user:password`, `sshpass -p password`, `mysql -ppassword`, `IDENTIFIED BY 'password'`.

use super::class;
use super::value;
use std::ops::Range;

/// The greatest distance between a command and its flag, in bytes.
const REACH: usize = 120;

/// The password after `-u ` or `--user ` of curl and wget.
pub fn user(source: &str, flag: Range<usize>) -> Option<Range<usize>> {
    line_has(source, flag.start, &["curl", "wget", "http "])?;
    let (start, end) = argument(source.as_bytes(), flag.end);
    let colon = source.get(start..end)?.find(':')?;
    accepted(source, start + colon + 1..end)
}

/// The password after ` -p`, as a separate word or directly after it.
pub fn password(source: &str, flag: Range<usize>) -> Option<Range<usize>> {
    let apart = class::at(source.as_bytes(), flag.end) == b' ';
    let commands: &[&str] = if apart {
        &[
            "sshpass",
            "docker login",
            "podman login",
            "helm registry login",
            "az login",
            "ldapsearch",
            "oc login",
        ]
    } else {
        &["mysql", "sshpass", "7z "]
    };
    line_has(source, flag.start, commands)?;
    let (start, end) = argument(source.as_bytes(), flag.end + usize::from(apart));
    accepted(source, start..end)
}

/// The password after `IDENTIFIED BY ` of SQL.
pub fn identified(source: &str, keyword: Range<usize>) -> Option<Range<usize>> {
    let quote = class::at(source.as_bytes(), keyword.end);
    let (start, end) = argument(source.as_bytes(), keyword.end);
    matches!(quote, b'"' | b'\'').then(|| accepted(source, start..end)).flatten()
}

fn line_has(source: &str, end: usize, commands: &[&str]) -> Option<()> {
    let bytes = source.as_bytes();
    let start = class::run_start(bytes, end, REACH, |byte| byte != b'\n');
    let head = String::from_utf8_lossy(bytes.get(start..end)?);
    commands.iter().any(|command| head.contains(command)).then_some(())
}

fn argument(bytes: &[u8], start: usize) -> (usize, usize) {
    match class::at(bytes, start) {
        quote @ (b'"' | b'\'') => (
            start + 1,
            class::run_end(bytes, start + 1, 256, |byte| byte != quote && byte != b'\n'),
        ),
        _ => (
            start,
            class::run_end(bytes, start, 256, |byte| {
                !byte.is_ascii_whitespace() && byte != b'"' && byte != b'\''
            }),
        ),
    }
}

fn accepted(source: &str, span: Range<usize>) -> Option<Range<usize>> {
    let value = source.get(span.clone())?;
    (value.len() >= 4 && !value::is_no_value(value)).then_some(span)
}
