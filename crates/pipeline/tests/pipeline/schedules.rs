//! Random schedules of failures, cancellations and slow clients: every exit settles once and records once.

use crate::world::{Asked, Attempt, CUT, DONE, End, Guarding, Judges, Part, STOPPED, Script, run};
use postern_types::limiter::Outcome;
use proptest::prelude::*;

fn part() -> impl Strategy<Value = (u64, Part)> {
    let ms = prop_oneof![8 => 0_u64..50, 2 => 4_000_u64..80_000];
    let part = prop_oneof![
        6 => Just(Part::Text),
        2 => Just(Part::Withheld),
        1 => Just(Part::Usage),
        2 => Just(Part::Done),
        1 => Just(Part::Garbage),
    ];
    (ms, part)
}

fn attempt() -> impl Strategy<Value = Attempt> {
    prop_oneof![
        1 => any::<bool>().prop_map(|model_scoped| Attempt::Rejected { model_scoped }),
        1 => Just(Attempt::Downgraded),
        1 => Just(Attempt::NotEncoded),
        1 => Just(Attempt::Lossy),
        2 => any::<bool>().prop_map(|retryable| Attempt::Unreachable { retryable }),
        2 => prop::sample::select(vec![400_u16, 429, 500, 503]).prop_map(Attempt::Status),
        6 => (prop::collection::vec(part(), 0..8), any::<bool>())
            .prop_map(|(parts, ends_well)| Attempt::Answer { parts, ends_well }),
    ]
}

fn guarding() -> impl Strategy<Value = Guarding> {
    prop_oneof![
        4 => Just(Guarding::Nothing),
        2 => Just(Guarding::Passes),
        1 => Just(Guarding::Refuses),
        1 => prop::option::of(0_u32..5).prop_map(Guarding::Fails),
        2 => (0_u32..5).prop_map(Guarding::Stops),
        2 => (1_u32..200, any::<bool>()).prop_map(|(ms, stops)| Guarding::Holds(ms, stops)),
        4 => (0_u32..3, any::<[bool; 3]>()).prop_map(|(invalid, [blocks, repair, hold])| {
            Guarding::Judges(Judges { invalid, blocks, repair, hold })
        }),
    ]
}

fn script() -> impl Strategy<Value = Script> {
    let who = (prop::bool::weighted(0.95), any::<bool>(), prop::bool::weighted(0.95));
    let how = (any::<bool>(), prop::bool::weighted(0.2), prop::bool::weighted(0.1), any::<bool>());
    let slow = (0_u64..2_000, prop_oneof![3 => 0_u64..100, 1 => 0_u64..700_000]);
    let leaves = (prop::option::of(0_usize..6), prop::option::of(0_u64..100_000));
    let attempts = prop::collection::vec(attempt(), 1..5);
    let asked = prop::sample::select(vec![Asked::Chat, Asked::Speech, Asked::Transcript]);
    let all = (asked, who, how, slow, leaves, attempts, guarding());
    all.prop_map(|(asked, who, how, slow, leaves, attempts, guarding)| Script {
        asked,
        guarding,
        authenticated: who.0,
        delegated: who.1,
        permitted: who.2,
        stream: how.0,
        strict: how.1,
        unlimited: how.2,
        settles: how.3,
        limiter_ms: slow.0,
        client_ms: slow.1,
        client_parts: leaves.0,
        cancelled_ms: leaves.1,
        attempts,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]
    #[test]
    fn every_exit_settles_once_and_records_once(script in script()) {
        let seen = run(&script);
        prop_assert_eq!(seen.records.len(), 1);
        let outcome = seen.records[0]["outcome"].as_str().unwrap().to_owned();
        prop_assert!(!outcome.is_empty());
        let mut used = 0;
        for ends in seen.leases.values() {
            prop_assert_eq!(ends.len(), 1, "{:?}", ends);
            // Nothing is abandoned by a request that runs to its end.
            prop_assert!(seen.was_cancelled || ends[0] != End::Abandoned);
            used += usize::from(matches!(
                ends[0],
                End::Settled(Outcome::Completed(_) | Outcome::Interrupted(_))
            ));
        }
        // One deployment answers, and once more where the answer is not valid.
        let repairs = matches!(script.guarding, Guarding::Judges(Judges { repair: true, .. }));
        prop_assert!(used <= 1 + usize::from(repairs), "{:?}", seen.leases);
        // The client may send its next request at once.
        prop_assert!(!seen.ended_unsettled);
        // An answer that broke never looks complete.
        let is_sound = script.asked == Asked::Speech;
        let is_ended = seen.sent.contains(DONE) || seen.sent.contains(STOPPED);
        let is_whole = if is_sound { !seen.sent.contains(CUT) } else { is_ended };
        prop_assert!(outcome != "cut" || !is_whole);
        if outcome == "complete" {
            prop_assert_eq!(seen.status, Some(200));
            // What follows the last event may still be read when the request is cancelled.
            prop_assert!(is_whole);
        }
    }
}
