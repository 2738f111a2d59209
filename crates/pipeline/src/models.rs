//! The models of a caller, and the readiness of the gateway.

use crate::answer::Answer;
use crate::authenticate;
use crate::authorize;
use crate::exchange::Exchange;
use crate::head::Head;
use crate::originals;
use crate::refusal::Refusal;
use crate::stages::Stages;
use postern_dialect::Dialect;
use postern_dialect::anthropic::{self, Card, Wanted};
use postern_fault::{Fault, Kind, shown};
use postern_types::Caller;
use postern_types::auth::Action;
use postern_types::recorder::RecorderState;
use postern_types::router::{ListedDeployment, ModelEntry};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// `GET /v1/models`: the models that this caller may use
/// (<https://platform.openai.com/docs/api-reference/models/list>).
pub async fn list<S: Stages>(
    head: &Head,
    wanted: &Wanted,
    exchange: &mut Exchange<S>,
) -> Result<Answer<S>, Refusal> {
    let entries = entries(head, exchange).await?;
    if exchange.client == Dialect::Anthropic {
        let cards: Vec<_> = entries.iter().map(card).collect();
        return Ok(Answer::json(anthropic::models_page(&cards, wanted)?));
    }
    // OpenAI's list has no pages: its SDKs ask for no second one.
    let data: Vec<Value> = entries.iter().map(object).collect();
    Ok(Answer::json(json!({ "object": "list", "data": data }).to_string()))
}

/// `GET /v1/models/{id}`: a model that the caller may not use does not exist for it.
pub async fn one<S: Stages>(
    head: &Head,
    id: &str,
    exchange: &mut Exchange<S>,
) -> Result<Answer<S>, Refusal> {
    let entries = entries(head, exchange).await?;
    match entries.iter().find(|entry| entry.id == id) {
        Some(entry) if exchange.client == Dialect::Anthropic => {
            Ok(Answer::json(anthropic::model_card(&card(entry))))
        }
        Some(entry) => Ok(Answer::json(object(entry).to_string())),
        None => {
            let public = format!("the model `{}` does not exist or you may not use it", shown(id));
            Err(Fault { param: Some("model".into()), ..Fault::new(Kind::ModelNotFound, public) }
                .into())
        }
    }
}

/// `GET /v1/usage`: what the caller has used, reserved and left of each limit.
pub async fn usage<S: Stages>(
    head: &Head,
    model: Option<&str>,
    exchange: &mut Exchange<S>,
) -> Result<Answer<S>, Refusal> {
    let caller = authenticate::caller(head, exchange).await?;
    let model = model.map(str::to_owned);
    let stages = exchange.stages.clone();
    let usage = stages.usage_of(caller, head.client_ip.clone(), model);
    Ok(Answer::json(exchange.wait("limiter", usage).await?))
}

/// `GET /.well-known/oauth-protected-resource`: where to get a token. It is public, since its clients have no token
/// yet.
pub fn resource_metadata<S: Stages>(exchange: &Exchange<S>) -> Result<Answer<S>, Refusal> {
    match exchange.stages.resource_metadata()? {
        Some(metadata) => Ok(Answer::json(metadata)),
        None => {
            let public = "this gateway takes API keys; it names no server that issues tokens";
            Err(Refusal::http(404, "unknown_url", public))
        }
    }
}

/// `GET /`: public, so it says nothing of versions, policies or models.
pub fn about<S: Stages>() -> Answer<S> {
    let text = "Postern, a gateway to language models. Clients use the paths below /v1.\n";
    Answer { content_type: "text/plain; charset=utf-8".to_owned(), ..Answer::json(text.to_owned()) }
}

/// `GET /readyz`: every stage can serve.
pub async fn ready<S: Stages>(exchange: &Exchange<S>) -> Result<Answer<S>, Refusal> {
    let stages = &exchange.stages;
    stages.policy()?;
    stages.auth_ready().await?;
    stages.limiter_ready().await?;
    stages.guardrail_ready()?;
    originals::ready(stages).await?;
    stages.router_ready()?;
    let recorder = stages.recorder_ready().await?;
    Ok(Answer::json(readiness(&recorder)))
}

/// What everyone may know of a gateway that is ready.
fn readiness(recorder: &RecorderState) -> String {
    let state = json!({
        "status": "ready",
        "recorder": {
            // Why is in the log: it may name files and hosts.
            "ledger": if recorder.problem.is_some() { "down" } else { "up" },
            "queued_records": recorder.queued_records,
            "queued_bytes": recorder.queued_bytes,
            "written_records": recorder.written_records,
            "dropped_records": recorder.dropped_records,
            "dropped_calls": recorder.dropped_calls,
            "lost_records_at_most": recorder.lost_records,
            "last_write_unix_ms": recorder.last_write_unix_ms,
        },
    });
    state.to_string()
}

async fn entries<S: Stages>(
    head: &Head,
    exchange: &mut Exchange<S>,
) -> Result<Vec<ModelEntry>, Refusal> {
    let caller = authenticate::caller(head, exchange).await?;
    authorize::to_gateway(&caller, Action::ListModels, head, exchange)?;
    let entries = exchange.run("router", |stages| stages.models(&caller, stages.unix_ms()))?;
    let entries = exchange.run("authorize", |stages| permitted(stages, &caller, entries, head))?;
    Ok(offered(&exchange.stages, entries).await)
}

/// Each entry with the deployments that this caller may use.
fn permitted(
    stages: &impl Stages,
    caller: &Caller,
    mut entries: Vec<ModelEntry>,
    head: &Head,
) -> Result<Vec<ModelEntry>, Refusal> {
    for entry in &mut entries {
        let listed = entry.deployments.iter();
        let resources = listed.map(|listed| listed.deployment.clone()).collect();
        let allowed = authorize::each(stages, caller, entry.operation, resources, head)?;
        let mut allowed = allowed.into_iter();
        entry.deployments.retain(|_| allowed.next() == Some(true));
    }
    Ok(entries)
}

/// The entries with a deployment whose variables all have a value.
async fn offered(stages: &impl Stages, mut entries: Vec<ModelEntry>) -> Vec<ModelEntry> {
    let listed = entries.iter().flat_map(|entry| &entry.deployments);
    let names: BTreeSet<_> = listed.flat_map(|listed| listed.required_variables.clone()).collect();
    let unset = stages.unset_variables(names.into_iter().collect()).await;
    let has_all = |listed: &ListedDeployment| {
        !listed.required_variables.iter().any(|name| unset.contains(name))
    };
    entries.retain(|entry| entry.deployments.iter().any(has_all));
    entries
}

fn card(entry: &ModelEntry) -> Card {
    Card {
        id: entry.id.clone(),
        created_unix_s: entry.created_unix_s,
        context_tokens: entry.context_tokens,
        max_output_tokens: entry.max_output_tokens,
    }
}

/// `created` is a required field of OpenAI's object; 0 claims nothing. OpenAI's object has no sizes: they are said by the names
/// that servers of its dialect have for them, vLLM (`max_model_len`), Groq (`context_window`, `max_completion_tokens`) and
/// OpenRouter (`context_length`), of which programs read one or the other.
fn object(entry: &ModelEntry) -> Value {
    let mut object = json!({
        "id": entry.id,
        "object": "model",
        "created": entry.created_unix_s.unwrap_or_default(),
        "owned_by": entry.owned_by,
    });
    let sizes = [
        ("context_length", entry.context_tokens),
        ("context_window", entry.context_tokens),
        ("max_model_len", entry.context_tokens),
        ("max_completion_tokens", entry.max_output_tokens),
        ("max_output_tokens", entry.max_output_tokens),
    ];
    for (name, size) in sizes {
        if let (Some(size), Some(members)) = (size, object.as_object_mut()) {
            members.insert(name.to_owned(), size.into());
        }
    }
    object
}
