//! The address of an issuer's keys, OpenID Connect Discovery 1.0, section 4.

use serde_json::Value;

use crate::json;
use crate::shown::Shown;
use crate::url::is_fetchable;

/// The largest document that is accepted: Keycloak's is 7 KB.
const MAX_BYTES: usize = 64 * 1024;

/// Why a document does not give the address of an issuer's keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    /// Larger than the limit.
    #[error("the discovery document has {bytes} bytes, over the {MAX_BYTES} it may have")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Not one strict JSON object.
    #[error("the discovery document is not JSON of one meaning: {0}")]
    Json(String),
    /// A required member is missing, or is not a string.
    #[error("the discovery document has no text {0}")]
    Missing(&'static str),
    /// The document of another issuer, section 4.3.
    #[error("the discovery document is of the issuer {}, and {} was expected", Shown(.found), Shown(.expected))]
    Issuer {
        /// The document's issuer.
        found: String,
        /// The policy's issuer.
        expected: String,
    },
    /// The keys' URL is invalid, or not encrypted.
    #[error("jwks_uri {} is not https, nor http on this machine", Shown(.0))]
    Url(String),
}

/// The address of an issuer's discovery document, section 4.1: a final slash of the issuer is left out.
#[must_use]
pub fn url(issuer: &str) -> String {
    let issuer = issuer.strip_suffix('/').unwrap_or(issuer);
    format!("{issuer}/.well-known/openid-configuration")
}

/// The URL of the issuer's key set in its discovery document. Its host may differ (Google's does).
///
/// # Errors
///
/// A [`DiscoveryError`] for anything but a document of exactly this issuer with a usable `jwks_uri`.
pub fn jwks_uri(body: &str, issuer: &str) -> Result<String, DiscoveryError> {
    if body.len() > MAX_BYTES {
        return Err(DiscoveryError::TooLong { bytes: body.len() });
    }
    let members = json::read_object(body.as_bytes()).map_err(DiscoveryError::Json)?;
    let text =
        |name| members.get(name).and_then(Value::as_str).ok_or(DiscoveryError::Missing(name));
    let found = text("issuer")?;
    if found != issuer {
        let (found, expected) = (found.to_owned(), issuer.to_owned());
        return Err(DiscoveryError::Issuer { found, expected });
    }
    let url = text("jwks_uri")?;
    if !is_fetchable(url) {
        return Err(DiscoveryError::Url(url.to_owned()));
    }
    Ok(url.to_owned())
}
