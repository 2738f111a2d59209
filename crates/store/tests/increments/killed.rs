//! Instances that die, or lose the store, at every possible moment.

use std::cell::Cell;

use futures::executor::block_on;
use postern_store::increments::{IncrementError, IncrementIo, Increments};
use postern_store::{Change, Counters, Gate, ReserveOutcome};

use crate::conformance::{NOW, counter, gate, read, reserve};
use crate::memory_io::MemoryIo;

/// What happens to the call after so many.
#[derive(Clone, Copy)]
enum Fate {
    /// It and all later ones are not made.
    Dies,
    /// It is not made; later ones are.
    Fails,
    /// It is made, and its answer lost.
    LosesTheAnswer,
}

struct Fated {
    io: MemoryIo,
    left: Cell<usize>,
    fate: Fate,
}

impl IncrementIo for Fated {
    fn increment(&self, key: &str, delta: i64) -> Result<i64, IncrementError> {
        let lost = Err(IncrementError::Unavailable("gone".to_owned()));
        match (self.left.get(), self.fate) {
            (0, Fate::Dies) => return lost,
            (0, Fate::Fails) => {
                self.left.set(usize::MAX);
                return lost;
            }
            (0, Fate::LosesTheAnswer) => {
                self.left.set(usize::MAX);
                self.io.increment(key, delta)?;
                return lost;
            }
            (left, _) => self.left.set(left - 1),
        }
        self.io.increment(key, delta)
    }

    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, IncrementError> {
        self.io.get(key)
    }

    fn set(&self, key: &str, value: &[u8]) -> Result<(), IncrementError> {
        self.io.set(key, value)
    }

    fn delete(&self, key: &str) -> Result<(), IncrementError> {
        self.io.delete(key)
    }

    async fn names(&self, beginning: &str) -> Result<Vec<String>, IncrementError> {
        self.io.names(beginning).await
    }

    async fn pause(&self, _: u64) {}
}

const SLOTS: [&str; 3] = ["key slot", "team slot", "tenant slot"];
const USED: [&str; 3] = ["key used", "team used", "tenant used"];

/// Three limits that each keep what is reserved in a slot and what is used elsewhere.
fn gates(add: u64, of_tenant: u64) -> Vec<Gate> {
    let gate = |(index, name): (usize, &&str)| Gate {
        also: vec![counter(USED[index])],
        ..gate(name, add, if index == 2 { of_tenant } else { 1_000 })
    };
    SLOTS.iter().enumerate().map(gate).collect()
}

/// A store in which 7 are used of each limit and 2 reserved.
fn store() -> MemoryIo {
    let io = MemoryIo::default();
    let counters = Increments::new(io.clone());
    let changes = USED.map(|name| Change { counter: counter(name), by: 7 });
    block_on(counters.change(&changes)).unwrap();
    assert!(matches!(reserve(&counters, &gates(2, 1_000)), ReserveOutcome::Admitted(_)));
    io
}

fn values(io: &MemoryIo, names: [&str; 3]) -> [i64; 3] {
    let values = read(&Increments::new(io.clone()), &names);
    [0, 1, 2].map(|index| values[index].unwrap())
}

/// Does this at every moment, and shows the store afterwards, with whether the moment came.
fn at_every_moment(
    fate: Fate,
    work: impl Fn(&Increments<Fated>) -> bool,
    check: impl Fn(&MemoryIo, bool),
) {
    for moment in 0.. {
        let io = store();
        let fated = Fated { io: io.clone(), left: Cell::new(moment), fate };
        let is_done = work(&Increments::new(fated));
        check(&io, is_done);
        if is_done {
            assert!(moment > 3, "nothing was interrupted");
            return;
        }
    }
}

#[test]
fn a_reservation_killed_half_way_leaves_only_what_slots_hold() {
    for (of_tenant, is_admitted) in [(1_000, true), (11, false)] {
        let reserve = |counters: &Increments<Fated>| {
            block_on(counters.reserve(NOW, &gates(5, of_tenant))).is_ok()
        };
        at_every_moment(Fate::Dies, reserve, |io, is_done| {
            assert_eq!(values(io, USED), [7; 3]);
            let slots = values(io, SLOTS);
            assert!(slots.iter().all(|slot| [2, 7].contains(slot)), "{slots:?}");
            if is_done {
                assert_eq!(slots, if is_admitted { [7; 3] } else { [2; 3] });
            }
        });
    }
}

#[test]
fn a_reservation_that_meets_one_failure_undoes_what_it_knows_it_did() {
    let reserve =
        |counters: &Increments<Fated>| block_on(counters.reserve(NOW, &gates(5, 1_000))).is_ok();
    at_every_moment(Fate::Fails, reserve, |io, is_done| {
        assert_eq!(values(io, USED), [7; 3]);
        assert_eq!(values(io, SLOTS), if is_done { [7; 3] } else { [2; 3] });
    });
}

#[test]
fn an_answer_that_is_lost_lowers_no_sum() {
    let reserve =
        |counters: &Increments<Fated>| block_on(counters.reserve(NOW, &gates(5, 1_000))).is_ok();
    at_every_moment(Fate::LosesTheAnswer, reserve, |io, is_done| {
        assert_eq!(values(io, USED), [7; 3]);
        let slots = values(io, SLOTS);
        // At most the one whose answer was lost.
        let left = slots.iter().filter(|slot| **slot == 7).count();
        assert!(slots.iter().all(|slot| [2, 7].contains(slot)), "{slots:?}");
        assert!(if is_done { left == 3 } else { left <= 1 }, "{slots:?}");
    });
}

#[test]
fn a_settlement_killed_half_way_lowers_no_sum() {
    let changes: Vec<_> = (0..3)
        .flat_map(|index| [(USED[index], 1), (SLOTS[index], -2)])
        .map(|(name, by)| Change { counter: counter(name), by })
        .collect();
    let settle = |counters: &Increments<Fated>| block_on(counters.change(&changes)).is_ok();
    for fate in [Fate::Dies, Fate::Fails, Fate::LosesTheAnswer] {
        at_every_moment(fate, settle, |io, is_done| {
            let [used, slots] = [USED, SLOTS].map(|names| values(io, names));
            for (used, slot) in used.into_iter().zip(slots) {
                // 7 were used and 1 more is; 2 were reserved.
                assert!([(7, 2), (8, 2), (8, 0)].contains(&(used, slot)), "{used} and {slot}");
                assert!(!is_done || (used, slot) == (8, 0));
            }
        });
    }
}

#[test]
fn a_caller_that_goes_away_while_waiting_leaves_nothing() {
    use futures::FutureExt;

    /// Never goes on.
    struct Waits(MemoryIo);

    impl IncrementIo for Waits {
        fn increment(&self, key: &str, delta: i64) -> Result<i64, IncrementError> {
            self.0.increment(key, delta)
        }
        fn get(&self, key: &str) -> Result<Option<Vec<u8>>, IncrementError> {
            self.0.get(key)
        }
        fn set(&self, key: &str, value: &[u8]) -> Result<(), IncrementError> {
            self.0.set(key, value)
        }
        fn delete(&self, key: &str) -> Result<(), IncrementError> {
            self.0.delete(key)
        }
        async fn names(&self, beginning: &str) -> Result<Vec<String>, IncrementError> {
            self.0.names(beginning).await
        }
        async fn pause(&self, _: u64) {
            std::future::pending::<()>().await;
        }
    }

    let io = store();
    let counters = Increments::new(Waits(io.clone()));
    assert_eq!(counters.reserve(NOW, &gates(5, 11)).now_or_never(), None);
    assert_eq!([values(&io, SLOTS), values(&io, USED)], [[2; 3], [7; 3]]);
}
