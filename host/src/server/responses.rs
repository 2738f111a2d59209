//! Responses of the host's own.

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::{BodyExt, Full};
use wasmtime_wasi_http::WasiBody;

/// A response of the host's own.
pub fn plain(status: StatusCode, text: &'static str) -> Response<WasiBody> {
    let mut response = Response::new(full(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    if !text.is_empty() {
        let value = http::HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(http::header::CONTENT_TYPE, value);
    }
    response
}

/// A response that asks the client to retry in a second.
///
/// What the client speaks is not known here. Its body is an error to the clients of all dialects: OpenAI's look for
/// `error.message` and `error.code`, Anthropic's for `type` and `error.type`, Google's for `error.status`, Cohere's for `message`.
pub fn come_back(text: &'static str) -> Response<WasiBody> {
    let body = format!(
        r#"{{"type":"error","message":"{text}","error":{{"type":"overloaded_error","code":"gateway_overloaded","status":"UNAVAILABLE","message":"{text}"}}}}"#
    );
    let mut response = Response::new(full(Bytes::from(body)));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let headers = response.headers_mut();
    let json = http::HeaderValue::from_static("application/json");
    headers.insert(http::header::CONTENT_TYPE, json);
    headers.insert(http::header::RETRY_AFTER, http::HeaderValue::from_static("1"));
    response
}

/// For HTTP/1, the connection ends with this response; HTTP/2 has no such header.
pub fn and_close(version: http::Version, mut response: Response<WasiBody>) -> Response<WasiBody> {
    if version < http::Version::HTTP_2 {
        let close = http::HeaderValue::from_static("close");
        response.headers_mut().insert(http::header::CONNECTION, close);
    }
    response
}

/// A body of these bytes.
pub fn full(bytes: Bytes) -> WasiBody {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}
