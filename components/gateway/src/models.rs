//! What a caller may use, and whether the gateway could serve at all.

use crate::access;
use crate::answer::Answer;
use crate::exchange::Exchange;
use crate::head::Head;
use crate::identity;
use crate::policy;
use crate::refusal::Refusal;
use crate::stages::auth::{self, Action, Offer};
use crate::stages::router::{self, CardDeployment, ModelCard};
use crate::stages::{limiter, upstream};
use postern_contract::types::Caller;
use postern_dialect::{Wire, anthropic};
use postern_fault::{Fault, Kind, shown};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// `GET /v1/models`: only what this caller may use
/// (<https://platform.openai.com/docs/api-reference/models/list>).
pub async fn list(head: &Head, exchange: &mut Exchange) -> Result<Answer, Refusal> {
    let cards = cards(head, exchange).await?;
    if exchange.client == Wire::Anthropic {
        let named: Vec<_> = cards.into_iter().map(|card| (card.id.clone(), card.id)).collect();
        return Ok(Answer::json(anthropic::models_page(&named)));
    }
    let data: Vec<Value> = cards.iter().map(object).collect();
    Ok(Answer::json(json!({ "object": "list", "data": data }).to_string()))
}

/// `GET /v1/models/{id}`: what the caller may not use is not there.
pub async fn one(head: &Head, id: &str, exchange: &mut Exchange) -> Result<Answer, Refusal> {
    let cards = cards(head, exchange).await?;
    match cards.iter().find(|card| card.id == id) {
        Some(card) if exchange.client == Wire::Anthropic => {
            Ok(Answer::json(anthropic::model_card(&card.id, &card.id)))
        }
        Some(card) => Ok(Answer::json(object(card).to_string())),
        None => {
            let public = format!("the model `{}` does not exist or you may not use it", shown(id));
            Err(Fault { param: Some("model".into()), ..Fault::new(Kind::ModelNotFound, public) }
                .into())
        }
    }
}

/// `GET /v1/usage`: what the caller has used, reserved and left of each of its limits.
pub async fn usage(
    head: &Head,
    model: Option<&str>,
    exchange: &mut Exchange,
) -> Result<Answer, Refusal> {
    let caller = identity::of(head, exchange).await?;
    let model = model.map(str::to_owned);
    let usage = limiter::usage_of(caller, head.client_ip.clone(), model);
    Ok(Answer::json(exchange.wait("limiter", usage).await?))
}

/// `GET /.well-known/oauth-protected-resource`: where to get a token. For everybody, since nobody has one yet.
pub fn resource_metadata() -> Result<Answer, Refusal> {
    match auth::resource_metadata()? {
        Some(metadata) => Ok(Answer::json(metadata)),
        None => {
            let public = "this gateway takes API keys; it names no server that issues tokens";
            Err(Refusal::http(404, "unknown_url", public))
        }
    }
}

/// `GET /readyz`: every stage can read what it needs.
pub async fn ready() -> Result<Answer, Refusal> {
    policy::gateway()?;
    auth::ready().await?;
    limiter::ready().await?;
    router::ready()?;
    Ok(Answer::json(r#"{"status":"ready"}"#.to_owned()))
}

async fn cards(head: &Head, exchange: &mut Exchange) -> Result<Vec<ModelCard>, Refusal> {
    let caller = identity::of(head, exchange).await?;
    access::to_gateway(&caller, Action::ListModels, head, exchange)?;
    let cards = exchange.run("router", || router::models(&caller))?;
    let cards = exchange.run("authorize", || permitted(&caller, cards, head))?;
    Ok(offered(cards).await)
}

/// Each card with those of its deployments that this caller may use.
fn permitted(
    caller: &Caller,
    cards: Vec<ModelCard>,
    head: &Head,
) -> Result<Vec<ModelCard>, Refusal> {
    let mut left = Vec::with_capacity(cards.len());
    for mut card in cards {
        let offers = card.deployments.iter().map(offer).collect();
        let allowed = access::each(caller, card.operation, offers, head)?;
        let mut allowed = allowed.into_iter();
        card.deployments.retain(|_| allowed.next() == Some(true));
        left.push(card);
    }
    Ok(left)
}

fn offer(deployment: &CardDeployment) -> Offer {
    Offer {
        model: deployment.model.clone(),
        route: deployment.route.clone(),
        provider: deployment.provider.clone(),
        region: deployment.region.clone(),
    }
}

/// Only what has a deployment of which every variable has a value.
async fn offered(cards: Vec<ModelCard>) -> Vec<ModelCard> {
    let deployments = cards.iter().flat_map(|card| &card.deployments);
    let all: BTreeSet<_> = deployments.flat_map(|deployment| deployment.needs.clone()).collect();
    let missing = upstream::missing(all.into_iter().collect()).await;
    let has_all =
        |deployment: &CardDeployment| !deployment.needs.iter().any(|name| missing.contains(name));
    cards.into_iter().filter(|card| card.deployments.iter().any(has_all)).collect()
}

/// `created` is a required field of OpenAI's object; policies do not say it, and 0 claims nothing.
fn object(card: &ModelCard) -> Value {
    json!({ "id": card.id, "object": "model", "created": 0, "owned_by": card.owned_by })
}
