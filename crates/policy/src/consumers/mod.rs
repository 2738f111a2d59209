//! `consumers.toml`: the callers, their models and their keys.

mod check;
mod narrower;
mod pattern;
mod written;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::CONSUMERS_FILE;
use crate::closed::DataClass;
use crate::ip_range::IpRange;
use crate::problem::Problems;
use crate::reading::Report;

pub(crate) use check::read;
pub use pattern::ModelPattern;

/// A caller: an application, a team's service, a partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consumer {
    /// Its name, unique among the consumers.
    pub name: String,
    /// The team it belongs to.
    pub team: Option<String>,
    /// The customer or business unit it belongs to.
    pub tenant: Option<String>,
    /// The plan whose limits apply to it.
    pub plan: Option<String>,
    /// Its roles, in the order they are written.
    pub roles: Vec<String>,
    /// The names of models and aliases it may ask for.
    pub models: Vec<ModelPattern>,
    /// The regions in which its data may be processed, at least one; `None` means any.
    pub regions: Option<Vec<String>>,
    /// How confidential its data is.
    pub data_class: Option<DataClass>,
    /// The names of the issuers whose tokens may name it.
    pub issuers: Vec<String>,
    /// The addresses from which it may call; empty means any.
    pub ip_ranges: Vec<IpRange>,
}

impl Consumer {
    /// Whether it may ask for a model or alias of this name.
    ///
    /// The requested name decides: a consumer that may use an alias may use all of its models by that alias.
    #[must_use]
    pub fn may_use(&self, name: &str) -> bool {
        self.models.iter().any(|pattern| pattern.matches(name))
    }
}

/// A key that is kept in git: only its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsumerKey {
    /// Its public name, unique among the keys of the file.
    pub id: String,
    /// The SHA-256 of the key, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// The consumer that it belongs to.
    #[serde(with = "crate::compiled::shared")]
    pub consumer: Arc<Consumer>,
    /// When it expires, in seconds since 1970-01-01T00:00:00Z; `None` means never.
    pub expires_at_unix_s: Option<u64>,
    /// The consumer's models and aliases that may be requested with it; `None` means all.
    pub models: Option<Vec<ModelPattern>>,
    /// The consumer's regions that may be used with it; `None` means all.
    pub regions: Option<Vec<String>>,
    /// The consumer's addresses from which it may be used; empty means all.
    pub ip_ranges: Vec<IpRange>,
    /// The plan in place of the consumer's.
    pub plan: Option<String>,
}

/// All consumers, and the keys that are kept in git.
#[derive(Debug, Clone, Default)]
pub struct Consumers {
    by_name: BTreeMap<String, Arc<Consumer>>,
    by_sha256: BTreeMap<String, Arc<ConsumerKey>>,
    /// Where they are if they are compiled: the maps are empty then.
    compiled: Option<Arc<dyn Lookup>>,
}

/// Neither compiled consumers nor their file can be read. It is not known then whether a consumer or a key is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the compiled consumers are damaged, and consumers.toml cannot be read in their place: run `postern compile`"
)]
pub struct ConsumersUnreadable;

/// Finds consumers and keys that are compiled.
pub(crate) trait Lookup: Send + Sync {
    fn by_name(&self, name: &str) -> Result<Option<Arc<Consumer>>, ConsumersUnreadable>;
    fn key_by_sha256(&self, sha256: &str) -> Result<Option<Arc<ConsumerKey>>, ConsumersUnreadable>;
    fn have_tenants(&self) -> bool;
}

impl fmt::Debug for dyn Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("compiled")
    }
}

impl Consumers {
    /// Reads the text of `consumers.toml`.
    ///
    /// # Errors
    ///
    /// All problems of the file.
    pub fn from_toml(text: &str) -> Result<Self, Problems> {
        let mut report = Report::new(CONSUMERS_FILE, text);
        let (consumers, _) = read(&mut report);
        report.into_problems().or(consumers)
    }

    pub(crate) fn compiled(compiled: Arc<dyn Lookup>) -> Self {
        Self { compiled: Some(compiled), ..Self::default() }
    }

    /// The consumer of this name.
    ///
    /// # Errors
    ///
    /// If compiled consumers are damaged, and their file cannot be read.
    pub fn by_name(&self, name: &str) -> Result<Option<Arc<Consumer>>, ConsumersUnreadable> {
        match &self.compiled {
            Some(compiled) => compiled.by_name(name),
            None => Ok(self.by_name.get(name).cloned()),
        }
    }

    /// The key with this hash, in lower-case hexadecimal.
    ///
    /// The look-up need not be constant-time: its time reveals only something about the hash of the presented key, from which no
    /// other key can be derived.
    ///
    /// # Errors
    ///
    /// As [`Consumers::by_name`].
    pub fn key_by_sha256(
        &self,
        sha256: &str,
    ) -> Result<Option<Arc<ConsumerKey>>, ConsumersUnreadable> {
        match &self.compiled {
            Some(compiled) => compiled.key_by_sha256(sha256),
            None => Ok(self.by_sha256.get(sha256).cloned()),
        }
    }

    /// Whether one of them has a tenant.
    #[must_use]
    pub fn have_tenants(&self) -> bool {
        match &self.compiled {
            Some(compiled) => compiled.have_tenants(),
            None => self.by_name.values().any(|consumer| consumer.tenant.is_some()),
        }
    }

    /// All consumers of the file that was read, by name. Compiled ones are found by their names only.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Consumer>> {
        self.by_name.values()
    }

    /// All keys that are kept in git, in the file that was read.
    pub fn keys(&self) -> impl Iterator<Item = &Arc<ConsumerKey>> {
        self.by_sha256.values()
    }
}
