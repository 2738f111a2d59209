//! OpenAI, and Azure's paths for it (<https://platform.openai.com/docs/api-reference>).

mod chat;
mod conversation;
mod errors;
pub mod media;
mod plain;
mod responses;
mod responses_told;
mod told;

use super::{Answer, Call, credentials, reply};
use errors::Refusal;
use serde_json::json;

pub(super) fn answer(call: &Call<'_>) -> Answer {
    route(call).map_err(|refusal| refusal.script())
}

fn route(call: &Call<'_>) -> Result<crate::upstream::Script, Refusal> {
    if let Some(rest) = call.path.strip_prefix("/openai/deployments/") {
        return azure(call, rest);
    }
    let path = call.path.strip_prefix("/openai/v1").map_or_else(
        || call.path.strip_prefix("/v1").map(|path| (path, call.bearer(), credentials::OPENAI_KEY)),
        |path| Some((path, call.header("api-key").or(call.bearer()), credentials::AZURE_KEY)),
    );
    let Some((path, given, expected)) = path else { return Err(Refusal::no_such_path(call)) };
    match given {
        Some(given) if given == expected => operation(call, path, None),
        Some(_) => Err(Refusal::wrong_key()),
        None => Err(Refusal::no_key()),
    }
}

/// `{deployment}/chat/completions?api-version=2024-10-21`, with the key in `api-key`.
fn azure(call: &Call<'_>, rest: &str) -> Result<crate::upstream::Script, Refusal> {
    if call.header("api-key") != Some(credentials::AZURE_KEY) {
        return Err(Refusal::azure_key());
    }
    let dated = |pair: &str| {
        let date = pair.strip_prefix("api-version=")?;
        date.starts_with("20").then_some(())
    };
    let Some((deployment, operation_path)) = rest.split_once('/') else {
        return Err(Refusal::azure_not_found());
    };
    if !call.query.split('&').any(|pair| dated(pair).is_some()) {
        return Err(Refusal::azure_not_found());
    }
    operation(call, &format!("/{operation_path}"), Some(deployment))
}

fn operation(
    call: &Call<'_>,
    path: &str,
    deployment: Option<&str>,
) -> Result<crate::upstream::Script, Refusal> {
    if call.method == "POST"
        && let Some(answer) = media::answer(call, path)
    {
        return answer;
    }
    match (call.method, path) {
        ("GET", "/models") => Ok(models()),
        ("POST", "/chat/completions") => chat::answer(&errors::body(call, deployment)?),
        ("POST", "/responses") => responses::answer(&errors::body(call, deployment)?),
        ("POST", "/completions") => plain::completions(&errors::body(call, deployment)?),
        ("POST", "/embeddings") => plain::embeddings(&errors::json(call, deployment)?),
        _ => Err(Refusal::no_such_path(call)),
    }
}

fn models() -> crate::upstream::Script {
    let model = |name| json!({ "id": format!("gpt-fake-{name}"), "object": "model", "created": 1_790_000_000, "owned_by": "fakes" });
    let models: Vec<_> = super::Scenario::names().map(model).collect();
    reply::whole(super::Scenario::Text, &json!({ "object": "list", "data": models }))
}
