//! Line breaks and tabs that are written as escapes, as in JSON within a text.

use std::borrow::Cow;

/// The text with a space and a line break in place of `\\n` and similar escapes; all other bytes keep their places.
pub fn without_escapes(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\\', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut spaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        spaced.push_str(before);
        rest = match after.strip_prefix(['n', 'r']).or_else(|| after.strip_prefix('t')) {
            Some(more) => {
                spaced.push_str(if after.starts_with('t') { "  " } else { " \n" });
                more
            }
            None => {
                spaced.push('\\');
                after
            }
        };
    }
    spaced.push_str(rest);
    Cow::Owned(spaced)
}
