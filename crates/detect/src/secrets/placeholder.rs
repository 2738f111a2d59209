//! Placeholders for credentials: names of variables, blanks to fill in, examples that vendors publish.

use super::random;
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// Parts that no generated token has.
const MARKS: &[&str] = &[
    "example",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "replace",
    "redacted",
    "dummy",
    "xxxxx",
    "your_",
    "your-",
    "yourtoken",
    "yourkey",
    "yoursecret",
    "yourapi",
    "yourpass",
    "-here",
    "_here",
    "keyhere",
    "tokenhere",
    "secrethere",
    "insert",
    "....",
    "*****",
    "sample",
    "notreal",
    "not_real",
    "not-real",
    "invalid",
    "fake",
    "todo",
    "obfuscated",
    "deadbeefdeadbeef",
    "removed",
    "masked",
    "hidden",
];

/// Credentials in vendors' documentation.
/// Sources: docs.stripe.com/keys, docs.aws.amazon.com (they end in EXAMPLE), docs.github.com.
const PUBLISHED: &[&str] = &["4ec39hqlyjwdarjtt1zdp7dc", "tyooMQauvdEDq54NiTphI7jx"];

/// Builds what is looked up.
pub fn prepare() {
    LazyLock::force(&MARKED);
}

/// All marks at once: values are many, and long in the worst case.
static MARKED: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(MARKS).ok());

/// Whether a token of a known form is a placeholder or a run of neighbouring keys.
pub fn is_dummy(secret: &[u8]) -> bool {
    let lower = secret.to_ascii_lowercase();
    let text = String::from_utf8_lossy(&lower);
    has_mark(&text)
        || PUBLISHED.iter().any(|key| text.eq_ignore_ascii_case(key))
        || (secret.len() >= 12
            && random::distinct(&lower) < 6
            && !lower.iter().all(u8::is_ascii_digit))
        || longest_repeat(&lower) >= 8
        || is_series(&lower)
}

/// Whether it names the source of a value instead of the value.
pub fn is_reference(value: &str) -> bool {
    let first = value.as_bytes().first().copied().unwrap_or(0);
    let last = value.as_bytes().last().copied().unwrap_or(0);
    let enclosed = matches!(
        (first, last),
        (b'<', b'>')
            | (b'{', b'}')
            | (b'[', b']')
            | (b'%', b'%')
            | (b'(', b')')
            | (b'@', b'@')
            | (b'_', b'_')
            | (b'#', b'#')
    );
    let names = [
        "${",
        "{{",
        "$(",
        "#{",
        "<%",
        "%(",
        "%{",
        "process.env",
        "os.environ",
        "getenv",
        "env.",
        "ENV[",
        "secrets.",
        "vault:",
        "ssm:",
        "arn:aws",
        "kms:",
        "op://",
        "ENC[",
        "!vault",
        "secretsmanager",
    ];
    (enclosed && value.len() > 2)
        || names.iter().any(|name| value.contains(name))
        || is_variable(value)
}

/// Whether it is a variable: `$PASSWORD`, `%s`, `:password`, `?`, `@Password`.
fn is_variable(value: &str) -> bool {
    let name = value.trim_start_matches(['$', '%', ':', '@', '&', '!']);
    let is_name = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.')
    };
    match value.as_bytes().first() {
        Some(b'$') => is_name(name) && !random::is_unlike_words(name.as_bytes()),
        Some(b'%') => name.len() <= 2 || value.ends_with('%'),
        Some(b':' | b'&') => {
            is_name(name) && name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        }
        _ => false,
    }
}

/// Whether it is mostly one character, or blanks to fill in: `xxxx`, `****`, `----`, `...`.
pub fn is_blank(value: &str) -> bool {
    let filler = value
        .bytes()
        .filter(|byte| {
            matches!(byte, b'x' | b'X' | b'*' | b'.' | b'-' | b'_' | b'#' | b'?' | b' ' | b'0')
        })
        .count();
    let ascii = value.is_ascii();
    (ascii && filler * 10 >= value.len() * 7)
        || (value.len() >= 4 && longest_repeat(value.as_bytes()) * 10 >= value.len() * 6)
        || value.contains('\u{2022}')
        || value.contains("\u{2026}")
        || value.contains("...")
}

/// Whether it has one of the marks of a placeholder.
pub fn has_mark(text: &str) -> bool {
    MARKED.as_ref().is_some_and(|marks| marks.is_match(text))
}

fn longest_repeat(text: &[u8]) -> usize {
    let step = |(longest, run, last): (usize, usize, u8), byte: &u8| {
        let run = if *byte == last { run + 1 } else { 1 };
        (longest.max(run), run, *byte)
    };
    text.iter().fold((0, 0, 0), step).0
}

/// Whether most characters follow their predecessor in the alphabet: `abcdefghijkl`, `1234567890`.
pub fn is_series(text: &[u8]) -> bool {
    let steps = text.iter().zip(text.iter().skip(1));
    let next = |a: u8, b: u8| {
        b == a.wrapping_add(1) || (a == b'9' && b == b'0') || (a == b'0' && b == b'9')
    };
    let count = steps.filter(|(a, b)| next(**a, **b)).count();
    text.len() >= 8 && count * 10 >= (text.len() - 1) * 7
}
