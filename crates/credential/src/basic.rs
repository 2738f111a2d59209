//! HTTP Basic authentication (RFC 7617) of an OAuth client (RFC 6749, 2.3.1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The value of `authorization`. Both parts are form-encoded first, as RFC 6749 requires of clients.
#[must_use]
pub fn authorization(client_id: &str, client_secret: &str) -> String {
    let pair = format!("{}:{}", form_encoded(client_id), form_encoded(client_secret));
    format!("Basic {}", STANDARD.encode(pair))
}

fn form_encoded(value: &str) -> String {
    form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_what_would_end_a_part() {
        // "postern:s%3Acret" in base64.
        assert_eq!(authorization("postern", "s:cret"), "Basic cG9zdGVybjpzJTNBY3JldA==");
    }
}
