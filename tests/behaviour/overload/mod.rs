//! Overload: the process's memory is bounded under any load.
//!
//! Stages: gateway, auth, upstream.

mod in_flight;
mod vendor_dies;

use postern_tests::client::Answer;
use postern_tests::{Options, Stage, eventually, manifest, marker};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// The memory budget for requests and answers.
const BUDGET_MIB: u64 = 256;
/// The memory of the allocator, and of touched images of instances: about 25 of them serve 400 requests.
const BESIDE_MIB: u64 = 256;
const MIB: u64 = 1024 * 1024;

/// A stage with these settings of the host, and these policies in place of those of the tests.
pub fn with_server(settings: &str, files: &[(&str, &str)]) -> (Stage, tempfile::TempDir) {
    let policies = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(manifest::repository().join("tests/policies")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), policies.path().join(entry.file_name())).unwrap();
    }
    for (file, text) in files {
        fs::write(policies.path().join(file), text).unwrap();
    }
    let stage = Stage::with(Options {
        policies: Some(policies.path().to_owned()),
        // Other hosts have no such table.
        runtime_config: (!settings.is_empty()).then(|| format!("[server]\n{settings}\n")),
        ..Options::default()
    });
    (stage, policies)
}

/// The most that the process's memory grew while all of these were answered, in MiB.
async fn growth(stage: &Stage, count: usize, model: &str, prompt: &str) -> (u64, Vec<Answer>) {
    let before = stage.gateway.resident_bytes().unwrap_or(0);
    let text = |marker: &str| {
        let mut body = postern_tests::stage::question(model, marker);
        body["messages"][0]["content"] = prompt.into();
        body.to_string()
    };
    let calls: Vec<_> =
        (0..count).map(|_| tokio::spawn(stage.chat_text(&text(&marker())).send())).collect();
    let mut most = before;
    while !calls.iter().all(tokio::task::JoinHandle::is_finished) {
        most = most.max(stage.gateway.resident_bytes().unwrap_or(0));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut answers = Vec::new();
    for call in calls {
        answers.push(call.await.unwrap());
    }
    ((most - before) / MIB, answers)
}

fn assert_answered(answers: &[Answer], others: &[u16]) {
    for answer in answers {
        let expected = answer.status == 503 || others.contains(&answer.status);
        assert!(expected, "{}: {}", answer.status, answer.text());
        if answer.status == 503 {
            assert!(answer.header("retry-after").is_some(), "{}", answer.text());
        }
    }
}

fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn large_bodies_at_once_are_taken_as_far_as_there_is_memory_and_ten_times_as_many_change_nothing()
 {
    let budget = std::env::var("POSTERN_TEST_BUDGET_MIB").ok().and_then(|mib| mib.parse().ok());
    let settings = format!("memory_budget_mib = {}", budget.unwrap_or(BUDGET_MIB));
    let caps = "[request]\nmax_body_bytes = 10_485_760\n[response]\nmax_body_bytes = 8_388_608\n";
    let (stage, _policies) = with_server(&settings, &[("gateway.toml", caps)]);
    // Four megabytes that are counted quickly.
    let prompt = "a ".repeat(2 * 1024 * 1024);
    for many in [20, 200] {
        let (grown, answers) = growth(&stage, many, "plain-model", &prompt).await;
        println!("{many} bodies of 4 MiB: {grown} MiB more; {} of 503", count(&answers, 503));
        if budget.is_some() {
            println!(
                "skipped: POSTERN_TEST_BUDGET_MIB is set, so this was measured and not judged"
            );
            return;
        }
        assert_answered(&answers, &[200, 400, 413]);
        // The number of refusals depends on the speed of the clients; that there are some shows with bodies that do not
        // arrive.
        assert!(count(&answers, 200) > 0);
        assert!(grown < BUDGET_MIB + BESIDE_MIB, "{grown} MiB");
    }
    // And then there is room again.
    let room = || async { stage.ask("plain-model", &marker()).send().await.status == 200 };
    let start = Instant::now();
    while !room().await {
        assert!(start.elapsed() < Duration::from_secs(10));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_long_answers_at_once_are_read_as_far_as_there_is_memory() {
    let budget = std::env::var("POSTERN_TEST_BUDGET_MIB").ok().and_then(|mib| mib.parse().ok());
    let settings = format!("memory_budget_mib = {}", budget.unwrap_or(BUDGET_MIB));
    let (stage, _policies) = with_server(&settings, &[]);
    for many in [20, 200] {
        let (grown, answers) = growth(&stage, many, "huge", "Is anybody there?").await;
        println!("{many} endless answers: {grown} MiB more; {} of 503", count(&answers, 503));
        if budget.is_some() {
            println!(
                "skipped: POSTERN_TEST_BUDGET_MIB is set, so this was measured and not judged"
            );
            return;
        }
        assert_answered(&answers, &[502]);
        assert!(grown < BUDGET_MIB + BESIDE_MIB, "{grown} MiB");
    }
    assert_eq!(stage.gateway.call("GET", "/healthz").send().await.status, 200);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_a_408_and_its_connection_is_closed() {
    let (stage, _policies) = with_server("body_timeout_ms = 500", &[]);
    for drips in [false, true] {
        let mut stream = TcpStream::connect(stage.gateway.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let head = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: 1000\r\n\r\n{{",
            stage.key.expose()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let (start, mut said) = (Instant::now(), Vec::new());
        loop {
            assert!(start.elapsed() < Duration::from_secs(10), "it is still open");
            let mut part = [0; 4096];
            match stream.read(&mut part) {
                Ok(0) => break,
                Ok(length) => said.extend(&part[..length]),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => break,
            }
            if drips {
                let _ = stream.write_all(b" ");
            }
        }
        let said = String::from_utf8_lossy(&said);
        assert!(said.starts_with("HTTP/1.1 408 "), "{drips}: {said}");
    }
}

#[tokio::test]
async fn a_body_for_which_there_is_no_memory_is_a_503_before_it_is_read() {
    let caps = "[request]\nmax_body_bytes = 10_485_760\n";
    let (stage, _policies) = with_server("memory_budget_mib = 64", &[("gateway.toml", caps)]);
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: 7000000\r\n\r\n{{",
        stage.key.expose()
    );
    let begun = |_| {
        let mut stream = TcpStream::connect(stage.gateway.address()).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        stream
    };
    let mut streams: Vec<_> = (0..40).map(begun).collect();
    let mut refused = 0;
    for stream in &mut streams {
        stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
        let mut part = [0; 4096];
        let Ok(length) = stream.read(&mut part) else { continue };
        let said = String::from_utf8_lossy(&part[..length]);
        assert!(said.starts_with("HTTP/1.1 503 ") && said.contains("retry-after: "), "{said}");
        refused += 1;
    }
    // A body takes four times its length; some of the rest is that of instances.
    assert_eq!(refused, 38);
    assert_eq!(stage.gateway.call("GET", "/healthz").send().await.status, 200);
}

#[tokio::test]
async fn a_body_that_is_announced_too_large_is_a_413_and_no_question_of_memory() {
    let (stage, _policies) = with_server("memory_budget_mib = 64", &[]);
    for bytes in [2_000_000_u64, 200_000_000, 20_000_000_000] {
        let mut stream = TcpStream::connect(stage.gateway.address()).unwrap();
        let head = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {bytes}\r\nconnection: close\r\n\r\n",
            stage.key.expose()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut said = String::new();
        let _ = stream.read_to_string(&mut said);
        assert!(said.starts_with("HTTP/1.1 413 "), "{bytes}: {said}");
    }
}

#[tokio::test]
async fn a_storm_is_logged_once() {
    let (stage, _policies) =
        with_server("max_connections = 10\nmax_connections_per_address = 5", &[]);
    let silent: Vec<_> =
        (0..200).map(|_| TcpStream::connect(stage.gateway.address()).unwrap()).collect();
    assert_eq!(stage.gateway.call("GET", "/healthz").send().await.status, 200);
    assert_eq!(stage.ask("plain-model", &marker()).send().await.status, 200);
    drop(silent);
    let named = |log: &str| log.matches("max-connections-per-address").count();
    eventually("the line", || (named(&stage.gateway.log()) > 0).then_some(())).await;
    assert_eq!(named(&stage.gateway.log()), 1);
}
