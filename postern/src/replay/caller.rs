//! Who the caller was.

use super::Replayed;
use crate::explain::who;
use postern_identity::Caller;
use postern_policy::Policies;
use postern_trail::Record;
use postern_trail::record::Principal;

/// The caller that the policies make of the recorded consumer; none if they do not know it.
pub fn of(record: &Record, policies: &Policies) -> Option<Caller> {
    let recorded = record.caller.as_ref()?;
    let unix_s = record.started_unix_ms / 1_000;
    let known = who::of_consumer(recorded.consumer.as_str(), policies, unix_s).ok()?;
    let mut caller = known.identity.caller;
    // A key may have a plan of its own.
    caller.plan = recorded.plan.as_ref().map(ToString::to_string);
    caller.credential_id =
        record.credential_id.as_ref().map(ToString::to_string).unwrap_or_default();
    caller.issuer = recorded.issuer.as_ref().map(ToString::to_string);
    Some(caller)
}

/// The caller's team and tenant, as policy says them.
pub fn replay(record: &Record, again: Option<&Caller>) -> Replayed {
    let Some(recorded) = &record.caller else {
        return Replayed::Missing("no credential was accepted, and none is recorded".to_owned());
    };
    if let Some(issuer) = &recorded.issuer {
        return Replayed::Missing(format!(
            "the claims of its token of `{issuer}` are not recorded; it was the consumer `{}`",
            recorded.consumer
        ));
    }
    match again {
        Some(caller) => Replayed::compare(told(recorded), told_again(caller)),
        None => {
            Replayed::Different { recorded: told(recorded), again: "no such consumer".to_owned() }
        }
    }
}

fn told(recorded: &Principal) -> String {
    let team = recorded.team.as_ref().map(ToString::to_string);
    let tenant = recorded.tenant.as_ref().map(ToString::to_string);
    words(recorded.consumer.as_str(), team, tenant)
}

fn told_again(caller: &Caller) -> String {
    words(&caller.consumer, caller.team.clone(), caller.tenant.clone())
}

fn words(consumer: &str, team: Option<String>, tenant: Option<String>) -> String {
    let of = |what: &str, name: Option<String>| {
        name.map_or_else(|| format!("no {what}"), |name| format!("{what} `{name}`"))
    };
    format!("consumer `{consumer}`, {}, {}", of("team", team), of("tenant", tenant))
}
