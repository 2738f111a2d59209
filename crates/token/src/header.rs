//! The header of a token, RFC 7515, section 4.1.

use serde_json::{Map, Value};

use crate::json::kind;
use crate::jwk::MAX_KEY_ID_BYTES;
use crate::{Algorithm, TokenError};

/// What matters of a header. `jku`, `jwk`, `x5u`, `x5c` are not read: a token does not say whose keys to trust.
pub(crate) struct Header {
    pub(crate) algorithm: Algorithm,
    pub(crate) key_id: Option<String>,
}

impl Header {
    /// # Errors
    ///
    /// An unknown algorithm, an extension, a nested token, a JWT for another purpose.
    pub(crate) fn read(members: &Map<String, Value>) -> Result<Self, TokenError> {
        // Both must be refused by who does not support them, RFC 7515, section 4.1.11 and RFC 7797, section 6.
        for name in ["crit", "b64"] {
            if members.contains_key(name) {
                return Err(TokenError::Extension { name });
            }
        }
        let algorithm = text(members, "alg")?
            .ok_or_else(|| wrong("alg", "a string", "nothing".to_owned()))
            .and_then(algorithm)?;
        if let Some(content) = text(members, "cty")?
            && media_type(content).ends_with("jwt")
        {
            return Err(TokenError::Nested(content.to_owned()));
        }
        // RFC 9068, section 2.1; a token that does not say what it is, is a JWT.
        if let Some(kind) = text(members, "typ")?
            && !matches!(media_type(kind).as_str(), "jwt" | "at+jwt")
        {
            return Err(TokenError::Type(kind.to_owned()));
        }
        Ok(Self { algorithm, key_id: key_id(members)? })
    }
}

fn algorithm(word: &str) -> Result<Algorithm, TokenError> {
    if word.trim().eq_ignore_ascii_case("none") || word.is_empty() {
        return Err(TokenError::Unsigned);
    }
    word.parse().map_err(|_| TokenError::UnknownAlgorithm(word.to_owned()))
}

fn key_id(members: &Map<String, Value>) -> Result<Option<String>, TokenError> {
    match text(members, "kid")? {
        Some(id) if id.len() > MAX_KEY_ID_BYTES => {
            Err(wrong("kid", "at most 256 bytes", format!("{} bytes", id.len())))
        }
        id => Ok(id.map(str::to_owned)),
    }
}

/// In lower case, without the `application/` that RFC 7515, section 4.1.9 lets senders leave out.
fn media_type(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    lower.strip_prefix("application/").map(str::to_owned).unwrap_or(lower)
}

fn text<'a>(
    members: &'a Map<String, Value>,
    name: &'static str,
) -> Result<Option<&'a str>, TokenError> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(wrong(name, "a string", kind(other).to_owned())),
    }
}

fn wrong(name: &'static str, must: &'static str, found: String) -> TokenError {
    TokenError::Value { part: "header", name, must, found }
}
