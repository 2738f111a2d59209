//! What a caller has used, reserved and left.

use crate::{counters, policy, subject};
use postern_contract::types::Caller;
use postern_fault::Fault;
use postern_meter::{LimitMatch, Subject, closed, counters as of_report, report as written};
use postern_store::Counters as _;

/// The report as JSON. Without a model, only limits that apply to every model.
pub async fn report(
    caller: &Caller,
    client_ip: Option<&str>,
    model: Option<&str>,
    now_ms: u64,
) -> Result<String, Fault> {
    let plans = policy::plans()?;
    let limits = policy::limits(plans, caller)?;
    let address = subject::address(plans, client_ip);
    let subject = Subject { model, route: model, ..subject::of(caller, address.as_deref(), None) };
    let names: Vec<_> = model.into_iter().collect();
    let zone = policy::zone(plans);
    let of_caller = limits.for_model(&names).into_iter();
    let matches: Vec<_> = of_caller
        .filter(|limit| subject.knows(&limit.scopes))
        .map(|limit| LimitMatch::new(limit, &subject, zone, now_ms))
        .collect();
    let values = counters::counters().read(&of_report(&matches)).await;
    let values = values.map_err(|error| closed(&error.to_string()))?;
    Ok(written(&matches, &values, limits.plan_name(), now_ms))
}
