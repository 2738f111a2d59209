//! Finds our secrets in foreign text, however they are spelled there, and masks them.
//!
//! A vendor that refuses a request may quote it, including its credential. The text is not parsed: it is searched for
//! the secrets, plain or escaped for JSON or a URL, in hexadecimal, and in base64 at any alignment, as in a basic
//! credential.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::borrow::Cow;

/// The replacement of a secret.
pub const MASK: &str = "[masked]";

/// A shorter value is a word that stands for a key where none is needed, and may be part of any sentence.
const MIN_SECRET_BYTES: usize = 8;

/// A text may have been cut in the middle of a secret at its end. Fewer characters than these reveal nothing.
const ENOUGH_AT_END: usize = 4;

/// The number of spellings that are kept: each line of a service account's key is a secret of its own, and there are 28
/// of them. The oldest spelling is dropped first; after many rotations no vendor accepts it.
const MAX_PATTERNS: usize = 1_024;

/// All known secrets.
#[derive(Default)]
pub struct Secrets {
    patterns: Vec<Pattern>,
}

/// One spelling of a secret, folded.
struct Pattern {
    bytes: Vec<u8>,
    /// This much of its beginning counts as the secret: texts are cut.
    enough: usize,
    /// This much counts at the end of a text.
    enough_at_end: usize,
}

impl Secrets {
    /// An empty set.
    pub const fn new() -> Self {
        Secrets { patterns: Vec::new() }
    }

    /// Adds a secret.
    pub fn add(&mut self, secret: &str) {
        let secret = secret.trim();
        let plain = folded(secret.as_bytes());
        if secret.len() < MIN_SECRET_BYTES || self.patterns.iter().any(|known| known.bytes == plain)
        {
            return;
        }
        let hexadecimal = hex::encode(secret);
        let base64 = (0..3).filter_map(|before| base64_core(before, secret.as_bytes()));
        let others = base64.chain([hexadecimal.into_bytes()]);
        self.patterns.push(Pattern { enough_at_end: ENOUGH_AT_END, ..Pattern::new(plain) });
        self.patterns.extend(others.map(Pattern::new));
        let too_many = self.patterns.len().saturating_sub(MAX_PATTERNS);
        self.patterns.drain(..too_many);
    }

    /// The text with every secret masked.
    pub fn masked<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut masked = String::new();
        let mut kept_from = 0;
        let mut at = 0;
        while at < text.len() {
            let rest = text.as_bytes().get(at..).unwrap_or_default();
            let found = self.patterns.iter().filter_map(|pattern| pattern.beginning_of(rest)).max();
            // A match begins and ends at an ASCII character.
            let Some(length) = found.filter(|length| *length > 0) else {
                at = at.saturating_add(1);
                continue;
            };
            masked.push_str(text.get(kept_from..at).unwrap_or_default());
            masked.push_str(MASK);
            at = at.saturating_add(length);
            kept_from = at;
        }
        if kept_from == 0 {
            return Cow::Borrowed(text);
        }
        masked.push_str(text.get(kept_from..).unwrap_or_default());
        Cow::Owned(masked)
    }
}

impl Pattern {
    fn new(bytes: Vec<u8>) -> Self {
        let enough = (bytes.len() / 2).max(MIN_SECRET_BYTES).min(bytes.len());
        Pattern { bytes, enough, enough_at_end: enough }
    }

    /// The length of the secret at the start of `text`, if enough of it is there.
    fn beginning_of(&self, text: &[u8]) -> Option<usize> {
        let (mut at, mut matched) = (0, 0);
        for wanted in &self.bytes {
            let rest = text.get(at..).unwrap_or_default();
            let Some(length) = spelled(*wanted, rest) else { break };
            at += length;
            matched += 1;
        }
        let is_cut = at == text.len() && matched >= self.enough_at_end;
        (matched >= self.enough || is_cut).then_some(at)
    }
}

/// The number of bytes at the start of `text` that spell this byte.
fn spelled(wanted: u8, text: &[u8]) -> Option<usize> {
    let first = *text.first()?;
    if fold(first) == wanted {
        return Some(1);
    }
    let (byte, length) = match first {
        b'%' => percent_escape(text)?,
        b'\\' => backslash_escape(text)?,
        _ => return None,
    };
    (fold(byte) == wanted).then_some(length)
}

/// `%2B` (RFC 3986, 2.1), and `%252B` if it was escaped twice.
fn percent_escape(text: &[u8]) -> Option<(u8, usize)> {
    let start = if text.starts_with(b"%25") { 3 } else { 1 };
    let code = hexadecimal(text.get(start..start + 2)?)?;
    Some((u8::try_from(code).ok()?, start + 2))
}

/// `\n`, `\/`, `\u002b` (RFC 8259, 7), with more than one `\` in nested JSON strings.
fn backslash_escape(text: &[u8]) -> Option<(u8, usize)> {
    let slashes = text.iter().take_while(|byte| **byte == b'\\').count();
    let byte = *text.get(slashes)?;
    let escaped = match byte {
        b'u' => {
            let code = hexadecimal(text.get(slashes + 1..slashes + 5)?)?;
            return Some((u8::try_from(code).ok()?, slashes + 5));
        }
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        other => other,
    };
    Some((escaped, slashes + 1))
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    let digits = std::str::from_utf8(digits).ok().filter(|text| !text.starts_with('+'))?;
    u32::from_str_radix(digits, 16).ok()
}

/// Upper and lower case are equal, and so are the two alphabets of base64 (RFC 4648, 4 and 5).
fn fold(byte: u8) -> u8 {
    match byte {
        b'+' => b'-',
        b'/' => b'_',
        other => other.to_ascii_lowercase(),
    }
}

fn folded(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| fold(*byte)).collect()
}

/// The base64 of a secret that `before` bytes modulo 3 precede: the characters that depend on the secret alone.
fn base64_core(before: usize, secret: &[u8]) -> Option<Vec<u8>> {
    let bytes = [&vec![0; before], secret].concat();
    let encoded = STANDARD_NO_PAD.encode(&bytes);
    // Eight bits of a preceding byte reach into the second character, sixteen into the third.
    let start = match before {
        0 => 0,
        bytes => bytes + 1,
    };
    let end = encoded.len() - usize::from(bytes.len() % 3 != 0);
    let core = encoded.as_bytes().get(start..end)?;
    (core.len() >= MIN_SECRET_BYTES).then(|| folded(core))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    const SECRET: &str = "wJalr/XUtnF+EMI\"K7MDENG=bPxRfiCY";

    fn masked(text: &str) -> String {
        let mut secrets = Secrets::new();
        secrets.add(SECRET);
        secrets.masked(text).into_owned()
    }

    #[test]
    fn finds_a_secret_in_every_spelling() {
        let json = serde_json::to_string(SECRET).unwrap();
        let json = json.trim_matches('"').to_owned();
        let twice = serde_json::to_string(&json).unwrap();
        let url: String = form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
        let all_escaped: String = SECRET.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let unicode: String = SECRET.bytes().map(|byte| format!("\\u{byte:04X}")).collect();
        let hexadecimal: String = SECRET.bytes().map(|byte| format!("{byte:02X}")).collect();
        let slashes = json.replace('/', "\\/");
        let url_twice = url.replace('%', "%25");
        let basic = |user: &str| STANDARD.encode(format!("{user}:{SECRET}"));
        let spellings = [
            SECRET.to_owned(),
            SECRET.to_lowercase(),
            json,
            twice.trim_matches('"').to_owned(),
            url,
            url_twice,
            all_escaped,
            unicode,
            hexadecimal,
            slashes,
            STANDARD.encode(SECRET),
            URL_SAFE.encode(SECRET),
            basic("a"),
            basic("ab"),
            basic("abc"),
        ];
        for spelling in spellings {
            let text = masked(&format!("key «{spelling}» is wrong"));
            assert!(text.contains(MASK), "{spelling}: {text}");
            let left: String = text.replace(MASK, "");
            assert!(left.len() < "key «» is wrong".len() + 10, "{spelling}: {text}");
        }
    }

    #[test]
    fn finds_what_was_cut_off() {
        let half = SECRET.split_at(20).0;
        assert_eq!(masked(&format!("key {half}... is wrong")), "key [masked]... is wrong");
        assert_eq!(masked(&format!("key {}", SECRET.split_at(5).0)), "key [masked]");
    }

    #[test]
    fn leaves_everything_else_as_it_is() {
        for text in ["", "no key at all", "wJalr/XU is not enough", "é wJ %2 \\u00 \\", "%zz"] {
            assert_eq!(masked(text), text);
            assert!(matches!(Secrets::new().masked(text), Cow::Borrowed(_)));
        }
        let mut secrets = Secrets::new();
        secrets.add("ollama");
        assert_eq!(secrets.masked("ollama is not there"), "ollama is not there");
    }

    #[test]
    fn finds_every_secret_however_often() {
        let mut secrets = Secrets::new();
        secrets.add("first-secret-value");
        secrets.add("second-secret-value");
        let text = "first-secret-value, second-secret-value; first-secret-value";
        assert_eq!(secrets.masked(text), "[masked], [masked]; [masked]");
    }

    #[test]
    fn keeps_a_bounded_number() {
        let mut secrets = Secrets::new();
        for number in 0..10_000 {
            secrets.add(&format!("a-secret-of-number-{number}"));
        }
        assert!(secrets.patterns.len() <= MAX_PATTERNS);
        assert_eq!(secrets.masked("a-secret-of-number-9999"), MASK);
    }
}
