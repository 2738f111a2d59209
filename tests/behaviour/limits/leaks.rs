//! However a request ends, no reservation outlives its lease, and no counter falls below zero.

use super::{OUTPUT_PICO_USD, WIDE, metered, nano_usd, prompt_tokens};
use postern_tests::issuer::token::unix_s;
use postern_tests::limited::{Counting, Limited, Setup};
use postern_tests::{eventually, marker};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::JoinHandle;

/// The clients, which send requests one after the other.
const CLIENTS: usize = 16;
/// The usage of each answer.
const USED: (u64, u64) = (30, 12);
/// After this time no reservation of a crash counts any more, plus a margin for the machine: a lease lasts two minutes
/// at most.
const LEASE_S: u64 = 125;

const MODELS: [&str; 4] = ["metered", "slow", "first-fails", "ticking"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Victim {
    Client,
    Upstream,
    Host,
}

/// Pseudo-random moments, the same in every run (Knuth's MMIX).
struct Moments(u64);

impl Moments {
    fn next(&mut self, below: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// The complete answers that clients have seen, which must have been counted.
#[derive(Default)]
struct Seen {
    answers: AtomicU64,
    stop: AtomicBool,
}

/// One client: requests buffered answers and streams until it is stopped or killed.
fn client(limited: &Limited, number: usize, seen: &Arc<Seen>) -> JoinHandle<()> {
    let calls: Vec<_> = (0..200)
        .map(|turn: usize| {
            let model = MODELS[(number + turn) % MODELS.len()];
            let mut body = metered(model, &marker(), USED.0, USED.1);
            body["stream"] = (model == "ticking" || turn.is_multiple_of(2)).into();
            body["max_tokens"] = 50.into();
            let call = limited.call_at(number, "alice", "POST", "/v1/chat/completions");
            (model, call.body(body.to_string()))
        })
        .collect();
    let seen = Arc::clone(seen);
    tokio::spawn(async move {
        for (model, call) in calls {
            if seen.stop.load(Ordering::SeqCst) {
                return;
            }
            // A client of a killed host sees an error.
            let Ok(mut open) = call.try_open().await else {
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            };
            if model == "ticking" {
                // It has no end: the client leaves.
                let _ = open.next().await;
                continue;
            }
            let answer = open.whatever_comes().await;
            let is_whole = answer
                .header("content-length")
                .is_some_and(|length| length == answer.body.len().to_string());
            let is_streamed = answer.text().ends_with("data: [DONE]\n\n");
            if answer.status == 200 && model != "slow" && (is_whole || is_streamed) {
                seen.answers.fetch_add(1, Ordering::SeqCst);
            }
        }
    })
}

/// Load, and a crash in the middle of it.
async fn round(limited: &mut Limited, victim: Victim, moments: &mut Moments, seen: &Arc<Seen>) {
    seen.stop.store(false, Ordering::SeqCst);
    let answers = || seen.answers.load(Ordering::SeqCst);
    let before = answers();
    let clients: Vec<_> = (0..CLIENTS).map(|number| client(limited, number, seen)).collect();
    // On busy cores a new host needs some time before there is load.
    eventually("an answer", || (answers() > before).then_some(())).await;
    tokio::time::sleep(Duration::from_millis(50 + moments.next(400))).await;
    match victim {
        Victim::Client => clients.iter().for_each(JoinHandle::abort),
        Victim::Upstream => limited.upstream.crash_and_restart(),
        Victim::Host => {
            let count = limited.gateways.len() as u64;
            let which = usize::try_from(moments.next(count)).unwrap();
            limited.gateways[which].crash_and_restart();
        }
    }
    tokio::time::sleep(Duration::from_millis(50 + moments.next(200))).await;
    seen.stop.store(true, Ordering::SeqCst);
    for client in clients {
        // It was killed, or has ended.
        let _ = client.await;
    }
}

/// Asserts that no counter is negative, and that reservations belong to leases of minutes that have begun; returns
/// their number.
fn assert_sound(limited: &Limited) -> usize {
    let (minute, mut held) = (unix_s() / 60, 0);
    for (name, count) in limited.counters() {
        assert!(count >= 0, "{name} is {count}");
        if let Some((_, lease)) = name.split_once("/held/").filter(|_| count > 0) {
            let of: u64 = lease.rsplit('/').next().unwrap().parse().unwrap();
            assert!(of <= minute, "{name} is of a minute to come");
            held += 1;
        }
    }
    held
}

/// Every complete answer is counted, and no more than the vendor was asked for.
async fn assert_counted(limited: &Limited, seen: &Seen) {
    let usage = limited.usage("alice").await;
    let answers = seen.answers.load(Ordering::SeqCst);
    let asked = limited.upstream.requests("").len() as u64;
    let used = |unit: &str| usage.used("consumer", unit);
    assert!(used("input_tokens") >= answers * USED.0, "{answers} answers: {:?}", usage.0);
    assert!(used("output_tokens") >= answers * USED.1, "{answers} answers: {:?}", usage.0);
    assert!(used("usd") >= answers * nano_usd(USED.0, 0, USED.1), "{:?}", usage.0);
    assert!(used("requests") >= answers, "{:?}", usage.0);
    let most_input = asked * USED.0.max(prompt_tokens());
    assert!(used("input_tokens") <= most_input, "{asked} were asked: {:?}", usage.0);
    assert!(used("usd") < asked * OUTPUT_PICO_USD, "{asked} were asked: {:?}", usage.0);
}

fn setup() -> Setup {
    Setup::new(WIDE).consumer("alice", "plan = \"wide\"")
}

#[tokio::test]
async fn nothing_stays_reserved_when_clients_and_the_vendor_die() {
    for counting in [Counting::KeyValue, Counting::Redis { gateways: 2 }] {
        let (mut limited, mut moments) = (setup().start(counting), Moments(7));
        let seen = Arc::new(Seen::default());
        for victim in [Victim::Client, Victim::Upstream, Victim::Client, Victim::Upstream] {
            round(&mut limited, victim, &mut moments, &seen).await;
            // At once, not only after a lease.
            limited.settled("alice").await;
            assert_sound(&limited);
        }
        assert_counted(&limited, &seen).await;
        assert!(seen.answers.load(Ordering::SeqCst) > 0, "there was no load");
    }
}

#[tokio::test]
async fn what_a_killed_host_leaves_is_held_by_a_lease_and_nothing_is_below_zero() {
    for counting in [Counting::KeyValue, Counting::Redis { gateways: 2 }] {
        let (mut limited, mut moments) = (setup().start(counting), Moments(11));
        let seen = Arc::new(Seen::default());
        let mut held = 0;
        for _ in 0..4 {
            round(&mut limited, Victim::Host, &mut moments, &seen).await;
            held += assert_sound(&limited);
        }
        assert!(held > 0, "no host was killed in the midst of a request, {counting:?}");
        assert_counted(&limited, &seen).await;
        assert!(seen.answers.load(Ordering::SeqCst) > 0, "there was no load");
    }
}

async fn fifty_kills(counting: Counting) {
    let (mut limited, mut moments) = (setup().start(counting), Moments(13));
    let seen = Arc::new(Seen::default());
    for _ in 0..50 {
        let victims = [Victim::Client, Victim::Upstream, Victim::Host];
        let victim = victims[usize::try_from(moments.next(3)).unwrap()];
        round(&mut limited, victim, &mut moments, &seen).await;
        assert_sound(&limited);
    }
    tokio::time::sleep(Duration::from_secs(LEASE_S)).await;
    let usage = limited.usage("alice").await;
    assert_eq!(usage.reserved(), Vec::<&serde_json::Value>::new());
    assert_sound(&limited);
    assert_counted(&limited, &seen).await;
    // The next request is admitted and settled as usual.
    let before = usage.used("consumer", "tokens");
    let body = metered("metered", &marker(), USED.0, USED.1);
    assert_eq!(limited.chat("alice", &body).send().await.status, 200);
    let after = limited.usage("alice").await;
    assert_eq!(after.numbers("consumer", "tokens").0, before + USED.0 + USED.1);
    assert_eq!(after.numbers("consumer", "tokens").1, 0);
}

#[tokio::test]
#[ignore = "waits for a lease to end: some three minutes"]
async fn after_fifty_kills_and_a_lease_nothing_is_reserved_on_the_local_store() {
    fifty_kills(Counting::KeyValue).await;
}

#[tokio::test]
#[ignore = "waits for a lease to end: some three minutes"]
async fn after_fifty_kills_and_a_lease_nothing_is_reserved_in_redis() {
    fifty_kills(Counting::Redis { gateways: 2 }).await;
}

/// Longer than a lease lasts without renewal.
#[tokio::test]
#[ignore = "takes as long as a lease: two and a half minutes"]
async fn a_stream_that_outlives_its_lease_keeps_what_is_reserved_for_it() {
    let plans = r#"
[[plan]]
name = "one"
limits = [
  { scope = "consumer", unit = "concurrent_requests", amount = 1 },
  { scope = "consumer", unit = "tokens", per = "month", amount = 1_000_000 },
]
"#;
    let setup = Setup::new(plans).consumer("alice", "plan = \"one\"");
    for counting in [Counting::KeyValue, Counting::Redis { gateways: 1 }] {
        let (limited, marker) = (setup.start(counting), marker());
        let mut body = metered("stepped", &marker, 100, 10);
        body["stream"] = true.into();
        limited.upstream.release(&marker, 1);
        let mut stream = limited.chat("alice", &body).open().await;
        stream.read_events(1).await;
        let reading = tokio::spawn(stream.whole());
        for _ in 0..15 {
            tokio::time::sleep(Duration::from_secs(10)).await;
            let usage = limited.usage("alice").await;
            let reserved = |unit: &str| usage.numbers("consumer", unit).1;
            assert_eq!(reserved("concurrent_requests"), 1, "{counting:?}");
            assert_eq!(reserved("tokens"), prompt_tokens() + 1_000, "{counting:?}");
            let other = limited.ask("alice", "metered", &postern_tests::marker()).send().await;
            assert_eq!(other.status, 429, "{counting:?}: {}", other.text());
        }
        limited.upstream.release(&marker, 100);
        assert_eq!(reading.await.unwrap().status, 200);
        let usage = limited.usage("alice").await;
        assert_eq!(usage.reserved(), Vec::<&serde_json::Value>::new(), "{counting:?}");
        // "stepped" reports the usual usage.
        let (input, output) = postern_tests::upstream::USAGE;
        assert_eq!(usage.used("consumer", "tokens"), input + output, "{counting:?}");
        assert_sound(&limited);
    }
}
