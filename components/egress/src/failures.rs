//! Why the vendor gave no answer.

use postern_egress::{Failure, Refusal};
use wasip2::http::types::ErrorCode;

/// A failure, and what is said of it.
pub struct Reason {
    pub failure: Failure,
    pub status: u16,
    pub detail: String,
}

impl Reason {
    pub fn new(failure: Failure, detail: impl Into<String>) -> Self {
        Self { failure, status: failure.status(), detail: detail.into() }
    }
}

impl From<Refusal> for Reason {
    fn from(refusal: Refusal) -> Self {
        Self { status: refusal.status(), ..Self::new(Failure::NotACall, refusal.to_string()) }
    }
}

impl From<ErrorCode> for Reason {
    fn from(error: ErrorCode) -> Self {
        let failure = match &error {
            ErrorCode::DnsTimeout => Failure::DnsTimeout,
            ErrorCode::DnsError(_) => Failure::DnsError,
            ErrorCode::HttpRequestDenied => Failure::Denied,
            ErrorCode::ConnectionRefused => Failure::ConnectionRefused,
            ErrorCode::ConnectionTimeout => Failure::ConnectionTimeout,
            ErrorCode::ConnectionTerminated => Failure::ConnectionTerminated,
            ErrorCode::ConnectionReadTimeout => Failure::ReadTimeout,
            ErrorCode::ConnectionWriteTimeout => Failure::WriteTimeout,
            ErrorCode::HttpResponseTimeout => Failure::ResponseTimeout,
            ErrorCode::TlsCertificateError => Failure::TlsCertificate,
            ErrorCode::TlsProtocolError | ErrorCode::TlsAlertReceived(_) => Failure::TlsProtocol,
            ErrorCode::HttpProtocolError => Failure::Protocol,
            _ => Failure::Other,
        };
        Self::new(failure, format!("{error:?}"))
    }
}
