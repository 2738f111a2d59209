//! What reading and verifying costs on this machine: `cargo run --release --example verification_cost -p postern-token`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use postern_token::{Algorithm, KeySet, Rules, Unverified, credential_id, introspection};
use serde_json::{Value, json};
use std::hint::black_box;
use std::time::Instant;

const ROUNDS: u32 = 500;

/// When the tokens are good, in Unix seconds.
const NOW: u64 = 1_788_264_000;

fn main() {
    let all: Value = serde_json::from_str(include_str!("../tests/tokens/openssl.json")).unwrap();
    let set = json!({ "keys": all["keys"] }).to_string();
    measure(&format!("read a key set of {} bytes", set.len()), || KeySet::from_json(&set).unwrap());
    let keys = KeySet::from_json(&set).unwrap();
    println!("it has {} keys", keys.len());
    for algorithm in Algorithm::ALL {
        let token = all["tokens"][algorithm.as_str()].as_str().unwrap();
        let rules = rules(algorithm);
        let read = Unverified::read(token).unwrap();
        // The codes of the others are computed elsewhere.
        if !algorithm.is_mac() {
            measure(&format!("verify {algorithm}"), || read.verify(&keys, &rules, NOW).unwrap());
        }
    }
    let token = all["tokens"]["RS256"].as_str().unwrap();
    measure(&format!("read a token of {} bytes", token.len()), || Unverified::read(token).unwrap());
    measure("name a token", || credential_id(token, None));
    let answer = r#"{"active":true,"aud":"postern","sub":"alice","scope":"ai.use"}"#;
    let rules = rules(Algorithm::Rs256);
    measure("read an introspection answer", || {
        introspection::read(200, answer, &rules, NOW).unwrap()
    });
}

fn rules(algorithm: Algorithm) -> Rules {
    Rules {
        issuer: "https://login.example.com/realms/acme".to_owned(),
        audience: vec!["postern".to_owned()],
        client_id: Vec::new(),
        algorithms: vec![algorithm],
        leeway_s: 60,
        required_claims: Vec::new(),
        required_scopes: Vec::new(),
    }
}

fn measure<T>(what: &str, work: impl Fn() -> T) {
    let started = Instant::now();
    for _ in 0..ROUNDS {
        black_box(work());
    }
    println!("{what}: {:.1} us", started.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS));
}
