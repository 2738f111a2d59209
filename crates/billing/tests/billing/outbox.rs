//! Batches with a cursor: nothing twice, nothing lost.

use crate::fixtures::{DECEMBER_S, Random};
use postern_billing::events::{EventError, Outbox, Receiver, Resend};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A receiver that forgets ids after 24 hours, as Stripe may.
#[derive(Default)]
struct Forgetful {
    seen_s: BTreeMap<u64, i64>,
    counted: BTreeMap<u64, u32>,
}

impl Forgetful {
    fn receive(&mut self, position: u64, now_s: i64) {
        let seen = self.seen_s.insert(position, now_s);
        if seen.is_none_or(|seen_s| now_s - seen_s >= 86_400) {
            *self.counted.entry(position).or_default() += 1;
        }
    }
}

proptest! {
    /// The program dies at any point of sending, for any time, and what it has is what it wrote down.
    #[test]
    fn every_row_is_counted_once_whatever_breaks(seed: u64) {
        let mut random = Random(seed);
        let (mut outbox, mut receiver) = (Outbox::default(), Forgetful::default());
        let (mut rows, mut now_s) = (0, DECEMBER_S);
        for round in 0..60 {
            rows += random.below(5);
            let most_s = if random.one_in(4) { 200_000 } else { 600 };
            now_s += i64::try_from(random.below(most_s)).unwrap();
            let pending = match outbox.pending(Receiver::Stripe, now_s) {
                Some((_, Resend::Unsure)) => {
                    // An operator looks there: all of the batch was taken, or what is missing is sent by hand.
                    let (pending, _) = outbox.pending(Receiver::Stripe, now_s).unwrap();
                    for position in pending.first..=pending.last {
                        receiver.counted.entry(position).or_insert(1);
                    }
                    outbox.settle(true).unwrap();
                    continue;
                }
                Some((pending, Resend::Safe)) => pending,
                None if rows > outbox.cursor() => {
                    // Written down before it is sent.
                    outbox.begin(rows.min(outbox.cursor() + 7), now_s).unwrap()
                }
                None => continue,
            };
            let stored = serde_json::to_string(&outbox).unwrap();
            let sent = random.below(pending.last - pending.first + 2);
            (pending.first..pending.first + sent).for_each(|position| receiver.receive(position, now_s));
            let is_whole = pending.first + sent > pending.last;
            if is_whole && random.one_in(2) {
                outbox.delivered().unwrap();
            } else if round % 2 == 0 {
                outbox = serde_json::from_str(&stored).unwrap();
            }
        }
        while outbox.pending(Receiver::CloudEvents, now_s).is_some() || rows > outbox.cursor() {
            let pending = match outbox.pending(Receiver::CloudEvents, now_s) {
                Some((pending, _)) => pending,
                None => outbox.begin(rows, now_s).unwrap(),
            };
            for position in pending.first..=pending.last {
                receiver.counted.entry(position).or_insert(1);
            }
            outbox.delivered().unwrap();
        }
        let wanted: BTreeMap<_, _> = (1..=rows).map(|position| (position, 1)).collect();
        prop_assert_eq!(receiver.counted, wanted);
    }
}

#[test]
fn a_batch_is_sent_again_only_while_the_receiver_knows_it() {
    let mut outbox = Outbox::default();
    outbox.begin(9, DECEMBER_S).unwrap();
    for (receiver, hours, resend) in [
        (Receiver::Stripe, 0, Resend::Safe),
        (Receiver::Stripe, 22, Resend::Safe),
        (Receiver::Stripe, 23, Resend::Unsure),
        (Receiver::Stripe, 1_000, Resend::Unsure),
        (Receiver::CloudEvents, 1_000, Resend::Safe),
    ] {
        let (pending, told) = outbox.pending(receiver, DECEMBER_S + hours * 3_600).unwrap();
        assert_eq!((pending.first, pending.last, told), (1, 9, resend), "{receiver:?} {hours}");
    }
}

#[test]
fn steps_out_of_order_are_refused() {
    let mut outbox = Outbox::default();
    assert_eq!(outbox.delivered(), Err(EventError::NothingPending));
    assert_eq!(outbox.begin(0, 0), Err(EventError::Order { given: 0, after: 0 }));
    outbox.begin(5, 0).unwrap();
    assert_eq!(outbox.begin(9, 0), Err(EventError::Pending { last: 5 }));
    outbox.settle(false).unwrap();
    assert_eq!((outbox.cursor(), outbox.begin(3, 7).unwrap().began_s), (0, 7));
    outbox.delivered().unwrap();
    assert_eq!(outbox.begin(3, 0), Err(EventError::Order { given: 3, after: 3 }));
    assert_eq!(outbox.begin(4, 0).unwrap().first, 4);
}
