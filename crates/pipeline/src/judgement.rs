//! What a judgement on an answer means: what is recorded, and the fault of an answer that does not leave.

use postern_fault::{Fault, Kind};
use postern_types::guardrail::{Action, Finding, Judgement, Violation};

/// The code of an answer that is refused because it is not valid.
const CODE: &str = "response_validation_failed";

/// What is recorded of an answer that is not valid.
pub fn findings(judgement: &Judgement) -> Vec<Finding> {
    let action =
        |violation: &Violation| if violation.blocks { Action::Block } else { Action::Flag };
    judgement.violations.iter().map(|violation| finding(violation, action(violation))).collect()
}

/// The fault of an answer that does not leave. It is the vendor's: the caller's request was right.
pub fn fault(judgement: &Judgement, why: Option<&str>) -> Option<Fault> {
    let mut blocking = judgement.violations.iter().filter(|violation| violation.blocks);
    let Violation { rule, check, message, .. } = blocking.next()?;
    let why = why.map(|why| format!("; {why}")).unwrap_or_default();
    let public = format!("the model's answer was not accepted: {message}");
    let fault = Fault::new(Kind::UpstreamInvalid, public)
        .with_code(CODE)
        .with_private(format!("guardrail validation {rule}: {check}{why}"));
    Some(Fault { retryable: false, ..fault })
}

/// What is recorded of one rule.
pub fn finding(violation: &Violation, action: Action) -> Finding {
    let Violation { rule, check, .. } = violation.clone();
    Finding { detector: check, form: String::new(), rule, action, count: 1, asked: None }
}
