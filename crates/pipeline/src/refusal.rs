//! Why a request gets no answer: a fault of a stage, or an error of HTTP itself.

use postern_fault::{Fault, Kind};
use postern_types as types;
use postern_types::limiter::Rejection;

/// A fault for the client, with its details of HTTP.
#[derive(Debug)]
pub struct Refusal {
    /// The fault.
    pub fault: Fault,
    /// The status, if it differs from that of the fault's kind.
    pub status: Option<u16>,
    /// The allowed methods (RFC 9110, 15.5.6), for 405.
    pub allow: Option<&'static str>,
    /// Further headers: the status of the caller's limits, or a challenge.
    pub fields: Vec<(String, String)>,
    /// The model or alias that policy names instead.
    pub downgrade_to: Option<Box<str>>,
}

impl Refusal {
    /// A refusal for an error of HTTP itself, with its own status.
    pub fn http(status: u16, code: &str, public: impl Into<String>) -> Self {
        let fault = Fault::new(Kind::InvalidRequest, public).with_code(code);
        Refusal { status: Some(status), ..fault.into() }
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Refusal { fault, status: None, allow: None, fields: Vec::new(), downgrade_to: None }
    }
}

impl From<types::Fault> for Refusal {
    fn from(fault: types::Fault) -> Self {
        Fault::from(fault).into()
    }
}

impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        let Rejection { fault, headers, downgrade_to, .. } = rejection;
        let downgrade_to = downgrade_to.map(String::into_boxed_str);
        Refusal { fields: headers, downgrade_to, ..fault.into() }
    }
}
