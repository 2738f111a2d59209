//! Fetches issuers' discovery documents and key sets.

use http::Uri;
use postern_contract::body;
use postern_contract::clock::within;
use spin_sdk::wasip3::http::client;
use spin_sdk::wasip3::http::types::{ErrorCode, Fields, Method, Request, Scheme};
use spin_sdk::wasip3::wit_future;

/// The longest document that is accepted: a key set of a hundred keys with certificates is smaller.
const MAX_BYTES: usize = 256 * 1024;

/// The text at a URL of a policy. Redirects are not followed: only what policy names is trusted.
///
/// # Errors
///
/// Why there is none, for the operator.
pub async fn text(url: &str, timeout_ms: u64) -> Result<String, String> {
    let request = request(url).ok_or_else(|| format!("{url} is no URL that can be asked"))?;
    let asked = async {
        let response = client::send(request).await.map_err(|error| explain(url, &error))?;
        let status = response.get_status_code();
        if status != 200 {
            return Err(format!("{url} answered with {status}, not with 200"));
        }
        body::text(response, MAX_BYTES).await.ok_or_else(|| {
            format!("{url} answered with more than {MAX_BYTES} bytes, or with no UTF-8 text")
        })
    };
    let answered = within(timeout_ms, asked).await;
    answered.unwrap_or_else(|| Err(format!("{url} did not answer within {timeout_ms} ms")))
}

fn explain(url: &str, error: &ErrorCode) -> String {
    match error {
        ErrorCode::HttpRequestDenied => format!(
            "the gateway may not go to {url}: add its origin to allowed_outbound_hosts in spin.toml"
        ),
        error => format!("{url} cannot be reached: {error:?}"),
    }
}

fn request(url: &str) -> Option<Request> {
    let uri: Uri = url.parse().ok()?;
    let scheme = match uri.scheme_str()? {
        "https" => Scheme::Https,
        "http" => Scheme::Http,
        _ => return None,
    };
    let fields = Fields::new();
    fields.append("accept", b"application/json").ok()?;
    let (no_trailers, trailers) = wit_future::new(|| Ok(None));
    let (request, _sent) = Request::new(fields, None, trailers, None);
    drop(no_trailers);
    request.set_method(&Method::Get).ok()?;
    request.set_scheme(Some(&scheme)).ok()?;
    request.set_authority(Some(uri.authority()?.as_str())).ok()?;
    request.set_path_with_query(Some(uri.path_and_query()?.as_str())).ok()?;
    Some(request)
}
