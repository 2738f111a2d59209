//! `POST /v1/embeddings` and `POST /v1/completions`.

use super::errors::{Body, Refusal, check};
use super::responses::SHAPES;
use super::told::{CREATED, usage};
use crate::upstream::Script;
use crate::vendors::reply::{self, Event, Wrong};
use crate::vendors::story::{End, Said, Seen, Told, tell};
use crate::vendors::values::array;
use crate::vendors::{Scenario, USAGE, embedding, pieces};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Of an embedding, if the request does not say it.
const DIMENSIONS: u64 = 8;

pub(super) fn embeddings(value: &Value) -> Result<Script, Refusal> {
    check(&SHAPES, "Embeddings", value)?;
    let model = value["model"].as_str().unwrap_or_default();
    if let Some(Scenario::Error(status)) = Scenario::of(model) {
        return Ok(Refusal::scripted(status).script());
    }
    let texts = match &value["input"] {
        Value::Array(items) if items.first().is_some_and(|item| !item.is_number()) => items.clone(),
        one => vec![one.clone()],
    };
    let length = value["dimensions"].as_u64().unwrap_or(DIMENSIONS);
    let in_base64 = value["encoding_format"] == "base64";
    let data = texts.iter().enumerate().map(|(index, text)| {
        let text = text.as_str().map_or_else(|| text.to_string(), str::to_owned);
        let numbers = embedding(&text, length);
        // Exact: they are eighths.
        let packed = || {
            let bytes = numbers.iter().flat_map(|number| (*number as f32).to_le_bytes());
            STANDARD.encode(bytes.collect::<Vec<u8>>())
        };
        let embedding = if in_base64 { json!(packed()) } else { json!(numbers) };
        json!({ "object": "embedding", "index": index, "embedding": embedding })
    });
    let answer = json!({
        "object": "list",
        "data": data.collect::<Vec<_>>(),
        "model": model,
        "usage": { "prompt_tokens": USAGE.input, "total_tokens": USAGE.input },
    });
    Ok(reply::whole(Scenario::Text, &answer))
}

/// Text in, text out.
pub(super) fn completions(body: &Body) -> Result<Script, Refusal> {
    let Body { value, model, scenario } = body;
    check(&SHAPES, "Completions", value)?;
    if let Scenario::Error(status) = scenario {
        return Ok(Refusal::scripted(*status).script());
    }
    let stop = array(&value["stop"]).first().or(Some(&value["stop"])).and_then(Value::as_str);
    let seen = Seen { stop: stop.map(str::to_owned).into_iter().collect(), ..Seen::default() };
    let told = tell(*scenario, &seen);
    if value["stream"] != true {
        return Ok(match scenario {
            Scenario::MidstreamError => Refusal::scripted(500).script(),
            _ => {
                let mut whole = completion(model, &text(&told), Some(reason(&told)));
                whole["usage"] = usage(&told.cost);
                reply::whole(*scenario, &whole)
            }
        });
    }
    let mut events: Vec<Event> = pieces(&text(&told))
        .iter()
        .map(|piece| Event::delta(reply::data(&completion(model, piece, None))))
        .collect();
    events.push(Event::other(reply::data(&completion(model, "", Some(reason(&told))))));
    if value["stream_options"]["include_usage"] == true {
        let mut last = completion(model, "", None);
        last["choices"] = json!([]);
        last["usage"] = usage(&told.cost);
        events.push(Event::other(reply::data(&last)));
    }
    events.push(Event::other("data: [DONE]\n\n"));
    let wrong = Wrong {
        error: Refusal::scripted(500).event().into(),
        malformed: "data: {\"choices\": [{]}\n\n".into(),
    };
    Ok(reply::stream(*scenario, events, wrong))
}

fn text(told: &Told) -> String {
    let words = told.said.iter().filter_map(|said| match said {
        Said::Text(text) | Said::Refusal(text) => Some(text.as_str()),
        Said::Thoughts(_) | Said::Call(..) => None,
    });
    words.collect()
}

fn reason(told: &Told) -> &'static str {
    match told.end {
        End::Length => "length",
        End::Filter => "content_filter",
        _ => "stop",
    }
}

fn completion(model: &str, text: &str, reason: Option<&str>) -> Value {
    let choice = json!({ "text": text, "index": 0, "logprobs": null, "finish_reason": reason });
    json!({
        "id": "cmpl-fake",
        "object": "text_completion",
        "created": CREATED,
        "model": model,
        "choices": [choice],
    })
}
