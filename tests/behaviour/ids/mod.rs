//! Ids of objects in the account with a vendor: only their owners may use them.
//!
//! Stages: gateway, auth, provider.

mod dialects;
mod failing;
mod policy;
mod setup;

use postern_tests::marker;
use serde_json::json;
use setup::{RESPONSES, Setup, next_turn, response};

#[tokio::test]
async fn a_response_is_gone_on_with_by_its_tenant_alone() {
    let accounts = Setup::default().start();
    for stream in [false, true] {
        let kept = accounts.handed_out("acme-shop", RESPONSES, response("keeps", stream)).await;
        for consumer in ["acme-shop", "acme-support"] {
            accounts.assert_may(consumer, RESPONSES, next_turn("keeps", &kept)).await;
        }
        for consumer in ["globex", "lone", "alone"] {
            let next = next_turn("keeps", &kept);
            let field = "previous_response_id";
            let foreign = accounts.assert_may_not(consumer, RESPONSES, next, field).await;
            // The answer does not reveal whether another caller has it.
            let guessed = next_turn("keeps", &marker());
            let unknown = accounts.assert_may_not(consumer, RESPONSES, guessed, field).await;
            assert_eq!(foreign, unknown);
        }
    }
}

#[tokio::test]
async fn callers_without_a_tenant_are_each_by_themselves() {
    let accounts = Setup::default().start();
    let kept = accounts.handed_out("lone", RESPONSES, response("keeps", false)).await;
    accounts.assert_may("lone", RESPONSES, next_turn("keeps", &kept)).await;
    for consumer in ["alone", "acme-shop"] {
        let next = next_turn("keeps", &kept);
        accounts.assert_may_not(consumer, RESPONSES, next, "previous_response_id").await;
    }
}

#[tokio::test]
async fn an_id_can_be_used_as_soon_as_it_can_be_read() {
    let accounts = Setup::default().start();
    let marker = marker();
    let call = accounts.call("acme-shop", RESPONSES, response("gated", true), &marker);
    let mut open = call.open().await;
    let events = open.read_events(1).await;
    let id = events[0].json().unwrap()["response"]["id"].as_str().unwrap().to_owned();
    assert_eq!(id, format!("resp_{marker}"));
    accounts.assert_may("acme-support", RESPONSES, next_turn("keeps", &marker)).await;
    let next = next_turn("keeps", &marker);
    accounts.assert_may_not("globex", RESPONSES, next, "previous_response_id").await;
    // An id that has not arrived yet has no owner.
    let item = json!({ "model": "keeps", "input": [{ "type": "item_reference", "id": format!("msg_{marker}") }] });
    accounts.assert_may_not("acme-shop", RESPONSES, item.clone(), "input[0].id").await;
    accounts.vendor.release(&marker, 100);
    let answer = open.whole().await;
    assert_eq!(answer.status, 200);
    accounts.assert_may("acme-shop", RESPONSES, item).await;
}

#[tokio::test]
async fn an_id_is_of_the_deployment_that_handed_it_out() {
    let accounts = Setup::default().start();
    for stream in [false, true] {
        // The first deployment fails, and the second hands it out.
        let kept =
            accounts.handed_out("acme-shop", RESPONSES, response("fails-first", stream)).await;
        let marker = marker();
        let call = accounts.call("acme-shop", RESPONSES, next_turn("fails-first", &kept), &marker);
        let answer = call.send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("x-postern-served-by"), Some("two/keeps"));
        // The account without this object was not asked.
        let line = accounts.gateway.log_line(&marker).await;
        assert_eq!(line["attempts"].as_array().map(Vec::len), Some(1), "{line}");
        assert_eq!(line["attempts"][0]["deployment"], "two/keeps", "{line}");
        // In another account the same id could belong to anyone.
        let elsewhere = next_turn("keeps", &kept);
        let field = "previous_response_id";
        accounts.assert_may_not("acme-shop", RESPONSES, elsewhere, field).await;
        accounts.assert_may("acme-shop", RESPONSES, next_turn("keeps-elsewhere", &kept)).await;
    }
}

#[tokio::test]
async fn to_whom_ids_were_handed_out_outlives_a_crash() {
    let mut accounts = Setup::default().start();
    let kept = accounts.handed_out("acme-shop", RESPONSES, response("keeps", false)).await;
    accounts.gateway.crash_and_restart();
    accounts.assert_may("acme-support", RESPONSES, next_turn("keeps", &kept)).await;
    let next = next_turn("keeps", &kept);
    accounts.assert_may_not("globex", RESPONSES, next, "previous_response_id").await;
}
