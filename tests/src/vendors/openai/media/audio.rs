//! Recordings in, text out; text in, sound out.

use super::super::errors::{Refusal, body};
use super::form::Form;
use super::{missing, unknown, wrong};
use crate::upstream::{Script, Step};
use crate::vendors::reply::{self, Event, Wrong};
use crate::vendors::{Call, Scenario, TEXT, pieces};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use std::time::Duration;

/// Input and output tokens of a transcript; all but ten of the input are sound.
pub const TRANSCRIPT_USAGE: (u64, u64) = (140, 45);
/// What a model that is billed by the length of a recording says of it.
pub const DURATION_S: u64 = 9;
/// Of spoken text, where it comes as events.
pub const SPEECH_USAGE: (u64, u64) = (14, 101);

const FIELDS: [&str; 12] = [
    "model",
    "chunking_strategy",
    "include[]",
    "known_speaker_names[]",
    "known_speaker_references[]",
    "language",
    "prompt",
    "response_format",
    "stream",
    "temperature",
    "timestamp_granularities[]",
    "user",
];
const FORMATS: [&str; 9] = ["flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm"];
const MAX_BYTES: usize = 26_214_400;

/// What is spoken of a text: bytes that are no UTF-8, of a length that follows from it.
#[must_use]
pub fn sound(input: &str) -> Vec<u8> {
    let seed = input.bytes().fold(7_usize, |sum, byte| sum * 31 % 65_521 + usize::from(byte));
    (0..150_000 + seed % 1_000).map(|index| (index * seed % 251) as u8 | 0x80).collect()
}

pub(super) fn transcription(call: &Call<'_>, what: &str) -> Result<Script, Refusal> {
    let form = Form::read(call)?;
    form.check(&FIELDS, &["file"])?;
    let (model, scenario) = form.model()?;
    if let Scenario::Error(status) = scenario {
        return Ok(Refusal::scripted(status).script());
    }
    let mut files = form.files(&["file"]);
    let (Some(file), None) = (files.next(), files.next()) else { return Err(missing("file")) };
    let extension = file.filename.rsplit('.').next().unwrap_or_default();
    if file.bytes.is_empty() || file.bytes.len() > MAX_BYTES || !FORMATS.contains(&extension) {
        return Err(wrong("file"));
    }
    let by_length = model.starts_with("whisper");
    if what == "translations" && !by_length {
        return Err(wrong("model"));
    }
    let text = format!("{TEXT} {} {}", what, file.fingerprint());
    let format = form.text("response_format").unwrap_or("json");
    // A model that does not stream ignores the field.
    if form.flag("stream")? && !by_length {
        return Ok(stream(scenario, &text));
    }
    let usage = match by_length {
        true => json!({ "type": "duration", "seconds": DURATION_S }),
        false => tokens(),
    };
    match format {
        "json" => Ok(reply::whole(scenario, &json!({ "text": text, "usage": usage }))),
        "verbose_json" if by_length => {
            let segment = json!({ "id": 0, "start": 0.0, "end": 9.0, "text": text, "seek": 0,
                "tokens": [1, 2], "temperature": 0.0, "avg_logprob": -0.1, "compression_ratio": 1.0,
                "no_speech_prob": 0.0 });
            let whole = json!({ "task": "transcribe", "language": "english", "duration": 9.0,
                "text": text, "segments": [segment], "usage": usage });
            Ok(reply::whole(scenario, &whole))
        }
        "text" => Ok(Script::whole(200, "text/plain; charset=utf-8", text + "\n")),
        "vtt" if by_length => {
            let vtt = format!("WEBVTT\n\n00:00.000 --> 00:09.000\n{text}\n");
            Ok(Script::whole(200, "text/vtt; charset=utf-8", vtt))
        }
        _ => Err(wrong("response_format")),
    }
}

fn tokens() -> serde_json::Value {
    let (input, output) = TRANSCRIPT_USAGE;
    json!({
        "type": "tokens",
        "input_tokens": input,
        "input_token_details": { "text_tokens": 10, "audio_tokens": input - 10 },
        "output_tokens": output,
        "total_tokens": input + output,
    })
}

fn stream(scenario: Scenario, text: &str) -> Script {
    let delta = |piece: &String| json!({ "type": "transcript.text.delta", "delta": piece });
    let mut events: Vec<Event> =
        pieces(text).iter().map(|piece| Event::delta(reply::data(&delta(piece)))).collect();
    let done = json!({ "type": "transcript.text.done", "text": text, "usage": tokens() });
    events.push(Event::other(reply::data(&done)));
    reply::stream(scenario, events, wrongly())
}

fn wrongly() -> Wrong {
    Wrong {
        error: Refusal::scripted(500).event().into(),
        malformed: "data: {\"type\": [{]}\n\n".into(),
    }
}

pub(super) fn speech(call: &Call<'_>) -> Result<Script, Refusal> {
    let body = body(call, None)?;
    const FIELDS: [&str; 7] =
        ["model", "input", "voice", "instructions", "response_format", "speed", "stream_format"];
    let object = body.value.as_object().cloned().unwrap_or_default();
    if let Some(name) = object.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        return Err(unknown(name));
    }
    let input = body.value["input"].as_str().ok_or_else(|| missing("input"))?;
    if input.chars().count() > 4_096 {
        return Err(wrong("input"));
    }
    if body.value["voice"].is_null() {
        return Err(missing("voice"));
    }
    let content_type = match body.value["response_format"].as_str().unwrap_or("mp3") {
        "mp3" => "audio/mpeg",
        "opus" => "audio/ogg",
        "aac" => "audio/aac",
        "flac" => "audio/flac",
        "wav" => "audio/wav",
        "pcm" => "audio/pcm",
        _ => return Err(wrong("response_format")),
    };
    if let Scenario::Error(status) = body.scenario {
        return Ok(Refusal::scripted(status).script());
    }
    let sound = sound(input);
    if body.value["stream_format"] == "sse" {
        return Ok(spoken_events(body.scenario, &sound));
    }
    let mut steps: Vec<Step> =
        sound.chunks(9_999).map(|chunk| Step::Write(chunk.to_vec().into())).collect();
    match body.scenario {
        Scenario::Cut => {
            steps.truncate(5);
            steps.extend([Step::Pause(Duration::from_millis(50)), Step::Cut]);
        }
        // Longer than any silence that is borne.
        Scenario::Stop => {
            steps.truncate(2);
            steps.push(Step::Silence);
        }
        // A page in the place of sound.
        Scenario::Malformed => return Ok(Script::whole(200, "text/html", "<html>".to_owned())),
        _ => {}
    }
    let mut script = Script::stream(steps);
    script.headers = vec![("content-type", content_type.to_owned())];
    Ok(script)
}

fn spoken_events(scenario: Scenario, sound: &[u8]) -> Script {
    let delta =
        |chunk: &[u8]| json!({ "type": "speech.audio.delta", "audio": STANDARD.encode(chunk) });
    let mut events: Vec<Event> =
        sound.chunks(30_000).map(|chunk| Event::delta(reply::data(&delta(chunk)))).collect();
    let (input, output) = SPEECH_USAGE;
    let usage =
        json!({ "input_tokens": input, "output_tokens": output, "total_tokens": input + output });
    let done = json!({ "type": "speech.audio.done", "usage": usage });
    events.push(Event::other(reply::data(&done)));
    reply::stream(scenario, events, wrongly())
}
