//! How many links a second are appended and verified: `cargo bench -p postern-trail --bench chain`.
#![allow(missing_docs, clippy::unwrap_used)]

use postern_trail::Name;
use postern_trail::audit::{
    AuditEvent, AuditKey, Begin, Chain, CheckpointPlan, Ending, Verifier, verify,
};
use std::time::Instant;

const LINKS: u64 = 500_000;

fn main() {
    let key = AuditKey::from_hex(&"42".repeat(32)).unwrap();
    let mut chain = Chain::new(Name::from_policy("access"));
    let mut text = String::new();
    let began = Instant::now();
    for seq in 0..LINKS {
        let event = AuditEvent::Access {
            request_id: Name::from_policy("0192f0c1-8f7e-7c3a-9d2b-0123456789ab"),
            consumer: Some(Name::from_policy("shop")),
            credential_id: Some(Name::from_policy("pk_live_0123456789")),
            actions: vec![Name::from_policy("chat"), Name::from_policy("use-tools")],
            deployment: Some(Name::from_policy("openai/gpt-4o-mini")),
            allowed: seq % 7 != 0,
            policies: vec![Name::from_policy("consumers-may-chat")],
            policy_digest: Name::from_policy("sha256:0123456789abcdef0123456789abcdef"),
        };
        text.push_str(&chain.append(seq, &event));
        text.push('\n');
        if chain.is_checkpoint_due(seq, CheckpointPlan::default()) {
            text.push_str(&chain.sign(seq, &key).unwrap());
            text.push('\n');
        }
    }
    text.push_str(&chain.closing(LINKS, &key).unwrap());
    text.push('\n');
    rate("appended", LINKS, began);
    let began = Instant::now();
    let verifier = Verifier::new(&[key.public()], Begin::AtFirstLink, Ending::Closed);
    let reports = verify(&text, verifier).unwrap();
    let links = reports.values().map(|report| report.links).sum();
    rate("verified", links, began);
}

fn rate(what: &str, links: u64, began: Instant) {
    let seconds = began.elapsed().as_secs_f64();
    println!("{what}: {links} links, {:.0} a second", links as f64 / seconds);
}
