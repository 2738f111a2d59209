//! Cedar's decisions, cached where their inputs allow it.

use crate::policy;
use postern_authorization::{Action, Context, DecisionCache, Principal, Resource};
use postern_contract::types::auth::{Action as Asked, AuthorizationRequest, Decision};
use postern_contract::types::{Caller, Deployment};
use postern_fault::{Fault, Kind, shown};
use std::sync::LazyLock;

static DECISIONS: LazyLock<DecisionCache> = LazyLock::new(DecisionCache::default);

/// One decision for each deployment.
pub fn decisions(request: &AuthorizationRequest, unix_s: u64) -> Result<Vec<Decision>, Fault> {
    let authorization = policy::authorization()?;
    let principal = principal(&request.caller);
    let context = context(request, unix_s);
    let rule = |resource: Resource| {
        let mut policies = Vec::new();
        for asked in &request.actions {
            let action = action(*asked);
            let decision = DECISIONS.decide(authorization, &principal, action, &resource, &context);
            if !decision.allowed {
                let fault = refusal(action, &resource, &decision.errors);
                let denied = Some(fault.into());
                return Decision { denied, policies: decision.policies.clone() };
            }
            for policy in &decision.policies {
                if !policies.contains(policy) {
                    policies.push(policy.clone());
                }
            }
        }
        Decision { denied: None, policies }
    };
    Ok(match request.resources.is_empty() {
        true => vec![rule(Resource::Gateway)],
        false => request.resources.iter().map(|deployment| rule(resource(deployment))).collect(),
    })
}

/// Names the action and the resource. The policy that decided is in the record only.
fn refusal(action: Action, resource: &Resource, errors: &[String]) -> Fault {
    let to = match resource {
        Resource::Gateway => "this gateway".to_owned(),
        Resource::Model { name, .. } => format!("the model `{}`", shown(name)),
    };
    let public =
        format!("you may not do `{}` with {to}; ask whoever runs this gateway", action.as_str());
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

fn context(request: &AuthorizationRequest, unix_s: u64) -> Context {
    let facts = request.facts.as_ref();
    Context {
        unix_s,
        ip: request.client_ip.as_ref().and_then(|ip| ip.parse().ok()),
        client: facts.map(|facts| facts.client.as_str().to_owned()).unwrap_or_default(),
        stream: facts.is_some_and(|facts| facts.stream),
        tools: facts.map_or(0, |facts| facts.tools.into()),
        output_cap_tokens: facts.and_then(|facts| facts.output_cap_tokens),
        body_bytes: request.body_bytes,
    }
}

fn resource(deployment: &Deployment) -> Resource {
    Resource::Model {
        name: deployment.model.clone(),
        route: deployment.route.clone(),
        provider: deployment.provider.clone(),
        region: deployment.region.clone(),
    }
}

fn action(asked: Asked) -> Action {
    match asked {
        Asked::Chat => Action::Chat,
        Asked::Embed => Action::Embed,
        Asked::Rerank => Action::Rerank,
        Asked::Transcribe => Action::Transcribe,
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
        Asked::Explain => Action::Explain,
        Asked::Admin => Action::Admin,
        Asked::AdminTenant => Action::AdminTenant,
        Asked::AdminTeam => Action::AdminTeam,
    }
}
