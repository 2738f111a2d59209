//! AWS Signature Version 4 (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html>), by AWS's own crate.

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SigningSettings, sign as sign_request,
};
use aws_sigv4::sign::v4::SigningParams;
use std::time::{Duration, UNIX_EPOCH};
use thiserror::Error;

/// An access key.
#[derive(Clone)]
pub struct Keys {
    /// Its public part.
    pub access_key_id: String,
    /// Its secret part.
    pub secret_access_key: String,
    /// The session token of a temporary key.
    pub session_token: Option<String>,
}

/// The parts of a request that are signed.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// `POST`.
    pub method: &'a str,
    /// The whole URL; its path is already percent-encoded.
    pub url: &'a str,
    /// Headers that the signature covers besides `host` and its own.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body.
    pub body: &'a str,
}

/// A request that cannot be signed: its URL or a header is invalid.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the request cannot be signed: {0}")]
pub struct Error(String);

/// The headers that sign a request: `authorization`, `x-amz-date`, and `x-amz-security-token` of a temporary key.
///
/// # Errors
/// The URL or a header is invalid.
pub fn sign(
    request: Request<'_>,
    keys: &Keys,
    region: &str,
    service: &str,
    unix_s: u64,
) -> Result<Vec<(String, String)>, Error> {
    let Keys { access_key_id, secret_access_key, session_token } = keys.clone();
    let credentials =
        Credentials::new(access_key_id, secret_access_key, session_token, None, "variables");
    let identity = credentials.into();
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(UNIX_EPOCH + Duration::from_secs(unix_s))
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| Error(error.to_string()))?;
    let Request { method, url, headers, body } = request;
    let headers = headers.iter().copied();
    let signable = SignableRequest::new(method, url, headers, SignableBody::Bytes(body.as_bytes()))
        .map_err(|error| Error(error.to_string()))?;
    let (instructions, _) = sign_request(signable, &parameters.into())
        .map_err(|error| Error(error.to_string()))?
        .into_parts();
    let signed = instructions.headers();
    Ok(signed.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}
