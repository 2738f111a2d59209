//! E-mail addresses: a dot-atom, an at sign and a domain with a top-level domain of letters (RFC 5321, 4.1.2; RFC 6531 for other scripts).
//!
//! Not found are quoted local parts, addresses at an IP address or at a name without a dot, and addresses with a disguised at sign.
//! The user of a URL, `git@host:path` and file names (`logo@2x.png`) are not addresses.

use super::cue::is_unspaced;
use super::found::Found;
use super::view::View;
use crate::detector::Detector::Email;

/// RFC 5321, 4.5.3.1.
const LONGEST_LOCAL: usize = 64;
const LONGEST_DOMAIN: usize = 190;

const FILES: [&str; 14] = [
    "png", "jpg", "jpeg", "gif", "svg", "webp", "js", "ts", "css", "json", "html", "mjs", "py",
    "tgz",
];

/// Appends every address.
pub fn find(view: &View<'_>, found: &mut Vec<Found>) {
    let mut from = 0;
    while let Some(at) = memchr::memchr(b'@', view.from(from).as_bytes()) {
        let at = from + at;
        from = at + 1;
        if let Some(start) = local(view, at)
            && let Some(end) = domain(view, at + 1)
            && !is_other(view, start, at, end)
        {
            from = end;
            found.push(Found::new(Email, "address", start..end, 97));
        }
    }
}

fn local(view: &View<'_>, at: usize) -> Option<usize> {
    let mut start = at;
    while let Some(character) = view.before(start).filter(|character| is_local(*character)) {
        start -= character.len_utf8();
        if at - start > LONGEST_LOCAL {
            return None;
        }
    }
    let quoted = view.part(start..at);
    let local = quoted.trim_start_matches(['.', '\'', '-', '*', '/', '=', '`', '{', '|', '?', '&']);
    let is_dotted = local.ends_with('.') || local.contains("..");
    (!local.is_empty() && !is_dotted).then_some(at - local.len())
}

fn is_local(character: char) -> bool {
    match character {
        '!' | '#' | '$' | '%' | '&' | '\'' | '*' | '+' | '-' | '/' | '=' | '?' | '^' | '_'
        | '`' | '{' | '|' | '}' | '~' | '.' => true,
        _ if character.is_ascii() => character.is_ascii_alphanumeric(),
        _ => character.is_alphanumeric() && !is_unspaced(character),
    }
}

fn domain(view: &View<'_>, start: usize) -> Option<usize> {
    let rest = view.from(start);
    let is_domain = |character: char| {
        character.is_ascii_alphanumeric()
            || character == '.'
            || character == '-'
            || !character.is_ascii() && character.is_alphanumeric() && !is_unspaced(character)
    };
    let length: usize = rest
        .chars()
        .take_while(|character| is_domain(*character))
        .take(LONGEST_DOMAIN + 1)
        .map(char::len_utf8)
        .sum();
    let domain = rest.get(..length)?.trim_end_matches(['.', '-']);
    let (names, top) = domain.rsplit_once('.')?;
    let is_label =
        |label: &str| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
    let is_top = top.chars().count() >= 2
        && (top.starts_with("xn--") || top.chars().all(char::is_alphabetic));
    let is_file = FILES.contains(&top.to_ascii_lowercase().as_str());
    (domain.len() <= LONGEST_DOMAIN && is_top && !is_file && names.split('.').all(is_label))
        .then(|| start + domain.len())
}

/// Whether it is the user of a URL, or a repository's address.
fn is_other(view: &View<'_>, start: usize, at: usize, end: usize) -> bool {
    let is_repository = matches!(view.part(start..at), "git" | "hg" | "svn")
        && matches!(view.byte(end), b':' | b'/');
    let mut window = start.saturating_sub(80);
    while view.text.get(window..start).is_none() && window < start {
        window += 1;
    }
    let before = view.part(window..start);
    let word = before
        .rsplit(|character: char| character.is_whitespace() || character == '"')
        .next()
        .unwrap_or("");
    is_repository || word.contains("://") || view.part(start..at).contains("://")
}
