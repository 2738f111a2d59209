//! Paths at a vendor.

use crate::{Operation, Quirks};

/// The vendor's own path for an operation, with the model put in, percent-encoded.
pub fn own_path(quirks: &Quirks, operation: Operation, model: &str) -> Option<String> {
    let (_, path) = quirks.paths.iter().find(|(of, _)| *of == operation)?;
    Some(with_model(path, model))
}

/// A path with the model put in.
pub fn with_model(path: &str, model: &str) -> String {
    path.replace("{model}", &percent_encoded(model))
}

/// A name as one segment of a path (RFC 3986, 2.3: all but unreserved characters escaped).
pub fn percent_encoded(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
