//! What instances know of each other, through the store.

use super::store::{Store, now};
use crate::world::{Asked, asked, catalogue, model, provider};
use postern_policy::Catalogue;
use postern_route::{Allowed, Observed, Replica, Request};
use postern_types::FaultKind;
use postern_types::router::{AttemptFailure, AttemptOutcome, Observations, ObservedAttempt};

fn world(strategy: &str) -> Catalogue {
    let models = ["p0", "p1"].map(|name| provider(name, "")).concat();
    let priced = "input_usd_per_million_tokens = 1\ncached_input_usd_per_million_tokens = 0\noutput_usd_per_million_tokens = 1\n";
    let one = model("one", "", &["p0"]) + priced;
    let other = model("other", "", &["p1"]) + priced;
    let routes = format!(
        "[[route]]\nalias = \"r\"\nstrategy = {strategy:?}\nmodels = [\"one\", \"other\"]\n"
    );
    catalogue(&[models, one, other], &routes)
}

/// What an instance decides: the order, the decision as told, the memo.
fn choose(replica: &Replica<Store>, catalogue: &Catalogue, asked: &Asked) -> Told {
    let allowed = Allowed::of(&asked.caller);
    let request = Request {
        name: "r",
        allowed: &allowed,
        facts: &asked.facts,
        signals: &asked.signals,
        headers: &[],
        observed: &Observed::default(),
        unix_ms: asked.unix_ms,
        seed: asked.seed,
    };
    let chosen = now(replica.choose(catalogue, &request)).unwrap();
    let order = chosen.decision.choices().map(|one| one.deployment.name.clone()).collect();
    Told { order, text: chosen.decision.to_json(9), memo: chosen.memo }
}

struct Told {
    order: Vec<String>,
    text: String,
    memo: String,
}

fn tell(
    replica: &Replica<Store>,
    catalogue: &Catalogue,
    told: &Told,
    outcome: AttemptOutcome,
    at: u64,
) {
    let attempt = ObservedAttempt {
        deployment: told.order[0].clone(),
        outcome,
        first_token_ms: Some(100),
        duration_ms: 1_000,
        output_tokens: 90,
    };
    let (memos, attempts) = (vec![told.memo.clone()], vec![attempt]);
    let observations = Observations { memos, attempts, serving: None, unix_ms: at };
    now(replica.observe(catalogue, &observations));
}

fn failed(kind: FaultKind) -> AttemptOutcome {
    AttemptOutcome::Failed(AttemptFailure { kind, retry_after_ms: None })
}

#[test]
fn instances_of_one_request_each_count_failures_together() {
    let (store, catalogue) = (Store::default(), world("ordered"));
    let mut asked = asked();
    for tried in 0..5 {
        let cold = Replica::new(store.clone(), tried << 32);
        let told = choose(&cold, &catalogue, &asked);
        assert_eq!(told.order, ["p0/one", "p1/other"], "{tried}");
        asked.unix_ms += 500;
        tell(&cold, &catalogue, &told, failed(FaultKind::UpstreamFailed), asked.unix_ms);
    }
    let told = choose(&Replica::new(store.clone(), 9 << 32), &catalogue, &asked);
    assert_eq!(told.order, ["p1/other"], "{}", told.text);
    assert!(told.text.contains("\"filter\":\"breaker\""), "{}", told.text);
    // Of many cold instances one probes.
    asked.unix_ms += 5_000;
    let replicas: Vec<_> = (20..40).map(|id| Replica::new(store.clone(), id << 32)).collect();
    let told: Vec<_> = replicas.iter().map(|one| choose(one, &catalogue, &asked)).collect();
    let probes: Vec<_> = (0..20).filter(|place| told[*place].order[0] == "p0/one").collect();
    assert_eq!(probes, [0]);
    // It answers, and all use it again within the time for which they keep what they have read.
    tell(&replicas[0], &catalogue, &told[0], AttemptOutcome::Answered, asked.unix_ms + 300);
    asked.unix_ms += 1_300;
    for replica in &replicas {
        assert_eq!(choose(replica, &catalogue, &asked).order, ["p0/one", "p1/other"]);
    }
}

#[test]
fn a_probe_that_was_not_sent_leaves_it_to_another_request() {
    let (store, catalogue) = (Store::default(), world("ordered"));
    let mut asked = asked();
    let replica = Replica::new(store.clone(), 1 << 32);
    for _ in 0..5 {
        let told = choose(&replica, &catalogue, &asked);
        tell(&replica, &catalogue, &told, failed(FaultKind::Overloaded), asked.unix_ms);
    }
    asked.unix_ms += 5_000;
    let probe = choose(&replica, &catalogue, &asked);
    assert_eq!(probe.order[0], "p0/one");
    let other = Replica::new(store.clone(), 2 << 32);
    assert_eq!(choose(&other, &catalogue, &asked).order, ["p1/other"]);
    // A limit has refused the request.
    let memos = vec![probe.memo.clone()];
    let unix_ms = asked.unix_ms + 10;
    let nothing = Observations { memos, attempts: Vec::new(), serving: None, unix_ms };
    now(replica.observe(&catalogue, &nothing));
    asked.unix_ms += 1_000;
    assert_eq!(choose(&other, &catalogue, &asked).order[0], "p0/one");
}

#[test]
fn what_is_wrong_with_a_request_says_nothing_of_its_deployment() {
    for kind in [
        FaultKind::InvalidRequest,
        FaultKind::ContentFiltered,
        FaultKind::TooLarge,
        FaultKind::NotConfigured,
        FaultKind::Unavailable,
    ] {
        let (replica, catalogue, asked) =
            (Replica::new(Store::default(), 0), world("ordered"), asked());
        for _ in 0..20 {
            let told = choose(&replica, &catalogue, &asked);
            assert_eq!(told.order[0], "p0/one", "{kind:?}");
            tell(&replica, &catalogue, &told, failed(kind), asked.unix_ms);
        }
    }
}

#[test]
fn a_value_is_read_once_in_a_second_and_written_once() {
    let (store, catalogue, mut asked) = (Store::default(), world("fastest"), asked());
    let replica = Replica::new(store.clone(), 0);
    let told = choose(&replica, &catalogue, &asked);
    let reads = store.reads();
    assert!(reads <= 2, "a value for each deployment, if they are not in the same: {reads}");
    tell(&replica, &catalogue, &told, AttemptOutcome::Answered, asked.unix_ms);
    let (reads, writes) = (store.reads(), store.writes());
    assert_eq!(writes, 1, "the first is written at once: this may be the only request");
    for at in 0..900 {
        asked.unix_ms += u64::from(at % 9 == 0);
        let told = choose(&replica, &catalogue, &asked);
        tell(&replica, &catalogue, &told, AttemptOutcome::Answered, asked.unix_ms);
    }
    assert!(store.reads() - reads <= 2, "{}", store.reads() - reads);
    assert!(store.writes() - writes <= 1, "{}", store.writes() - writes);
}

#[test]
fn without_a_store_the_order_is_that_of_the_policy_and_the_record_says_so() {
    for strategy in ["ordered", "fastest", "least_loaded"] {
        let (store, catalogue, mut asked) = (Store::default(), world(strategy), asked());
        store.set_down(true);
        let told = choose(&Replica::new(store.clone(), 0), &catalogue, &asked);
        assert_eq!(told.order, ["p0/one", "p1/other"], "{strategy}");
        assert!(told.text.contains("cannot be reached"), "{}", told.text);
        // It is there again, and an instance has written to it.
        store.set_down(false);
        let replica = Replica::new(store.clone(), 1);
        let told = choose(&replica, &catalogue, &asked);
        assert!(!told.text.contains("the shared state"), "{}", told.text);
        tell(&replica, &catalogue, &told, AttemptOutcome::Answered, asked.unix_ms);
        store.corrupt();
        let cold = Replica::new(store.clone(), 2);
        let told = choose(&cold, &catalogue, &asked);
        assert_eq!(told.order, ["p0/one", "p1/other"], "{strategy}");
        assert!(told.text.contains("cannot be read"), "{}", told.text);
        // What cannot be read is replaced.
        tell(&cold, &catalogue, &told, AttemptOutcome::Answered, asked.unix_ms);
        asked.unix_ms += 1_000;
        let other = choose(&Replica::new(store.clone(), 3), &catalogue, &asked);
        assert!(
            !other.text.contains("p0/one\",\"model\":\"one\",\"route\":\"r\",\"by\":\"not"),
            "{}",
            other.text
        );
    }
}

#[test]
fn the_load_of_all_instances_counts_until_it_lapses() {
    let (store, catalogue, mut asked) = (Store::default(), world("least_loaded"), asked());
    let busy = Replica::new(store.clone(), 1 << 32);
    let told = choose(&busy, &catalogue, &asked);
    assert_eq!(told.order[0], "p0/one");
    // What it has under way is shared when it writes next, as here when another request of it has ended.
    (0..3).for_each(|_| drop(choose(&busy, &catalogue, &asked)));
    tell(&busy, &catalogue, &told, AttemptOutcome::Answered, asked.unix_ms);
    let other = Replica::new(store.clone(), 2 << 32);
    let told = choose(&other, &catalogue, &asked);
    assert!(told.text.contains("under way"), "{}", told.text);
    // It has crashed: nothing takes its load back, but time.
    asked.unix_ms += 31_000;
    let later = choose(&Replica::new(store, 3 << 32), &catalogue, &asked);
    assert!(later.text.contains("\"by\":\"0 under way\""), "{}", later.text);
}

#[test]
fn a_conversation_goes_where_its_prompt_is_cached_in_any_instance() {
    let (store, catalogue, mut asked) = (Store::default(), world("cheapest"), asked());
    asked.signals.prompt_tokens = 10_000;
    let first = Replica::new(store.clone(), 1 << 32);
    let mut told = choose(&first, &catalogue, &asked);
    assert_eq!(told.order[0], "p0/one");
    asked.signals.conversation = Some(77);
    let memo = choose(&first, &catalogue, &asked).memo;
    // The first one had failed.
    (told.order, told.memo) = (vec!["p1/other".to_owned()], memo);
    tell(&first, &catalogue, &told, AttemptOutcome::Answered, asked.unix_ms);
    let next = choose(&Replica::new(store.clone(), 2 << 32), &catalogue, &asked);
    assert_eq!(next.order[0], "p1/other", "{}", next.text);
    assert!(next.text.contains("cached"), "{}", next.text);
    asked.unix_ms += 300_000;
    let late = choose(&Replica::new(store, 3 << 32), &catalogue, &asked);
    assert_eq!(late.order[0], "p0/one", "{}", late.text);
}
