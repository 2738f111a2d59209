//! Classes of characters, and runs of them.

/// Does a byte belong to the class?
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

/// Letters and digits: base 62.
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

/// What passwords and client secrets that a machine makes have besides.
pub const fn tilde(byte: u8) -> bool {
    dotted(byte) || byte == b'~'
}

/// The byte there; 0 outside of the text.
pub fn at(bytes: &[u8], index: usize) -> u8 {
    bytes.get(index).copied().unwrap_or(0)
}

/// The byte before; 0 at the start.
pub fn before(bytes: &[u8], index: usize) -> u8 {
    index.checked_sub(1).map_or(0, |index| at(bytes, index))
}

/// Where a run that begins here ends: after `max` bytes at the latest.
pub fn run_end(bytes: &[u8], start: usize, max: usize, class: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    let length = rest.iter().take(max).take_while(|byte| class(**byte)).count();
    count_steps(length);
    start + length
}

/// Where a run that ends here begins: `max` bytes before at the earliest.
pub fn run_start(bytes: &[u8], end: usize, max: usize, class: impl Fn(u8) -> bool) -> usize {
    let head = bytes.get(..end).unwrap_or_default();
    let length = head.iter().rev().take(max).take_while(|byte| class(**byte)).count();
    count_steps(length);
    end - length
}

#[cfg(test)]
thread_local! {
    /// How many bytes the checks of this thread have read.
    pub static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Count what the checks read: tests bound it.
fn count_steps(steps: usize) {
    #[cfg(test)]
    STEPS.with(|all| all.set(all.get() + steps + 1));
    let _ = steps;
}

/// Does a word begin here? After `\n` in a string, or `%3D` in a query, one does.
pub fn starts_word(bytes: &[u8], start: usize) -> bool {
    // Within a longer base64 text, as of an image, no word begins.
    let in_base64 = matches!(before(bytes, start), b'/' | b'+')
        && start - run_start(bytes, start, 24, base64) == 24;
    // Nor within a name with dashes.
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
