//! A deployment that fails is left alone, by all gateways on one store, until a probe has found that it is back.
//!
//! Stages: gateway, router.

use postern_tests::client::Answer;
use postern_tests::{Options, PATIENCE, Redis, Stage, manifest, marker};
use serde_json::{Value, json};
use std::fs;
use std::time::{Duration, Instant};

/// A gateway with the policies of the tests and those of this folder.
struct Breakers {
    stage: Stage,
    _policies: tempfile::TempDir,
}

impl Breakers {
    fn start(redis: Option<&Redis>) -> Self {
        let policies = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(manifest::repository().join("tests/policies")).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), policies.path().join(entry.file_name())).unwrap();
        }
        let models = policies.path().join("models.toml");
        let text = fs::read_to_string(&models).unwrap() + include_str!("models.toml");
        fs::write(&models, text).unwrap();
        let runtime_config = redis.map(|redis| {
            let url = redis.url();
            format!("[key_value_store.default]\ntype = \"redis\"\nurl = \"{url}\"\n")
        });
        let folder = Some(policies.path().to_owned());
        let options = Options { policies: folder, runtime_config, ..Options::default() };
        Self { stage: Stage::with(options), _policies: policies }
    }

    async fn ask(&self, model: &str, text: &str) -> Answer {
        let messages = json!([{ "role": "user", "content": text }]);
        let body = json!({ "model": model, "messages": messages, "user": marker() });
        let answer = self.stage.chat(&body).send().await;
        assert_eq!(answer.status, 200, "no client sees a failure: {}", answer.text());
        answer
    }

    async fn decision(&self, answer: &Answer) -> Value {
        let id = answer.header("x-request-id").unwrap();
        self.stage.gateway.log_line(id).await["routing"].clone()
    }

    /// Asks until the breaker is open, and returns the decision that says so.
    async fn until_open(&self, model: &str) -> Value {
        let began = Instant::now();
        loop {
            assert!(began.elapsed() < PATIENCE, "the breaker stays closed");
            let answer = self.ask(model, "please fail").await;
            assert_eq!(served(&answer), "vendor/plain");
            let told = self.decision(&answer).await;
            if told["removed"][0]["filter"] == "breaker" {
                return told;
            }
        }
    }
}

fn served(answer: &Answer) -> &str {
    answer.header("x-postern-served-by").unwrap_or_else(|| panic!("{}", answer.text()))
}

#[tokio::test]
async fn a_deployment_that_fails_is_left_alone_and_gets_its_requests_back_after_a_probe() {
    let gateway = Breakers::start(None);
    assert_eq!(served(&gateway.ask("obedient", "hello").await), "obedient/obedient");
    let told = gateway.until_open("obedient").await;
    assert_eq!(told["removed"][0]["deployment"], "obedient/obedient", "{told}");
    assert!(told["removed"][0]["why"].as_str().unwrap().contains("probed after"), "{told}");
    // A probe that fails leaves it open, and its client gets the answer of another one.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let probe = gateway.ask("obedient", "please fail").await;
    assert_eq!(served(&probe), "vendor/plain");
    let told = gateway.decision(&probe).await;
    assert_eq!(told["order"][0]["breaker"], "half-open", "{told}");
    // One that succeeds closes it.
    let began = Instant::now();
    while served(&gateway.ask("obedient", "hello").await) != "obedient/obedient" {
        assert!(began.elapsed() < PATIENCE, "it is not tried again");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let told = gateway.decision(&gateway.ask("obedient", "hello").await).await;
    assert_eq!(
        (&told["order"][0]["deployment"], &told["order"][0]["breaker"]),
        (&json!("obedient/obedient"), &Value::Null)
    );
    gateway.stage.assert_nothing_invalid_was_sent();
}

#[tokio::test]
async fn what_one_gateway_has_observed_holds_for_every_gateway_on_the_same_store() {
    let redis = Redis::start();
    let (one, other) = (Breakers::start(Some(&redis)), Breakers::start(Some(&redis)));
    assert_eq!(served(&other.ask("remote", "hello").await), "remote/obedient");
    one.until_open("remote").await;
    // It uses what it has read for a second.
    let began = Instant::now();
    while served(&other.ask("remote", "hello").await) != "vendor/plain" {
        assert!(began.elapsed() < PATIENCE, "it does not hear of it");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    // A cold one knows at once.
    let cold = Breakers::start(Some(&redis));
    assert_eq!(served(&cold.ask("remote", "hello").await), "vendor/plain");
    // They would replace what they cannot read.
    drop((one, other, cold));
    // What cannot be read is nothing: the order is that of the policy, and the record says so.
    for place in 0..8 {
        let key = format!("router/1/deployments/{place}");
        let set = redis.command(&[b"SET", key.as_bytes(), b"what no instance has written"]);
        assert_eq!(set, [Some(b"OK".to_vec())]);
    }
    let cold = Breakers::start(Some(&redis));
    let answer = cold.ask("remote", "hello").await;
    assert_eq!(served(&answer), "remote/obedient");
    let told = cold.decision(&answer).await;
    assert!(told["note"].as_str().unwrap().contains("cannot be read"), "{told}");
}
