//! Streams whose head leaves before their first event.

use crate::exits::{Word, of};
use crate::exits::{leaves, word};
use crate::world::{Asked, Attempt, DONE, EARLY_HEAD_MS, Guarding, Part, Script, run};

const COMMENT: &str = ": waiting\n";

/// A script with an early head.
fn early(attempts: Vec<Attempt>) -> Script {
    Script { early_head: true, ..of(attempts) }
}

/// An answer whose first event comes after so long.
fn after(ms: u64) -> Attempt {
    let parts = vec![(ms, Part::Text), (10, Part::Text), (10, Part::Usage), (10, Part::Done)];
    Attempt::Answer { parts, ends_well: true }
}

#[test]
fn a_fast_answer_has_the_head_that_it_always_has() {
    let script = early(vec![Attempt::good()]);
    let seen = run(&script);
    assert!(!seen.sent.contains(COMMENT) && seen.sent.contains(DONE), "{}", seen.sent);
    assert!(seen.records[0].get("early_head").is_none());
}

#[test]
fn a_slow_answer_is_waited_for_with_comments_and_comes_whole() {
    let late = run(&early(vec![after(12_000)]));
    let usual = run(&of(vec![after(12_000)]));
    assert_eq!(late.status, Some(200));
    assert_eq!(late.sent.replace(COMMENT, ""), usual.sent);
    // One at once, and then every two seconds.
    assert_eq!(late.sent.matches(COMMENT).count(), 4, "{}", late.sent);
    assert_eq!(late.records[0]["early_head"], true);
    assert_eq!(late.records[0]["outcome"], "complete");
    assert!(late.leases.values().flatten().map(word).eq([Word::Completed]));
}

#[test]
fn another_deployment_may_still_answer_after_the_head() {
    let breaks = Attempt::Answer { parts: vec![(8_000, Part::Garbage)], ends_well: false };
    let script = early(vec![breaks, after(10)]);
    let seen = run(&script);
    assert!(seen.sent.starts_with(COMMENT) && seen.sent.contains(DONE), "{}", seen.sent);
    assert_eq!(seen.records[0]["attempts"].as_array().unwrap().len(), 2);
    leaves(script, Some(200), "complete", &[Word::Reserved(false), Word::Completed], true);
}

#[test]
fn a_fault_after_the_head_is_the_dialects_error_event_and_has_no_end() {
    for asked in [Asked::Chat, Asked::Responses("")] {
        let breaks = Attempt::Answer { parts: vec![(8_000, Part::Garbage)], ends_well: false };
        let seen = run(&Script { asked, ..early(vec![breaks]) });
        assert_eq!(seen.status, Some(200));
        assert_eq!(seen.records[0]["outcome"], "cut", "{asked:?}");
        assert_eq!(seen.records[0]["status"], 200);
        assert!(seen.sent.contains("data: ") && !seen.sent.contains(DONE), "{}", seen.sent);
        assert!(seen.sent.contains("error"), "{}", seen.sent);
    }
}

#[test]
fn a_client_that_leaves_before_the_first_event_ends_its_attempt_and_settles() {
    // It takes two comments, and the third shows that it has left.
    let script = Script { client_parts: Some(2), ..early(vec![after(1_000_000), after(10)]) };
    let seen = run(&script);
    assert_eq!(seen.records[0]["outcome"], "client_gone");
    assert_eq!(seen.records[0]["fault"]["code"], "client_left");
    assert!(seen.records[0]["duration_us"].as_u64().unwrap() < 10_000_000);
    // No other deployment was asked for it.
    assert_eq!(seen.records[0]["attempts"].as_array().unwrap().len(), 1);
    leaves(script, Some(200), "client_gone", &[Word::Reserved(true)], false);
}

#[test]
fn what_is_decided_before_a_vendor_is_asked_has_its_status() {
    let slow = Script { limiter_ms: 1, ..early(vec![after(EARLY_HEAD_MS * 2)]) };
    let refused = Script { guarding: Guarding::Refuses, ..slow.clone() };
    assert_eq!(run(&refused).status, Some(400));
    let unauthenticated = Script { authenticated: false, ..slow.clone() };
    assert_eq!(run(&unauthenticated).status, Some(401));
    // And what is not a stream of events waits for its answer.
    let whole = run(&Script { stream: false, ..slow.clone() });
    assert!(!whole.sent.contains(COMMENT) && whole.records[0].get("early_head").is_none());
    let sound = run(&Script { asked: Asked::Speech, ..slow });
    assert!(!sound.sent.contains(COMMENT), "{}", sound.sent);
}
