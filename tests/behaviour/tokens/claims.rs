//! From a valid token's claims to its caller, and the record of it.

use super::scene;
use postern_tests::issuer::token::{signed, with};
use postern_tests::marker;
use serde_json::{Value, json};

/// The line of the log for a question with these additional claims.
async fn line(claims: Value) -> Value {
    let (scene, marker) = (scene(), marker());
    let token = signed(&scene.p256, &with(scene.claims(), &claims));
    let answer = scene.guarded.answer(&token, &marker).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    scene.guarded.stage.gateway.log_line(&marker).await
}

#[tokio::test]
async fn the_claims_of_the_policy_say_what_the_caller_is() {
    let said = line(json!({ "department": "physics", "tid": "acme" })).await;
    assert_eq!(said["consumer"], "alice");
    assert_eq!((&said["team"], &said["tenant"]), (&"physics".into(), &"acme".into()));
    assert_eq!(said["issuer"], "corporate");
    // A value without a claim comes from consumers.toml.
    let unsaid = line(json!({})).await;
    assert_eq!((&unsaid["team"], &unsaid["tenant"]), (&"research".into(), &Value::Null));
}

#[tokio::test]
async fn the_record_names_caller_credential_and_decision_and_never_the_token() {
    let (scene, marker) = (scene(), marker());
    let claims = scene.claims();
    let token = signed(&scene.p256, &claims);
    assert_eq!(scene.guarded.answer(&token, &marker).await.status, 200);
    let gateway = &scene.guarded.stage.gateway;
    let line = gateway.log_line(&marker).await;
    assert_eq!(line["access"]["allowed"], true, "{line}");
    assert_eq!(line["access"]["actions"], json!(["chat"]));
    assert_eq!(line["access"]["policies"], json!(["everything"]));
    let id = line["credential_id"].as_str().expect("an id");
    let jti = claims["jti"].as_str().unwrap();
    assert!(!id.is_empty() && !id.contains(jti), "the token's id is hashed: {id}");
    let log = gateway.log();
    for part in token.split('.').skip(1).chain([jti]) {
        assert!(!log.contains(part), "{part} is in the log");
    }
    // The same token has the same id, another one has another.
    let (again, other) = (postern_tests::marker(), postern_tests::marker());
    scene.guarded.answer(&token, &again).await;
    scene.guarded.answer(&scene.token(), &other).await;
    assert_eq!(gateway.log_line(&again).await["credential_id"], id);
    assert_ne!(gateway.log_line(&other).await["credential_id"], id);
}

#[tokio::test]
async fn whom_no_policy_declares_is_what_the_issuers_policy_says() {
    let scene = scene();
    let token = signed(&scene.partner_p256, &scene.partner.claims("somebody"));
    let marker = marker();
    assert_eq!(scene.guarded.answer(&token, &marker).await.status, 200);
    let line = scene.guarded.stage.gateway.log_line(&marker).await;
    assert_eq!(
        (&line["consumer"], &line["team"]),
        (&"partner/somebody".into(), &"partners".into())
    );
    // One model, and nothing else.
    let other = postern_tests::marker();
    let answer = scene.guarded.ask("p", &other).key(&token).send().await;
    assert_eq!(answer.refusal(), (404, "model_not_found".to_owned()));
    scene.guarded.assert_nothing_reached_the_vendor(&other);
}

#[tokio::test]
async fn a_consumer_without_access_is_known_and_refused() {
    let scene = scene();
    // An undeclared consumer; and a declared one, but not for tokens of this issuer.
    for subject in ["bob", "of-nobody", "tester", "partner/alice", "Alice", "alice "] {
        let marker = marker();
        let token = signed(&scene.p256, &scene.corporate.claims(subject));
        let answer = scene.guarded.answer(&token, &marker).await;
        assert_eq!(answer.refusal(), (403, "unknown_consumer".to_owned()), "{subject}");
        scene.guarded.assert_nothing_reached_the_vendor(&marker);
    }
}

#[tokio::test]
async fn a_claim_that_is_no_name_authenticates_no_caller() {
    let scene = scene();
    for subject in [
        json!(null),
        json!(""),
        json!(["alice"]),
        json!({ "alice": true }),
        json!("alice\n{\"consumer\":\"tester\"}"),
        json!("x".repeat(300)),
    ] {
        let claims = with(scene.claims(), &json!({ "sub": subject }));
        let token = signed(&scene.p256, &claims);
        scene.guarded.assert_refuses(&subject.to_string(), &token).await;
    }
    let claims = with(scene.claims(), &json!({ "data_class": "top secret" }));
    scene.guarded.assert_refuses("no class", &signed(&scene.p256, &claims)).await;
}

#[tokio::test]
async fn regions_of_a_claim_only_narrow_where_a_request_may_go() {
    let scene = scene();
    let stage = &scene.guarded.stage;
    let token = signed(&scene.p256, &with(scene.claims(), &json!({ "regions": ["eu"] })));
    let marker = marker();
    let answer = scene.guarded.ask("in-both", &marker).key(&token).send().await;
    assert_eq!(answer.header("x-postern-served-by"), Some("vendor-eu/plain"), "{}", answer.text());
    assert_eq!(stage.upstream.requests(&marker).len(), 1);
    let elsewhere = postern_tests::marker();
    let answer = scene.guarded.ask("in-us", &elsewhere).key(&token).send().await;
    assert_eq!(answer.refusal(), (422, "no_eligible_deployment".to_owned()));
    scene.guarded.assert_nothing_reached_the_vendor(&elsewhere);
}
