//! A fault as the record has it.

use postern_dialect::vendor_words::{is_known_field, is_known_word};
use postern_fault::{Fault, shown};
use serde::Serialize;

/// A fault for the operator: without the public text, which may repeat a vendor's text about the caller's request.
#[derive(Serialize)]
pub struct Failure {
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    param: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private: Option<String>,
}

impl Failure {
    /// `of_vendors` are words that a vendor chose: only those that some API's reference has are written.
    /// The failure of a fault.
    pub fn new(fault: &Fault, of_vendors: &[String]) -> Self {
        let is_ours = |word: &&str| !of_vendors.iter().any(|each| each == word);
        let code = fault.code.as_deref();
        let param = fault.param.as_deref();
        Failure {
            kind: format!("{:?}", fault.kind),
            code: code.filter(|code| is_ours(code) || is_known_word(code)).map(shown),
            param: param.filter(|param| is_ours(param) || is_known_field(param)).map(shown),
            private: fault.private.clone(),
        }
    }
}
