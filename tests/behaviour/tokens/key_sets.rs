//! The keys of an issuer: fetched, cached, renewed, and used for some time while the issuer is down.

use postern_tests::issuer::token::{signed, unix_s};
use postern_tests::issuer::{Endpoint, Guarded, Issuer, Key, Manner, Policies};
use postern_tests::{PATIENCE, marker};
use serde_json::json;
use std::time::{Duration, Instant};

/// The values of the policy below.
const TTL_S: u64 = 600;
const STALE_S: u64 = 1_200;
const REFRESH_S: u64 = 10;

fn guarded(issuer: &Issuer) -> Guarded {
    let times = format!(
        "key_set = {{ ttl_s = {TTL_S}, stale_s = {STALE_S}, refresh_s = {REFRESH_S}, timeout_ms = 2_000 }}"
    );
    let policies = Policies::default().issuer("corporate", &issuer.origin(), &times);
    Guarded::start(&policies.consumer("alice", "issuers = [\"corporate\"]"))
}

/// Stores a key set of this age where the gateway caches fetched ones.
fn keep(guarded: &Guarded, issuer: &Issuer, key: &Key, age_s: u64) {
    let record = json!({
        "schema": 1,
        "source": issuer.origin(),
        "fetched_at_unix_s": unix_s() - age_s,
        "key_set": json!({ "keys": [key.jwk().unwrap()] }).to_string(),
    });
    guarded.stage.gateway.set_key_value("key-set/corporate", record.to_string().as_bytes());
}

#[tokio::test]
async fn are_fetched_once_for_many_tokens() {
    let key = Key::p256("one");
    let issuer = Issuer::start(&[&key]);
    let guarded = guarded(&issuer);
    for _ in 0..5 {
        let token = signed(&key, &issuer.claims("alice"));
        guarded.assert_lets_in("a token", &token, "alice").await;
    }
    assert_eq!((issuer.asked(Endpoint::Discovery), issuer.asked(Endpoint::KeySet)), (1, 1));
    assert_eq!(issuer.asked(Endpoint::Elsewhere), 0);
    // Its name is public; the token, which is secret, is in no request to the issuer.
    assert!(issuer.heads().iter().all(|head| !head.contains("authorization")));
}

#[tokio::test]
async fn are_waited_for_by_all_who_come_at_once() {
    let key = Key::p256("one");
    let issuer = Issuer::start(&[&key]);
    let guarded = guarded(&issuer);
    let one = || async {
        let token = signed(&key, &issuer.claims("alice"));
        guarded.answer(&token, &marker()).await.status
    };
    let all = tokio::join!(one(), one(), one(), one(), one(), one(), one(), one());
    let (a, b, c, d, e, f, g, h) = all;
    assert_eq!([a, b, c, d, e, f, g, h], [200; 8], "{}", guarded.stage.gateway.log());
    // A trap would end all of them, and the host would report it.
    assert!(!guarded.stage.gateway.log().contains("an instance of"));
}

#[tokio::test]
async fn a_new_key_is_looked_for_once_in_a_while_and_found() {
    let (old, new) = (Key::p256("old"), Key::p256("new"));
    let issuer = Issuer::start(&[&old]);
    let guarded = guarded(&issuer);
    guarded.assert_lets_in("the old key", &signed(&old, &issuer.claims("alice")), "alice").await;
    let fetched = Instant::now();
    issuer.publish(&[&old, &new]);
    // Until the next fetch is due, an unknown key is invalid; then the first token with it causes the fetch.
    let token = signed(&new, &issuer.claims("alice"));
    loop {
        let status = guarded.answer(&token, &marker()).await.status;
        if status == 200 {
            break;
        }
        assert_eq!((status, issuer.asked(Endpoint::KeySet)), (401, 1));
        assert!(fetched.elapsed() < PATIENCE, "the new key is not found");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    // The store has full seconds.
    assert!(fetched.elapsed() > Duration::from_secs(REFRESH_S - 2), "{:?}", fetched.elapsed());
    assert_eq!(issuer.asked(Endpoint::KeySet), 2);
    guarded
        .assert_lets_in("the old key still", &signed(&old, &issuer.claims("alice")), "alice")
        .await;
    // A flood of invented keys causes no flood of requests.
    let flood = Instant::now();
    for number in 0..20 {
        let invented = Key::p256(&format!("invented-{number}"));
        let token = signed(&invented, &issuer.claims("alice"));
        guarded.assert_refuses("an invented key", &token).await;
    }
    let due = usize::try_from(flood.elapsed().as_secs() / REFRESH_S).unwrap() + 1;
    assert!(issuer.asked(Endpoint::KeySet) <= 2 + due, "{}", issuer.asked(Endpoint::KeySet));
}

#[tokio::test]
async fn a_key_that_is_gone_is_gone_with_the_next_set() {
    let (old, new) = (Key::p256("old"), Key::p256("new"));
    let issuer = Issuer::start(&[&new]);
    let guarded = guarded(&issuer);
    keep(&guarded, &issuer, &old, TTL_S + 10);
    guarded.assert_refuses("the old key", &signed(&old, &issuer.claims("alice"))).await;
    guarded.assert_lets_in("the new key", &signed(&new, &issuer.claims("alice")), "alice").await;
    assert_eq!(issuer.asked(Endpoint::KeySet), 1);
}

#[tokio::test]
async fn kept_keys_are_used_without_asking_while_they_are_fresh() {
    let key = Key::p256("one");
    let issuer = Issuer::start(&[]);
    let guarded = guarded(&issuer);
    keep(&guarded, &issuer, &key, TTL_S - 60);
    guarded.assert_lets_in("a kept key", &signed(&key, &issuer.claims("alice")), "alice").await;
    assert_eq!(issuer.heads(), Vec::<String>::new());
}

#[tokio::test]
async fn stale_keys_are_used_while_the_issuer_is_away_and_no_longer() {
    let key = Key::p256("one");
    for manner in [Manner::Status(500), Manner::Hang, Manner::Redirect] {
        let issuer = Issuer::start(&[&key]);
        issuer.behave(Endpoint::Discovery, manner.clone());
        let what = format!("{manner:?}");
        let stale = guarded(&issuer);
        keep(&stale, &issuer, &key, TTL_S + STALE_S - 60);
        stale.assert_lets_in(&what, &signed(&key, &issuer.claims("alice")), "alice").await;
        assert!(issuer.asked(Endpoint::Discovery) > 0, "{what}: a stale set is looked for anew");
        // It is unknown whether a missing key exists.
        let unknown = signed(&Key::p256("two"), &issuer.claims("alice"));
        stale.assert_unavailable(&what, &unknown).await;
        let too_old = guarded(&issuer);
        keep(&too_old, &issuer, &key, TTL_S + STALE_S + 60);
        too_old.assert_unavailable(&what, &signed(&key, &issuer.claims("alice"))).await;
    }
}

#[tokio::test]
async fn an_issuer_that_comes_back_is_asked_again() {
    let key = Key::p256("one");
    let issuer = Issuer::start(&[&key]);
    issuer.behave(Endpoint::KeySet, Manner::Status(503));
    let guarded = guarded(&issuer);
    let token = || signed(&key, &issuer.claims("alice"));
    guarded.assert_unavailable("away", &token()).await;
    // Not at once, and not for every request.
    for _ in 0..5 {
        guarded.answer(&token(), &marker()).await;
    }
    assert!(issuer.asked(Endpoint::KeySet) < 5, "{}", issuer.asked(Endpoint::KeySet));
    issuer.behave(Endpoint::KeySet, Manner::Right);
    let start = Instant::now();
    while guarded.answer(&token(), &marker()).await.status != 200 {
        assert!(start.elapsed() < PATIENCE, "the issuer is not asked again");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

#[tokio::test]
async fn api_keys_are_good_whatever_the_issuers_do() {
    let key = Key::p256("one");
    let issuer = Issuer::start(&[&key]);
    issuer.behave(Endpoint::Discovery, Manner::Hang);
    let guarded = guarded(&issuer);
    guarded.assert_unavailable("a token", &signed(&key, &issuer.claims("alice"))).await;
    let before = issuer.heads().len();
    let answer = guarded.answer(guarded.stage.key.expose(), &marker()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(guarded.stage.gateway.call("GET", "/readyz").send().await.status, 200);
    assert_eq!(issuer.heads().len(), before, "a key has nothing to do with an issuer");
}
