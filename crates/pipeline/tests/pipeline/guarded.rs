//! Every way in which a guardrail ends a request, and what leaves.

use crate::exits::{Word, leaves, of, whole};
use crate::world::{Attempt, DONE, Guarding, Part, STOPPED, Script, run};
use Word::{Completed, Interrupted};

const OK: Option<u16> = Some(200);

fn guarded(guarding: Guarding, script: Script) -> Script {
    Script { guarding, ..script }
}

fn both() -> [Script; 2] {
    [of(vec![Attempt::good()]), whole(vec![Attempt::good()])]
}

#[test]
fn a_refused_request_reserves_nothing() {
    for script in both() {
        leaves(guarded(Guarding::Refuses, script.clone()), Some(400), "refused", &[], false);
        leaves(guarded(Guarding::Fails(None), script), Some(503), "refused", &[], false);
    }
}

#[test]
fn what_passes_leaves_as_it_is() {
    for script in both() {
        let plain = run(&script).sent;
        let script = guarded(Guarding::Passes, script);
        assert_eq!(run(&script).sent, plain);
        leaves(script, OK, "complete", &[Completed], true);
    }
}

#[test]
fn an_answer_that_is_ended_is_complete_and_costs_what_was_generated() {
    let [streamed, whole] = both();
    for (piece, tokens) in [(0, 1), (1, 2)] {
        let script = guarded(Guarding::Stops(piece), streamed.clone());
        let sent = run(&script).sent;
        assert_eq!(sent, format!("{}{STOPPED}", "data: text\n\n".repeat(piece as usize)));
        leaves(script, OK, "complete", &[Interrupted(tokens)], false);
    }
    // A whole answer is there: all of it is billed.
    let script = guarded(Guarding::Stops(1), whole);
    assert!(run(&script).sent.ends_with(STOPPED));
    leaves(script, OK, "complete", &[Completed], false);
}

#[test]
fn an_answer_that_cannot_be_scanned_does_not_leave() {
    let [streamed, whole] = both();
    for script in [streamed.clone(), whole] {
        let seen = run(&guarded(Guarding::Fails(Some(0)), script));
        assert_eq!(seen.status, Some(503), "{}", seen.sent);
        assert!(!seen.sent.contains("text"), "{}", seen.sent);
    }
    let seen = run(&guarded(Guarding::Fails(Some(1)), streamed));
    assert_eq!((seen.status, seen.sent.matches("data: text").count()), (OK, 1), "{}", seen.sent);
    assert!(!seen.sent.contains(DONE));
}

#[test]
fn what_is_held_back_leaves_when_its_time_is_over() {
    let slow = |parts: &[Part]| {
        let parts = parts.iter().map(|part| (50, *part)).collect();
        of(vec![Attempt::Answer { parts, ends_well: true }])
    };
    let parts = [Part::Text, Part::Text, Part::Usage, Part::Done];
    let script = guarded(Guarding::Holds(20, false), slow(&parts));
    assert_eq!(run(&script).sent.matches("data: text").count(), 2);
    leaves(script, OK, "complete", &[Completed], true);
    // It is decided then, too.
    let script = guarded(Guarding::Holds(20, true), slow(&parts));
    let sent = run(&script).sent;
    assert!(sent.contains("data: text") && sent.ends_with(STOPPED), "{sent}");
    leaves(script, OK, "complete", &[Interrupted(1)], false);
}
