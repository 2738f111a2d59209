//! Usage events as other systems take them.

use crate::fixtures::DECEMBER_S;
use postern_billing::events::{
    CloudEvent, Customer, EventError, MeterEvent, Received, cloud_events, meter_events,
};
use postern_billing::usage::{Tokens, UsageRow};

const CUSTOMER: Customer<'_> =
    Customer { source: "https://ai.example/gateway", event_type: "postern.tokens", id: "acme" };

fn row() -> UsageRow<'static> {
    UsageRow {
        started_unix_ms: u64::try_from(DECEMBER_S).unwrap() * 1_000 + 7,
        model: "gpt-4o",
        requests: 1,
        tokens: Tokens { input: 100, cached_input: 30, output: 5, ..Tokens::default() },
        cost_nano_usd: None,
    }
}

fn events() -> Vec<CloudEvent> {
    cloud_events("r-1", &row(), CUSTOMER).unwrap()
}

#[test]
fn a_row_is_a_cloud_event_for_each_kind_in_openmeters_shape() {
    let lines: Vec<_> = events().iter().map(CloudEvent::to_json).collect();
    let event = |kind: &str, value: &str| {
        format!(
            concat!(
                r#"{{"specversion":"1.0","id":"r-1/gpt-4o/{}","source":"https://ai.example/gateway","type":"postern.tokens","#,
                r#""subject":"acme","time":"2026-12-01T00:00:00.007Z","datacontenttype":"application/json","#,
                r#""data":{{"model":"gpt-4o","type":"{}",{}}}}}"#
            ),
            kind, kind, value
        )
    };
    assert_eq!(
        lines,
        [
            event("input", r#""tokens":"70""#),
            event("cached_input", r#""tokens":"30""#),
            event("output", r#""tokens":"5""#),
            event("request", r#""requests":"1""#)
        ]
    );
    let batch = CloudEvent::batch_to_json(&events());
    assert_eq!(serde_json::from_str::<Vec<CloudEvent>>(&batch).unwrap(), events());
}

#[test]
fn a_receiver_counts_events_of_one_source_and_id_once() {
    let mut received = Received::default();
    let all: Vec<_> = events().into_iter().chain(events()).collect();
    assert_eq!(all.iter().filter(|event| received.is_new(event)).count(), 4);
    let other = CloudEvent { source: "other".to_owned(), ..all[0].clone() };
    assert!(received.is_new(&other));
}

#[test]
fn a_cloud_event_that_breaks_a_rule_is_refused() {
    let right = events().remove(0);
    assert_eq!(right.check(), Ok(()));
    type Change = (&'static str, fn(&mut CloudEvent));
    let changes: [Change; 12] = [
        ("specversion", |event| event.specversion = "0.3".to_owned()),
        ("datacontenttype", |event| event.datacontenttype = "text/plain".to_owned()),
        ("id", |event| event.id.clear()),
        ("id", |event| event.id = "x".repeat(513)),
        ("source", |event| event.source.clear()),
        ("source", |event| event.source = "a gateway".to_owned()),
        ("source", |event| event.source = "gäteway".to_owned()),
        ("type", |event| event.kind.clear()),
        ("subject", |event| event.subject.clear()),
        ("time", |event| event.time = "yesterday".to_owned()),
        ("value", |event| event.data.tokens = Some("1.5".to_owned())),
        ("value", |event| event.data.tokens = Some("-1".to_owned())),
    ];
    for (named, change) in changes {
        let mut event = right.clone();
        change(&mut event);
        let error = event.check().unwrap_err().to_string();
        assert!(error.contains(named) && error.contains("write"), "{named}: {error}");
    }
    let no_customer = Customer { id: "", ..CUSTOMER };
    assert!(matches!(
        cloud_events("r-1", &row(), no_customer),
        Err(EventError::Length { field: "subject", .. })
    ));
    assert!(
        serde_json::from_str::<CloudEvent>(&right.to_json().replace("subject", "object")).is_err()
    );
}

fn meter_event() -> MeterEvent {
    let customer = Customer { source: "", event_type: "postern_tokens", id: "cus_123" };
    meter_events("r-1", &row(), customer, DECEMBER_S).unwrap().remove(1)
}

#[test]
fn a_meter_event_has_stripes_forms() {
    assert_eq!(
        meter_event().to_form(),
        "event_name=postern_tokens_cached_input&identifier=r-1%2Fgpt-4o%2Fcached_input&timestamp=1796083200\
         &payload%5Bstripe_customer_id%5D=cus_123&payload%5Bvalue%5D=30"
    );
    assert_eq!(
        meter_event().to_json(),
        concat!(
            r#"{"event_name":"postern_tokens_cached_input","identifier":"r-1/gpt-4o/cached_input","#,
            r#""timestamp":"2026-12-01T00:00:00Z","payload":{"stripe_customer_id":"cus_123","value":"30"}}"#
        )
    );
}

#[test]
fn a_meter_event_is_sent_within_stripes_bounds() {
    const DAYS_35_S: i64 = 35 * 86_400;
    let event = meter_event();
    for (now_s, is_right) in [
        (DECEMBER_S, true),
        (DECEMBER_S + DAYS_35_S, true),
        (DECEMBER_S + DAYS_35_S + 1, false),
        (DECEMBER_S - 300, true),
        (DECEMBER_S - 301, false),
    ] {
        assert_eq!(event.check(now_s).is_ok(), is_right, "{now_s}");
    }
    let changes: [fn(&mut MeterEvent); 4] = [
        |event| event.event_name = "x".repeat(101),
        |event| event.event_name.clear(),
        |event| event.identifier = "x".repeat(101),
        |event| event.stripe_customer_id.clear(),
    ];
    for change in changes {
        let mut event = meter_event();
        change(&mut event);
        assert!(matches!(event.check(DECEMBER_S), Err(EventError::Length { .. })));
    }
    // The longest id of a request still fits.
    let customer = Customer { source: "", event_type: "postern_tokens", id: "cus_123" };
    let long = meter_events(&"r".repeat(128), &row(), customer, DECEMBER_S).unwrap();
    assert_eq!(long.len(), 4);
}
