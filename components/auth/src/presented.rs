//! The credential of a request, among the headers that may hold one.

use postern_contract::auth::exports::postern::auth::stage::Presented;
use postern_fault::{Fault, Kind};

/// The one secret presented, if any; nothing for a scheme that is not `Bearer` (RFC 6750, 2.1).
///
/// # Errors
///
/// `invalid-request` when headers present different secrets: which one counts must not be a guess.
pub fn secret(headers: &[Presented]) -> Result<Option<&str>, Fault> {
    let mut found = None;
    for header in headers {
        let secret = match header.header.as_str() {
            "authorization" => bearer(&header.value),
            _ => Some(header.value.trim()),
        };
        match (found, secret.filter(|secret| !secret.is_empty())) {
            (Some(first), Some(second)) if first != second => return Err(ambiguous()),
            (_, Some(secret)) => found = Some(secret),
            (_, None) => {}
        }
    }
    Ok(found)
}

/// The token of `Bearer <token>`; the scheme's case does not matter (RFC 9110, 11.1).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn ambiguous() -> Fault {
    let public = "the request presents two different credentials; send one, as `Authorization: Bearer` or `x-api-key`";
    Fault::new(Kind::InvalidRequest, public).with_code("ambiguous_credentials")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(all: &[(&str, &str)]) -> Vec<Presented> {
        let one = |(header, value): &(&str, &str)| Presented {
            header: (*header).to_owned(),
            value: (*value).to_owned(),
        };
        all.iter().map(one).collect()
    }

    #[test]
    fn takes_either_header_in_either_sdks_style() {
        assert_eq!(secret(&headers(&[("authorization", "Bearer k")])).unwrap(), Some("k"));
        assert_eq!(secret(&headers(&[("authorization", "bearer  k ")])).unwrap(), Some("k"));
        assert_eq!(secret(&headers(&[("x-api-key", "k")])).unwrap(), Some("k"));
        assert_eq!(
            secret(&headers(&[("x-api-key", "k"), ("authorization", "Bearer k")])).unwrap(),
            Some("k")
        );
    }

    #[test]
    fn takes_nothing_from_other_schemes_and_empty_values() {
        for value in ["Basic k", "Bearer", "Bearer ", "k", ""] {
            assert_eq!(secret(&headers(&[("authorization", value)])).unwrap(), None, "{value}");
        }
        assert_eq!(secret(&headers(&[])).unwrap(), None);
    }

    #[test]
    fn refuses_two_credentials_that_disagree() {
        let two = headers(&[("x-api-key", "a"), ("authorization", "Bearer b")]);
        assert_eq!(secret(&two).unwrap_err().kind, Kind::InvalidRequest);
    }
}
