//! Random schedules of failures, cancellations and slow clients: every exit settles once and records once.

use crate::judge::{Judge, Word};
use crate::keeping::{Fails, Keeps};
use crate::world::{
    Asked, Attempt, CUT, DEADLINES, DONE, End, Guarding, Judges, NO_RETRIES, Part, RETRIES,
    STOPPED, Script, run,
};
use postern_types::Deadlines;
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
        1 => Just(Part::Preamble),
        1 => Just(Part::Overloaded),
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
        2 => (1_u32..5).prop_map(Guarding::Asks),
        2 => (0_u32..5).prop_map(Guarding::AsksAt),
        1 => (1_u32..200).prop_map(Guarding::AsksLate),
        1 => Just(Guarding::AsksOn),
        4 => (0_u32..3, any::<[bool; 3]>()).prop_map(|(invalid, [blocks, repair, hold])| {
            Guarding::Judges(Judges { invalid, blocks, repair, hold })
        }),
    ]
}

fn judge() -> impl Strategy<Value = Judge> {
    let words = vec![Word::Yes, Word::No, Word::Unclear, Word::Nothing, Word::Garbage];
    let ms = prop_oneof![4 => 0_u64..100, 2 => 1_000_u64..10_000];
    prop_oneof![
        1 => Just(Judge::NotServed),
        1 => any::<bool>().prop_map(|model_scoped| Judge::Limited { model_scoped }),
        1 => Just(Judge::NotEncoded),
        1 => any::<bool>().prop_map(|retryable| Judge::Unreachable { retryable }),
        1 => prop::sample::select(vec![400_u16, 429, 503]).prop_map(Judge::Status),
        6 => (ms, prop::sample::select(words)).prop_map(|(ms, word)| Judge::Says(ms, word)),
        1 => Just(Judge::Breaks),
    ]
}

fn keeps() -> impl Strategy<Value = Keeps> {
    let fails = [Fails::Policy, Fails::Recall, Fails::Key, Fails::Keep];
    let fails = prop::option::weighted(0.2, prop::sample::select(fails.to_vec()));
    (any::<bool>(), fails).prop_map(|(on, fails)| Keeps {
        on,
        fails,
        adds: "a".to_owned(),
        ..Keeps::default()
    })
}

fn script() -> impl Strategy<Value = Script> {
    let who = (prop::bool::weighted(0.95), any::<bool>(), prop::bool::weighted(0.95));
    let how = (any::<bool>(), prop::bool::weighted(0.2), prop::bool::weighted(0.1), any::<bool>());
    let slow = (0_u64..2_000, prop_oneof![3 => 0_u64..100, 1 => 0_u64..700_000]);
    let leaves = (prop::option::of(0_usize..6), prop::option::of(0_u64..100_000), any::<bool>());
    let attempts = prop::collection::vec(attempt(), 1..5);
    let asked = prop::sample::select(vec![Asked::Chat, Asked::Speech, Asked::Transcript]);
    let conversation = (prop::option::of(Just("mine")), keeps());
    let judge = prop::collection::vec(judge(), 1..5);
    let policy = prop::sample::select(vec![NO_RETRIES, RETRIES]);
    let hedge_ms = prop::option::weighted(0.4, 50_u32..200);
    let total_ms = prop::sample::select(vec![DEADLINES.total_ms, 30_000]);
    let guards = (guarding(), conversation, judge, (policy, hedge_ms, total_ms));
    let all = (asked, who, how, slow, leaves, attempts, guards);
    all.prop_map(|(asked, who, how, slow, leaves, attempts, guards)| {
        let (guarding, conversation, judge, (policy, hedge_ms, total_ms)) = guards;
        Script {
            asked,
            guarding,
            conversation: conversation.0,
            keeps: conversation.1,
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
            early_head: leaves.2,
            shadow: false,
            ledger_down: false,
            recorder_wants: None,
            attempts,
            judge,
            policy,
            targets: None,
            hedge_ms,
            deadlines: Deadlines { total_ms, ..DEADLINES },
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]
    #[test]
    fn every_exit_settles_once_and_records_once(script in script()) {
        let seen = run(&script);
        prop_assert_eq!(seen.records.len(), 1);
        seen.check_what_the_recorder_got();
        let outcome = seen.records[0]["outcome"].as_str().unwrap().to_owned();
        prop_assert!(!outcome.is_empty());
        let mut used = 0;
        for (id, ends) in &seen.leases {
            prop_assert_eq!(ends.len(), 1, "{:?}", ends);
            // Nothing is abandoned by a request that runs to its end.
            prop_assert!(seen.was_cancelled || ends[0] != End::Abandoned);
            let is_used = matches!(
                ends[0],
                End::Settled(Outcome::Completed(_) | Outcome::Interrupted(_))
            );
            used += usize::from(is_used && !seen.of_questions.contains(id));
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
