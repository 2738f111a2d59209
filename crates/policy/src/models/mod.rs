//! `models.toml`: providers, models and their deployments.

mod breaker;
mod credential;
mod image;
mod model;
mod provider;
mod quirks;
pub(crate) mod scheme;
mod written;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base_path::BasePath;
use crate::base_url::{BaseUrl, Endpoint, EndpointError};
use crate::closed::{Capability, DataClass};
use crate::conventions::{self, Conventions};
use crate::deadlines::SetDeadlines;
use crate::grants::Said;
use crate::lifecycle::Lifecycle;
use crate::reading::{Report, Table};
use postern_types::{Credential, Dialect, ImageRule, Price, Quirks, Tokenizer};

pub use breaker::BreakerPolicy;

/// A provider of models: a vendor, the operator's own server, or the sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    /// Its name, unique among the providers.
    pub name: String,
    /// The dialect of its API.
    pub dialect: Dialect,
    /// How the gateway reaches it.
    pub transport: Transport,
    /// The region in which it processes data, as in `us` or `eu`.
    pub region: Option<String>,
    /// The most confidential data that it may get; `None` means any.
    pub max_data_class: Option<DataClass>,
    /// The deadlines that it sets.
    pub deadlines: SetDeadlines,
    /// When its deployments are left alone.
    pub breaker: BreakerPolicy,
    /// How it differs from its dialect; each deployment can override these quirks.
    pub quirks: Quirks,
}

/// How a provider is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant, reason = "there is one of each provider, behind an Arc")]
pub enum Transport {
    /// Over the network, by the upstream component.
    Upstream {
        /// The base URL of its API.
        base_url: BaseUrl,
        /// The path before the dialect's paths if the base URL has no path; `None` means the dialect's default.
        base_path: Option<BasePath>,
        /// The gateway's credential; `None` for a server that requires none.
        credential: Option<Credential>,
    },
    /// Not over the network: the sandbox component answers.
    Sandbox,
}

/// A model that clients can request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// Its name, unique among models and aliases.
    pub name: String,
    /// Its capabilities, sorted; at least one of [`Capability::ENDPOINTS`] is among them.
    pub capabilities: Vec<Capability>,
    /// The most tokens of prompt and answer together.
    pub context_tokens: Option<u64>,
    /// The most tokens of an answer.
    pub max_output_tokens: Option<u64>,
    /// How it splits text into tokens, if that is known.
    pub tokenizer: Option<Tokenizer>,
    /// The efforts of thinking that it takes, if they are known; empty if it takes no effort.
    pub efforts: Option<Vec<String>>,
    /// The factor for a count by that tokenizer, in percent, 100 to 400; for a model without one, the factor for a count by
    /// [`Tokenizer::O200kBase`].
    pub token_factor_percent: u32,
    /// How many tokens an image in a prompt has, if that is known.
    pub image_tokens: Option<ImageRule>,
    /// Its owner in the list of models: as written, or the first deployment's provider.
    pub owned_by: String,
    /// The deadlines that it sets; they go before its providers'.
    pub deadlines: SetDeadlines,
    /// When it is served, and to whom.
    pub lifecycle: Lifecycle,
    /// Its deployments, in the order in which they are tried; at least one.
    pub deployments: Vec<Deployment>,
}

/// A model at a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// `<provider>/<upstream model>`: its name in records, headers and breakers.
    pub name: String,
    /// The provider that runs it.
    #[serde(with = "crate::compiled::named")]
    pub provider: Arc<Provider>,
    /// The provider's name for it.
    pub upstream_model: String,
    /// The price of its tokens; `None` if the file gives none.
    pub price: Option<Price>,
    /// How it differs from its provider's dialect: the provider's quirks, overridden by its own.
    pub quirks: Quirks,
}

impl Provider {
    /// The conventions that the vendors of its dialect document.
    #[must_use]
    pub fn conventions(&self) -> &'static Conventions {
        conventions::of(self.dialect)
    }

    /// The path before the dialect's paths if its base URL has no path, as [`BasePath::parse`] reads it.
    #[must_use]
    pub fn default_base_path(&self) -> String {
        match &self.transport {
            Transport::Upstream { base_path: Some(base_path), .. } => base_path.to_string(),
            _ => self.conventions().base_path.to_owned(),
        }
    }

    /// All variables of `spin.toml` that it names.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        let credential = self.credential().into_iter().flat_map(Credential::variables);
        self.place().chain(credential)
    }

    /// The variables that need a value, not empty, before it can be called: those of its place and of its credential.
    pub fn required_variables(&self) -> impl Iterator<Item = &str> {
        let credential = self.credential().into_iter().flat_map(Credential::required_variables);
        self.place().chain(credential)
    }

    fn credential(&self) -> Option<&Credential> {
        match &self.transport {
            Transport::Upstream { credential, .. } => credential.as_ref(),
            Transport::Sandbox => None,
        }
    }

    /// The variables of base URL and base path.
    fn place(&self) -> impl Iterator<Item = &str> {
        let (url, path) = match &self.transport {
            Transport::Upstream { base_url, base_path, .. } => {
                (base_url.variable(), base_path.as_ref())
            }
            Transport::Sandbox => (None, None),
        };
        url.into_iter().chain(path.into_iter().flat_map(BasePath::variables))
    }

    /// The endpoint for its requests; `None` for the sandbox. `value` returns the values of variables.
    ///
    /// # Errors
    ///
    /// An [`EndpointError`] if a variable has no value, or one that does not make a usable URL.
    pub fn endpoint(
        &self,
        value: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Endpoint>, EndpointError> {
        let Transport::Upstream { base_url, .. } = &self.transport else {
            return Ok(None);
        };
        let base_path = BasePath::parse(&self.default_base_path())?.filled(&value)?;
        let base = base_url.variable().and_then(value);
        base_url.endpoint(base.as_deref(), &base_path).map(Some)
    }
}

impl Model {
    /// Whether it has a capability.
    #[must_use]
    pub fn can(&self, capability: Capability) -> bool {
        self.capabilities.contains(&capability)
    }
}

/// The contents of the file: its valid entries, and the names of all.
#[derive(Default)]
pub(crate) struct Declared {
    pub(crate) providers: BTreeMap<String, Option<Arc<Provider>>>,
    pub(crate) models: BTreeMap<String, Option<Arc<Model>>>,
    pub(crate) said: Vec<Said>,
}

/// Reads the file and notes its problems in the report. Invalid entries are declared by name only, so that references to them
/// are not a second problem.
pub(crate) fn read(report: &mut Report<'_>) -> Declared {
    let mut declared = Declared::default();
    let Some(document) = report.parse() else {
        return declared;
    };
    let root = Table::root(&document);
    let top = root.label;
    let written = written::Written::read(report, root);
    if written.models.is_empty() && report.is_clean() {
        let message = "no model is declared, so nothing could be asked for; write a [[model]]";
        report.problem(top, 0..0, message);
    }
    declared.providers = provider::check_all(report, &written.providers);
    declared.models =
        model::check_all(report, &written.models, &declared.providers, &mut declared.said);
    declared
}
