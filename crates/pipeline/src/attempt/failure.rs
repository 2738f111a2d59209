//! A fault as the record has it.

use postern_dialect::vendor_words::{is_known_field, is_known_word};
use postern_fault::{Fault, shown};
use postern_types as types;
use postern_types::recorder::RecordedFault;
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
    /// The failure of a fault. `of_vendors` are words that a vendor chose.
    pub fn new(fault: &Fault, of_vendors: &[String]) -> Self {
        let (code, param) = words(fault, of_vendors);
        let kind = format!("{:?}", fault.kind);
        Failure { kind, code, param, private: fault.private.clone() }
    }
}

/// The code and the field of a fault: of those that a vendor chose, only what some API's reference has.
fn words(fault: &Fault, of_vendors: &[String]) -> (Option<String>, Option<String>) {
    let is_ours = |word: &&str| !of_vendors.iter().any(|each| each == word);
    let (code, param) = (fault.code.as_deref(), fault.param.as_deref());
    (
        code.filter(|code| is_ours(code) || is_known_word(code)).map(shown),
        param.filter(|param| is_ours(param) || is_known_field(param)).map(shown),
    )
}

/// A fault as the recorder gets it.
pub fn recorded(fault: &Fault, of_vendors: &[String]) -> RecordedFault {
    let (code, param) = words(fault, of_vendors);
    let types::Fault { kind, blame, .. } = fault.clone().into();
    RecordedFault { kind, blame, code, param }
}
