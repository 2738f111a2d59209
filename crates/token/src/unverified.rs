//! From the text of a token to verified claims.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::IgnoredAny;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq as _;

use crate::encoding::decode;
use crate::header::Header;
use crate::{Algorithm, Claims, KeySet, Rules, TokenError, json};

/// The longest token that is accepted: HTTP servers take 8 to 16 KiB of headers.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// A JWT with an unverified signature.
///
/// Its issuer, key and algorithm serve to find the rules and keys to verify it by, and nothing else.
pub struct Unverified {
    /// The token without its last dot and signature.
    signing_input: String,
    signature: Vec<u8>,
    header: Header,
    claims: Map<String, Value>,
}

/// Whether a text has the form of a signed JWT, however bad: then it is verified or refused as one, and never treated
/// as an opaque token.
///
/// Three parts of base64url characters, the first of which is a JSON object. The last may be empty.
#[must_use]
pub fn looks_like_jwt(text: &str) -> bool {
    let mut parts = text.split('.');
    let (Some(header), Some(claims), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let is_base64url = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    // A text that is too long is not decoded for this.
    [header, claims, signature].into_iter().all(is_base64url)
        && (header.len() > MAX_TOKEN_BYTES || decode(header).is_some_and(|json| is_object(&json)))
}

fn is_object(json: &[u8]) -> bool {
    serde_json::from_slice::<BTreeMap<String, IgnoredAny>>(json).is_ok()
}

impl Unverified {
    /// Parses a token in compact form, RFC 7515, section 7.1, strictly: nothing in it is ambiguous.
    ///
    /// # Errors
    ///
    /// A [`TokenError`] for a text that is not a signed JWT, or one that no issuer's policy could allow.
    pub fn read(token: &str) -> Result<Self, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::TooLong { bytes: token.len() });
        }
        let (signing_input, signature) = token.rsplit_once('.').unwrap_or((token, ""));
        let (header, claims) = match (token.split('.').count(), signing_input.split_once('.')) {
            (3, Some(parts)) => parts,
            (5, _) => return Err(TokenError::Encrypted),
            (found, _) => return Err(TokenError::Parts { found }),
        };
        let header = Header::read(&object(header, "header")?)?;
        if signature.is_empty() {
            return Err(TokenError::Unsigned);
        }
        let signature = decode(signature).ok_or(TokenError::Encoding { part: "signature" })?;
        let claims = object(claims, "claims")?;
        Ok(Self { signing_input: signing_input.to_owned(), signature, header, claims })
    }

    /// `alg` of the header.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.header.algorithm
    }

    /// `kid` of the header: any text of at most 256 bytes, only for comparisons and never for look-ups.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.header.key_id.as_deref()
    }

    /// `iss` of the claims.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.claims.get("iss")?.as_str()
    }

    /// The signed text: the token without its last dot and signature. For the holder of an HMAC's secret.
    #[must_use]
    pub fn signing_input(&self) -> &str {
        &self.signing_input
    }

    /// Verifies the signature with the issuer's keys, then the claims.
    ///
    /// # Errors
    ///
    /// The first [`TokenError`], in this order: algorithm, key, signature, `iss`, `aud`, times, required claims, scopes.
    pub fn verify(&self, keys: &KeySet, rules: &Rules, unix_s: u64) -> Result<Claims, TokenError> {
        self.check_algorithm(rules)?;
        if self.algorithm().is_mac() {
            return Err(TokenError::WrongMeans(self.algorithm(), "a public key"));
        }
        let candidates = keys.candidates(self.algorithm(), self.key_id())?;
        let input = self.signing_input.as_bytes();
        if !candidates.iter().any(|key| key.verifies(self.algorithm(), input, &self.signature)) {
            return Err(match self.key_id() {
                Some(_) => TokenError::Signature,
                None => TokenError::SignatureOfNoKey,
            });
        }
        rules.check_token(&self.claims, unix_s)
    }

    /// Compares the token's MAC with one computed over [`Unverified::signing_input`], in constant time, then verifies
    /// the claims.
    ///
    /// `computed` is the whole HMAC of [`Unverified::algorithm`]: 32, 48 or 64 bytes, not in hexadecimal.
    ///
    /// # Errors
    ///
    /// As for [`Unverified::verify`].
    pub fn verify_mac(
        &self,
        computed: &[u8],
        rules: &Rules,
        unix_s: u64,
    ) -> Result<Claims, TokenError> {
        self.check_algorithm(rules)?;
        let algorithm = self.algorithm();
        match algorithm.mac_bytes() {
            None => return Err(TokenError::WrongMeans(algorithm, "a shared secret")),
            Some(bytes) if bytes != computed.len() => {
                return Err(TokenError::ComputedCode { algorithm, found: computed.len() });
            }
            Some(_) => {}
        }
        if !bool::from(self.signature.as_slice().ct_eq(computed)) {
            return Err(TokenError::Signature);
        }
        rules.check_token(&self.claims, unix_s)
    }

    /// Checks what no key could change: the algorithm and the claims, except scopes, which are not revealed before the
    /// token's owner is known. A token that fails is not worth a fetch of keys.
    ///
    /// # Errors
    ///
    /// As for [`Unverified::verify`], except the signature.
    pub fn check(&self, rules: &Rules, unix_s: u64) -> Result<(), TokenError> {
        match self.unproven(rules, unix_s) {
            Err(error) if !error.is_insufficient_scope() => Err(error),
            _ => Ok(()),
        }
    }

    /// Its claims without a verified signature: for tools that explain, never to authenticate a caller.
    ///
    /// # Errors
    ///
    /// As for [`Unverified::verify`], except the signature.
    pub fn unproven(&self, rules: &Rules, unix_s: u64) -> Result<Claims, TokenError> {
        self.check_algorithm(rules)?;
        rules.check_token(&self.claims, unix_s)
    }

    fn check_algorithm(&self, rules: &Rules) -> Result<(), TokenError> {
        let found = self.algorithm();
        if rules.algorithms.contains(&found) {
            return Ok(());
        }
        let allowed: Vec<&str> = rules.algorithms.iter().map(|one| one.as_str()).collect();
        Err(TokenError::AlgorithmNotAllowed { found, allowed: allowed.join(", ") })
    }
}

/// Shows neither the claims nor the signature.
impl fmt::Debug for Unverified {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Unverified({})", self.algorithm())
    }
}

fn object(part: &str, name: &'static str) -> Result<Map<String, Value>, TokenError> {
    let bytes = decode(part).ok_or(TokenError::Encoding { part: name })?;
    json::read_object(&bytes).map_err(|problem| TokenError::Json { part: name, problem })
}
