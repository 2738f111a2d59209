//! Conversations that Anthropic stores between requests:
//! <https://platform.claude.com/docs/en/build-with-claude/message-threads>.
//!
//! A client that receives one of these codes sends the whole conversation again. The tool runners of the official SDKs do so
//! automatically (`ThreadState` in `anthropic-sdk-typescript`), so the gateway must pass a code on in both directions.

use postern_fault::Fault;
use serde::Deserialize;
use std::borrow::Cow;

const UNSUPPORTED: &str = "thread_unsupported_request";

/// The error codes that only threads have.
const CODES: [&str; 4] =
    ["thread_not_found", "thread_already_continued", "thread_continue_in_flight", UNSUPPORTED];

/// The code of a fault, if it is one of these.
pub(super) fn code(fault: &Fault) -> Option<&'static str> {
    known(fault.code.as_deref()?)
}

/// The code in the details of a vendor's error, if it is one of these.
pub(super) fn code_of_error(body: &str) -> Option<&'static str> {
    known(&serde_json::from_str::<Body<'_>>(body).ok()?.error.details?.error_code?)
}

fn known(code: &str) -> Option<&'static str> {
    CODES.into_iter().find(|known| *known == code)
}

/// No other vendor stores the conversation, so a request that continues one would lack its earlier part.
pub(crate) fn unsupported() -> Fault {
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
