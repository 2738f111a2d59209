//! Cohere, version 2 (<https://docs.cohere.com/reference/chat>).

mod errors;
mod rules;
mod told;

use super::reply::{self, Wrong};
use super::shape::Shapes;
use super::story::tell;
use super::values::{array, text};
use super::{Answer, Call, Scenario, credentials, embedding};
use crate::upstream::Script;
use errors::Refusal;
use serde_json::{Value, json};
use std::sync::LazyLock;

static SHAPES: LazyLock<Shapes> = LazyLock::new(|| Shapes::parse(include_str!("chat.shape")));

/// Of texts in a request for embeddings.
const MAX_TEXTS: usize = 96;
/// Of an embedding, if the request does not say it.
const DIMENSIONS: u64 = 8;

pub(super) fn answer(call: &Call<'_>) -> Answer {
    route(call).map_err(|refusal| refusal.script())
}

fn route(call: &Call<'_>) -> Result<Script, Refusal> {
    match call.bearer() {
        Some(credentials::COHERE_KEY) => {}
        Some(_) => return Err(Refusal::new(401, "invalid api token")),
        None => return Err(Refusal::new(401, "no api key supplied")),
    }
    match (call.method, call.path) {
        ("POST", "/v2/chat") => chat(&body(call)?),
        ("POST", "/v2/embed") => embed(&body(call)?),
        ("POST", "/v2/rerank") => rerank(&body(call)?),
        _ => Err(Refusal::new(404, "404 page not found")),
    }
}

fn body(call: &Call<'_>) -> Result<Value, Refusal> {
    if call.header("content-type").is_none_or(|kind| !kind.starts_with("application/json")) {
        return Err(Refusal::new(400, "invalid request: Content-Type must be application/json"));
    }
    call.parse().map_err(|error| Refusal::new(400, &format!("invalid json syntax: {error}")))
}

fn chat(body: &Value) -> Result<Script, Refusal> {
    let model = text(&body["model"]);
    let scenario = Scenario::of(model).ok_or_else(|| Refusal::no_such_model(model))?;
    errors::check(&SHAPES, "Chat", body)?;
    rules::check(body)?;
    if let Scenario::Error(status) = scenario {
        return Ok(Refusal::scripted(status).script());
    }
    let seen = rules::seen(body)?;
    let told = tell(scenario, &seen);
    if !seen.streams {
        return Ok(match scenario {
            Scenario::MidstreamError => Refusal::scripted(500).script(),
            _ => reply::whole(scenario, &told::response(&told)),
        });
    }
    let wrong = Wrong {
        error: told::failed().into(),
        malformed: "event: content-delta\ndata: {\"type\":\"content-delta\",]\n\n".into(),
    };
    Ok(reply::stream(scenario, told::events(&told), wrong))
}

fn embed(body: &Value) -> Result<Script, Refusal> {
    errors::check(&SHAPES, "Embed", body)?;
    let texts = array(&body["texts"]);
    if texts.len() > MAX_TEXTS {
        return Err(Refusal::new(400, "invalid request: total number of texts must be at most 96"));
    }
    let length = body["output_dimension"].as_u64().unwrap_or(DIMENSIONS);
    let floats: Vec<_> = texts.iter().map(|each| embedding(text(each), length)).collect();
    let answer = json!({
        "id": "fake",
        "embeddings": { "float": floats },
        "texts": texts,
        "meta": { "api_version": { "version": "2" }, "billed_units": { "input_tokens": 4 } },
        "response_type": "embeddings_by_type",
    });
    Ok(reply::whole(Scenario::Text, &answer))
}

/// The later a document stands, the better it fits.
fn rerank(body: &Value) -> Result<Script, Refusal> {
    errors::check(&SHAPES, "Rerank", body)?;
    let count = array(&body["documents"]).len();
    let wanted =
        body["top_n"].as_u64().and_then(|wanted| usize::try_from(wanted).ok()).unwrap_or(count);
    let scores = [0.875, 0.5, 0.25, 0.125];
    let results = (0..count).rev().take(wanted).enumerate().map(|(rank, index)| {
        json!({ "index": index, "relevance_score": scores[rank.min(scores.len() - 1)] })
    });
    let answer = json!({
        "id": "fake",
        "results": results.collect::<Vec<_>>(),
        "meta": { "api_version": { "version": "2" }, "billed_units": { "search_units": 1 } },
    });
    Ok(reply::whole(Scenario::Text, &answer))
}
