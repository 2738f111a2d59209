//! Classes of characters, and runs of them.

/// Whether a byte belongs to a class.
pub type Class = fn(u8) -> bool;

/// 0 to 9.
pub const fn digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

/// Hexadecimal digits of either case.
pub const fn hex(byte: u8) -> bool {
    byte.is_ascii_hexdigit()
}

/// Letters.
pub const fn letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic()
}

/// Letters and digits, as in base 62.
pub const fn alnum(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

/// Capital letters and digits.
pub const fn upper(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

/// Small letters and digits.
pub const fn lower(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// Base64 for URLs (RFC 4648, 5), without padding.
pub const fn url64(byte: u8) -> bool {
    alnum(byte) || byte == b'-' || byte == b'_'
}

/// Base64 (RFC 4648, 4) with padding.
pub const fn base64(byte: u8) -> bool {
    alnum(byte) || matches!(byte, b'+' | b'/' | b'=')
}

/// Base64 for URLs, with padding and points between parts.
pub const fn dotted(byte: u8) -> bool {
    url64(byte) || matches!(byte, b'.' | b'=')
}

/// Base64 for URLs, with the further characters of generated passwords and client secrets.
pub const fn tilde(byte: u8) -> bool {
    dotted(byte) || byte == b'~'
}

/// The byte at an index; 0 outside the text.
pub fn at(bytes: &[u8], index: usize) -> u8 {
    bytes.get(index).copied().unwrap_or(0)
}

/// The byte before an index; 0 at the start.
pub fn before(bytes: &[u8], index: usize) -> u8 {
    index.checked_sub(1).map_or(0, |index| at(bytes, index))
}

/// The end of a run that begins here, after at most `max` bytes.
pub fn run_end(bytes: &[u8], start: usize, max: usize, class: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    let length = rest.iter().take(max).take_while(|byte| class(**byte)).count();
    count_steps(length);
    start + length
}

/// The start of a run that ends here, at most `max` bytes before.
pub fn run_start(bytes: &[u8], end: usize, max: usize, class: impl Fn(u8) -> bool) -> usize {
    let head = bytes.get(..end).unwrap_or_default();
    let length = head.iter().rev().take(max).take_while(|byte| class(**byte)).count();
    count_steps(length);
    end - length
}

#[cfg(test)]
thread_local! {
    /// The number of bytes that the checks of this thread have read.
    pub static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Counts the bytes that checks read, which tests bound.
fn count_steps(steps: usize) {
    #[cfg(test)]
    STEPS.with(|all| all.set(all.get() + steps + 1));
    let _ = steps;
}

/// Whether a word begins here, which may be after `\n` in a string or `%3D` in a query.
pub fn starts_word(bytes: &[u8], start: usize) -> bool {
    // No word begins within a longer base64 text, as of an image.
    let in_base64 = matches!(before(bytes, start), b'/' | b'+')
        && start - run_start(bytes, start, 24, base64) == 24;
    // No word begins within a name with dashes.
    let in_name = before(bytes, start) == b'-' && start >= 2 && alnum(at(bytes, start - 2));
    if in_base64 || in_name {
        return false;
    }
    if !alnum(before(bytes, start)) && before(bytes, start) != b'_' {
        return true;
    }
    let escaped = start >= 2
        && at(bytes, start - 2) == b'\\'
        && matches!(before(bytes, start), b'n' | b'r' | b't');
    let encoded = start >= 3
        && at(bytes, start - 3) == b'%'
        && hex(at(bytes, start - 2))
        && hex(before(bytes, start));
    escaped || encoded
}
