//! `/v1/audio/...` and `/v1/images/...` (<https://platform.openai.com/docs/api-reference/audio>,
//! <https://platform.openai.com/docs/api-reference/images>).

mod audio;
mod form;
mod images;

pub use audio::{DURATION_S, SPEECH_USAGE, TRANSCRIPT_USAGE, sound};
pub use form::fingerprint;
pub use images::IMAGE_USAGE;

use super::errors::Refusal;
use crate::upstream::Script;
use crate::vendors::Call;

/// The answer, if this is one of these paths.
pub(super) fn answer(call: &Call<'_>, path: &str) -> Option<Result<Script, Refusal>> {
    Some(match path {
        "/audio/transcriptions" => audio::transcription(call, "transcriptions"),
        "/audio/translations" => audio::transcription(call, "translations"),
        "/audio/speech" => audio::speech(call),
        "/images/generations" => images::generation(call),
        "/images/edits" => images::edit(call),
        "/images/variations" => images::variation(call),
        _ => return None,
    })
}

fn missing(param: &str) -> Refusal {
    let message = format!("Missing required parameter: '{param}'.");
    Refusal::invalid(&message, param, Some("missing_required_parameter"))
}

fn unknown(param: &str) -> Refusal {
    let message = format!("Unknown parameter: '{param}'.");
    Refusal::invalid(&message, param, Some("unknown_parameter"))
}

fn wrong(param: &str) -> Refusal {
    Refusal::invalid(&format!("Invalid value for '{param}'."), param, Some("invalid_value"))
}
