//! The rule for entries and origins as they are written, whatever the values of their variables.

use crate::Template;
use crate::entry::{Entry, split_port};

/// Whether an entry lets requests go to an origin. Both are written as in a manifest: `scheme://host[:port]`, in whole or in
/// part a variable in `{{ }}`. A variable is itself and nothing else, so only its own name and wildcards allow it.
pub fn allows_as_written(entry: &str, origin: &str) -> bool {
    let (Some(entry), Some(origin)) = (named(entry), named(origin)) else { return false };
    entry == origin || Entry::parse(&entry).is_ok_and(|entry| allows(&entry, &origin))
}

fn allows(entry: &Entry, origin: &str) -> bool {
    let Some((scheme, rest)) = origin.split_once("://") else { return entry.is_everything() };
    match split_port(rest) {
        (host, "") => entry.allows(scheme, host, None),
        (host, port) => match port.parse() {
            Ok(port) => entry.allows(scheme, host, Some(port)),
            Err(_) => entry.is_any_port() && entry.allows(scheme, host, None),
        },
    }
}

/// The text with each variable as a word that no host has. None: it is no template.
fn named(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('/');
    Some(Template::parse(text).ok()?.named().to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_allows_what_it_allows_whatever_the_values() {
        for (entry, origin) in [
            ("https://a.example", "https://a.example"),
            ("https://A.example:443/", "https://a.example"),
            ("https://*.example", "https://a.example"),
            ("http://127.0.0.1:*", "http://127.0.0.1:8000"),
            ("http://10.0.0.0/8:8000", "http://10.1.2.3:8000"),
            ("http://a.example:8000..9000", "http://a.example:8999"),
            ("*://a.example:*", "https://a.example"),
            ("https://{{ host }}:8443", "https://{{host}}:8443"),
            ("https://*:8443", "https://{{ host }}:8443"),
            ("https://a.example:*", "https://a.example:{{ port }}"),
            ("{{origin}}/", "{{ origin }}"),
            ("*://*:*", "{{ origin }}"),
        ] {
            assert!(allows_as_written(entry, origin), "{entry} {origin}");
        }
    }

    #[test]
    fn an_entry_allows_nothing_else() {
        for (entry, origin) in [
            ("https://a.example", "https://b.example"),
            ("https://a.example", "https://a.example:8443"),
            ("https://a.example", "http://a.example"),
            ("http://10.0.0.0/8:8000", "http://11.1.2.3:8000"),
            ("http://a.example:8000..9000", "http://a.example:9000"),
            ("https://a.example", "https://a.example:{{ port }}"),
            ("https://{{ host }}", "https://host"),
            ("https://*", "{{ origin }}"),
            ("{{ other }}", "{{ origin }}"),
            ("{{ origin", "{{ origin"),
        ] {
            assert!(!allows_as_written(entry, origin), "{entry} {origin}");
        }
    }
}
