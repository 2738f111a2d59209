//! Pictures of a description, and of pictures.

use super::super::errors::{Refusal, body};
use super::super::told::CREATED;
use super::form::Form;
use super::{missing, unknown, wrong};
use crate::upstream::Script;
use crate::vendors::reply::{self, Event, Wrong};
use crate::vendors::{Call, Scenario};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Input and output tokens of every answer.
pub const IMAGE_USAGE: (u64, u64) = (50, 1_056);

const SETTINGS: [&str; 13] = [
    "model",
    "prompt",
    "n",
    "size",
    "quality",
    "background",
    "moderation",
    "output_format",
    "output_compression",
    "response_format",
    "stream",
    "partial_images",
    "user",
];

pub(super) fn generation(call: &Call<'_>) -> Result<Script, Refusal> {
    let body = body(call, None)?;
    let object = body.value.as_object().cloned().unwrap_or_default();
    if let Some(name) = object.keys().find(|name| !SETTINGS.contains(&name.as_str())) {
        return Err(unknown(name));
    }
    let prompt = body.value["prompt"].as_str().ok_or_else(|| missing("prompt"))?;
    let count = match &body.value["n"] {
        Value::Null => 1,
        n => n.as_u64().filter(|n| (1..=10).contains(n)).ok_or_else(|| wrong("n"))?,
    };
    let shown = format!("a picture of {prompt}");
    let stream = body.value["stream"] == true;
    Ok(pictures(body.scenario, "image_generation", &shown, count, stream))
}

pub(super) fn edit(call: &Call<'_>) -> Result<Script, Refusal> {
    let form = Form::read(call)?;
    let texts: Vec<&str> = SETTINGS.into_iter().chain(["input_fidelity"]).collect();
    form.check(&texts, &["image", "image[]", "mask"])?;
    form.text("prompt").ok_or_else(|| missing("prompt"))?;
    of_files(&form, "image_edit", &["image", "image[]", "mask"])
}

pub(super) fn variation(call: &Call<'_>) -> Result<Script, Refusal> {
    let form = Form::read(call)?;
    form.check(&["model", "n", "response_format", "size", "user"], &["image"])?;
    of_files(&form, "image_variation", &["image"])
}

/// The pictures name what they were made of.
fn of_files(form: &Form, kind: &str, names: &[&str]) -> Result<Script, Refusal> {
    let (_, scenario) = form.model()?;
    let files: Vec<String> = form.files(names).map(super::form::File::fingerprint).collect();
    if files.is_empty() || files.len() > 17 {
        return Err(missing("image"));
    }
    let count = form.text("n").map_or(Ok(1), |n| n.parse::<u64>().map_err(|_| wrong("n")))?;
    let stream = form.flag("stream")?;
    Ok(pictures(scenario, kind, &files.join("; "), count, stream))
}

fn pictures(scenario: Scenario, kind: &str, shown: &str, count: u64, stream: bool) -> Script {
    if let Scenario::Error(status) = scenario {
        return Refusal::scripted(status).script();
    }
    let picture = STANDARD.encode(shown);
    let (input, output) = IMAGE_USAGE;
    let usage = json!({
        "total_tokens": input + output,
        "input_tokens": input,
        "output_tokens": output,
        "input_tokens_details": { "text_tokens": 10, "image_tokens": input - 10 },
    });
    if !stream {
        let data: Vec<Value> = (0..count).map(|_| json!({ "b64_json": picture })).collect();
        let whole = json!({ "created": CREATED, "data": data, "usage": usage });
        return reply::whole(scenario, &whole);
    }
    let event = |last: bool| {
        let mut event = json!({ "b64_json": picture, "created_at": CREATED, "size": "1024x1024",
            "quality": "medium", "background": "opaque", "output_format": "png" });
        event["type"] =
            format!("{kind}.{}", if last { "completed" } else { "partial_image" }).into();
        match last {
            true => event["usage"] = usage.clone(),
            false => event["partial_image_index"] = 0.into(),
        }
        reply::typed(&event)
    };
    let events =
        vec![Event::delta(event(false)), Event::delta(event(false)), Event::other(event(true))];
    let wrong = Wrong {
        error: Refusal::scripted(500).event().into(),
        malformed: "data: {\"type\": [{]}\n\n".into(),
    };
    reply::stream(scenario, events, wrong)
}
