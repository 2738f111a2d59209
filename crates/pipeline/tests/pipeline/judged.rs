//! Every way in which a complete answer is judged, and what leaves.

use crate::exits::{Word, leaves, of, whole};
use crate::world::{Attempt, DONE, Guarding, Judges, Part, Script, run};
use Word::{Abandoned, Completed, Failed, Interrupted, Unused};
use serde_json::{Value, json};

const OK: Option<u16> = Some(200);
const BAD: Option<u16> = Some(502);

const FLAGS: Judges = Judges { invalid: 1, blocks: false, repair: false, hold: false };
const BLOCKS: Judges = Judges { blocks: true, ..FLAGS };
const REPAIRS: Judges = Judges { repair: true, hold: true, ..BLOCKS };

fn judged(judges: Judges, script: Script) -> Script {
    Script { guarding: Guarding::Judges(judges), ..script }
}

fn two() -> Vec<Attempt> {
    vec![Attempt::good(), Attempt::good()]
}

/// Whole, and as a stream that is held back.
fn both(attempts: Vec<Attempt>) -> [Script; 2] {
    [whole(attempts.clone()), of(attempts)]
}

/// What the record says was done.
fn done(script: &Script) -> Vec<String> {
    let record = &run(script).records[0];
    let none = Vec::new();
    let all = record["guardrail"].as_array().unwrap_or(&none);
    all.iter().map(|one| one["action"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_valid_answer_leaves_as_it_is() {
    for invalid in [FLAGS, BLOCKS, REPAIRS] {
        let valid = Judges { invalid: 0, ..invalid };
        for script in both(two()) {
            let plain = run(&script).sent;
            let script = judged(valid, script);
            assert_eq!(run(&script).sent, plain);
            assert_eq!(done(&script), [""; 0]);
            leaves(script, OK, "complete", &[Completed], true);
        }
    }
}

#[test]
fn an_invalid_answer_is_flagged_or_refused() {
    for script in both(two()) {
        let flagged = judged(FLAGS, script.clone());
        assert_eq!(done(&flagged), ["flag"]);
        leaves(flagged, OK, "complete", &[Completed], true);
        let held = judged(Judges { hold: true, ..BLOCKS }, script);
        assert_eq!(done(&held), ["block"]);
        let seen = run(&held);
        assert!(seen.sent.contains("response_validation_failed"), "{}", seen.sent);
        assert!(!seen.sent.contains("data: text"), "{}", seen.sent);
        assert_eq!(seen.records[0]["fault"]["code"], "response_validation_failed");
        // It was generated, and is paid for.
        assert_eq!(seen.records[0]["output_tokens"], 5);
        leaves(held, BAD, "refused", &[Completed], false);
    }
}

#[test]
fn a_stream_that_has_left_does_not_end_as_a_complete_one() {
    let blocked = judged(BLOCKS, of(vec![Attempt::good()]));
    let seen = run(&blocked);
    assert!(seen.sent.starts_with("data: text\n\ndata: text\n\n"), "{}", seen.sent);
    assert!(seen.sent.contains("response_validation_failed"), "{}", seen.sent);
    assert_eq!(done(&blocked), ["block"]);
    leaves(blocked, OK, "cut", &[Completed], false);
    // Its usage is not known.
    let silent = vec![Attempt::of(&[Part::Text, Part::Done], true)];
    leaves(judged(BLOCKS, of(silent)), OK, "cut", &[Interrupted(1)], false);
    // It has ended before its head has left.
    let short = vec![Attempt::of(&[Part::Withheld, Part::Usage, Part::Done], true)];
    leaves(judged(BLOCKS, of(short)), BAD, "refused", &[Completed], false);
}

#[test]
fn a_repaired_answer_leaves_and_both_are_paid_for() {
    for script in both(two()) {
        let script = judged(REPAIRS, script);
        assert_eq!(done(&script), ["repair"]);
        let seen = run(&script);
        assert_eq!(seen.sent.matches("data: text").count(), 2, "{}", seen.sent);
        let asked: Value = serde_json::from_slice(&seen.asked).unwrap();
        let expected = json!([
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": "texttext"},
            {"role": "user", "content": "Write JSON."},
        ]);
        assert_eq!(asked["messages"], expected);
        let record = &seen.records[0];
        assert_eq!((&record["input_tokens"], &record["output_tokens"]), (&json!(14), &json!(10)));
        assert_eq!(record["attempts"].as_array().unwrap().len(), 2);
        leaves(script, OK, "complete", &[Completed, Completed], true);
    }
}

#[test]
fn an_answer_is_repaired_once() {
    let attempts = vec![Attempt::good(), Attempt::good(), Attempt::good()];
    for script in both(attempts) {
        let stays = judged(Judges { invalid: 3, ..REPAIRS }, script.clone());
        assert_eq!(done(&stays), ["repair", "block"]);
        leaves(stays, BAD, "refused", &[Completed, Completed], false);
        let flagged = judged(Judges { invalid: 3, blocks: false, ..REPAIRS }, script);
        assert_eq!(done(&flagged), ["repair", "flag"]);
        leaves(flagged, OK, "complete", &[Completed, Completed], true);
    }
}

#[test]
fn what_cannot_be_repaired_is_refused_or_flagged() {
    let unread = Attempt::of(&[Part::Garbage], true);
    for (second, more) in [
        (Attempt::Rejected { model_scoped: false }, vec![]),
        (Attempt::NotEncoded, vec![Failed]),
        (Attempt::Unreachable { retryable: true }, vec![Failed]),
        (Attempt::Status(400), vec![Failed]),
        (unread, vec![Word::Reserved(true)]),
    ] {
        for script in both(vec![Attempt::good(), second.clone()]) {
            let leases = [vec![Completed], more.clone()].concat();
            leaves(judged(REPAIRS, script.clone()), BAD, "refused", &leases, false);
            let flagged = judged(Judges { blocks: false, ..REPAIRS }, script);
            let seen = run(&flagged);
            assert_eq!(seen.records[0]["output_tokens"], 5, "{second:?}");
            assert_eq!(done(&flagged), ["repair", "flag"]);
            leaves(flagged, OK, "complete", &leases, true);
        }
    }
    // A second deployment may answer it.
    let attempts = vec![Attempt::Status(503), Attempt::good(), Attempt::good()];
    let leases = [Unused, Completed, Completed];
    leaves(judged(REPAIRS, whole(attempts)), OK, "complete", &leases, true);
    // A stream that has left.
    let left = Judges { hold: false, blocks: false, ..REPAIRS };
    leaves(judged(left, of(two())), OK, "complete", &[Completed], true);
}

#[test]
fn a_repair_that_is_cancelled_settles_each_answer_once() {
    for script in both(two()) {
        let slow = Script { cancelled_ms: Some(65), ..judged(REPAIRS, script) };
        leaves(slow, None, "client_gone", &[Completed, Abandoned], false);
    }
}

#[test]
fn a_stream_without_an_end_is_not_judged() {
    // What the vendor said of its usage was not the last word.
    let broken = Attempt::of(&[Part::Text, Part::Usage, Part::Text], false);
    let script = judged(BLOCKS, of(vec![broken]));
    assert_eq!(done(&script), [""; 0]);
    leaves(script, OK, "cut", &[Interrupted(2)], false);
}

#[test]
fn a_held_stream_is_whole_or_nothing() {
    let held = Judges { invalid: 0, hold: true, ..BLOCKS };
    let broken = Attempt::of(&[Part::Text, Part::Text], false);
    let script = judged(held, of(vec![broken, Attempt::good()]));
    let seen = run(&script);
    assert_eq!(seen.sent, format!("{}{DONE}", "data: text\n\n".repeat(2)));
    leaves(script, OK, "complete", &[Word::Reserved(false), Completed], true);
}
