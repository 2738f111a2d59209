//! `models.toml`: providers, models and where they are deployed.

mod credential;
mod image;
mod model;
mod provider;
mod quirks;
pub(crate) mod scheme;
mod written;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base_path::BasePath;
use crate::base_url::{BaseUrl, Endpoint, EndpointError};
use crate::closed::Capability;
use crate::conventions::{self, Conventions};
use crate::reading::{Report, Table};
use postern_types::{Credential, Deadlines, Dialect, ImageRule, Price, Quirks, Tokenizer};

pub use provider::DEFAULT_DEADLINES;

/// Who answers requests for models: a vendor, a server of one's own, or the sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Its name, unique among the providers.
    pub name: String,
    /// How its API is spoken.
    pub dialect: Dialect,
    /// How it is reached.
    pub transport: Transport,
    /// Where it processes data, as in `us` or `eu`.
    pub region: Option<String>,
    /// How long it is waited for.
    pub deadlines: Deadlines,
    /// How it differs from its dialect; each deployment has these with its own put over them.
    pub quirks: Quirks,
}

/// How a provider is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "there is one of each provider, behind an Arc")]
pub enum Transport {
    /// Over the network, by the upstream component.
    Upstream {
        /// Where it is.
        base_url: BaseUrl,
        /// What precedes the dialect's paths when the base URL has no path; none: the dialect's own.
        base_path: Option<BasePath>,
        /// What lets the gateway in; none for a server that asks for nothing.
        credential: Option<Credential>,
    },
    /// Not at all: the sandbox component answers in its place.
    Sandbox,
}

/// A model that clients can ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// Its name, unique among models and aliases.
    pub name: String,
    /// What it can do, sorted; at least one of [`Capability::ENDPOINTS`] among it.
    pub capabilities: Vec<Capability>,
    /// The most tokens of prompt and answer together.
    pub context_tokens: Option<u64>,
    /// The most tokens of an answer.
    pub max_output_tokens: Option<u64>,
    /// How it splits text into tokens, where that is known.
    pub tokenizer: Option<Tokenizer>,
    /// What a count by that tokenizer is multiplied by, in percent, 100 to 400; of a model without one, a count by
    /// [`Tokenizer::O200kBase`].
    pub token_factor_percent: u32,
    /// How many tokens an image in a prompt is, where that is known.
    pub image_tokens: Option<ImageRule>,
    /// Whom the list of models says it is owned by: as written, else the first deployment's provider.
    pub owned_by: String,
    /// Where it runs, in the order in which they are tried; at least one.
    pub deployments: Vec<Deployment>,
}

/// A model at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// Who runs it.
    pub provider: Arc<Provider>,
    /// What the provider calls it.
    pub upstream_model: String,
    /// What its tokens cost; none when the file says no price.
    pub price: Option<Price>,
    /// How it differs from its provider's dialect: the provider's quirks with its own put over them.
    pub quirks: Quirks,
}

impl Provider {
    /// What the vendors of its dialect document.
    #[must_use]
    pub fn conventions(&self) -> &'static Conventions {
        conventions::of(self.dialect)
    }

    /// What precedes the dialect's paths when its base URL has no path, as [`BasePath::parse`] reads it.
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

    /// The variables without whose values, not empty, it cannot be asked: of its place and of its credential.
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

    /// Where its requests go; nothing for the sandbox. `value` gives the values of variables.
    ///
    /// # Errors
    ///
    /// An [`EndpointError`] when a variable has no value, or one that makes no usable URL.
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

/// What the file declares: the things that are right, and the names of all.
#[derive(Default)]
pub(crate) struct Declared {
    pub(crate) providers: BTreeMap<String, Option<Arc<Provider>>>,
    pub(crate) models: BTreeMap<String, Option<Arc<Model>>>,
}

/// Reads the file, noting its problems in the report. What is wrong is declared without a meaning, so that
/// references to it are no second problem.
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
    declared.models = model::check_all(report, &written.models, &declared.providers);
    declared
}
