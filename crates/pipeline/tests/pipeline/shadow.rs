//! Copies for a candidate.

use crate::exits::of;
use crate::world::{Asked, Attempt, DONE, Part, Script, run};

fn shadowed(attempts: Vec<Attempt>) -> Script {
    Script { shadow: true, ..of(attempts) }
}

#[test]
fn a_copy_goes_out_when_the_client_has_its_answer_and_has_its_own_record_and_no_lease() {
    for stream in [true, false] {
        let usual = run(&Script { stream, ..of(vec![Attempt::good()]) });
        let seen = run(&Script { stream, ..shadowed(vec![Attempt::good()]) });
        assert_eq!((seen.status, &seen.sent), (usual.status, &usual.sent));
        let [record, shadow] = seen.records.as_slice() else { panic!("{:?}", seen.records) };
        assert!(record.get("shadow").is_none(), "{record}");
        assert_eq!(record["outcome"], "complete");
        assert_eq!(record["duration_us"], usual.records[0]["duration_us"]);
        assert_eq!((&shadow["shadow"], &shadow["outcome"]), (&true.into(), &"complete".into()));
        assert_eq!(shadow["request_id"], record["request_id"]);
        assert_eq!(shadow["output_tokens"], record["output_tokens"]);
        assert!(shadow.get("limits").is_none(), "{shadow}");
        seen.check_what_the_recorder_got();
        assert_eq!(seen.kept[1].shadow_of.as_ref(), Some(&seen.kept[0].id));
        // A span of its own, below that of the request.
        let (own, of_copy) = (&seen.kept[0].trace, &seen.kept[1].trace);
        assert_eq!(of_copy.trace_id, own.trace_id);
        assert_eq!(of_copy.parent_span_id.as_ref(), Some(&own.span_id));
        assert_ne!(of_copy.span_id, own.span_id);
        // Only the client's request has reserved.
        assert_eq!(seen.leases.len(), 1);
    }
}

#[test]
fn what_becomes_of_a_copy_changes_nothing_for_the_client() {
    for fails in [
        Attempt::Unreachable { retryable: true },
        Attempt::Status(500),
        Attempt::of(&[Part::Text, Part::Garbage], false),
    ] {
        let seen = run(&shadowed(vec![Attempt::good(), fails]));
        assert!(seen.sent.contains(DONE), "{}", seen.sent);
        assert_eq!(seen.records[0]["outcome"], "complete");
        assert_eq!(seen.records[1]["shadow"], true);
        assert!(seen.records[1]["fault"].is_object(), "{}", seen.records[1]);
    }
}

#[test]
fn what_was_not_answered_or_is_kept_by_a_vendor_has_no_copy() {
    let refused = shadowed(vec![Attempt::Status(400)]);
    let kept = Script {
        asked: Asked::Responses(r#""previous_response_id":"r","#),
        ..shadowed(vec![Attempt::good()])
    };
    let form = Script { asked: Asked::Transcript, ..shadowed(vec![Attempt::good()]) };
    let sound = Script { asked: Asked::Speech, ..shadowed(vec![Attempt::good()]) };
    for script in [refused, kept, form, sound] {
        let seen = run(&script);
        assert_eq!(seen.records.len(), 1, "{script:?}");
    }
}
