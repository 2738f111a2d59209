//! The way to vendors: straight, or by way of the component `egress`, where the manifest has it.
//!
//! The manifest says so with one variable, [`VARIABLE`]; without it nothing here changes a request.

use crate::post::{Destination, post};
use crate::secrets::misconfigured;
use postern_contract::transport::OutboundBody;
use postern_contract::types;
use postern_egress::{ANSWER, Call, DETAIL, Failure, Timeouts, goes_to_the_vendor};
use postern_fault::Fault;
use postern_policy::{BaseUrl, Endpoint};
use spin_sdk::variables::{self, Error};
use spin_sdk::wasip3::http::client;
use spin_sdk::wasip3::http::types::{DnsErrorPayload, ErrorCode, Fields, Request, Response};
use std::sync::OnceLock;

/// The variable with the origin of `egress`.
const VARIABLE: &str = "egress_url";

/// `upstream` and the gateway enforce their deadlines themselves. The host cannot tell `egress` that they have given up
/// before the answer began: so much later it ends the vendor's request.
const ABANDONED_MS: u64 = 1_000;

/// The longest waits for what has no deadlines of its own, as a token endpoint.
const SHORT: Timeouts =
    Timeouts { connect_ms: None, first_byte_ms: Some(11_000), between_bytes_ms: Some(11_000) };

/// A request, and the way it goes.
pub struct Routed {
    request: Request,
    by_egress: bool,
}

/// A request to a vendor with this body, which is sent in the background. `ours` are headers that it requires.
///
/// # Errors
///
/// As [`post`]; and if the variable is no URL.
pub async fn request(
    vendor: Destination<'_>,
    headers: &[(String, String)],
    ours: &[(String, String)],
    body: OutboundBody,
    deadlines: Option<types::Deadlines>,
) -> Result<Routed, Fault> {
    let Some(egress) = egress().await? else {
        let request = post(vendor, headers, ours, body, deadlines)?;
        return Ok(Routed { request, by_egress: false });
    };
    let call = Call {
        https: vendor.https,
        authority: vendor.authority.to_owned(),
        path: vendor.path.to_owned(),
        timeouts: deadlines.map_or(SHORT, longest),
    };
    let headers: Vec<_> =
        headers.iter().filter(|(name, _)| goes_to_the_vendor(name)).cloned().collect();
    let ours = [ours, &call.headers()].concat();
    let destination = Destination { https: egress.https, authority: &egress.authority, path: "/" };
    let request = post(destination, &headers, &ours, body, None)?;
    Ok(Routed { request, by_egress: true })
}

/// The longest waits for a vendor, streamed or not.
fn longest(of: types::Deadlines) -> Timeouts {
    let longest_ms = of.first_token_ms.max(of.whole_ms);
    let later = |ms: u32| Some(u64::from(ms).saturating_add(ABANDONED_MS));
    Timeouts {
        connect_ms: Some(of.connect_ms.into()),
        first_byte_ms: later(longest_ms),
        between_bytes_ms: later(longest_ms.max(of.between_tokens_ms)),
    }
}

/// Sends it, and returns when the head of the answer is there.
///
/// # Errors
///
/// The host's, whichever component it told.
pub async fn send(Routed { request, by_egress }: Routed) -> Result<Response, ErrorCode> {
    let response = client::send(request).await?;
    if !by_egress {
        return Ok(response);
    }
    let headers = response.get_headers();
    match Failure::of_answer(&headers.get(ANSWER)) {
        None => Ok(response),
        Some(failure) => Err(error(failure, &headers)),
    }
}

/// The host's error, as this component would have got it.
fn error(failure: Failure, headers: &Fields) -> ErrorCode {
    match failure {
        Failure::DnsTimeout => ErrorCode::DnsTimeout,
        Failure::DnsError => ErrorCode::DnsError(DnsErrorPayload { rcode: None, info_code: None }),
        Failure::Denied => ErrorCode::HttpRequestDenied,
        Failure::ConnectionRefused => ErrorCode::ConnectionRefused,
        Failure::ConnectionTimeout => ErrorCode::ConnectionTimeout,
        Failure::ConnectionTerminated => ErrorCode::ConnectionTerminated,
        Failure::ReadTimeout => ErrorCode::ConnectionReadTimeout,
        Failure::WriteTimeout => ErrorCode::ConnectionWriteTimeout,
        Failure::ResponseTimeout => ErrorCode::HttpResponseTimeout,
        Failure::TlsCertificate => ErrorCode::TlsCertificateError,
        Failure::TlsProtocol => ErrorCode::TlsProtocolError,
        Failure::Protocol => ErrorCode::HttpProtocolError,
        Failure::NotACall | Failure::Other => {
            let detail = headers.get(DETAIL).pop().and_then(|text| String::from_utf8(text).ok());
            let detail = detail.unwrap_or_else(|| "it did not answer".to_owned());
            ErrorCode::InternalError(Some(format!("egress: {detail}")))
        }
    }
}

/// Where `egress` is, if the manifest has it: asked once.
async fn egress() -> Result<Option<&'static Endpoint>, Fault> {
    static EGRESS: OnceLock<Option<Endpoint>> = OnceLock::new();
    if let Some(known) = EGRESS.get() {
        return Ok(known.as_ref());
    }
    let origin = match variables::get(VARIABLE).await {
        Ok(url) if url.is_empty() => None,
        Ok(url) => Some(origin(&url)?),
        Err(Error::Undefined(_)) => None,
        Err(error) => {
            let private = format!("the variable `{VARIABLE}` cannot be read ({error})");
            return Err(misconfigured(private));
        }
    };
    Ok(EGRESS.get_or_init(|| origin).as_ref())
}

fn origin(url: &str) -> Result<Endpoint, Fault> {
    let endpoint = BaseUrl::parse(url).ok().and_then(|base| base.endpoint(None, "").ok());
    endpoint.filter(|endpoint| endpoint.base_path.is_empty()).ok_or_else(|| {
        misconfigured(format!(
            "the variable `{VARIABLE}` must be an origin, as in http://egress.spin.internal"
        ))
    })
}
