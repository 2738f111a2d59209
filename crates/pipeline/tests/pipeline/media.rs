//! Answers of sound, and requests that are forms.

use crate::world::{Asked, Attempt, CUT, End, FILE, Part, Script, run};
use postern_types::limiter::Outcome;

fn speech(attempts: Vec<Attempt>) -> Script {
    Script { asked: Asked::Speech, attempts, ..Script::default() }
}

/// What is sent to the client, how it is recorded, and how many tokens are settled by its length.
#[track_caller]
fn leaves(script: &Script, sent: &str, outcome: &str, tokens: Option<u64>) {
    let seen = run(script);
    assert_eq!(seen.sent, sent, "{script:?}");
    assert_eq!(seen.records[0]["outcome"], outcome, "{script:?}");
    let ends: Vec<&End> = seen.leases.values().flatten().collect();
    let settled = ends.iter().find_map(|end| match end {
        End::Settled(Outcome::Interrupted(usage)) => Some(usage.output_tokens),
        _ => None,
    });
    assert_eq!(settled, tokens, "{ends:?}");
}

#[test]
fn sound_passes_unread_and_is_counted_by_its_length() {
    // A decoder would refuse the garbage.
    let parts = [Part::Text, Part::Garbage, Part::Done, Part::Withheld];
    leaves(&speech(vec![Attempt::of(&parts, true)]), "tgdh", "complete", Some(1));
}

#[test]
fn sound_that_breaks_off_is_cut_and_nothing_is_put_into_it() {
    let text = Part::Text;
    leaves(&speech(vec![Attempt::of(&[text], false)]), &format!("t{CUT}"), "cut", Some(1));
    // Longer silent than the target allows, and longer than a comment would wait.
    let silent = Attempt::Answer { parts: vec![(0, text), (70_000, text)], ends_well: true };
    leaves(&speech(vec![silent]), &format!("t{CUT}"), "cut", Some(1));
    let slow = Attempt::Answer { parts: vec![(0, text), (50_000, text)], ends_well: true };
    leaves(&speech(vec![slow]), "tt", "complete", Some(1));
}

#[test]
fn another_deployment_speaks_until_the_first_byte() {
    let failing = [Attempt::Status(503), Attempt::of(&[], false)];
    for attempt in failing {
        leaves(&speech(vec![attempt, Attempt::of(&[Part::Text], true)]), "t", "complete", Some(1));
    }
}

#[test]
fn the_client_that_leaves_pays_for_what_came() {
    let script = Script { client_parts: Some(1), ..speech(vec![Attempt::good()]) };
    leaves(&script, "t", "client_gone", Some(1));
}

#[test]
fn a_form_is_sent_with_another_model_and_the_same_file() {
    for stream in [false, true] {
        let script = Script { asked: Asked::Transcript, stream, ..Script::default() };
        let seen = run(&script);
        assert_eq!(seen.records[0]["outcome"], "complete");
        let body = Asked::Transcript.body(stream);
        assert_eq!(seen.records[0]["request_bytes"], body.len());
        let old = b"\r\n\r\nm\r\n";
        let at = body.windows(old.len()).position(|window| window == old).unwrap();
        let new = [&body[..at], b"\r\n\r\nother\r\n", &body[at + old.len()..]].concat();
        assert_eq!(seen.asked, new);
        assert!(seen.asked.windows(FILE.len()).any(|window| window == FILE));
    }
}
