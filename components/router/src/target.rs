//! A deployment of the policies as a target of the contract.

use postern_contract::types::{
    self, Counting, Deadlines, Endpoint, Metering, Operation, Target, Tokenizer, Transport,
    VendorApi,
};
use postern_policy::{Capability, Conventions, Model, Route, SetDeadlines, Transport as Reached};
use postern_route::Choice;

/// All that later stages need to reach it, where `name` is asked for.
pub fn from_choice(
    choice: Choice<'_>,
    route: Option<&Route>,
    name: &str,
    operation: Operation,
) -> Target {
    let Choice { model, deployment } = &choice;
    let provider = &deployment.provider;
    let deadlines = deadlines(&choice, route);
    let conventions = provider.conventions();
    let (transport, base_url, credential) = match &provider.transport {
        Reached::Sandbox => (Transport::Sandbox, String::new(), None),
        Reached::Upstream { base_url, credential, .. } => {
            (Transport::Upstream, base_url.to_string(), credential.clone())
        }
    };
    Target {
        api: VendorApi {
            dialect: provider.dialect,
            model: deployment.upstream_model.clone(),
            max_output_tokens: model.max_output_tokens,
            reasons: model.can(Capability::Reasoning),
            efforts: model.efforts.clone(),
            native: operation != Operation::Completions || model.can(Capability::Completions),
            quirks: deployment.quirks.clone(),
        },
        endpoint: Endpoint {
            transport,
            base_url,
            default_base_path: provider.default_base_path(),
            credential,
            deadlines,
        },
        metering: Metering {
            counting: counting(model, conventions),
            price: deployment.price,
            context_tokens: model.context_tokens,
            max_output_tokens: model.max_output_tokens,
            least_cap_tokens: conventions.least_cap_tokens,
            thinking_within_cap: (conventions.thinking_within_cap)(&deployment.upstream_model),
        },
        deployment: self::deployment(&choice, name),
        // Nothing is observed yet.
        first_token_p95_ms: None,
    }
}

/// The deadlines, by what is nearest to the request.
fn deadlines(choice: &Choice<'_>, route: Option<&Route>) -> Deadlines {
    let Choice { model, deployment } = choice;
    let of_route = route.map(|route| route.deadlines).unwrap_or_default();
    let tables = [&of_route, &model.deadlines, &deployment.provider.deadlines];
    SetDeadlines::resolved(&tables, model.can(Capability::Reasoning))
}

/// A deployment as routing knows it. `name` is the requested name.
pub fn deployment(choice: &Choice<'_>, name: &str) -> types::Deployment {
    let Choice { model, deployment } = choice;
    let provider = &deployment.provider;
    types::Deployment {
        name: deployment.name.clone(),
        model: model.name.clone(),
        route: (name != model.name).then(|| name.to_owned()),
        provider: provider.name.clone(),
        region: provider.region.clone(),
    }
}

/// What is not said of a model is what its dialect's vendor publishes, or else what no vendor exceeds.
fn counting(model: &Model, conventions: &Conventions) -> Counting {
    Counting {
        tokenizer: model.tokenizer.unwrap_or(Tokenizer::O200kBase),
        tools: conventions.tools,
        factor_percent: model.token_factor_percent,
        image: model.image_tokens.unwrap_or(conventions.image),
    }
}
