//! The reservation for thoughts.

use postern_contract::types::{Metering, RequestFacts};

/// The cap on an answer together with the request's budget for thoughts: the larger of the two where the vendor counts
/// thoughts within the cap, their sum where it counts them beside it or its documentation does not say.
pub fn with_cap(cap_tokens: u64, facts: &RequestFacts, metering: &Metering) -> u64 {
    let Some(thinking_tokens) = facts.thinking_tokens else { return cap_tokens };
    if metering.thinking_within_cap {
        cap_tokens.max(thinking_tokens)
    } else {
        cap_tokens.saturating_add(thinking_tokens)
    }
}
