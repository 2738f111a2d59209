//! What authorization costs, natively: `cargo run --release -p postern-authorization --example decision_cost`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "an example may panic and prints")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use postern_authorization::{Action, Authorization, Context, DecisionCache, Principal, Resource};

fn main() {
    println!("policies  parse+validate     parse  first decision  decision  remembered");
    for count in [20, 200] {
        row(count);
    }
}

fn row(count: usize) {
    let text = policies(count);
    let validated = best(5, || Authorization::from_cedar(&text).unwrap());
    let parsed = best(20, || Authorization::from_validated(&text).unwrap());
    let authorization = Authorization::from_validated(&text).unwrap();
    let start = Instant::now();
    decide(&authorization, 0);
    let first = start.elapsed();
    let decided = mean(1_000, |turn| decide(&authorization, turn));
    let cache = DecisionCache::default();
    let ask = |turn: usize| {
        let (principal, model, context) = (principal(turn % 1_000), model(), context());
        black_box(cache.decide(&authorization, &principal, Action::Chat, &model, &context));
    };
    (0..1_000).for_each(ask);
    let remembered = mean(100_000, ask);
    let made = mean(100_000, |turn| drop(black_box((principal(turn % 1_000), model(), context()))));
    let remembered = remembered.saturating_sub(made);
    println!(
        "{count:>8}  {validated:>14.1?}  {parsed:>8.1?}  {first:>14.1?}  {decided:>8.1?}  {remembered:>10.1?}"
    );
}

fn decide(authorization: &Authorization, turn: usize) {
    let principal = principal(turn % 1_000);
    let decision = authorization.decide(&principal, Action::Chat, &model(), &context());
    assert!(decision.allowed && decision.errors.is_empty());
}

/// What a company writes: most for a team or a role, some with conditions, some that forbid.
fn policies(count: usize) -> String {
    let mut text = String::from("permit (principal, action in Action::\"use\", resource);\n");
    for number in 1..count {
        let policy = match number % 4 {
            0 => "permit (principal in Team::\"t#\", action == Action::\"chat\", resource in Provider::\"p#\");",
            1 => {
                "forbid (principal in Role::\"r#\", action in Action::\"use\", resource)
                 when { principal has regions } unless { resource has region && principal.regions.contains(resource.region) };"
            }
            2 => {
                "forbid (principal, action == Action::\"chat\", resource in Region::\"x#\")
                 when { principal has data_class && [\"confidential\", \"restricted\"].contains(principal.data_class) };"
            }
            _ => {
                "forbid (principal, action in Action::\"use\", resource)
                 when { principal has plan && principal.plan == \"free#\" && context.tools > 3 };"
            }
        };
        writeln!(text, "@id(\"p{number}\")\n{}", policy.replace('#', &number.to_string())).unwrap();
    }
    text
}

fn principal(number: usize) -> Principal {
    Principal {
        consumer: format!("consumer-{number}"),
        team: Some("t8".into()),
        tenant: Some("acme".into()),
        plan: Some("gold".into()),
        roles: vec!["developer".into(), "r5".into()],
        regions: Some(vec!["eu".into(), "us".into()]),
        data_class: Some("internal".into()),
        issuer: None,
    }
}

fn model() -> Resource {
    let (name, provider, region) = ("mistral-small".into(), "mistral".into(), Some("eu".into()));
    Resource::Model { name, route: Some("fast".into()), provider, region }
}

fn context() -> Context {
    Context { unix_s: 1_772_366_400, client: "openai".into(), tools: 2, ..Context::default() }
}

fn best<T>(times: u32, mut done: impl FnMut() -> T) -> Duration {
    let run = |_| {
        let start = Instant::now();
        black_box(done());
        start.elapsed()
    };
    (0..times).map(run).min().unwrap()
}

fn mean(times: u32, mut done: impl FnMut(usize)) -> Duration {
    let start = Instant::now();
    for turn in 0..times {
        done(turn as usize);
    }
    start.elapsed() / times
}
