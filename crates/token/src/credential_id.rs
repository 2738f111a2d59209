//! The id of a token in records.

use postern_keys::{public_id, sha256_hex};

use crate::Claims;

/// The id of a token in records: 12 hexadecimal digits of a SHA-256, from which the token cannot be found.
///
/// It is made from the issuer and `jti` of verified claims, so that logs of the issuer can be joined with ours. It is
/// made from the token if the claims have no `jti` or are not verified: then the caller cannot choose the id.
#[must_use]
pub fn credential_id(token: &str, verified: Option<&Claims>) -> String {
    let named =
        verified.and_then(|claims| Some((claims.issuer().unwrap_or_default(), claims.id()?)));
    public_id(&match named {
        // A URL has no line break, so different pairs make different texts.
        Some((issuer, id)) => sha256_hex(&format!("{issuer}\n{id}")),
        None => sha256_hex(token),
    })
}
