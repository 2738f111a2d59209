//! Whether a value looks like code, a path, a name, a number or a pattern.

use super::random;

/// A literal of a program: `0xC0000224_u32`, `2u32`, `16.0`.
pub fn is_number(value: &str) -> bool {
    let digits = value.trim_start_matches('-');
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let suffixes =
        ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "usize", "L", "UL", "f32", "f64"];
    let bare = suffixes
        .iter()
        .find_map(|suffix| digits.strip_suffix(suffix))
        .map(|bare| bare.trim_end_matches('_'));
    hex.is_some_and(|hex| hex.len() <= 16)
        || bare.is_some_and(|bare| {
            !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
        })
}

/// Whether it mixes letters and digits, other than a name in code with a number at its end.
pub fn is_mixed(value: &str) -> bool {
    let ends_in_number = !is_identifier(value) || trailing_digits(value) >= 2;
    has_letter(value) && has_digit(value) && ends_in_number
        || (has_letter(value) && has_symbol(value) && !value.contains('='))
        || random::is_unlike_words(value.as_bytes())
}

/// Whether it is an expression that matches credentials, or a text with blanks for them.
pub fn is_pattern(value: &str) -> bool {
    [
        "[^", "(?", "[A-Z", "[a-z", "[0-9", "\\w", "\\d", "\\s", "\\S", ".*", "{0", "{1", "{{",
        "%s", "%d", "\\(",
    ]
    .iter()
    .any(|part| value.contains(part))
        || (value.contains('{')
            && value.contains('}')
            && value.contains(|c: char| c.is_ascii_lowercase())
            && is_braced_name(value))
}

/// `{name}`
pub fn is_braced_name(value: &str) -> bool {
    let inner = value.split('{').nth(1).and_then(|rest| rest.split('}').next()).unwrap_or_default();
    inner.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.'))
}

/// `com.example.Thing`, `user.password`, `/etc/keys/x.pem`, `https://...`, `./x`, `text/html`
pub fn is_path(value: &str) -> bool {
    let starts =
        ["/", "./", "../", "~/", "http:", "https:", "file:", "C:\\", "urn:", "data:image", "#"];
    let ends = [
        ".pem", ".key", ".json", ".txt", ".yaml", ".yml", ".crt", ".jks", ".p12", ".env", ".html",
        ".php", ".js", ".py", ".md", ".svg", ".png",
    ];
    let is_path = starts.iter().any(|start| value.starts_with(start))
        && !random::is_generated(value.as_bytes());
    is_path || ends.iter().any(|end| value.ends_with(end)) || is_dotted(value)
}

/// Whether it consists of word-like names joined by points, `::` or `->`.
pub fn is_dotted(value: &str) -> bool {
    let mut parts = value.split(['.', ':', '>']).filter(|part| !part.is_empty());
    let is_name = |part: &str| {
        part.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'(' | b')' | b'[' | b']')
        }) && part.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
            && !(has_digit(part) && random::is_unlike_words(part.as_bytes()))
    };
    (value.contains('.') || value.contains("::") || value.contains("->"))
        && parts.all(|part| is_name(part.trim_end_matches('-')))
}

/// Whether it is code rather than a value: a call, an index, an operator.
pub fn is_code(value: &str) -> bool {
    let is_call = value.ends_with(')') && value.contains('(')
        || value.contains("()")
        || value.contains("[\"")
        || value.contains("['");
    is_call
        || value.contains("->")
        || value.contains("::")
        || value.contains("=>")
        || value.contains("&&")
        || value.contains("||")
}

/// Whether it is a name as in code, which has digits only at its end.
pub fn is_identifier(value: &str) -> bool {
    let stem = value.trim_end_matches(|c: char| c.is_ascii_digit());
    !stem.is_empty() && stem.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
}

/// Whether it is like the name of a resource, which has digits in separate parts: `my-secret-1`, `secret_v2`.
pub fn is_name_like(value: &str) -> bool {
    let is_part = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_alphabetic())
            || part.bytes().all(|byte| byte.is_ascii_digit())
            || (part.len() <= 3)
    };
    value.split(['-', '_', '.', '/', ':']).all(is_part) || is_identifier(value)
}

/// Whether it has only hexadecimal digits.
pub fn is_hex(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// RFC 9562, 4.
pub fn is_uuid(value: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let mut parts = value.split('-');
    let fits = lengths
        .iter()
        .all(|length| parts.next().is_some_and(|part| part.len() == *length && is_hex(part)));
    fits && parts.next().is_none()
}

/// `8-character`, `256-bit`, `2FA`, `10MB`, `3rd`, `v1.2`, `24h`, `OAuth2`, `2024-01-01`
pub fn is_measure(value: &str) -> bool {
    let digits = value.bytes().take_while(u8::is_ascii_digit).count();
    let rest = value.get(digits..).unwrap_or_default();
    let unit = digits > 0
        && (rest.starts_with('-')
            || rest.len() <= 3
            || rest.starts_with(':')
            || rest.starts_with('/'));
    let version = value.starts_with('v')
        && value
            .get(1..)
            .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
    let capitals = value
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-')
        && value.len() <= 7;
    unit || version || capitals
}

/// `Anna.river42`: a password that looks like a path.
pub fn is_name_and_number(value: &str) -> bool {
    value.split('.').count() == 2 && trailing_digits(value) >= 2
}

/// The number of digits at its end.
pub fn trailing_digits(value: &str) -> usize {
    value.bytes().rev().take_while(u8::is_ascii_digit).count()
}

/// Whether it has a sign that names in code do not have.
pub fn has_symbol(value: &str) -> bool {
    value.bytes().any(|byte| {
        matches!(
            byte,
            b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*' | b'+' | b'?' | b'~' | b'='
        )
    })
}

/// Whether it has a digit.
pub fn has_digit(value: &str) -> bool {
    value.bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether it has an ASCII letter.
pub fn has_letter(value: &str) -> bool {
    value.bytes().any(|byte| byte.is_ascii_alphabetic())
}
