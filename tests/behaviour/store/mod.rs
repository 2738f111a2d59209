//! Issued keys on a real Redis, as a deployment of several gateways has them.
//!
//! Stages: gateway, auth.

use postern_tests::stage::question;
use postern_tests::{Options, PATIENCE, Redis, Stage, marker};

fn stage(redis: &Redis) -> Stage {
    let url = redis.url();
    let runtime_config = format!("[key_value_store.default]\ntype = \"redis\"\nurl = \"{url}\"\n");
    Stage::with(Options { runtime_config: Some(runtime_config), ..Options::default() })
}

#[tokio::test]
async fn a_key_and_its_revocation_hold_for_every_gateway_on_the_same_redis() {
    let redis = Redis::start();
    let (one, other) = (stage(&redis), stage(&redis));
    let key = one.gateway.issue_key("tester");
    let call = |stage: &Stage| {
        let call = stage.gateway.call("POST", "/v1/chat/completions").key(key.expose());
        call.body(question("plain-model", &marker()).to_string())
    };
    for stage in [&one, &other] {
        assert_eq!(call(stage).send().await.status, 200);
    }
    one.gateway.revoke_key(&key, "tester");
    for stage in [&one, &other] {
        assert_eq!(call(stage).send().await.refusal(), (401, "invalid_api_key".to_owned()));
    }
}

#[tokio::test]
async fn no_caller_is_authenticated_while_the_store_cannot_be_read() {
    let redis = Redis::start();
    let stage = stage(&redis);
    assert_eq!(stage.ask("plain-model", &marker()).send().await.status, 200);
    drop(redis);
    let marker = marker();
    let answer = stage.ask("plain-model", &marker).send().await;
    assert_eq!(answer.status, 503, "{}", answer.text());
    answer.error();
    assert_eq!(stage.gateway.call("GET", "/readyz").send().await.status, 503);
    assert_eq!(stage.gateway.call("GET", "/healthz").send().await.status, 200);
    assert!(stage.upstream.requests(&marker).is_empty());
}

#[tokio::test]
async fn a_store_that_cannot_be_written_is_not_ready() {
    let redis = Redis::start();
    let stage = stage(&redis);
    let ready = || async { stage.gateway.call("GET", "/readyz").send().await.status };
    assert_eq!(ready().await, 200);
    // It goes on answering reads: only a revocation of a key would notice.
    let refuse_writes = |replicas: &str| {
        let words = ["CONFIG", "SET", "min-replicas-to-write", replicas].map(str::as_bytes);
        assert_eq!(redis.command(&words), [Some(b"OK".to_vec())]);
    };
    refuse_writes("1");
    let start = std::time::Instant::now();
    while ready().await == 200 && start.elapsed() < PATIENCE {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    let answer =
        stage.gateway.call("GET", "/readyz").header("x-request-id", "unwritable").send().await;
    assert_eq!(answer.status, 503, "{}", answer.text());
    let line = stage.gateway.log_line("unwritable").await;
    assert!(line["fault"]["private"].as_str().unwrap().contains("key-value store"), "{line}");
    refuse_writes("0");
    assert_eq!(ready().await, 200, "as soon as it can be written again");
}
