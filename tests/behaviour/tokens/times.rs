//! From when to when a token holds, and for whom.

use super::scene;
use postern_tests::issuer::token::{signed, unix_s, with};
use postern_tests::marker;
use serde_json::{Value, json};
use std::time::Duration;

fn token(members: &Value) -> String {
    let scene = scene();
    signed(&scene.p256, &with(scene.claims(), members))
}

#[tokio::test]
async fn refuses_a_token_outside_its_time() {
    let now = unix_s();
    for (what, members) in [
        ("expired", json!({ "exp": now - 120 })),
        ("expired long ago", json!({ "exp": 1 })),
        ("expired before it was issued", json!({ "iat": now, "exp": now - 3_600 })),
        ("not yet valid", json!({ "nbf": now + 600 })),
        ("issued in the far future", json!({ "iat": now + 86_400, "exp": now + 90_000 })),
        ("without an end", json!({ "exp": null })),
        ("an end in words", json!({ "exp": "2099-01-01" })),
        ("an end in quotes", json!({ "exp": (now + 300).to_string() })),
        ("a negative end", json!({ "exp": -1 })),
        ("an end that is a list", json!({ "exp": [now + 300] })),
        ("a beginning in words", json!({ "nbf": "now" })),
    ] {
        scene().guarded.assert_refuses(what, &token(&members)).await;
    }
}

#[tokio::test]
async fn says_that_a_token_has_expired_so_that_a_client_gets_another() {
    let (scene, marker) = (scene(), marker());
    let token = token(&json!({ "exp": unix_s() - 120 }));
    let answer = scene.guarded.answer(&token, &marker).await;
    assert_eq!(answer.refusal(), (401, "token_expired".to_owned()));
    scene.guarded.assert_nothing_reached_the_vendor(&marker);
}

#[tokio::test]
async fn bears_with_clocks_that_differ_by_less_than_the_leeway() {
    let now = unix_s();
    for (what, members) in [
        ("expired just now", json!({ "exp": now - 20 })),
        ("valid in a moment", json!({ "nbf": now + 20, "iat": now + 20 })),
        ("without a beginning", json!({ "nbf": null })),
    ] {
        scene().guarded.assert_lets_in(what, &token(&members), "alice").await;
    }
}

#[tokio::test]
async fn a_remembered_token_ends_when_it_ends() {
    let scene = scene();
    let end = unix_s() + 4;
    let claims = with(scene.partner.claims("somebody"), &json!({ "exp": end }));
    let token = signed(&scene.partner_p256, &claims);
    loop {
        let before = unix_s();
        let status = scene.guarded.answer(&token, &marker()).await.status;
        let after = unix_s();
        if after < end {
            assert_eq!(status, 200, "{} s before its end", end - after);
        }
        if before >= end {
            assert_eq!(status, 401, "{} s after its end", before - end);
            break;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    scene.guarded.assert_refuses("after its end", &token).await;
}

#[tokio::test]
async fn refuses_a_token_for_another_audience() {
    for audience in [
        json!("another"),
        json!(["another", "others"]),
        json!([]),
        json!(""),
        json!("postern-other"),
        json!("POSTERN"),
        json!("postern "),
        json!([["postern"]]),
        json!({ "postern": true }),
        json!(7),
        json!(null),
    ] {
        let token = token(&json!({ "aud": audience }));
        scene().guarded.assert_refuses(&audience.to_string(), &token).await;
    }
    let one_of_several = token(&json!({ "aud": ["another", "postern"] }));
    scene().guarded.assert_lets_in("one of several", &one_of_several, "alice").await;
}

#[tokio::test]
async fn refuses_a_token_of_another_issuer() {
    let scene = scene();
    let (corporate, partner) = (scene.corporate.origin(), scene.partner.origin());
    for issuer in [
        json!("https://login.example.com"),
        json!(format!("{corporate}/")),
        json!(corporate.to_uppercase()),
        json!(format!("{corporate}\u{0}")),
        json!([corporate]),
        json!({ "iss": corporate }),
        json!(""),
        json!(null),
        // Of policy, but the key is another issuer's, though it has the same id.
        json!(partner),
    ] {
        let token = token(&json!({ "iss": issuer }));
        scene.guarded.assert_refuses(&issuer.to_string(), &token).await;
    }
}
