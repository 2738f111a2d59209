//! The errors of a request, by WASI's names.

use std::error::Error as StdError;
use std::io::ErrorKind;

use hyper_util::client::legacy::Error as ClientError;
use wasmtime_wasi_http::Error;
use wasmtime_wasi_http::{p2, p3};

use crate::causes::chain;

/// A request that got no response head.
pub fn of_client(error: &ClientError) -> Error {
    if error.is_connect() {
        return of_connect(error);
    }
    find::<hyper::Error>(error).map_or(Error::HttpProtocolError, of_hyper)
}

/// A connection that could not be made.
fn of_connect(error: &ClientError) -> Error {
    if let Some(tls) = find::<rustls::Error>(error) {
        return of_tls(tls);
    }
    let text = chain(error);
    if text.contains("dns error") {
        return Error::DnsError {
            rcode: Some("the name does not resolve".to_owned()),
            info_code: None,
        };
    }
    match find::<std::io::Error>(error).map(std::io::Error::kind) {
        Some(ErrorKind::ConnectionRefused) => Error::ConnectionRefused,
        Some(ErrorKind::TimedOut) => Error::ConnectionTimeout,
        Some(
            ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable
            | ErrorKind::AddrNotAvailable,
        ) => Error::DestinationIpUnroutable,
        Some(
            ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::UnexpectedEof,
        ) => Error::ConnectionTerminated,
        _ => Error::DestinationUnavailable,
    }
}

fn of_tls(error: &rustls::Error) -> Error {
    match error {
        rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => {
            Error::TlsCertificateError
        }
        rustls::Error::AlertReceived(alert) => Error::TlsAlertReceived {
            alert_id: Some((*alert).into()),
            alert_message: Some(format!("{alert:?}")),
        },
        _ => Error::TlsProtocolError,
    }
}

/// A response body that ended before its end.
pub fn of_body(error: &hyper::Error) -> Error {
    if error.is_parse() { Error::HttpProtocolError } else { Error::HttpResponseIncomplete }
}

fn of_hyper(error: &hyper::Error) -> Error {
    if error.is_timeout() {
        return Error::HttpResponseTimeout;
    }
    if error.is_parse_too_large() {
        return Error::HttpResponseHeaderSectionSize(None);
    }
    if error.is_parse() {
        return Error::HttpProtocolError;
    }
    let broken = find::<std::io::Error>(error).is_some();
    if broken
        || error.is_incomplete_message()
        || error.is_closed()
        || error.is_canceled()
        || error.is_body_write_aborted()
    {
        return Error::ConnectionTerminated;
    }
    Error::HttpProtocolError
}

/// An error of an inbound request's body, for a component of WASI 0.2.
pub fn of_hyper_p2(error: &hyper::Error) -> p2::bindings::http::types::ErrorCode {
    use p2::bindings::http::types::ErrorCode;
    if error.is_parse() { ErrorCode::HttpProtocolError } else { ErrorCode::ConnectionTerminated }
}

/// An error of an inbound request's body, for a component of WASI 0.3.
pub fn of_hyper_p3(error: &hyper::Error) -> p3::bindings::http::types::ErrorCode {
    use p3::bindings::http::types::ErrorCode;
    if error.is_parse() { ErrorCode::HttpProtocolError } else { ErrorCode::ConnectionTerminated }
}

/// The first cause of that type; an `io::Error` made of another error hides it from the chain.
fn find<'e, E: StdError + 'static>(error: &'e (dyn StdError + 'static)) -> Option<&'e E> {
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(found) = cause.downcast_ref::<E>() {
            return Some(found);
        }
        let inner = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = inner.map(|inner| inner as &(dyn StdError + 'static)).or_else(|| cause.source());
    }
    None
}
