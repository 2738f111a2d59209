//! What is said passes the rules of `guardrails.toml`, both ways.
//!
//! Stages: gateway, guardrail.

mod answers;
mod custom;
mod opinions;
mod requests;
mod setup;
mod traps;
mod validation;

use setup::{Client, start};

const FLAGS: &str = r#"
[[rule]]
name = "all"
detectors = ["personal", "secrets", "injection", "moderation"]
action = "flag"
"#;

#[tokio::test]
async fn nothing_is_found_where_nothing_is() {
    let guarded = start(FLAGS);
    let answer = guarded.ask(Client::Chat, "sandbox", "What is the weather like?", false);
    assert_eq!(answer.send().await.header("x-postern-guardrail"), None);
}
