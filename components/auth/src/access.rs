//! May they? Decisions of Cedar, remembered where their inputs allow it.

use crate::policy;
use postern_authorization::{Action, Context, Memory, Principal, Resource};
use postern_contract::auth::exports::postern::auth::stage::{
    Action as Asked, Offer, Question, Ruling,
};
use postern_contract::types::{Caller, Dialect};
use postern_fault::{Fault, Kind, shown};
use std::sync::LazyLock;

static MEMORY: LazyLock<Memory> = LazyLock::new(Memory::default);

/// One ruling for each offer.
pub fn rulings(question: &Question, unix_s: u64) -> Result<Vec<Ruling>, Fault> {
    let authorization = policy::authorization()?;
    let principal = principal(&question.caller);
    let context = context(question, unix_s);
    let rule = |resource: Resource| {
        let mut policies = Vec::new();
        for asked in &question.actions {
            let action = action(*asked);
            let decision = MEMORY.decide(authorization, &principal, action, &resource, &context);
            if !decision.allowed {
                let fault = refusal(action, &resource, &decision.errors);
                let refused = Some(fault.into());
                return Ruling { refused, policies: decision.policies.clone() };
            }
            for policy in &decision.policies {
                if !policies.contains(policy) {
                    policies.push(policy.clone());
                }
            }
        }
        Ruling { refused: None, policies }
    };
    Ok(match question.offers.is_empty() {
        true => vec![rule(Resource::Gateway)],
        false => question.offers.iter().map(|offer| rule(resource(offer))).collect(),
    })
}

/// Names the action and what it was to be done to. Which policy said so is in the record, not here.
fn refusal(action: Action, resource: &Resource, errors: &[String]) -> Fault {
    let to = match resource {
        Resource::Gateway => "this gateway".to_owned(),
        Resource::Model { name, .. } => format!("the model `{}`", shown(name)),
    };
    let public =
        format!("you may not do `{}` with {to}; ask whoever runs this gateway", action.word());
    let fault = Fault::new(Kind::Forbidden, public).with_code("permission_denied");
    match errors.is_empty() {
        true => fault,
        false => fault.with_private(errors.join("; ")),
    }
}

fn principal(caller: &Caller) -> Principal {
    Principal {
        consumer: caller.consumer.clone(),
        team: caller.team.clone(),
        tenant: caller.tenant.clone(),
        plan: caller.plan.clone(),
        roles: caller.roles.clone(),
        regions: caller.regions.clone(),
        data_class: caller.data_class.clone(),
        issuer: caller.issuer.clone(),
    }
}

fn context(question: &Question, unix_s: u64) -> Context {
    let facts = question.facts.as_ref();
    Context {
        unix_s,
        ip: question.client_ip.as_ref().and_then(|ip| ip.parse().ok()),
        client: facts.map(|facts| dialect(facts.dialect).to_owned()).unwrap_or_default(),
        stream: facts.is_some_and(|facts| facts.stream),
        tools: facts.map_or(0, |facts| facts.tools.into()),
        output_cap_tokens: facts.and_then(|facts| facts.output_cap_tokens),
        body_bytes: question.body_bytes,
    }
}

fn resource(offer: &Offer) -> Resource {
    Resource::Model {
        name: offer.model.clone(),
        route: offer.route.clone(),
        provider: offer.provider.clone(),
        region: offer.region.clone(),
    }
}

fn dialect(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Openai => "openai",
        Dialect::Responses => "responses",
        Dialect::Anthropic => "anthropic",
        Dialect::Bedrock => "bedrock",
        Dialect::Google => "google",
        Dialect::Cohere => "cohere",
    }
}

fn action(asked: Asked) -> Action {
    match asked {
        Asked::Chat => Action::Chat,
        Asked::Embed => Action::Embed,
        Asked::Rerank => Action::Rerank,
        Asked::CountTokens => Action::CountTokens,
        Asked::ListModels => Action::ListModels,
        Asked::UseTools => Action::UseTools,
        Asked::SendImages => Action::SendImages,
        Asked::SendAudio => Action::SendAudio,
        Asked::SendDocuments => Action::SendDocuments,
        Asked::SendVideo => Action::SendVideo,
        Asked::ReceiveAudio => Action::ReceiveAudio,
        Asked::GenerateImages => Action::GenerateImages,
        Asked::KeepState => Action::KeepState,
        Asked::RouteAtVendor => Action::RouteAtVendor,
        Asked::Admin => Action::Admin,
    }
}
