//! Every way in which a question to a model ends, and what leaves.

use crate::exits::{Word as Left, of, whole, word};
use crate::judge::{Judge, TIMEOUT_MS, Word};
use crate::world::{Attempt, DONE, Guarding, Part, STOPPED, Script, Seen, run};
use Left::{Abandoned, Completed, Failed, Interrupted, Reserved, Unused};
use serde_json::Value;

const OK: Option<u16> = Some(200);

fn asking(guarding: Guarding, judge: &[Judge], script: Script) -> Script {
    Script { guarding, judge: judge.to_vec(), ..script }
}

/// How the leases of questions ended, and those of the request.
fn leases(seen: &Seen) -> (Vec<Left>, Vec<Left>) {
    let ends = seen.leases.iter().map(|(id, ends)| {
        assert_eq!(ends.len(), 1, "one end: {ends:?}");
        (seen.of_questions.contains(id), word(&ends[0]))
    });
    let (of_questions, of_request): (Vec<_>, Vec<_>) =
        ends.partition(|(is_question, _)| *is_question);
    let ends = |of: Vec<(bool, Left)>| of.into_iter().map(|(_, end)| end).collect();
    (ends(of_questions), ends(of_request))
}

fn opinions(seen: &Seen) -> Vec<(String, Option<String>)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let opinions = seen.records[0]["opinions"].as_array().cloned().unwrap_or_default();
    let one = |one: &Value| {
        assert_eq!((&one["rule"], &one["model"]), (&"rule".into(), &"judge".into()));
        (text(&one["opinion"]).unwrap(), text(&one["why"]))
    };
    opinions.iter().map(one).collect()
}

/// What becomes of the attempts at a question, what the record says of it, and how its leases end.
type Way = (Vec<Judge>, &'static str, Option<&'static str>, Vec<Left>);

/// Ways in which one question ends.
fn ways() -> Vec<Way> {
    let says = |ms, word| vec![Judge::Says(ms, word)];
    let limited = |model_scoped| Judge::Limited { model_scoped };
    let unreachable = |retryable| Judge::Unreachable { retryable };
    let no = Judge::Says(10, Word::No);
    let late = u64::from(TIMEOUT_MS) + 1_000;
    vec![
        (says(10, Word::Yes), "agrees", None, vec![Completed]),
        (says(10, Word::No), "disagrees", None, vec![Completed]),
        (says(10, Word::Unclear), "none", Some("unclear"), vec![Completed]),
        (says(10, Word::Nothing), "none", Some("unclear"), vec![Completed]),
        (says(10, Word::Garbage), "none", Some("UpstreamInvalid"), vec![Reserved(true)]),
        (says(late, Word::No), "none", Some("timed_out"), vec![Reserved(true)]),
        (vec![Judge::Breaks], "none", Some("UpstreamInvalid"), vec![Reserved(true)]),
        (vec![Judge::NotServed], "none", Some("not_served"), vec![]),
        (vec![limited(false), no.clone()], "none", Some("limit_reached"), vec![]),
        (vec![limited(true), no.clone()], "disagrees", None, vec![Completed]),
        (vec![limited(true)], "none", Some("limit_reached"), vec![]),
        (vec![unreachable(false), no.clone()], "none", Some("UpstreamUnreachable"), vec![Failed]),
        (vec![unreachable(true)], "none", Some("UpstreamUnreachable"), vec![Failed]),
        (vec![unreachable(true), no.clone()], "disagrees", None, vec![Unused, Completed]),
        (vec![Judge::Status(503), no.clone()], "disagrees", None, vec![Unused, Completed]),
        (vec![Judge::Status(401), no.clone()], "none", Some("UpstreamFailed"), vec![Failed]),
        (vec![Judge::NotEncoded, no], "disagrees", None, vec![Unused, Completed]),
    ]
}

#[test]
fn a_request_is_refused_unless_the_model_disagrees() {
    for (judge, opinion, why, ends) in ways() {
        for script in [of(vec![Attempt::good()]), whole(vec![Attempt::good()])] {
            let script = asking(Guarding::Asks(1), &judge, script);
            let seen = run(&script);
            let passes = opinion == "disagrees";
            assert_eq!(seen.status, if passes { OK } else { Some(400) }, "{judge:?}");
            let own = if passes { vec![Completed] } else { vec![] };
            assert_eq!(leases(&seen), (ends.clone(), own), "{judge:?}");
            assert_eq!(
                opinions(&seen),
                [(opinion.to_owned(), why.map(str::to_owned))],
                "{judge:?}"
            );
            assert_eq!(seen.records.len(), 1);
        }
    }
}

#[test]
fn an_answer_is_ended_unless_the_model_disagrees() {
    for (judge, opinion, why, ends) in ways() {
        for (guarding, script) in [
            (Guarding::AsksAt(1), of(vec![Attempt::good()])),
            (Guarding::AsksAt(0), of(vec![Attempt::good()])),
            (Guarding::AsksAt(1), whole(vec![Attempt::good()])),
        ] {
            let is_whole = !script.stream;
            let seen = run(&asking(guarding, &judge, script));
            let passes = opinion == "disagrees";
            assert_eq!(seen.status, OK, "{judge:?}");
            assert_eq!(seen.sent.contains(DONE), passes, "{judge:?}: {}", seen.sent);
            assert_eq!(seen.sent.contains(STOPPED), !passes, "{judge:?}: {}", seen.sent);
            assert!(!seen.sent.contains("Yes") && !seen.sent.contains("maybe"), "{}", seen.sent);
            let (of_questions, of_request) = leases(&seen);
            assert_eq!(of_questions, ends, "{judge:?}");
            let is_used = |end: &Left| matches!(end, Completed | Interrupted(_));
            assert!(of_request.len() == 1 && is_used(&of_request[0]), "{of_request:?}");
            assert!(!passes && !is_whole || of_request == [Completed], "{of_request:?}");
            assert_eq!(opinions(&seen), [(opinion.to_owned(), why.map(str::to_owned))]);
        }
    }
}

#[test]
fn held_text_is_asked_about_before_it_leaves() {
    let slow = || {
        let parts = [Part::Text, Part::Usage, Part::Done].map(|part| (500, part)).to_vec();
        of(vec![Attempt::Answer { parts, ends_well: true }])
    };
    for (word, passes) in [(Word::No, true), (Word::Yes, false), (Word::Unclear, false)] {
        // The vendor goes on while the model is asked.
        for ms in [10, 900, 2_900] {
            let seen = run(&asking(Guarding::AsksLate(100), &[Judge::Says(ms, word)], slow()));
            assert!(seen.sent.contains("data: text"), "{}", seen.sent);
            assert_eq!(seen.sent.contains(STOPPED), !passes, "{}", seen.sent);
            assert_eq!(leases(&seen).0, [Completed]);
        }
    }
}

#[test]
fn questions_are_asked_at_once_and_their_text_is_data() {
    let judge = vec![Judge::Says(1_000, Word::No); 8];
    let script = asking(Guarding::Asks(8), &judge, whole(vec![Attempt::good()]));
    let seen = run(&script);
    assert_eq!((seen.status, leases(&seen).0.len()), (OK, 8));
    // One after the other they would take eight seconds.
    assert!(seen.records[0]["duration_us"].as_u64().unwrap() < 2_000_000, "{:?}", seen.records);
    for (number, body) in seen.questions.iter().enumerate() {
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!((&body["model"], body["stream"].is_null()), (&"judge".into(), true));
        let data: Value =
            serde_json::from_str(body["messages"][1]["content"].as_str().unwrap()).unwrap();
        assert_eq!(data["text"], format!("\"text\" {number}"));
    }
    // One model agrees.
    let mixed = [Judge::Says(10, Word::No), Judge::Says(10, Word::Yes), Judge::Says(10, Word::No)];
    assert_eq!(run(&asking(Guarding::Asks(3), &mixed, Script::default())).status, Some(400));
}

#[test]
fn a_guardrail_that_goes_on_asking_fails_closed() {
    let seen = run(&asking(Guarding::AsksOn, &[Judge::Says(10, Word::No)], Script::default()));
    assert_eq!((seen.status, leases(&seen)), (Some(503), (vec![Completed], vec![])));
}

#[test]
fn a_client_that_leaves_while_a_model_is_asked() {
    let slow = [Judge::Says(2_000, Word::No)];
    // While the request is asked about, nothing can be settled any more.
    let script = Script { cancelled_ms: Some(500), ..Script::default() };
    let seen = run(&asking(Guarding::Asks(1), &slow, script));
    assert_eq!(leases(&seen), (vec![Abandoned], vec![]));
    assert_eq!(seen.records[0]["outcome"], "client_gone");
    // While the answer is, the client's absence shows in a comment: both are settled.
    let never = [Judge::Says(100_000, Word::No)];
    let script = asking(Guarding::AsksAt(1), &never, of(vec![Attempt::good()]));
    let script = Script { client_parts: Some(1), ..script };
    let seen = run(&script);
    assert_eq!(leases(&seen).0, [Reserved(true)]);
    assert!(!leases(&seen).1.contains(&Abandoned), "{:?}", leases(&seen));
}

#[test]
fn a_slow_limiter_takes_of_the_time_for_the_answer() {
    let script = Script { limiter_ms: 3_100, ..whole(vec![Attempt::good()]) };
    let seen = run(&asking(Guarding::Asks(1), &[Judge::Says(10, Word::No)], script));
    assert_eq!(leases(&seen).0, [Unused]);
    assert_eq!(opinions(&seen), [("none".to_owned(), Some("timed_out".to_owned()))]);
}
