//! A limit for exactly K of many concurrent requests admits exactly K.

use super::{metered, nano_usd, prompt_tokens, reserved_nano_usd};
use postern_tests::client::Answer;
use postern_tests::limited::{Counting, Limited, Setup, usd, within_one_window};
use postern_tests::{eventually, marker};
use std::sync::Arc;
use tokio::sync::{Barrier, mpsc};

/// The number of concurrent requests.
const CALLERS: usize = 200;
/// The number that the limits admit: K.
const ADMITTED: u64 = 37;
/// The cap on each answer.
const CAP_TOKENS: u64 = 60;
/// The usage of each answer: less than its reservation, so that a premature settlement would admit more.
const USED: (u64, u64) = (9, 20);
/// The number of runs for each unit in every test run.
const RUNS: usize = 5;
/// The number of runs in the long test.
const MANY_RUNS: usize = 100;

const UNITS: [&str; 4] = ["requests", "tokens", "usd", "concurrent_requests"];

/// The reservation of a request, in this unit.
fn reserved(unit: &str) -> u64 {
    match unit {
        "tokens" => prompt_tokens() + CAP_TOKENS,
        "usd" => reserved_nano_usd(prompt_tokens(), CAP_TOKENS),
        _ => 1,
    }
}

/// The usage of a request in the end.
fn used(unit: &str) -> u64 {
    match unit {
        "requests" => 1,
        "tokens" => USED.0 + USED.1,
        "usd" => nano_usd(USED.0, 0, USED.1),
        _ => 0,
    }
}

/// A plan for each unit, whose limit has room for K requests and not for one more.
fn plans() -> String {
    let limit = |unit: &str| {
        let amount = ADMITTED * reserved(unit) + reserved(unit) - 1;
        match unit {
            "usd" => format!("per = \"month\", amount = {}", usd(amount)),
            "concurrent_requests" => format!("amount = {amount}"),
            _ => format!("per = \"day\", amount = {amount}"),
        }
    };
    let plan = |unit: &&str| {
        format!(
            "[[plan]]\nname = \"{unit}\"\nlimits = [{{ scope = \"team\", unit = \"{unit}\", {} }}]\n",
            limit(unit)
        )
    };
    UNITS.iter().map(plan).collect()
}

/// Two consumers of one team for each unit and run.
fn setup(runs: usize) -> Setup {
    let mut setup = Setup::new(&plans());
    for unit in UNITS {
        for run in 0..runs {
            for member in 0..2 {
                let more = format!("team = \"{unit}-{run}\"\nplan = \"{unit}\"");
                setup = setup.consumer(&consumer(unit, run, member), &more);
            }
        }
    }
    setup
}

fn consumer(unit: &str, run: usize, member: usize) -> String {
    format!("{unit}-{run}-{member}")
}

async fn exactly_k(limited: &Limited, unit: &str, run: usize) {
    within_one_window(86_400, 60).await;
    let (marker, barrier) = (marker(), Arc::new(Barrier::new(CALLERS)));
    let (sender, mut answers) = mpsc::unbounded_channel::<Answer>();
    for caller in 0..CALLERS {
        let mut body = metered("held", &marker, USED.0, USED.1);
        body["max_tokens"] = CAP_TOKENS.into();
        let consumer = consumer(unit, run, caller % 2);
        let call = limited.call_at(caller, &consumer, "POST", "/v1/chat/completions");
        let (call, barrier) = (call.body(body.to_string()), Arc::clone(&barrier));
        let sender = sender.clone();
        tokio::spawn(async move {
            barrier.wait().await;
            // A client that has stopped waiting for its answer has failed already.
            let _ = sender.send(call.send().await);
        });
    }
    drop(sender);
    // The vendor holds back all answers until every request is decided: nothing is settled before.
    let mut refused = Vec::new();
    eventually("a decision on each caller", || {
        while let Ok(answer) = answers.try_recv() {
            refused.push(answer);
        }
        (refused.len() + limited.upstream.requests(&marker).len() == CALLERS).then_some(())
    })
    .await;
    let admitted = usize::try_from(ADMITTED).unwrap();
    assert_eq!(limited.upstream.requests(&marker).len(), admitted, "{unit}, run {run}");
    for answer in &refused {
        let code = if unit == "usd" { "budget_exceeded" } else { "rate_limit_exceeded" };
        assert_eq!(answer.refusal(), (429, code.to_owned()), "{unit}, run {run}");
    }
    limited.upstream.release(&marker, CALLERS);
    for _ in 0..admitted {
        let answer = answers.recv().await.unwrap();
        assert_eq!(answer.status, 200, "{unit}, run {run}: {}", answer.text());
    }
    assert!(answers.recv().await.is_none());
    let usage = limited.usage(&consumer(unit, run, 0)).await;
    let (in_all, still_reserved, _) = usage.numbers("team", unit);
    assert_eq!((in_all, still_reserved), (ADMITTED * used(unit), 0), "{unit}, run {run}");
}

async fn every_unit(counting: Counting, runs: usize) {
    let limited = setup(runs).start(counting);
    for run in 0..runs {
        for unit in UNITS {
            exactly_k(&limited, unit, run).await;
        }
    }
    assert_eq!(limited.upstream.complaints(), Vec::<String>::new());
    let negative: Vec<_> = limited.counters().into_iter().filter(|(_, count)| *count < 0).collect();
    assert!(negative.is_empty(), "{negative:?}");
}

#[tokio::test]
async fn exactly_k_of_200_are_admitted_on_the_local_store() {
    every_unit(Counting::KeyValue, RUNS).await;
}

#[tokio::test]
async fn exactly_k_of_200_are_admitted_by_four_hosts_that_share_a_redis() {
    every_unit(Counting::Redis { gateways: 4 }, RUNS).await;
}

#[tokio::test]
#[ignore = "takes minutes: 400 times 200 callers"]
async fn exactly_k_of_200_are_admitted_a_hundred_times_on_the_local_store() {
    every_unit(Counting::KeyValue, MANY_RUNS).await;
}

#[tokio::test]
#[ignore = "takes minutes: 400 times 200 callers"]
async fn exactly_k_of_200_are_admitted_a_hundred_times_by_four_hosts_that_share_a_redis() {
    every_unit(Counting::Redis { gateways: 4 }, MANY_RUNS).await;
}
