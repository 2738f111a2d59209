//! The caller, and how a key leads to it.

use crate::Refused;
use postern_keys::{IssuedKey, KeyState, hashes_match};
use postern_policy::{Consumer, ConsumerKey, Consumers, IpRange, ModelPattern};
use postern_types::Caller;
use std::net::IpAddr;

/// Who calls, and from where it may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// What later stages may know. One that `consumers.toml` does not declare is called `<issuer>/<claim>`.
    pub caller: Caller,
    /// Where it may call from: in one range of each list that has any.
    pub ip_ranges: [Vec<IpRange>; 2],
}

impl Identity {
    /// Of a declared consumer, as policy says.
    pub(crate) fn of_consumer(consumer: &Consumer, credential_id: String) -> Self {
        let caller = Caller {
            consumer: consumer.name.clone(),
            team: consumer.team.clone(),
            tenant: consumer.tenant.clone(),
            plan: consumer.plan.clone(),
            roles: consumer.roles.clone(),
            models: written(&consumer.models),
            regions: consumer.regions.clone(),
            data_class: consumer.data_class.map(|class| class.as_str().to_owned()),
            issuer: None,
            claims: Vec::new(),
            credential_id,
            token_owner: None,
        };
        Identity { caller, ip_ranges: [consumer.ip_ranges.clone(), Vec::new()] }
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
        Err(Refused::Address { consumer: self.caller.consumer.clone(), address })
    }

    /// Of a declared consumer, with what a key takes away.
    fn narrowed(
        consumer: &Consumer,
        credential_id: String,
        models: Option<&[ModelPattern]>,
        regions: Option<&[String]>,
        plan: Option<&String>,
        ip_ranges: Vec<IpRange>,
    ) -> Self {
        let Identity { mut caller, ip_ranges: [own, _] } =
            Self::of_consumer(consumer, credential_id);
        if let Some(models) = models {
            caller.models = written(&ModelPattern::narrowed(&consumer.models, models));
        }
        caller.regions = both(caller.regions, regions);
        caller.plan = plan.cloned().or(caller.plan);
        Identity { caller, ip_ranges: [own, ip_ranges] }
    }
}

pub(crate) fn written(patterns: &[ModelPattern]) -> Vec<String> {
    patterns.iter().map(ToString::to_string).collect()
}

/// The regions that both allow; none: anywhere.
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
pub fn of_policy_key(key: &ConsumerKey, sha256: &str, unix_s: u64) -> Result<Identity, Refused> {
    if !hashes_match(&key.sha256, sha256) {
        return Err(Refused::Unknown);
    }
    if key.expires_at_unix_s.is_some_and(|expires| unix_s >= expires) {
        return Err(Refused::Expired);
    }
    let (models, regions) = (key.models.as_deref(), key.regions.as_deref());
    let (plan, ip_ranges) = (key.plan.as_ref(), key.ip_ranges.clone());
    Ok(Identity::narrowed(&key.consumer, key.id.clone(), models, regions, plan, ip_ranges))
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
) -> Result<Identity, Refused> {
    match key.state(unix_s) {
        KeyState::Active => {}
        KeyState::Revoked => return Err(Refused::Revoked),
        KeyState::Expired => return Err(Refused::Expired),
    }
    let consumer = consumers.by_name(&key.consumer)?;
    let consumer = consumer.ok_or_else(|| Refused::RemovedConsumer(key.consumer.clone()))?;
    let models = key.models.as_deref().map(patterns).transpose()?;
    let ip_ranges = key.ip_ranges.as_deref().map(ranges).transpose()?.unwrap_or_default();
    let (models, regions) = (models.as_deref(), key.regions.as_deref());
    let (id, plan) = (key.id.clone(), key.plan.as_ref());
    Ok(Identity::narrowed(&consumer, id, models, regions, plan, ip_ranges))
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
