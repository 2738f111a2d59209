//! Passwords in sentences: "the password for the server is ...", "log in with ... as password", in twelve languages.
//!
//! In a sentence a plain word is not a password: it needs a digit or a sign within, or quotes.

use super::value;
use std::ops::Range;

/// The greatest distance of a password from its name, in bytes.
const REACH: usize = 96;

/// Words between a name and its value that announce the value.
const COPULAS: &[&str] = &[
    "is", "was", "are", "=", ":", "to", "be", "as", "ist", "lautet", "lauten", "war", "est",
    "sera", "es", "era", "será", "è", "é", "sarà", "eh", "jest", "brzmi", "to:", "is:", "ist:",
    "lautet:", "est:", "es:", "è:", "é:", "jest:", "hai", "है", "wordt", "w", "auf", "->", "=>",
    "—", "-", "are:", "was:",
];

/// The password named by the keyword here.
pub fn password(source: &str, keyword: Range<usize>) -> Option<Range<usize>> {
    // As part of an expression it is not a word of a sentence, and `pass` and `key` alone have other meanings.
    let follows = source.as_bytes().get(keyword.end).copied().unwrap_or(0);
    let is_weak = matches!(
        source.get(keyword.clone()),
        Some("pass" | "Pass" | "pw" | "key" | "Key" | "keys" | "auth")
    );
    if is_weak
        || (follows.is_ascii_punctuation() && !matches!(follows, b':' | b'"' | b'\'' | b'`' | b'*'))
    {
        return None;
    }
    after(source, keyword.end).or_else(|| in_front(source, keyword.start))
}

fn after(source: &str, start: usize) -> Option<Range<usize>> {
    let mut said = false;
    for (count, word) in words(source, start, REACH).enumerate() {
        let text = source.get(word.clone())?;
        let quoted =
            text.starts_with(['"', '\'', '`', '\u{201c}', '\u{201e}', '\u{ab}', '\u{300c}', '*']);
        let span = trimmed(source, word.clone())?;
        let value = source.get(span.clone())?;
        let is_direct = said || count == 0;
        if is_direct && value::is_spoken_password(value) {
            return Some(span);
        }
        if said
            && quoted
            && text.len() > value.len() + 1
            && value.chars().count() >= 4
            && !value::is_no_value(value)
        {
            return Some(span);
        }
        let lower = text.to_lowercase();
        // Scripts whose words are not listed.
        let is_wide = text.starts_with(|character: char| character >= '\u{590}');
        said = is_wide
            || COPULAS.contains(&lower.as_str())
            || (said && !text.ends_with(',') && count < 10 && value.len() <= 9)
            || text.ends_with(':');
        if text.ends_with(['.', '!', '?', ';', '\u{3002}']) || count > 12 {
            return None;
        }
    }
    None
}

/// "... as the password", "... is my password"
fn in_front(source: &str, end: usize) -> Option<Range<usize>> {
    let start = (end.saturating_sub(REACH)..end).find(|at| source.is_char_boundary(*at))?;
    let head: Vec<Range<usize>> =
        words(source, start, end - start).filter(|word| word.end <= end).collect();
    let mut backwards = head.iter().rev();
    for _ in 0..3 {
        let word = backwards.next()?;
        let text = source.get(word.clone())?.to_lowercase();
        if matches!(
            text.as_str(),
            "as" | "is"
                | "als"
                | "ist"
                | "comme"
                | "est"
                | "como"
                | "es"
                | "come"
                | "è"
                | "é"
                | "jako"
                | "jest"
        ) {
            let span = trimmed(source, backwards.next()?.clone())?;
            return value::is_spoken_password(source.get(span.clone())?).then_some(span);
        }
        if !matches!(
            text.as_str(),
            "the"
                | "a"
                | "my"
                | "your"
                | "our"
                | "das"
                | "mein"
                | "dein"
                | "le"
                | "mon"
                | "la"
                | "el"
                | "mi"
                | "il"
                | "mijn"
                | "het"
                | "a senha"
                | "minha"
                | "de"
                | "mot"
                | "login"
                | "new"
                | "root"
                | "admin"
        ) {
            return None;
        }
    }
    None
}

/// The words between spaces, or between Latin letters and letters of a script without spaces.
fn words(source: &str, start: usize, reach: usize) -> impl Iterator<Item = Range<usize>> {
    let end = (start..=(start + reach).min(source.len()))
        .rev()
        .find(|end| source.is_char_boundary(*end))
        .unwrap_or(start);
    // The last word may extend beyond the reach.
    let rest = source.get(end..).unwrap_or_default().char_indices().take_while(|(at, _)| *at < 64);
    let more = rest.into_iter().find(|(_, character)| character.is_whitespace());
    let end = more.map_or(end, |(at, _)| end + at);
    let text = source.get(start..end).unwrap_or_default();
    let mut words = Vec::new();
    let mut word: Option<(usize, bool)> = None;
    let mut end = end;
    for (at, character) in text.char_indices() {
        let wide = character >= '\u{2e80}';
        match word {
            _ if character == '\n'
                && !(words.is_empty()
                    && word.is_some_and(|(from, _)| text.get(from..at) == Some(":"))) =>
            {
                end = start + at;
                break;
            }
            None if !character.is_whitespace() => word = Some((at, wide)),
            Some((from, is_wide)) if character.is_whitespace() || wide != is_wide => {
                words.push(start + from..start + at);
                word = (!character.is_whitespace()).then_some((at, wide));
            }
            _ => {}
        }
    }
    words.extend(word.map(|(from, _)| start + from..end));
    words.into_iter()
}

/// The span without quotes around it and punctuation after it.
fn trimmed(source: &str, span: Range<usize>) -> Option<Range<usize>> {
    let text = source.get(span.clone())?;
    let opening: &[char] = &[
        '"', '\'', '`', '(', '[', '\u{201c}', '\u{201e}', '\u{ab}', '\u{300c}', '\u{2018}', ':',
        '=', '\u{ff1a}',
    ];
    let closing: &[char] = &[
        '"', '\'', '`', ')', ']', '\u{201d}', '\u{201c}', '\u{bb}', '\u{300d}', '\u{2019}', '.',
        ',', ';', ':', '?', '\u{3002}', '\u{ff0c}', '\u{964}',
    ];
    let from = text.len() - text.trim_start_matches(opening).len();
    let value = text.trim_start_matches(opening).trim_end_matches(closing);
    Some(span.start + from..span.start + from + value.len())
}
