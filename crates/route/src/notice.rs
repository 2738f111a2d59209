//! What clients are told of the lifecycle of the name that they ask for.

use crate::allowed::Allowed;
use jiff::Timestamp;
use postern_policy::Lifecycle;

/// The headers of an answer: `deprecation` (RFC 9745) once it is deprecated, `sunset` (RFC 8594) before it, and the successor.
#[must_use]
pub fn headers(
    lifecycle: &Lifecycle,
    allowed: &Allowed<'_>,
    unix_ms: u64,
) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    let deprecated = lifecycle.deprecated_unix_s.filter(|since| unix_ms / 1_000 >= *since);
    if let Some(since) = deprecated {
        // A date of structured fields (RFC 9651, 3.3.7).
        headers.push(("deprecation".to_owned(), format!("@{since}")));
    }
    if let Some(date) = lifecycle.sunset_unix_s.and_then(http_date) {
        headers.push(("sunset".to_owned(), date));
    }
    let successor = lifecycle.successor.as_ref().filter(|name| allowed.allows(name));
    if let Some(successor) = successor.filter(|_| !headers.is_empty()) {
        headers.push(("x-postern-successor".to_owned(), successor.clone()));
    }
    headers
}

/// RFC 9110, 5.6.7.
fn http_date(unix_s: u64) -> Option<String> {
    let at = Timestamp::from_second(i64::try_from(unix_s).ok()?).ok()?;
    Some(at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
}
