//! Headers that a message names as its connection's own.

use http::header::{CONNECTION, HeaderMap, HeaderName};

/// Drops what `Connection` names (RFC 9110, 7.6.1). It is done here because a component never sees that header, and so
/// could not tell which others end with this connection.
pub fn strip(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| HeaderName::try_from(name.trim()).ok())
        .collect();
    for name in named {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn drops_what_connection_names_and_nothing_else() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "close, X-Hop"),
            ("x-hop", "1"),
            ("x-end-to-end", "1"),
            ("connection", "te"),
        ] {
            headers.append(name, HeaderValue::from_static(value));
        }
        strip(&mut headers);
        assert!(!headers.contains_key("x-hop"));
        assert!(headers.contains_key("x-end-to-end"));
    }
}
