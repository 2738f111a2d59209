//! What becomes of a request whose deployments fail, are late, or are asked beside one another.

use crate::exits::{Word, of, whole, word};
use crate::world::{Attempt, DEADLINES, DONE, NO_RETRIES, Part, RETRIES, Script, Seen, run};
use postern_types::Deadlines;
use serde_json::Value;

fn ends(seen: &Seen) -> Vec<Word> {
    let each = |ends: &Vec<_>| {
        assert_eq!(ends.len(), 1, "{ends:?}");
        word(&ends[0])
    };
    seen.leases.values().map(each).collect()
}

/// Deployment and outcome of each attempt in the record.
fn attempts(seen: &Seen) -> Vec<(String, String)> {
    let Some(attempts) = seen.records[0]["attempts"].as_array() else { return Vec::new() };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    attempts.iter().map(|one| (text(&one["deployment"]), text(&one["outcome"]))).collect()
}

fn outcomes(seen: &Seen) -> Vec<String> {
    attempts(seen).into_iter().map(|(_, outcome)| outcome).collect()
}

fn header<'s>(seen: &'s Seen, name: &str) -> Option<&'s str> {
    seen.fields.iter().find(|(named, _)| named == name).map(|(_, value)| value.as_str())
}

fn fails_as(kind: &str, seen: &Seen) -> bool {
    seen.records[0]["fault"]["kind"] == kind
}

const GONE: Attempt = Attempt::Unreachable { retryable: true };

/// One deployment, which does this in turn.
fn alone(attempts: Vec<Attempt>) -> Script {
    Script { targets: Some(1), policy: RETRIES, ..of(attempts) }
}

#[test]
fn the_same_deployment_is_asked_again_where_that_is_safe_and_may_help() {
    let garbage = || Attempt::of(&[Part::Garbage], true);
    for (case, attempts, sent, status) in [
        ("no connection", vec![GONE, Attempt::good()], 2, 200),
        ("a failure", vec![Attempt::Status(500), Attempt::good()], 2, 200),
        ("overloaded", vec![Attempt::Status(503), Attempt::Status(503), Attempt::good()], 3, 200),
        (
            "overloaded in the stream",
            vec![Attempt::of(&[Part::Overloaded], true), Attempt::good()],
            2,
            200,
        ),
        ("four times is enough", vec![Attempt::Status(500); 6], 4, 502),
        // It asks for seven seconds, and policy waits for five.
        ("a long wait", vec![Attempt::Status(429), Attempt::good()], 1, 429),
        ("a wrong request", vec![Attempt::Status(400), Attempt::good()], 1, 400),
        ("an answer that cannot be read", vec![garbage(), Attempt::good()], 1, 502),
        ("a vendor at work", vec![Attempt::of(&[], false), Attempt::good()], 1, 502),
    ] {
        for streamed in [true, false] {
            let seen = run(&Script { stream: streamed, ..alone(attempts.clone()) });
            let case = format!("{case}, streamed {streamed}");
            assert_eq!((seen.sent_to.len(), seen.status), (sent, Some(status)), "{case}");
            assert_eq!(outcomes(&seen).len(), sent, "{case}");
            // Each attempt has a lease of its own; only an answer is paid for.
            let paid = ends(&seen).iter().filter(|end| **end == Word::Completed).count();
            assert_eq!((ends(&seen).len(), paid), (sent, usize::from(status == 200)), "{case}");
            let told = header(&seen, "x-postern-attempts").map(str::to_owned);
            let expected = (sent > 1 || status != 200).then(|| sent.to_string());
            assert_eq!(told, expected, "{case}");
        }
    }
}

#[test]
fn a_wait_is_at_least_what_the_vendor_asks_for_and_never_beyond_the_deadline() {
    let seen = run(&alone(vec![Attempt::Status(503), Attempt::good()]));
    assert!(seen.ended_ms >= 1_000, "{}", seen.ended_ms);
    let deadlines = Deadlines { total_ms: 900, ..DEADLINES };
    let seen = run(&Script { deadlines, ..alone(vec![Attempt::Status(503), Attempt::good()]) });
    assert_eq!((seen.sent_to.len(), seen.status), (1, Some(503)));
    assert!(seen.ended_ms < 900, "{}", seen.ended_ms);
}

#[test]
fn another_deployment_is_asked_at_once_unless_policy_repeats_first() {
    let attempts = vec![Attempt::Status(503), Attempt::good(), Attempt::good()];
    let seen = run(&Script { policy: RETRIES, ..of(attempts.clone()) });
    assert_eq!(seen.sent_to, ["m0", "m1"]);
    assert!(seen.ended_ms < 1_000, "{}", seen.ended_ms);
    let policy = "[attempts]\nextra_percent = 100\nrepeats_before_next = 1";
    let seen = run(&Script { policy, ..of(attempts.clone()) });
    assert_eq!(seen.sent_to, ["m0", "m0"]);
    let policy = "[attempts]\nmax = 1";
    let seen = run(&Script { policy, ..of(attempts) });
    assert_eq!((seen.sent_to.len(), seen.status), (1, Some(503)));
}

#[test]
fn repetitions_end_with_the_share_of_the_instance() {
    let policy = "[attempts]\nextra_percent = 1";
    let all: usize =
        (0..20).map(|_| run(&Script { policy, ..alone(vec![GONE; 4]) }).sent_to.len()).sum();
    // Twenty requests, and ten retries.
    assert_eq!(all, 30);
}

const SHORT: Deadlines = Deadlines {
    connect_ms: 100,
    first_token_ms: 500,
    between_tokens_ms: 300,
    whole_ms: 800,
    total_ms: 2_000,
};

/// What an answer has and when, what is told of its deadline, and whether it has begun by then.
#[test]
fn each_deadline_ends_its_wait_and_says_so() {
    use Part::{Done, Preamble, Text};
    let pings = |until: u64, every: u64| (0..until / every).map(move |_| (every, Preamble));
    let texts = |until: u64, every: u64| (0..until / every).map(move |_| (every, Text));
    type Case = (&'static str, bool, Vec<(u64, Part)>, &'static str, u64);
    let cases: Vec<Case> = vec![
        ("silent", true, vec![(9_000, Done)], "first_token_ms", 500),
        ("only pings", true, pings(3_000, 50).collect(), "first_token_ms", 500),
        ("a role, and silence", true, vec![(1, Preamble), (9_000, Text)], "first_token_ms", 500),
        ("stalls", true, vec![(10, Text), (9_000, Text)], "between_tokens_ms", 320),
        ("goes on and on", true, texts(5_000, 100).collect(), "total_ms", 2_000),
        ("whole, and slow", false, texts(3_000, 100).collect(), "whole_ms", 800),
        ("whole, and silent", false, vec![(9_000, Text)], "whole_ms", 800),
        ("whole, and in two pieces", false, vec![(10, Text), (700, Text), (0, Done)], "", 720),
    ];
    for (case, stream, parts, deadline, ended_ms) in cases {
        let attempt = Attempt::Answer { parts, ends_well: true };
        let script = Script { deadlines: SHORT, stream, ..of(vec![attempt]) };
        let seen = run(&script);
        assert!(seen.ended_ms.abs_diff(ended_ms) <= 20, "{case}: {}", seen.ended_ms);
        assert_eq!(fails_as("UpstreamTimeout", &seen), !deadline.is_empty(), "{case}");
        if !deadline.is_empty() {
            assert!(seen.sent.contains(deadline), "{case}: {}", seen.sent);
            assert!(!seen.sent.contains(DONE), "{case}");
        }
    }
}

#[test]
fn a_stream_that_does_not_begin_goes_to_another_deployment() {
    use Part::{Done, Overloaded, Preamble, Text};
    let late = |parts: Vec<(u64, Part)>| Attempt::Answer { parts, ends_well: true };
    let cases = [
        ("nothing in time", late(vec![(9_000, Text)])),
        ("pings, and nothing", late((0..50).map(|_| (20, Preamble)).collect())),
        ("a role, and silence", late(vec![(1, Preamble), (9_000, Text)])),
        ("an error first", Attempt::of(&[Overloaded], true)),
        ("a role, and an error", Attempt::of(&[Preamble, Preamble, Overloaded], true)),
        ("a role, and an end", Attempt::of(&[Preamble], false)),
        ("a role, and what cannot be read", Attempt::of(&[Preamble, Part::Garbage], true)),
    ];
    for (case, attempt) in cases {
        let script = Script { deadlines: SHORT, ..of(vec![attempt, Attempt::good()]) };
        let seen = run(&script);
        assert_eq!(seen.status, Some(200), "{case}");
        assert!(!seen.sent.contains("preamble"), "{case}: {}", seen.sent);
        assert!(seen.sent.contains(DONE), "{case}");
        assert_eq!(outcomes(&seen), ["failed", "answered"], "{case}");
        assert_eq!(ends(&seen)[1], Word::Completed, "{case}");
        assert_ne!(ends(&seen)[0], Word::Completed, "{case}");
    }
    // What has begun stays: another answer behind half of one is no answer.
    let begun = Attempt::of(&[Preamble, Text, Overloaded], true);
    let seen = run(&of(vec![begun, Attempt::good()]));
    assert_eq!(seen.sent_to.len(), 1);
    assert_eq!(seen.records[0]["outcome"], "cut");
    // With no other one left, the first event opens the answer.
    let alone =
        Attempt::Answer { parts: vec![(1, Preamble), (100, Text), (0, Done)], ends_well: true };
    let seen = run(&of(vec![alone]));
    assert!(seen.sent.starts_with("data: preamble"), "{}", seen.sent);
}

#[test]
fn the_most_useful_fault_is_told_when_all_fail() {
    let late = || Attempt::Answer { parts: vec![(9_000, Part::Text)], ends_well: true };
    for (attempts, status, kind) in [
        (vec![Attempt::Status(429), Attempt::Status(503), GONE], 429, "RateLimited"),
        (vec![GONE, Attempt::Status(503), Attempt::Status(500)], 503, "Overloaded"),
        (vec![late(), Attempt::Status(500), late()], 502, "UpstreamFailed"),
        (vec![Attempt::NotEncoded, late()], 504, "UpstreamTimeout"),
        (vec![Attempt::Status(503), Attempt::Status(400)], 400, "InvalidRequest"),
    ] {
        for stream in [true, false] {
            let script = Script { stream, deadlines: SHORT, ..of(attempts.clone()) };
            let seen = run(&script);
            assert_eq!(seen.status, Some(status), "{attempts:?}");
            assert!(fails_as(kind, &seen), "{attempts:?}");
            let asked = seen.sent_to.len();
            let told = header(&seen, "x-postern-attempts");
            assert_eq!(told, Some(asked.to_string().as_str()), "{attempts:?}");
            if asked > 1 && status != 400 {
                let words = format!("(after {asked} attempts)");
                assert!(seen.sent.contains(&words), "{attempts:?}: {}", seen.sent);
            }
        }
    }
}

fn hedged(attempts: Vec<Attempt>) -> Script {
    Script { hedge_ms: Some(100), policy: RETRIES, ..of(attempts) }
}

/// A case, what the deployments do, the outcomes of the attempts, and what becomes of their leases.
type Race = (&'static str, Vec<Attempt>, &'static [&'static str], Vec<Word>);

fn races() -> Vec<Race> {
    use Part::{Done, Overloaded, Preamble, Text, Usage};
    let after = |ms: u64| Attempt::Answer {
        parts: vec![(1, Preamble), (ms, Text), (10, Usage), (0, Done)],
        ends_well: true,
    };
    let fails_after = |ms: u64| Attempt::Answer { parts: vec![(ms, Overloaded)], ends_well: true };
    use Word::{Completed, Unused};
    vec![
        ("fast enough", vec![after(50), after(1)], &["answered"], vec![Completed]),
        (
            "the second one wins",
            vec![after(5_000), after(20)],
            &["cancelled", "answered"],
            vec![Unused, Completed],
        ),
        (
            "the first one wins",
            vec![after(150), after(5_000)],
            &["answered", "cancelled"],
            vec![Completed, Unused],
        ),
        (
            "the first one fails meanwhile",
            vec![fails_after(150), after(300)],
            &["failed", "answered"],
            vec![Unused, Completed],
        ),
        (
            "the second one fails",
            vec![after(300), fails_after(10)],
            &["answered", "failed"],
            vec![Completed, Unused],
        ),
        (
            "the first one fails before",
            vec![fails_after(20), after(20)],
            &["failed", "answered"],
            vec![Unused, Completed],
        ),
        (
            "both fail, and a third one answers",
            vec![fails_after(150), fails_after(60), after(20)],
            &["failed", "failed", "answered"],
            vec![Unused, Unused, Completed],
        ),
        (
            "the second one is not admitted",
            vec![after(300), Attempt::Rejected { model_scoped: true }],
            &["answered"],
            vec![Completed],
        ),
    ]
}

#[test]
fn a_slow_deployment_is_hedged_and_the_first_answer_wins() {
    for (case, attempts, expected, leases) in races() {
        for (stream, limiter_ms) in [(true, 0), (false, 0), (true, 80)] {
            let script = Script { stream, limiter_ms, ..hedged(attempts.clone()) };
            let seen = run(&script);
            let case = format!("{case}, streamed {stream}, limiter {limiter_ms}");
            assert_eq!(seen.status, Some(200), "{case}: {}", seen.sent);
            assert_eq!(seen.sent.matches(DONE).count(), 1, "{case}");
            assert_eq!(seen.sent.matches("data: text").count(), 1, "{case}");
            if limiter_ms == 0 {
                assert_eq!(outcomes(&seen), expected, "{case}");
                assert_eq!(ends(&seen), leases, "{case}");
            }
            // One answer, one price.
            let paid = ends(&seen).iter().filter(|end| **end == Word::Completed).count();
            assert_eq!(paid, 1, "{case}");
            assert_eq!(seen.records[0]["output_tokens"], 5, "{case}");
        }
    }
}

#[test]
fn a_hedge_that_is_not_needed_gives_back_what_it_reserved() {
    // The limiter works on the second one while the first one answers.
    let after = |ms| Attempt::Answer {
        parts: vec![(ms, Part::Text), (0, Part::Usage), (0, Part::Done)],
        ends_well: true,
    };
    let seen = run(&Script { limiter_ms: 60, ..hedged(vec![after(110), after(10)]) });
    assert_eq!(seen.sent_to, ["m0"]);
    assert_eq!(ends(&seen), [Word::Completed, Word::Unused]);
    assert_eq!(outcomes(&seen), ["answered"]);
}

#[test]
fn a_request_that_keeps_something_at_the_vendor_is_not_hedged() {
    let slow =
        || Attempt::Answer { parts: vec![(5_000, Part::Text), (0, Part::Done)], ends_well: true };
    let asked = crate::world::Asked::Responses("\"store\":true,");
    let seen = run(&Script { asked, ..hedged(vec![slow(), Attempt::good()]) });
    assert_eq!(seen.sent_to.len(), 1);
    let seen = run(&Script { policy: NO_RETRIES, ..hedged(vec![slow(), Attempt::good()]) });
    assert_eq!(seen.sent_to.len(), 1, "no share is left for it");
}

#[test]
fn the_record_names_every_attempt_with_its_time() {
    let seen = run(&whole(vec![Attempt::Status(503), GONE, Attempt::good()]));
    let record = &seen.records[0]["attempts"];
    let expected =
        [("provider/0", "failed", "Overloaded"), ("provider/1", "failed", "UpstreamUnreachable")];
    for (at, (deployment, outcome, kind)) in expected.into_iter().enumerate() {
        let one = &record[at];
        assert_eq!(
            (&one["deployment"], &one["outcome"], &one["kind"]),
            (&deployment.into(), &outcome.into(), &kind.into())
        );
        assert_eq!(one["duration_us"], 10_000, "{one}");
    }
    assert_eq!(record[2]["outcome"], "answered");
    assert_eq!(record[2]["began_us"], 20_000);
    assert_eq!(record.as_array().unwrap().len(), 3);
    let cancelled = Script { cancelled_ms: Some(15), ..Script::default() };
    assert_eq!(outcomes(&run(&cancelled)), ["client_gone"]);
}
