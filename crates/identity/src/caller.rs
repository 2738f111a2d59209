//! The caller, and how a key leads to it.

use crate::Refused;
use postern_keys::{IssuedKey, KeyState, hashes_match};
use postern_policy::{Consumer, ConsumerKey, Consumers, DataClass, IpRange, ModelPattern};
use std::net::IpAddr;

/// The caller, as later stages may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// A consumer of `consumers.toml`, or `<issuer>/<claim>` for one that it does not declare.
    pub consumer: String,
    /// The team it belongs to.
    pub team: Option<String>,
    /// The customer or business unit it belongs to.
    pub tenant: Option<String>,
    /// The plan whose limits apply.
    pub plan: Option<String>,
    /// Its roles.
    pub roles: Vec<String>,
    /// The models and aliases that it may request.
    pub models: Vec<ModelPattern>,
    /// The regions its requests may go to; none: any.
    pub regions: Option<Vec<String>>,
    /// How sensitive its data is.
    pub data_class: Option<DataClass>,
    /// The issuer of its token, by name; none for a key.
    pub issuer: Option<String>,
    /// The public id of its credential.
    pub credential_id: String,
    /// The owner of its token, see [`postern_token::owner`]; none for a key.
    pub token_owner: Option<String>,
    /// The claims of its token that its issuer passes on, by name, each as text; none for a key.
    pub claims: Vec<(String, String)>,
    /// The addresses it may call from: one range of each list that is not empty.
    pub ip_ranges: [Vec<IpRange>; 2],
}

impl Caller {
    /// The caller of a declared consumer, by policy.
    pub(crate) fn of_consumer(consumer: &Consumer, credential_id: String) -> Self {
        Self {
            consumer: consumer.name.clone(),
            team: consumer.team.clone(),
            tenant: consumer.tenant.clone(),
            plan: consumer.plan.clone(),
            roles: consumer.roles.clone(),
            models: consumer.models.clone(),
            regions: consumer.regions.clone(),
            data_class: consumer.data_class,
            issuer: None,
            credential_id,
            token_owner: None,
            claims: Vec::new(),
            ip_ranges: [consumer.ip_ranges.clone(), Vec::new()],
        }
    }

    /// Whether it may call from this address.
    ///
    /// # Errors
    ///
    /// [`Refused::Address`] for an address outside its ranges, and for an unknown address if it has ranges.
    pub fn calls_from(&self, address: Option<IpAddr>) -> Result<(), Refused> {
        let within = |ranges: &Vec<IpRange>| {
            ranges.is_empty()
                || address.is_some_and(|address| ranges.iter().any(|range| range.contains(address)))
        };
        if self.ip_ranges.iter().all(within) {
            return Ok(());
        }
        let address = address.map_or("an unknown address".to_owned(), |ip| ip.to_string());
        Err(Refused::Address { consumer: self.consumer.clone(), address })
    }

    /// The caller with the restrictions of a key.
    fn narrowed(
        mut self,
        models: Option<&[ModelPattern]>,
        regions: Option<&[String]>,
        plan: Option<&String>,
        ip_ranges: Vec<IpRange>,
    ) -> Self {
        if let Some(models) = models {
            self.models = ModelPattern::narrowed(&self.models, models);
        }
        self.regions = both(self.regions, regions);
        self.plan = plan.cloned().or(self.plan);
        self.ip_ranges = [std::mem::take(&mut self.ip_ranges[0]), ip_ranges];
        self
    }
}

/// The regions that both allow; none: any.
pub(crate) fn both(mine: Option<Vec<String>>, narrower: Option<&[String]>) -> Option<Vec<String>> {
    match (mine, narrower) {
        (mine, None) => mine,
        (None, Some(narrower)) => Some(narrower.to_vec()),
        (Some(mut mine), Some(narrower)) => {
            mine.retain(|region| narrower.contains(region));
            Some(mine)
        }
    }
}

/// The caller of a key in git; `sha256` is the hash of the presented key, in lower-case hexadecimal.
///
/// # Errors
///
/// [`Refused::Unknown`] for another hash, [`Refused::Expired`].
pub fn of_policy_key(key: &ConsumerKey, sha256: &str, unix_s: u64) -> Result<Caller, Refused> {
    if !hashes_match(&key.sha256, sha256) {
        return Err(Refused::Unknown);
    }
    if key.expires_at_unix_s.is_some_and(|expires| unix_s >= expires) {
        return Err(Refused::Expired);
    }
    let caller = Caller::of_consumer(&key.consumer, key.id.clone());
    let (models, regions) = (key.models.as_deref(), key.regions.as_deref());
    Ok(caller.narrowed(models, regions, key.plan.as_ref(), key.ip_ranges.clone()))
}

/// The caller of an issued key.
///
/// # Errors
///
/// [`Refused::Revoked`], [`Refused::Expired`], [`Refused::RemovedConsumer`], and [`Refused::UnreadableRecord`] for a
/// restriction that cannot be read and so could not be enforced.
pub fn of_issued_key(
    consumers: &Consumers,
    key: &IssuedKey,
    unix_s: u64,
) -> Result<Caller, Refused> {
    match key.state(unix_s) {
        KeyState::Active => {}
        KeyState::Revoked => return Err(Refused::Revoked),
        KeyState::Expired => return Err(Refused::Expired),
    }
    let consumer = consumers.by_name(&key.consumer);
    let consumer = consumer.ok_or_else(|| Refused::RemovedConsumer(key.consumer.clone()))?;
    let models = key.models.as_deref().map(patterns).transpose()?;
    let ip_ranges = key.ip_ranges.as_deref().map(ranges).transpose()?.unwrap_or_default();
    let caller = Caller::of_consumer(consumer, key.id.clone());
    Ok(caller.narrowed(models.as_deref(), key.regions.as_deref(), key.plan.as_ref(), ip_ranges))
}

fn patterns(texts: &[String]) -> Result<Vec<ModelPattern>, Refused> {
    let pattern = |text: &String| {
        let unreadable = || Refused::UnreadableRecord(format!("{text:?} is no name of models"));
        ModelPattern::parse(text).ok_or_else(unreadable)
    };
    texts.iter().map(pattern).collect()
}

fn ranges(texts: &[String]) -> Result<Vec<IpRange>, Refused> {
    let range = |text: &String| {
        let unreadable = || Refused::UnreadableRecord(format!("{text:?} is no range of addresses"));
        text.parse().map_err(|_| unreadable())
    };
    texts.iter().map(range).collect()
}
