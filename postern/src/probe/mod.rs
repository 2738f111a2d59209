//! `check --probe`: asks a server of OpenAI's dialect what it refuses, and prints the quirks of its row.
//!
//! Each question is a request with one thing in it that some servers refuse, for an answer of a few tokens. A server that
//! ignores a field accepts it, and is not known by this.

mod ask;
mod finding;
mod questions;
mod variables;

use crate::cli::Check;
use crate::deployment::Deployment;
use crate::policies;
use anyhow::{Context, Result, anyhow, bail};
use ask::Server;
use postern_policy::{Catalogue, Provider, Transport};
use postern_types::{Credential, Dialect};
use std::sync::Arc;
use tokio::runtime::Builder;
use variables::Variables;

/// Asks the server of a provider, and prints what to write into its row.
///
/// # Errors
/// The provider cannot be asked, or its server answers no plain request; the error says what to do.
pub fn probe(deployment: &Deployment, name: &str, options: &Check) -> Result<()> {
    let catalogue = policies::catalogue(&deployment.policies)?;
    let provider = provider(&catalogue, name)?;
    let model = match &options.probe.model {
        Some(model) => model.clone(),
        None => model_of(&catalogue, name).ok_or_else(|| {
            anyhow!("no model of models.toml has a deployment at {name:?}: name the server's model with --model")
        })?,
    };
    let variables = Variables::new(&deployment.folder, &options.configuration)?;
    let server = server(&provider, &variables, model)?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let findings = runtime.block_on(questions::all(&server))?;
    eprintln!("asked {} as {:?}", server.place(), server.model);
    print!("{}", finding::row(name, &findings));
    Ok(())
}

fn provider(catalogue: &Catalogue, name: &str) -> Result<Arc<Provider>> {
    let mut providers = catalogue.providers();
    let provider = providers.find(|provider| provider.name == name).cloned();
    let provider = provider.ok_or_else(|| {
        let names: Vec<_> = catalogue
            .providers()
            .filter(|provider| provider.dialect == Dialect::OpenAi)
            .map(|provider| provider.name.as_str())
            .collect();
        anyhow!(
            "no [[provider]] is named {name:?}; those of OpenAI's dialect are {}",
            names.join(", ")
        )
    })?;
    match (provider.dialect, &provider.transport) {
        (_, Transport::Sandbox) => {
            bail!("{name:?} is the sandbox, which is part of the gateway: it needs no quirks")
        }
        (Dialect::OpenAi, _) => Ok(provider),
        (dialect, _) => bail!(
            "{name:?} speaks {:?}, and only servers of \"openai\" differ in ways that can be asked",
            dialect.as_str()
        ),
    }
}

/// The name that the provider has for the first of its models.
fn model_of(catalogue: &Catalogue, provider: &str) -> Option<String> {
    let deployments = catalogue.models().flat_map(|model| &model.deployments);
    let mut own = deployments.filter(|deployment| deployment.provider.name == provider);
    own.next().map(|deployment| deployment.upstream_model.clone())
}

fn server(provider: &Provider, variables: &Variables, model: String) -> Result<Server> {
    let endpoint = provider.endpoint(|name| variables.get(name));
    let endpoint = endpoint
        .map_err(|error| anyhow!("the address of {:?} is not known: {error}; give the variable with --variable NAME=VALUE", provider.name))?
        .context("it has no address")?;
    let Transport::Upstream { credential, .. } = &provider.transport else {
        bail!("it has no address");
    };
    let header = match credential {
        None => None,
        Some(Credential::Header(header)) => {
            let value = variables.get(&header.variable).filter(|value| !value.is_empty());
            let value = value.ok_or_else(|| {
                anyhow!(
                    "the variable {} is empty: give the key with --variable {}=... or {}",
                    header.variable,
                    header.variable,
                    variables::environment(&header.variable)
                )
            })?;
            Some((header.header.clone(), format!("{}{value}", header.prefix)))
        }
        Some(_) => {
            bail!("{:?} signs its requests, which no server of this dialect wants", provider.name)
        }
    };
    let chat = postern_dialect::Operation::Chat;
    let path = provider.quirks.paths.iter().find(|(operation, _)| *operation == chat);
    let path = path.map_or("/chat/completions", |(_, path)| path);
    Server::new(&endpoint, path, model, header)
}
