//! Limits by key apply to the owner of tokens, whatever the tokens' ids.

use postern_tests::issuer::token::{signed, unix_s, with};
use postern_tests::issuer::{Endpoint, Guarded, Issuer, Key, Policies};
use postern_tests::marker;
use serde_json::{Value, json};

const TWO_A_DAY: &str = r#"
default_plan = "two"
[[plan]]
name = "two"
limits = [{ scope = "key", unit = "requests", per = "day", window = "rolling", amount = 2 }]
"#;

/// Every caller that `sub` or `name` names may call, by the same plan.
fn start(issuer: &Issuer, consumer: &str) -> Guarded {
    let more = format!(
        "[issuer.claims]\nconsumer = \"{consumer}\"\n[issuer.undeclared]\nmodels = [\"plain-model\"]\n"
    );
    let policies = Policies { plans: TWO_A_DAY.to_owned(), ..Policies::default() };
    Guarded::start(&policies.issuer("corporate", &issuer.origin(), &more))
}

async fn statuses(guarded: &Guarded, key: &Key, claims: &[Value]) -> Vec<u16> {
    let mut statuses = Vec::new();
    for claims in claims {
        statuses.push(guarded.answer(&signed(key, claims), &marker()).await.status);
    }
    statuses
}

#[tokio::test]
async fn every_token_of_a_subject_counts_for_her_alone() {
    let key = Key::p256("p256");
    let issuer = Issuer::start(&[&key]);
    let guarded = start(&issuer, "sub");
    let of = |subject: &str, id: &str| with(issuer.claims(subject), &json!({ "jti": id }));
    let ada = [of("ada", "1"), of("ada", "2"), of("ada", "3"), of("ada", "1")];
    assert_eq!(statuses(&guarded, &key, &ada).await, [200, 200, 429, 429]);
    // Another subject whose tokens have the same ids.
    let bob = [of("bob", "1"), of("bob", "2"), of("bob", "3")];
    assert_eq!(statuses(&guarded, &key, &bob).await, [200, 200, 429]);
    // Records still distinguish the tokens.
    let mut ids = Vec::new();
    for id in ["a", "b"] {
        let marker = marker();
        guarded.answer(&signed(&key, &of("ada", id)), &marker).await;
        ids.push(guarded.stage.gateway.log_line(&marker).await["credential_id"].clone());
    }
    assert!(ids[0].is_string() && ids[0] != ids[1], "{ids:?}");
}

#[tokio::test]
async fn tokens_without_a_subject_count_for_their_client_or_their_consumer() {
    let key = Key::p256("p256");
    let issuer = Issuer::start(&[&key]);
    let guarded = start(&issuer, "app");
    let of = |members: Value| with(issuer.claims("x"), &with(members, &json!({ "sub": null })));
    let without = |members: Value| {
        let mut claims = of(members);
        claims.as_object_mut().unwrap().remove("sub");
        claims
    };
    let client = |id: &str| without(json!({ "app": "shop", "client_id": "c1", "jti": id }));
    assert_eq!(
        statuses(&guarded, &key, &[client("1"), client("2"), client("3")]).await,
        [200, 200, 429]
    );
    let consumer = |id: &str| without(json!({ "app": "shop", "jti": id }));
    assert_eq!(
        statuses(&guarded, &key, &[consumer("4"), consumer("5"), consumer("6")]).await,
        [200, 200, 429]
    );
}

#[tokio::test]
async fn opaque_tokens_count_for_their_subject() {
    let issuer = Issuer::start(&[]);
    let policies = Policies { plans: TWO_A_DAY.to_owned(), ..Policies::default() }
        .introspected("corporate", &issuer, 60, "")
        .consumer("alice", "issuers = [\"corporate\"]");
    let guarded = Guarded::start(&policies);
    let mut statuses = Vec::new();
    for number in 1..=3 {
        let token = format!("opaque-token-number-{number}");
        issuer.know(
            &token,
            json!({
                "active": true, "iss": issuer.origin(), "sub": "alice", "aud": "postern",
                "jti": number.to_string(), "exp": unix_s() + 300,
            }),
        );
        statuses.push(guarded.answer(&token, &marker()).await.status);
    }
    assert_eq!(
        (statuses.as_slice(), issuer.asked(Endpoint::Introspection)),
        (&[200, 200, 429][..], 3)
    );
}
