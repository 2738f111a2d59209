//! How a conversation is named, and whose it is.

use super::setup::{CHAT, MESSAGES, RESPONSES, Setup, Turn, turn};
use super::{ANNA, BRUNO};
use postern_tests::marker;
use serde_json::{Value, json};

#[tokio::test]
async fn a_client_that_shortens_its_history_names_the_conversation_in_a_header() {
    let conversing = Setup::default().start();
    for (path, stream) in [(CHAT, false), (CHAT, true), (MESSAGES, false), (MESSAGES, true)] {
        let name = marker();
        let member = match path {
            MESSAGES => ("metadata", json!({ "user_id": name })),
            _ => ("user", json!(name)),
        };
        let more = [member];
        let of = |said| Turn { more: &more, stream, ..turn(path, said) };
        let named = |said| Turn { header: Some(&name), ..of(said) };
        conversing.say(named(ANNA)).await;
        // None of the messages has the first turn, and the vendor remembers it.
        let (said, _) = conversing.say(named(BRUNO)).await;
        assert!(said.contains(ANNA) && said.contains(BRUNO), "{path} {stream}: {said}");
        // A name that no detector finds alone has the placeholder of its first turn.
        let (said, _) = conversing.say(named("Is Schmidt here?")).await;
        assert!(said.contains("Is Schmidt here?") && said.contains(ANNA), "{said}");
        let requests = conversing.vendor.requests("here?");
        assert!(!requests.last().unwrap().text().contains("Schmidt"));
        // Without the header it is a request like any other.
        let (said, _) = conversing.say(of("Who are we?")).await;
        assert!(!said.contains("Anna") && !said.contains("Bruno"), "{said}");
    }
}

#[tokio::test]
async fn a_conversation_of_the_vendors_is_known_by_its_name() {
    let conversing = Setup::default().start();
    for (stream, as_object) in [(false, false), (true, true)] {
        let name = format!("conv_{}", marker());
        let named: Value = if as_object { json!({ "id": name }) } else { json!(name) };
        // The gateway hands out its own ids only; this one is shared by policy.
        let more = [("conversation", named)];
        let of = |said| Turn { more: &more, stream, ..turn(RESPONSES, said) };
        conversing.say(of(ANNA)).await;
        let (said, id) = conversing.say(of("Who am I?")).await;
        assert!(said.contains(ANNA), "{said}");
        // Its last answer can be gone on with by its own id.
        let more = [("previous_response_id", json!(id))];
        let (said, _) = conversing.say(Turn { more: &more, ..of("And now?") }).await;
        assert!(said.contains(ANNA), "{said}");
    }
}

#[tokio::test]
async fn another_caller_with_the_same_name_sees_nothing() {
    let conversing = Setup::default().start();
    let name = marker();
    let more = [("user", json!(name))];
    let of =
        |consumer, said| Turn { consumer, more: &more, header: Some(&name), ..turn(CHAT, said) };
    conversing.say(of("acme-shop", ANNA)).await;
    for consumer in ["acme-support", "globex"] {
        let (said, _) = conversing.say(of(consumer, "Who am I?")).await;
        assert!(said.contains("anon001@example.com") && !said.contains("Anna"), "{said}");
        // What this caller says does not become what the first one knows.
        conversing.say(of(consumer, BRUNO)).await;
    }
    let (said, _) = conversing.say(of("acme-shop", "Who am I?")).await;
    assert!(said.contains(ANNA) && !said.contains("Bruno"), "{said}");
    assert_eq!(conversing.kept().len(), 3);
}

#[tokio::test]
async fn an_answer_that_a_tenant_shares_is_restored_for_its_caller_alone() {
    let conversing = Setup::default().start();
    let (_, id) = conversing.say(turn(RESPONSES, ANNA)).await;
    let more = [("previous_response_id", json!(id))];
    let next = |consumer| Turn { consumer, more: &more, ..turn(RESPONSES, "Who am I?") };
    let (said, _) = conversing.say(next("acme-support")).await;
    assert!(said.contains("anon001@example.com") && !said.contains("Anna"), "{said}");
    let (said, _) = conversing.say(next("acme-shop")).await;
    assert!(said.contains(ANNA), "{said}");
}

#[tokio::test]
async fn originals_live_in_the_request_unless_policy_keeps_them() {
    for originals in ["", "[originals]\nkeep = \"request\"\n"] {
        let conversing = Setup { originals, key: "", ..Setup::default() }.start();
        assert_eq!(conversing.gateway.call("GET", "/readyz").send().await.status, 200);
        let name = marker();
        let more = [("user", json!(name))];
        let of = |said| Turn { more: &more, header: Some(&name), ..turn(CHAT, said) };
        let (said, _) = conversing.say(of(ANNA)).await;
        assert!(said.contains(ANNA), "{said}");
        let (said, _) = conversing.say(of("Who am I?")).await;
        assert!(!said.contains("Anna"), "{said}");
        assert!(conversing.kept().is_empty());
    }
}
