//! Amounts that move between counters while others look.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use postern_store::Gate;

use super::{Start, Store, change, counter, gate, is_admitted, read};

/// A full limit whose amounts move from slot to slot and to the usage: no request may find room.
pub fn misses_no_amount_that_moves(store: &impl Store, runs: u64) {
    const AMOUNTS: u64 = 12;
    for run in 0..runs {
        let [old, new, used] = ["old", "new", "used"].map(|name| format!("{run} {name}"));
        assert!(is_admitted(&store.open(), &[gate(&old, AMOUNTS, AMOUNTS)]));
        let is_over = AtomicBool::new(false);
        let start = Start::of(5);
        let look = |own: &str, also: [&str; 3]| {
            let counters = store.open();
            let also = also.iter().map(|name| counter(name)).collect();
            let gates = [Gate { also, ..gate(own, 1, AMOUNTS) }];
            start.wait();
            while !is_over.load(Ordering::Relaxed) {
                assert!(!is_admitted(&counters, &gates), "run {run}");
            }
        };
        std::thread::scope(|scope| {
            let _end = End(&is_over);
            for _ in 0..2 {
                scope.spawn(|| look(&new, [&old, &new, &used]));
                scope.spawn(|| look(&old, [&old, &new, &used]));
            }
            let counters = store.open();
            start.wait();
            for _ in 0..AMOUNTS {
                assert_eq!(change(&counters, &[(&new, 1), (&old, -1)]), []);
                std::thread::yield_now();
                assert_eq!(change(&counters, &[(&used, 1), (&new, -1)]), []);
            }
        });
        let amounts = i64::try_from(AMOUNTS).unwrap();
        assert_eq!(read(&store.open(), &[&old, &new, &used]), [Some(0), Some(0), Some(amounts)]);
    }
}

struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Reservations of all sizes, settled to less, to more, or to nothing.
pub fn settles_to_the_unit_what_was_reserved(store: &impl Store, runs: u64) {
    const AT_MOST: u64 = 5_000;
    for run in 0..runs {
        let [slot, used, rate] = ["slot", "used", "rate"].map(|name| format!("{run} {name}"));
        let settled = AtomicI64::new(0);
        let admitted = AtomicI64::new(0);
        let process = |seed: u64| {
            let counters = store.open();
            let mut random = seed * 0x9E37_79B9 + run + 1;
            for _ in 0..15 {
                // https://en.wikipedia.org/wiki/Xorshift
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                let [reserved, is_used] = [1 + random % 97, random % 113];
                let of_used = Gate { also: vec![counter(&used)], ..gate(&slot, reserved, AT_MOST) };
                if is_admitted(&counters, &[gate(&rate, 1, 1_000), of_used]) {
                    admitted.fetch_add(1, Ordering::Relaxed);
                    // A cache hit uses nothing.
                    let is_used = i64::try_from(is_used.saturating_sub(20)).unwrap();
                    let reserved = i64::try_from(reserved).unwrap();
                    assert_eq!(change(&counters, &[(&used, is_used), (&slot, -reserved)]), []);
                    settled.fetch_add(is_used, Ordering::Relaxed);
                }
                let seen = read(&counters, &[&slot, &used, &rate]);
                assert!(seen.iter().all(|value| value.unwrap() >= 0), "run {run}: {seen:?}");
            }
        };
        std::thread::scope(|scope| {
            for number in 0..8 {
                let process = &process;
                scope.spawn(move || process(number));
            }
        });
        let expected = [0, settled.into_inner(), admitted.into_inner()].map(Some);
        assert_eq!(read(&store.open(), &[&slot, &used, &rate]), expected, "run {run}");
    }
}
