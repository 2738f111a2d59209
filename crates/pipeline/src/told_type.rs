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
    // A model that does not stream ignores the field.
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

#[cfg(test)]
mod tests {
    use super::of;
    use postern_dialect::{Dialect, Operation, translate};

    #[test]
    fn a_client_is_told_what_it_gets() {
        let recording = r#"{"model":"m","file":{"filename":"a","bytes":1},"stream":"STREAM"}"#;
        let chat = r#"{"model":"m","messages":[{"role":"user","content":"a"}],"stream":STREAM}"#;
        let (transcribe, talk) = (Operation::Transcribe, Operation::Chat);
        const JSON: &str = "application/json";
        const EVENTS: &str = "text/event-stream; charset=utf-8";
        for (operation, stream, of_vendor, passes, told) in [
            (
                talk,
                false,
                "application/json; charset=utf-8",
                true,
                "application/json; charset=utf-8",
            ),
            (talk, false, "application/json; charset=utf-8", false, JSON),
            (talk, false, "text/plain", true, JSON),
            (talk, true, "application/json;x=y", true, EVENTS),
            (talk, true, "", true, EVENTS),
            (transcribe, false, "text/vtt", true, "text/vtt; charset=utf-8"),
            (transcribe, false, "Text/Plain; charset=latin1", true, "text/plain; charset=utf-8"),
            (transcribe, false, "text/html", true, JSON),
            (transcribe, true, "application/json;x=y", true, JSON),
            (transcribe, true, "text/event-stream", true, "text/event-stream"),
        ] {
            let body = if operation == transcribe { recording } else { chat };
            let body = body.replace("STREAM", &stream.to_string());
            let facts = translate::read(Dialect::OpenAi, operation, &body).unwrap().facts;
            assert_eq!(of(of_vendor, passes, &facts), told, "{of_vendor} {stream}");
        }
    }
}
