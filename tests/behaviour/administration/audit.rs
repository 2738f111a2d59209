//! The audit chain of a running gateway: signed by `upstream`, exported, and verified by the operator's program.

use super::{AUDIT_KEY, Scene};
use postern_tests::eventually;
use postern_tests::ledger::Ledger;
use serde_json::Value;
use std::fs;

/// The public key of the private one.
fn public_key(scene: &Scene) -> String {
    let words = ["audit", "public-key"];
    let output =
        scene.guarded.stage.gateway.operator_with(&words, &[("POSTERN_AUDIT_KEY", AUDIT_KEY)]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// What the program says of an export.
fn verified(scene: &Scene, text: &str) -> Result<String, String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), text).unwrap();
    let (key, path) = (public_key(scene), file.path().to_str().unwrap());
    let words = ["audit", "verify", path, "--public-key", &key];
    let output = scene.guarded.stage.gateway.operator(&words);
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout).unwrap()),
        false => Err(String::from_utf8(output.stderr).unwrap()),
    }
}

#[tokio::test]
async fn decisions_are_signed_exported_and_verified_and_a_change_is_named() {
    let scene = Scene::start().await;
    let count = "SELECT COUNT(*) FROM audit_link WHERE line LIKE '%\"kind\":\"checkpoint\"%'";
    let signed = || {
        let ledger = Ledger::of(&scene.guarded.stage.gateway)?;
        (ledger.number(count) > 0).then_some(())
    };
    // A checkpoint is looked for when a group is written.
    let asks = async {
        for _ in 0..3 {
            tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
            scene.get("root", "nothing").await;
        }
    };
    asks.await;
    eventually("a signed checkpoint", signed).await;
    let answer = scene.get("root", "audit?stream=decisions").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = answer.text();
    let report = verified(&scene, text).unwrap();
    assert!(
        report.contains("decisions: links 0 to") && report.contains("the end of an export"),
        "{report}"
    );
    // Each question was allowed, and says by which policies.
    let allowed: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["event"].clone())
        .filter(|event| event["kind"] == "access" && event["actions"][0] == "chat")
        .collect();
    assert_eq!(allowed.len(), super::ROLES.len(), "{text}");
    for event in &allowed {
        assert_eq!(event["policies"][0], "consumers-use-models");
        assert!(event["policy_digest"].as_str().unwrap().starts_with("sha256:"), "{event}");
    }
    let changed = text.replacen("acme-web-lead", "acme-web-load", 1);
    let said = verified(&scene, &changed).unwrap_err();
    assert!(said.contains("of stream `decisions`): its bytes do not have its hash"), "{said}");
    let cut = text.lines().take(3).collect::<Vec<_>>().join("\n") + "\n";
    assert!(verified(&scene, &cut).unwrap_err().contains("closing checkpoint is missing"));
}

#[tokio::test]
async fn an_erasure_is_proven_and_leaves_no_name() {
    let scene = Scene::start().await;
    let before = scene.get("root", &format!("usage?{}", super::range())).await.json();
    let call = scene.call("POST", "erasures").key(scene.key("root"));
    let answer = call.body(r#"{"subject":"acme-web"}"#).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let told = answer.json();
    assert_eq!(told["requests_pseudonymised"], 1);
    let requests = scene.get("root", &format!("requests?{}&limit=500", super::range())).await;
    assert!(!requests.text().contains("\"acme-web\""), "{}", requests.text());
    assert!(requests.text().contains(told["pseudonym"].as_str().unwrap()));
    let after =
        scene.get("root", &format!("usage?{}&model=plain-model", super::range())).await.json();
    assert!(after["usage"][0]["requests"].as_i64() <= before["usage"][0]["requests"].as_i64());
    assert_eq!(after["usage"][0]["requests"], super::ROLES.len() as i64);
    let proof = scene.get("root", "audit?stream=administration").await;
    assert!(proof.text().contains("\"kind\":\"erasure\",\"actor\":\"root\""), "{}", proof.text());
    assert!(!proof.text().contains("acme-web"));
    verified(&scene, proof.text()).unwrap();
}
