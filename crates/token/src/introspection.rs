//! An authorization server's answer about an opaque token, RFC 7662, section 2.2.

use serde_json::Value;

use crate::json::{self, kind};
use crate::{Claims, Rules, TokenError};

/// The largest answer that is accepted.
const MAX_BYTES: usize = 64 * 1024;

/// Why an answer does not authenticate a caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntrospectionError {
    /// The status is not 200: the server is in trouble, or does not know this gateway.
    #[error("the introspection endpoint answered {status}, and 200 was expected")]
    Status {
        /// The HTTP status.
        status: u16,
    },
    /// Larger than the limit.
    #[error("the introspection answer has {bytes} bytes, over the {MAX_BYTES} it may have")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Not one strict JSON object: a log-in page, for example.
    #[error("the introspection answer is not JSON of one meaning: {0}")]
    Json(String),
    /// `active` is missing or not a boolean.
    #[error("active in the introspection answer must be a boolean, and is {found}")]
    Active {
        /// The type of its value.
        found: &'static str,
    },
    /// The server says that the token is not active.
    #[error("the issuer says that the token is not active")]
    Inactive,
    /// The token is active, but not valid here.
    #[error(transparent)]
    Refused(#[from] TokenError),
}

impl IntrospectionError {
    /// Whether the validity of the token is unknown: the gateway or the server is at fault, not the caller.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        !matches!(self, Self::Inactive | Self::Refused(_))
    }
}

/// Reads the answer about a token. Claims without `exp` have no expiry.
///
/// # Errors
///
/// An [`IntrospectionError`] for anything but an answer with `"active": true` for a token that the rules allow.
pub fn read(
    status: u16,
    body: &str,
    rules: &Rules,
    unix_s: u64,
) -> Result<Claims, IntrospectionError> {
    if status != 200 {
        return Err(IntrospectionError::Status { status });
    }
    if body.len() > MAX_BYTES {
        return Err(IntrospectionError::TooLong { bytes: body.len() });
    }
    let members = json::read_object(body.as_bytes()).map_err(IntrospectionError::Json)?;
    match members.get("active") {
        Some(Value::Bool(true)) => Ok(rules.check_answer(&members, unix_s)?),
        Some(Value::Bool(false)) => Err(IntrospectionError::Inactive),
        other => Err(IntrospectionError::Active { found: other.map_or("nothing", kind) }),
    }
}
