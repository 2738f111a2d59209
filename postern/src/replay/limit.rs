//! Which limits counted a request. Whether one was exceeded cannot be told again: counters of that moment are not recorded.

use super::Replayed;
use postern_identity::Caller;
use postern_meter::{LimitMatch, Limits, Subject, Zone};
use postern_policy::Policies;
use postern_trail::Record;
use std::collections::BTreeSet;

/// The limits that reserved for it, and the one that refused it.
pub fn replay(record: &Record, policies: &Policies, caller: Option<&Caller>) -> Vec<Replayed> {
    let Some(recorded) = &record.limits else { return Vec::new() };
    let Some(caller) = caller else {
        return vec![Replayed::Missing("the policies do not know the caller".to_owned())];
    };
    let Ok(limits) = Limits::of(&policies.plans, caller.plan.as_deref()) else {
        let plan = caller.plan.clone().unwrap_or_default();
        let recorded = format!("counted by the plan `{plan}`");
        return vec![Replayed::Different { recorded, again: "there is no such plan".to_owned() }];
    };
    let matches = Matches { record, policies, caller, limits };
    let mut replayed = Vec::new();
    if !recorded.used.is_empty() {
        let used: BTreeSet<String> =
            recorded.used.iter().map(|limit| limit.limit.to_string()).collect();
        replayed.push(matches.of_served(&used));
    }
    if let Some(refused_by) = &recorded.refused_by {
        replayed.push(matches.of_refusal(refused_by.as_str()));
    }
    replayed
}

struct Matches<'r> {
    record: &'r Record,
    policies: &'r Policies,
    caller: &'r Caller,
    limits: Limits<'r>,
}

impl Matches<'_> {
    /// Runs `with` on the limits of these names of a model.
    fn with<T>(
        &self,
        names: &[&str],
        provider: Option<&str>,
        with: impl Fn(&[LimitMatch<'_>]) -> T,
    ) -> T {
        let Caller { credential_id, consumer, team, tenant, claims, .. } = self.caller;
        let subject = Subject {
            credential_id,
            consumer,
            team: team.as_deref(),
            tenant: tenant.as_deref(),
            // An address is not recorded; the identity of a limit does not have it.
            client_ip: Some("0.0.0.0"),
            claims,
            model: names.first().copied(),
            route: names.last().copied(),
            provider,
        };
        let zone = Zone::named(self.policies.plans.time_zone());
        let now_ms = self.record.started_unix_ms;
        let limits = self.limits.for_model(names).into_iter();
        let known = limits.filter(|limit| subject.knows(&limit.scopes));
        let matches: Vec<_> =
            known.map(|limit| LimitMatch::new(limit, &subject, &zone, now_ms)).collect();
        with(&matches)
    }

    fn names(&self) -> Vec<&str> {
        let served = self.record.served_by().map(|attempt| attempt.model.as_str());
        let requested = self.record.requested_model.as_ref().map(|name| name.as_str());
        served.into_iter().chain(requested).collect()
    }

    fn of_served(&self, used: &BTreeSet<String>) -> Replayed {
        let provider = self.record.served_by().map(|attempt| attempt.provider.as_str());
        // A counter's name begins with the identity of its limit.
        let again: BTreeSet<String> = self.with(&self.names(), provider, |matches| {
            let counters = postern_meter::counters(matches).into_iter();
            counters
                .filter_map(|counter| Some(counter.name.split('/').next()?.to_owned()))
                .collect()
        });
        let listed =
            |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
        if used.is_subset(&again) && used.len() == again.len() {
            return Replayed::Equal(format!("counted by {}", listed(used)));
        }
        let recorded = format!("counted by {}", listed(used));
        Replayed::compare(recorded, format!("counted by {}", listed(&again)))
    }

    fn of_refusal(&self, refused_by: &str) -> Replayed {
        let limit = refused_by.split(" for ").next().unwrap_or_default();
        let all: Vec<String> = self.with(&self.names(), None, |matches| {
            matches.iter().map(LimitMatch::describe).collect()
        });
        if all.iter().any(|text| text.split(" for ").next() == Some(limit)) {
            return Replayed::Equal(format!(
                "{refused_by} applies; whether it was reached is not replayed: the counters of that moment are not recorded"
            ));
        }
        Replayed::Different {
            recorded: format!("refused by {refused_by}"),
            again: format!("these apply: {}", all.join("; ")),
        }
    }
}
