//! Which deployments serve a request, and in which order?
//!
//! Reads: `models.toml`, `routes.toml`, the caller's rights. Writes: nothing. Refuses with: `model-not-found`,
//! `invalid-request` for a model that lacks a required capability. Runs after auth, once per request. Fails closed.

use postern_contract::policies::{self, Policies};
use postern_contract::router::exports::postern::router::stage::Guest;
use postern_contract::types::router::{ListedDeployment, ModelEntry};
use postern_contract::types::{Caller, Fault, Operation, RequestFacts, Target};
use postern_fault::Fault as NativeFault;
use postern_policy::{Capability, Catalogue, MODELS_FILE, Model, ROUTES_FILE};
use postern_route::{Allowed, Listed};
use std::sync::Arc;

mod target;

static CATALOGUE: Policies<Catalogue> = Policies::new();

struct Router;

impl Guest for Router {
    fn choose(
        caller: Caller,
        facts: RequestFacts,
        instead: Option<String>,
    ) -> Result<Vec<Target>, Fault> {
        let any_of = capabilities(facts.operation);
        let allowed = allowed(&caller);
        let name = instead.as_ref().unwrap_or(&facts.model);
        let choices = postern_route::choose(catalogue()?, name, &allowed, any_of, &needs(&facts))?;
        let target = |choice| target::from_choice(choice, name, facts.operation);
        Ok(choices.into_iter().map(target).collect())
    }

    fn models(caller: Caller) -> Result<Vec<ModelEntry>, Fault> {
        let allowed = allowed(&caller);
        let listed = postern_route::list(catalogue()?, &allowed);
        Ok(listed.into_iter().map(|listed| entry(&listed, &allowed)).collect())
    }

    fn ready() -> Result<(), Fault> {
        catalogue()?;
        Ok(())
    }
}

/// The capabilities for an operation, of which a model must have one.
fn capabilities(operation: Operation) -> &'static [Capability] {
    match operation {
        Operation::Chat | Operation::CountTokens => &[Capability::Chat],
        Operation::Completions => &[Capability::Completions, Capability::Chat],
        Operation::Embeddings => &[Capability::Embeddings],
        Operation::Rerank => &[Capability::Rerank],
        Operation::Transcribe | Operation::Translate => &[Capability::Transcriptions],
        Operation::Speak => &[Capability::Speech],
        Operation::GenerateImages | Operation::EditImages | Operation::VaryImages => {
            &[Capability::Images]
        }
    }
}

/// The further capabilities that the request's content requires.
fn needs(facts: &RequestFacts) -> Vec<Capability> {
    // What these carry is what they are for.
    if !matches!(capabilities(facts.operation), [.., Capability::Chat]) {
        return Vec::new();
    }
    let needs = [
        (facts.tools > 0, Capability::Tools),
        (facts.images > 0, Capability::Vision),
        (facts.documents > 0, Capability::Files),
        (facts.audio > 0, Capability::Audio),
    ];
    needs
        .into_iter()
        .filter(|(is_needed, _)| *is_needed)
        .map(|(_, capability)| capability)
        .collect()
}

/// The models that the caller may request, and the regions its requests may go to.
fn allowed(caller: &Caller) -> Allowed<'_> {
    Allowed::new(&caller.models, caller.regions.as_deref())
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
        let models = policies::required(MODELS_FILE)?;
        let routes = policies::optional(ROUTES_FILE)?;
        Catalogue::from_toml(&models, routes.as_deref()).map_err(|problems| problems.to_string())
    })
}

postern_contract::router::export_router!(Router);
