//! The settings of ids in `gateway.toml`.

use super::setup::{RESPONSES, Setup, next_turn, response};
use postern_tests::marker;
use serde_json::json;
use std::time::Duration;

const FIELD: &str = "previous_response_id";

#[tokio::test]
async fn by_caller_not_even_the_same_tenant_goes_on() {
    let accounts = Setup { request: "foreign_ids = \"caller\"", ..Setup::default() }.start();
    for stream in [false, true] {
        let kept = accounts.handed_out("acme-shop", RESPONSES, response("keeps", stream)).await;
        accounts.assert_may("acme-shop", RESPONSES, next_turn("keeps", &kept)).await;
        for consumer in ["acme-support", "globex"] {
            let next = next_turn("keeps", &kept);
            accounts.assert_may_not(consumer, RESPONSES, next, FIELD).await;
        }
    }
}

#[tokio::test]
async fn by_caller_they_are_told_apart_without_tenants_too() {
    let request = "foreign_ids = \"caller\"";
    let accounts = Setup { request, without_tenants: true, ..Setup::default() }.start();
    let kept = accounts.handed_out("lone", RESPONSES, response("keeps", false)).await;
    accounts.assert_may("lone", RESPONSES, next_turn("keeps", &kept)).await;
    accounts.assert_may_not("alone", RESPONSES, next_turn("keeps", &kept), FIELD).await;
}

#[tokio::test]
async fn nothing_is_refused_where_policy_says_so_or_knows_no_tenants() {
    let allowing = Setup { request: "foreign_ids = \"allow\"", ..Setup::default() }.start();
    let without_tenants = Setup { without_tenants: true, ..Setup::default() }.start();
    for accounts in [allowing, without_tenants] {
        let kept = accounts.handed_out("acme-shop", RESPONSES, response("keeps", false)).await;
        accounts.assert_may("globex", RESPONSES, next_turn("keeps", &kept)).await;
        accounts.assert_may("globex", RESPONSES, next_turn("keeps", &marker())).await;
    }
}

#[tokio::test]
async fn after_its_time_an_id_has_no_owner() {
    let accounts = Setup { request: "ids_ttl_s = 3", ..Setup::default() }.start();
    let kept = accounts.handed_out("acme-shop", RESPONSES, response("keeps", false)).await;
    accounts.assert_may("acme-shop", RESPONSES, next_turn("keeps", &kept)).await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    accounts.assert_may_not("acme-shop", RESPONSES, next_turn("keeps", &kept), FIELD).await;
}

#[tokio::test]
async fn every_caller_may_use_a_shared_id() {
    let request = "shared_ids = [\"file-price-list\", \"vs_*\", \"pmpt_house\"]";
    let accounts = Setup { request, ..Setup::default() }.start();
    let asking = |file: &str, store: &str| {
        json!({
            "model": "keeps",
            "prompt": { "id": "pmpt_house" },
            "tools": [{ "type": "file_search", "vector_store_ids": ["vs_1", store] }],
            "input": [{ "role": "user", "content": [{ "type": "input_file", "file_id": file }] }],
        })
    };
    for consumer in ["acme-shop", "globex", "lone"] {
        accounts.assert_may(consumer, RESPONSES, asking("file-price-list", "vs_2")).await;
        let file = asking("file-price-list-2", "vs_2");
        accounts.assert_may_not(consumer, RESPONSES, file, "input[0].content[0].file_id").await;
        let store = asking("file-price-list", "x_vs_2");
        accounts.assert_may_not(consumer, RESPONSES, store, "tools[0].vector_store_ids[1]").await;
    }
}

#[tokio::test]
async fn an_id_that_the_vendor_does_not_keep_has_no_owner() {
    let accounts = Setup::default().start();
    for stream in [false, true] {
        let mut body = response("keeps", stream);
        body["store"] = false.into();
        let kept = accounts.handed_out("acme-shop", RESPONSES, body).await;
        accounts.assert_may_not("acme-shop", RESPONSES, next_turn("keeps", &kept), FIELD).await;
    }
}
