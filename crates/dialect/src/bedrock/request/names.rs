//! Converts names to match Bedrock's patterns. The same name yields the same result everywhere.

use crate::tool_names::{Rule, SHORT};

/// The id of a call: `[a-zA-Z0-9_.:-]{1,64}`.
pub(super) fn call_id(id: String) -> String {
    Rule { takes: |c| c.is_ascii_alphanumeric() || "_.:-".contains(c), ..SHORT }.fitted(id)
}

/// The name of a document: letters, digits, single spaces, hyphens, parentheses and square brackets, at most 200 characters
/// less the suffix that makes it unique.
pub(super) fn document(name: &str) -> String {
    const MAX: usize = 180;
    let mut clean = String::new();
    for c in name.trim().chars().take(MAX) {
        let c = match c {
            c if c.is_ascii_alphanumeric() || "()[]-".contains(c) => c,
            c if c.is_whitespace() => ' ',
            _ => '-',
        };
        if c != ' ' || !clean.ends_with(' ') {
            clean.push(c);
        }
    }
    clean
}
