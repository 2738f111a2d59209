//! The type of an answer as the client is told it.

use postern_dialect::media;
use postern_types::{Operation, RequestFacts};

/// As servers write them.
const KNOWN: [&str; 4] = [
    "application/json",
    "application/json; charset=utf-8",
    "text/event-stream",
    "text/event-stream; charset=utf-8",
];

/// What a recording is written down as.
const TRANSCRIPTS: [&str; 4] = ["text/plain", "text/vtt", "text/srt", "application/x-subrip"];

/// The vendor's own type where its bytes pass, if it is one that they can have.
pub fn of(of_vendor: &str, passes: bool, facts: &RequestFacts) -> String {
    let of_vendor = of_vendor.trim();
    if media::is_answered_in_bytes(facts) || passes && is(&KNOWN, of_vendor) {
        return of_vendor.to_owned();
    }
    let media_type = of_vendor.split(';').next().unwrap_or_default().trim();
    // A model that does not stream takes no notice of the wish.
    let is_transcript = matches!(facts.operation, Operation::Transcribe | Operation::Translate);
    if is_transcript && is(&TRANSCRIPTS, media_type) {
        return format!("{}; charset=utf-8", media_type.to_ascii_lowercase());
    }
    let is_json = is_transcript && is(&["application/json"], media_type);
    match facts.stream && !is_json {
        true => "text/event-stream; charset=utf-8".to_owned(),
        false => "application/json".to_owned(),
    }
}

fn is(known: &[&str], content_type: &str) -> bool {
    known.iter().any(|known| known.eq_ignore_ascii_case(content_type))
}
