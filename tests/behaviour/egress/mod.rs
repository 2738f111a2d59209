//! The manifest for Spin, in which vendors are reached by way of the component `egress`: nothing else differs.
//!
//! Stages: egress, gateway, upstream.

mod segments;

use postern_tests::client::Answer;
use postern_tests::upstream::{CREDENTIAL, Ending, Recorded};
use postern_tests::{
    Event, Gateway, Options, Stage, Upstream, eventually, manifest, marker, shared, stage,
};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// A stage with the manifest for Spin.
fn by_egress() -> &'static Stage {
    static STAGE: LazyLock<Stage> = LazyLock::new(|| {
        Stage::with(Options { manifest: Some(manifest::for_spin()), ..Options::default() })
    });
    &STAGE
}

/// The names of a request's headers.
fn names(request: &Recorded) -> BTreeSet<&str> {
    request.headers.iter().map(|(name, _)| name.as_str()).collect()
}

#[tokio::test]
async fn the_vendor_gets_the_same_request_and_the_client_the_same_answer() {
    for streamed in [false, true] {
        let (straight, through) = (marker(), marker());
        let ask = |stage: &Stage, marker: &str| match streamed {
            true => stage.ask_streamed("plain-model", marker),
            false => stage.ask("plain-model", marker),
        };
        let before = ask(shared(), &straight).send().await;
        let after = ask(by_egress(), &through).send().await;
        assert_eq!((before.status, after.status), (200, 200), "{}", after.text());
        let comparable = |text: &str, marker: &str| text.replace(marker, "MARKER");
        // A marker may be in two events of a stream.
        let said = |answer: &Answer| match streamed {
            true => answer.streamed_text(),
            false => answer.text().to_owned(),
        };
        assert_eq!(comparable(&said(&after), &through), comparable(&said(&before), &straight));
        let before = shared().upstream.request(&straight);
        let after = by_egress().upstream.request(&through);
        assert_eq!(names(&after), names(&before));
        assert_eq!(comparable(&after.text(), &through), comparable(&before.text(), &straight));
        assert_eq!(after.path, before.path);
        assert_eq!(after.header("authorization"), before.header("authorization"));
    }
    by_egress().assert_nothing_invalid_was_sent();
}

#[tokio::test]
async fn no_header_of_the_hop_reaches_the_client() {
    let answer = by_egress().ask("plain-model", &marker()).send().await;
    let ours = answer.headers.iter().find(|(name, _)| name.starts_with("x-postern-egress"));
    assert_eq!(ours, None);
}

#[tokio::test]
async fn each_event_arrives_before_the_next_one_is_sent() {
    // Role, 5 pieces, finish reason, usage, end.
    const EVENTS: usize = 9;
    let (stage, marker) = (by_egress(), marker());
    let mut body = stage::question("stepped", &marker);
    body["stream"] = true.into();
    body["stream_options"] = json!({ "include_usage": true });
    stage.upstream.release(&marker, 1);
    let mut stream = stage.chat(&body).open().await;
    for count in 1..EVENTS {
        assert_eq!(stream.read_events(count).await.len(), count);
        stage.upstream.release(&marker, 1);
    }
    let answer = stream.whole().await;
    assert_eq!(answer.events().last(), Some(&Event::Done));
    assert_eq!(answer.text(), stage.upstream.request(&marker).sent_text());
}

#[tokio::test]
async fn each_fault_is_the_one_that_it_is_without_egress() {
    for model in [
        "hang-up",
        "error-400",
        "error-401",
        "error-500",
        "error-503",
        "redirect",
        "html",
        "silent",
        "rate-limited",
        "cut",
        "silent-midstream",
        // A host that the manifest does not name.
        "unreachable",
    ] {
        let before = shared().ask(model, &marker()).send().await;
        let after = by_egress().ask(model, &marker()).send().await;
        assert_eq!(after.refusal(), before.refusal(), "{model}: {}", after.text());
        assert_eq!(after.header("retry-after"), before.header("retry-after"), "{model}");
        assert!(!after.text().contains("egress"), "{}", after.text());
    }
    by_egress().assert_nothing_invalid_was_sent();
}

/// What the record says of a request that a vendor did not answer.
async fn private_text(manifest: Option<String>, origin: &str, marker: &str) -> String {
    let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let variables =
        vec![variable("openai_base_url", origin), variable("openai_api_key", CREDENTIAL)];
    let gateway = Gateway::start(&Options { variables, manifest, ..Options::default() });
    let key = gateway.issue_key("tester");
    let call = gateway.call("POST", "/v1/chat/completions").key(key.expose());
    let call = call.header("x-request-id", marker);
    let answer = call.body(stage::question("plain-model", marker).to_string()).send().await;
    assert_eq!(answer.refusal(), (502, "upstream_unreachable".to_owned()));
    gateway.log_line(marker).await["fault"]["private"].to_string()
}

#[tokio::test]
async fn the_operator_is_told_the_same_reason() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let refused = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    for origin in [refused.as_str(), "https://no-such-host.invalid"] {
        let before = private_text(None, origin, &marker()).await;
        let after = private_text(Some(manifest::for_spin()), origin, &marker()).await;
        // What a name server says beside its error does not cross the hop.
        let kind = |text: &str| text.split('(').next().unwrap_or_default().to_owned();
        assert_eq!(kind(&after), kind(&before), "{origin}");
    }
}

#[tokio::test]
async fn a_client_that_leaves_ends_the_vendors_work() {
    // In a stream that goes on, in one that is silent, before the head, and within a whole answer.
    for (model, streamed, begun) in [
        ("ticking", true, true),
        ("silent-midstream-for-long", true, true),
        ("silent-for-long", false, false),
        ("silent-midstream-for-long", false, false),
    ] {
        let (stage, marker) = (by_egress(), marker());
        let call = match streamed {
            true => stage.ask_streamed(model, &marker),
            false => stage.ask(model, &marker),
        };
        let client = tokio::spawn(async move {
            let mut stream = call.open().await;
            if begun {
                stream.read_events(1).await;
            }
        });
        let request = eventually("the request", || stage.upstream.requests(&marker).pop()).await;
        match begun {
            // It leaves when it has read an event.
            true => client.await.unwrap(),
            false => client.abort(),
        }
        eventually("the vendor is left", || (request.ending() == Ending::PeerGone).then_some(()))
            .await;
    }
}

#[tokio::test]
async fn a_body_longer_than_what_is_buffered_arrives_whole() {
    let (stage, marker) = (by_egress(), marker());
    let mut body = stage::question("plain-model", &marker);
    // The policies of the tests allow 1 MiB.
    body["metadata"] = json!({ "padding": "x".repeat(1_040_000) });
    let answer = stage.chat(&body).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(stage.upstream.request(&marker).body.len() > 1_040_000);
}

#[tokio::test]
async fn a_client_reaches_nothing_through_it() {
    let vendor = Upstream::start();
    let stage = by_egress();
    let url = format!("{}/v1/chat/completions", vendor.origin());
    for path in ["/", "/egress", "/v1/chat/completions"] {
        let call = stage.gateway.call("POST", path).header("x-postern-egress-url", url.as_str());
        let call = call.header("spin-client-addr", "0.0.0.0:0");
        let answer = call.body(stage::question("plain", "forged").to_string()).send().await;
        assert!((400..500).contains(&answer.status), "{path}: {}", answer.status);
    }
    assert!(vendor.requests("forged").is_empty());
}
