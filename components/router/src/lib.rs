//! Which deployment, and what if it fails?
//!
//! Reads: `models.toml`, `routes.toml`, what the caller may use. Writes: nothing. Refuses with: `model-not-found`,
//! `invalid-request` for a model that does not do what is asked. Runs after auth, once a request. Fails closed.

use postern_contract::policies::{self, Policies};
use postern_contract::router::exports::postern::router::stage::{Guest, ModelCard};
use postern_contract::types::{Caller, Fault, Operation, RequestFacts, Target};
use postern_fault::Fault as NativeFault;
use postern_policy::{Capability, Catalogue, MODELS_FILE, Model, ROUTES_FILE};
use postern_route::Allowed;
use std::sync::Arc;

mod target;

static CATALOGUE: Policies<Catalogue> = Policies::new();

struct Router;

impl Guest for Router {
    fn choose(caller: Caller, facts: RequestFacts) -> Result<Vec<Target>, Fault> {
        let any_of = capabilities(facts.operation);
        let allowed = Allowed::from_patterns(&caller.models);
        let choices = postern_route::choose(catalogue()?, &facts.model, &allowed, any_of)?;
        let target = |choice| target::from_choice(choice, facts.operation);
        Ok(choices.into_iter().map(target).collect())
    }

    fn models(caller: Caller) -> Result<Vec<ModelCard>, Fault> {
        let listed = postern_route::list(catalogue()?, &Allowed::from_patterns(&caller.models));
        let card = |listed: postern_route::Listed<'_>| ModelCard {
            id: listed.name.to_owned(),
            owned_by: listed.owned_by.to_owned(),
            needs: needs(listed.models),
        };
        Ok(listed.into_iter().map(card).collect())
    }

    fn ready() -> Result<(), Fault> {
        catalogue()?;
        Ok(())
    }
}

/// What a model must be able to do: any one of these.
fn capabilities(operation: Operation) -> &'static [Capability] {
    match operation {
        Operation::Chat | Operation::CountTokens => &[Capability::Chat],
        Operation::Completions => &[Capability::Completions, Capability::Chat],
        Operation::Embeddings => &[Capability::Embeddings],
        Operation::Rerank => &[Capability::Rerank],
    }
}

/// For each deployment the variables without whose values it cannot be reached.
fn needs(models: &[Arc<Model>]) -> Vec<Vec<String>> {
    let deployments = models.iter().flat_map(|model| &model.deployments);
    let names = deployments.map(|deployment| deployment.provider.required_variables());
    names.map(|names| names.map(str::to_owned).collect()).collect()
}

fn catalogue() -> Result<&'static Catalogue, NativeFault> {
    CATALOGUE.get(|| {
        let models = policies::required(MODELS_FILE)?;
        let routes = policies::optional(ROUTES_FILE)?;
        Catalogue::from_toml(&models, routes.as_deref()).map_err(|problems| problems.to_string())
    })
}

postern_contract::router::export_router!(Router);
