//! Paths at a vendor.

use crate::{Operation, Quirks};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// All characters except the unreserved ones of RFC 3986, 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The vendor's own path for an operation, with the percent-encoded model in it.
pub fn own_path(quirks: &Quirks, operation: Operation, model: &str) -> Option<String> {
    let (_, path) = quirks.paths.iter().find(|(of, _)| *of == operation)?;
    Some(with_model(path, model))
}

/// A path with the model in it.
pub fn with_model(path: &str, model: &str) -> String {
    path.replace("{model}", &percent_encoded(model))
}

/// A name as one path segment: all characters except unreserved ones are escaped.
pub fn percent_encoded(name: &str) -> String {
    utf8_percent_encode(name, RESERVED).to_string()
}

/// Decodes a path segment or a query value. A `%` that begins no escape stays as it is.
pub fn percent_decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::{percent_decoded, percent_encoded};

    #[test]
    fn escapes_all_but_unreserved_characters() {
        // RFC 3986, 2.3.
        assert_eq!(percent_encoded("Az09-._~"), "Az09-._~");
        assert_eq!(percent_encoded("org/m:1 ä+%"), "org%2Fm%3A1%20%C3%A4%2B%25");
    }

    #[test]
    fn undoes_escapes_and_leaves_what_is_none() {
        for (written, meant) in [
            ("org%2Fm%3a1", "org/m:1"),
            ("%C3%A4", "ä"),
            ("100%", "100%"),
            ("%zz%41", "%zzA"),
            ("%+1", "%+1"),
            ("a+b", "a+b"),
            ("%FF", "\u{fffd}"),
        ] {
            assert_eq!(percent_decoded(written), meant);
        }
    }
}
