//! What leaves the whole gateway: to Datadog's agent, to a collector that fails, and to Prometheus.

use super::collector::{Answers, Collector};
use super::receivers::Receiver;
use super::{monitoring, printed};
use postern_tests::{Options, Stage, eventually, manifest, marker};
use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::process::Stdio;

/// A gateway whose policies have more.
fn stage(recorder: &str, gateway: &str, hosts: &[SocketAddr]) -> (Stage, tempfile::TempDir) {
    let policies = tempfile::tempdir().expect("a folder");
    for entry in fs::read_dir(manifest::repository().join("tests/policies")).expect("policies") {
        let entry = entry.expect("an entry");
        fs::copy(entry.path(), policies.path().join(entry.file_name())).expect("a copy");
    }
    fs::write(policies.path().join("recorder.toml"), recorder).expect("a file");
    let file = policies.path().join("gateway.toml");
    let text = fs::read_to_string(&file).unwrap_or_default();
    fs::write(&file, format!("{text}\n{gateway}")).expect("a file");
    let granted: String = hosts.iter().map(|host| format!("  \"http://{host}\",\n")).collect();
    let granted = format!("\nallowed_outbound_hosts = [\n{granted}");
    let manifest = manifest::shipped_with("\nallowed_outbound_hosts = [\n", &granted);
    let options = Options {
        policies: Some(policies.path().to_owned()),
        manifest: Some(manifest),
        ..Options::default()
    };
    (Stage::with(options), policies)
}

fn exporting_to(address: SocketAddr, more: &str) -> String {
    format!("[opentelemetry]\nendpoint = \"http://{address}\"\n{more}")
}

/// The recipe's headers as well: what is plain is sent, a secret that is not set is left out.
#[tokio::test]
async fn datadogs_agent_gets_all_signals_of_a_request() {
    let datadog = Receiver::datadog();
    let header = "[[opentelemetry.header]]\nname = \"dd-otlp-source\"\nvalue = \"llmobs\"\n";
    let (stage, _policies) = stage(&exporting_to(datadog.address, header), "", &[datadog.address]);
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let call = stage.ask("plain", &marker());
    let call = call.header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"));
    assert_eq!(call.send().await.status, 200);
    let traces = datadog.eventually_got("traces", &["chat plain", "stage "]).await.to_string();
    for part in ["gen_ai.provider.name", "gen_ai.usage.input_tokens", "postern.consumer"] {
        assert!(traces.contains(part), "{part}: {traces}");
    }
    let parts =
        ["gen_ai.client.operation.duration", "gen_ai.client.token.usage", "postern.requests"];
    datadog.eventually_got("metrics", &parts).await;
    let logs = datadog.eventually_got("logs", &["started_unix_ms"]).await.to_string();
    assert!(!logs.contains("How many ships"), "{logs}");
}

#[tokio::test]
async fn a_collector_that_fails_costs_no_request_anything() {
    let collector = Collector::start(Answers::Status(429));
    let more = "signals = [\"logs\"]\ntimeout_ms = 500\nqueue_bytes = 65_536\n";
    let (stage, _policies) =
        stage(&exporting_to(collector.address, more), "", &[collector.address]);
    for answers in [Answers::Status(429), Answers::Status(500), Answers::Hangs] {
        collector.answer_with(answers);
        let before = collector.posts();
        for _ in 0..4 {
            assert_eq!(stage.ask("plain", &marker()).send().await.status, 200, "{answers:?}");
        }
        eventually("a post", || (collector.posts() > before).then_some(())).await;
    }
    assert!(collector.head().starts_with("post /v1/logs "), "{}", collector.head());
    assert!(
        collector.head().contains("content-type: application/x-protobuf"),
        "{}",
        collector.head()
    );
    // What it refuses for good is counted, and said in the log once.
    collector.answer_with(Answers::Status(400));
    let said = "a collector does not take records";
    for _ in 0..20 {
        stage.ask("plain", &marker()).send().await;
        if stage.gateway.log().contains(said) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    assert!(stage.gateway.log().contains(said), "{}", stage.gateway.log());
}

#[tokio::test]
async fn prometheus_reads_the_sums_of_all_instances_and_restarts() {
    let (mut stage, _policies) = stage("", "[metrics]\naddresses = [\"127.0.0.1\"]\n", &[]);
    for _ in 0..3 {
        assert_eq!(stage.ask("plain", &marker()).send().await.status, 200);
    }
    let counted = |text: &str| {
        let of = |line: &str| {
            let is_ours = line.starts_with("postern_requests_total{model=\"plain\"");
            is_ours.then(|| line.rsplit(' ').next()?.parse::<u64>().ok()).flatten()
        };
        text.lines().filter_map(of).sum::<u64>()
    };
    let mut text = String::new();
    for _ in 0..100 {
        // Without a key: the address is named.
        let answer = stage.gateway.call("GET", "/metrics").send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        text = answer.text().to_owned();
        if counted(&text) == 3 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    assert_eq!(counted(&text), 3, "{text}");
    stage.gateway.crash_and_restart();
    let again = stage.gateway.call("GET", "/metrics").send().await;
    assert_eq!(counted(again.text()), 3, "{}", again.text());
    assert_eq!(again.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let mut promtool = monitoring("promtool");
    promtool.args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut promtool = promtool.stderr(Stdio::piped()).spawn().expect("promtool");
    promtool.stdin.take().expect("its input").write_all(text.as_bytes()).expect("it reads");
    let output = promtool.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{text}");
}

#[tokio::test]
async fn metrics_are_for_named_addresses_and_administrators() {
    let (stage, _policies) = stage("", "[metrics]\naddresses = [\"10.0.0.0/8\"]\n", &[]);
    assert_eq!(stage.gateway.call("GET", "/metrics").send().await.status, 401);
    // The policies of the tests permit their callers everything, `admin` as well.
    assert_eq!(stage.call("GET", "/metrics").send().await.status, 200);
    assert_eq!(stage.gateway.call("POST", "/metrics").send().await.status, 405);
    assert!(printed("promtool", &["--version"]).contains("promtool"));
}
