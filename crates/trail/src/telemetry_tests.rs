//! Batches and messages become calls, and their results.

use super::{CollectorTarget, Delivery, Telemetry, WebhookTarget};
use crate::export::{ExportPlan, Service, Signal};
use crate::sample::record;
use crate::watch::WebhookNotice;
use crate::webhook::WebhookFormat;
use postern_types::delegation::{DelegatedCall, DelegatedResult, PostAnswer};
use postern_types::recorder::{RecorderCall, RecorderResult};

fn text(text: &str) -> String {
    text.to_owned()
}

fn telemetry() -> Telemetry {
    let collector = CollectorTarget {
        url: text("{{ otlp_url }}/"),
        headers: vec![(text("dd-otlp-source"), text("llmobs"))],
        credentials: vec![(text("dd-api-key"), String::new(), text("datadog_api_key"))],
    };
    let webhook = |name: &str, signing_key: Option<&str>| WebhookTarget {
        name: text(name),
        url: text("https://hooks.example.com/a"),
        format: WebhookFormat::Json,
        signing_key: signing_key.map(text),
    };
    let plan = ExportPlan { signals: vec![Signal::Traces], ..ExportPlan::default() };
    let service = Service { name: text("postern"), version: text("1"), instance: text("a") };
    let webhooks = vec![webhook("signed", Some("hook_key")), webhook("plain", None)];
    Telemetry::new(Some((collector, plan)), webhooks, service, 1_000)
}

fn notice(webhook: &str) -> WebhookNotice {
    WebhookNotice {
        id: text("m-1"),
        webhook: text(webhook),
        body: text("{\"opened\":[],\"closed\":[]}"),
    }
}

fn posted(id: u64, status: u16) -> RecorderResult {
    let answer = PostAnswer { status, retry_after_s: None };
    RecorderResult { id, outcome: DelegatedResult::Posted(answer) }
}

fn header<'c>(call: &'c RecorderCall, name: &str) -> Option<&'c str> {
    let DelegatedCall::Post(post) = &call.call else { panic!("{call:?}") };
    post.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

#[test]
fn a_batch_is_a_post_with_the_names_of_its_secrets() {
    let mut telemetry = telemetry();
    telemetry.add(&[record("r-1", 1_000)], 2_000);
    let calls = telemetry.batches(2_000);
    let [call] = calls.as_slice() else { panic!("{calls:?}") };
    let DelegatedCall::Post(post) = &call.call else { panic!("{call:?}") };
    assert_eq!(post.url, "{{ otlp_url }}/v1/traces");
    assert_eq!(post.deadline_ms, 10_000);
    assert_eq!(header(call, "content-type"), Some("application/x-protobuf"));
    assert_eq!(header(call, "dd-otlp-source"), Some("llmobs"));
    let credential = &post.credentials[0];
    assert_eq!((&*credential.header, &*credential.variable), ("dd-api-key", "datadog_api_key"));
    let (further, _) = telemetry.done(vec![posted(call.id, 503)], 2_000);
    assert!(further.is_empty());
    let next = telemetry.next_due_ms().unwrap();
    let again = telemetry.batches(next);
    assert_eq!(again.len(), 1);
    telemetry.done(vec![posted(again[0].id, 200)], next);
    assert_eq!((telemetry.next_due_ms(), telemetry.dropped()), (None, 0));
}

#[test]
fn a_message_is_signed_and_then_sent() {
    let mut telemetry = telemetry();
    let (calls, refused) = telemetry.messages(vec![notice("signed"), notice("gone")], 9_000);
    assert_eq!(refused, [Delivery::Refused(notice("gone"))]);
    let DelegatedCall::Mac(mac) = &calls[0].call else { panic!("{calls:?}") };
    assert!(mac.variable == "hook_key" && mac.message.starts_with("m-1.9.{"), "{mac:?}");
    let result = RecorderResult { id: calls[0].id, outcome: DelegatedResult::Mac(text("00ff")) };
    let (calls, deliveries) = telemetry.done(vec![result], 9_000);
    assert!(deliveries.is_empty());
    assert_eq!(header(&calls[0], "webhook-signature"), Some("v1,AP8="));
    assert_eq!(header(&calls[0], "webhook-id"), Some("m-1"));
    let (calls, deliveries) = telemetry.done(vec![posted(calls[0].id, 204)], 9_500);
    assert_eq!((calls.len(), deliveries), (0, vec![Delivery::Arrived(notice("signed"))]));
}

#[test]
fn what_became_of_a_message_is_its_status() {
    for (status, expected) in [
        (200, Delivery::Arrived as fn(WebhookNotice) -> Delivery),
        (500, Delivery::Failed),
        (429, Delivery::Failed),
        (404, Delivery::Refused),
        (410, Delivery::Refused),
    ] {
        let mut telemetry = telemetry();
        let (calls, _) = telemetry.messages(vec![notice("plain")], 9_000);
        assert_eq!(header(&calls[0], "webhook-signature"), None);
        let (_, deliveries) = telemetry.done(vec![posted(calls[0].id, status)], 9_000);
        assert_eq!(deliveries, [expected(notice("plain"))], "{status}");
        // The same result again says nothing.
        assert!(telemetry.done(vec![posted(calls[0].id, status)], 9_000).1.is_empty());
    }
}

#[test]
fn calls_whose_end_is_not_reported_are_bounded() {
    let mut telemetry = telemetry();
    for _ in 0..2_000 {
        telemetry.messages(vec![notice("plain")], 9_000);
    }
    assert!(telemetry.pending.len() <= super::MAX_CALLS);
}
