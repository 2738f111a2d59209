//! Conversations that Anthropic keeps between requests: <https://platform.claude.com/docs/en/build-with-claude/message-threads>.
//!
//! Who is told one of these codes sends the whole conversation again; the tool runners of the official SDKs do it by
//! themselves (`ThreadState` in `anthropic-sdk-typescript`), so that a code must cross the gateway both ways.

use postern_fault::Fault;
use serde::Deserialize;
use std::borrow::Cow;

const UNSUPPORTED: &str = "thread_unsupported_request";

/// The codes of the errors that only threads have.
const CODES: [&str; 4] =
    ["thread_not_found", "thread_already_continued", "thread_continue_in_flight", UNSUPPORTED];

/// The code of a fault, if it is one of these.
pub(super) fn code(fault: &Fault) -> Option<&'static str> {
    known(fault.code.as_deref()?)
}

/// The code that a vendor's error has in its details, if it is one of these.
pub(super) fn code_of_error(body: &str) -> Option<&'static str> {
    known(&serde_json::from_str::<Body<'_>>(body).ok()?.error.details?.error_code?)
}

fn known(code: &str) -> Option<&'static str> {
    CODES.into_iter().find(|known| *known == code)
}

/// No other vendor keeps a conversation, and what went before would be missing from a request that continues one.
pub(super) fn unsupported() -> Fault {
    let public = "`thread` names a conversation that the vendor keeps, and this model's keeps none: send all messages without `thread`";
    Fault::invalid_request("thread", public).with_code(UNSUPPORTED)
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    error: Error<'a>,
}

#[derive(Deserialize)]
struct Error<'a> {
    #[serde(borrow)]
    details: Option<Details<'a>>,
}

#[derive(Deserialize)]
struct Details<'a> {
    #[serde(borrow)]
    error_code: Option<Cow<'a, str>>,
}
