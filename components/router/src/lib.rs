//! Which deployment, and what if it fails?
//!
//! Reads: `models.toml`, `routes.toml`, what the caller may use. Writes: nothing. Refuses with: `model-not-found`,
//! `invalid-request` for a model that does not do what is asked. Runs after auth, once a request. Fails closed.

use postern_contract::policies::{self, Policies};
use postern_contract::router::exports::postern::router::stage::{Guest, ModelCard};
use postern_contract::types::{
    Caller, Deadlines, Dialect, Fault, Operation, RequestFacts, Target, Transport,
};
use postern_fault::Fault as NativeFault;
use postern_policy::{Capability, Catalogue, Deployment, MODELS_FILE, ROUTES_FILE};
use postern_route::Allowed;

static CATALOGUE: Policies<Catalogue> = Policies::new();

struct Router;

impl Guest for Router {
    fn choose(caller: Caller, facts: RequestFacts) -> Result<Vec<Target>, Fault> {
        let capability = match facts.operation {
            Operation::Chat => Capability::Chat,
            Operation::Embeddings => Capability::Embeddings,
        };
        let allowed = Allowed::from_patterns(&caller.models);
        let deployments = postern_route::choose(catalogue()?, &facts.model, &allowed, capability)?;
        Ok(deployments.into_iter().map(target).collect())
    }

    fn models(caller: Caller) -> Result<Vec<ModelCard>, Fault> {
        let listed = postern_route::list(catalogue()?, &Allowed::from_patterns(&caller.models));
        let card = |listed: postern_route::Listed<'_>| ModelCard {
            id: listed.name.to_owned(),
            owned_by: listed.owned_by.to_owned(),
        };
        Ok(listed.into_iter().map(card).collect())
    }

    fn ready() -> Result<(), Fault> {
        catalogue()?;
        Ok(())
    }
}

fn catalogue() -> Result<&'static Catalogue, NativeFault> {
    CATALOGUE.get(|| {
        let models = policies::required(MODELS_FILE)?;
        let routes = policies::optional(ROUTES_FILE)?;
        Catalogue::from_toml(&models, routes.as_deref()).map_err(|problems| problems.to_string())
    })
}

fn target(deployment: &Deployment) -> Target {
    let provider = &deployment.provider;
    let (transport, base_url, credential) = match &provider.transport {
        postern_policy::Transport::Sandbox => (Transport::Sandbox, String::new(), None),
        postern_policy::Transport::Upstream { base_url, credential } => {
            (Transport::Upstream, base_url.to_string(), credential.clone())
        }
    };
    let ms = |ms: u64| u32::try_from(ms).unwrap_or(u32::MAX);
    Target {
        deployment: format!("{}/{}", provider.name, deployment.upstream_model),
        dialect: match provider.dialect {
            postern_policy::Dialect::OpenAi => Dialect::Openai,
        },
        transport,
        upstream_model: deployment.upstream_model.clone(),
        base_url,
        default_base_path: provider.dialect.default_base_path().to_owned(),
        credential,
        deadlines: Deadlines {
            connect_ms: ms(provider.deadlines.connect_ms),
            first_byte_ms: ms(provider.deadlines.first_byte_ms),
            between_bytes_ms: ms(provider.deadlines.between_bytes_ms),
        },
    }
}

postern_contract::router::export_router!(Router);
