//! Real receivers understand the messages that are made of records.

use super::receivers::Receiver;
use postern_tests::client::Call;
use postern_trail::export::{Conventions, ExportPlan, Exporter, PostOutcome, Service, Signal};
use postern_trail::record::{Record, SpanId, TokenCounts, TraceId, TraceIds};
use postern_trail::{Name, record};

fn records() -> Vec<Record> {
    let name = Name::from_policy;
    let tokens = TokenCounts { input: 120, output: 30, reasoning: 7, ..TokenCounts::default() };
    let mut record = Record::new(name("request-one"), 1_767_225_600_000);
    record.duration_us = 95_000;
    record.first_token_us = Some(71_000);
    record.stream = true;
    record.operation = Some(name("chat"));
    record.requested_model = Some(name("gpt-4o"));
    record.outcome = record::RequestOutcome::Complete;
    record.tokens = Some(tokens);
    record.trace = Some(TraceIds {
        trace_id: TraceId::from_hex("4bf92f3577b34da6a3ce929d0e0e4736").expect("an id"),
        span_id: SpanId::from_hex("00f067aa0ba902b7").expect("an id"),
        parent_span_id: None,
        sampled: true,
    });
    vec![record]
}

/// Posts what an exporter has, until it has nothing.
async fn post_all(exporter: &mut Exporter, to: &Receiver) {
    loop {
        let due = exporter.due(2_000);
        if due.is_empty() {
            return;
        }
        for one in due {
            let call = Call::new(to.address, "POST", one.signal.path());
            let answer = call.typed("application/x-protobuf", one.body).send().await;
            let status = answer.status;
            assert_eq!(status, 200, "{:?}: {}", one.signal, answer.text());
            exporter.done(one.id, PostOutcome::Answered { status, retry_after_s: None }, 2_000);
        }
    }
}

/// Through a collector to Datadog, in both sets of names.
#[tokio::test]
async fn a_collector_passes_on_all_signals() {
    let datadog = Receiver::datadog();
    let rotel = Receiver::rotel(datadog.address);
    for (conventions, tokens) in [
        (Conventions::Released, "gen_ai.client.token.usage"),
        (Conventions::Newer, "gen_ai.client.inference.usage.input_tokens"),
    ] {
        let text = |text: &str| text.to_owned();
        let instance = format!("instance-{conventions:?}");
        let service =
            Service { name: text("postern"), version: text("1"), instance: instance.clone() };
        let plan = ExportPlan { conventions, ..ExportPlan::default() };
        let mut exporter = Exporter::new(plan, service, 1_000);
        exporter.add(&records(), 2_000);
        post_all(&mut exporter, &rotel).await;
        assert!(Signal::ALL.iter().all(|signal| exporter.dropped(*signal).all() == 0));
        let parts = [instance.as_str(), "chat gpt-4o", "gen_ai.usage.reasoning.output_tokens"];
        datadog.eventually_got("traces", &parts).await;
        let parts = [instance.as_str(), "gen_ai.client.operation.duration", tokens];
        datadog.eventually_got("metrics", &parts).await;
        datadog.eventually_got("logs", &[instance.as_str(), "request-one"]).await;
    }
}
