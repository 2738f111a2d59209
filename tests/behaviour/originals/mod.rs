//! What is replaced in one turn of a conversation is restored in another, for its caller alone, and cannot be read in the store.
//!
//! Stages: gateway, guardrail, upstream, auth.

mod failing;
mod setup;
mod turns;

use postern_tests::{Redis, marker};
use serde_json::json;
use setup::{CHAT, RESPONSES, Setup, Turn, turn};

pub const ANNA: &str = "I am Anna Schmidt, anna.schmidt@firma.de.";
pub const BRUNO: &str = "My colleague is Bruno Maier, bruno.maier@firma.de.";
pub const ORIGINALS: [&str; 6] =
    ["Anna", "Schmidt", "anna.schmidt", "Bruno", "Maier", "bruno.maier"];

#[tokio::test]
async fn the_third_turn_names_who_was_named_in_the_first() {
    let redis = Redis::start();
    for store in [None, Some(&redis)] {
        let conversing = Setup { store, ..Setup::default() }.start();
        for stream in [false, true] {
            let id = marker();
            let next = |previous: String| [("previous_response_id", json!(previous))];
            let of = |said| Turn { stream, ..turn(RESPONSES, said) };
            let first = format!("{ANNA} {id}");
            let (said, previous) = conversing.say(of(&first)).await;
            assert!(said.contains(ANNA), "{said}");
            let more = next(previous);
            let (said, previous) = conversing.say(Turn { more: &more, ..of(BRUNO) }).await;
            assert!(said.contains(ANNA) && said.contains(BRUNO), "{stream}: {said}");
            let more = next(previous);
            let (said, _) = conversing.say(Turn { more: &more, ..of("Who are we?") }).await;
            assert!(said.contains(ANNA) && said.contains(BRUNO), "{stream}: {said}");
            let sent =
                conversing.vendor.requests("").iter().map(|one| one.text()).collect::<String>();
            assert!(ORIGINALS.iter().all(|original| !sent.contains(original)), "{sent}");
            // Two people have two placeholders.
            assert!(sent.contains("anon001@") && sent.contains("anon002@"), "{sent}");
        }
        assert_eq!(conversing.kept().len(), 6);
        let log = conversing.gateway.log();
        assert!(ORIGINALS.iter().all(|original| !log.contains(original)), "{log}");
    }
}

#[tokio::test]
async fn the_store_has_nothing_that_can_be_read() {
    let conversing = Setup::default().start();
    let name = marker();
    let of = |said| Turn { header: Some(&name), ..turn(CHAT, said) };
    conversing.say(of(ANNA)).await;
    conversing.say(of(BRUNO)).await;
    let stored = conversing.gateway.stored_bytes();
    assert!(find(&stored, b"originals/"), "it is the right file");
    let placeholders = ["anon001", "person_name", "example.com"];
    for text in ORIGINALS.into_iter().chain(placeholders).chain([name.as_str(), setup::KEY]) {
        assert!(!find(&stored, text.as_bytes()), "{text}");
    }
    // Nor does one text sealed twice look alike.
    let first = conversing.gateway.key_value(&conversing.kept()[0]).unwrap();
    conversing.say(of("Who are we?")).await;
    let second = conversing.gateway.key_value(&conversing.kept()[0]).unwrap();
    assert_eq!(first.len(), second.len());
    assert_ne!(first, second);
}

fn find(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
