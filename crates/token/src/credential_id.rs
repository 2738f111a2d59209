//! What a token is called in records.

use postern_keys::{public_id, sha256_hex};

use crate::Claims;

/// The id of a token in records: 12 hexadecimal digits of a SHA-256, which lead back to no token.
///
/// It is made of the issuer and `jti` of verified claims, so that an issuer's logs and ours can be joined by whoever has
/// both. It is made of the token where the claims have no `jti` or nobody has verified them: then the id is not
/// the caller's to choose.
#[must_use]
pub fn credential_id(token: &str, verified: Option<&Claims>) -> String {
    let named =
        verified.and_then(|claims| Some((claims.issuer().unwrap_or_default(), claims.id()?)));
    public_id(&match named {
        // No URL has a line break, so no two pairs make the same text.
        Some((issuer, id)) => sha256_hex(&format!("{issuer}\n{id}")),
        None => sha256_hex(token),
    })
}
