//! A Google service account: a token signed with its key is exchanged for an access token
//! (<https://developers.google.com/identity/protocols/oauth2/service-account#httprest>, RFC 7523).

use jwt_simple::prelude::{
    Claims, Duration, JWTClaims, RS256KeyPair, RSAKeyPairLike, UnixTimeStamp,
};
use lru::LruCache;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::num::NonZeroUsize;
use thiserror::Error;

/// The scope of the access token: all of Google Cloud's APIs, within the roles of the account.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// The lifetime of the signed token: the longest that Google accepts.
const ASSERTION_S: u64 = 3_600;

/// An access token is not used in this last part of its life: a request must reach the vendor before it expires.
const MARGIN_S: u64 = 60;

/// The number of cached tokens: one for each account, of which a gateway has a handful.
const MAX_TOKENS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(63);

/// Why there is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Error {
    /// The key file is not JSON with the required fields.
    #[error(
        "the key is not the JSON of a service account: it needs client_email, private_key and token_uri"
    )]
    KeyFile,
    /// The private key in it cannot be read.
    #[error("the private_key of the service account is not an RSA key in PKCS#8 PEM")]
    PrivateKey,
    /// Signing failed.
    #[error("the token for the service account could not be signed")]
    Signing,
    /// The token endpoint's answer has no token.
    #[error("the token endpoint's answer has no access_token and expires_in")]
    Answer,
}

/// The required fields of a key file.
#[derive(Deserialize)]
pub struct Key {
    client_email: String,
    private_key: String,
    #[serde(default)]
    private_key_id: Option<String>,
    token_uri: String,
}

#[derive(Serialize, Deserialize)]
struct Scope {
    scope: String,
}

impl Key {
    /// Reads a key file.
    ///
    /// # Errors
    /// [`Error::KeyFile`].
    pub fn from_json(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(|_| Error::KeyFile)
    }

    /// The body of the token request, `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// The key cannot be read, or cannot sign.
    pub fn token_request(&self, unix_s: u64) -> Result<String, Error> {
        let mut pair = RS256KeyPair::from_pem(&self.private_key).map_err(|_| Error::PrivateKey)?;
        if let Some(id) = &self.private_key_id {
            pair = pair.with_key_id(id);
        }
        let assertion = pair.sign(self.claims(unix_s)).map_err(|_| Error::Signing)?;
        // The three parts of a token have only unreserved characters.
        Ok(format!(
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={assertion}"
        ))
    }

    /// Its secrets: the lines of its private key, since a text may quote some of them.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.private_key.lines().filter(|line| !line.starts_with("-----"))
    }

    fn claims(&self, unix_s: u64) -> JWTClaims<Scope> {
        let scope = Scope { scope: SCOPE.to_owned() };
        let mut claims = Claims::with_custom_claims(scope, Duration::from_secs(ASSERTION_S))
            .with_issuer(&self.client_email)
            .with_audience(&self.token_uri);
        // The clock is an argument, not the crate's.
        claims.issued_at = Some(UnixTimeStamp::from_secs(unix_s));
        claims.expires_at = Some(UnixTimeStamp::from_secs(unix_s.saturating_add(ASSERTION_S)));
        claims.invalid_before = None;
        claims
    }
}

/// An access token and its lifetime.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Token {
    /// The token for the vendor.
    pub access_token: String,
    /// Its lifetime in seconds.
    pub expires_in: u64,
}

impl Token {
    /// Reads the token endpoint's answer.
    ///
    /// # Errors
    /// [`Error::Answer`].
    pub fn from_json(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(|_| Error::Answer)
    }
}

/// Access tokens until they expire, by the hash of their key file.
#[derive(Debug, Default)]
pub struct Tokens(Option<LruCache<[u8; 32], (String, u64)>>);

impl Tokens {
    /// An empty cache.
    pub const fn new() -> Self {
        Tokens(None)
    }

    /// The token for this key file, if it does not expire soon.
    pub fn get(&mut self, key_file: &str, unix_s: u64) -> Option<&str> {
        let (token, until_unix_s) = self.0.as_mut()?.get(&digest(key_file))?;
        (unix_s < *until_unix_s).then_some(token.as_str())
    }

    /// Stores a token that was issued at `unix_s`.
    pub fn put(&mut self, key_file: &str, token: Token, unix_s: u64) {
        let tokens = self.0.get_or_insert_with(|| LruCache::new(MAX_TOKENS));
        let until_unix_s = unix_s.saturating_add(token.expires_in).saturating_sub(MARGIN_S);
        tokens.put(digest(key_file), (token.access_token, until_unix_s));
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}
