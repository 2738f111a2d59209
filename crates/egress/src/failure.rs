//! Why a vendor gave no answer, by the names of `wasi:http`'s errors.

/// The header of every answer: whose it is, [`VENDOR`]'s or that of a [`Failure`]. An answer without it is the host's.
pub const ANSWER: &str = "x-postern-egress-answer";

/// The value of [`ANSWER`] for what the vendor has answered.
pub const VENDOR: &str = "vendor";

/// What the host says of it, for the operator.
pub const DETAIL: &str = "x-postern-egress-detail";

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The name did not resolve in time.
    DnsTimeout,
    /// The name does not resolve.
    DnsError,
    /// The manifest does not let `egress` go there.
    Denied,
    /// Nothing listens there.
    ConnectionRefused,
    /// The connection was not established in time.
    ConnectionTimeout,
    /// The vendor closed the connection.
    ConnectionTerminated,
    /// The vendor sent nothing in time.
    ReadTimeout,
    /// The vendor took nothing in time.
    WriteTimeout,
    /// The answer took too long.
    ResponseTimeout,
    /// The vendor's certificate is not trusted.
    TlsCertificate,
    /// TLS failed otherwise.
    TlsProtocol,
    /// The vendor does not speak HTTP.
    Protocol,
    /// The request was not one of `upstream`'s: see [`crate::Refusal`].
    NotACall,
    /// Anything else.
    Other,
}

const NAMES: [(Failure, &str); 14] = [
    (Failure::DnsTimeout, "dns-timeout"),
    (Failure::DnsError, "dns-error"),
    (Failure::Denied, "http-request-denied"),
    (Failure::ConnectionRefused, "connection-refused"),
    (Failure::ConnectionTimeout, "connection-timeout"),
    (Failure::ConnectionTerminated, "connection-terminated"),
    (Failure::ReadTimeout, "connection-read-timeout"),
    (Failure::WriteTimeout, "connection-write-timeout"),
    (Failure::ResponseTimeout, "http-response-timeout"),
    (Failure::TlsCertificate, "tls-certificate-error"),
    (Failure::TlsProtocol, "tls-protocol-error"),
    (Failure::Protocol, "http-protocol-error"),
    (Failure::NotACall, "not-a-call"),
    (Failure::Other, "other"),
];

impl Failure {
    /// The value of the header.
    pub fn as_str(self) -> &'static str {
        NAMES.iter().find(|(failure, _)| *failure == self).map_or("other", |(_, name)| name)
    }

    /// The failure that an answer is, by the values of its header [`ANSWER`]; none if it is the vendor's answer.
    pub fn of_answer(values: &[Vec<u8>]) -> Option<Self> {
        let [value] = values else { return Some(Self::Other) };
        if value == VENDOR.as_bytes() {
            return None;
        }
        let found = NAMES.iter().find(|(_, known)| known.as_bytes() == value.as_slice());
        Some(found.map_or(Self::Other, |(failure, _)| *failure))
    }

    /// The status of the answer that says it (RFC 9110, 15.6).
    pub fn status(self) -> u16 {
        match self {
            Self::DnsTimeout
            | Self::ConnectionTimeout
            | Self::ReadTimeout
            | Self::WriteTimeout
            | Self::ResponseTimeout => 504,
            Self::Denied => 403,
            Self::NotACall => 400,
            Self::DnsError
            | Self::ConnectionRefused
            | Self::ConnectionTerminated
            | Self::TlsCertificate
            | Self::TlsProtocol
            | Self::Protocol
            | Self::Other => 502,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> Option<Failure> {
        let values: Vec<_> = values.iter().map(|value| value.as_bytes().to_vec()).collect();
        Failure::of_answer(&values)
    }

    #[test]
    fn every_failure_has_a_name_of_its_own_and_a_status_of_an_error() {
        for (failure, name) in NAMES {
            assert_eq!(failure.as_str(), name);
            assert_eq!(of(&[name]), Some(failure));
            assert!((400..600).contains(&failure.status()), "{name}");
        }
    }

    #[test]
    fn only_what_says_so_is_the_vendors_answer() {
        assert_eq!(of(&[VENDOR]), None);
        for values in [&[][..], &["", "vendor"], &["vendor", "vendor"], &["Vendor"], &["ok"]] {
            assert_eq!(of(values), Some(Failure::Other), "{values:?}");
        }
    }
}
