//! Which deployments serve a request, and in which order?
//!
//! Reads: `models.toml`, `routes.toml`, the caller's rights, what the gateway has measured of the request, what was observed of
//! the deployments. Writes: what is observed of them. Refuses with: `model-not-found`, `no-eligible-deployment`,
//! `invalid-request` for a model of another operation. Runs after auth, once per request, and again when it has ended. Fails
//! closed without policies; without the store it decides by what this instance has observed, or else as policy is written.

use postern_contract::policies::{self, Mounted, Policies};
use postern_contract::router::exports::postern::router::stage::Guest;
use postern_contract::types::router::{
    ListedDeployment, ModelEntry, Observations, Routing, RoutingRequest, Shadow,
};
use postern_contract::types::{Caller, Fault, Operation};
use postern_fault::Fault as NativeFault;
use postern_policy::{Catalogue, Compiled, MODELS_FILE, Model, Problems, ROUTES_FILE};
use postern_route::{Allowed, Chosen, Listed, Observed, Request, capabilities, lifecycle_headers};
use std::sync::Arc;

mod state;
mod target;

static CATALOGUE: Policies<Catalogue> = Policies::new();

/// The candidates of either kind that a record names; an alias has a handful.
const MAX_RECORDED: usize = 16;

struct Router;

impl Guest for Router {
    async fn choose(request: RoutingRequest) -> Result<Routing, Fault> {
        let RoutingRequest { caller, facts, signals, headers, instead, unix_ms, seed } = request;
        let allowed = Allowed::of(&caller);
        let name = instead.as_ref().unwrap_or(&facts.model);
        let asked = Request {
            name,
            allowed: &allowed,
            facts: &facts,
            signals: &signals,
            headers: &headers,
            // The instance adds what is known.
            observed: &Observed::default(),
            unix_ms,
            seed,
        };
        let replica = state::replica();
        let Chosen { decision, memo } = replica.choose(catalogue()?, &asked).await?;
        let target = |choice| {
            let mut target = target::from_choice(choice, decision.route, name, facts.operation);
            let name = &target.deployment.name;
            target.first_token_p95_ms = replica.first_token_p95_ms(name, unix_ms);
            target
        };
        // What a limit names instead has no copy.
        let shadow = decision.route.and_then(|route| route.shadow.as_ref());
        let shadow = shadow.filter(|_| instead.is_none());
        Ok(Routing {
            shadow: shadow
                .map(|shadow| Shadow { model: shadow.model.name.clone(), percent: shadow.percent }),
            targets: decision.choices().map(target).collect(),
            decision: decision.to_json(MAX_RECORDED),
            // A probe says something only if its end is waited for.
            hedge: decision.route.and_then(|route| route.hedge).filter(|_| !decision.is_probe()),
            memo,
            headers: lifecycle_headers(decision.lifecycle, &allowed, unix_ms),
        })
    }

    async fn observe(observations: Observations) {
        // Without policies there was no decision.
        if let Ok(catalogue) = catalogue() {
            state::replica().observe(catalogue, &observations).await;
        }
    }

    fn by_style() -> Result<Vec<String>, Fault> {
        Ok(postern_route::by_style(catalogue()?).map(str::to_owned).collect())
    }

    fn models(caller: Caller, unix_ms: u64) -> Result<Vec<ModelEntry>, Fault> {
        let allowed = Allowed::of(&caller);
        let listed = postern_route::list(catalogue()?, &allowed, unix_ms);
        Ok(listed.into_iter().map(|listed| entry(&listed, &allowed)).collect())
    }

    fn ready() -> Result<(), Fault> {
        catalogue()?;
        Ok(())
    }
}

fn entry(listed: &Listed<'_>, allowed: &Allowed) -> ModelEntry {
    let deployments = listed.choices(allowed).map(|choice| ListedDeployment {
        required_variables: choice
            .deployment
            .provider
            .required_variables()
            .map(str::to_owned)
            .collect(),
        deployment: target::deployment(&choice, listed.name),
    });
    ModelEntry {
        id: listed.name.to_owned(),
        owned_by: listed.owned_by.to_owned(),
        operation: operation(listed.models),
        context_tokens: listed.least(|model| model.context_tokens),
        max_output_tokens: listed.least(|model| model.max_output_tokens),
        created_unix_s: listed.released_unix_s(),
        deployments: deployments.collect(),
    }
}

/// The main operation of these models.
fn operation(models: &[Arc<Model>]) -> Operation {
    let operations = [
        Operation::Chat,
        Operation::Embeddings,
        Operation::Rerank,
        Operation::Completions,
        Operation::Transcribe,
        Operation::Speak,
        Operation::GenerateImages,
    ];
    let can = |operation: &Operation| {
        let any_of = capabilities(*operation);
        models.iter().any(|model| any_of.iter().any(|capability| model.can(*capability)))
    };
    operations.into_iter().find(can).unwrap_or(Operation::Chat)
}

fn catalogue() -> Result<&'static Catalogue, NativeFault> {
    CATALOGUE.get(|| {
        let routes = policies::optional(ROUTES_FILE)?;
        let in_lines = |problems: Problems| problems.to_string();
        let compiled = |compiled: Compiled<Mounted>| {
            Ok(compiled.catalogue(routes.as_deref())?.map_err(in_lines))
        };
        policies::compiled_or(&[MODELS_FILE], compiled, || {
            let models = policies::required(MODELS_FILE)?;
            Catalogue::from_toml(&models, routes.as_deref()).map_err(in_lines)
        })
    })
}

postern_contract::router::export_router!(Router);
