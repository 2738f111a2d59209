//! Anthropic (<https://docs.anthropic.com/en/api/messages>).

mod errors;
mod rules;
mod told;
mod turns;

use super::reply::{self, Wrong};
use super::shape::Shapes;
use super::story::tell;
use super::{Answer, Call, Scenario, credentials};
use crate::upstream::Script;
use errors::Refusal;
use serde_json::{Value, json};
use std::sync::LazyLock;

static SHAPES: LazyLock<Shapes> = LazyLock::new(|| Shapes::parse(include_str!("messages.shape")));

/// The versions of the API. The second has neither sampling parameters, documents in an assistant's message, nor
/// citations in a user's text (<https://platform.claude.com/docs/en/api/migration-2026-10-21>).
const VERSIONS: [&str; 2] = ["2023-06-01", "2026-10-21"];

pub(super) fn answer(call: &Call<'_>) -> Answer {
    route(call).map_err(|refusal| refusal.script())
}

fn route(call: &Call<'_>) -> Result<Script, Refusal> {
    // As a bearer, too: the official SDKs since version 2 send the key so.
    match call.header("x-api-key").or(call.bearer()) {
        Some(credentials::ANTHROPIC_KEY) => {}
        Some(_) => return Err(Refusal::new(401, "invalid x-api-key")),
        None => return Err(Refusal::new(401, "x-api-key header is required")),
    }
    let version = match call.header("anthropic-version") {
        Some(version) if VERSIONS.contains(&version) => version,
        Some(other) => {
            let message = format!("anthropic-version: \"{other}\" is not a valid version");
            return Err(Refusal::new(400, &message));
        }
        None => return Err(Refusal::new(400, "anthropic-version: header is required")),
    };
    let body = || {
        let betas = call.header("anthropic-beta").unwrap_or_default();
        let body = with_system_turns(body(call)?, betas);
        managed(&body, betas)?;
        if version == VERSIONS[1] { rules::of_2026(&body).map(|()| body) } else { Ok(body) }
    };
    match (call.method, call.path) {
        ("POST", "/v1/messages") if threads(call) => Ok(Refusal::threads()),
        ("POST", "/v1/messages") => messages(&body()?, "Messages"),
        ("POST", "/v1/messages/count_tokens") => count(&body()?),
        ("GET", "/v1/models") => Ok(models()),
        _ => Err(Refusal::new(404, "Not Found")),
    }
}

/// A conversation is to be kept (<https://platform.claude.com/docs/en/build-with-claude/message-threads>): not for this
/// organization, which its SDKs know how to go on with.
fn threads(call: &Call<'_>) -> bool {
    let beta = call.header("anthropic-beta").is_some_and(|beta| beta.contains("message-threads-"));
    beta && call.parse().is_ok_and(|body| !body["thread"].is_null())
}

/// The context is edited only for those who ask for it
/// (<https://platform.claude.com/docs/en/build-with-claude/context-editing>).
fn managed(body: &Value, betas: &str) -> Result<(), Refusal> {
    match body.get("context_management") {
        Some(_) if !betas.contains("context-management-") => {
            Err(Refusal::new(400, "context_management: Extra inputs are not permitted"))
        }
        _ => Ok(()),
    }
}

/// Instructions between the turns, which Claude Code sends to models that it does not know: taken with their beta, and of
/// no effect on what is told.
fn with_system_turns(mut body: Value, betas: &str) -> Value {
    if betas.contains("mid-conversation-system-")
        && let Some(messages) = body["messages"].as_array_mut()
    {
        messages.retain(|message| message["role"] != "system");
    }
    body
}

fn body(call: &Call<'_>) -> Result<Value, Refusal> {
    if call.header("content-type").is_none_or(|kind| !kind.starts_with("application/json")) {
        return Err(Refusal::new(415, "Content-Type must be application/json"));
    }
    call.parse()
        .map_err(|error| Refusal::new(400, &format!("The request body is not valid JSON: {error}")))
}

/// The answer to a body with its model in it, at any host of the model. The body has its version: the host's own name
/// of the first, or the date of the second.
pub(super) fn hosted(mut body: Value, first_version: &str) -> Answer {
    let version = body.as_object_mut().and_then(|fields| fields.remove("anthropic_version"));
    match version.as_ref().and_then(Value::as_str) {
        Some(version) if version == first_version => {}
        Some(version) if version == VERSIONS[1] => {
            rules::of_2026(&body).map_err(|refusal| refusal.script())?;
        }
        Some(_) => return Err(refused("anthropic_version: is not a valid version")),
        None => return Err(refused("anthropic_version: Field required")),
    }
    managed(&body, "").map_err(|refusal| refusal.script())?;
    messages(&body, "Messages").map_err(|refusal| refusal.script())
}

/// A refusal in Anthropic's form, by any host of the model.
pub(super) fn refused(message: &str) -> Script {
    Refusal::new(400, message).script()
}

fn checked(body: &Value, shape: &str) -> Result<Scenario, Refusal> {
    errors::check(&SHAPES, shape, body)?;
    let model = body["model"].as_str().unwrap_or_default();
    let scenario = Scenario::of(model);
    let scenario = scenario.ok_or_else(|| Refusal::new(404, &format!("model: {model}")))?;
    rules::check(body)?;
    turns::check(body)?;
    Ok(scenario)
}

fn messages(body: &Value, shape: &str) -> Result<Script, Refusal> {
    let scenario = checked(body, shape)?;
    if let Scenario::Error(status) = scenario {
        return Ok(Refusal::scripted(status).script());
    }
    let seen = rules::seen(body)?;
    let told = tell(scenario, &seen);
    let model = body["model"].as_str().unwrap_or_default();
    if !seen.streams {
        return Ok(match scenario {
            Scenario::MidstreamError => Refusal::scripted(500).script(),
            _ => reply::whole(scenario, &told::message(model, &told))
                .with_header("request-id", "req_fake"),
        });
    }
    let wrong = Wrong {
        error: Refusal::scripted(529).event().into(),
        malformed: "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",]\n\n"
            .into(),
    };
    let script = reply::stream(scenario, told::events(model, &told), wrong);
    Ok(script.with_header("request-id", "req_fake"))
}

fn count(body: &Value) -> Result<Script, Refusal> {
    let scenario = checked(body, "Count")?;
    if let Scenario::Error(status) = scenario {
        return Ok(Refusal::scripted(status).script());
    }
    Ok(reply::whole(scenario, &json!({ "input_tokens": super::USAGE.input })))
}

fn models() -> Script {
    let model = |name| {
        json!({
            "type": "model",
            "id": format!("claude-fake-{name}"),
            "display_name": format!("Claude Fake {name}"),
            "created_at": "2026-09-21T00:00:00Z",
        })
    };
    let models: Vec<Value> = Scenario::names().map(model).collect();
    let body = json!({
        "first_id": models[0]["id"],
        "last_id": models[models.len() - 1]["id"],
        "has_more": false,
        "data": models,
    });
    reply::whole(Scenario::Text, &body)
}
