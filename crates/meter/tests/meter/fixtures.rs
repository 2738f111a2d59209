//! Plans, callers and moments.

use futures::executor::block_on;
use jiff::Timestamp;
use postern_meter::{
    Admitted, Amounts, Lease, LimitMatch, Limits, Rejected, ReserveRequest, Settlement, Subject,
    Zone,
};
use postern_policy::{Limit, Plans};
use postern_store::memory::Memory;
use postern_store::{Counter, Counters as _};

pub const SUBJECT: Subject<'static> = Subject {
    credential_id: "ab12",
    consumer: "search",
    team: Some("blue"),
    tenant: None,
    client_ip: None,
    claims: &[],
    model: Some("gpt-4o"),
    route: None,
    provider: Some("openai"),
};

pub const MINUTE_MS: u64 = 60_000;

/// A moment by RFC 3339.
pub fn ms(text: &str) -> u64 {
    u64::try_from(text.parse::<Timestamp>().unwrap().as_millisecond()).unwrap()
}

/// Ten seconds into a minute.
pub fn now_ms() -> u64 {
    ms("2026-09-21T14:13:10Z")
}

/// The plan `p` with these limits, which refuses without a store.
pub fn plans(limits: &str) -> Plans {
    written(&format!("[[plan]]\nname = \"p\"\nlimits = [{limits}]\n"))
}

/// The plan `p` with these limits, which admits without a store.
pub fn open_plans(limits: &str) -> Plans {
    written(&format!(
        "[[plan]]\nname = \"p\"\nwhen_store_is_down = \"admit\"\nlimits = [{limits}]\n"
    ))
}

pub fn written(text: &str) -> Plans {
    Plans::from_toml(Some(text)).unwrap()
}

/// `{ scope = "key", unit, amount }` and what else is said of it.
pub fn key_limit(unit: &str, amount: u64, rest: &str) -> String {
    let rest = if rest.is_empty() { String::new() } else { format!(", {rest}") };
    format!("{{ scope = \"key\", unit = \"{unit}\", amount = {amount}{rest} }},")
}

pub fn first(plans: &Plans) -> &Limit {
    &plans.plan(Some("p")).unwrap().limits[0]
}

pub fn utc() -> Zone {
    Zone::named("UTC")
}

pub fn matched<'p>(plans: &'p Plans, now_ms: u64) -> LimitMatch<'p> {
    LimitMatch::new(first(plans), &SUBJECT, &utc(), now_ms)
}

/// Input and output, and ten nano-dollars for each token.
pub fn tokens(input_tokens: u64, output_tokens: u64) -> Amounts {
    Amounts { input_tokens, output_tokens, nano_usd: (input_tokens + output_tokens) * 10 }
}

pub fn reserve_for<'p>(
    store: &impl postern_store::Counters,
    plans: &'p Plans,
    subject: &Subject<'p>,
    amounts: Amounts,
    now_ms: u64,
) -> Result<Admitted<'p>, Rejected<'p>> {
    let limits = Limits::of(plans, Some("p")).unwrap();
    let counted = limits.for_model(&["gpt-4o"]);
    let request = ReserveRequest { subject: *subject, amounts: &amounts, zone: &utc() };
    block_on(limits.reserve(store, counted, request, now_ms))
}

pub fn reserve<'p>(
    store: &impl postern_store::Counters,
    plans: &'p Plans,
    amounts: Amounts,
    now_ms: u64,
) -> Result<Admitted<'p>, Rejected<'p>> {
    reserve_for(store, plans, &SUBJECT, amounts, now_ms)
}

pub fn lease(reserved: Admitted<'_>, amounts: Amounts) -> Lease {
    Lease::new(reserved.reservations, amounts.input_tokens, None)
}

pub fn settle(store: &Memory, lease: &Lease, settlement: Settlement, now_ms: u64) {
    let left_out = block_on(store.change(&lease.settle(settlement, now_ms))).unwrap();
    assert_eq!(left_out, []);
}

pub fn renew(store: &Memory, lease: Lease, now_ms: u64) -> Lease {
    let (lease, changes) = lease.renew(now_ms);
    assert_eq!(block_on(store.change(&changes)).unwrap(), []);
    lease
}

pub fn values(store: &Memory, counters: &[Counter]) -> Vec<i64> {
    block_on(store.read(counters)).unwrap().into_iter().map(Option::unwrap).collect()
}

/// Used and reserved together of the first limit.
pub fn taken(store: &Memory, plans: &Plans, now_ms: u64) -> u64 {
    let matched = matched(plans, now_ms);
    let gate = matched.gate();
    let counters: Vec<_> = std::iter::once(gate.counter).chain(gate.also).collect();
    matched.status(&values(store, &counters), now_ms).taken
}
