//! OpenAI's audio and pictures: requests that are forms with files, and answers that are sound
//! (<https://platform.openai.com/docs/api-reference/audio>, <https://platform.openai.com/docs/api-reference/images>).
//!
//! Only vendors that speak OpenAI's dialect have these endpoints here, so nothing is translated. A form arrives as a JSON
//! object of its fields (`postern-form`): each text is a string, and a file has its name and its length.

mod answer;
mod audio;
mod field;
mod images;
#[cfg(test)]
mod tests;
mod usage;

pub(crate) use answer::{Answer, is_text};

use crate::openai::read as body;
use crate::{Facts, Operation, Request};
use postern_fault::Fault;

/// Whether this is one of these operations.
pub fn has(operation: Operation) -> bool {
    match operation {
        Operation::Transcribe
        | Operation::Translate
        | Operation::Speak
        | Operation::GenerateImages
        | Operation::EditImages
        | Operation::VaryImages => true,
        Operation::Chat
        | Operation::Completions
        | Operation::Embeddings
        | Operation::CountTokens
        | Operation::Rerank => false,
    }
}

/// Whether its request is a form with files.
pub fn is_form(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::Transcribe
            | Operation::Translate
            | Operation::EditImages
            | Operation::VaryImages
    )
}

/// Whether its answer is binary data that no decoder reads.
pub fn is_answered_in_bytes(facts: &Facts) -> bool {
    facts.operation == Operation::Speak && !facts.stream
}

/// Reads a request.
///
/// # Errors
/// A body that is not JSON, and a field read here that is missing, duplicate or of another type.
pub fn read(operation: Operation, body: &str) -> Result<Request, Fault> {
    body::whole(body, |body| match operation {
        Operation::Speak => audio::read_speech(body),
        Operation::Transcribe | Operation::Translate => audio::read_recording(operation, body),
        _ => images::read(operation, body),
    })
}

/// The path of the operation, appended to the base URL.
pub(crate) fn path(operation: Operation) -> Option<&'static str> {
    Some(match operation {
        Operation::Transcribe => "/audio/transcriptions",
        Operation::Translate => "/audio/translations",
        Operation::Speak => "/audio/speech",
        Operation::GenerateImages => "/images/generations",
        Operation::EditImages => "/images/edits",
        Operation::VaryImages => "/images/variations",
        _ => return None,
    })
}

/// The fault for an operation that only OpenAI's dialect has.
pub(crate) fn not_at_the_vendor(operation: Operation) -> Fault {
    let what = match operation {
        Operation::Transcribe | Operation::Translate => "transcriptions",
        Operation::Speak => "speech",
        _ => "pictures",
    };
    Fault::invalid_request("model", format!("this model's provider has no {what}"))
}
