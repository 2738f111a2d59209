//! Every kind of end of a request, and what each leaves: the status, the record's outcome, and one end of each lease.

use crate::world::{Attempt, DONE, End, Part, Script, run};
use postern_types::Usage;
use postern_types::limiter::Outcome;

/// What became of a lease, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    Unused,
    Failed,
    /// All that was reserved; true: it counts as a request.
    Reserved(bool),
    Completed,
    /// With so many tokens of output.
    Interrupted(u64),
    Abandoned,
}

use Word::{Abandoned, Completed, Failed, Interrupted, Reserved, Unused};

pub fn word(end: &End) -> Word {
    match end {
        End::Abandoned => Abandoned,
        End::Settled(Outcome::Unused) => Unused,
        End::Settled(Outcome::Failed) => Failed,
        End::Settled(Outcome::Reserved(counts)) => Reserved(*counts),
        End::Settled(Outcome::Completed(_)) => Completed,
        End::Settled(Outcome::Interrupted(Usage { output_tokens, .. })) => {
            Interrupted(*output_tokens)
        }
    }
}

/// A request of this script leaves that.
#[track_caller]
pub fn leaves(script: Script, status: Option<u16>, outcome: &str, leases: &[Word], has_end: bool) {
    let seen = run(&script);
    let ends = seen.leases.values();
    let ends: Vec<Word> = ends
        .map(|ends| {
            assert_eq!(ends.len(), 1, "one end: {ends:?} of {script:?}");
            word(&ends[0])
        })
        .collect();
    assert_eq!(seen.records.len(), 1, "one record: {script:?}");
    let said = seen.records[0]["outcome"].as_str().unwrap();
    let left = (seen.status, said, ends.as_slice(), seen.sent.contains(DONE));
    assert_eq!(left, (status, outcome, leases, has_end), "{script:?}");
    seen.check_what_the_recorder_got();
    if !seen.was_cancelled {
        seen.check_what_the_router_was_told();
    }
}

pub fn of(attempts: Vec<Attempt>) -> Script {
    Script { attempts, ..Script::default() }
}

pub fn whole(attempts: Vec<Attempt>) -> Script {
    Script { stream: false, ..of(attempts) }
}

const OK: Option<u16> = Some(200);

#[test]
fn complete_answers() {
    leaves(of(vec![Attempt::good()]), OK, "complete", &[Completed], true);
    leaves(whole(vec![Attempt::good()]), OK, "complete", &[Completed], true);
    let delegated = Script { delegated: true, ..Script::default() };
    leaves(delegated, OK, "complete", &[Completed], true);
    // The vendor says no usage: what it has generated is counted.
    let silent = || vec![Attempt::of(&[Part::Text, Part::Text, Part::Done], true)];
    leaves(of(silent()), OK, "complete", &[Interrupted(2)], true);
    leaves(whole(silent()), OK, "complete", &[Interrupted(2)], true);
    // It ends without saying so.
    let bare = vec![Attempt::of(&[Part::Withheld, Part::Text, Part::Usage], true)];
    leaves(of(bare), OK, "complete", &[Completed], true);
    let unlimited = Script { unlimited: true, ..Script::default() };
    leaves(unlimited, OK, "complete", &[], true);
    // A limiter that cannot settle takes nothing from the client.
    let unsettled = Script { settles: false, ..Script::default() };
    leaves(unsettled, OK, "complete", &[Completed], true);
}

#[test]
fn refusals_before_anything_is_reserved() {
    let unauthenticated = Script { authenticated: false, ..Script::default() };
    leaves(unauthenticated, Some(401), "refused", &[], false);
    let forbidden = Script { permitted: false, ..Script::default() };
    leaves(forbidden, Some(403), "refused", &[], false);
    let limited = of(vec![Attempt::Rejected { model_scoped: false }, Attempt::good()]);
    leaves(limited, Some(429), "refused", &[], false);
}

#[test]
fn attempts_one_after_the_other() {
    let good = Attempt::good;
    for failed in [
        Attempt::NotEncoded,
        Attempt::Unreachable { retryable: true },
        Attempt::Status(503),
        Attempt::of(&[Part::Garbage], true),
        Attempt::of(&[Part::Withheld], false),
    ] {
        // A vendor that has answered with success has worked, for an unknown amount.
        let has_answered = matches!(failed, Attempt::Answer { .. });
        let first = if has_answered { Reserved(false) } else { Unused };
        leaves(of(vec![failed.clone(), good()]), OK, "complete", &[first, Completed], true);
        leaves(whole(vec![failed.clone(), good()]), OK, "complete", &[first, Completed], true);
        let seen = run(&of(vec![failed.clone(), failed.clone()]));
        let ends: Vec<_> = seen.leases.values().flatten().map(word).collect();
        let last = if has_answered { Reserved(true) } else { Failed };
        assert_eq!(ends, [first, last], "{failed:?}");
        assert!(seen.status.unwrap() >= 400, "{failed:?}");
    }
    let of_model = of(vec![Attempt::Rejected { model_scoped: true }, good()]);
    leaves(of_model, OK, "complete", &[Completed], true);
    let downgraded = of(vec![Attempt::Downgraded, good()]);
    leaves(downgraded, OK, "complete", &[Completed], true);
    // Where the other model does not answer either, the limit's refusal stands.
    let neither = of(vec![Attempt::Downgraded, Attempt::Unreachable { retryable: true }]);
    leaves(neither, Some(429), "refused", &[Failed], false);
    // No other deployment would do better.
    let final_ = of(vec![Attempt::Unreachable { retryable: false }, good()]);
    leaves(final_, Some(502), "refused", &[Failed], false);
    let refused = of(vec![Attempt::Status(400), good()]);
    leaves(refused, Some(400), "refused", &[Failed], false);
    let strict = Script { strict: true, ..of(vec![Attempt::Lossy, good()]) };
    leaves(strict, OK, "complete", &[Unused, Completed], true);
    let lossy = of(vec![Attempt::Lossy]);
    leaves(lossy, OK, "complete", &[Interrupted(1)], true);
}

#[test]
fn streams_that_break() {
    let text = Part::Text;
    // What cannot be read may have been anything.
    let unreadable = Attempt::of(&[text, text, Part::Garbage], true);
    leaves(of(vec![unreadable]), OK, "cut", &[Reserved(true)], false);
    for broken in [
        Attempt::of(&[text, text], false),
        // Longer silent than the target allows.
        Attempt::Answer { parts: vec![(0, text), (0, text), (70_000, text)], ends_well: true },
    ] {
        leaves(of(vec![broken]), OK, "cut", &[Interrupted(2)], false);
    }
    // A buffered answer that breaks off is unreadable.
    let broken = whole(vec![Attempt::of(&[text, text], false), Attempt::good()]);
    leaves(broken, OK, "complete", &[Reserved(false), Completed], true);
}

#[test]
fn clients_that_leave() {
    for parts in [0, 1] {
        let gone = Script { client_parts: Some(parts), ..Script::default() };
        leaves(gone, OK, "client_gone", &[Interrupted(parts as u64 + 1)], false);
    }
    // It is silent when the vendor is: a comment shows it.
    let slow =
        Attempt::Answer { parts: vec![(0, Part::Text), (50_000, Part::Done)], ends_well: true };
    let gone = Script { client_parts: Some(1), ..of(vec![slow]) };
    leaves(gone, OK, "client_gone", &[Interrupted(1)], false);
    // It takes nothing for longer than a client may.
    let stalled = Script { client_ms: 700_000, ..Script::default() };
    leaves(stalled, OK, "client_gone", &[Interrupted(1)], false);
}

#[test]
fn requests_that_are_cancelled() {
    // Before the head: while the limiter is asked, while the vendor is, while its first event is waited for.
    let slow = Script { limiter_ms: 100, ..Script::default() };
    let at = |ms| Script { cancelled_ms: Some(ms), ..slow.clone() };
    leaves(at(50), None, "client_gone", &[], false);
    leaves(at(105), None, "client_gone", &[Abandoned], false);
    leaves(at(115), None, "client_gone", &[Abandoned], false);
    // After it: between two events, and while it is being settled.
    leaves(at(125), OK, "client_gone", &[Abandoned], false);
    leaves(at(145), OK, "client_gone", &[Abandoned], false);
    leaves(at(160), OK, "client_gone", &[Completed], false);
}

#[test]
fn what_lives_long_is_renewed() {
    let parts: Vec<_> =
        (0..10).map(|_| (40_000, Part::Text)).chain([(0, Part::Usage), (0, Part::Done)]).collect();
    let seen = run(&of(vec![Attempt::Answer { parts, ends_well: true }]));
    assert!(seen.renewals >= 10, "{}", seen.renewals);
    let ends: Vec<_> = seen.leases.values().flatten().map(word).collect();
    assert_eq!(ends, [Completed]);
}
