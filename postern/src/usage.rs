//! The usage of limits, as the limiter would report it: its counters, read beside the gateway.

mod counters;
mod recorded;
mod table;

use crate::cli::Usage;
use crate::deployment::Deployment;
use crate::explain::who;
use crate::policies;
use crate::store::{KeyValue, Store};
use anyhow::{Context, Result, anyhow, bail};
use counters::Source;
use postern_identity::{Caller, of_issued_key, of_policy_key};
use postern_keys::{IssuedKey, sha256_from_store_name};
use postern_meter::{LimitMatch, Limits, Subject, Zone, counted_address, is_model_specific};
use postern_policy::{Limit, Policies, Scope};
use std::net::IpAddr;
use std::time::{SystemTime, UNIX_EPOCH};
use table::Row;

/// Prints a line for each limit: what is used, reserved and left, and when it resets.
pub fn usage(deployment: &Deployment, options: &Usage) -> Result<()> {
    if let Some(of) = &options.recorded {
        return recorded::print(deployment, of, now_ms()?);
    }
    let policies = policies::all(&deployment.policies)?;
    let store = deployment.store()?;
    let source = Source::of(options.counters.as_deref(), &policies.plans, &store)?;
    let report = UsageReport { policies: &policies, source: &source, options, now_ms: now_ms()? };
    let rows = match (&options.who, &options.who.consumer) {
        (_, Some(name)) => report.of_consumer(name, &store)?,
        (who, _) if who.is_empty() => report.of_all(&store)?,
        (who, _) => {
            let caller = who::of(who, &policies, &store, report.now_ms / 1_000)?.identity.caller;
            report.of(&caller, |limit| report.is_told(limit, true))?
        }
    };
    println!("counters in {source}");
    table::print(&once(rows));
    report.print_notes();
    Ok(())
}

/// Several consumers share the limits of a team or of all.
fn once(rows: Vec<Row>) -> Vec<Row> {
    let mut found: Vec<Row> = Vec::with_capacity(rows.len());
    for row in rows {
        if !found.iter().any(|other| row.is_same(other)) {
            found.push(row);
        }
    }
    found
}

fn now_ms() -> Result<u64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
    Ok(u64::try_from(since.as_millis())?)
}

/// The request for a report, and its sources.
struct UsageReport<'a> {
    policies: &'a Policies,
    source: &'a Source<'a>,
    options: &'a Usage,
    now_ms: u64,
}

impl UsageReport<'_> {
    /// Reports which limits were left out, and how to see them.
    fn print_notes(&self) {
        let plans = &self.policies.plans;
        let of_plans = plans.plans().flat_map(|plan| &plan.limits);
        let limits: Vec<&Limit> = plans.limits_for_all().iter().chain(of_plans).collect();
        let any_by =
            |is: fn(&Scope) -> bool| limits.iter().any(|limit| limit.scopes.iter().any(is));
        if self.options.model.is_none() && any_by(is_model_specific) {
            eprintln!("note: limits by model, alias or provider are left out; --model shows them");
        }
        if self.options.ip.is_none() && any_by(|scope| *scope == Scope::Ip) {
            eprintln!("note: limits by address are left out; --ip shows them");
        }
    }

    /// The rows of every consumer, or of those with the requested plan.
    fn of_all(&self, store: &Store) -> Result<Vec<Row>> {
        let Policies { consumers, plans, .. } = self.policies;
        let wanted = self.options.plan.as_deref();
        if let Some(name) = wanted.filter(|name| plans.plan(Some(name)).is_none()) {
            let known: Vec<_> = plans.plans().map(|plan| plan.name.as_str()).collect();
            let there = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            bail!("--plan is {name:?}, which plans.toml does not have; there are: {there}");
        }
        let mut rows = Vec::new();
        for consumer in consumers.iter() {
            let mut found = self.of_consumer(&consumer.name, store)?;
            found.retain(|row| wanted.is_none() || row.plan.as_deref() == wanted);
            rows.extend(found);
        }
        Ok(rows)
    }

    /// The rows of a consumer, and of each of its valid keys.
    fn of_consumer(&self, name: &str, store: &Store) -> Result<Vec<Row>> {
        let unix_s = self.now_ms / 1_000;
        let consumer = who::of_consumer(name, self.policies, unix_s)?.identity.caller;
        let mut rows = self.of(&consumer, |limit| self.is_told(limit, false))?;
        for key in self.keys(name, store, unix_s)? {
            let has_own_plan = key.plan != consumer.plan;
            rows.extend(self.of(&key, |limit| {
                self.is_told(limit, true) && (has_own_plan || limit.scopes.contains(&Scope::Key))
            })?);
        }
        Ok(rows)
    }

    fn keys(&self, consumer: &str, store: &Store, unix_s: u64) -> Result<Vec<Caller>> {
        let consumers = &self.policies.consumers;
        let in_git = consumers.keys().filter(|key| key.consumer.name == consumer);
        let in_git = in_git.filter_map(|key| of_policy_key(key, &key.sha256, unix_s).ok());
        let mut keys: Vec<_> = in_git.collect();
        for name in store.list()? {
            if sha256_from_store_name(&name).is_none() {
                continue;
            }
            let record = store.get(&name)?.and_then(|bytes| IssuedKey::from_json(&bytes).ok());
            let record = record.filter(|record| record.consumer == consumer);
            keys.extend(record.and_then(|record| of_issued_key(consumers, &record, unix_s).ok()));
        }
        Ok(keys.into_iter().map(|identity| identity.caller).collect())
    }

    /// Whether the limit's subject is known well enough.
    fn is_told(&self, limit: &Limit, key_is_known: bool) -> bool {
        (key_is_known || !limit.scopes.contains(&Scope::Key))
            && (self.options.ip.is_some() || !limit.scopes.contains(&Scope::Ip))
    }

    /// The limits of a caller, as the limiter reports them.
    fn of(&self, caller: &Caller, is_told: impl Fn(&Limit) -> bool) -> Result<Vec<Row>> {
        let plans = &self.policies.plans;
        let limits = Limits::of(plans, caller.plan.as_deref()).map_err(|plan| {
            anyhow!("the plan {plan:?} of {} is not in plans.toml; write it there", caller.consumer)
        })?;
        let address = |ip: IpAddr| counted_address(&ip.to_string(), plans.ipv6_prefix_bits());
        let address = self.options.ip.map(address);
        let model = self.options.model.as_deref();
        let subject = subject(caller, address.as_deref(), model);
        let zone = Zone::named(plans.time_zone());
        let names: Vec<_> = model.into_iter().collect();
        let matches: Vec<_> = limits
            .for_model(&names)
            .into_iter()
            .filter(|limit| subject.knows(&limit.scopes) && is_told(limit))
            .map(|limit| LimitMatch::new(limit, &subject, &zone, self.now_ms))
            .collect();
        let values = self.source.read(&postern_meter::counters(&matches))?;
        let report = postern_meter::report(&matches, &values, limits.plan_name(), self.now_ms);
        table::rows(&report)
    }
}

fn subject<'a>(caller: &'a Caller, ip: Option<&'a str>, model: Option<&'a str>) -> Subject<'a> {
    Subject {
        // Tokens of one owner have different ids.
        credential_id: caller.token_owner.as_ref().unwrap_or(&caller.credential_id),
        consumer: &caller.consumer,
        team: caller.team.as_deref(),
        tenant: caller.tenant.as_deref(),
        client_ip: ip,
        claims: &caller.claims,
        model,
        route: model,
        provider: None,
    }
}
